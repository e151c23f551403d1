//! The cases of `testdata/parity`, which Python and JavaScript run as well: its README has the layout.

mod callbacks;
mod steps;
mod values;

use crate::engines;
use formualizer_workbook::{Error, WasmUdfRuntime, Workbook};
use serde_json::{Map, Value as Json};
use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
};

/// Why a step did not do what it is to do.
enum Problem {
    /// The workbook refused it.
    Refused(Error),
    /// What is found is not what is written.
    Differs(String),
}

type Outcome<T = ()> = Result<T, Problem>;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

fn differs<T>(what: impl Into<String>) -> Outcome<T> {
    Err(Problem::Differs(what.into()))
}

/// Every case with its file and name.
fn cases() -> Vec<(String, Json)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/parity");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Json::Array(list) = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap() else {
            panic!("{file} is a list of cases");
        };
        for case in list {
            cases.push((format!("{file}: {}", text(&case["name"])), case));
        }
    }
    cases
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_else(|| panic!("{json} is a text"))
}

fn list(json: &Json) -> &[Json] {
    json.as_array().unwrap_or_else(|| panic!("{json} is a list"))
}

fn object(json: &Json) -> &Map<String, Json> {
    json.as_object().unwrap_or_else(|| panic!("{json} is an object"))
}

fn number(json: &Json) -> u32 {
    json.as_u64()
        .and_then(|n| u32::try_from(n).ok())
        .unwrap_or_else(|| panic!("{json} is a number"))
}

/// Does the steps of a case; the first that goes wrong, in words.
fn run(case: &Json, runtime: &Arc<dyn WasmUdfRuntime>) -> Result<(), String> {
    let book = Arc::new(Mutex::new(Workbook::new()));
    let mut runner = steps::Runner::new(runtime, &book);
    let mut locked = book.lock().unwrap();
    locked.set_runtime(runtime.clone()).unwrap();
    locked.add_sheet("S").unwrap();
    locked.set_undo_limit(steps::UNDO_LIMIT);
    list(&case["steps"]).iter().try_for_each(|step| runner.checked(&mut locked, step))
}

#[test]
fn every_host_does_the_same() {
    let cases = cases();
    assert!(cases.len() >= 30);
    for runtime in engines() {
        let name = runtime.name().to_owned();
        let failed = cases.iter().filter_map(|(title, case)| {
            let why = run(case, &runtime).err()?;
            Some(format!("{title}\n    {why}\n"))
        });
        let failed: Vec<String> = failed.collect();
        assert!(failed.is_empty(), "on {name}, {} cases:\n{}", failed.len(), failed.concat());
    }
}
