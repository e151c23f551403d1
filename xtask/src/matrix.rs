//! `matrix`: udf-backends with each combination of engines, and what must run in a browser.

use std::{path::Path, process::ExitCode};

use crate::{
    cmd::Cmd,
    error::Result,
    metadata::{metadata, target_directory},
    steps::Steps,
};
use wasm_toolchain::{Build, TARGET, WasmToolchain};

/// Which engines are compiled in: a title and the features of udf-backends.
const ENGINES: [(&str, &str); 4] = [
    ("native functions only", ""),
    ("wasmi only", "wasmi"),
    ("wasmtime only", "wasmtime"),
    ("wasmtime and wasmi", "wasmtime,wasmi"),
];

/// The workspace's tests run the random calls in full; here it is about the features.
const AGREEMENT_CALLS: &str = "5000";

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    crate::flag(args, "")?;
    let mut steps = Steps::default();
    // A step that failed is in `steps` with what to repeat.
    let _ = all(root, &mut steps);
    steps.print_times();
    Ok(steps.close())
}

/// Runs every member up to the first that fails; `None` if one did.
pub(crate) fn all(root: &Path, steps: &mut Steps) -> Option<()> {
    for (title, features) in ENGINES {
        let title = format!("udf-backends: {title}");
        steps.run_tests(&title, &engine_tests(root, features)).then_some(())?;
    }
    let title = format!("udf-backends with js and wasmi, and the workbook, for {TARGET}");
    steps.call(&title, "cargo xtask matrix", || {
        let command = portable_build(root)?;
        println!("$ {command}");
        Ok(command.run()?)
    })
}

fn engine_tests(root: &Path, features: &str) -> Cmd {
    let line = if features.contains("wasmtime") {
        // Together with the other members wasmtime is the one that the workspace's tests have
        // built; alone it would be built again with fewer features, which takes minutes.
        "test --workspace --test agreement --test conformance --test evil --test plugins"
    } else {
        // Examples in documents are written for the default features.
        "test --package udf-backends --lib --tests"
    };
    let features: Vec<_> =
        features.split_terminator(',').map(|name| format!("udf-backends/{name}")).collect();
    Cmd::cargo(root, line)
        .args(["--no-default-features", "--no-fail-fast"])
        .arg(format!("--features={}", features.join(",")))
        .env("FZ_AGREEMENT_CALLS", AGREEMENT_CALLS)
}

/// What a browser runs: no wasmtime, no threads, no clock of the standard library.
fn portable_build(root: &Path) -> Result<Cmd> {
    let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
    let target_dir = target.join("wasm");
    let build =
        Build { dir: root, shown_as: "formualizer-udf", target_dir: &target_dir, release: true };
    let command = WasmToolchain::find_or_install(root)?.cargo_build(&build)?;
    let packages = "--package udf-columnar --package udf-backends --package formualizer-workbook \
                    --lib --no-default-features";
    Ok(command
        .args(packages.split_whitespace())
        .arg("--features=udf-backends/wasmi,formualizer-workbook/js"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_of_two_engines_is_a_member() {
        let members = ENGINES.map(|(_, features)| features);
        for combination in ["", "wasmi", "wasmtime", "wasmtime,wasmi"] {
            assert!(members.contains(&combination), "{combination}");
        }
        for (features, wanted) in [
            ("", "--features="),
            ("wasmi", "--features=udf-backends/wasmi"),
            ("wasmtime,wasmi", "--features=udf-backends/wasmtime,udf-backends/wasmi"),
        ] {
            let line = engine_tests(Path::new("/r"), features).to_string();
            assert!(line.contains("--no-default-features"), "{line}");
            assert!(line.split(' ').any(|word| word == wanted), "{line}");
        }
    }
}
