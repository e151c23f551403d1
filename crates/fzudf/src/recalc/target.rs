//! Where a workbook is saved.

use super::RecalcArgs;
use crate::{
    book::{input::Inputs, plugins::same_file},
    exit::{Exit, Failure},
};
use std::path::{Path, PathBuf};

/// Endings of files that workbooks are saved to.
const ENDINGS: [&str; 4] = ["xlsx", "xlsm", "xltx", "xltm"];

/// Where the recalculated workbook goes.
#[derive(Debug)]
pub(super) struct Target(Option<PathBuf>);

impl Target {
    /// What the options say, held against what is read and against what the disk allows.
    pub(super) fn of(args: &RecalcArgs, inputs: &Inputs) -> Result<Self, Failure> {
        if args.values_only && args.out.is_none() && !args.in_place {
            return Err(Failure::usage("--values-only says how to save, but nothing says where")
                .hint("add --out FILE.xlsx or --in-place"));
        }
        if args.in_place {
            check_ending(&args.book, "--in-place")?;
            // The file that a link points to is replaced, not the link.
            let path = std::fs::canonicalize(&args.book).unwrap_or_else(|_| args.book.clone());
            return Ok(Self(Some(path)));
        }
        let Some(out) = &args.out else { return Ok(Self(None)) };
        if same_file(out, &args.book) {
            return Err(Failure::usage(format!("--out {} is the workbook itself", out.display()))
                .hint("--in-place saves into it; or give --out another file"));
        }
        let read = args.plugins.plugins.iter().map(PathBuf::as_path).chain(inputs.files());
        if let Some(other) = read.into_iter().find(|other| same_file(out, other)) {
            return Err(Failure::usage(format!(
                "--out is {}, which is read from",
                other.display()
            ))
            .hint("give --out another file"));
        }
        check_ending(out, "--out")?;
        check_folder(out)?;
        Ok(Self(Some(std::fs::canonicalize(out).unwrap_or_else(|_| out.clone()))))
    }

    /// The file; `None` where nothing is saved.
    pub(super) fn path(&self) -> Option<&Path> {
        self.0.as_deref()
    }
}

fn check_ending(path: &Path, option: &str) -> Result<(), Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    if ending.as_deref().is_some_and(|ending| ENDINGS.contains(&ending)) {
        return Ok(());
    }
    let failure = Failure::usage(format!(
        "{option}: {} cannot be saved: its name does not end in .xlsx",
        path.display()
    ));
    Err(match ending.as_deref() {
        Some("csv" | "tsv") => failure.hint("`fzudf sheet BOOK RANGE --csv` writes cells as CSV"),
        _ => failure.hint("give --out a name that ends in .xlsx"),
    })
}

/// A folder that is not there is found out before an hour of calculating.
fn check_folder(path: &Path) -> Result<(), Failure> {
    let failed = |why: &str| {
        Err(Failure::new(Exit::Io, format!("{} cannot be written: {why}", path.display()))
            .hint("give --out a file in a folder that exists and may be written to"))
    };
    if path.is_dir() {
        return failed("it is a folder");
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            failed(&format!("there is no folder {}", folder.display()))
        }
        _ => Ok(()),
    }
}
