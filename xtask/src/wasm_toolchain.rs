//! How this machine compiles Rust to WebAssembly, in the order that serves everyone:
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
    error::{Context, Error, Result},
};

/// The target that plugins are built for: no host imports, so nothing to sandbox away.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Instructions beyond the default ones; the module check admits exactly these.
const FEATURES: &str = "+simd128,+bulk-memory";

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
/// The first release of Debian's package whose library sources build with the rustup cargo.
const DEBIAN_RUSTC_MIN: (u32, u32) = (1, 96);
const APT_INSTALL: &str = "install -y --no-install-recommends rustc-web rust-web-src";

/// A way to compile for [`TARGET`] that is ready to use.
pub(crate) enum WasmToolchain {
    /// The active rustc has the standard library for the target.
    Installed { rustc: Rustc },
    /// Cargo builds the standard library from this rustc's sources.
    BuildStd { rustc: Rustc, linker: PathBuf },
}

impl WasmToolchain {
    /// The first way that works, installing what is missing.
    ///
    /// # Errors
    /// When none works; the message holds the command that is missing.
    pub(crate) fn find_or_install(root: &Path) -> Result<Self> {
        let active = Rustc::active(root)?;
        let facts = Facts {
            has_target: active.has_target(),
            has_debian: debian(root, &active).is_ok(),
            has_apt: on_path("apt-get").is_some(),
            is_root: is_root(root),
            has_rustup: on_path("rustup").is_some(),
        };
        let mut tried = Vec::new();
        for way in facts.ways() {
            match way.go(root) {
                Ok(toolchain) => return Ok(toolchain),
                Err(error) => tried.push(format!("\n  {error}")),
            }
        }
        let (tried, command) = (tried.concat(), facts.missing_command());
        Err(Error::new(format!("no way to compile for {TARGET}; run: {command}{tried}")))
    }

    /// `cargo build --release` for the target, so far without a manifest.
    ///
    /// # Errors
    /// When a folder of this machine has a name that cannot be replaced in the output.
    pub(crate) fn cargo_build(&self, root: &Path, target_dir: &Path) -> Result<Cmd> {
        let (Self::Installed { rustc } | Self::BuildStd { rustc, .. }) = self;
        let mut flags = vec!["-C".into(), format!("target-feature={FEATURES}")];
        for (from, to) in remapped(root, target_dir, rustc) {
            let from = from.to_str().ok_or_else(|| {
                Error::new(format!("{}: give this folder a name in UTF-8", from.display()))
            })?;
            flags.push(format!("--remap-path-prefix={from}={to}"));
        }
        let mut options = format!("build --release --target {TARGET}");
        let mut cmd = Cmd::cargo(root, "");
        if let Self::BuildStd { linker, .. } = self {
            flags.extend(["-C".into(), format!("linker={}", linker.display())]);
            options.push_str(" -Z build-std=std,panic_abort");
            // -Z asks for a nightly toolchain, which this variable makes of a stable one.
            cmd = cmd.env("RUSTC", &rustc.program).env("RUSTC_BOOTSTRAP", "1");
        }
        let cmd = cmd.rustflags(&flags).args(options.split_whitespace());
        Ok(cmd.arg("--target-dir").arg(target_dir))
    }
}

/// Folders of this machine and what stands in the .wasm instead; a later one wins.
fn remapped(root: &Path, target_dir: &Path, rustc: &Rustc) -> Vec<(PathBuf, String)> {
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
    remap(root.to_owned(), "formualizer-udf");
    remap(target_dir.to_owned(), "target");
    remap(rustc.sources(), &format!("/rustc/{}", rustc.version));
    folders
}

/// What this machine offers.
struct Facts {
    has_target: bool,
    has_debian: bool,
    has_apt: bool,
    is_root: bool,
    has_rustup: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Installed,
    Debian,
    AptThenDebian,
    RustupThenInstalled,
}

impl Facts {
    /// What to try, in this order.
    fn ways(&self) -> Vec<Way> {
        [
            (self.has_target, Way::Installed),
            (self.has_debian, Way::Debian),
            (self.has_apt && self.is_root, Way::AptThenDebian),
            (self.has_rustup, Way::RustupThenInstalled),
        ]
        .into_iter()
        .filter_map(|(possible, way)| possible.then_some(way))
        .collect()
    }

    fn missing_command(&self) -> String {
        if self.has_apt && !self.has_rustup {
            format!("apt-get {APT_INSTALL} (as root)")
        } else {
            format!("rustup target add {TARGET}")
        }
    }
}

impl Way {
    fn go(self, root: &Path) -> Result<WasmToolchain> {
        match self {
            Self::Installed => {
                let rustc = Rustc::active(root)?;
                if rustc.has_target() {
                    Ok(WasmToolchain::Installed { rustc })
                } else {
                    Err(Error::new(format!("{} has no {TARGET}", rustc.program.display())))
                }
            }
            Self::Debian => debian(root, &Rustc::active(root)?),
            Self::AptThenDebian => {
                for line in ["update", APT_INSTALL] {
                    let apt = Cmd::new(root, "apt-get")
                        .args(line.split(' '))
                        .env("DEBIAN_FRONTEND", "noninteractive");
                    println!("$ {apt}");
                    apt.run()?;
                }
                Self::Debian.go(root)
            }
            Self::RustupThenInstalled => {
                let rustup = Cmd::new(root, "rustup").args(["target", "add", TARGET]);
                println!("$ {rustup}");
                rustup.run()?;
                Self::Installed.go(root)
            }
        }
    }
}

/// Debian's rustc, if it is recent enough and has its sources, with a linker for WebAssembly.
fn debian(root: &Path, active: &Rustc) -> Result<WasmToolchain> {
    let rustc = Rustc::ask(root, Path::new(DEBIAN_RUSTC))?;
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
    let linker = [active, &rustc]
        .into_iter()
        .map(Rustc::lld)
        .find(|path| path.exists())
        .or_else(|| on_path("wasm-ld"))
        .ok_or_else(|| Error::new(format!("{} is missing: install lld", active.lld().display())))?;
    Ok(WasmToolchain::BuildStd { rustc, linker })
}

/// A compiler and what it says about itself.
pub(crate) struct Rustc {
    program: PathBuf,
    sysroot: PathBuf,
    host: String,
    version: String,
}

impl Rustc {
    /// The compiler that cargo takes when it is told nothing.
    fn active(root: &Path) -> Result<Self> {
        let program = env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from);
        Self::ask(root, &program)
    }

    fn ask(root: &Path, program: &Path) -> Result<Self> {
        let ask = |option: &str| -> Result<String> {
            let output = Cmd::new(root, program).args(option.split(' ')).output()?;
            String::from_utf8(output).context(format_args!("{} {option}", program.display()))
        };
        let about = ask("-vV")?;
        let field = |name: &str| {
            let value = about.lines().find_map(|line| line.strip_prefix(name));
            value
                .map(|value| value.trim().to_owned())
                .ok_or_else(|| Error::new(format!("`{} -vV` names no {name}", program.display())))
        };
        Ok(Self {
            program: program.to_owned(),
            sysroot: PathBuf::from(ask("--print sysroot")?.trim()),
            host: field("host:")?,
            version: field("release:")?,
        })
    }

    fn release(&self) -> (u32, u32) {
        let mut numbers = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }

    fn has_target(&self) -> bool {
        self.sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
    }

    fn sources(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust")
    }

    fn lld(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(&self.host).join("bin/rust-lld")
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

fn is_root(root: &Path) -> bool {
    Cmd::new(root, "id").arg("-u").output().is_ok_and(|output| output.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rustc(version: &str) -> Rustc {
        Rustc {
            program: "rustc".into(),
            sysroot: "/opt/rust".into(),
            host: "a-b-c".into(),
            version: version.into(),
        }
    }

    const NOTHING: Facts = Facts {
        has_target: false,
        has_debian: false,
        has_apt: false,
        is_root: false,
        has_rustup: false,
    };

    #[test]
    fn the_ways_are_tried_in_the_order_that_serves_everyone() {
        let all = Facts {
            has_target: true,
            has_debian: true,
            has_apt: true,
            is_root: true,
            has_rustup: true,
        };
        let in_order = [Way::Installed, Way::Debian, Way::AptThenDebian, Way::RustupThenInstalled];
        assert_eq!(all.ways(), in_order);
        assert_eq!(Facts { has_apt: true, ..NOTHING }.ways(), []);
        assert_eq!(Facts { has_rustup: true, ..NOTHING }.ways(), [Way::RustupThenInstalled]);
    }

    #[test]
    fn where_nothing_works_the_missing_command_is_named() {
        assert_eq!(NOTHING.missing_command(), "rustup target add wasm32-unknown-unknown");
        let debian = Facts { has_apt: true, ..NOTHING };
        assert!(debian.missing_command().ends_with("rustc-web rust-web-src (as root)"));
    }

    #[test]
    fn releases_compare_as_numbers() {
        assert!(rustc("1.100.0-nightly").release() > rustc("1.96.0").release());
        assert_eq!(rustc("?").release(), (0, 0));
    }

    #[test]
    fn every_way_compiles_with_the_same_features() {
        let ways = [
            WasmToolchain::Installed { rustc: rustc("1.95.0") },
            WasmToolchain::BuildStd { rustc: rustc("1.96.0"), linker: "lld".into() },
        ];
        for way in ways {
            let line = way.cargo_build(Path::new("/r"), Path::new("/t")).unwrap().to_string();
            assert!(line.contains("-C target-feature=+simd128,+bulk-memory"), "{line}");
            assert!(line.contains("--remap-path-prefix=/r=formualizer-udf"), "{line}");
            assert!(line.contains("--release --target wasm32-unknown-unknown"), "{line}");
        }
    }

    #[test]
    fn a_folder_inside_another_is_remapped_after_it() {
        let root = Path::new("/x/clone");
        let folders = remapped(root, &root.join("plugins/target"), &rustc("1.96.0"));
        let place = |name: &str| folders.iter().position(|(_, to)| to == name);
        assert!(place("home") < place("registry"));
        assert!(place("formualizer-udf") < place("target"));
    }
}
