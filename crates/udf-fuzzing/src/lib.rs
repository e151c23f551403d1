//! What fuzzing draws and holds.
//!
//! Every [`Target`] takes bytes, makes an input of them, and panics where something is untrue that must be true of
//! any input. `fuzz/` runs the targets under libFuzzer, one thin program each; `tests/corpora.rs` runs them over the
//! committed corpora and over random bytes.
//!
//! ```
//! udf_fuzzing::run("manifest", b"{}");
//! ```
//!
//! | target | what the bytes are | what must hold |
//! |---|---|---|
//! | `manifest` | a manifest | it is refused, or reads the same after it was written again |
//! | `module` | a module, or edits of a sample plugin | it is refused, or the interpreter loads it |
//! | `answers` | edits of a frame, and an answer | it is refused, or gives valid Arrow arrays of the wanted shape |
//! | `json_answers` | what a plugin of codec 1 answers | the same |
//! | `tables` | a data file | it is refused, or is the same after export and import |
//! | `workbooks` | a workbook's file | it is refused, or its values are the same after saving |
//! | `states` | a workbook's state | it is refused, or the workbook has a state that is the same workbook |
//! | `formulas` | formulas and values | a formula's text is stable, recalculation ends, and a second one changes nothing |
//! | `cache` | damage done to a compiled module on disk | the load succeeds, and what was damaged is not run |
//! | `engines` | what wasm-smith makes a module of | both engines give the same values, failures and state |
#![forbid(unsafe_code)]
#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a target panics where something is untrue: that is what it is for"
)]

use std::path::Path;

mod answers;
mod cache;
pub mod engines;
mod formulas;
mod json_answers;
mod manifest;
mod module;
mod states;
mod tables;
mod valid;
mod workbooks;

/// Holds what must be true of an input made of these bytes.
///
/// # Panics
/// Where it is not.
pub type Target = fn(&[u8]);

/// Every target by name.
pub const TARGETS: [(&str, Target); 10] = [
    ("answers", answers::hold),
    ("cache", cache::hold),
    ("engines", engines::hold),
    ("formulas", formulas::hold),
    ("json_answers", json_answers::hold),
    ("manifest", manifest::hold),
    ("module", module::hold),
    ("states", states::hold),
    ("tables", tables::hold),
    ("workbooks", workbooks::hold),
];

/// Lets code of ours catch what libraries panic with: libFuzzer ends the process at any panic, caught or not.
///
/// A panic of this project's code ends it still, and so does one that nobody catches.
pub fn watch() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let end = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let file = info.location().map(std::panic::Location::file).unwrap_or_default();
        if crates.is_none_or(|crates| Path::new(file).starts_with(crates)) {
            end(info);
        } else {
            eprintln!("{info}");
        }
    }));
}

/// Runs the target of this name.
///
/// # Panics
/// Where what must be true is not, and where there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let Some((_, target)) = TARGETS.iter().find(|(of, _)| *of == name) else {
        panic!("there is no target `{name}`");
    };
    target(data);
}
