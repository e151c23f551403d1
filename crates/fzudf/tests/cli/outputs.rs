//! Where rows go, what a run leaves behind, and how it ends.

use crate::data::{Folder, array, conformance, fzudf, table};
use arrow_array::{Float64Array, cast::AsArray, types::Float64Type};
use std::{
    io::Read,
    process::Stdio,
    time::{Duration, Instant},
};

fn folder(rows: usize) -> Folder {
    let folder = Folder::new();
    let values = Float64Array::from_iter_values((0..rows).map(|n| n as f64));
    folder.write("t.parquet", &[table([("x", array(values))])]);
    folder
}

#[test]
fn data_goes_to_stdout_and_the_rest_to_stderr() {
    let folder = folder(3);
    let run = folder.call(&["SQRT_CHECKED", "-i", "t.parquet"]).ok();
    assert_eq!(run.out.lines().count(), 4);
    assert!(run.err.contains("SQRT_CHECKED: 3 rows in "), "{}", run.err);
    assert!(run.err.contains("rows/s"), "{}", run.err);
    assert!(!run.err.contains('\u{1b}'), "no bar and no colours: {}", run.err);
    assert_eq!(folder.call(&["SQRT_CHECKED", "-i", "t.parquet", "-q"]).ok().err, "");
}

#[test]
fn a_missing_input_is_5_and_so_is_a_folder() {
    let folder = folder(1);
    folder
        .call(&["SQRT_CHECKED", "-i", "none.parquet", "--arg", "x"])
        .fails(5, &["none.parquet", "--input"]);
    std::fs::create_dir(folder.path("d.csv")).unwrap();
    folder.call(&["SQRT_CHECKED", "-i", "d.csv", "--arg", "x"]).fails(5, &["is a folder"]);
}

#[test]
fn an_output_that_cannot_be_written_is_5() {
    let folder = folder(1);
    folder.call(&["SQRT_CHECKED", "-i", "t.parquet", "-o", "none/o.csv"]).fails(5, &["none/o.csv"]);
    std::fs::create_dir(folder.path("d.csv")).unwrap();
    folder.call(&["SQRT_CHECKED", "-i", "t.parquet", "-o", "d.csv"]).fails(5, &["folder"]);
    folder.call(&["SQRT_CHECKED", "-i", "t.parquet", "-o", "o.doc"]).fails(2, &["--out-format"]);
}

#[test]
fn the_input_is_never_written_over() {
    let folder = folder(1);
    let before = std::fs::read(folder.path("t.parquet")).unwrap();
    folder.call(&["SQRT_CHECKED", "-i", "t.parquet", "-o", "./t.parquet"]).fails(2, &["read from"]);
    std::fs::copy(conformance(), folder.path("p.wasm")).unwrap();
    folder
        .run(&[
            "call",
            "p.wasm",
            "SQRT_CHECKED",
            "-i",
            "t.parquet",
            "-o",
            "p.wasm",
            "--out-format",
            "csv",
        ])
        .fails(2, &["read from"]);
    assert_eq!(std::fs::read(folder.path("t.parquet")).unwrap(), before);
}

#[test]
fn a_failed_run_leaves_an_existing_file_as_it_was() {
    let folder = folder(300_000);
    folder.write_text("o.csv", "precious");
    let late = ["PANIC_IF", "-i", "t.parquet", "--arg", "x", "--arg", "=299990", "-o", "o.csv"];
    folder.call(&late).fails(4, &["failed on 9 rows"]);
    assert_eq!(std::fs::read_to_string(folder.path("o.csv")).unwrap(), "precious");
    assert_eq!(folder.files(), ["o.csv", "t.parquet"]);
    folder.call(&[&late[..], &["--errors", "null"]].concat()).ok();
    assert_eq!(folder.read("o.csv").num_rows(), 300_000);
}

#[test]
fn the_result_s_name_is_free_or_refused() {
    let folder = Folder::new();
    let one = || array(Float64Array::from(vec![4.0]));
    folder.write(
        "t.parquet",
        &[table([("x", one()), ("SQRT_CHECKED", one()), ("SQRT_CHECKED_2", one())])],
    );
    folder.call(&["SQRT_CHECKED", "-i", "t.parquet", "-o", "o.parquet"]).ok();
    assert_eq!(
        folder.read("o.parquet")["SQRT_CHECKED_3"].as_primitive::<Float64Type>().value(0),
        2.0
    );
    folder
        .call(&["SQRT_CHECKED", "-i", "t.parquet", "--as", "x"])
        .fails(2, &["column `x` already"]);
}

#[cfg(unix)]
#[test]
fn a_new_file_has_the_usual_permissions_and_links_are_followed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(1);
    folder.write_text("usual", "");
    folder.call(&["SQRT_CHECKED", "-i", "t.parquet", "-o", "o.csv"]).ok();
    let mode = |name: &str| std::fs::metadata(folder.path(name)).unwrap().permissions().mode();
    assert_eq!(mode("o.csv"), mode("usual"));
    std::os::unix::fs::symlink("o.csv", folder.path("link.csv")).unwrap();
    folder.call(&["SQRT_CHECKED", "-i", "t.parquet", "--as", "again", "-o", "link.csv"]).ok();
    assert!(std::fs::symlink_metadata(folder.path("link.csv")).unwrap().is_symlink());
    assert!(std::fs::read_to_string(folder.path("o.csv")).unwrap().contains("again"));
}

#[cfg(unix)]
#[test]
fn devices_are_written_as_they_are() {
    let folder = folder(10);
    folder
        .call(&["SQRT_CHECKED", "-i", "t.parquet", "-o", "/dev/null", "--out-format", "csv"])
        .ok();
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let folder = folder(300_000);
    for format in ["csv", "arrow-stream", "parquet"] {
        let mut child = fzudf()
            .args(["call", &conformance(), "SQRT_CHECKED", "--out-format", format, "--input"])
            .arg(folder.path("t.parquet"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 3];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let run = child.wait_with_output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{format}");
        let err = String::from_utf8(run.stderr).unwrap();
        assert!(!err.contains("error") && !err.contains("panic"), "{format}: {err}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing() {
    let folder = folder(10);
    let child = fzudf()
        .args(["call", &conformance(), "SPIN", "--arg", "x", "--limit-batch-time", "5m"])
        .arg("--input")
        .arg(folder.path("t.parquet"))
        .arg("--out")
        .arg(folder.path("o.csv"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The temporary file shows that the call is under way.
    let begun = Instant::now();
    while folder.files().len() < 2 && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let id = child.id().to_string();
    let kill = std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(kill.success());
    let run = child.wait_with_output().unwrap();
    assert_eq!(run.status.code(), Some(130), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(folder.files(), ["t.parquet"]);
}
