//! `ci`: what a change must pass. Checks run on after one failed, so that one run names them all.

use std::{path::Path, process::ExitCode};

use crate::{
    cmd::Cmd,
    error::{Error, Result},
    fuzz, matrix, plugins,
    steps::Steps,
    test, tidy, web,
};

/// The parts of rustup's toolchain that its minimal profile leaves out.
const COMPONENTS: &[(&str, &str)] = &[("fmt", "rustfmt"), ("clippy", "clippy")];

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    crate::flag(args, "")?;
    for (subcommand, component) in COMPONENTS {
        if Cmd::cargo(root, subcommand).arg("--version").output().is_err() {
            Cmd::new(root, "rustup").args(["component", "add", component]).run()?;
        }
    }

    let mut steps = Steps::default();
    let has_plugins = root.join(plugins::MANIFEST).exists();
    let cargo = |line: &str| Cmd::cargo(root, line);
    let of_plugins = |cmd: Cmd| cmd.arg("--manifest-path").arg(plugins::MANIFEST);

    steps.run("Formatting", &cargo("fmt --all --check"));
    if has_plugins {
        let fmt = of_plugins(cargo("fmt --all --check"));
        steps.run("Formatting of the plugins", &fmt);
    }
    let of_web = |cmd: Cmd| cmd.arg("--manifest-path").arg(web::MANIFEST);
    steps.run("Formatting of the npm package", &of_web(cargo("fmt --all --check")));
    let clippy = || cargo("clippy --workspace --all-targets --all-features");
    let deny = ["--", "-D", "warnings"];
    steps.run("Lints", &clippy().args(deny));
    if has_plugins {
        steps.run("Lints of the plugins", &of_plugins(clippy()).args(deny));
    }
    // It runs on hosts of JavaScript alone, and compiles everywhere.
    let lints =
        of_web(cargo("clippy --workspace --all-targets --target-dir").arg(web::native_dir(root)?));
    steps.run("Lints of the npm package", &lints.args(deny));
    steps.call("Invariants", "cargo xtask tidy", || match tidy::report(root)? {
        0 => Ok(()),
        count => Err(Error::new(format!("{count} findings, then repeat: cargo xtask tidy"))),
    });
    let doc = cargo("doc --workspace --no-deps --all-features").env("RUSTDOCFLAGS", "-D warnings");
    steps.run("Documentation", &doc);

    // A step that failed is in `steps` with what to repeat.
    let _ = test::all(root, &mut steps).and_then(|()| matrix::all(root, &mut steps));
    fuzz::briefly(root, &mut steps);
    steps.print_times();
    steps.print_results();
    Ok(steps.close())
}
