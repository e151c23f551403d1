//! The tasks of this repository: `cargo xtask NAME`, or `cargo xtask --help` for the list.
//!
//! `main` knows the table of tasks and nothing else; each task stands in the file of its name.
//! What is deliberately absent: configuration. A task does the same on every machine.
#![forbid(unsafe_code)]

mod apt;
mod bench;
mod ci;
mod cmd;
mod differential;
mod error;
mod foreign;
mod functions;
mod fuzz;
mod languages;
mod matrix;
mod metadata;
mod mutants;
mod package;
mod plugins;
mod python;
mod sanitize;
mod soak;
mod spec;
mod steps;
mod test;
mod tidy;
mod tool;
mod web;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use error::{Error, Result};

struct Task {
    name: &'static str,
    options: &'static str,
    about: &'static str,
    /// Gets the repository's folder and the arguments after the task's name.
    run: fn(&Path, &[String]) -> Result<ExitCode>,
}

const TASKS: &[Task] = &[
    Task {
        name: "plugins",
        options: "[--check]",
        about: "build plugins/NAME.wasm from source; --check: leave the committed files alone",
        run: plugins::run,
    },
    Task {
        name: "test",
        options: "[--quick]",
        about: "rebuild the plugins and run every test; --quick: the root workspace's tests only",
        run: test::run,
    },
    Task {
        name: "ci",
        options: "",
        about: "formatting, lints, tidy, docs, then test and matrix: what a change must pass",
        run: ci::run,
    },
    Task {
        name: "matrix",
        options: "",
        about: "build and test udf-backends with each combination of engines, and for wasm32",
        run: matrix::run,
    },
    Task {
        name: "web",
        options: "",
        about: "hold the engine of hosts of JavaScript against the interpreter, in Node and in Chromium",
        run: web::run,
    },
    Task {
        name: "playground",
        options: "[--build]",
        about: "build the page in which a person tries the package, and serve it on this machine alone; --build: do not serve it",
        run: web::run_playground,
    },
    Task {
        name: "fuzz",
        options: "[TARGET] [--for TIME]",
        about: "run the fuzzing targets, or one, for 20s each or the TIME (90s, 10m, 2h)",
        run: fuzz::run,
    },
    Task {
        name: "soak",
        options: "",
        about: "ten million calls with failures on each engine, a thousand kills of each kind",
        run: soak::run,
    },
    Task {
        name: "mutants",
        options: "[FILE]",
        about: "change the code that judges guests, place by place: every change must fail a test",
        run: mutants::run,
    },
    Task {
        name: "sanitize",
        options: "",
        about: "run the tests of code that handles memory itself under AddressSanitizer",
        run: sanitize::run,
    },
    Task {
        name: "wheel",
        options: "[FOLDER]",
        about: "build the Python package's wheel (into target/wheels), and try it in an empty environment",
        run: package::run_wheel,
    },
    Task {
        name: "functions",
        options: "",
        about: "write docs/functions.md from the records of the functions",
        run: functions::run,
    },
    Task {
        name: "tidy",
        options: "",
        about: "check the cheap invariants of docs/safety.md and CONTRIBUTING.md",
        run: tidy::run,
    },
    Task {
        name: "differential",
        options: "[--for TIME] [--calls N] [--seed N]",
        about: "hold the engines against each other on random modules, for 10m unless told otherwise",
        run: differential::run,
    },
    Task {
        name: "spec",
        options: "FOLDER",
        about: "hold both engines against a folder of the specification's tests (.wast)",
        run: spec::run,
    },
    Task {
        name: "bench",
        options: "[--json FILE]",
        about: "measure the figures; --json FILE: also write them as JSON",
        run: bench::run,
    },
];

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<ExitCode> {
    let Some(name) = args.first() else {
        print!("{}", help());
        return Ok(ExitCode::FAILURE);
    };
    if args.iter().any(|arg| matches!(arg.as_str(), "-h" | "--help")) || name == "help" {
        print!("{}", help());
        return Ok(ExitCode::SUCCESS);
    }
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        return Err(Error::new(format!("there is no task `{name}`; {}", help())));
    };
    (task.run)(&repository()?, &args[1..])
}

fn help() -> String {
    let mut text = String::from("usage: cargo xtask TASK [OPTIONS]\n\ntasks:\n");
    for Task { name, options, about, .. } in TASKS {
        text.push_str(&format!("  {:<22} {about}\n", format!("{name} {options}")));
    }
    text
}

/// The repository's folder. Asked at run time: clones may share one target folder.
fn repository() -> Result<PathBuf> {
    let xtask = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    xtask
        .as_deref()
        .and_then(Path::parent)
        .map(Path::to_owned)
        .ok_or_else(|| Error::new("cargo does not say where xtask is: run it as `cargo xtask`"))
}

/// For tasks with at most one flag: whether it was given.
fn flag(args: &[String], name: &str) -> Result<bool> {
    match args.iter().find(|arg| *arg != name) {
        None => Ok(!args.is_empty()),
        Some(other) if name.is_empty() => {
            Err(Error::new(format!("`{other}`: this task takes no options")))
        }
        Some(other) => Err(Error::new(format!("`{other}`: this task takes only {name}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_lists_each_task_on_one_line() {
        for task in TASKS {
            assert_eq!(help().lines().filter(|line| line.contains(task.about)).count(), 1);
        }
    }

    #[test]
    fn an_unknown_task_and_an_unknown_flag_are_refused() {
        assert!(dispatch(&["tets".into()]).unwrap_err().to_string().contains("tets"));
        assert!(flag(&["--quik".into()], "--quick").is_err());
        assert!(flag(&["--quick".into()], "--quick").unwrap());
        assert!(!flag(&[], "--quick").unwrap());
        assert!(flag(&["x".into()], "").is_err());
    }
}
