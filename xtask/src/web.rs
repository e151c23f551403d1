//! `web`: what runs on hosts of JavaScript, tried in Node and in Chromium.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    apt,
    cmd::Cmd,
    error::{Context, Error, Result},
    metadata::{elements, metadata, target_directory, text},
    steps::Steps,
    tool,
};
use wasm_toolchain::{Build, WasmToolchain};

/// The tests of udf-backends that engines must pass, which hold `js` and the interpreter against each other.
const TESTS: &[&str] =
    &["conformance", "evil", "agreement", "json_codec", "typed_bridge", "differential"];
/// What runs the tests: a program of this package, of the version that the tests are built for.
const BINDGEN: &str = "wasm-bindgen-cli";
const PROGRAM: &str = "wasm-bindgen-test-runner";
const RUNNER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";
/// Programs that tests need, and the packages of Debian that have them.
const NODE: (&str, &[&str]) = ("node", &["nodejs"]);
const CHROMIUM: (&str, &[&str]) = ("chromedriver", &["chromium", "chromium-driver"]);
/// Seconds that the tests of one program may take in a page.
const PAGE_SECONDS: &str = "600";
/// How the browser is started. It runs our own tests alone; a container has no room for its sandbox.
const BROWSER: &str = r#"{"goog:chromeOptions": {"args":
    ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]}}"#;

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    crate::flag(args, "")?;
    let mut steps = Steps::default();
    // A step that failed is in `steps` with what to repeat.
    let _ = all(root, &mut steps);
    steps.print_times();
    Ok(steps.close())
}

/// Runs every step up to the first that fails; `None` if one did.
pub(crate) fn all(root: &Path, steps: &mut Steps) -> Option<()> {
    let install = || prepare(root);
    let Prepared { tests, browser } =
        steps.call("Tools for JavaScript", "cargo install, apt-get install", install)?;
    let node = tests.clone().env("WASM_BINDGEN_USE_NODE_EXPERIMENTAL", "1");
    steps.run_tests("Engines in Node", &node).then_some(())?;
    let page = tests
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        .env("WASM_BINDGEN_TEST_TIMEOUT", PAGE_SECONDS)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", browser)
        .env("CHROMEDRIVER", CHROMIUM.0);
    steps.run_tests("Engines in Chromium", &page).then_some(())
}

struct Prepared {
    /// `cargo test`, but for where.
    tests: Cmd,
    /// The file that says how the browser is started.
    browser: PathBuf,
}

fn prepare(root: &Path) -> Result<Prepared> {
    for (program, packages) in [NODE, CHROMIUM] {
        let is_there = || Cmd::new(root, program).arg("--version").output().is_ok();
        if !is_there() && apt::is_there(root) {
            apt::install(root, packages)?;
        }
        if !is_there() {
            return Err(Error::new(format!(
                "there is no {program}; run: {}",
                apt::command(packages)
            )));
        }
    }
    let about = metadata(&root.join("Cargo.toml"), "")?;
    let version = version_of(&about, "wasm-bindgen")?;
    let bin = tool::install_latest(root, PROGRAM, (BINDGEN, version))?;
    let target_dir = target_directory(&about)?.join("web");
    let build =
        Build { dir: root, shown_as: "formualizer-udf", target_dir: &target_dir, release: false };
    let tests = WasmToolchain::find_or_install(root)?
        .cargo_test(&build)?
        .args(["--package", "udf-backends", "--no-default-features", "--no-fail-fast"])
        .arg("--features=udf-backends/js,udf-backends/wasmi")
        .args(TESTS.iter().flat_map(|test| ["--test", *test]))
        .env(RUNNER, bin.join(PROGRAM));
    let browser = target_dir.join("browser.json");
    fs::create_dir_all(&target_dir)
        .context(format_args!("cannot make {}", target_dir.display()))?;
    fs::write(&browser, BROWSER).context(format_args!("cannot write {}", browser.display()))?;
    Ok(Prepared { tests, browser })
}

/// The version of a package that the workspace takes.
fn version_of<'m>(metadata: &'m serde_json::Value, package: &str) -> Result<&'m str> {
    let mut packages = elements(&metadata["packages"]).iter();
    packages
        .find(|found| text(&found["name"]) == package)
        .map(|found| text(&found["version"]))
        .ok_or_else(|| Error::new(format!("Cargo.lock has no {package}")))
}
