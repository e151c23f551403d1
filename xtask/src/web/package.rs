//! The npm package: built, packed, and tried as it comes out of the tarball.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use super::{
    playground,
    tools::{PACKAGE, Tools},
};
use crate::{
    cmd::Cmd,
    error::{Context, Error, Result},
    package::copy,
    steps::Steps,
    test::GUESTS,
};
use wasm_toolchain::{Build, TARGET};

/// Its modules of WebAssembly: the crate, and its name in the package.
const MODULES: [(&str, &str); 2] =
    [("formualizer-udf-wasm", "core"), ("formualizer-udf-wasm-files", "files_core")];
/// Its tests.
const TESTS: [&str; 16] = [
    "arrow",
    "bundlers",
    "calls",
    "docs",
    "excel",
    "files",
    "modules",
    "page",
    "parity",
    "playground",
    "pool",
    "size",
    "threads",
    "tracing",
    "workbook",
    "worker",
];
/// What tests of the package take from npm.
const TEST_PACKAGES: [&str; 6] = [
    "@uwdata/flechette@2.6",
    "apache-arrow@21.2",
    "esbuild@0.28",
    "playwright-core@1.56",
    "typescript@5.9",
    "vite@8.4",
];

/// Builds the package; gives its folder, `None` if something failed.
pub(super) fn build(root: &Path, tools: &Tools, steps: &mut Steps) -> Option<PathBuf> {
    let folder = tools.target_dir.join("package");
    steps.call("Modules of the npm package", "cargo xtask web", || {
        for (name, _) in MODULES {
            let build = module(root, tools, name)?;
            println!("$ {build}");
            build.run()?;
        }
        Ok(())
    })?;
    let gather = || gather(root, tools, &folder);
    steps.call("Files of the npm package", "wasm-bindgen, cp", gather)?;
    Some(folder)
}

/// Builds the package and the playground, installs the package into an empty project, and runs the tests there; `None` if something
/// failed.
pub(super) fn test(root: &Path, tools: &Tools, steps: &mut Steps) -> Option<()> {
    let folder = build(root, tools, steps)?;
    let project = tools.target_dir.join("project");
    let made = || install(root, &folder, &project);
    steps.call("npm package", "npm pack, npm install", made)?;
    let site = playground::build(root, tools, &folder, steps)?;
    let tests = Cmd::new(&project, "node")
        // A test that hangs fails.
        .args(["--test", "--test-reporter=tap", "--test-timeout=600000"])
        .args(TESTS.map(|name| format!("tests/{name}.test.mjs")))
        .env("FZ_ROOT", root)
        .env("FZ_PLAYGROUND", site)
        .env(GUESTS, tools.target_dir.with_file_name("guests"));
    steps.run_tests("Tests of the npm package", &tests).then_some(())?;
    let types = Cmd::new(&project, "npx").args([
        "--no-install",
        "tsc",
        "--strict",
        "--noEmit",
        "--target",
        "ES2022",
        "--module",
        "nodenext",
        "--lib",
        "ES2022,DOM,ESNext.Disposable",
        "tests/types.mts",
    ]);
    steps.run("Types of the npm package", &types).then_some(())
}

/// The build of a module, by its crate's name. All have the same folder and flags, so that they share what they stand on.
fn module(root: &Path, tools: &Tools, name: &str) -> Result<Cmd> {
    let folder = root.join(PACKAGE);
    let build = Build {
        dir: &folder,
        shown_as: "formualizer-udf-wasm",
        target_dir: &tools.target_dir,
        release: true,
    };
    Ok(tools.toolchain.cargo_build(&build)?.args(["--package", name]))
}

/// The package's folder: what wasm-bindgen makes of the modules, and the files beside them.
fn gather(root: &Path, tools: &Tools, folder: &Path) -> Result<()> {
    empty(folder)?;
    let built = tools.target_dir.join(TARGET).join("release");
    for (name, out) in MODULES {
        let bind = Cmd::new(root, tools.bindgen.join("wasm-bindgen"))
            .args(["--target", "web", "--no-typescript", "--experimental-reset-state-function"])
            // What pages would load for nothing: a twelfth of the module as it is sent.
            .args(["--remove-name-section", "--remove-producers-section"])
            .args(["--out-name", out, "--out-dir"])
            .arg(folder)
            .arg(built.join(format!("{}.wasm", name.replace('-', "_"))));
        println!("$ {bind}");
        bind.run()?;
    }
    let package = root.join(PACKAGE);
    copy_all(&package.join("js"), folder)?;
    for name in ["package.json", "README.md"] {
        copy(&package.join(name), &folder.join(name))?;
    }
    Ok(())
}

/// An empty project with the package, as a user installs it, and the tests.
fn install(root: &Path, folder: &Path, project: &Path) -> Result<()> {
    empty(project)?;
    let file = project.join("package.json");
    fs::write(&file, r#"{"private": true, "type": "module"}"#)
        .context(format_args!("cannot write {}", file.display()))?;
    add(folder, project, &TEST_PACKAGES)?;
    let tests = project.join("tests");
    empty(&tests)?;
    copy_all(&root.join(PACKAGE).join("tests"), &tests)
}

/// A project in which the package is measured beside others, at `benches/web`; `None` if something failed.
pub(super) fn for_benches(root: &Path, tools: &Tools, steps: &mut Steps) -> Option<PathBuf> {
    let folder = build(root, tools, steps)?;
    let project = tools.target_dir.join("benches");
    let make = || {
        empty(&project)?;
        copy_all(&root.join("benches").join("web"), &project)?;
        add(&folder, &project, &[])
    };
    steps.call("npm packages of the benches", "npm pack, npm install", make)?;
    Some(project)
}

/// Adds the package to a project, as it comes out of the tarball, and others of npm.
fn add(folder: &Path, project: &Path, others: &[&str]) -> Result<()> {
    let pack =
        Cmd::new(folder, "npm").args(["pack", "--silent", "--pack-destination"]).arg(project);
    println!("$ {pack}");
    let packed = String::from_utf8_lossy(&pack.output()?).trim().to_owned();
    let packed = packed.lines().last().unwrap_or_default().to_owned();
    if packed.is_empty() {
        return Err(Error::new("npm pack named no file"));
    }
    let install = Cmd::new(project, "npm")
        .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
        .arg(format!("./{packed}"))
        .args(others);
    println!("$ {install}");
    Ok(install.run()?)
}

/// Makes a folder that is there and has nothing in it.
pub(super) fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).context(format_args!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).context(format_args!("cannot make {}", folder.display()))
}

/// Copies the files of a folder.
fn copy_all(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).context(format_args!("cannot read {}", from.display()))?;
    for entry in entries {
        let path: PathBuf = entry.context(format_args!("cannot read {}", from.display()))?.path();
        if path.is_file() {
            copy(&path, &to.join(path.file_name().unwrap_or(OsStr::new(""))))?;
        }
    }
    Ok(())
}

/// Copies a folder and what is below it, over what stands there.
pub(super) fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).context(format_args!("cannot make {}", to.display()))?;
    copy_all(from, to)?;
    let entries = fs::read_dir(from).context(format_args!("cannot read {}", from.display()))?;
    for entry in entries {
        let path: PathBuf = entry.context(format_args!("cannot read {}", from.display()))?.path();
        if path.is_dir() {
            copy_tree(&path, &to.join(path.file_name().unwrap_or(OsStr::new(""))))?;
        }
    }
    Ok(())
}
