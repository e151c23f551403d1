//! `fzudf manifest`: the manifest of a module that another compiler than the SDK's has made.
//!
//! ```text
//! pretty  JSON in lines, as the author wrote it otherwise
//! ```

mod pretty;

use crate::{
    check,
    exit::{Exit, Failure, grouped, printable},
    file, stdout,
    table::read_module,
};
use clap::{Args, Subcommand};
use std::{
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};
use udf_abi::exports::MAX_MANIFEST_BYTES;
use udf_backends::ModuleInfo;
use udf_columnar::Limits;

/// Attach a manifest to a module, or show it.
#[derive(Args, Debug)]
pub(crate) struct ManifestArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Put a manifest into a module, in place of one that is there
    #[command(after_long_help = ADD_HELP)]
    Add(AddArgs),
    /// Print the manifest that stands in a module
    Show(ShowArgs),
}

#[derive(Args, Debug)]
struct AddArgs {
    /// The module (.wasm)
    file: PathBuf,
    /// The manifest (.json), as docs/manifest.md has it
    manifest: PathBuf,
    /// Write to this file and not over the module
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct ShowArgs {
    /// The plugin (.wasm)
    file: PathBuf,
    /// The section's bytes as they are
    #[arg(long)]
    raw: bool,
}

const ADD_HELP: &str = "\
The manifest is held against the module by the rules of docs/manifest.md and docs/abi.md, the same as in
every host. Where one is broken nothing is written, and all that are broken are told.

All other sections stay as they are. The file is written beside and renamed: there is the old one or
the new one, never a half.

Exit codes: 0 written, 2 usage, 3 the module or the manifest is refused, 5 files.";

pub(crate) fn run(args: &ManifestArgs) -> Result<(), Failure> {
    match &args.action {
        Action::Add(args) => add(args),
        Action::Show(args) => show(args),
    }
}

fn add(args: &AddArgs) -> Result<(), Failure> {
    let module = read_module(&args.file, &Limits::default())?;
    let manifest = read_manifest(&args.manifest)?;
    let (bytes, info) = udf_backends::with_manifest(&module, &manifest, &Limits::default())
        .map_err(|error| {
            let both = format!("{} with {}", args.file.display(), args.manifest.display());
            Failure::from(error).context(both).hint("nothing was written")
        })?;
    let out = match &args.out {
        Some(out) => out.clone(),
        // Where the file is a link, what it leads to is replaced and the link stays.
        None => fs::canonicalize(&args.file).map_err(|e| Failure::io(args.file.display(), e))?,
    };
    file::write(&out, &bytes)?;
    report(args.out.as_ref().unwrap_or(&args.file), &info)?;
    check::warn(&check::lint(&info, &bytes));
    Ok(())
}

/// A regular file that is no larger than a manifest may be.
fn read_manifest(path: &Path) -> Result<Vec<u8>, Failure> {
    udf_backends::internal::read_file(path, MAX_MANIFEST_BYTES).map_err(|error| {
        match error.kind() {
            ErrorKind::FileTooLarge => {
                Failure::new(Exit::Refused, error.to_string()).context(path.display())
            }
            _ => Failure::io(path.display(), error).hint("the second argument is the manifest"),
        }
    })
}

fn report(out: &Path, info: &ModuleInfo) -> Result<(), Failure> {
    let module = &info.manifest.module;
    let functions: Vec<&str> = info.manifest.functions.iter().map(|f| f.name.as_str()).collect();
    stdout::print(&printable(&format!(
        "{}: {} {}\n  size       {} bytes\n  functions  {}\n",
        out.display(),
        module.id,
        module.version,
        grouped(info.size as u64),
        functions.join(", ")
    )))
}

fn show(args: &ShowArgs) -> Result<(), Failure> {
    let module = read_module(&args.file, &Limits::default())?;
    let refused =
        |message: &str| Failure::new(Exit::Refused, format!("{}: {message}", args.file.display()));
    let sections = udf_backends::manifest_sections(&module)
        .map_err(|error| Failure::from(error).context(args.file.display()))?;
    let section = match sections.as_slice() {
        [one] => *one,
        [] => {
            return Err(refused("the module has no manifest").hint(
                "`fzudf manifest add` attaches one; `fzudf inspect` shows the module's exports",
            ));
        }
        more => {
            return Err(refused(&format!(
                "the module has {} manifests, hosts want one",
                more.len()
            ))
            .hint("`fzudf manifest add` replaces all of them"));
        }
    };
    if args.raw {
        return match std::io::stdout().lock().write_all(section) {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => {
                Err(Failure::new(Exit::Quiet, "broken pipe"))
            }
            Err(e) => Err(Failure::io("stdout", e)),
            Ok(()) => Ok(()),
        };
    }
    let text = std::str::from_utf8(section)
        .ok()
        .and_then(pretty::lines)
        .ok_or_else(|| refused("the manifest is no JSON").hint("`--raw` prints it as it is"))?;
    stdout::print(&text)
}
