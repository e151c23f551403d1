//! `playground`: the page in which a person tries the package.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use super::{
    package,
    tools::{PACKAGE, Tools},
};
use crate::{cmd::Cmd, error::Result, package::copy, steps::Steps};

/// The plugins that come with the page.
const PLUGINS: [&str; 4] = ["conformance", "finance", "geo", "text"];

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    let build_only = crate::flag(args, "--build")?;
    let mut steps = Steps::default();
    let Some((project, site)) = built(root, &mut steps) else {
        steps.print_times();
        return Ok(ExitCode::FAILURE);
    };
    println!("\nThe page is in {}: any server of files serves it.", site.display());
    if !build_only {
        let serve = vite(&project, "preview", &site).args(["--host", "127.0.0.1"]);
        println!("$ {serve}");
        serve.run()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds everything; `None` if something failed.
fn built(root: &Path, steps: &mut Steps) -> Option<(PathBuf, PathBuf)> {
    let install = || Tools::find_or_install(root);
    let tools = steps.call("Tools for JavaScript", "cargo install, apt-get install", install)?;
    let package = package::build(root, &tools, steps)?;
    let site = build(root, &tools, &package, steps)?;
    Some((project(&tools), site))
}

/// Builds the page of the package in a folder; gives the page's folder, `None` if something failed.
pub(super) fn build(
    root: &Path,
    tools: &Tools,
    package: &Path,
    steps: &mut Steps,
) -> Option<PathBuf> {
    let project = project(tools);
    let site = tools.target_dir.join("playground");
    let make = || {
        gather(root, package, &project)?;
        let build = vite(&project, "build", &site).arg("--emptyOutDir");
        println!("$ {build}");
        Ok(build.run()?)
    };
    steps.call("Playground", "npm install, vite build", make)?;
    Some(site)
}

/// Where it is built. What npm installed stays there for the next time.
fn project(tools: &Tools) -> PathBuf {
    tools.target_dir.join("playground-project")
}

fn vite(project: &Path, task: &str, site: &Path) -> Cmd {
    Cmd::new(project, "npx").args(["--no-install", "vite", task, "--outDir"]).arg(site)
}

/// The project: the sources, what they take from npm, the package and the plugins.
fn gather(root: &Path, package: &Path, project: &Path) -> Result<()> {
    let sources = root.join(PACKAGE).join("playground");
    for name in ["src", "public", "plugins"] {
        package::empty(&project.join(name))?;
    }
    for name in ["package.json", "package-lock.json", "vite.config.js", "index.html"] {
        copy(&sources.join(name), &project.join(name))?;
    }
    for name in ["src", "public"] {
        package::copy_tree(&sources.join(name), &project.join(name))?;
    }
    for name in PLUGINS {
        let file = format!("{name}.wasm");
        let to = project.join("plugins").join(&file);
        copy(&root.join("plugins").join(&file), &to)?;
    }
    let install =
        Cmd::new(project, "npm").args(["install", "--no-audit", "--no-fund", "--loglevel=error"]);
    println!("$ {install}");
    install.run()?;
    let installed = project.join("node_modules").join("formualizer-udf");
    package::empty(&installed)?;
    package::copy_tree(package, &installed)
}
