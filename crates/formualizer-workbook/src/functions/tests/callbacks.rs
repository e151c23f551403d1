use super::*;
use crate::{
    BatchArgument, BatchArguments, BatchOutput, CustomFnHandler, CustomFnOptions, ExcelError,
    functions::Functions,
};
use arrow_array::{ArrayRef, Float64Array, cast::AsArray, types::Float64Type};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

fn with(
    options: CustomFnOptions,
    handler: impl Fn(&[Value]) -> Result<Value, ExcelError> + Send + Sync + 'static,
) -> WasmPluginManager {
    let mut manager = manager();
    manager.register_custom_function("F", options, Arc::new(handler)).unwrap();
    manager
}

fn with_handler(handler: impl CustomFnHandler + 'static) -> WasmPluginManager {
    let mut manager = manager();
    manager.register_custom_function("F", CustomFnOptions::default(), Arc::new(handler)).unwrap();
    manager
}

#[test]
fn arguments_come_by_value() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let manager = with(CustomFnOptions::default(), move |args| {
        log.lock().unwrap().push(args.to_vec());
        Ok(Value::Empty)
    });
    let date = Cells::of([CellRef::Number(45_000.0, crate::cells::NumberKind::Date)]);
    let error = Value::Error(ExcelError::new(ExcelErrorKind::Na));
    let arguments = vec![
        Argument::Omitted,
        Argument::Rows(date),
        range(&[&[1.0, 2.0], &[3.0, 4.0]]),
        range(&[&[7.0]]),
        Argument::Scalar(Value::Array(vec![vec![Value::Text("x".to_owned())]])),
        Argument::Scalar(error.clone()),
    ];
    assert_eq!(call_rows(&manager, "F", arguments, 1).get(0), CellRef::Blank);
    let row = |row: [f64; 2]| row.map(Value::Number).to_vec();
    let wanted = vec![
        Value::Empty,
        Value::Number(45_000.0),
        Value::Array(vec![row([1.0, 3.0]), row([2.0, 4.0])]),
        Value::Number(7.0),
        Value::Text("x".to_owned()),
        error,
    ];
    assert_eq!(*seen.lock().unwrap(), [wanted]);
}

#[test]
fn errors_keep_their_kind_and_panics_are_value_errors() {
    let manager = with(CustomFnOptions::default(), |args| match &args[0] {
        Value::Number(n) if *n > 1.0 => panic!("at {n}"),
        Value::Number(n) if *n > 0.0 => {
            Err(ExcelError::new(ExcelErrorKind::Ref).with_message("gone"))
        }
        Value::Number(_) => Ok(Value::Number(f64::INFINITY)),
        _ => Ok(Value::Boolean(true)),
    });
    let cells = call_rows(&manager, "F", vec![rows(&[0.0, 1.0, 2.0])], 3);
    assert_eq!(error_of(cells.get(0)).0, ExcelErrorKind::Num);
    assert_eq!(error_of(cells.get(1)), (ExcelErrorKind::Ref, "gone".to_owned()));
    let (kind, message) = error_of(cells.get(2));
    assert_eq!(kind, ExcelErrorKind::Value);
    assert!(message.contains("callback panicked") && message.contains("at 2"), "{message}");
    // Nothing is left behind.
    assert_eq!(call_rows(&manager, "F", vec![Argument::Omitted], 1).get(0), CellRef::Logical(true));
}

#[test]
fn arrays_spill_and_those_of_one_cell_are_that_cell() {
    let manager = with(CustomFnOptions::default(), |args| match &args[0] {
        Value::Number(n) if *n == 0.0 => Ok(Value::Array(vec![])),
        Value::Number(n) => Ok(Value::Array(vec![vec![Value::Number(*n); *n as usize]])),
        _ => Ok(Value::Empty),
    });
    assert_eq!(
        call_whole(&manager, "F", vec![number(2.0)]),
        [[Value::Number(2.0), Value::Number(2.0)]]
    );
    assert_eq!(call_whole(&manager, "F", vec![number(1.0)]), [[Value::Number(1.0)]]);
    // Uneven rows are filled up, an array within an array is an error.
    let uneven = with(CustomFnOptions::default(), |_| {
        let nested = Value::Array(vec![vec![Value::Empty; 2]]);
        Ok(Value::Array(vec![vec![Value::Number(1.0)], vec![nested, Value::Boolean(true)]]))
    });
    let bound = uneven.functions().get("F").unwrap();
    let table = bound.call_whole(&Sessions::default(), &environment(), vec![]);
    assert_eq!(error_of(table.get(0, 1)).0, ExcelErrorKind::Na);
    assert_eq!(error_of(table.get(1, 0)).0, ExcelErrorKind::Calc);
    let bound = manager.functions().get("F").unwrap();
    let empty = bound.call_whole(&Sessions::default(), &environment(), vec![number(0.0)]);
    assert_eq!(error_of(empty.get(0, 0)).0, ExcelErrorKind::Calc);
    let values = bound
        .call_rows(&Sessions::default(), &environment(), vec![rows(&[1.0, 2.0])], 2)
        .unwrap_err();
    assert_eq!(values[0], Value::Number(1.0));
    assert!(matches!(&values[1], Value::Array(_)));
}

#[test]
fn deterministic_callbacks_are_called_once_for_equal_arguments() {
    for (deterministic, volatile, wanted) in [(true, false, 1), (false, false, 5), (true, true, 5)]
    {
        let calls = Arc::new(AtomicUsize::new(0));
        let counter = calls.clone();
        let options = CustomFnOptions { deterministic, volatile, ..CustomFnOptions::default() };
        let manager = with(options, move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(Value::Number(1.0))
        });
        assert_eq!(call_rows(&manager, "F", vec![number(1.0)], 5).len(), 5);
        assert_eq!(calls.load(Ordering::Relaxed), wanted);
    }
}

#[test]
fn callbacks_that_are_not_thread_safe_take_turns() {
    let inside = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (gauge, peak) = (inside, most.clone());
    let manager = with(CustomFnOptions::default(), move |_| {
        peak.fetch_max(gauge.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::yield_now();
        gauge.fetch_sub(1, Ordering::SeqCst);
        Ok(Value::Empty)
    });
    let sessions = Sessions::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let bound = manager.functions().get("F").unwrap();
                let arguments = vec![rows(&[1.0; 50])];
                bound.call_rows(&sessions, &environment(), arguments, 50).unwrap();
            });
        }
    });
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[test]
fn a_callback_does_not_get_back_into_its_workbook() {
    let functions: Arc<Mutex<Option<Functions>>> = Arc::default();
    let inner = functions.clone();
    let again = move |_: &[Value]| -> Result<Value, ExcelError> {
        let functions = inner.lock().unwrap().clone().unwrap();
        assert!(crate::functions::is_calling(functions.id()));
        let mut answers = Vec::new();
        for (key, arguments) in [("F", vec![number(1.0)]), ("ADD2", vec![number(1.0), number(1.0)])]
        {
            let bound = functions.get(key).unwrap();
            let table = bound.call_whole(&Sessions::default(), &environment(), arguments);
            answers.push(table.get(0, 0).plain());
        }
        Ok(Value::Array(vec![answers]))
    };
    let mut manager = demo_manager();
    manager.register_custom_function("F", CustomFnOptions::default(), Arc::new(again)).unwrap();
    *functions.lock().unwrap() = Some(manager.functions().clone());
    let answers = call_whole(&manager, "F", vec![number(0.0)]);
    for answer in &answers[0] {
        let Value::Error(error) = answer else { panic!("{answer:?}") };
        assert!(error.message().unwrap().contains("from within a callback"), "{error}");
    }
    assert_eq!(answers[0].len(), 2);
    assert!(!crate::functions::is_calling(manager.functions().id()));
}

/// Twice a column; what is no column of numbers goes row by row.
struct Twice(Arc<AtomicUsize>);

impl CustomFnHandler for Twice {
    fn call(&self, args: &[Value]) -> Result<Value, ExcelError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        match &args[0] {
            Value::Number(n) => Ok(Value::Number(n * 2.0)),
            Value::Error(error) => Err(error.clone()),
            _ => Ok(Value::Number(0.0)),
        }
    }

    fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
        let BatchArgument::Column(column) = args.get(0)? else { return None };
        let numbers = column.as_primitive_opt::<Float64Type>()?;
        let twice: Float64Array = numbers.unary(|n| n * 2.0);
        Some(Ok((Arc::new(twice) as ArrayRef).into()))
    }
}

#[test]
fn a_handler_takes_a_column_at_once_where_it_offers_that() {
    let calls = Arc::new(AtomicUsize::new(0));
    let manager = with_handler(Twice(calls.clone()));
    let sessions = Sessions::default();
    let bound = manager.functions().get("F").unwrap();
    let arguments = vec![rows(&[1.0, 2.0, f64::MAX])];
    let cells = bound.call_rows(&sessions, &environment(), arguments, 3).unwrap();
    assert_eq!(cells.get(1), CellRef::number(4.0));
    assert_eq!(error_of(cells.get(2)).0, ExcelErrorKind::Num);
    assert_eq!((calls.load(Ordering::Relaxed), sessions.counts().guest_calls), (0, 1));
    let mixed = Cells::of([
        CellRef::number(1.0),
        CellRef::Error(ExcelErrorKind::Na, Some("none")),
        CellRef::Blank,
    ]);
    let cells = call_rows(&manager, "F", vec![Argument::Rows(mixed)], 3);
    assert_eq!(error_of(cells.get(1)), (ExcelErrorKind::Na, "none".to_owned()));
    assert_eq!(cells.get(2), CellRef::Blank);
    let texts = Argument::Rows(Cells::of([CellRef::Text("a"), CellRef::Text("b")]));
    assert!(call_rows(&manager, "F", vec![texts], 2).same(&Cells::number(0.0, 2)));
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

/// Tells how many rows it was given.
struct Rows {
    takes_columns: bool,
}

impl CustomFnHandler for Rows {
    fn call(&self, _args: &[Value]) -> Result<Value, ExcelError> {
        Ok(Value::Number(0.0))
    }

    fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
        Some(Ok(BatchOutput::Values(vec![Value::Number(args.rows() as f64); args.rows()])))
    }

    fn takes_columns(&self) -> bool {
        self.takes_columns
    }
}

#[test]
fn a_single_row_is_a_column_where_the_handler_asks_for_that() {
    for (takes_columns, wanted) in [(true, 1.0), (false, 0.0)] {
        let manager = with_handler(Rows { takes_columns });
        let cells = call_rows(&manager, "F", vec![rows(&[5.0])], 1);
        assert_eq!(cells.get(0), CellRef::number(wanted));
        let cells = call_rows(&manager, "F", vec![rows(&[5.0, 6.0])], 2);
        assert_eq!(cells.get(1), CellRef::number(2.0));
    }
}

#[test]
fn columns_are_shared_with_handlers() {
    struct Identity;
    impl CustomFnHandler for Identity {
        fn call(&self, _: &[Value]) -> Result<Value, ExcelError> {
            Ok(Value::Empty)
        }
        fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
            assert_eq!((args.rows(), args.len()), (3, 1));
            match args.get(0)? {
                BatchArgument::Column(column) => Some(Ok(column.into())),
                _ => None,
            }
        }
    }
    let array = Float64Array::from(vec![1.0, 2.0, 3.0]);
    let cells = Cells::Numbers(crate::cells::NumberKind::Number, array.clone());
    let cells = call_rows(&with_handler(Identity), "F", vec![Argument::Rows(cells)], 3);
    let Cells::Numbers(_, shared) = cells else { panic!() };
    assert_eq!(shared.values().as_ptr(), array.values().as_ptr());
}

#[test]
fn a_batch_that_is_wrong_is_an_error_everywhere() {
    struct Wrong(usize);
    impl CustomFnHandler for Wrong {
        fn call(&self, _: &[Value]) -> Result<Value, ExcelError> {
            Ok(Value::Empty)
        }
        fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
            Some(match self.0 {
                0 => Ok(BatchOutput::Values(vec![Value::Empty; args.rows() + 1])),
                1 => Err(ExcelError::new(ExcelErrorKind::Num)),
                2 => panic!("no"),
                _ => Ok(arrow_array::new_null_array(&arrow_schema::DataType::Binary, args.rows())
                    .into()),
            })
        }
    }
    for (case, kind) in [
        (0, ExcelErrorKind::Value),
        (1, ExcelErrorKind::Num),
        (2, ExcelErrorKind::Value),
        (3, ExcelErrorKind::Value),
    ] {
        let cells = call_rows(&with_handler(Wrong(case)), "F", vec![rows(&[1.0, 2.0])], 2);
        assert_eq!(error_of(cells.get(0)).0, kind);
        assert_eq!(error_of(cells.get(1)).0, kind);
    }
}

#[test]
fn a_failure_of_very_many_rows_holds_its_message_once() {
    let failure = crate::functions::failure::CallFailure::value("x".repeat(10_000));
    let cells = failure.cells(100_000);
    assert_eq!(cells.len(), 100_000);
    assert!(cells.memory_size() < 4 << 20);
    assert_eq!(error_of(cells.get(99_999)), (ExcelErrorKind::Value, "x".repeat(1_000) + "…"));
}

#[test]
fn integers_of_a_batch_are_rounded_and_texts_of_any_layout_taken() {
    struct Wide;
    impl CustomFnHandler for Wide {
        fn call(&self, _: &[Value]) -> Result<Value, ExcelError> {
            Ok(Value::Empty)
        }
        fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
            let array: ArrayRef = match args.value(0, 0) {
                Value::Number(_) => Arc::new(arrow_array::Int64Array::from(vec![(1 << 53) + 1, 2])),
                _ => Arc::new(arrow_array::LargeStringArray::from(vec!["a", "b"])),
            };
            Some(Ok(array.into()))
        }
    }
    let manager = with_handler(Wide);
    let cells = call_rows(&manager, "F", vec![rows(&[1.0, 2.0])], 2);
    assert_eq!(cells.get(0), CellRef::number(9_007_199_254_740_992.0));
    let cells = call_rows(&manager, "F", vec![Argument::Rows(Cells::Blank(2))], 2);
    assert_eq!(cells.get(1), CellRef::Text("b"));
}

#[test]
fn callbacks_that_rayon_nests_never_wait_for_each_other() {
    // Each callback of a name waits for a task of the other one on the same pool.
    let pool = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap());
    let slot: Arc<Mutex<Option<Functions>>> = Arc::default();
    let sessions = Arc::new(Sessions::default());
    let mut manager = manager();
    for (name, other) in [("A", "B"), ("B", "A")] {
        let (slot, sessions) = (slot.clone(), sessions.clone());
        let handler = move |args: &[Value]| -> Result<Value, ExcelError> {
            if args[0] == Value::Number(0.0) {
                return Ok(Value::Number(1.0));
            }
            let functions = slot.lock().unwrap().clone().unwrap();
            let bound = functions.get(other).unwrap().clone();
            let call = || bound.call_whole(&sessions, &environment(), vec![number(0.0)]);
            let (table, ()) = rayon::join(call, std::thread::yield_now);
            Ok(table.get(0, 0).plain())
        };
        manager
            .register_custom_function(name, CustomFnOptions::default(), Arc::new(handler))
            .unwrap();
    }
    *slot.lock().unwrap() = Some(manager.functions().clone());
    let functions = manager.functions().clone();
    pool.install(|| {
        let run = |key: &str| {
            for _ in 0..50 {
                let bound = functions.get(key).unwrap();
                let table = bound.call_whole(&sessions, &environment(), vec![number(1.0)]);
                assert_eq!((table.height(), table.width()), (1, 1));
            }
        };
        rayon::join(|| run("A"), || run("B"));
    });
}
