//! `test`: rebuilds the plugins from source and runs every test of the repository.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    cmd::Cmd,
    error::{Context, Result},
    languages,
    metadata::{metadata, target_directory},
    package, plugins, python,
    steps::Steps,
    web,
};

/// The Python packages that tests use: those of workbooks, and those of the Python package.
const REQUIREMENTS: &[&str] =
    &["testdata/workbooks/requirements.txt", "bindings/python/tests/requirements.txt"];

/// A host in Python, written from the contract's text alone.
const SECOND_HOST: &str = "testdata/second_host";

/// Crates that must also compile without their default features (udf-backends: see `matrix`).
const WITHOUT_DEFAULT_FEATURES: &[&str] = &["udf-columnar", "formualizer-workbook"];

/// Where the Rust tests put their hostile guests, and the tests of other hosts find them.
pub(crate) const GUESTS: &str = "FZ_GUESTS";

/// Where proptest takes its seed from.
const RNG_SEED: &str = "PROPTEST_RNG_SEED";

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    let quick = crate::flag(args, "--quick")?;
    let mut steps = Steps::default();
    if quick {
        steps.run_tests("Tests of the workspace", &workspace_tests(root));
    } else {
        // A step that failed is in `steps` with what to repeat.
        let _ = all(root, &mut steps);
    }
    Ok(steps.close())
}

/// Runs every step up to the first that fails; `None` if one did.
pub(crate) fn all(root: &Path, steps: &mut Steps) -> Option<()> {
    let mut workspace = workspace_tests(root);
    let has_plugins = root.join(plugins::MANIFEST).exists();
    if has_plugins {
        let build = || plugins::build(root);
        let built = steps.call("Plugins from source", "cargo xtask plugins --check", build)?;
        workspace = workspace.env(plugins::REBUILT, built.folder);
        let tools = || languages::tools(root, &plugins::target_dir(root));
        let tools =
            steps.call("Compilers of other languages", "npm install, pip install", tools)?;
        workspace = workspace.env(languages::TOOLS, tools);
    }
    let install = || python(root);
    let python = steps.call("Python packages", "python3 -m venv, pip install", install)?;
    workspace = workspace.env("FZ_PYTHON", &python);
    let guests = steps.call("Folder of hostile guests", "rm -r target/guests", || guests(root))?;
    workspace = workspace.env(GUESTS, &guests);
    steps.run_tests("Tests of the workspace", &workspace).then_some(())?;
    package::test(root, &python, &guests, steps)?;
    web::all(root, steps)?;
    second_host(root, &python, steps)?;
    if has_plugins {
        let tests = Cmd::cargo(root, "test --no-fail-fast --manifest-path").arg(plugins::MANIFEST);
        steps.run_tests("Tests of the plugins", &tests).then_some(())?;
    }
    for package in WITHOUT_DEFAULT_FEATURES {
        if root.join("crates").join(package).join("Cargo.toml").exists() {
            let check = Cmd::cargo(root, "check --no-default-features --package").arg(package);
            steps.run(&format!("{package} without default features"), &check).then_some(())?;
        }
    }
    Some(())
}

/// Python with the packages that tests use.
fn python(root: &Path) -> Result<PathBuf> {
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    python::with_requirements(root, target.join("python"), REQUIREMENTS)
}

/// The cases of `testdata/cases` on the second host, and its types.
fn second_host(root: &Path, python: &Path, steps: &mut Steps) -> Option<()> {
    let python = |module: &str| {
        Cmd::new(&root.join(SECOND_HOST), python)
            .args(["-m", module])
            .env("PYTHONDONTWRITEBYTECODE", "1")
    };
    let pytest = python("pytest").args(["-q", "-W", "error", "-p", "no:cacheprovider", "."]);
    steps.run_tests("Tests of the second host", &pytest).then_some(())?;
    let types = python("mypy").args(["--strict", "--cache-dir"]).arg(null()).arg(".");
    steps.run("Types of the second host", &types).then_some(())
}

/// Where a cache goes that is not kept.
fn null() -> &'static str {
    if cfg!(windows) { "nul" } else { "/dev/null" }
}

/// An empty folder for the hostile guests of the Rust tests, which other hosts are held against.
fn guests(root: &Path) -> Result<PathBuf> {
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    let folder = target.join("guests");
    if folder.exists() {
        fs::remove_dir_all(&folder).context(format_args!("cannot empty {}", folder.display()))?;
    }
    Ok(folder)
}

/// Plain `cargo test` on every machine, so that doctests run too. Property tests draw the same cases every time, so that a change
/// is not refused for what was there before; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` draw others.
fn workspace_tests(root: &Path) -> Cmd {
    let tests = Cmd::cargo(root, "test --workspace --all-features --no-fail-fast");
    match std::env::var_os(RNG_SEED) {
        Some(_) => tests,
        None => tests.env(RNG_SEED, "20261123"),
    }
}
