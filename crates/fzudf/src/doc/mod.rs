//! `fzudf doc`: a reference of a plugin's functions in Markdown, from its manifest alone.
//!
//! ```text
//! markdown  texts of a stranger as Markdown shows them: as they are, and as nothing else
//! page      the page, function by function
//! ```

mod markdown;
mod page;

use crate::{exit::Failure, file, stdout, table::read_module};
use clap::Args;
use std::path::PathBuf;
use udf_columnar::Limits;

/// Write a reference of a plugin's functions.
#[derive(Args, Debug)]
pub(crate) struct DocArgs {
    /// The plugin (.wasm)
    file: PathBuf,
    /// Write to this file and not to stdout
    #[arg(long, short, value_name = "FILE.md")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &DocArgs) -> Result<(), Failure> {
    let limits = Limits::default();
    let bytes = read_module(&args.file, &limits)?;
    let info = udf_backends::inspect(&bytes, &limits)
        .map_err(|error| Failure::from(error).context(args.file.display()))?;
    let page = page::of(&info.manifest);
    match &args.out {
        Some(path) => file::write(path, page.as_bytes()),
        None => stdout::print(&crate::exit::printable(&page)),
    }
}
