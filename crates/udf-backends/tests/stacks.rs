//! Threads of any size load modules and call them, and a guest's endless recursion is an error on each of them.
#![cfg(any(feature = "wasmtime", feature = "wasmi"))]
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use arrow_array::{ArrayRef, Float64Array, Int64Array};
use std::{path::PathBuf, sync::Arc, thread};
use udf_columnar::{
    Argument, Call, Error, ErrorKind, Limits, Output, SessionOptions, UdfModule, WasmUdfRuntime,
};

/// KiB of stack: what a virtual machine gives, musl, a careful program, macOS, Windows, the standard library, a main thread.
const STACKS: [usize; 7] = [64, 128, 256, 512, 1024, 2048, 8192];

fn conformance() -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    std::fs::read(folder.join("conformance.wasm")).unwrap()
}

fn on_thread<R: Send>(kib: usize, run: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(kib << 10).spawn_scoped(scope, run);
        thread.unwrap().join().unwrap()
    })
}

fn call(module: &dyn UdfModule, name: &str, threads: usize, x: ArrayRef) -> Result<Output, Error> {
    let options = SessionOptions::default().threads(threads).batch_rows(Some(2));
    let mut session = module.open(options);
    session.call(&module.signature(name)?, Call::new(vec![Argument::column(x)?]))
}

fn depths(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn recurses_without_end(module: &dyn UdfModule, threads: usize) {
    let output = call(module, "RECURSE", threads, depths(&[5, i64::MAX, 5000])).unwrap();
    assert_eq!(output.failed_rows, 1);
    assert_eq!(output.failures[0].kind, ErrorKind::StackExhausted);
}

#[test]
fn a_thread_of_any_size_starts_an_engine_loads_and_calls() {
    let bytes = conformance();
    for engine in udf_backends::engine_names() {
        for kib in STACKS {
            eprintln!("{engine} on {kib} KiB");
            let refused = on_thread(kib, || {
                let runtime = udf_backends::runtime_by_name(engine, Limits::default()).unwrap();
                udf_backends::inspect(&bytes, runtime.limits()).unwrap();
                let module = runtime.load(&bytes).unwrap();
                recurses_without_end(module.as_ref(), 1);
                // On the standard library's pool, whose threads have stacks of their own.
                recurses_without_end(module.as_ref(), 2);
                runtime.load(&bytes[..bytes.len() / 2]).unwrap_err().kind()
            });
            assert_eq!(refused, ErrorKind::InvalidModule);
        }
    }
}

#[test]
fn a_pool_of_small_threads_loads_and_calls() {
    let bytes = conformance();
    for engine in udf_backends::engine_names() {
        for kib in [64, 256, 1024] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(3).stack_size(kib << 10);
            pool.build().unwrap().install(|| {
                let runtime = udf_backends::runtime_by_name(engine, Limits::default()).unwrap();
                let module = runtime.load(&bytes).unwrap();
                for threads in 1..=3 {
                    recurses_without_end(module.as_ref(), threads);
                }
            });
        }
    }
}

/// Traps of every kind, which an engine finds out by signals, by checks and by the clock.
const TRAPS: &str = r#"(module (memory (export "memory") 1)
  (func (export "bounds") (param f64) (result f64)
    (f64.load (i32.trunc_sat_f64_u (f64.mul (local.get 0) (f64.const 1e9)))))
  (func (export "unreachable") (param f64) (result f64) (unreachable))
  (func (export "division") (param f64) (result f64)
    (f64.convert_i32_s (i32.div_s (i32.const 1) (i32.trunc_sat_f64_s (f64.const 0)))))
  (func (export "conversion") (param f64) (result f64)
    (f64.convert_i32_s (i32.trunc_f64_s (f64.mul (local.get 0) (f64.const 1e30)))))
  (func $deep (export "deep") (param f64) (result f64)
    (f64.add (call $deep (local.get 0)) (call $deep (local.get 0))))
  (func (export "forever") (param f64) (result f64) (loop $l (br $l)) (f64.const 0))
  (func (export "half") (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.5))))"#;

#[test]
fn every_way_to_stop_a_guest_works_on_a_thread_of_any_size() {
    let bytes = wat::parse_str(TRAPS).unwrap();
    let short = std::time::Duration::from_millis(100);
    let limits = Limits::builder().batch_deadline(short).build().unwrap();
    for engine in udf_backends::engine_names() {
        let runtime: Arc<dyn WasmUdfRuntime> =
            udf_backends::runtime_by_name(engine, limits.clone()).unwrap();
        let module = runtime.load(&bytes).unwrap();
        for kib in STACKS {
            on_thread(kib, || {
                let one = || -> ArrayRef { Arc::new(Float64Array::from(vec![1.0])) };
                for (name, kind) in [
                    ("bounds", ErrorKind::Trap),
                    ("unreachable", ErrorKind::Trap),
                    ("division", ErrorKind::Trap),
                    ("conversion", ErrorKind::Trap),
                    ("deep", ErrorKind::StackExhausted),
                ] {
                    let output = call(module.as_ref(), name, 1, one()).unwrap();
                    assert_eq!(output.failures[0].kind, kind, "{engine}: {name} on {kib} KiB");
                }
                let late = call(module.as_ref(), "forever", 1, one()).unwrap_err();
                assert_eq!(late.kind(), ErrorKind::DeadlineExceeded);
                assert_eq!(call(module.as_ref(), "half", 1, one()).unwrap().failed_rows, 0);
            });
        }
    }
}
