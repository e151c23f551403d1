use super::{book, expect};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray, types::Float64Type,
};
use chrono::{NaiveDate, NaiveTime};
use formualizer_workbook::{DateSystem, ErrorKind, Value, Workbook};
use std::sync::Arc;

#[test]
fn values_of_every_kind_come_back() {
    let mut book = book(&[]);
    let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let values = [
        Value::Number(-0.5),
        Value::Text("naïve 🦀".into()),
        Value::Boolean(true),
        Value::Date(date),
        Value::DateTime(date.and_hms_opt(12, 30, 0).unwrap()),
        Value::Time(NaiveTime::from_hms_opt(6, 0, 0).unwrap()),
        Value::Empty,
        Value::Text(String::new()),
    ];
    for (row, value) in (1u32..).zip(&values) {
        book.set_value("S", (row, 1), value.clone()).unwrap();
    }
    let read: Vec<Value> = book.values("S", "A1:A8").unwrap().into_iter().flatten().collect();
    assert_eq!(read, values);
    assert_eq!(book.value("s", "$A$1").unwrap(), Value::Number(-0.5));
    assert_eq!(book.used_range("S").unwrap().unwrap(), "A1:A8");
}

#[test]
fn dates_are_the_same_in_both_date_systems() {
    let date = Value::Date(NaiveDate::from_ymd_opt(2000, 2, 29).unwrap());
    for (dates, serial) in [(DateSystem::Excel1900, 36_585.0), (DateSystem::Excel1904, 35_123.0)] {
        let mut book = Workbook::with_date_system(dates);
        book.add_sheet("S").unwrap();
        book.set_value("S", "A1", date.clone()).unwrap();
        book.set_formula("S", "B1", "=A1+0").unwrap();
        book.recalculate().unwrap();
        assert_eq!(book.value("S", "A1").unwrap(), date);
        let sum = book.value("S", "B1").unwrap();
        assert_eq!(sum.as_serial_number_for(dates), Some(serial));
    }
}

#[test]
fn no_cell_holds_what_is_not_finite() {
    let mut book = book(&[]);
    book.set_value("S", "A1", f64::NAN).unwrap();
    book.set_value("S", "A2", f64::INFINITY).unwrap();
    expect(&book, &[("A1", "#NUM!"), ("A2", "#NUM!")]);
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_stored() {
    let mut book = book(&[("A1", "1")]);
    let kind = |result: Result<(), formualizer_workbook::Error>| result.unwrap_err().kind();
    assert_eq!(kind(book.set_value("T", "A1", 1.0)), ErrorKind::Sheet);
    assert_eq!(kind(book.set_value("S", "A0", 1.0)), ErrorKind::Address);
    assert_eq!(kind(book.set_value("S", "XFE1", 1.0)), ErrorKind::Address);
    assert_eq!(kind(book.set_value("S", (0, 1), 1.0)), ErrorKind::Address);
    assert_eq!(kind(book.set_value("S", (1_048_577, 1), 1.0)), ErrorKind::Address);
    assert_eq!(kind(book.set_value("S", "A1", "x".repeat(32_768))), ErrorKind::Data);
    assert_eq!(kind(book.set_value("S", "A1", Value::Array(vec![]))), ErrorKind::Data);
    let rows = vec![vec![Value::Number(9.0)]; 3];
    assert_eq!(kind(book.set_values("S", "A1048575", &rows)), ErrorKind::Data);
    let columns: Vec<ArrayRef> =
        vec![Arc::new(Float64Array::from(vec![9.0])), Arc::new(Int64Array::from(vec![i64::MAX]))];
    let error = book.set_columns("S", "A1", &columns).unwrap_err();
    assert!(error.to_string().contains("column 2"), "{error}");
    let columns: Vec<ArrayRef> =
        vec![Arc::new(Float64Array::from(vec![9.0])), Arc::new(Float64Array::from(vec![9.0, 9.0]))];
    assert_eq!(kind(book.set_columns("S", "A1", &columns)), ErrorKind::Data);
    expect(&book, &[("A1", "1")]);
    assert_eq!(book.used_range("S").unwrap().unwrap(), "A1");
}

#[test]
fn arrow_columns_go_in_and_out_without_a_copy() {
    let mut book = book(&[]);
    let numbers = Float64Array::from_iter_values((0..100_000).map(f64::from));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(numbers.clone()),
        Arc::new(StringArray::from_iter_values((0..100_000).map(|n| n.to_string()))),
        Arc::new(BooleanArray::from(vec![true; 100_000])),
        Arc::new(Date32Array::from(vec![Some(20_000); 100_000])),
    ];
    book.set_columns("S", "B2", &columns).unwrap();
    let batches = book.read_columns("S", "B2:E100001").unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [65_536, 34_464]);
    let read = batches[0].column(0).as_primitive::<Float64Type>();
    assert_eq!(read.values().as_ptr(), numbers.values().as_ptr());
    for (index, column) in columns.iter().enumerate() {
        assert_eq!(&batches[1].column(index).slice(0, 9), &column.slice(65_536, 9), "{index}");
    }
    assert_eq!(batches[0].schema().field(0).name(), "B");
    assert_eq!(book.values("S", "B:B").unwrap().len(), 100_001);
}

#[test]
fn a_batch_brings_its_headers() {
    let mut book = book(&[]);
    let array: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.5), None]));
    let batch = RecordBatch::try_from_iter_with_nullable([("price", array, true)]).unwrap();
    book.set_batch("S", "A1", &batch, true).unwrap();
    expect(&book, &[("A1", "price"), ("A2", "1.5"), ("A3", "")]);
}

#[test]
fn what_is_cleared_is_blank() {
    let mut book = book(&[("A1", "1"), ("A2", "=A1"), ("B1", "x")]);
    book.clear("S", "A1:A2").unwrap();
    book.recalculate().unwrap();
    expect(&book, &[("A1", ""), ("A2", ""), ("B1", "x")]);
    assert_eq!(book.formula("S", "A2").unwrap(), None);
}
