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

/// What `docs/abi.md` recommends; `-mbulk-memory` turns calls of memcpy and memset into instructions. Compiling and
/// linking are two steps: a clang that does both runs whatever `wasm-opt` is on the path, without a word
/// on the features that the module uses.
const CLANG: &str = "--target=wasm32 -std=c11 -O2 -mbulk-memory -Wall -Wextra -I ../../docs -c";
const LINKER: &str = "wasm-ld";
const LINK: &str = "--no-entry --strip-all";

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
                let objects = target_dir.join("objects").join(&name);
                compile(&clang(root, &dir)?, &sources(&dir, "c")?, &objects)?;
                link(&dir, &objects, &out)?
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

/// Compiles each source to an object file in `objects`, which holds nothing else afterwards.
fn compile(clang: &Cmd, sources: &[PathBuf], objects: &Path) -> Result<()> {
    if objects.exists() {
        fs::remove_dir_all(objects).context(format_args!("cannot empty {}", objects.display()))?;
    }
    fs::create_dir_all(objects).context(format_args!("cannot create {}", objects.display()))?;
    for source in sources {
        let object = objects.join(source).with_extension("o");
        let command = clang.clone().args(CLANG.split_whitespace()).arg(source);
        let command = command.arg("-o").arg(object);
        println!("$ {command}");
        command.run()?;
    }
    Ok(())
}

/// The command that makes a module of all object files.
fn link(dir: &Path, objects: &Path, out: &Path) -> Result<Cmd> {
    let files = sources(objects, "o")?.into_iter().map(|object| objects.join(object));
    Ok(Cmd::new(dir, LINKER).args(LINK.split_whitespace()).arg("-o").arg(out).args(files))
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
pub(crate) fn clang(root: &Path, dir: &Path) -> Result<Cmd> {
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
        && Cmd::new(root, LINKER).arg("--version").output().is_ok()
}

/// Zig of [`ZIG_VERSION`]: the one that is installed, or the Python package in a virtual environment
/// of the target folder.
pub(crate) fn zig(root: &Path, target_dir: &Path, dir: &Path) -> Result<Cmd> {
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

    /// Unix only: elsewhere the program would be another one.
    #[cfg(unix)]
    #[test]
    fn a_wasm_opt_on_the_path_that_fails_is_none_of_our_business() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        if !has_clang(&root) {
            println!("skipped: run {}", apt::command(APT_PACKAGES));
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let (tools, objects) = (folder.path().join("tools"), folder.path().join("objects"));
        fs::create_dir(&tools).unwrap();
        let fake = tools.join("wasm-opt");
        fs::write(&fake, "#!/bin/sh\necho 'wasm-opt must not run' >&2\nexit 1\n").unwrap();
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
        let old = std::env::var_os("PATH").unwrap_or_default();
        let path = [tools].into_iter().chain(std::env::split_paths(&old));
        let path = std::env::join_paths(path).unwrap();

        let dir = root.join("plugins/c_sample");
        let clang = Cmd::new(&dir, "clang").env("PATH", &path);
        compile(&clang, &sources(&dir, "c").unwrap(), &objects).unwrap();
        let out = folder.path().join("c_sample.wasm");
        link(&dir, &objects, &out).unwrap().env("PATH", &path).run().unwrap();
        assert!(fs::read(&out).unwrap().starts_with(b"\0asm"));
    }
}
