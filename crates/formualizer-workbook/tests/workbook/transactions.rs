use super::{book, expect, shown};
use formualizer_workbook::{
    CancelToken, CustomFnOptions, Error, ErrorKind, ExcelError, RecalcOptions, Value, Workbook,
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

fn sales() -> Workbook {
    let mut book = book(&[("A1", "1"), ("A2", "2"), ("B1", "=SUM(A1:A2)")]);
    book.set_undo_limit(10);
    book
}

#[test]
fn edits_made_together_are_one_step_and_one_recalculation() {
    let mut book = sales();
    let (answer, report) = book
        .edit(|book| {
            book.set_value("S", "A1", 10)?;
            book.set_value("S", "A2", 20)?;
            book.add_sheet("T")?;
            book.set_formula("T", "A1", "=S!B1*2")?;
            book.insert_rows("S", 2, 1)?;
            book.define_name("twice", "S!$B$1*2")?;
            assert_eq!(book.value("S", "B1")?, Value::Number(3.0), "not calculated yet");
            Ok(42)
        })
        .unwrap();
    assert_eq!((answer, report.cells), (42, 2));
    expect(&book, &[("B1", "30"), ("A3", "20")]);
    assert_eq!(book.value("T", "A1").unwrap(), Value::Number(60.0));
    assert!(book.undo());
    assert!(!book.undo(), "it was one step");
    book.recalculate().unwrap();
    expect(&book, &[("A1", "1"), ("A2", "2"), ("B1", "3")]);
    assert_eq!(book.sheet_names(), ["S"]);
    assert!(book.redo());
    book.recalculate().unwrap();
    expect(&book, &[("B1", "30"), ("A3", "20")]);
    assert_eq!(book.formula("S", "B1").unwrap().unwrap(), "=SUM(A1:A3)");
}

#[test]
fn an_error_takes_everything_back() {
    let mut book = sales();
    let error = book
        .edit(|book| {
            book.set_value("S", "A1", 10)?;
            book.delete_rows("S", 2, 1)?;
            book.register_custom_function("MY", CustomFnOptions::default(), callback())?;
            book.set_formula("S", "C1", "=1+")
        })
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Formula);
    assert!(book.list_custom_functions().is_empty());
    assert!(!book.undo(), "nothing was done");
    book.recalculate().unwrap();
    expect(&book, &[("A1", "1"), ("A2", "2"), ("B1", "3")]);
    super::edit(&mut book, "A2", "5");
    expect(&book, &[("B1", "6")]);
}

fn callback() -> Arc<impl Fn(&[Value]) -> Result<Value, ExcelError> + Send + Sync> {
    Arc::new(|_: &[Value]| Ok(Value::Number(1.0)))
}

#[test]
fn a_panic_takes_everything_back() {
    let mut book = sales();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        book.edit(|book| -> Result<(), Error> {
            book.set_value("S", "A1", 10)?;
            book.insert_columns("S", "A", 1)?;
            panic!("on purpose");
        })
    }));
    assert!(caught.is_err());
    assert!(!book.undo());
    super::edit(&mut book, "A2", "5");
    expect(&book, &[("A1", "1"), ("B1", "6")]);
    assert!(book.undo(), "what came after is a step of its own");
}

#[test]
fn within_each_other_only_the_inner_one_is_taken_back() {
    let mut book = sales();
    let ((), report) = book
        .edit(|book| {
            book.set_value("S", "A1", 10)?;
            let inner = book.edit(|book| {
                book.set_value("S", "A2", 100)?;
                book.set_value("NoSheet", "A2", 100)
            });
            assert_eq!(inner.unwrap_err().kind(), ErrorKind::Sheet);
            let (_, inner) = book.edit(|book| book.set_value("S", "A3", 7))?;
            assert_eq!(inner.rounds, 0, "calculated at the end of the outer one");
            assert!(!book.undo() && !book.redo());
            Ok(())
        })
        .unwrap();
    assert_eq!(report.cells, 1);
    expect(&book, &[("A1", "10"), ("A2", "2"), ("A3", "7"), ("B1", "12")]);
    assert!(book.undo());
    assert!(!book.undo());
    expect(&book, &[("A1", "1"), ("A3", "")]);
}

#[test]
fn edits_that_do_nothing_leave_no_step() {
    let mut book = sales();
    book.edit(|_| Ok(())).unwrap();
    book.edit(|book| book.insert_rows("S", 1, 0)).unwrap();
    assert!(!book.undo());
    book.set_value("S", "A1", 5).unwrap();
    assert!(book.undo());
    book.edit(|_| Ok(())).unwrap();
    assert!(book.redo(), "what was undone can still be done again");
}

#[test]
fn without_undo_edits_are_still_all_or_none() {
    let mut book = book(&[("A1", "1"), ("B1", "=A1*2")]);
    book.edit(|book| {
        book.set_value("S", "A1", 9)?;
        book.set_value("S", "A0", 9)
    })
    .unwrap_err();
    book.recalculate().unwrap();
    expect(&book, &[("B1", "2")]);
    assert!(!book.undo());
}

#[test]
fn a_cancelled_recalculation_leaves_the_edits() {
    let mut book = sales();
    let token = CancelToken::new();
    token.cancel();
    let mut options = RecalcOptions::default();
    options.cancel = token;
    let error = book.edit_with(&options, |book| book.set_value("S", "A1", 9)).unwrap_err();
    assert!(error.is_cancelled());
    book.recalculate().unwrap();
    expect(&book, &[("B1", "11")]);
    assert!(book.undo());
}

#[test]
fn what_fails_leaves_no_step() {
    let mut book = sales();
    assert!(book.insert_rows("S", 0, 1).is_err());
    assert!(book.move_range("S", "A1:B2", "S", "XFD1").is_err());
    assert!(book.copy_range("S", "A1:B2", "T", "A1").is_err());
    assert!(book.fill_right("S", "A1:1B").is_err());
    assert!(book.set_formula("S", "A1", "=(").is_err());
    assert!(book.set_rows_hidden("T", "1:2", true).is_err());
    assert!(!book.undo());
}

#[test]
fn columns_are_named_by_letters_and_numbers() {
    let mut book = book(&[("C1", "5")]);
    book.insert_columns("S", "c", 1).unwrap();
    assert_eq!(shown(&book, "D1"), "5");
    book.delete_columns("S", 2, 1).unwrap();
    assert_eq!(shown(&book, "C1"), "5");
    for wrong in ["", "0", "C:D", "XFE", "3"] {
        let error = book.insert_columns("S", wrong, 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Address, "{wrong}: {error}");
    }
    assert!(book.delete_columns("S", 0, 1).is_err());
    assert!(book.delete_columns("S", 16_385, 1).is_err());
}

#[test]
fn a_batch_with_its_headers_is_one_step() {
    use arrow_array::{ArrayRef, Float64Array, RecordBatch};
    let mut book = sales();
    let array: ArrayRef = Arc::new(Float64Array::from(vec![7.0, 8.0]));
    let batch = RecordBatch::try_from_iter([("price", array.clone())]).unwrap();
    book.set_batch("S", "D1", &batch, true).unwrap();
    expect(&book, &[("D1", "price"), ("D3", "8")]);
    assert!(book.undo());
    expect(&book, &[("D1", ""), ("D3", "")]);
    let empty = RecordBatch::try_from_iter([("price", array.slice(0, 0))]).unwrap();
    book.set_batch("S", "D1", &empty, true).unwrap();
    expect(&book, &[("D1", "price")]);
    assert!(book.undo());
    expect(&book, &[("D1", "")]);
    assert!(book.set_batch("S", "D1048576", &batch, true).is_err());
    assert!(!book.undo());
}

#[test]
fn hiding_rows_concerns_the_functions_that_leave_them_out() {
    let mut book = book(&[
        ("A1", "1"),
        ("A2", "2"),
        ("B1", "=SUBTOTAL(109,A1:A2)"),
        ("B2", "=SUM(A1:A2)"),
        ("B3", "=SUBTOTAL(109,A9:A10)"),
    ]);
    book.set_rows_hidden("S", "2:2", true).unwrap();
    assert_eq!(book.hidden_rows("S").unwrap(), [(2, 2)]);
    assert_eq!(book.recalculate().unwrap().cells, 1);
    book.set_rows_hidden("S", "1:5", false).unwrap();
    assert_eq!(book.hidden_rows("S").unwrap(), []);
    assert_eq!(book.recalculate().unwrap().cells, 1);
}
