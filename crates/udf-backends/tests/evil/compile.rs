//! Modules that would keep a compiler busy for minutes or fill its memory: refused, or compiled soon;
//! and loads that are given up.

use crate::{
    bombs::{BOMBS, Bomb},
    guest::Guest,
    harness::{assert_fails, compiling, doubles, promptly, session},
};
use std::{sync::Arc, time::Duration};
use udf_columnar::{
    CancelToken, CompileLimits, Error,
    ErrorKind::{Cancelled, InvalidModule},
    Limits, LoadOptions, WasmUdfRuntime,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_time::Instant;

/// A twentieth of the usual budgets: what is admitted compiles in moments, on a busy machine too.
fn small() -> Limits {
    let usual = CompileLimits::default();
    let compile = usual
        .deadline(Duration::from_secs(60))
        .function_work(usual.function_work / 20)
        .module_work(usual.module_work / 20)
        .optimised_work(usual.optimised_work / 20);
    compiling(compile)
}

fn runtimes(limits: &Limits) -> Vec<Arc<dyn WasmUdfRuntime>> {
    let names = udf_backends::engine_names().iter();
    names.map(|name| udf_backends::runtime_by_name(name, limits.clone()).unwrap()).collect()
}

/// The largest size of a kind that these limits admit, within a tenth; and the refusal of the next.
fn edge(bomb: &Bomb, limits: &Limits) -> (usize, Error) {
    let inspect = |n| udf_backends::inspect(&bomb.module(n).unwrap(), limits);
    let (mut admitted, mut refused) = (1, bomb.most);
    inspect(admitted).unwrap_or_else(|e| panic!("{}: the smallest is refused: {e}", bomb.name));
    let Err(mut error) = inspect(refused) else {
        panic!("{}: {refused} are admitted", bomb.name);
    };
    while refused - admitted > admitted.div_ceil(10) {
        let middle = admitted.midpoint(refused);
        match inspect(middle) {
            Ok(_) => admitted = middle,
            Err(e) => (refused, error) = (middle, e),
        }
    }
    (admitted, error)
}

#[test]
fn every_kind_is_refused_or_compiled_soon() {
    let limits = small();
    let runtimes = runtimes(&limits);
    for bomb in BOMBS {
        let (admitted, refusal) = edge(bomb, &limits);
        assert_eq!(refusal.kind(), InvalidModule, "{}: {refusal}", bomb.name);
        for phrase in ["units of compile work", "the limit"] {
            assert!(refusal.message().contains(phrase), "{}: {refusal}", bomb.name);
        }
        let bytes = bomb.module(admitted).unwrap();
        for runtime in &runtimes {
            eprintln!("{}: {admitted} on {}", bomb.name, runtime.name());
            if let Err(error) = runtime.load(&bytes) {
                // wasmi has limits of its own: on locals, and on how high the stack may be.
                assert!(error.is_refusal(), "{} on {}: {error}", bomb.name, runtime.name());
                assert_eq!(runtime.name(), "wasmi", "{}: {error}", bomb.name);
            }
        }
    }
}

#[test]
fn a_refusal_names_the_function_what_costs_the_limit_and_the_mend() {
    let fan = BOMBS.iter().find(|bomb| bomb.name == "branches to one block").unwrap();
    let error = udf_backends::inspect(&fan.module(20_000).unwrap(), &small()).unwrap_err();
    let limit = small().compile.function_work.to_string();
    for phrase in
        ["function 2 makes at least", &limit, "branches across 101 locals", "split it", "raise"]
    {
        assert!(error.message().contains(phrase), "{error}");
    }
}

#[test]
fn a_refused_function_is_known_by_its_export_or_its_debug_name() {
    let body = "local.get 0 i32.load drop ".repeat(20_000);
    for (head, label) in [("(export \"line\\0a\")", "(export `line\\n`)"), ("$steps", "(`steps`)")]
    {
        let text = format!(
            "(module (memory 1) (func {head} (param i32) {body})
            (func (export \"f\") (param i32) (result i32) local.get 0))"
        );
        let error = udf_backends::inspect(&wat::parse_str(text).unwrap(), &small()).unwrap_err();
        assert!(error.message().contains(label), "{error}");
    }
}

#[test]
fn raising_a_limit_admits_what_it_refused() {
    let fan = BOMBS.iter().find(|bomb| bomb.name == "branches to one block").unwrap();
    let bytes = fan.module(1_000).unwrap();
    assert!(udf_backends::inspect(&bytes, &small()).is_err());
    let info = udf_backends::inspect(&bytes, &Limits::default()).unwrap();
    assert!(info.compile_work > small().compile.function_work);
}

/// Nothing of the estimate grows faster than the module: ten times the module, ten times the time.
#[test]
fn the_largest_modules_are_inspected_in_moments() {
    let compile = CompileLimits::default().function_work(u64::MAX).module_work(u64::MAX);
    let limits = compiling(compile);
    for name in
        ["nested blocks", "nested loops", "ifs across locals", "entries of one branch table"]
    {
        let bomb = BOMBS.iter().find(|bomb| bomb.name == name).unwrap();
        let bytes = bomb.module(bomb.most).unwrap();
        let start = Instant::now();
        udf_backends::inspect(&bytes, &limits).unwrap();
        let took = start.elapsed();
        assert!(took < Duration::from_secs(20), "{name}: {} bytes took {took:?}", bytes.len());
    }
}

#[test]
fn a_constant_expression_without_end_is_refused() {
    let long = "i32.const 1 ".repeat(200) + &"i32.add ".repeat(199);
    for item in [
        format!("(global i32 {long})"),
        format!("(data (offset {long}) \"x\")"),
        format!("(table 300 funcref) (elem (offset {long}) func $double)"),
    ] {
        let error = udf_backends::inspect(&Guest::harmless().item(&item).bytes(), &small());
        assert_fails(error, InvalidModule, "a constant expression of the module has more than 100");
    }
    let short = "i32.const 1 ".repeat(50) + &"i32.add ".repeat(49);
    let item = format!("(global i32 {short})");
    assert!(udf_backends::inspect(&Guest::harmless().item(&item).bytes(), &small()).is_ok());
}

/// A module that takes an engine seconds, which no deadline here lets it have.
pub(crate) fn heavy() -> Vec<u8> {
    let bomb = BOMBS.iter().find(|bomb| bomb.name == "functions of ifs").unwrap();
    bomb.module(1_000).unwrap()
}

pub(crate) fn generous() -> Limits {
    let compile = CompileLimits::default().module_work(u64::MAX).deadline(Duration::from_secs(100));
    compiling(compile)
}

#[test]
fn a_cancelled_load_ends() {
    promptly(|| {
        for runtime in runtimes(&generous()) {
            let cancel = CancelToken::new();
            cancel.cancel();
            let options = LoadOptions::default().cancel(cancel);
            assert_fails(runtime.load_with(&heavy(), &options), Cancelled, "was cancelled");
        }
    });
}

#[test]
fn a_module_that_is_not_optimised_answers_the_same() {
    let compile = CompileLimits::default().optimised_work(0);
    let limits = compiling(compile);
    for runtime in runtimes(&limits) {
        let module = runtime.load(&Guest::harmless().bytes()).unwrap();
        for name in ["GOOD", "EVIL"] {
            doubles(module.as_ref(), session(module.as_ref()).as_mut(), name, 1_000);
        }
    }
}
