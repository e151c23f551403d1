//! The programs that build and run what is for hosts of JavaScript.

use std::path::{Path, PathBuf};

use crate::{
    apt,
    cmd::Cmd,
    error::{Error, Result},
    metadata::{elements, metadata, target_directory, text},
    tool,
};
use wasm_toolchain::WasmToolchain;

/// The folder of the npm package.
pub(super) const PACKAGE: &str = "bindings/wasm";
/// Programs, and the packages of Debian that have them.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("node", &["nodejs"]),
    ("npm", &["npm"]),
    (super::engines::DRIVER, &["chromium", "chromium-driver"]),
];
/// The package that has wasm-bindgen, and what runs tests that are built for it.
const BINDGEN: &str = "wasm-bindgen-cli";

pub(super) struct Tools {
    /// Everything that is built for hosts of JavaScript stands below.
    pub(super) target_dir: PathBuf,
    pub(super) toolchain: WasmToolchain,
    /// The folder with `wasm-bindgen` and its like.
    pub(super) bindgen: PathBuf,
}

impl Tools {
    pub(super) fn find_or_install(root: &Path) -> Result<Self> {
        for (program, packages) in PROGRAMS {
            let is_there = || Cmd::new(root, program).arg("--version").output().is_ok();
            if !is_there() && apt::is_there(root) {
                apt::install(root, packages)?;
            }
            if !is_there() {
                let install = apt::command(packages);
                return Err(Error::new(format!("there is no {program}; run: {install}")));
            }
        }
        let about = metadata(&root.join("Cargo.toml"), "")?;
        let version = version_of(&about)?;
        let package = metadata(&root.join(super::MANIFEST), "")?;
        if version_of(&package)? != version {
            return Err(Error::new(format!(
                "{PACKAGE} has another wasm-bindgen than {version}: run cargo update --precise {version} wasm-bindgen there"
            )));
        }
        Ok(Self {
            target_dir: target_directory(&about)?.join("web"),
            toolchain: WasmToolchain::find_or_install(root)?,
            bindgen: tool::install_latest(root, super::engines::RUNNER, (BINDGEN, version))?,
        })
    }
}

/// The version of wasm-bindgen that a workspace takes.
fn version_of(metadata: &serde_json::Value) -> Result<&str> {
    let mut packages = elements(&metadata["packages"]).iter();
    packages
        .find(|found| text(&found["name"]) == "wasm-bindgen")
        .map(|found| text(&found["version"]))
        .ok_or_else(|| Error::new("a Cargo.lock has no wasm-bindgen"))
}
