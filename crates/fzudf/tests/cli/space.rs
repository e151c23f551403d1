//! Little address space: a call works, or says what it lacks.
#![cfg(target_os = "linux")]

use crate::data::{Folder, Run, array, conformance, fzudf, table};
use arrow_array::Float64Array;
use std::process::Command;

/// The run in a process of so many KiB of address space.
fn within(kib: u64, run: &Command) -> Run {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -v {kib} && exec \"$0\" \"$@\"")]);
    shell.arg(run.get_program()).args(run.get_args());
    for (name, value) in run.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    Run::of(shell.output().unwrap())
}

#[test]
fn a_call_works_in_little_address_space() {
    let folder = Folder::new();
    let values = Float64Array::from_iter_values((0..10_000).map(f64::from));
    folder.write("t.parquet", &[table([("x", array(values))])]);
    let mut run = fzudf();
    run.args([
        "call",
        &conformance(),
        "MULADD",
        "--arg",
        "x",
        "--arg",
        "=2",
        "--no-cache",
        "--input",
    ]);
    run.arg(folder.path("t.parquet"));
    let usual = within(u64::MAX >> 20, &run).ok();
    // Below 200 MiB not even Rust's own allocations find room, which ends the process.
    for mib in [8_192, 2_048, 1_024, 512] {
        assert_eq!(within(mib << 10, &run).ok().out, usual.out, "{mib} MiB");
    }
}

/// Its limit allows a guest 4 GiB, of which the machine has one.
#[test]
fn a_guest_that_asks_for_more_than_the_machine_has_is_told_as_that() {
    for (function, asked) in [("GROW", "=1572864"), ("SEQ", "=60000000")] {
        let mut run = fzudf();
        run.args(["call", &conformance(), function, "--arg", asked, "--limit-memory", "4GiB"]);
        run.args([
            "--limit-call-time",
            "10m",
            "--limit-batch-time",
            "10m",
            "--limit-result",
            "4GiB",
        ]);
        let run = within(1 << 20, &run);
        let says = ["this machine does not have", "as far as the machine has it"];
        let run = run.fails(4, &says);
        assert!(!run.err.contains("tell its author"), "{}", run.err);
    }
}
