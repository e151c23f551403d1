//! Initialisers: called once per instance, before anything else, under the limits.

use crate::{
    guest::{Guest, in_place},
    harness::{
        assert_fails, call, call_evil, doubles, hasty, numbers, on_every_runtime, patient,
        runtimes, session, values,
    },
};
use udf_columnar::{
    Error,
    ErrorKind::{
        DeadlineExceeded, InvalidManifest, InvalidModule, MemoryLimitExceeded, StackExhausted, Trap,
    },
    Limits,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A guest that does this first.
fn starting(name: &str, body: &str) -> Guest {
    Guest::harmless().item(&format!(r#"(func (export "{name}") {body})"#))
}

/// A guest whose `EVIL` gives what its initialiser has counted in memory, and whose other exports trap before that.
fn counting(name: &str) -> Guest {
    let count = "(i32.store (i32.const 128) (i32.add (i32.const 1) (i32.load (i32.const 128))))";
    let store = "(f64.store (i32.load offset=20 (local.get $c))
        (f64.convert_i32_u (i32.load (i32.const 128))))";
    let started = "(if (i32.eqz (i32.load (i32.const 128))) (then (unreachable)))";
    Guest::elementwise(in_place(store))
        .version(&format!("{started} (i32.const 1)"))
        .item(&format!(r#"(func (export "{name}") {count})"#))
}

#[test]
fn an_initialiser_runs_once_per_instance_and_before_the_version_is_asked() {
    for name in ["_initialize", "fz_init"] {
        on_every_runtime(&patient(), &counting(name), |module| {
            for _ in 0..2 {
                let mut session = session(module);
                for _ in 0..3 {
                    let one = numbers(vec![1.0]);
                    let output = call(module, session.as_mut(), "EVIL", one).unwrap();
                    assert_eq!(values(&output), [1.0]);
                }
            }
        });
    }
}

#[test]
fn an_instance_that_takes_the_place_of_another_is_initialised_too() {
    let trap = "(if (f64.eq (f64.const 3) (call $x (local.get $call) (i32.const 0))) (then (unreachable)))";
    let guest = counting("_initialize").also_first(trap);
    on_every_runtime(&patient(), &guest, |module| {
        let mut session = session(module);
        for (x, failed) in [(1.0, 0), (3.0, 1), (2.0, 0)] {
            let output = call(module, session.as_mut(), "EVIL", numbers(vec![x])).unwrap();
            assert_eq!(output.failed_rows, failed);
            if failed == 0 {
                assert_eq!(values(&output), [1.0]);
            }
        }
    });
}

fn does_not_start(
    guest: &Guest,
    limits: &Limits,
    kind: udf_columnar::ErrorKind,
    why: &'static str,
) {
    on_every_runtime(limits, guest, move |module| {
        for _ in 0..2 {
            // No row is at fault: it is not looked for among 50 000.
            let result = call_evil(module, session(module).as_mut(), 50_000);
            let phrase = "the module does not start";
            let error: Error = result.as_ref().unwrap_err().clone();
            assert_fails(result, kind, phrase);
            assert!(error.message().contains(why), "{error}");
        }
    });
}

#[test]
fn an_initialiser_that_fails_is_a_module_that_does_not_start() {
    let small = patient().to_builder().memory_bytes(8 << 16).build().unwrap();
    let recursing =
        Guest::harmless().item(r#"(func $deep (export "_initialize") (call $deep) (call $deep))"#);
    let looping = "(loop $again (br $again))";
    let greedy = "(if (i32.eq (i32.const -1) (memory.grow (i32.const 100))) (then (unreachable)))";
    for name in ["_initialize", "fz_init"] {
        does_not_start(&starting(name, "(unreachable)"), &patient(), Trap, "unreachable");
        does_not_start(&starting(name, looping), &hasty(), DeadlineExceeded, "ran out of time");
        does_not_start(&starting(name, greedy), &small, MemoryLimitExceeded, "the limit is 524288");
    }
    does_not_start(&recursing, &patient(), StackExhausted, "nested deeper");
}

#[test]
fn the_message_of_an_initialiser_that_panics_is_told() {
    let guest = starting("_initialize", "(unreachable)")
        .panic_at(64, r#"(data (i32.const 64) "\08\00\00\00no table")"#);
    does_not_start(&guest, &patient(), Trap, "no table");
}

#[test]
fn an_initialiser_that_writes_or_grows_within_the_limits_does_no_harm() {
    for body in
        ["", "(drop (memory.grow (i32.const 1)))", "(i32.store (i32.const 0) (i32.const 1))"]
    {
        on_every_runtime(&patient(), &starting("_initialize", body), |module| {
            doubles(module, session(module).as_mut(), "EVIL", 10_000);
        });
    }
}

fn refused(bytes: &[u8], kind: udf_columnar::ErrorKind, phrases: &[&str]) {
    for runtime in runtimes(&patient()) {
        let error = runtime.load(bytes).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        for phrase in phrases {
            assert!(error.to_string().contains(phrase), "`{phrase}` in {error}");
        }
    }
}

#[test]
fn an_initialiser_of_another_signature_is_refused_with_the_mend() {
    for name in ["_initialize", "fz_init"] {
        for signature in
            ["(param i32)", "(result i32) (i32.const 0)", "(param f64) (result f64) (f64.const 1)"]
        {
            let wrong = format!("export `{name}` is (");
            let phrases = [wrong.as_str(), "take no parameters and answer nothing"];
            refused(&starting(name, signature).bytes(), InvalidModule, &phrases);
            // As a bare export too.
            let bare = format!(
                r#"(module (func (export "{name}") {signature}) (func (export "one") (result f64) (f64.const 1)))"#
            );
            refused(&wat::parse_str(bare).unwrap(), InvalidModule, &phrases);
        }
        let global =
            Guest::harmless().item(&format!(r#"(global (export "{name}") i32 (i32.const 0))"#));
        refused(&global.bytes(), InvalidModule, &["is global i32"]);
    }
}

#[test]
fn two_initialisers_are_refused() {
    let guest = starting("_initialize", "").item(r#"(func (export "fz_init"))"#);
    refused(&guest.bytes(), InvalidModule, &["both `_initialize` and `fz_init`", "export one"]);
}

#[test]
fn no_function_is_exported_as_an_initialiser() {
    for name in ["_initialize", "fz_init"] {
        let manifest = Guest::harmless().manifest().to_string().replace("fn_evil", name);
        let guest = starting(name, "").manifests(&[&manifest]);
        refused(&guest.bytes(), InvalidManifest, &[name, "belongs to the contract"]);
    }
}

#[test]
fn a_start_section_is_refused_with_both_mends() {
    let guest = Guest::harmless().item("(func $main) (start $main)");
    let mends = ["start function", "export it as `_initialize`", "--exportStart _initialize"];
    refused(&guest.bytes(), InvalidModule, &mends);
}
