//! Which crates of a folder are plugins, as cargo sees them.

use crate::exit::{Exit, Failure, near};
use serde_json::Value;
use std::path::{Path, PathBuf};
use wasm_toolchain::{Cmd, TARGET};

/// The plugins of a folder.
pub(super) struct Packages {
    /// The folder of the workspace that they belong to.
    pub(super) root: PathBuf,
    /// Where cargo builds.
    pub(super) target_dir: PathBuf,
    pub(super) plugins: Vec<Package>,
}

/// A crate that cargo makes a module of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest: PathBuf,
    /// The name of its library, as files have it.
    library: String,
}

impl Package {
    /// The file that cargo makes.
    pub(super) fn artefact(&self, target_dir: &Path, release: bool) -> PathBuf {
        let profile = if release { "release" } else { "debug" };
        target_dir.join(TARGET).join(profile).join(format!("{}.wasm", self.library))
    }

    /// The file beside the manifest.
    pub(super) fn default_out(&self) -> PathBuf {
        let file = format!("{}.wasm", self.library);
        let path = self.manifest.with_file_name(file);
        // Short where somebody works in the folder.
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        match here.as_ref().map(|here| path.strip_prefix(here)) {
            Ok(Ok(short)) => short.to_owned(),
            _ => path,
        }
    }
}

/// Asks cargo about a folder.
pub(super) fn plugins(dir: &Path, wanted: Option<&str>) -> Result<Packages, Failure> {
    let manifest = dir.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(Failure::new(Exit::Io, format!("{} is not there", manifest.display()))
            .hint("give the folder of a plugin's crate; `fzudf new NAME` makes one"));
    }
    let manifest = manifest.canonicalize().map_err(|e| Failure::io(manifest.display(), e))?;
    let folder = manifest.parent().unwrap_or(dir);
    let output = Cmd::cargo(folder, "metadata --no-deps --format-version 1 --manifest-path")
        .arg(&manifest)
        .output()
        .map_err(|e| {
            Failure::new(Exit::Build, e.to_string())
                .hint("cargo comes with Rust: install rustup and a stable toolchain")
        })?;
    let metadata: Value = serde_json::from_slice(&output)
        .map_err(|e| Failure::new(Exit::Build, format!("what `cargo metadata` says: {e}")))?;
    choose(&metadata, &manifest, wanted)
}

fn choose(metadata: &Value, manifest: &Path, wanted: Option<&str>) -> Result<Packages, Failure> {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let all: Vec<Package> = packages.iter().filter_map(plugin).collect();
    let here = |package: &&Value| path(&package["manifest_path"]) == manifest;
    let plugins: Vec<Package> = match (wanted, packages.iter().find(here)) {
        (Some(wanted), _) => {
            let names: Vec<String> = all.iter().map(|p| p.name.clone()).collect();
            let found: Vec<Package> = all.into_iter().filter(|p| p.name == wanted).collect();
            if found.is_empty() {
                let failure = Failure::usage(format!("there is no plugin `{wanted}` here"));
                let near = near(wanted, names.iter().map(String::as_str));
                return Err(match (near.first(), names.is_empty()) {
                    (Some(near), _) => failure.hint(format!("did you mean {near}?")),
                    (None, false) => failure.hint(format!("there is {}", names.join(", "))),
                    (None, true) => failure.hint(NO_CDYLIB),
                });
            }
            found
        }
        (None, Some(package)) => {
            let name = package["name"].as_str().unwrap_or_default();
            let found: Vec<Package> = all.into_iter().filter(|p| p.manifest == manifest).collect();
            if found.is_empty() {
                return Err(Failure::new(Exit::Build, format!("the crate `{name}` is no plugin"))
                    .hint(NO_CDYLIB));
            }
            found
        }
        (None, None) => {
            if all.is_empty() {
                return Err(Failure::new(
                    Exit::Build,
                    format!("no crate of the workspace {} is a plugin", manifest.display()),
                )
                .hint(NO_CDYLIB));
            }
            all
        }
    };
    Ok(Packages {
        root: path(&metadata["workspace_root"]),
        target_dir: path(&metadata["target_directory"]),
        plugins,
    })
}

const NO_CDYLIB: &str = "write into its Cargo.toml:  [lib]  crate-type = [\"cdylib\", \"rlib\"]";

fn path(value: &Value) -> PathBuf {
    PathBuf::from(value.as_str().unwrap_or_default())
}

/// The package as a plugin, if its library is compiled to a module.
fn plugin(package: &Value) -> Option<Package> {
    let targets = package["targets"].as_array()?;
    let is_module = |target: &&Value| {
        target["crate_types"].as_array().is_some_and(|types| types.iter().any(|t| t == "cdylib"))
            && target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k == "cdylib"))
    };
    let target = targets.iter().find(is_module)?;
    Some(Package {
        name: package["name"].as_str()?.to_owned(),
        manifest: path(&package["manifest_path"]),
        library: target["name"].as_str()?.replace('-', "_"),
    })
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::exit::Failure;
    use serde_json::{Value, json};
    use std::path::Path;

    fn package(name: &str, types: &[&str]) -> Value {
        json!({
            "name": name, "manifest_path": format!("/w/{name}/Cargo.toml"),
            "targets": [{ "name": name, "kind": types, "crate_types": types }],
        })
    }

    fn chosen(
        packages: &[Value],
        manifest: &str,
        wanted: Option<&str>,
    ) -> Result<Vec<String>, Failure> {
        let metadata = json!({
            "packages": packages, "workspace_root": "/w", "target_directory": "/w/target",
        });
        let packages = choose(&metadata, Path::new(manifest), wanted)?;
        Ok(packages.plugins.into_iter().map(|p| p.library).collect())
    }

    #[test]
    fn the_crate_of_the_folder_is_built() {
        let all = [package("a-b", &["cdylib", "rlib"]), package("c", &["cdylib"])];
        assert_eq!(chosen(&all, "/w/a-b/Cargo.toml", None).unwrap(), ["a_b"]);
        assert_eq!(chosen(&all, "/w/a-b/Cargo.toml", Some("c")).unwrap(), ["c"]);
    }

    #[test]
    fn all_plugins_of_a_workspace_are_built() {
        let all =
            [package("a", &["cdylib"]), package("helper", &["lib"]), package("c", &["cdylib"])];
        assert_eq!(chosen(&all, "/w/Cargo.toml", None).unwrap(), ["a", "c"]);
    }

    #[test]
    fn a_crate_that_is_no_plugin_is_refused_with_a_mend() {
        let all = [package("helper", &["lib"])];
        for (manifest, wanted) in
            [("/w/helper/Cargo.toml", None), ("/w/Cargo.toml", None), ("/w/Cargo.toml", Some("x"))]
        {
            let failure = chosen(&all, manifest, wanted).unwrap_err().to_string();
            assert!(failure.contains("crate-type = [\"cdylib\""), "{failure}");
        }
        let all = [package("options", &["cdylib"])];
        let failure = chosen(&all, "/w/Cargo.toml", Some("option")).unwrap_err().to_string();
        assert!(failure.contains("did you mean options?"), "{failure}");
    }
}
