//! Bare exports of numbers, called by name and row by row, without a manifest.
#![cfg(any(feature = "wasmtime", feature = "wasmi", feature = "js"))]
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use arrow_array::{
    Array, ArrayRef, Float32Array, Float64Array, Int8Array, Int32Array, Int64Array, StringArray,
    cast::AsArray,
    types::{Float32Type, Float64Type, Int32Type, Int64Type},
};
#[cfg(not(target_family = "wasm"))]
use proptest::prelude::*;
use std::{sync::Arc, time::Duration};
use udf_abi::ErrorCode;
use udf_backends::{engine_names, inspect, runtime_by_name};
use udf_columnar::{
    Argument, Call, CancelToken, Column, Error, ErrorKind, Lane, Limits, Output, RowErrors,
    SessionOptions, UdfModule, WasmUdfRuntime,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn runtimes(limits: &Limits) -> Vec<Arc<dyn WasmUdfRuntime>> {
    engine_names().iter().map(|name| runtime_by_name(name, limits.clone()).unwrap()).collect()
}

fn patient() -> Limits {
    Limits::builder().batch_deadline(Duration::from_secs(20)).build().unwrap()
}

fn on_every_runtime(wat: &str, test: impl Fn(&dyn UdfModule)) {
    let bytes = wat::parse_str(wat).unwrap();
    for runtime in runtimes(&patient()) {
        eprintln!("on {}:", runtime.name());
        test(runtime.load(&bytes).unwrap().as_ref());
    }
}

fn call(module: &dyn UdfModule, name: &str, arguments: Vec<Argument>) -> Result<Output, Error> {
    let signature = module.signature(name)?;
    module.open(SessionOptions::default().threads(1)).call(&signature, Call::new(arguments))
}

fn column(array: impl Array + 'static) -> Argument {
    Argument::column(Arc::new(array) as ArrayRef).unwrap()
}

fn doubles(output: &Output) -> Vec<Option<f64>> {
    output.columns[0].array().as_primitive::<Float64Type>().iter().collect()
}

const MATHS: &str = r#"(module
  (func (export "add64") (param f64 f64) (result f64) (f64.add (local.get 0) (local.get 1)))
  (func (export "neg32") (param f32) (result f32) (f32.neg (local.get 0)))
  (func (export "max_i64") (param i64 i64 i64) (result i64)
    (select (local.get 0) (local.get 2) (i64.gt_s (local.get 0) (local.get 2))))
  (func (export "sum_i32") (param i32 i32 i32 i32) (result i32)
    (i32.add (i32.add (local.get 0) (local.get 1)) (i32.add (local.get 2) (local.get 3))))
  (func (export "mixed") (param i32 i64 f32 f64) (result f64)
    (f64.add (f64.convert_i32_s (local.get 0)) (f64.add (f64.convert_i64_s (local.get 1))
      (f64.add (f64.promote_f32 (local.get 2)) (local.get 3)))))
  (func (export "truncate") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
  (func (export "five") (param f64 f64 f64 f64 f64) (result f64) (local.get 4))
  (func (export "half") (result f64) (f64.const 0.5))
  (func (export "nothing") (param f64))
  (func (export "pair") (result f64 f64) (f64.const 1) (f64.const 2))
  (func (export "vector") (param v128) (result f64) (f64.const 1))
  (global (export "g") i32 (i32.const 1)))"#;

#[test]
fn inspection_lists_the_exports_of_numbers_and_says_what_cannot_be_called() {
    let info = inspect(&wat::parse_str(MATHS).unwrap(), &Limits::default()).unwrap();
    assert!(info.bare);
    assert_eq!(info.manifest.module.codec, 0);
    let names: Vec<_> = info.manifest.functions.iter().map(|f| f.name.as_str()).collect();
    let wanted = ["add64", "neg32", "max_i64", "sum_i32", "mixed", "truncate", "five", "half"];
    assert_eq!(names, wanted);
    let shown: Vec<_> =
        info.manifest.functions.iter().map(|f| info.signature(f).unwrap().to_string()).collect();
    assert_eq!(shown[4], "mixed(x1: i32, x2: i64, x3: f32, x4: f64) -> f64");
    for name in ["nothing", "pair", "vector"] {
        let found = info.warnings.iter().any(|w| w.contains(&format!("`{name}`")));
        assert!(found, "{name}: {:?}", info.warnings);
    }
    assert_eq!(info.warnings.len(), 3);
}

#[test]
fn every_type_is_called_and_comes_back() {
    on_every_runtime(MATHS, |module| {
        let ints = || column(Int64Array::from(vec![1, -9, i64::MAX]));
        let small = || column(Int32Array::from(vec![1, -9, i32::MAX]));
        let output =
            call(module, "max_i64", vec![ints(), ints(), column(Int64Array::from(vec![0, 0, 0]))]);
        let output = output.unwrap();
        let found = output.columns[0].array().as_primitive::<Int64Type>();
        assert_eq!(found.values(), &[1, 0, i64::MAX]);
        let output = call(module, "sum_i32", vec![small(), small(), small(), small()]).unwrap();
        let found = output.columns[0].array().as_primitive::<Int32Type>();
        assert_eq!(found.values(), &[4, -36, -4]);
        let output =
            call(module, "neg32", vec![column(Float32Array::from(vec![0.5, -0.0]))]).unwrap();
        let found = output.columns[0].array().as_primitive::<Float32Type>();
        assert_eq!(found.values(), &[-0.5, 0.0]);
        let mixed = vec![
            small(),
            ints(),
            column(Float32Array::from(vec![0.5, 0.5, 0.5])),
            column(Float64Array::from(vec![0.25, 0.25, 0.25])),
        ];
        assert_eq!(
            doubles(&call(module, "mixed", mixed).unwrap())[..2],
            [Some(2.75), Some(-17.25)]
        );
        let five = (0..5).map(|n| column(Float64Array::from(vec![f64::from(n); 2]))).collect();
        assert_eq!(doubles(&call(module, "five", five).unwrap()), [Some(4.0), Some(4.0)]);
        assert_eq!(module.signature("five").unwrap().lane(), Lane::Typed);
    });
}

#[test]
fn a_function_without_parameters_answers_as_many_rows_as_are_asked_for() {
    on_every_runtime(MATHS, |module| {
        let half = module.signature("half").unwrap();
        let mut session = module.open(SessionOptions::default().threads(1));
        for rows in [0, 1, 3] {
            let output = session.call(&half, Call::new(vec![]).rows(rows)).unwrap();
            assert_eq!(doubles(&output), vec![Some(0.5); rows]);
        }
    });
}

#[test]
fn arguments_are_brought_to_the_types_of_the_export_exactly_or_refused() {
    on_every_runtime(MATHS, |module| {
        let narrow = column(Int8Array::from(vec![1, 2]));
        let scalar = Argument::scalar(Arc::new(Int64Array::from(vec![40]))).unwrap();
        let output = call(module, "add64", vec![narrow, scalar]).unwrap();
        assert_eq!(doubles(&output), [Some(41.0), Some(42.0)]);
        for (wrong, phrase) in [
            (column(StringArray::from(vec!["1"])), "utf8, but f64 is wanted"),
            (column(Int64Array::from(vec![(1 << 53) + 1])), "not exact"),
        ] {
            let other = column(Float64Array::from(vec![1.0]));
            let error = call(module, "add64", vec![wrong, other]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.message().contains(phrase), "{error}");
        }
        let error = call(module, "truncate", vec![]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Arity);
    });
}

#[test]
fn rows_that_are_null_or_in_error_are_not_called() {
    on_every_runtime(MATHS, |module| {
        let nullable = column(Float64Array::from(vec![Some(1.0), None, Some(3.0), Some(4.0)]));
        let values = Column::try_new(Arc::new(Float64Array::from(vec![1.0; 4]))).unwrap();
        let errors = RowErrors::try_new(vec![0, 0, 7, 0].into(), None).unwrap();
        let in_error = Argument::Column(values.with_errors(errors).unwrap());
        let output = call(module, "add64", vec![nullable, in_error]).unwrap();
        assert_eq!(doubles(&output), [Some(2.0), None, None, Some(5.0)]);
        assert_eq!(output.columns[0].error(2).unwrap().0, ErrorCode::Na);
        assert!(output.columns[0].error(1).is_none());
        assert_eq!(output.guest_calls, 2);
    });
}

#[test]
fn a_trap_fails_its_row_only_on_any_batch_size_and_thread_count() {
    let values: Vec<f64> =
        (0..5_000).map(|n| if n % 1_700 == 5 { f64::NAN } else { f64::from(n) }).collect();
    on_every_runtime(MATHS, |module| {
        let signature = module.signature("truncate").unwrap();
        for (threads, batch) in [(1, None), (2, None), (2, Some(1)), (3, Some(999))] {
            let options = SessionOptions::default().threads(threads).batch_rows(batch);
            let call = Call::new(vec![column(Float64Array::from(values.clone()))]).row_offset(10);
            let output = module.open(options).call(&signature, call).unwrap();
            let rows: Vec<u64> = output.failures.iter().map(|f| f.row).collect();
            assert_eq!(rows, [15, 1_715, 3_415], "{threads} {batch:?}");
            assert_eq!(output.failures[0].kind, ErrorKind::Trap);
            assert_eq!((output.failed_rows, output.guest_calls), (3, 5_000));
            let found = output.columns[0].array().as_primitive::<Int32Type>();
            assert_eq!((found.null_count(), found.value(4_999)), (3, 4_999));
            assert_eq!(output.columns[0].error(5).unwrap().0, ErrorCode::Value);
            assert!(output.columns[0].error(6).is_none());
        }
    });
}

#[test]
fn a_fresh_instance_follows_a_trap() {
    // Answers how often this instance was called; traps on negative numbers.
    let counter = r#"(module (global $n (mut i64) (i64.const 0))
      (func (export "count") (param i64) (result i64)
        (if (i64.lt_s (local.get 0) (i64.const 0)) (then unreachable))
        (global.set $n (i64.add (global.get $n) (i64.const 1))) (global.get $n)))"#;
    on_every_runtime(counter, |module| {
        let output =
            call(module, "count", vec![column(Int64Array::from(vec![1, 1, -1, 1, -1, -1, 1, 1]))]);
        let output = output.unwrap();
        let found: Vec<_> = output.columns[0].array().as_primitive::<Int64Type>().iter().collect();
        let wanted = [Some(1), Some(2), None, Some(1), None, None, Some(1), Some(2)];
        assert_eq!(found, wanted);
    });
}

#[test]
fn results_that_are_not_finite_are_told_and_every_nan_is_canonical() {
    let odd = r#"(module
      (func (export "divide") (param f64 f64) (result f64) (f64.div (local.get 0) (local.get 1)))
      (func (export "payload") (param f64) (result f64) (f64.const -nan:0x4000000000001)))"#;
    on_every_runtime(odd, |module| {
        let one = || column(Float64Array::from(vec![1.0, 1.0]));
        let finite = call(module, "divide", vec![one(), one()]).unwrap();
        assert!(!finite.non_finite);
        let zero = column(Float64Array::from(vec![1.0, 0.0]));
        let output = call(module, "divide", vec![one(), zero]).unwrap();
        assert!(output.non_finite);
        assert_eq!(doubles(&output), [Some(1.0), Some(f64::INFINITY)]);
        let output = call(module, "payload", vec![one()]).unwrap();
        assert_eq!(doubles(&output)[0].unwrap().to_bits(), f64::NAN.to_bits());
    });
}

#[test]
fn exports_are_found_by_exact_name_first_and_without_case_where_that_is_clear() {
    let names = r#"(module
      (func (export "größe") (result i32) (i32.const 1))
      (func (export "area") (result i32) (i32.const 2))
      (func (export "AREA") (result i32) (i32.const 3))
      (func (export "_xlfn.single") (result i32) (i32.const 4))
      (func (export "_xll.area") (result i32) (i32.const 5))
      (func (export "a-b c🦀") (result i32) (i32.const 6))
      (func (export " padded ") (result i32) (i32.const 7))
      (func (export "") (result i32) (i32.const 8))
      (func (export "fz_reset") (result i32) (i32.const 9)))"#;
    on_every_runtime(names, |module| {
        let value = |name: &str| -> Result<i32, Error> {
            let output = call(module, name, vec![])?;
            Ok(output.columns[0].array().as_primitive::<Int32Type>().value(0))
        };
        for (name, wanted) in [
            ("größe", 1),
            ("GRÖSSE", 1),
            ("area", 2),
            ("AREA", 3),
            ("_xlfn.single", 4),
            ("Single", 4),
            ("_xll.area", 5),
            ("a-b c🦀", 6),
        ] {
            assert_eq!(value(name).unwrap(), wanted, "{name}");
        }
        let error = value("Area").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownFunction);
        assert!(error.message().contains("exactly"), "{error}");
        for name in [" padded ", "", "fz_reset", "arae"] {
            assert_eq!(value(name).unwrap_err().kind(), ErrorKind::UnknownFunction, "{name}");
        }
        assert!(value("singl").unwrap_err().message().contains("did you mean"));
    });
}

#[test]
fn an_initialiser_runs_before_a_bare_export_and_is_none_itself() {
    for name in ["_initialize", "fz_init"] {
        let text = format!(
            r#"(module (global $ready (mut f64) (f64.const 0))
                 (func (export "{name}") (global.set $ready (f64.add (global.get $ready) (f64.const 7))))
                 (func (export "ready") (param f64) (result f64) (global.get $ready)))"#
        );
        on_every_runtime(&text, |module| {
            let x = column(Float64Array::from(vec![1.0, 1.0]));
            let output = call(module, "ready", vec![x]).unwrap();
            assert_eq!(doubles(&output), [Some(7.0), Some(7.0)]);
            assert_eq!(module.manifest().functions.len(), 1);
            let error = call(module, name, vec![]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnknownFunction);
        });
        let info = inspect(&wat::parse_str(&text).unwrap(), &patient()).unwrap();
        assert_eq!(info.warnings, Vec::<String>::new());
    }
}

#[test]
fn modules_that_the_contract_does_not_admit_are_refused_bare_as_well() {
    for (text, kind, phrase) in [
        (
            r#"(module (import "env" "f" (func)) (func (export "f") (result f64) (f64.const 1)))"#,
            ErrorKind::InvalidModule,
            "env.f",
        ),
        (
            r#"(module (func $s unreachable) (start $s) (func (export "f") (result f64) (f64.const 1)))"#,
            ErrorKind::InvalidModule,
            "start function",
        ),
        (r#"(module (func (export "f") (param f64)))"#, ErrorKind::InvalidModule, "fz_alloc"),
        // A plugin that lost its manifest is not taken for something else.
        (
            r#"(module (memory (export "memory") 1) (func (export "fz_alloc") (param i32) (result i32) (i32.const 16))
               (func (export "f") (param i32 i32) (result i64) (i64.const 1)))"#,
            ErrorKind::InvalidModule,
            "fz_free",
        ),
        (
            r#"(module (memory 60000) (func (export "f") (result f64) (f64.const 1)))"#,
            ErrorKind::InvalidModule,
            "memory starts with",
        ),
    ] {
        let bytes = wat::parse_str(text).unwrap();
        for runtime in runtimes(&patient()) {
            let error = runtime.load(&bytes).unwrap_err();
            assert_eq!(error.kind(), kind, "{text}");
            assert!(error.to_string().contains(phrase), "{error}");
        }
    }
}

#[test]
fn thousands_of_exports_and_parameters_are_bounded() {
    let mut text = String::from("(module ");
    text += &format!(
        r#"(func (export "wide") (param {}) (result f64) (f64.const 1))"#,
        "f64 ".repeat(300)
    );
    for index in 0..5_000 {
        text += &format!(r#"(func (export "f{index}") (result i32) (i32.const {index}))"#);
    }
    on_every_runtime(&(text + ")"), |module| {
        assert_eq!(module.manifest().functions.len(), 4_096);
        assert!(module.signature("f4095").is_ok());
        assert!(module.signature("f4096").is_err());
        assert!(module.signature("wide").is_err());
    });
}

#[test]
fn endless_exports_end_with_the_deadline_and_cancelled_ones_at_once() {
    let endless =
        r#"(module (func (export "f") (param f64) (result f64) (loop $l (br $l)) (f64.const 0)))"#;
    let limits = Limits::builder().batch_deadline(Duration::from_millis(100)).build().unwrap();
    for runtime in runtimes(&limits) {
        let module = runtime.load(&wat::parse_str(endless).unwrap()).unwrap();
        let rows = || vec![column(Float64Array::from(vec![1.0; 3]))];
        let error = call(module.as_ref(), "f", rows()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
        let cancel = CancelToken::new();
        cancel.cancel();
        let signature = module.signature("f").unwrap();
        let mut session = module.open(SessionOptions::default().cancel(cancel));
        let error = session.call(&signature, Call::new(rows())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
}

#[test]
fn a_million_short_calls_end_with_the_deadline_too() {
    // No row is slow, all of a batch together are: each counts to 100 000.
    let slow = r#"(module (func (export "f") (param f64) (result f64) (local $i i32)
      (loop $l (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get $i) (i32.const 3000000)))) (f64.const 0)))"#;
    let limits = Limits::builder().batch_deadline(Duration::from_millis(50)).build().unwrap();
    for runtime in runtimes(&limits) {
        let module = runtime.load(&wat::parse_str(slow).unwrap()).unwrap();
        let rows = vec![column(Float64Array::from(vec![1.0; 2_000]))];
        let error = call(module.as_ref(), "f", rows).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    }
}

#[test]
fn runaway_recursion_and_memory_fail_their_row() {
    let greedy = r#"(module (memory 1)
      (func $deep (export "deep") (param f64) (result f64)
        (f64.add (f64.const 1) (call $deep (local.get 0))))
      (func (export "grow") (param i32) (result i32)
        (if (i32.eq (i32.const -1) (memory.grow (local.get 0))) (then unreachable))
        (memory.size)))"#;
    on_every_runtime(greedy, |module| {
        let output = call(module, "deep", vec![column(Float64Array::from(vec![1.0]))]).unwrap();
        assert_eq!(output.failures[0].kind, ErrorKind::StackExhausted);
        let output =
            call(module, "grow", vec![column(Int32Array::from(vec![1, 60_000, 2]))]).unwrap();
        assert_eq!(output.failures[0].kind, ErrorKind::MemoryLimitExceeded);
        let found = output.columns[0].array().as_primitive::<Int32Type>();
        assert_eq!((found.value(0), found.value(2)), (2, 3));
    });
}

#[cfg(not(target_family = "wasm"))]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A naive loop, whatever the nulls, the cut and the number of threads.
    #[test]
    fn a_bare_export_matches_the_plain_loop(
        rows in proptest::collection::vec((proptest::option::of(-1e6f64..1e6), any::<i32>()), 0..400),
        batch in proptest::option::of(1usize..100),
        threads in 1usize..4,
        start in 0usize..20,
    ) {
        static MODULE: std::sync::OnceLock<Arc<dyn UdfModule>> = std::sync::OnceLock::new();
        let module = MODULE.get_or_init(|| {
            let text = r#"(module (func (export "f") (param f64 i32) (result f64)
                (f64.mul (local.get 0) (f64.convert_i32_s (local.get 1)))))"#;
            runtimes(&patient())[0].load(&wat::parse_str(text).unwrap()).unwrap()
        });
        let (a, b): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let start = start.min(a.len());
        let wanted: Vec<_> =
            a.iter().zip(&b).skip(start).map(|(a, b)| a.map(|a| a * f64::from(*b))).collect();
        let cut = |array: ArrayRef| {
            Argument::column(array.slice(start, array.len() - start)).unwrap()
        };
        let arguments =
            vec![cut(Arc::new(Float64Array::from(a))), cut(Arc::new(Int32Array::from(b)))];
        let signature = module.signature("f").unwrap();
        let options = SessionOptions::default().threads(threads).batch_rows(batch);
        let output = module.open(options).call(&signature, Call::new(arguments)).unwrap();
        prop_assert_eq!(doubles(&output), wanted);
    }
}
