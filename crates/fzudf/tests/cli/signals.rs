//! Requests to end that come while a plugin is compiled or runs.
#![cfg(unix)]

use crate::data::{Folder, Run, conformance, fzudf, heavy};
use std::{
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// Generous: it takes some hundredths of a second.
const SOON: Duration = Duration::from_secs(20);
/// So long that a run ends by itself in no test.
const PATIENT: [&str; 6] = [
    "--limit-batch-time",
    "10m",
    "--limit-compile-time",
    "10m",
    "--limit-module-work",
    "1000000000000",
];

fn start(args: &[&str], more: &[&str]) -> Child {
    let mut command = fzudf();
    command.args(args).args(more).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Signals a run that is under way, and gives how it ended.
#[track_caller]
fn ended(mut child: Child, signal: &str) -> (ExitStatus, Run) {
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(child.try_wait().unwrap(), None, "it should be at work");
    signalled(child, signal)
}

#[track_caller]
fn signalled(child: Child, signal: &str) -> (ExitStatus, Run) {
    let asked = Instant::now();
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    eprintln!("ended after {:?}", asked.elapsed());
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    (output.status, Run::of(output))
}

#[test]
fn a_call_ends_while_it_compiles() {
    let folder = Folder::new();
    // Half a minute of compiling.
    let module = heavy(&folder, 6_000);
    for signal in ["-TERM", "-INT"] {
        let run = ["call", &module, "f", "--arg", "=1", "--no-cache", "--threads", "1"];
        ended(start(&run, &PATIENT), signal).1.fails(130, &[]);
    }
}

#[test]
fn a_call_ends_while_its_guest_loops() {
    for signal in ["-TERM", "-INT"] {
        let run = ["call", &conformance(), "SPIN", "--arg", "=1"];
        ended(start(&run, &PATIENT), signal).1.fails(130, &[]);
    }
}

/// Commands that leave nothing to clean up are ended by the signal itself. Not by that of Ctrl-C here: a shell that runs tests
/// in the background has it ignored.
#[test]
fn a_test_ends_while_it_compiles_and_while_its_guest_loops() {
    let folder = Folder::new();
    let module = heavy(&folder, 1_500);
    for run in [vec!["test", &module], vec!["test", &conformance(), "SPIN", "--rows", "1000000"]] {
        let (status, _) = ended(start(&run, &[]), "-TERM");
        assert_eq!(status.signal(), Some(15), "{run:?}");
    }
}

#[test]
fn inspections_end_in_the_midst() {
    let folder = Folder::new();
    let module = heavy(&folder, 10_000);
    for command in ["inspect", "check"] {
        let mut child = start(&[command, &module], &[]);
        std::thread::sleep(Duration::from_millis(100));
        match child.try_wait().unwrap() {
            None => assert_eq!(signalled(child, "-TERM").0.signal(), Some(15), "{command}"),
            Some(status) => eprintln!("{command} is faster than the signal: {status}"),
        }
    }
}
