//! `fzudf doctor`: what this machine has for building, testing and running plugins, and the command
//! that mends what it lacks.

use crate::{
    cache,
    exit::{Exit, Failure, printable},
    stdout,
};
use clap::Args;
use serde_json::{Value, json};
use std::{
    env,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use wasm_toolchain::{Facts, TARGET};

/// The oldest Rust that plugins and the SDK build with.
const RUST_VERSION: &str = env!("CARGO_PKG_RUST_VERSION");

#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Everything as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let checks = Machine::look().checks();
    match args.json {
        true => stdout::print_json(&as_json(&checks))?,
        false => stdout::print(&printable(&as_text(&checks)))?,
    }
    match checks.iter().find(|check| check.is_needed && check.found.is_err()) {
        None => Ok(()),
        Some(check) => {
            Err(Failure::new(Exit::Build, "plugins cannot be built on this machine yet")
                .hint(format!("run: {}", check.mend)))
        }
    }
}

/// One thing that plugins need or are better for.
#[derive(Debug)]
struct Check {
    name: &'static str,
    /// What is there, or what is wrong.
    found: Result<String, String>,
    /// Whether plugins cannot be built without it.
    is_needed: bool,
    purpose: &'static str,
    /// The command that mends it.
    mend: String,
}

/// What was found out about this machine.
struct Machine {
    cargo: Option<String>,
    facts: Facts,
    linker: Option<PathBuf>,
    wasm_opt: Option<String>,
    cache: Result<String, String>,
}

impl Machine {
    fn look() -> Self {
        let here = Path::new(".");
        Self {
            cargo: first_line("cargo", "--version"),
            facts: Facts::gather(here),
            linker: ["cc", "gcc", "clang"].into_iter().find_map(on_path),
            wasm_opt: first_line("wasm-opt", "--version"),
            cache: cache_folder(),
        }
    }

    fn checks(&self) -> Vec<Check> {
        let facts = &self.facts;
        let has_apt = facts.has_apt && facts.is_root;
        let install_rust = match facts.has_rustup {
            true => "rustup update stable".to_owned(),
            false => "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh".to_owned(),
        };
        let compiles = match (facts.has_target, &facts.debian, &facts.rustc) {
            (true, ..) => Ok(format!("{TARGET} of the active Rust")),
            (_, Ok(debian), _) => Ok(format!("Debian's Rust {debian} with its library sources")),
            (.., Ok(_)) => Err(format!("the active Rust has no {TARGET}")),
            (.., Err(_)) => Err("there is no Rust".into()),
        };
        let linker = match &self.linker {
            Some(path) => Ok(path.display().to_string()),
            None if cfg!(windows) => Ok("left to rustc, which knows where it is".into()),
            None => Err("no cc, gcc or clang on the PATH".into()),
        };
        let install_linker = match (cfg!(target_os = "macos"), facts.has_apt) {
            (true, _) => "xcode-select --install",
            (false, true) if has_apt => "apt-get install -y gcc libc6-dev",
            (false, true) => "sudo apt-get install -y gcc libc6-dev",
            (false, false) => "install a C compiler with the system's packages",
        };
        let variable = cache::FOLDER_VARIABLE;
        vec![
            Check {
                name: "cargo",
                found: self.cargo.clone().ok_or_else(|| "not on the PATH".into()),
                is_needed: true,
                purpose: "builds plugins",
                mend: install_rust.clone(),
            },
            Check {
                name: "rustc",
                found: recent(&facts.rustc),
                is_needed: true,
                purpose: "compiles plugins and their tests",
                mend: install_rust,
            },
            Check {
                name: "wasm target",
                found: compiles,
                is_needed: true,
                purpose: "compiles plugins to WebAssembly",
                mend: facts.mend().unwrap_or_default(),
            },
            Check {
                name: "linker",
                found: linker,
                is_needed: true,
                purpose: "links procedural macros, and plugins' own tests",
                mend: install_linker.into(),
            },
            Check {
                name: "wasm-opt",
                found: self.wasm_opt.clone().ok_or_else(|| "not on the PATH".into()),
                is_needed: false,
                purpose: "makes plugins smaller",
                mend: "npm install --global binaryen".into(),
            },
            Check {
                name: "module cache",
                found: self.cache.clone(),
                is_needed: false,
                purpose: "saves compiling a plugin in every run",
                mend: format!("export {variable}=\"$HOME/.fzudf-cache\""),
            },
        ]
    }
}

/// The release of rustc, if plugins build with it.
fn recent<E: std::fmt::Display>(rustc: &Result<String, E>) -> Result<String, String> {
    let release = |text: &str| -> Vec<u32> {
        text.split(['.', '-', ' ']).map_while(|part| part.parse().ok()).collect()
    };
    match rustc {
        Err(error) => Err(error.to_string()),
        Ok(version) if release(version) < release(RUST_VERSION) => {
            Err(format!("{version} is too old: {RUST_VERSION} or later is needed"))
        }
        Ok(version) => Ok(version.clone()),
    }
}

fn cache_folder() -> Result<String, String> {
    let config = cache::config().ok_or("this user has no folder for caches")?;
    match config.check() {
        Ok(()) => Ok(config.folder().display().to_string()),
        Err(error) => Err(error.message().to_owned()),
    }
}

/// The first line that a program prints about itself.
fn first_line(program: &str, option: &str) -> Option<String> {
    let output =
        Command::new(program).arg(option).stdin(Stdio::null()).stderr(Stdio::null()).output();
    let output = output.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned())
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&path).map(|dir| dir.join(&file)).find(|file| file.is_file())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn as_text(checks: &[Check]) -> String {
    let mut text = format!(
        "fzudf {}; engines: {}; {} processors\n",
        env!("CARGO_PKG_VERSION"),
        udf_backends::engine_names().join(", "),
        cores()
    );
    for check in checks {
        let (state, found) = match &check.found {
            Ok(found) => ("ok", found),
            Err(wrong) if check.is_needed => ("missing", wrong),
            Err(wrong) => ("absent", wrong),
        };
        // A String takes everything.
        let _never = writeln!(text, "{state:8} {:13} {found}", check.name);
        if check.found.is_err() {
            let _never = writeln!(text, "{:22} it {}; run: {}", "", check.purpose, check.mend);
        }
    }
    text
}

fn as_json(checks: &[Check]) -> Value {
    let all: Vec<Value> = checks
        .iter()
        .map(|check| {
            json!({
                "name": check.name,
                "ok": check.found.is_ok(),
                "needed": check.is_needed,
                "found": check.found.as_ref().ok(),
                "problem": check.found.as_ref().err(),
                "purpose": check.purpose,
                "mend": check.found.is_err().then_some(&check.mend),
            })
        })
        .collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "engines": udf_backends::engine_names(),
        "processors": cores(),
        "can_build": checks.iter().all(|check| check.found.is_ok() || !check.is_needed),
        "checks": all,
    })
}

#[cfg(test)]
mod tests {
    use super::recent;

    #[test]
    fn releases_of_rust_compare_as_numbers() {
        let check = |version: &str| recent::<String>(&Ok(version.to_owned()));
        for new in ["1.95.0", "1.100.0-nightly", "2.0.0", super::RUST_VERSION] {
            assert_eq!(check(new), Ok(new.to_owned()));
        }
        for old in ["1.94.1", "1.9.0", "0.1", ""] {
            assert!(check(old).is_err(), "{old}");
        }
        assert_eq!(recent(&Err("no rustc")), Err("no rustc".to_owned()));
    }
}
