//! Runs that are killed, and systems that refuse: a file is as it was, or whole and new, and a cache is never wrong.
//!
//! `FZ_KILLS` says how many runs of each kind are killed (12 unless set; `cargo xtask soak` asks for a thousand).
#![cfg(unix)]

use crate::data::{Folder, Run, array, conformance, fzudf, repository, table};
use arrow_array::Float64Array;
use formualizer_workbook::Workbook;
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

const ROWS: usize = 60_000;

fn kills() -> u64 {
    std::env::var("FZ_KILLS").map_or(12, |kills| kills.parse().unwrap())
}

fn folder() -> Folder {
    let folder = Folder::new();
    let values = array(Float64Array::from_iter_values((0..ROWS).map(|n| n as f64)));
    folder.write("t.parquet", &[table([("x", values)])]);
    folder
}

/// Starts the run as often as asked, kills each after another while, and lets `check` look at what is there.
fn killed(mut start: impl FnMut() -> Command, mut check: impl FnMut(bool)) {
    // How long a run takes that is left alone: the kills are spread over it.
    let begun = std::time::Instant::now();
    let run = Run::of(start().output().unwrap());
    assert_eq!(run.code, 0, "{}", run.err);
    let whole = begun.elapsed().as_micros() as u64;
    for round in 0..kills() {
        let quiet = Stdio::null;
        let mut child: Child = start().stdout(quiet()).stderr(quiet()).spawn().unwrap();
        let part = round.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        std::thread::sleep(Duration::from_micros(part % (whole + whole / 8).max(1)));
        // It may have ended by itself.
        let _ = child.kill();
        check(child.wait().unwrap().success());
    }
}

fn remove(path: &Path) {
    if path.exists() {
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_killed_call_leaves_a_whole_result_or_none() {
    let folder = folder();
    let out = folder.path("o.parquet");
    let start = || {
        remove(&out);
        let mut command = fzudf();
        command.args(["call", &conformance(), "SQRT_CHECKED", "--arg", "x", "--input"]);
        command.arg(folder.path("t.parquet")).arg("--out").arg(&out);
        command
    };
    killed(start, |finished| {
        assert!(out.exists() || !finished);
        if out.exists() {
            assert_eq!(folder.read("o.parquet").num_rows(), ROWS);
        }
    });
}

#[test]
fn a_killed_recalculation_leaves_the_book_as_it_was_or_whole() {
    let folder = Folder::new();
    let book = folder.path("book.xlsx");
    std::fs::copy(repository("testdata/portfolio.xlsx"), &book).unwrap();
    let plugin = repository("plugins/finance.wasm");
    let start = || {
        let mut command = fzudf();
        command.arg("recalc").arg(&book).args(["--plugins", &plugin, "--in-place"]);
        command
    };
    killed(start, |_| {
        let book = Workbook::open(&book).unwrap();
        assert!(book.sheet_names().contains(&"Summary".to_owned()));
    });
}

#[test]
fn a_killed_writer_never_spoils_the_cache() {
    let folder = Folder::new();
    let cache = folder.path("cache");
    let start = || {
        if cache.exists() {
            std::fs::remove_dir_all(&cache).unwrap();
        }
        let mut command = fzudf();
        command.args(["call", &conformance(), "GCD", "--arg", "=12", "--arg", "=18"]);
        command.env("FZUDF_CACHE_DIR", &cache);
        command
    };
    killed(start, |_| {
        let mut again = fzudf();
        again.args(["call", &conformance(), "GCD", "--arg", "=12", "--arg", "=18"]);
        let run = Run::of(again.env("FZUDF_CACHE_DIR", &cache).output().unwrap()).ok();
        assert!(run.out.contains('6'), "{}", run.out);
    });
}

/// Runs the command line in a shell that has set limits first.
fn limited(folder: &Folder, limit: &str, args: &[&str]) -> Run {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limit} && exec \"$@\""), "sh", env!("CARGO_BIN_EXE_fzudf")]);
    shell.args(args).env("NO_COLOR", "1").env("FZUDF_CACHE_DIR", folder.path("cache"));
    Run::of(shell.current_dir(folder.path("")).output().unwrap())
}

#[test]
fn a_file_that_may_not_grow_fails_the_call_and_leaves_nothing() {
    let folder = folder();
    let plugin = conformance();
    let args = ["call", &plugin, "SQRT_CHECKED", "--arg", "x", "-i", "t.parquet", "-o", "o.csv"];
    // 64 blocks of 512 bytes; the signal of the limit is ignored, so that writing fails.
    let run = limited(&folder, "trap '' XFSZ && ulimit -f 64", &args);
    assert_ne!(run.code, 0);
    assert!(run.err.contains("o.csv"), "{}", run.err);
    assert!(!folder.path("o.csv").exists(), "{:?}", folder.files());
    assert!(!folder.files().iter().any(|name| name.ends_with(".tmp")), "{:?}", folder.files());
}

#[test]
fn a_full_device_fails_the_call() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let folder = folder();
    let args = ["SQRT_CHECKED", "--arg", "x", "-i", "t.parquet", "-o", "/dev/full"];
    let run = folder.call(&[&args[..], &["--out-format", "csv"]].concat());
    assert_ne!(run.code, 0);
    assert!(run.err.contains("/dev/full"), "{}", run.err);
}

#[test]
fn a_folder_that_is_a_file_is_named() {
    let folder = folder();
    folder.write_text("file", "");
    let run = folder.call(&["SQRT_CHECKED", "--arg", "x", "-i", "t.parquet", "-o", "file/o.csv"]);
    assert_ne!(run.code, 0);
    assert!(run.err.contains("file/o.csv"), "{}", run.err);
}

#[test]
fn few_file_descriptors_are_an_error_and_no_crash() {
    let folder = folder();
    let plugin = conformance();
    let args = ["call", &plugin, "SQRT_CHECKED", "--arg", "x", "-i", "t.parquet", "-o", "o.csv"];
    for descriptors in [4, 5, 6, 8, 16] {
        let run = limited(&folder, &format!("ulimit -n {descriptors}"), &args);
        assert!(run.code >= 0, "ended by a signal with {descriptors} descriptors: {}", run.err);
        assert!(!run.err.contains("panicked"), "{}", run.err);
        assert!(run.code != 0 || folder.path("o.csv").exists());
        remove(&folder.path("o.csv"));
    }
}
