//! What is compiled once is read from then on, and is the same.

use crate::harness::{Cache, module, plugin};
use arrow_array::{Array, ArrayRef, Float64Array};
use std::{fs, os::unix::fs::PermissionsExt as _, sync::Arc};
use udf_backends::{CacheConfig, WasmtimeRuntime};
use udf_columnar::{Argument, Call, ErrorKind, Limits, SessionOptions, UdfModule, WasmUdfRuntime};

fn price(module: &dyn UdfModule) -> ArrayRef {
    let column = |values: [f64; 3]| {
        Argument::column(Arc::new(Float64Array::from(values.to_vec())) as ArrayRef).unwrap()
    };
    let arguments = vec![
        column([90.0, 100.0, 110.0]),
        column([100.0; 3]),
        column([0.03; 3]),
        column([0.2, 0.3, 0.4]),
        column([0.5, 1.0, 2.0]),
    ];
    let signature = module.signature("BS_CALL").unwrap();
    let mut session = module.open(SessionOptions::default());
    let output = session.call(&signature, Call::new(arguments)).unwrap();
    output.into_column().unwrap().array().clone()
}

#[test]
fn a_second_runtime_reads_what_the_first_has_compiled() {
    let cache = Cache::new();
    let finance = plugin("finance");
    let compiled = price(cache.runtime().load(&finance).was_stored().as_ref());
    let read = price(cache.runtime().load(&finance).was_read().as_ref());
    assert_eq!(compiled.null_count(), 0);
    assert_eq!(&compiled, &read);
}

#[test]
fn a_module_that_somebody_holds_is_not_looked_up_again() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    let held = runtime.load(&module(1)).was_stored();
    let again = runtime.load(&module(1));
    assert!(Arc::ptr_eq(&held, &again.module));
    assert_eq!(runtime.report().hits + runtime.report().misses, 1);
}

#[test]
fn a_runtime_without_a_cache_has_no_report() {
    assert!(WasmtimeRuntime::new(Limits::default()).unwrap().cache_report().is_none());
}

#[test]
fn modules_have_entries_of_their_own() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    for number in 0..3 {
        runtime.load(&module(number)).was_stored();
    }
    assert_eq!(cache.files(".module").len(), 3);
    for number in 0..3 {
        runtime.load(&module(number)).was_read();
    }
}

#[test]
fn a_cached_module_is_inspected_like_any_other() {
    let cache = Cache::new();
    cache.runtime().load(&plugin("finance")).was_stored();
    let strict = Limits::builder().module_bytes(1000).build().unwrap();
    let runtime = WasmtimeRuntime::with_cache(strict, cache.config()).unwrap();
    let refused = runtime.load(&plugin("finance")).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidModule);
    assert_eq!(runtime.cache_report().unwrap().hits, 0);
}

#[test]
fn a_module_that_is_refused_leaves_nothing() {
    let cache = Cache::new();
    let runtime = WasmtimeRuntime::with_cache(Limits::default(), cache.config()).unwrap();
    assert!(runtime.load(b"\0asm no module").is_err());
    assert_eq!(runtime.cache_report().unwrap().misses, 0);
    assert!(!cache.path().exists());
}

#[test]
fn nobody_else_can_read_what_is_written() {
    let cache = Cache::new();
    let deep = cache.beside("not/yet/there");
    let config = CacheConfig::new(&deep);
    crate::harness::Runtime::new(config).load(&module(1)).was_stored();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&deep), 0o700);
    assert_eq!(mode(&deep.join("key")), 0o600);
    for entry in crate::harness::files(&deep, ".module") {
        assert_eq!(mode(&entry), 0o600);
    }
}
