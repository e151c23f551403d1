//! `fzudf build`: a plugin from its Rust source, checked, and as small as it gets.
//!
//! ```text
//! package   which crates of a folder are plugins, as cargo sees them
//! optimise  wasm-opt, where it is there: its result is held against what went in
//! ```

mod optimise;
mod package;

use crate::{
    check,
    exit::{Exit, Failure, grouped, printable},
    file, stdout,
};
use clap::Args;
use optimise::Optimised;
use package::Package;
use std::path::{Path, PathBuf};
use udf_backends::ModuleInfo;
use udf_columnar::{Error, ErrorKind, Limits};
use wasm_toolchain::{Build, WasmToolchain};

/// Build a plugin from its source.
#[derive(Args, Debug)]
pub(crate) struct BuildArgs {
    /// The folder of the plugin's crate
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// The plugin of this name, where the folder has several
    #[arg(long, short, value_name = "NAME")]
    package: Option<String>,
    /// Write the plugin to this file and not to NAME.wasm in its folder
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Without optimisation and with debug information
    #[arg(long)]
    debug: bool,
    /// Leave the module as the compiler made it, even if wasm-opt is there
    #[arg(long)]
    no_opt: bool,
    /// Install what is missing for WebAssembly, with rustup or apt-get
    #[arg(long)]
    install: bool,
}

/// What stands behind `--help`.
pub(crate) const HELP: &str = "\
The plugin is built for wasm32-unknown-unknown with the crate's release profile, held against the
contract, and written to NAME.wasm beside its Cargo.toml. Warnings are those of `fzudf check`.

wasm-opt (package binaryen) makes most plugins smaller. Where it is on the path its result is taken
if it still keeps the contract and is smaller. `fzudf doctor` tells what this machine has.

Exit codes: 0 built, 2 usage, 3 the module breaks the contract, 5 files, 6 it does not compile, or
nothing on this machine compiles to WebAssembly.";

pub(crate) fn run(args: &BuildArgs) -> Result<(), Failure> {
    let packages = package::plugins(&args.dir, args.package.as_deref())?;
    if args.out.is_some() && packages.plugins.len() > 1 {
        let names: Vec<&str> = packages.plugins.iter().map(|p| p.name.as_str()).collect();
        return Err(Failure::usage(format!(
            "--out names one file, and there are several plugins: {}",
            names.join(", ")
        ))
        .hint("name one of them with --package"));
    }
    let toolchain = match args.install {
        true => WasmToolchain::find_or_install(&packages.root),
        false => WasmToolchain::find(&packages.root),
    };
    let toolchain = toolchain.map_err(|error| {
        let failure = Failure::new(Exit::Build, error.to_string());
        match args.install {
            true => failure,
            false => failure.hint("`fzudf build --install` runs what is needed"),
        }
    })?;
    for plugin in &packages.plugins {
        build(args, &packages.root, &packages.target_dir, plugin, &toolchain)?;
    }
    Ok(())
}

fn build(
    args: &BuildArgs,
    root: &Path,
    target_dir: &Path,
    plugin: &Package,
    toolchain: &WasmToolchain,
) -> Result<(), Failure> {
    let release = !args.debug;
    let build = Build { dir: root, shown_as: &plugin.name, target_dir, release };
    let cargo = toolchain
        .cargo_build(&build)
        .map_err(|e| Failure::new(Exit::Build, e.to_string()))?
        .args(["--lib", "--package", &plugin.name, "--manifest-path"])
        .arg(&plugin.manifest);
    cargo.run_on_stderr().map_err(|_| {
        Failure::new(Exit::Build, format!("{} does not compile", plugin.name))
            .hint("cargo says above what to mend; `cargo check` is a quicker way to ask it again")
    })?;
    let built = plugin.artefact(target_dir, release);
    let original = udf_backends::read_module(&built, &Limits::default())
        .map_err(|e| Failure::io(built.display(), e))?;
    let info = inspect(&original).map_err(|e| refused(e, plugin))?;
    let optimised = match args.no_opt || args.debug {
        true => Optimised::Not(None),
        false => optimise::optimise(&original, &info),
    };
    let out = args.out.clone().unwrap_or_else(|| plugin.default_out());
    let (bytes, note) = match &optimised {
        Optimised::Smaller(bytes) => {
            (bytes, Some(format!("{} before wasm-opt", grouped(original.len() as u64))))
        }
        Optimised::Not(note) => (&original, note.clone()),
    };
    file::write(&out, bytes)?;
    // Names and paths of what is in the file now.
    let info = inspect(bytes).map_err(|e| refused(e, plugin))?;
    report(&out, &info, note.as_deref())?;
    check::warn(&check::lint(&info, bytes));
    Ok(())
}

fn inspect(bytes: &[u8]) -> Result<ModuleInfo, Error> {
    udf_backends::inspect(bytes, &Limits::default())
}

/// A crate that compiles and is no plugin: in most cases something was forgotten.
fn refused(error: Error, plugin: &Package) -> Failure {
    let text = error.to_string();
    let failure = Failure::new(Exit::Refused, format!("{}: {text}", plugin.name));
    if text.contains("fz_alloc")
        || text.contains("fz_abi_version")
        || text.contains("no custom section")
    {
        failure.hint(
            "the crate has no fz_module!: list its functions in one, as docs/authoring.md shows",
        )
    } else if error.kind() == ErrorKind::InvalidModule && text.contains("imports") {
        failure.hint("`cargo tree` shows which dependency brings it in (often getrandom or js-sys)")
    } else {
        failure.hint("docs/abi.md says what a module must keep to")
    }
}

fn report(out: &Path, info: &ModuleInfo, note: Option<&str>) -> Result<(), Failure> {
    let functions: Vec<&str> = info.manifest.functions.iter().map(|f| f.name.as_str()).collect();
    let note = note.map(|note| format!(" ({note})")).unwrap_or_default();
    stdout::print(&printable(&format!(
        "{}\n  size       {} bytes{note}\n  functions  {}\n",
        out.display(),
        grouped(info.size as u64),
        functions.join(", ")
    )))
}
