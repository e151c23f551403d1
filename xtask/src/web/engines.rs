//! The suites that every engine must pass, built for hosts of JavaScript.

use std::{fs, path::Path};

use super::tools::Tools;
use crate::{error::Context, steps::Steps};
use wasm_toolchain::{Build, Cmd};

/// The tests of udf-backends, which hold `js` and the interpreter against each other.
const TESTS: [&str; 6] =
    ["conformance", "evil", "agreement", "json_codec", "typed_bridge", "differential"];
/// What runs them.
pub(super) const RUNNER: &str = "wasm-bindgen-test-runner";
/// What drives the browser for it.
pub(super) const DRIVER: &str = "chromedriver";
/// Seconds that the tests of one program may take in a page.
const PAGE_SECONDS: &str = "600";
/// How the browser is started. It runs our own tests alone; a container has no room for its sandbox.
const BROWSER: &str = r#"{"goog:chromeOptions": {"args":
    ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]}}"#;

/// Runs them in Node, then in Chromium; `None` if one failed.
pub(super) fn test(root: &Path, tools: &Tools, steps: &mut Steps) -> Option<()> {
    let browser = tools.target_dir.join("browser.json");
    let prepare = || {
        fs::create_dir_all(&tools.target_dir)
            .context(format_args!("cannot make {}", tools.target_dir.display()))?;
        fs::write(&browser, BROWSER).context(format_args!("cannot write {}", browser.display()))?;
        Ok(tests(root, tools))
    };
    let tests = steps.call("Settings of the browser", "cargo xtask web", prepare)?;
    let node = tests.clone().env("WASM_BINDGEN_USE_NODE_EXPERIMENTAL", "1");
    steps.run_tests("Engines in Node", &node).then_some(())?;
    let page = tests
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        .env("WASM_BINDGEN_TEST_TIMEOUT", PAGE_SECONDS)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", browser)
        .env("CHROMEDRIVER", DRIVER);
    steps.run_tests_in_browser("Engines in Chromium", &page).then_some(())
}

/// `cargo test`, but for where the tests run.
fn tests(root: &Path, tools: &Tools) -> Cmd {
    let build = Build {
        dir: root,
        shown_as: "formualizer-udf",
        target_dir: &tools.target_dir,
        release: false,
    };
    tools
        .toolchain
        .cargo_test(&build)
        .args(["--package", "udf-backends", "--no-default-features", "--no-fail-fast"])
        .arg("--features=udf-backends/js,udf-backends/wasmi")
        .args(TESTS.iter().flat_map(|test| ["--test", *test]))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", tools.bindgen.join(RUNNER))
}
