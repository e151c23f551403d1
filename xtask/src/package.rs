//! The Python package: its tests over the library that cargo has built, and its wheel.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    cmd::Cmd,
    error::{Context, Error, Result},
    metadata::{metadata, target_directory},
    python::{self, Environment},
    steps::Steps,
    test::GUESTS,
};

/// The package's folder.
const FOLDER: &str = "bindings/python";
/// The importable package in it.
const SOURCE: &str = "bindings/python/python/formualizer_udf";
/// What builds wheels.
const MATURIN: &str = "maturin==1.16.0";
/// Used in the empty environment, with nothing but the wheel installed.
const TRIAL: &str = "bindings/python/tests/empty_environment.py";

/// Runs pytest and mypy over the package as `cargo test` has built it; `guests` is the folder of hostile guests.
pub(crate) fn test(root: &Path, python: &Path, guests: &Path, steps: &mut Steps) -> Option<()> {
    let package = steps.call("Python package", "cargo xtask test", || assemble(root))?;
    let target = package.parent().unwrap_or(&package);
    let fzudf = target.join("debug").join(format!("fzudf{}", env::consts::EXE_SUFFIX));
    let pytest = Cmd::new(&root.join(FOLDER), python)
        .args(["-m", "pytest", "-p", "no:cacheprovider"])
        .env("PYTHONPATH", &package)
        .env(GUESTS, guests)
        .env("FZ_FZUDF", fzudf)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    steps.run_tests("Tests of the Python package", &pytest).then_some(())?;
    let types = Cmd::new(&root.join(FOLDER), python)
        .args(["-m", "mypy", "--strict", "--cache-dir"])
        .arg(package.join("mypy"))
        .args(["-p", "formualizer_udf"])
        .env("MYPYPATH", "python");
    steps.run("Types of the Python package", &types).then_some(())?;
    let example = Cmd::new(&root.join(FOLDER), python)
        .args(["-m", "mypy", "--strict", "--cache-dir"])
        .arg(package.join("mypy"))
        .arg("examples")
        .env("MYPYPATH", "python");
    steps.run("Types of the Python examples", &example).then_some(())
}

/// The package as Python imports it: its sources, and the library beside them.
fn assemble(root: &Path) -> Result<PathBuf> {
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    let package = target.join("python-package");
    let module = package.join("formualizer_udf");
    if module.exists() {
        fs::remove_dir_all(&module).context(format_args!("cannot empty {}", module.display()))?;
    }
    copy_sources(&root.join(SOURCE), &module)?;
    let name =
        format!("{}formualizer_udf_native{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let built = target.join("debug/deps").join(name);
    let extension = if cfg!(windows) { "_native.pyd" } else { "_native.abi3.so" };
    copy(&built, &module.join(extension))?;
    Ok(package)
}

/// Copies a folder, but not what Python or maturin have left in it.
fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).context(format_args!("cannot make {}", to.display()))?;
    let entries = fs::read_dir(from).context(format_args!("cannot read {}", from.display()))?;
    for entry in entries {
        let entry = entry.context(format_args!("cannot read {}", from.display()))?;
        let name = entry.file_name();
        let path = entry.path();
        let text = name.to_string_lossy();
        if path.is_dir() && text != "__pycache__" {
            copy_sources(&path, &to.join(&name))?;
        } else if text.ends_with(".py") || text.ends_with(".pyi") || text == "py.typed" {
            copy(&path, &to.join(&name))?;
        }
    }
    Ok(())
}

/// Copies a file over what stands there.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).context(format_args!(
        "cannot copy {} to {}",
        from.display(),
        to.display()
    ))
}

pub(crate) fn run_wheel(root: &Path, args: &[String]) -> Result<ExitCode> {
    let out = match args {
        [] => None,
        [folder] if !folder.starts_with('-') => {
            Some(env::current_dir().context("cannot tell the current folder")?.join(folder))
        }
        _ => return Err(Error::new("wheel takes nothing, or the FOLDER that the wheel goes to")),
    };
    let wheel = wheel(root, out)?;
    println!("{}", wheel.display());
    Ok(ExitCode::SUCCESS)
}

/// Builds the wheel and tries it in an environment that has nothing else.
///
/// # Errors
/// Where it does not build, install or work.
pub(crate) fn wheel(root: &Path, out: Option<PathBuf>) -> Result<PathBuf> {
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    let builder = Environment::at(target.join("python-maturin"));
    builder.install(root, &[MATURIN.to_owned()])?;
    // In a folder of its own, so that it is the only one.
    let made = target.join("wheel");
    if made.exists() {
        fs::remove_dir_all(&made).context(format_args!("cannot empty {}", made.display()))?;
    }
    let build = Cmd::new(&root.join(FOLDER), builder.python())
        .args(["-m", "maturin", "build", "--release", "--out"])
        .arg(&made);
    println!("$ {build}");
    build.run()?;
    let wheel = only_wheel(&made)?;
    let empty = Environment::at(target.join("python-empty"));
    if target.join("python-empty").exists() {
        fs::remove_dir_all(target.join("python-empty")).context("cannot empty python-empty")?;
    }
    empty.install(root, &[wheel.display().to_string()])?;
    let trial = Cmd::new(root, empty.python()).arg(TRIAL);
    println!("$ {trial}");
    trial.run()?;
    let out = out.unwrap_or_else(|| target.join("wheels"));
    fs::create_dir_all(&out).context(format_args!("cannot make {}", out.display()))?;
    let kept = out.join(wheel.file_name().unwrap_or_default());
    copy(&wheel, &kept)?;
    Ok(kept)
}

fn only_wheel(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).context(format_args!("cannot read {}", folder.display()))?;
    let is_wheel = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "whl");
    let mut wheels = entries.filter_map(|entry| entry.ok().map(|e| e.path())).filter(is_wheel);
    match (wheels.next(), wheels.next()) {
        (Some(wheel), None) => Ok(wheel),
        _ => Err(Error::new(format!("maturin left no wheel in {}", folder.display()))),
    }
}

/// An interpreter with the release wheel and the packages of a list, for measurements.
///
/// # Errors
/// As [`wheel`], and where a package cannot be had.
pub(crate) fn with_wheel(root: &Path, requirements: &str) -> Result<PathBuf> {
    let wheel = wheel(root, None)?;
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    let folder = target.join("python-bench");
    let python = python::with_requirements(root, folder.clone(), &[requirements])?;
    let wheel = ["--force-reinstall".to_owned(), wheel.display().to_string()];
    Environment::at(folder).install(root, &wheel)?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_copied_and_leftovers_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("from");
        fs::create_dir_all(from.join("_frames")).unwrap();
        fs::create_dir_all(from.join("__pycache__")).unwrap();
        for file in
            ["a.py", "a.pyi", "py.typed", "_native.abi3.so", "_frames/b.py", "__pycache__/a.pyc"]
        {
            fs::write(from.join(file), file).unwrap();
        }
        let to = folder.path().join("to");
        copy_sources(&from, &to).unwrap();
        for (file, there) in [
            ("a.py", true),
            ("a.pyi", true),
            ("py.typed", true),
            ("_frames/b.py", true),
            ("_native.abi3.so", false),
            ("__pycache__", false),
        ] {
            assert_eq!(to.join(file).exists(), there, "{file}");
        }
    }

    #[test]
    fn one_wheel_is_found_and_none_or_two_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(only_wheel(folder.path()).is_err());
        fs::write(folder.path().join("a.whl"), "").unwrap();
        assert_eq!(only_wheel(folder.path()).unwrap(), folder.path().join("a.whl"));
        fs::write(folder.path().join("b.whl"), "").unwrap();
        assert!(only_wheel(folder.path()).is_err());
    }
}
