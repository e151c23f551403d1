//! wasm-opt, where it is there. It is a program like any other: what comes out is held against
//! what went in before it takes its place.

use crate::exit::{complain, printable};
use std::{
    fs,
    io::{self, ErrorKind},
    process::{Command, Stdio},
};
use udf_backends::ModuleInfo;
use udf_columnar::Limits;

/// What became of a module.
pub(super) enum Optimised {
    /// Smaller, and of the same manifest.
    Smaller(Vec<u8>),
    /// As it was; what to say about it.
    Not(Option<String>),
}

/// The features that the contract admits; custom sections stay unless wasm-opt is told otherwise.
const FLAGS: &[&str] = &[
    "-O3",
    "--enable-bulk-memory",
    "--enable-simd",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-multivalue",
    "--enable-reference-types",
];

/// Runs wasm-opt over a module.
pub(super) fn optimise(module: &[u8], info: &ModuleInfo) -> Optimised {
    let bytes = match run(module) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Optimised::Not(Some("wasm-opt is not on the path".into()));
        }
        Err(error) => return warned(&error.to_string()),
    };
    match udf_backends::inspect(&bytes, &Limits::default()) {
        Err(error) => warned(&format!("its result breaks the contract: {error}")),
        Ok(new) if new.manifest != info.manifest => warned("its result has another manifest"),
        Ok(_) if bytes.len() >= module.len() => {
            Optimised::Not(Some("wasm-opt makes it no smaller".into()))
        }
        Ok(_) => Optimised::Smaller(bytes),
    }
}

fn warned(problem: &str) -> Optimised {
    complain(format_args!("warning: wasm-opt is of no use here: {}", printable(problem)));
    Optimised::Not(Some("not optimised further".into()))
}

fn run(module: &[u8]) -> io::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let (from, to) = (folder.path().join("in.wasm"), folder.path().join("out.wasm"));
    fs::write(&from, module)?;
    let done = Command::new("wasm-opt")
        .args(FLAGS)
        .arg(&from)
        .arg("-o")
        .arg(&to)
        .stdin(Stdio::null())
        .output()?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(io::Error::other(format!("it ended with {}: {last}", done.status)));
    }
    // No file is no answer, which is not the same as no wasm-opt.
    fs::read(&to).map_err(|e| io::Error::other(format!("it wrote nothing: {e}")))
}
