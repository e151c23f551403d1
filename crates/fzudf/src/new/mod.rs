//! `fzudf new`: a folder with a plugin that builds and tests at once, without a network.
//!
//! ```text
//! name      which names a crate can have
//! project   the files of the new folder
//! sdk       where the SDK comes from: carried by this command, or a checkout
//! ```

mod name;
mod project;
mod sdk;

use crate::{
    exit::{Exit, Failure},
    stdout,
};
use clap::{Args, ValueEnum};
use project::Project;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What the new plugin begins with.
#[derive(Args, Debug)]
pub(crate) struct NewArgs {
    /// The folder to make; its last part is the name of the crate
    #[arg(value_name = "NAME")]
    path: PathBuf,
    /// What the functions of the new plugin work on
    #[arg(long, value_enum, default_value = "scalar")]
    template: Template,
    /// Take the SDK from this checkout of the repository, and not a copy of it
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,
}

/// The plugins that can be begun with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Template {
    /// Numbers, row by row
    Scalar,
    /// Texts, row by row
    String,
    /// Whole columns and ranges
    Array,
}

pub(crate) fn run(args: &NewArgs) -> Result<(), Failure> {
    let folder = args.path.file_name().ok_or_else(|| {
        Failure::usage(format!("{} names no folder", args.path.display()))
            .hint("give the name of a folder to make, as in `fzudf new my-functions`")
    })?;
    let name = folder.to_string_lossy();
    name::check(&name)?;
    if fs::symlink_metadata(&args.path).is_ok() {
        return Err(Failure::new(Exit::Io, format!("{} exists", args.path.display()))
            .hint("give another name, or remove it first: nothing is ever written over"));
    }
    let parent = match args.path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let source = sdk::Source::of(args.sdk.as_deref())?;
    Project { name: &name, template: args.template, source }.write(parent, &args.path)?;
    let path = args.path.display();
    stdout::print(&format!(
        "made {path}\n\nnext:\n  cd {path}\n  cargo test\n  fzudf build\n  fzudf test {}.wasm\n",
        name::file(&name)
    ))
}
