//! Callbacks in formulas: by the cell and by the column.

use crate::{count_down, expect, gives, put, tells};
use arrow_array::{Array, Float64Array, cast::AsArray, types::Float64Type};
use formualizer_workbook::{
    BatchArgument, BatchArguments, BatchOutput, CustomFnHandler, CustomFnOptions, ErrorKind,
    ExcelError, ExcelErrorKind, RecalcOptions, Value, Workbook,
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

type Given = Result<Value, ExcelError>;

fn book() -> Workbook {
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    book
}

fn register(
    book: &mut Workbook,
    name: &str,
    function: impl Fn(&[Value]) -> Given + Send + Sync + 'static,
) {
    book.register_custom_function(name, CustomFnOptions::default(), Arc::new(function)).unwrap();
}

fn number(value: &Value) -> Result<f64, ExcelError> {
    match value {
        Value::Error(error) => Err(error.clone()),
        value => value.as_serial_number().ok_or_else(ExcelError::new_value),
    }
}

#[test]
fn a_callback_is_called_for_each_dirty_cell() {
    let calls = Arc::new(AtomicU64::new(0));
    let counter = calls.clone();
    let mut book = book();
    register(&mut book, "TWICE", move |args| {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(Value::Number(number(&args[0])? * 2.0))
    });
    count_down(&mut book, 100);
    book.set_formulas("S", "B1:B100", "=TWICE(A1)").unwrap();
    let report = book.recalculate().unwrap();
    // One call of the workbook's, for 100 rows, which are a call each of the closure.
    assert_eq!((report.udf_calls, report.udf_rows), (1, 100));
    assert_eq!(calls.swap(0, Ordering::Relaxed), 100);
    put(&mut book, &[("A7", "70"), ("A8", "x")]);
    gives(&mut book, &[("B7", "140"), ("B8", "#VALUE!")]);
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

/// Adds two columns as Arrow arrays.
struct AddColumns(AtomicU64);

impl CustomFnHandler for AddColumns {
    fn call(&self, args: &[Value]) -> Given {
        Ok(Value::Number(number(&args[0])? + number(&args[1])?))
    }

    fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
        let (BatchArgument::Column(a), BatchArgument::Column(b)) = (args.get(0)?, args.get(1)?)
        else {
            return None;
        };
        let a = a.as_primitive_opt::<Float64Type>()?;
        let b = b.as_primitive_opt::<Float64Type>()?;
        if a.null_count() + b.null_count() > 0 {
            return None;
        }
        self.0.fetch_add(1, Ordering::Relaxed);
        let sums = a.values().iter().zip(b.values()).map(|(a, b)| a + b);
        Some(Ok(BatchOutput::Array(Arc::new(Float64Array::from_iter_values(sums)))))
    }
}

#[test]
fn a_batched_callback_is_called_once_a_column() {
    let handler = Arc::new(AddColumns(AtomicU64::new(0)));
    let mut book = book();
    let options = CustomFnOptions { min_args: 2, thread_safe: true, ..CustomFnOptions::default() };
    book.register_custom_function("ADD_UP", options, handler.clone()).unwrap();
    count_down(&mut book, 10_000);
    book.set_formulas("S", "B1:B10000", "=ADD_UP(A1,A1)").unwrap();
    let report = book.recalculate().unwrap();
    assert_eq!((report.udf_calls, report.udf_rows), (1, 10_000));
    assert_eq!(handler.0.load(Ordering::Relaxed), 1);
    expect(&book, &[("B1", "2"), ("B10000", "20000")]);
    // A column of mixed cells is left to the call for one row.
    put(&mut book, &[("A1", "x"), ("A2", "20")]);
    gives(&mut book, &[("B1", "#VALUE!"), ("B2", "40"), ("B3", "6")]);
    assert_eq!(handler.0.load(Ordering::Relaxed), 1);
}

#[test]
fn errors_and_panics_are_values_of_their_cells() {
    let mut book = book();
    register(&mut book, "PICKY", |args| match number(&args[0])? {
        n if n < 0.0 => {
            Err(ExcelError::new(ExcelErrorKind::Num).with_message(format!("{n} is negative")))
        }
        n if n > 10.0 => panic!("{n} is too much"),
        n => Ok(Value::Number(n)),
    });
    put(&mut book, &[("A1", "5"), ("A2", "-5"), ("A3", "50"), ("A4", "=NA()")]);
    book.set_formulas("S", "B1:B4", "=PICKY(A1)").unwrap();
    gives(&mut book, &[("B1", "5"), ("B2", "#NUM!"), ("B3", "#VALUE!"), ("B4", "#N/A")]);
    tells(&book, "B2", "-5 is negative");
    tells(&book, "B3", "50 is too much");
}

#[test]
fn an_array_that_is_returned_spills() {
    let mut book = book();
    register(&mut book, "SQUARE", |args| {
        let size = number(&args[0])? as usize;
        let row = |r: usize| (0..size).map(|c| Value::Number((r * 10 + c) as f64)).collect();
        Ok(Value::Array((0..size).map(row).collect()))
    });
    put(
        &mut book,
        &[("A1", "3"), ("B1", "=SQUARE(A1)"), ("G1", "=SUM(B1#)"), ("G2", "=SUM(SQUARE(2))")],
    );
    gives(&mut book, &[("B1", "0"), ("D3", "22"), ("G1", "99"), ("G2", "22")]);
    put(&mut book, &[("A1", "1")]);
    gives(&mut book, &[("B1", "0"), ("C1", ""), ("B2", ""), ("G1", "0"), ("G2", "22")]);
}

#[test]
fn ranges_come_as_arrays_and_dates_as_serial_numbers() {
    let mut book = book();
    register(&mut book, "SHOW", |args| Ok(Value::Text(format!("{:?}", args[0]))));
    register(&mut book, "HEIGHT", |args| match &args[0] {
        Value::Array(rows) => Ok(Value::Number(rows.len() as f64)),
        _ => Ok(Value::Number(1.0)),
    });
    book.set_value("S", "A1", chrono::NaiveDate::from_ymd_opt(2024, 1, 1).unwrap()).unwrap();
    put(&mut book, &[("B1", "=SHOW(A1)"), ("B2", "=SHOW(A2)"), ("B3", "=HEIGHT(A1:A5)")]);
    put(&mut book, &[("B4", "=HEIGHT(A1:A1)"), ("B5", "=SHOW(,)")]);
    gives(&mut book, &[("B1", "Number(45292.0)"), ("B2", "Empty"), ("B3", "5"), ("B4", "1")]);
    expect(&book, &[("B5", "Empty")]);
}

#[test]
fn a_callback_cannot_lock_the_workbook_that_calls_it() {
    let shared: Arc<Mutex<Option<Workbook>>> = Arc::default();
    let weak = Arc::downgrade(&shared);
    let mut book = book();
    register(&mut book, "SELFISH", move |_| {
        let shared = weak.upgrade().ok_or_else(ExcelError::new_value)?;
        let text = match shared.try_lock() {
            Ok(_) => "free",
            Err(_) => "in use",
        };
        Ok(Value::Text(text.into()))
    });
    put(&mut book, &[("A1", "=SELFISH()")]);
    *shared.lock().unwrap() = Some(book);
    let mut locked = shared.lock().unwrap();
    gives(locked.as_mut().unwrap(), &[("A1", "in use")]);
}

#[test]
fn a_callback_may_calculate_another_workbook() {
    let inner: Mutex<Workbook> = Mutex::new(book());
    let mut outer = book();
    register(&mut outer, "ELSEWHERE", move |args| {
        let mut inner = inner.lock().unwrap();
        inner.set_value("S", "A1", args[0].clone()).map_err(|_| ExcelError::new_value())?;
        inner.set_formula("S", "B1", "=A1*A1").map_err(|_| ExcelError::new_value())?;
        inner.recalculate().map_err(|_| ExcelError::new_value())?;
        inner.value("S", "B1").map_err(|_| ExcelError::new_value())
    });
    count_down(&mut outer, 5);
    outer.set_formulas("S", "B1:B5", "=ELSEWHERE(A1)").unwrap();
    gives(&mut outer, &[("B1", "1"), ("B5", "25")]);
}

#[test]
fn calls_of_a_function_that_is_not_thread_safe_come_one_after_the_other() {
    let inside = Arc::new(AtomicU64::new(0));
    let most = Arc::new(AtomicU64::new(0));
    let mut book = book();
    let (here, peak) = (inside.clone(), most.clone());
    register(&mut book, "ALONE", move |args| {
        peak.fetch_max(here.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::yield_now();
        here.fetch_sub(1, Ordering::SeqCst);
        Ok(args[0].clone())
    });
    count_down(&mut book, 50);
    for col in 2..10u32 {
        let formula = format!("=ALONE($A1)+{col}");
        book.set_formulas("S", ((1, col), (50, col)), &formula).unwrap();
    }
    book.recalculate_with(&RecalcOptions::default().threads(4)).unwrap();
    expect(&book, &[("B1", "3"), ("I50", "59")]);
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[test]
fn a_function_that_is_not_allowed_is_refused() {
    let mut book = book();
    let contradicting =
        CustomFnOptions { min_args: 3, max_args: Some(1), ..CustomFnOptions::default() };
    let nothing = |_: &[Value]| -> Given { Ok(Value::Empty) };
    let error = book.register_custom_function("ODD", contradicting, Arc::new(nothing)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Function);
    let error = book
        .register_custom_function("SUM", CustomFnOptions::default(), Arc::new(nothing))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Function);
}

/// Answers what it must not.
struct Sloppy;

impl CustomFnHandler for Sloppy {
    fn call(&self, _: &[Value]) -> Given {
        Ok(Value::Number(f64::NAN))
    }

    fn call_batch(&self, args: &BatchArguments<'_>) -> Option<Result<BatchOutput, ExcelError>> {
        let numbers =
            |rows: usize| BatchOutput::Array(Arc::new(Float64Array::from(vec![1.0; rows])));
        match args.rows() {
            2 => Some(Ok(numbers(1))),
            3 => Some(Ok(BatchOutput::Values(vec![Value::Number(f64::INFINITY); 3]))),
            4 => panic!("four rows"),
            _ => Some(Err(ExcelError::new(ExcelErrorKind::Na))),
        }
    }
}

#[test]
fn a_batch_that_is_wrong_is_an_error_of_its_cells() {
    let mut book = book();
    book.register_custom_function("SLOPPY", CustomFnOptions::default(), Arc::new(Sloppy)).unwrap();
    count_down(&mut book, 5);
    for (rows, col) in [(1u32, 2u32), (2, 3), (3, 4), (4, 5), (5, 6)] {
        book.set_formulas("S", ((1, col), (rows, col)), "=SLOPPY($A1)").unwrap();
    }
    gives(&mut book, &[("B1", "#NUM!"), ("C1", "#VALUE!"), ("C2", "#VALUE!"), ("D3", "#NUM!")]);
    expect(&book, &[("E4", "#VALUE!"), ("F5", "#N/A")]);
    tells(&book, "C1", "1 results for 2 rows");
    tells(&book, "E1", "four rows");
}

#[test]
fn a_filled_formula_whose_callback_gives_arrays_spills_row_by_row() {
    let mut book = book();
    register(&mut book, "PAIR", |args| {
        Ok(Value::Array(vec![vec![args[0].clone(), Value::Number(number(&args[0])? * 2.0)]]))
    });
    count_down(&mut book, 3);
    book.set_formulas("S", "C1:C3", "=PAIR(A1)").unwrap();
    gives(&mut book, &[("C1", "1"), ("D1", "2"), ("C3", "3"), ("D3", "6")]);
    put(&mut book, &[("A2", "20")]);
    gives(&mut book, &[("D1", "2"), ("C2", "20"), ("D2", "40")]);
}

#[test]
fn callbacks_are_cancelled_between_rows() {
    let cancel = formualizer_workbook::CancelToken::new();
    let (calls, token) = (Arc::new(AtomicU64::new(0)), cancel.clone());
    let counter = calls.clone();
    let mut book = book();
    register(&mut book, "STOPS", move |args| {
        if counter.fetch_add(1, Ordering::Relaxed) == 100 {
            token.cancel();
        }
        Ok(args[0].clone())
    });
    count_down(&mut book, 10_000);
    book.set_formulas("S", "B1:B10000", "=STOPS(A1)").unwrap();
    let options = RecalcOptions::default().cancel(cancel);
    assert!(book.recalculate_with(&options).unwrap_err().is_cancelled());
    assert!(calls.load(Ordering::Relaxed) < 1000);
    gives(&mut book, &[("B1", "1"), ("B10000", "10000")]);
}

#[test]
fn a_volatile_callback_is_called_every_time() {
    let calls = AtomicU64::new(0);
    let mut book = book();
    let options = CustomFnOptions { volatile: true, ..CustomFnOptions::default() };
    let count = move |_: &[Value]| -> Given {
        Ok(Value::Number(calls.fetch_add(1, Ordering::Relaxed) as f64))
    };
    book.register_custom_function("TICK", options, Arc::new(count)).unwrap();
    put(&mut book, &[("A1", "=TICK()"), ("B1", "=A1+1")]);
    gives(&mut book, &[("A1", "0"), ("B1", "1")]);
    gives(&mut book, &[("A1", "1"), ("B1", "2")]);
}
