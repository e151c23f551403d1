//! The engine `js` held against the interpreter: random modules, called with random numbers, as
//! `udf-fuzzing/tests/differential.rs` holds the other engines. What differs is the rewriting's fault, or the page's.
#![cfg(all(target_family = "wasm", feature = "js", feature = "wasmi"))]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test panics where it fails"
)]

#[path = "../../udf-fuzzing/src/engines/mod.rs"]
#[expect(dead_code, reason = "the fuzzer's entries")]
mod engines;

use wasm_bindgen_test::wasm_bindgen_test;

/// Modules that are tried.
const MODULES: u64 = 2_000;

#[wasm_bindgen_test]
fn two_engines_agree_on_random_modules() {
    let runtimes = engines::runtimes();
    let mut tally = engines::Tally::default();
    for seed in 0..MODULES {
        match engines::compare(engines::Case::of_seed(seed), &runtimes, |_| ()) {
            Ok(one) => tally.add(one),
            // On 32 bits the interpreter does not ask for this much.
            Err(difference) if difference.contains("asked for 4294967296 bytes") => {}
            Err(difference) => panic!("module {seed} differs in {difference}"),
        }
    }
    // The modules are no good where all are refused, or all trap.
    assert!(tally.modules > MODULES / 2 && tally.calls > MODULES, "{tally:?}");
    assert!(tally.failed < tally.calls, "{tally:?}");
}
