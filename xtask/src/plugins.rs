//! `plugins`: builds every crate of the plugins workspace to WebAssembly, and the plugins in other
//! languages beside them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::Value;
use wasm_toolchain::{Build, TARGET, WasmToolchain};

use crate::{
    error::{Context, Error, Result},
    foreign,
    metadata::{elements, metadata, text},
};

/// Where the manifest of the plugins workspace stands, from the repository's folder.
pub(crate) const MANIFEST: &str = "plugins/Cargo.toml";

/// The variable that tells tests where the plugins stand that were built from this source.
pub(crate) const REBUILT: &str = "FZ_REBUILT_PLUGINS";

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    let check = crate::flag(args, "--check")?;
    let built = build(root)?;
    for name in &built.names {
        let file = format!("{name}.wasm");
        let bytes = read(&built.folder.join(&file))?;
        let committed = root.join("plugins").join(&file);
        let same = fs::read(&committed).is_ok_and(|old| old == bytes);
        let what = match (same, check) {
            (true, _) => "as committed",
            (false, true) => "differs from the committed file",
            (false, false) => {
                replace(&committed, &bytes)?;
                "replaced"
            }
        };
        println!("plugins/{file}: {} bytes, {what}", bytes.len());
    }
    Ok(ExitCode::SUCCESS)
}

/// Plugins that were built from source.
pub(crate) struct Built {
    /// Holds exactly one `NAME.wasm` for each of `names`.
    pub(crate) folder: PathBuf,
    /// The folders below `plugins/`, sorted.
    pub(crate) names: Vec<String>,
}

/// Where what plugins need is built and installed.
pub(crate) fn target_dir(root: &Path) -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root.join(dir).join("plugins"),
        None => root.join("plugins/target"),
    }
}

/// Builds all plugins into the target folder, installing the toolchain where it is missing.
///
/// # Errors
/// When there is no toolchain, no plugin, or one that does not compile.
pub(crate) fn build(root: &Path) -> Result<Built> {
    let manifest = root.join(MANIFEST);
    let plugins = cdylibs(&metadata(&manifest, "--no-deps")?);
    if plugins.is_empty() {
        return Err(Error::new(format!(
            "{MANIFEST} has no plugin: give a member `crate-type = [\"cdylib\", \"rlib\"]`"
        )));
    }
    let target_dir = target_dir(root);

    let build =
        Build { dir: root, shown_as: "formualizer-udf", target_dir: &target_dir, release: true };
    let command = WasmToolchain::find_or_install(root)?.cargo_build(&build)?;
    let command = command.arg("--workspace").arg("--manifest-path").arg(MANIFEST);
    println!("$ {command}");
    // The command stands above in full; this one is shorter and does the same.
    let again = "the plugins do not compile; mend it, then repeat: cargo xtask plugins --check";
    command.run().map_err(|_| Error::new(again))?;

    let folder = target_dir.join("wasm");
    if folder.exists() {
        fs::remove_dir_all(&folder).context(format_args!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).context(format_args!("cannot create {}", folder.display()))?;
    let release = target_dir.join(TARGET).join("release");
    for (name, file) in &plugins {
        let bytes = read(&release.join(file))?;
        replace(&folder.join(format!("{name}.wasm")), &bytes)?;
    }
    let mut names = foreign::build(root, &target_dir, &folder)?;
    names.extend(plugins.into_iter().map(|(name, _)| name));
    names.sort();
    Ok(Built { folder, names })
}

/// The members that are plugins: the folder's name and the file that cargo builds.
fn cdylibs(metadata: &Value) -> Vec<(String, String)> {
    let mut plugins = Vec::new();
    for package in elements(&metadata["packages"]) {
        let folder = Path::new(text(&package["manifest_path"])).parent().and_then(Path::file_name);
        let target = elements(&package["targets"])
            .iter()
            .find(|target| elements(&target["kind"]).iter().any(|kind| kind == "cdylib"));
        if let (Some(folder), Some(target)) = (folder, target) {
            let file = format!("{}.wasm", text(&target["name"]).replace('-', "_"));
            plugins.push((folder.to_string_lossy().into_owned(), file));
        }
    }
    plugins.sort();
    plugins
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).context(format_args!("cannot read {}", path.display()))
}

/// Writes beside the file, then renames: a reader sees the old file or the new one, never a half.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = path.with_extension("wasm.tmp");
    fs::write(&beside, bytes).context(format_args!("cannot write {}", beside.display()))?;
    fs::rename(&beside, path).context(format_args!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_a_member_with_a_cdylib_named_after_its_folder() {
        let metadata: Value = serde_json::from_str(
            r#"{"packages": [
                {"manifest_path": "/x/plugins/option-greeks/Cargo.toml",
                 "targets": [{"kind": ["test"], "name": "t"},
                             {"kind": ["cdylib", "rlib"], "name": "option-greeks"}]},
                {"manifest_path": "/x/plugins/helper/Cargo.toml",
                 "targets": [{"kind": ["lib"], "name": "helper"}]}
            ]}"#,
        )
        .unwrap();
        assert_eq!(cdylibs(&metadata), [("option-greeks".into(), "option_greeks.wasm".into())]);
    }

    #[test]
    fn replacing_leaves_no_temporary_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.wasm");
        replace(&file, b"1").unwrap();
        replace(&file, b"2").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"2");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
