//! Plugins in other languages than Rust: a folder of `plugins/` with C or Zig sources becomes `NAME.wasm`.
//!
//! C needs clang and LLD, of the distribution's packages. Zig needs no package but its own, which PyPI
//! carries: the version below is put into a virtual environment of the target folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    apt,
    cmd::Cmd,
    error::{Context, Error, Result},
    python,
};

const APT_PACKAGES: &[&str] = &["clang", "lld"];

/// What `docs/abi.md` recommends; `-mbulk-memory` turns calls of memcpy and memset into instructions.
const CLANG: &str = "--target=wasm32 -std=c11 -nostdlib -O2 -mbulk-memory -Wall -Wextra -I ../../docs \
                     -Wl,--no-entry -Wl,--strip-all";

/// Zig changes from release to release: the samples are written for this one.
const ZIG_VERSION: &str = "0.14.1";
const ZIG: &str = "build-exe -target wasm32-freestanding -fno-entry -rdynamic -O ReleaseSafe -fstrip \
                   -I ../../docs";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    C,
    Zig,
}

/// Builds every plugin of another language into `folder` and answers their names, sorted. One whose
/// compiler cannot be had on this machine is left out, with a message.
///
/// # Errors
/// When there is no clang and none can be installed, or a plugin does not compile.
pub(crate) fn build(root: &Path, target_dir: &Path, folder: &Path) -> Result<Vec<String>> {
    let mut built = Vec::new();
    for (name, language) in plugins(&root.join("plugins"))? {
        let dir = root.join("plugins").join(&name);
        let out = folder.join(format!("{name}.wasm"));
        let command = match language {
            Language::C => {
                let sources = sources(&dir, "c")?;
                clang(root, &dir)?.args(CLANG.split_whitespace()).arg("-o").arg(&out).args(sources)
            }
            Language::Zig => match zig(root, target_dir, &dir) {
                Ok(zig) => zig
                    .args(ZIG.split_whitespace())
                    .arg(format!("-femit-bin={}", out.display()))
                    .args(sources(&dir, "zig")?),
                Err(error) => {
                    println!(
                        "plugins/{name} is SKIPPED, its committed file is not rebuilt: {error}"
                    );
                    continue;
                }
            },
        };
        println!("$ {command}");
        command.run()?;
        built.push(name);
    }
    Ok(built)
}

/// The folders with a manifest and sources of another language, sorted.
fn plugins(folder: &Path) -> Result<Vec<(String, Language)>> {
    let mut plugins = Vec::new();
    let entries = fs::read_dir(folder).context(format_args!("cannot read {}", folder.display()))?;
    for entry in entries {
        let dir = entry.context(format_args!("cannot read {}", folder.display()))?.path();
        if !dir.join("manifest.json").is_file() {
            continue;
        }
        let language = match (sources(&dir, "c")?.is_empty(), sources(&dir, "zig")?.is_empty()) {
            (false, _) => Language::C,
            (true, false) => Language::Zig,
            (true, true) => continue,
        };
        if let Some(name) = dir.file_name().and_then(|name| name.to_str()) {
            plugins.push((name.to_owned(), language));
        }
    }
    plugins.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(plugins)
}

/// The files with this ending, sorted.
fn sources(dir: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).context(format_args!("cannot read {}", dir.display()))? {
        let entry = entry.context(format_args!("cannot read {}", dir.display()))?;
        let name = PathBuf::from(entry.file_name());
        if name.extension().is_some_and(|found| found == ending) {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

/// A clang that compiles for wasm32, installed where it is missing, to be run in `dir`.
fn clang(root: &Path, dir: &Path) -> Result<Cmd> {
    if !has_clang(root) && apt::is_there(root) {
        apt::install(root, APT_PACKAGES)?;
    }
    if has_clang(root) {
        return Ok(Cmd::new(dir, "clang"));
    }
    Err(Error::new(format!(
        "no clang that compiles for wasm32, with wasm-ld beside it; run: {} (as root)",
        apt::command(APT_PACKAGES)
    )))
}

fn has_clang(root: &Path) -> bool {
    let targets = Cmd::new(root, "clang").arg("--print-targets").output();
    targets.is_ok_and(|targets| String::from_utf8_lossy(&targets).contains("wasm32"))
        && Cmd::new(root, "wasm-ld").arg("--version").output().is_ok()
}

/// Zig of [`ZIG_VERSION`]: the one that is installed, or the Python package in a virtual environment
/// of the target folder.
fn zig(root: &Path, target_dir: &Path, dir: &Path) -> Result<Cmd> {
    let is_right = |zig: Cmd| {
        zig.arg("version")
            .output()
            .is_ok_and(|version| version.trim_ascii() == ZIG_VERSION.as_bytes())
    };
    if is_right(Cmd::new(root, "zig")) {
        return Ok(Cmd::new(dir, "zig"));
    }
    let environment = python::Environment::at(target_dir.join("zig"));
    let module = |dir: &Path| {
        let cache = target_dir.join("zig-cache");
        Cmd::new(dir, environment.python())
            .args(["-m", "ziglang"])
            .env("ZIG_GLOBAL_CACHE_DIR", &cache)
            .env("ZIG_LOCAL_CACHE_DIR", &cache)
    };
    if !is_right(module(root)) {
        environment.install(root, &[format!("ziglang=={ZIG_VERSION}")])?;
    }
    if is_right(module(root)) {
        return Ok(module(dir));
    }
    Err(Error::new(format!(
        "zig {ZIG_VERSION} is not there; run: pip install ziglang=={ZIG_VERSION}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_a_folder_with_a_manifest_and_sources() {
        let dir = tempfile::tempdir().unwrap();
        let file = |path: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for path in [
            "zebra/manifest.json",
            "zebra/a.zig",
            "cat/manifest.json",
            "cat/b.c",
            "cat/a.c",
            "cat/a.h",
            "rust/src/lib.rs",
            "no_manifest/a.c",
            "no_source/manifest.json",
            "file.wasm",
        ] {
            file(path);
        }
        let found = plugins(dir.path()).unwrap();
        assert_eq!(found, [("cat".into(), Language::C), ("zebra".into(), Language::Zig)]);
        let files = sources(&dir.path().join("cat"), "c").unwrap();
        assert_eq!(files, [PathBuf::from("a.c"), PathBuf::from("b.c")]);
    }
}
