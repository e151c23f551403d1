//! What this machine has for compiling to WebAssembly, and the command that mends what it lacks.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    TARGET,
    cmd::Cmd,
    error::{Error, Result},
    rustc::Rustc,
};

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
/// The first release of Debian's package whose library sources build with the rustup cargo.
const DEBIAN_RUSTC_MIN: (u32, u32) = (1, 96);
/// The words behind `apt-get` that install Debian's way of compiling.
pub(crate) const APT_INSTALL: &str = "install -y --no-install-recommends rustc-web rust-web-src";

/// What a machine offers, asked once.
///
/// ```no_run
/// let facts = wasm_toolchain::Facts::gather(std::path::Path::new("."));
/// if let Some(command) = facts.mend() {
///     println!("nothing compiles to WebAssembly yet; run: {command}");
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Facts {
    /// Release of the rustc that cargo takes, or why there is none.
    pub rustc: std::result::Result<String, Error>,
    /// Whether that rustc has the standard library for [`TARGET`].
    pub has_target: bool,
    /// Release of Debian's rustc, where its sources and a linker are there too; or what it lacks.
    pub debian: std::result::Result<String, Error>,
    /// Whether there is an `apt-get`.
    pub has_apt: bool,
    /// Whether this user may install packages of the system.
    pub is_root: bool,
    /// Whether there is a `rustup`.
    pub has_rustup: bool,
}

/// A way to come to a toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Installed,
    Debian,
    AptThenDebian,
    RustupThenInstalled,
}

impl Facts {
    /// Asks the machine, as cargo would see it in `dir`. Nothing is installed or changed.
    #[must_use]
    pub fn gather(dir: &Path) -> Self {
        let active = Rustc::active(dir);
        let debian = debian(dir, active.as_ref().ok()).map(|(rustc, _)| rustc.version);
        Self {
            has_target: active.as_ref().is_ok_and(Rustc::has_target),
            debian,
            rustc: active.map(|rustc| rustc.version),
            has_apt: on_path("apt-get").is_some(),
            is_root: is_root(dir),
            has_rustup: on_path("rustup").is_some(),
        }
    }

    /// Whether plugins compile without installing anything.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.has_target || self.debian.is_ok()
    }

    /// The command that makes plugins compile here; nothing where they do already.
    #[must_use]
    pub fn mend(&self) -> Option<String> {
        (!self.is_ready()).then(|| {
            if self.has_apt && !self.has_rustup {
                format!("apt-get {APT_INSTALL} (as root)")
            } else {
                format!("rustup target add {TARGET}")
            }
        })
    }

    /// What to try, in the order that serves everyone; the first two install nothing.
    pub(crate) fn ways(&self) -> Vec<Way> {
        [
            (self.has_target, Way::Installed),
            (self.debian.is_ok(), Way::Debian),
            (self.has_apt && self.is_root, Way::AptThenDebian),
            (self.has_rustup, Way::RustupThenInstalled),
        ]
        .into_iter()
        .filter_map(|(possible, way)| possible.then_some(way))
        .collect()
    }
}

/// Debian's rustc, if it is recent enough and has its sources, and a linker for WebAssembly.
pub(crate) fn debian(dir: &Path, active: Option<&Rustc>) -> Result<(Rustc, PathBuf)> {
    let rustc = Rustc::ask(dir, Path::new(DEBIAN_RUSTC))?;
    let (major, minor) = DEBIAN_RUSTC_MIN;
    if rustc.release() < DEBIAN_RUSTC_MIN {
        return Err(Error::new(format!(
            "{DEBIAN_RUSTC} is {}, {major}.{minor} is needed: install rustc-web",
            rustc.version
        )));
    }
    let library = rustc.sources().join("library/Cargo.lock");
    if !library.exists() {
        return Err(Error::new(format!("{} is missing: install rust-web-src", library.display())));
    }
    let linker = active
        .into_iter()
        .chain([&rustc])
        .map(Rustc::lld)
        .find(|path| path.exists())
        .or_else(|| on_path("wasm-ld"))
        .ok_or_else(|| Error::new("there is no wasm-ld: install lld"))?;
    Ok((rustc, linker))
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

fn is_root(dir: &Path) -> bool {
    Cmd::new(dir, "id").arg("-u").output().is_ok_and(|output| output.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> Facts {
        Facts {
            rustc: Err(Error::new("none")),
            has_target: false,
            debian: Err(Error::new("none")),
            has_apt: false,
            is_root: false,
            has_rustup: false,
        }
    }

    #[test]
    fn the_ways_are_tried_in_the_order_that_serves_everyone() {
        let all = Facts {
            rustc: Ok("1.95.0".into()),
            has_target: true,
            debian: Ok("1.96.0".into()),
            has_apt: true,
            is_root: true,
            has_rustup: true,
        };
        let in_order = [Way::Installed, Way::Debian, Way::AptThenDebian, Way::RustupThenInstalled];
        assert_eq!(all.ways(), in_order);
        assert_eq!(Facts { has_apt: true, ..nothing() }.ways(), []);
        let rustup = Facts { has_rustup: true, ..nothing() };
        assert_eq!(rustup.ways(), [Way::RustupThenInstalled]);
    }

    #[test]
    fn where_nothing_works_the_missing_command_is_named() {
        let rustup = "rustup target add wasm32-unknown-unknown";
        assert_eq!(nothing().mend().as_deref(), Some(rustup));
        let debian = Facts { has_apt: true, ..nothing() };
        assert!(debian.mend().unwrap().ends_with("rustc-web rust-web-src (as root)"));
        assert_eq!(Facts { has_target: true, ..nothing() }.mend(), None);
    }

    #[test]
    fn facts_are_gathered_wherever_cargo_runs() {
        let facts = Facts::gather(Path::new("."));
        // Somebody compiled this test.
        assert!(facts.rustc.is_ok(), "{facts:?}");
        assert_eq!(facts.is_ready(), facts.mend().is_none());
    }
}
