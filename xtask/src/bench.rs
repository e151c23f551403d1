//! `bench`: measures the figures that docs/performance.md shows.

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    cmd::Cmd,
    error::{Context, Error, Result},
    metadata::{metadata, target_directory},
    package, plugins, web,
};

/// The variable that tells the measurements where the built command line stands.
const FZUDF: &str = "FZ_FZUDF";

/// What the Python package is measured beside.
const PYTHON_PACKAGES: &str = "benches/python/requirements.txt";

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    let json = json_file(args)?;
    let plugins = plugins::build(root)?;
    let build = Cmd::cargo(root, "build --release --package fzudf");
    println!("$ {build}");
    build.run()?;
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    let fzudf = target.join("release").join(format!("fzudf{}", env::consts::EXE_SUFFIX));

    let mut figures =
        Cmd::cargo(root, "run --release --manifest-path benches/Cargo.toml --bin figures --")
            .env(FZUDF, fzudf)
            .env(plugins::REBUILT, plugins.folder);
    // The published engine has our package's name, so it is measured by a workspace of its own.
    let mut upstream = Cmd::cargo(
        root,
        "run --release --manifest-path benches/upstream/Cargo.toml --bin figures --",
    );
    let python = package::with_wheel(root, PYTHON_PACKAGES)?;
    let benches = target_directory(&metadata(&root.join("benches/Cargo.toml"), "--no-deps")?)?;
    let one_call = benches.join("release").join(format!("one_call{}", env::consts::EXE_SUFFIX));
    let build =
        Cmd::cargo(root, "build --release --manifest-path benches/Cargo.toml --bin one_call");
    let web = web::for_benches(root)?;
    let mut of_web = Cmd::new(&web, "node").arg("figures.mjs").arg(&one_call).env("FZ_ROOT", root);
    let mut of_python = Cmd::new(root, python).arg("benches/python/figures.py").arg(one_call);
    if let Some(file) = json {
        figures = figures.arg("--json").arg(&file);
        upstream = upstream.arg("--into").arg(&file);
        of_web = of_web.arg("--into").arg(&file);
        of_python = of_python.arg("--into").arg(file);
    }
    for command in [figures, upstream, build, of_python, of_web] {
        println!("$ {command}");
        command.run()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The file after `--json`, absolute: the measurements run in the repository's folder.
fn json_file(args: &[String]) -> Result<Option<PathBuf>> {
    match args {
        [] => Ok(None),
        [option, file] if option == "--json" => {
            let here = env::current_dir().context("cannot tell the current folder")?;
            Ok(Some(here.join(file)))
        }
        _ => Err(Error::new("bench takes nothing, or --json FILE")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_file_stays_where_the_caller_stands() {
        let file = json_file(&["--json".into(), "figures.json".into()]).unwrap().unwrap();
        assert_eq!(file, env::current_dir().unwrap().join("figures.json"));
        assert!(json_file(&[]).unwrap().is_none());
        assert!(json_file(&["--json".into()]).is_err());
    }
}
