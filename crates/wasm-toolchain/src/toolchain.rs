//! A way to compile Rust to WebAssembly that is ready, in the order that serves everyone:
//!
//! 1. the active rustc has the target's standard library,
//! 2. Debian's `rustc-web` with its library sources: cargo builds the standard library itself,
//! 3. the same after installing it, where `apt-get` is there and we are root,
//! 4. the same as 1 after `rustup target add`, which not every machine permits.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    cmd::Cmd,
    error::{Error, Result},
    facts::{APT_INSTALL, Facts, Way, debian},
    rustc::Rustc,
};

/// The target that plugins are built for: no host imports, so nothing to sandbox away.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Instructions beyond the default ones; the module check admits exactly these.
const FEATURES: &str = "+simd128,+bulk-memory";

/// A way to compile for [`TARGET`] that is ready to use.
#[derive(Clone, Debug)]
pub struct WasmToolchain(Ready);

#[derive(Clone, Debug)]
enum Ready {
    /// The active rustc has the standard library for the target.
    Installed { rustc: Rustc },
    /// Cargo builds the standard library from this rustc's sources.
    BuildStd { rustc: Rustc, linker: PathBuf },
}

/// What is built, and where.
#[derive(Clone, Copy, Debug)]
pub struct Build<'a> {
    /// The folder in which cargo runs. Paths below it do not reach the `.wasm` file.
    pub dir: &'a Path,
    /// What stands in their place.
    pub shown_as: &'a str,
    /// The folder into which cargo builds.
    pub target_dir: &'a Path,
    /// Optimised, or with debug information.
    pub release: bool,
}

impl WasmToolchain {
    /// The first way that works and installs nothing.
    ///
    /// # Errors
    /// When there is none; the message holds the command that is missing.
    pub fn find(dir: &Path) -> Result<Self> {
        let installs_nothing = |way: &Way| matches!(way, Way::Installed | Way::Debian);
        Self::first(dir, installs_nothing)
    }

    /// The first way that works, installing what is missing. Commands that install are shown on
    /// stderr.
    ///
    /// # Errors
    /// When none works; the message holds the command that is missing.
    pub fn find_or_install(dir: &Path) -> Result<Self> {
        Self::first(dir, |_| true)
    }

    fn first(dir: &Path, wanted: impl Fn(&Way) -> bool) -> Result<Self> {
        let facts = Facts::gather(dir);
        let mut tried = Vec::new();
        for way in facts.ways().into_iter().filter(wanted) {
            match way.go(dir) {
                Ok(ready) => return Ok(Self(ready)),
                Err(error) => tried.push(format!("\n  {error}")),
            }
        }
        let command = facts.mend().unwrap_or_else(|| format!("rustup target add {TARGET}"));
        let tried = tried.concat();
        Err(Error::new(format!("no way to compile for {TARGET}; run: {command}{tried}")))
    }

    /// `cargo build` for the target, so far without a package or a manifest.
    ///
    /// # Errors
    /// When a folder of this machine has a name that cannot be replaced in the output.
    pub fn cargo_build(&self, build: &Build<'_>) -> Result<Cmd> {
        let (Ready::Installed { rustc } | Ready::BuildStd { rustc, .. }) = &self.0;
        let mut flags = Vec::new();
        for (from, to) in remapped(build, rustc) {
            let from = from.to_str().ok_or_else(|| {
                Error::new(format!("{}: give this folder a name in UTF-8", from.display()))
            })?;
            flags.push(format!("--remap-path-prefix={from}={to}"));
        }
        Ok(self.cargo("build", "std,panic_abort", flags, build))
    }

    /// `cargo test` for the target, so far without a package, a manifest or something that runs the tests. Nobody gets what it
    /// builds: paths stay as they are, so that it serves in whatever folder the sources stand.
    pub fn cargo_test(&self, build: &Build<'_>) -> Cmd {
        self.cargo("test", "std,panic_abort,test", Vec::new(), build)
    }

    /// The subcommand of cargo, which takes these crates of the standard library.
    fn cargo(&self, subcommand: &str, std: &str, more: Vec<String>, build: &Build<'_>) -> Cmd {
        let mut flags = vec!["-C".into(), format!("target-feature={FEATURES}")];
        flags.extend(more);
        let mut options = format!("{subcommand} --target {TARGET}");
        if build.release {
            options.push_str(" --release");
        }
        let mut cmd = Cmd::cargo(build.dir, "");
        if let Ready::BuildStd { rustc, linker } = &self.0 {
            flags.extend(["-C".into(), format!("linker={}", linker.display())]);
            options.push_str(" -Z build-std=");
            options.push_str(std);
            // -Z asks for a nightly toolchain, which this variable makes of a stable one.
            cmd = cmd.env("RUSTC", &rustc.program).env("RUSTC_BOOTSTRAP", "1");
        }
        let cmd = cmd.rustflags(&flags).args(options.split_whitespace());
        cmd.arg("--target-dir").arg(build.target_dir)
    }
}

/// Folders of this machine and what stands in the .wasm instead; a later one wins.
fn remapped(build: &Build<'_>, rustc: &Rustc) -> Vec<(PathBuf, String)> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(home.as_ref()?.join(".cargo")));
    let mut folders = Vec::new();
    let mut remap = |from: PathBuf, to: &str| {
        let real = from.canonicalize().unwrap_or_else(|_| from.clone());
        if real != from {
            folders.push((real, to.to_owned()));
        }
        folders.push((from, to.to_owned()));
    };
    if let Some(home) = home.filter(|home| home.components().count() > 1) {
        remap(home, "home");
    }
    if let Some(cargo_home) = cargo_home {
        remap(cargo_home.join("git/checkouts"), "git");
        remap(cargo_home.join("registry/src"), "registry");
    }
    remap(build.dir.to_owned(), build.shown_as);
    remap(build.target_dir.to_owned(), "target");
    remap(rustc.sources(), &format!("/rustc/{}", rustc.version));
    folders
}

impl Way {
    fn go(self, dir: &Path) -> Result<Ready> {
        match self {
            Self::Installed => {
                let rustc = Rustc::active(dir)?;
                if rustc.has_target() {
                    Ok(Ready::Installed { rustc })
                } else {
                    Err(Error::new(format!("{} has no {TARGET}", rustc.program.display())))
                }
            }
            Self::Debian => {
                let (rustc, linker) = debian(dir, Rustc::active(dir).ok().as_ref())?;
                Ok(Ready::BuildStd { rustc, linker })
            }
            Self::AptThenDebian => {
                for line in ["update", APT_INSTALL] {
                    let apt = Cmd::new(dir, "apt-get")
                        .args(line.split(' '))
                        .env("DEBIAN_FRONTEND", "noninteractive");
                    install(&apt)?;
                }
                Self::Debian.go(dir)
            }
            Self::RustupThenInstalled => {
                install(&Cmd::new(dir, "rustup").args(["target", "add", TARGET]))?;
                Self::Installed.go(dir)
            }
        }
    }
}

fn install(command: &Cmd) -> Result<()> {
    eprintln!("$ {command}");
    command.run_on_stderr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rustc::made_up;

    fn build<'a>(dir: &'a Path, target_dir: &'a Path) -> Build<'a> {
        Build { dir, shown_as: "formualizer-udf", target_dir, release: true }
    }

    #[test]
    fn every_way_compiles_with_the_same_features() {
        let ways = [
            Ready::Installed { rustc: made_up("1.95.0") },
            Ready::BuildStd { rustc: made_up("1.96.0"), linker: "lld".into() },
        ];
        for way in ways {
            let build = build(Path::new("/r"), Path::new("/t"));
            let line = WasmToolchain(way).cargo_build(&build).unwrap().to_string();
            assert!(line.contains("-C target-feature=+simd128,+bulk-memory"), "{line}");
            assert!(line.contains("--remap-path-prefix=/r=formualizer-udf"), "{line}");
            assert!(line.contains("--target wasm32-unknown-unknown --release"), "{line}");
        }
    }

    #[test]
    fn tests_are_built_with_what_runs_them() {
        let way = Ready::BuildStd { rustc: made_up("1.96.0"), linker: "lld".into() };
        let build = Build { release: false, ..build(Path::new("/r"), Path::new("/t")) };
        let line = WasmToolchain(way).cargo_test(&build).to_string();
        assert!(line.contains("test --target wasm32-unknown-unknown"), "{line}");
        assert!(line.contains("-Z build-std=std,panic_abort,test"), "{line}");
        assert!(!line.contains("--remap-path-prefix"), "{line}");
    }

    #[test]
    fn a_debug_build_is_the_same_without_the_profile() {
        let way = WasmToolchain(Ready::Installed { rustc: made_up("1.95.0") });
        let build = Build { release: false, ..build(Path::new("/r"), Path::new("/t")) };
        let line = way.cargo_build(&build).unwrap().to_string();
        assert!(!line.contains("--release"), "{line}");
    }

    #[test]
    fn a_folder_inside_another_is_remapped_after_it() {
        let root = Path::new("/x/clone");
        let target = root.join("plugins/target");
        let folders = remapped(&build(root, &target), &made_up("1.96.0"));
        let place = |name: &str| folders.iter().position(|(_, to)| to == name);
        assert!(place("home") < place("registry"));
        assert!(place("formualizer-udf") < place("target"));
    }
}
