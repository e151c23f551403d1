//! Functions that fail, trap, take too long or take too much.

use crate::{
    CONFORMANCE, bare, count_down, detail, engines, expect, gives, on_every_runtime, plugin, put,
    tells, with_conformance,
};
use arrow_array::Float64Array;
use formualizer_workbook::{
    BindPolicy, CancelToken, CustomFnOptions, ErrorKind, ExcelError, Limits, RecalcOptions, Value,
    WasmFunctionSpec, WasmUdfRuntime, Workbook,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use udf_columnar::{Argument, Call, SessionOptions};

#[test]
fn a_panic_in_one_row_is_an_error_of_that_row() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 1000);
        book.set_formulas("S", "B1:B1000", "=PANIC_IF(IF(A1=700,5000,A1),2000)").unwrap();
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows), (1, 1000));
        expect(&book, &[("B1", "1"), ("B699", "699"), ("B700", "#VALUE!"), ("B701", "701")]);
        tells(&book, "B700", "x is 5000");
        assert_eq!(detail(&book, "B701"), "");
    });
}

#[test]
fn a_trap_is_an_error_of_its_row() {
    on_every_runtime(|mut book| {
        put(&mut book, &[("A1", "2"), ("A2", "0"), ("A3", "4")]);
        book.set_formulas("S", "B1:B3", "=DIVIDE_I64(8,A1)").unwrap();
        gives(&mut book, &[("B1", "4"), ("B2", "#VALUE!"), ("B3", "2")]);
        tells(&book, "B2", "divide by zero");
    });
}

#[test]
fn a_whole_call_fails_with_its_error_and_message() {
    on_every_runtime(|mut book| {
        put(
            &mut book,
            &[("A1", "=FAIL_REDUCE(1)"), ("A2", "=WORDS(\"\")"), ("A3", "=IFERROR(A1,7)")],
        );
        gives(&mut book, &[("A1", "#N/A"), ("A2", "#VALUE!"), ("A3", "7")]);
        tells(&book, "A1", "refused 1");
        tells(&book, "A2", "there are no words");
    });
}

#[test]
fn a_wrong_number_of_arguments_is_told_alike_for_plugins_and_callbacks() {
    on_every_runtime(|mut book| {
        let two = CustomFnOptions { min_args: 2, max_args: Some(2), ..CustomFnOptions::default() };
        let sum = |_: &[Value]| -> Result<Value, ExcelError> { Ok(Value::Number(0.0)) };
        book.register_custom_function("CALLED", two, Arc::new(sum)).unwrap();
        for (row, name) in [(1, "MULADD"), (2, "CALLED")] {
            book.set_formula("S", (row, 1), &format!("={name}(1)")).unwrap();
            book.set_formula("S", (row, 2), &format!("={name}(1,2,3)")).unwrap();
            book.set_formula("S", (row, 3), &format!("=NO_{name}(1)")).unwrap();
        }
        gives(
            &mut book,
            &[("A1", "#VALUE!"), ("B1", "#VALUE!"), ("A2", "#VALUE!"), ("B2", "#VALUE!")],
        );
        expect(&book, &[("C1", "#NAME?"), ("C2", "#NAME?")]);
        assert_eq!(detail(&book, "A1"), "MULADD expects at least 2 argument(s), got 1");
        assert_eq!(detail(&book, "B1"), "MULADD expects at most 2 argument(s), got 3");
        for cell in ["A", "B"] {
            let (plugin, callback) = (format!("{cell}1"), format!("{cell}2"));
            assert_eq!(
                detail(&book, &plugin).replace("MULADD", "CALLED"),
                detail(&book, &callback)
            );
        }
        tells(&book, "C1", "NO_MULADD");
    });
}

/// A workbook on each engine with limits of its own.
fn on_every_engine_within(limits: &Limits, test: impl Fn(Workbook)) {
    for name in udf_backends::engine_names() {
        eprintln!("on {name}:");
        let runtime = udf_backends::runtime_by_name(name, limits.clone()).unwrap();
        test(with_conformance(&runtime));
    }
}

#[test]
fn a_call_that_does_not_end_is_ended() {
    let short = Duration::from_millis(200);
    let limits = Limits::builder().batch_deadline(short).call_deadline(short);
    let limits = limits.total_deadline(Duration::from_secs(1)).build().unwrap();
    on_every_engine_within(&limits, |mut book| {
        put(&mut book, &[("A1", "=SPIN(1)"), ("B1", "=MULADD(1,2)"), ("C1", "=IFERROR(A1,0)+1")]);
        let start = Instant::now();
        gives(&mut book, &[("A1", "#VALUE!"), ("B1", "3"), ("C1", "1")]);
        assert!(start.elapsed() < Duration::from_secs(20));
        assert!(!detail(&book, "A1").is_empty());
        // Afterwards the same function is called as before.
        put(&mut book, &[("A1", "=SPIN(0)")]);
        gives(&mut book, &[("A1", "0"), ("C1", "1")]);
    });
}

#[test]
fn too_much_memory_and_too_deep_a_stack_are_errors() {
    let limits = crate::patient();
    on_every_engine_within(&limits, |mut book| {
        put(&mut book, &[("A1", "=GROW(1000000)"), ("A2", "=GROW(10)")]);
        put(&mut book, &[("B1", "=RECURSE(10000000)"), ("B2", "=RECURSE(100)")]);
        gives(&mut book, &[("A1", "#VALUE!"), ("A2", "10240"), ("B1", "#VALUE!"), ("B2", "100")]);
        tells(&book, "A1", "memory");
        tells(&book, "B1", "stack");
    });
}

#[test]
fn a_long_call_is_cancelled() {
    for runtime in engines() {
        let mut book = with_conformance(&runtime);
        put(&mut book, &[("A1", "1"), ("B1", "=SPIN(A1)"), ("C1", "=MULADD(A1,2)")]);
        let cancel = CancelToken::new();
        let other = cancel.clone();
        let start = Instant::now();
        let canceller = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            other.cancel();
        });
        let error = book.recalculate_with(&RecalcOptions::default().cancel(cancel)).unwrap_err();
        canceller.join().unwrap();
        assert!(error.is_cancelled(), "{error}");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        // The next recalculation does what is left.
        put(&mut book, &[("A1", "0")]);
        gives(&mut book, &[("B1", "0"), ("C1", "1")]);
    }
}

#[test]
fn a_plugin_that_breaks_the_contract_is_refused_or_fails_alone() {
    let runtime = &engines()[0];
    let mut book = bare(runtime);
    for (bytes, phrase) in [
        (b"no module".to_vec(), ""),
        (plugin("finance")[..5000].to_vec(), ""),
        (wat::parse_str("(module (import \"a\" \"b\" (func)))").unwrap(), "import"),
    ] {
        let error = book.register_wasm_module_bytes(&bytes, BindPolicy::REFUSE).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Plugin);
        assert!(error.to_string().contains(phrase), "{error}");
    }
    assert!(book.list_wasm_modules().is_empty());
    // Without a manifest: exports of numbers, one of which always traps.
    let module = "(module
        (func (export \"HALF_OF\") (param f64) (result f64) local.get 0 f64.const 0.5 f64.mul)
        (func (export \"TRAPS\") (param f64) (result f64) unreachable))";
    let bytes = wat::parse_str(module).unwrap();
    book.register_wasm_module_bytes_as("hostile", &bytes, BindPolicy::REFUSE).unwrap();
    let spec = WasmFunctionSpec::new("EVIL", "hostile", "TRAPS");
    assert!(book.bind_wasm_function(&spec).unwrap());
    count_down(&mut book, 3);
    book.set_formulas("S", "B1:B3", "=HALF_OF(A1)").unwrap();
    book.set_formulas("S", "C1:C3", "=EVIL(A1)").unwrap();
    gives(&mut book, &[("B1", "0.5"), ("B3", "1.5"), ("C1", "#VALUE!"), ("C3", "#VALUE!")]);
    assert!(book.list_wasm_modules().iter().any(|module| module.module_id == "hostile"));
    book.unregister_wasm_module(CONFORMANCE).unwrap_err();
}

#[test]
fn cells_that_no_instance_can_be_had_for_all_say_so() {
    let limits = Limits::builder()
        .instances(1)
        .batch_deadline(Duration::from_secs(600))
        .call_deadline(Duration::from_millis(300))
        .build()
        .unwrap();
    for name in udf_backends::engine_names() {
        let runtime = udf_backends::runtime_by_name(name, limits.clone()).unwrap();
        let mut book = with_conformance(&runtime);
        count_down(&mut book, 100);
        book.set_formulas("S", "B1:B100", "=MULADD(A1,1)").unwrap();
        put(&mut book, &[("C1", "=SEQ(3)"), ("D1", "=IFERROR(B7,-1)")]);
        let others = Busy::start(runtime.as_ref());
        book.recalculate().unwrap();
        for cell in (1..=100).map(|row| format!("B{row}")).chain(["C1".to_owned()]) {
            expect(&book, &[(&cell, "#VALUE!")]);
            tells(&book, &cell, "all 1 instances of the module stayed busy");
        }
        expect(&book, &[("D1", "-1")]);
        others.end();
        book.set_formulas("S", "B1:B100", "=MULADD(A1,2)").unwrap();
        put(&mut book, &[("C1", "=SEQ(2)")]);
        gives(&mut book, &[("B7", "15"), ("B100", "201"), ("C1", "1"), ("C2", "2")]);
    }
}

/// A call of somebody else's that takes the one instance of a module.
struct Busy {
    cancel: CancelToken,
    call: std::thread::JoinHandle<()>,
}

impl Busy {
    fn start(runtime: &dyn WasmUdfRuntime) -> Self {
        let module = runtime.load(&plugin("conformance")).unwrap();
        let cancel = CancelToken::new();
        let options = SessionOptions::default().threads(1).cancel(cancel.clone());
        let (begun, is_there) = std::sync::mpsc::channel();
        let call = std::thread::spawn(move || {
            let mut session = module.open(options);
            let one = || Argument::scalar(Arc::new(Float64Array::from(vec![1.0]))).unwrap();
            // The session keeps its instance, so that the next call has it at once.
            let muladd = module.signature("MULADD").unwrap();
            session.call(&muladd, Call::new(vec![one(), one()])).unwrap();
            begun.send(()).unwrap();
            let spin = module.signature("SPIN").unwrap();
            let error = session.call(&spin, Call::new(vec![one()])).unwrap_err();
            assert_eq!(error.kind(), udf_columnar::ErrorKind::Cancelled);
        });
        is_there.recv().unwrap();
        std::thread::sleep(Duration::from_millis(200));
        Self { cancel, call }
    }

    fn end(self) {
        self.cancel.cancel();
        self.call.join().unwrap();
    }
}
