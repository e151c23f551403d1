//! Files that are no modules: huge ones, folders, pipes, devices. Every command says what stands there, at once.

use crate::data::{Folder, Run, fzudf};
use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

/// The commands that take a module, with what else they need.
const COMMANDS: [&[&str]; 6] =
    [&["inspect"], &["check"], &["doc"], &["test"], &["bench"], &["call"]];

/// How long a command may take that is not to read anything.
const PATIENCE: Duration = Duration::from_secs(60);

fn ends(mut child: Child, what: &str) -> Run {
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() && started.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    // It has ended, unless it never does.
    let killed = child.try_wait().unwrap().is_none();
    if killed {
        child.kill().unwrap();
    }
    assert!(!killed, "{what} does not end");
    Run::of(child.wait_with_output().unwrap())
}

/// Every command fails like this on a file.
fn refused(folder: &Folder, file: &str, code: i32, phrases: &[&str]) {
    for command in COMMANDS {
        let function: &[&str] = if ["bench", "call"].contains(&command[0]) { &["F"] } else { &[] };
        let child = fzudf()
            .args(command)
            .arg(file)
            .args(function)
            .current_dir(folder.path("."))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        ends(child.unwrap(), &format!("{command:?} {file}")).fails(code, phrases);
    }
    let formula = fzudf()
        .args(["eval", "=1", "--plugins", file])
        .current_dir(folder.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let run = ends(formula.unwrap(), &format!("eval {file}"));
    assert!(run.code == code || run.code == 5, "{} {}", run.code, run.err);
}

#[test]
fn a_huge_file_is_refused_by_its_size() {
    let folder = Folder::new();
    std::fs::File::create(folder.path("huge.wasm")).unwrap().set_len(6 << 30).unwrap();
    refused(&folder, "huge.wasm", 3, &["huge.wasm", "6442450944 bytes", "limit"]);
}

#[test]
fn a_folder_is_named_as_one() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("sub.wasm")).unwrap();
    for command in COMMANDS {
        let mut args = vec![command[0], "sub.wasm"];
        if ["bench", "call"].contains(&command[0]) {
            args.push("F");
        }
        folder.run(&args).fails(5, &["sub.wasm", "a folder, not a regular file"]);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_writes_to_holds_nobody_up() {
    let folder = Folder::new();
    let made = std::process::Command::new("mkfifo").arg(folder.path("pipe.wasm")).status().unwrap();
    assert!(made.success());
    refused(&folder, "pipe.wasm", 5, &["pipe.wasm", "a pipe (FIFO), not a regular file"]);
}

#[cfg(unix)]
#[test]
fn a_device_is_not_read() {
    refused(&Folder::new(), "/dev/zero", 5, &["/dev/zero", "a device, not a regular file"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_of_the_system_without_a_size_is_read_and_is_no_module() {
    let folder = Folder::new();
    folder.run(&["inspect", "/proc/self/status"]).fails(3, &["WebAssembly"]);
}
