//! wasmi as an engine whose memory is reached by offset only, as a browser's is: the same results and failures.

use super::{
    config,
    instance::{ModuleFactory, WasmiGuest},
};
use crate::{
    WasmiRuntime,
    dispatch::Instance,
    guest::{Guest, GuestInstance, Until},
    linear::{Apart, Linear},
    memory::Block,
    pool::Factory,
    rows::RowSink,
    sandbox::Bounds,
    session::LoadedModule,
    typed::TypedRows,
};
use ::wasmi::{Engine, Module};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Float64Array, Int8Array, Int64Array,
    StringArray, TimestampMicrosecondArray,
};
use std::{
    cell::RefCell,
    sync::{Arc, Mutex},
};
use udf_abi::{DType, ErrorCode};
use udf_columnar::{
    AnyValue, Argument, Call, Column, Error, ErrorKind, Limits, Output, SessionOptions, UdfModule,
    WasmUdfRuntime, internal::Foreign,
};

struct ApartGuest(RefCell<WasmiGuest>);

impl ApartGuest {
    fn with<T>(&self, run: impl FnOnce(&mut [u8]) -> T) -> T {
        match self.0.borrow_mut().memory() {
            Linear::Lent(bytes) => run(bytes),
            Linear::Apart(_) => run(&mut []),
        }
    }
}

impl Apart for ApartGuest {
    fn size(&self) -> usize {
        self.with(|bytes| bytes.len())
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.with(|memory| memory[at..at + bytes.len()].copy_from_slice(bytes));
    }

    fn get(&self, at: usize, len: usize) -> Vec<u8> {
        self.with(|memory| memory[at..at + len].to_vec())
    }
}

impl Guest for ApartGuest {
    fn memory(&mut self) -> Linear<'_> {
        Linear::Apart(self)
    }

    fn log_at(&self) -> Option<u32> {
        self.0.borrow().log_at()
    }

    fn alloc(&mut self, len: u32, until: &Until) -> Result<u32, Error> {
        self.0.get_mut().alloc(len, until)
    }

    fn free(&mut self, block: Block, until: &Until) -> Result<(), Error> {
        self.0.get_mut().free(block, until)
    }

    fn call(&mut self, export: &str, ptr: u32, len: u32, until: &Until) -> Result<u64, Error> {
        self.0.get_mut().call(export, ptr, len, until)
    }

    fn typed(
        &mut self,
        rows: &TypedRows<'_>,
        sink: &mut RowSink<'_>,
        until: &Until,
    ) -> Result<(), Error> {
        self.0.get_mut().typed(rows, sink, until)
    }
}

struct ApartFactory(ModuleFactory);

impl Factory for ApartFactory {
    fn create(&self, until: &Until) -> Result<Box<dyn Instance>, Error> {
        Ok(Box::new(GuestInstance::new(ApartGuest(RefCell::new(self.0.guest(until)?)))))
    }
}

/// A module whose memory is lent, and the same one with its memory apart.
fn both(bytes: &[u8]) -> [Arc<dyn UdfModule>; 2] {
    let limits = Limits::default();
    let lent = WasmiRuntime::new(limits.clone()).load(bytes).unwrap();
    let info = crate::inspect(bytes, &limits).unwrap();
    let engine = Engine::new(&config(&limits));
    let bounds = Bounds::new(&limits, &info);
    let factory = ModuleFactory::new(Module::new(&engine, bytes).unwrap(), &limits, bounds);
    let apart = LoadedModule::try_new(info, Box::new(ApartFactory(factory)), &limits).unwrap();
    [lent, Arc::new(apart)]
}

fn plugin(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    std::fs::read(folder.join(format!("{name}.wasm"))).unwrap()
}

fn call(module: &dyn UdfModule, name: &str, arguments: &[Argument]) -> Result<Output, Error> {
    call_in(module, name, arguments, Some(7))
}

fn call_in(
    module: &dyn UdfModule,
    name: &str,
    arguments: &[Argument],
    batch_rows: Option<usize>,
) -> Result<Output, Error> {
    let options = SessionOptions::default().threads(1).batch_rows(batch_rows);
    let mut session = module.open(options);
    session.call(&module.signature(name)?, Call::new(arguments.to_vec()))
}

/// The function gives the same on both: columns, rows in error with their messages, failures.
fn same([lent, apart]: &[Arc<dyn UdfModule>; 2], name: &str, arguments: &[Argument]) {
    let (lent, apart) =
        (call(lent.as_ref(), name, arguments), call(apart.as_ref(), name, arguments));
    let (lent, apart) = match (lent, apart) {
        (Ok(lent), Ok(apart)) => (lent, apart),
        (lent, apart) => {
            assert_eq!(lent.map(|_| ()), apart.map(|_| ()), "{name}");
            return;
        }
    };
    assert_eq!(lent.columns.len(), apart.columns.len(), "{name}");
    for (lent, apart) in lent.columns.iter().zip(&apart.columns) {
        assert_eq!(lent.array(), apart.array(), "{name}");
        assert_eq!(lent.errors(), apart.errors(), "{name}");
    }
    assert_eq!(lent.failures, apart.failures, "{name}");
    assert_eq!(lent.guest_calls, apart.guest_calls, "{name}");
}

fn column(array: impl arrow_array::Array + 'static) -> Argument {
    Argument::column(Arc::new(array) as ArrayRef).unwrap()
}

fn doubles() -> Argument {
    column(
        (0..40).map(|n| (n % 9 != 4).then_some(f64::from(n) * 1.5 - 9.0)).collect::<Float64Array>(),
    )
}

fn integers() -> Argument {
    column((0..40).map(|n| (n % 5 != 1).then_some(n - 3)).collect::<Int64Array>())
}

fn texts() -> Argument {
    let text = |n: i32| (n % 6 != 2).then(|| "añ🦀".repeat(usize::try_from(n % 4).unwrap()));
    column((0..40).map(text).collect::<StringArray>())
}

#[test]
fn columns_of_every_shape_go_through_a_memory_apart() {
    let modules = both(&plugin("conformance"));
    let any = [
        AnyValue::Blank,
        AnyValue::Number(1.5),
        AnyValue::Logical(true),
        AnyValue::Text("text".into()),
        AnyValue::Error(ErrorCode::Div),
        AnyValue::Date(45_000.0),
    ];
    let any = Argument::Column(Column::from_any(&any).unwrap());
    let times: TimestampMicrosecondArray = (0..20).map(|n| (n != 3).then_some(n)).collect();
    let bytes = BinaryArray::from_opt_vec(vec![Some(b"\xff\0".as_slice()), None, Some(b"")]);
    let truth = BooleanArray::from_iter((0..70).map(|n| (n % 7 != 0).then_some(n % 3 == 0)));
    for (name, arguments) in [
        ("MULADD", vec![doubles(), doubles()]),
        ("GCD", vec![integers(), integers()]),
        ("SQRT_CHECKED", vec![doubles()]),
        ("DIV_CHECKED", vec![doubles(), doubles()]),
        ("NULL_IF_NEG", vec![doubles()]),
        ("IS_NULL", vec![doubles()]),
        ("PANIC_IF", vec![doubles(), doubles()]),
        ("RECURSE", vec![column(Int64Array::from(vec![3, i64::MAX, 5000]))]),
        ("JOIN", vec![texts(), texts()]),
        ("REVERSE", vec![texts()]),
        ("STRLEN", vec![texts()]),
        ("REPEAT", vec![texts(), integers()]),
        ("LABEL", vec![any.clone()]),
        ("ID_ANY", vec![any]),
        ("BNOT", vec![column(truth)]),
        ("ID_I8", vec![column(Int8Array::from(vec![Some(-1), None, Some(127)]))]),
        ("ID_DATE32", vec![column(Date32Array::from(vec![Some(1), None]))]),
        ("ID_TIMESTAMP", vec![column(times)]),
        ("ID_BINARY", vec![column(bytes)]),
        ("SUM_RANGE", vec![doubles()]),
        ("COUNT_NULLS", vec![doubles()]),
        ("FAIL_REDUCE", vec![Argument::scalar(Arc::new(Float64Array::from(vec![1.0]))).unwrap()]),
        ("SEQ", vec![Argument::scalar(Arc::new(Int64Array::from(vec![1000]))).unwrap()]),
        ("WORDS", vec![Argument::scalar(Arc::new(StringArray::from(vec!["a bc d"]))).unwrap()]),
    ] {
        same(&modules, name, &arguments);
    }
}

#[test]
fn json_and_plain_numbers_go_through_a_memory_apart() {
    let modules = both(&plugin("upstream_json"));
    same(&modules, "annuity", &[doubles(), doubles(), doubles()]);
    let bare = r#"(module (func (export "half") (param f64) (result f64)
        (f64.mul (local.get 0) (f64.const 0.5))))"#;
    same(&both(&wat::parse_str(bare).unwrap()), "half", &[doubles()]);
}

/// Answers of all kinds that are wrong: what is out of bounds is found before it is got.
#[test]
fn wrong_answers_are_refused_alike_by_a_memory_apart() {
    let manifest = r#"{"schema": "formualizer.udf.module/v1",
        "module": {"id": "wrong", "version": "1", "abi": 1, "codec": 2},
        "functions": [{"id": 1, "name": "F", "export": "f", "kind": "elementwise", "min_args": 1,
            "max_args": 1, "params": [{"name": "x", "type": "f64"}], "returns": "f64"}]}"#;
    let manifest: String = manifest.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    // The prepared result header, with a store to it or to its first column.
    let edits = [
        "",
        "(i32.store offset=12 (local.get $r) (i32.const -16))",
        "(i32.store offset=16 (local.get $r) (i32.const 30000))",
        "(i32.store offset=0 (local.get $r) (i32.const 1)) (i32.store offset=24 (local.get $r) (i32.const -1)) (i32.store offset=28 (local.get $r) (i32.const 5))",
        "(i32.store offset=20 (local.get $c) (i32.const 65529))",
        "(i32.store offset=20 (local.get $c) (i32.const -8))",
        "(i32.store offset=4 (local.get $c) (i32.const 9))",
        "(i32.store offset=8 (local.get $c) (i32.const 1))",
        "(drop (memory.grow (i32.const 3)))",
    ];
    let answers = edits.map(|edit| {
        format!("{edit} (i64.or (i64.extend_i32_u (local.get $r)) (i64.const 0x4000000000))")
    });
    let outside = ["(i64.const -1)", "(i64.const 0)", "(i64.const 0x400000fff0)"].map(String::from);
    for answer in answers.into_iter().chain(outside) {
        let text = format!(
            r#"(module (memory (export "memory") 2)
              (func (export "fz_abi_version") (result i32) (i32.const 1))
              (func (export "fz_alloc") (param i32) (result i32) (i32.const 1024))
              (func (export "fz_free") (param i32 i32))
              (func (export "f") (param $p i32) (param i32) (result i64) (local $r i32) (local $c i32)
                (local.set $r (i32.load offset=48 (local.get $p)))
                (local.set $c (i32.load offset=12 (local.get $r)))
                {answer})
              (@custom "formualizer.udf.manifest.v1" "{manifest}"))"#
        );
        let bytes = wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}"));
        same(&both(&bytes), "F", &[column(Float64Array::from(vec![1.0, 2.0]))]);
    }
}

/// Values that stand elsewhere, until they are given away.
#[derive(Debug, Default)]
struct Elsewhere(Mutex<Vec<u8>>);

impl Foreign for Elsewhere {
    fn size(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn copy_to(&self, at: usize, out: &mut [u8]) {
        out.copy_from_slice(&self.0.lock().unwrap()[at..at + out.len()]);
    }
}

fn elsewhere(dtype: DType, bytes: Vec<u8>) -> Argument {
    let values = Arc::new(Elsewhere(Mutex::new(bytes)));
    Argument::Column(Column::try_new_foreign(dtype, values).unwrap())
}

/// The values of a column without nulls, elsewhere.
fn moved(argument: &Argument) -> Argument {
    let (Argument::Column(column) | Argument::Scalar(column)) = argument else { panic!("a range") };
    let data = column.array().to_data();
    let width = data.buffers()[0].len() / column.len().max(1);
    elsewhere(column.dtype(), data.buffers()[0].as_slice()[..column.len() * width].to_vec())
}

#[test]
fn values_elsewhere_give_what_the_same_values_here_give() {
    let modules = both(&plugin("conformance"));
    let bare = r#"(module (func (export "half") (param f64) (result f64)
        (f64.mul (local.get 0) (f64.const 0.5))))"#;
    let (numbers, json) = (both(&wat::parse_str(bare).unwrap()), both(&plugin("upstream_json")));
    for rows in [0_i32, 1, 6, 7, 8, 13, 5000] {
        let doubles = column((0..rows).map(|n| f64::from(n) * 0.5 - 3.0).collect::<Float64Array>());
        let missing =
            column((0..rows).map(|n| (n % 3 != 1).then_some(2.0)).collect::<Float64Array>());
        let longs = column((0..rows).map(i64::from).map(Some).collect::<Int64Array>());
        let bytes = column((0..rows).map(|n| i8::try_from(n % 100).ok()).collect::<Int8Array>());
        let days = column((0..rows).map(Some).collect::<Date32Array>());
        let times: TimestampMicrosecondArray = (0..rows).map(|n| Some(i64::from(n))).collect();
        let times = column(times);
        for (modules, name, arguments, moves) in [
            (&modules, "MULADD", vec![&doubles, &doubles], vec![0, 1]),
            (&modules, "MULADD", vec![&doubles, &missing], vec![0]),
            (&modules, "MULADD", vec![&missing, &doubles], vec![1]),
            // What the function takes as another type, and what its guest answers with errors and traps.
            (&modules, "MULADD", vec![&longs, &doubles], vec![0]),
            (&modules, "LABEL", vec![&doubles], vec![0]),
            (&modules, "DIV_CHECKED", vec![&doubles, &doubles], vec![0, 1]),
            (&modules, "PANIC_IF", vec![&doubles, &doubles], vec![0, 1]),
            (&modules, "GCD", vec![&longs, &longs], vec![0, 1]),
            (&modules, "ID_I8", vec![&bytes], vec![0]),
            (&modules, "ID_DATE32", vec![&days], vec![0]),
            (&modules, "ID_TIMESTAMP", vec![&times], vec![0]),
            (&modules, "SUM_RANGE", vec![&doubles], vec![0]),
            (&numbers, "half", vec![&doubles], vec![0]),
            (&json, "annuity", vec![&doubles, &doubles, &doubles], vec![0, 2]),
        ] {
            // Rows that trap are halved, and these are called one by one: on an interpreter.
            if rows > 100 && ["PANIC_IF", "annuity", "half"].contains(&name) {
                continue;
            }
            let here: Vec<Argument> =
                arguments.iter().map(|argument| (*argument).clone()).collect();
            let mut there = here.clone();
            for at in moves {
                there[at] = moved(&there[at]);
            }
            for batch_rows in [Some(7), None] {
                for module in modules {
                    let here = call_in(module.as_ref(), name, &here, batch_rows);
                    let there = call_in(module.as_ref(), name, &there, batch_rows);
                    let seen = |output: Output| {
                        let columns = output.columns.into_iter();
                        let columns = columns
                            .map(|column| (column.array().clone(), column.errors().cloned()));
                        (columns.collect::<Vec<_>>(), output.failures, output.guest_calls)
                    };
                    assert_eq!(here.map(seen), there.map(seen), "{name} of {rows} rows");
                }
            }
        }
    }
}

#[test]
fn many_values_are_read_into_their_place_and_are_canonical_there() {
    let modules = both(&plugin("conformance"));
    let odd = |n: i32| match n % 7 {
        3 => f64::from_bits(0xFFF8_0000_0000_0123),
        5 => f64::INFINITY,
        _ => f64::from(n) - 300.0,
    };
    let rows = 0..20_000;
    let odds = column(rows.clone().map(odd).map(Some).collect::<Float64Array>());
    let missing = rows.clone().map(|n| (n % 11 != 4).then(|| odd(n))).collect::<Float64Array>();
    let missing = column(missing);
    let plain = column(rows.clone().map(f64::from).map(Some).collect::<Float64Array>());
    let bytes = column(rows.map(|n| i8::try_from(n % 100).ok()).collect::<Int8Array>());
    for (name, arguments) in [
        ("MULADD", vec![plain.clone(), plain.clone()]),
        ("MULADD", vec![plain.clone(), odds.clone()]),
        ("MULADD", vec![missing.clone(), plain.clone()]),
        ("ID_F64", vec![odds.clone()]),
        ("ID_F64", vec![missing]),
        ("ID_I8", vec![bytes]),
        ("DIV_CHECKED", vec![odds.clone(), plain]),
        ("SQRT_CHECKED", vec![odds]),
    ] {
        let [lent, apart] = modules.each_ref().map(|module| {
            let output = call_in(module.as_ref(), name, &arguments, None).unwrap();
            assert_eq!(output.rows(), 20_000, "{name}");
            let column = output.columns[0].clone();
            (column.array().to_data(), column.errors().cloned(), output.failures)
        });
        assert_eq!(lent, apart, "{name}");
        let values = apart.0.buffers()[0].as_slice();
        assert_eq!(lent.0.buffers()[0].as_slice(), values, "{name}");
        if name != "ID_I8" {
            let (values, _) = values.as_chunks::<8>();
            let values = values.iter().map(|bytes| f64::from_le_bytes(*bytes));
            let canonical = f64::NAN.to_bits();
            assert!(values.filter(|n| n.is_nan()).all(|n| n.to_bits() == canonical), "{name}");
        }
    }
}

#[test]
fn values_that_were_given_away_are_refused() {
    for module in both(&plugin("conformance")) {
        let values = Arc::new(Elsewhere(Mutex::new(vec![0; 80])));
        let column = Column::try_new_foreign(DType::F64, values.clone()).unwrap();
        let arguments = [Argument::Column(column.clone()), Argument::Column(column)];
        assert_eq!(call(module.as_ref(), "MULADD", &arguments).unwrap().rows(), 10);
        values.0.lock().unwrap().clear();
        let error = call(module.as_ref(), "MULADD", &arguments).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("argument 1"), "{error}");
        assert!(error.message().contains("transferred away"), "{error}");
    }
}
