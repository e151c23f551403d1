//! `mutants`: changes the code that judges guests, one place at a time, and runs tests against each change.
//!
//! Which files are changed, and which changes no test can tell, stands in `.cargo/mutants.toml`.

use std::{fs, path::Path, process::ExitCode};

use crate::{
    cmd::Cmd,
    error::{Context, Error, Result},
    metadata::{metadata, target_directory},
    steps::Steps,
    tool,
};

const TOOL: (&str, &str) = ("cargo-mutants", "27.1.0");

/// A package whose files are changed, and the tests that tell: the interpreter alone, since linking the other engine
/// takes longer than the tests.
struct Suite {
    package: &'static str,
    options: &'static str,
    /// Those that are built and run; all where none is named.
    tests: &'static str,
}

/// Tests that take longer than all others together, and look at engines and memory.
const SKIPPED: [&str; 3] = [
    "every_kind_is_refused_or_compiled_soon",
    "a_message_of_a_million_rows_is_held_once",
    "the_largest_modules_are_inspected_in_moments",
];

const SUITES: [Suite; 3] = [
    Suite { package: "udf-abi", options: "--all-features", tests: "" },
    Suite {
        package: "udf-columnar",
        options: ENGINE,
        // Its own tests, and those of the engines that believe what it says.
        tests: "--package=udf-backends --lib --test=evil --test=frame_roundtrip",
    },
    Suite {
        package: "udf-backends",
        options: ENGINE,
        tests: "--lib --test=evil --test=frame_roundtrip --test=json_codec --test=typed_bridge",
    },
];
const ENGINE: &str = "--no-default-features --features udf-backends/wasmi,udf-columnar/cast \
                      --test-package udf-columnar,udf-backends";

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    let only = match args {
        [] => None,
        [file] if !file.starts_with('-') => Some(file),
        _ => return Err(Error::new("mutants takes nothing, or the FILE whose code is changed")),
    };
    let path = tool::install(root, TOOL)?;
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    let reports = target.join("mutants");
    fs::create_dir_all(&reports).context(format_args!("cannot make {}", reports.display()))?;
    let mut steps = Steps::default();
    for Suite { package, options, tests } in SUITES {
        if only.is_some_and(|file| !file.contains(&format!("{package}/"))) {
            continue;
        }
        let line = format!("mutants --no-shuffle --jobs 1 --package {package} {options} --output");
        let mut command = Cmd::cargo(root, &line)
            .arg(reports.join(package))
            .env("PATH", &path)
            .env("CARGO_TARGET_DIR", reports.join("target"))
            // Nobody debugs a mutant, and each is compiled from the one before.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "1");
        if let Some(file) = only {
            // The names of mutants begin with their files; `--file` would add to those of the settings.
            command = command.arg("--re").arg(format!("^{}", file.replace('.', "[.]")));
        }
        for argument in tests.split_whitespace() {
            command = command.arg(format!("--cargo-arg={argument}"));
        }
        command = command.args(["--", "--"]);
        for name in SKIPPED {
            command = command.args(["--skip", name]);
        }
        if steps.run(&format!("Mutants of {package}"), &command) {
            steps.count_passed(1);
        }
    }
    steps.print_times();
    Ok(steps.close())
}
