use super::*;
use crate::{
    Error, ErrorKind, ExcelErrorKind, TableOptions, Value, Workbook,
    cells::{CellRef, Cells},
};
use proptest::prelude::*;

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A workbook with something of everything.
fn sample() -> Result<Workbook, Error> {
    let mut book = Workbook::new();
    book.add_sheet("Prices")?;
    book.add_sheet("Ünïcode 2")?;
    book.set_values(
        "Prices",
        "A1",
        &[
            vec![text("name"), text("price")],
            vec![text("tea"), Value::Number(1.5)],
            vec![text("coffee €"), Value::Number(2.5)],
            vec![Value::Boolean(true), Value::Empty],
        ],
    )?;
    book.add_table("Goods", "Prices", "A1:B3", TableOptions::default())?;
    book.define_name("Rate", "=1.19")?;
    book.define_sheet_name("Prices", "Local", "=$A$1")?;
    book.set_formula("Prices", "D1", "=SUM(Goods[price])*Rate")?;
    book.set_formulas("Prices", "E2:F3", "=$B2*COLUMN()")?;
    book.set_formula("Prices", "H1", "=SEQUENCE(3,2)")?;
    book.set_array_formula("Prices", "K1:K3", "=B1:B3")?;
    book.set_formula("Prices", "M1", "=1/0")?;
    book.set_formula("Ünïcode 2", "A1", "=Prices!D1+A2")?;
    book.set_value("Ünïcode 2", "A2", Value::Date(chrono::NaiveDate::default()))?;
    book.set_rows_hidden("Prices", "2:3", true)?;
    book.insert_rows("Prices", 1, 2)?;
    book.recalculate()?;
    Ok(book)
}

fn everything(book: &Workbook) -> Vec<String> {
    let mut all = Vec::new();
    for sheet in book.sheet_names() {
        all.push(format!("{sheet}: {:?} {:?}", book.used_range(&sheet), book.hidden_rows(&sheet)));
        for row in 1..=8 {
            for col in 1..=16 {
                let at = (row, col);
                all.push(format!(
                    "{at:?} {:?} {:?} {:?}",
                    book.value(&sheet, at),
                    book.formula(&sheet, at).unwrap_or_default(),
                    book.spill_range(&sheet, at).unwrap_or_default(),
                ));
            }
        }
    }
    all.push(format!("{:?} {:?} {:?}", book.names(), book.tables(), book.regions()));
    all
}

#[test]
fn a_workbook_comes_back_from_its_state_as_it_was() -> Result<(), Error> {
    let book = sample()?;
    let state = book.to_state()?;
    let mut back = Workbook::from_state(&state)?;
    assert_eq!(everything(&back), everything(&book));
    assert_eq!(back.to_state()?, state);
    back.recalculate()?;
    assert_eq!(everything(&back), everything(&book));
    back.set_value("Prices", "B4", 10.0)?;
    back.recalculate()?;
    assert_eq!(back.value("Prices", "D3")?, Value::Number((10.0 + 2.5) * 1.19));
    Ok(())
}

#[test]
fn an_empty_workbook_has_a_state() -> Result<(), Error> {
    let mut book = Workbook::new();
    assert_eq!(Workbook::from_state(&book.to_state()?)?.sheet_names(), [""; 0]);
    book.add_sheet("S")?;
    book.define_name("Rate", "=2")?;
    book.delete_sheet("S")?;
    assert_eq!(Workbook::from_state(&book.to_state()?)?.names().len(), 1);
    Ok(())
}

#[test]
fn what_is_to_be_calculated_still_is() -> Result<(), Error> {
    let mut book = Workbook::new();
    book.add_sheet("S")?;
    book.set_formula("S", "A1", "=1+1")?;
    let mut back = Workbook::from_state(&book.to_state()?)?;
    assert_eq!(back.value("S", "A1")?, Value::Empty);
    back.recalculate()?;
    assert_eq!(back.value("S", "A1")?, Value::Number(2.0));
    Ok(())
}

#[test]
fn a_formula_whose_references_leave_the_sheet_in_some_of_its_cells_stays_one() -> Result<(), Error>
{
    let mut book = Workbook::new();
    book.add_sheet("S")?;
    book.set_formula("S", "B2", "=A1")?;
    book.fill_down("S", "B2:B5")?;
    book.delete_rows("S", 1, 1)?;
    book.recalculate()?;
    let back = Workbook::from_state(&book.to_state()?)?;
    assert_eq!(everything(&back), everything(&book));
    Ok(())
}

#[test]
fn what_is_no_state_is_refused_with_the_reason() -> Result<(), Error> {
    let state = sample()?.to_state()?;
    let refused = |bytes: &[u8]| {
        let error = Workbook::from_state(bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        error.to_string()
    };
    assert!(refused(b"").contains("no state"));
    assert!(refused(b"PK\x03\x04 is a file").contains("no state"));
    assert!(refused(b"fzstate\x02").contains("version 2"));
    assert!(refused(&state[..state.len() - 1]).contains("cut off"));
    assert!(refused(&[state.as_slice(), b"more"].concat()).contains("more behind"));
    Ok(())
}

#[test]
fn a_few_words_do_not_claim_more_cells_than_a_workbook_has() -> Result<(), Error> {
    let mut book = Workbook::new();
    for name in ["A", "B"] {
        book.add_sheet(name)?;
        book.set_formulas(name, "A1:A2", "=1")?;
    }
    let state = book.to_state()?;
    // Rows and columns of both formulas, first and last: 0, 1, 0, 0.
    let small = [0, 1, 0, 0, 2, b'=', b'1'];
    let whole = [&[0][..], &[0xff, 0xff, 0x3f], &[0], &[0xff, 0x7f], &[2, b'=', b'1']].concat();
    let mut hostile = Vec::new();
    let mut rest = state.as_slice();
    while let Some(at) = rest.windows(small.len()).position(|part| part == small) {
        hostile.extend_from_slice(&rest[..at]);
        hostile.extend_from_slice(&whole);
        rest = &rest[at + small.len()..];
    }
    hostile.extend_from_slice(rest);
    let error = Workbook::from_state(&hostile).unwrap_err();
    assert!(error.to_string().contains("more cells with formulas"), "{error}");
    Ok(())
}

#[test]
fn a_state_with_bytes_changed_is_refused_or_is_a_workbook() -> Result<(), Error> {
    let state = sample()?.to_state()?;
    for at in 0..state.len() {
        for byte in [0, 1, 0x7f, 0xff, state[at] ^ 1] {
            let mut other = state.clone();
            other[at] = byte;
            if let Ok(mut book) = Workbook::from_state(&other) {
                book.recalculate()?;
                let again = book.to_state()?;
                let same = Workbook::from_state(&again)?.to_state()? == again;
                assert!(same, "byte {at} is {byte}");
            }
        }
        assert!(Workbook::from_state(&state[..at]).is_err());
    }
    Ok(())
}

fn cell() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Empty),
        any::<i32>().prop_map(|n| Value::Number(f64::from(n) / 7.0)),
        any::<bool>().prop_map(Value::Boolean),
        ".{0,5}".prop_map(Value::Text),
        Just(Value::Error(crate::ExcelError::new(ExcelErrorKind::Div))),
        "[a-c]".prop_map(|m| {
            Value::Error(crate::ExcelError::new(ExcelErrorKind::Num).with_message(m))
        }),
    ]
}

proptest! {
    #[test]
    fn cells_of_any_kinds_come_back(values in prop::collection::vec(cell(), 0..40)) {
        let dates = crate::DateSystem::Excel1900;
        let cells = Cells::of(values.iter().filter_map(|value| CellRef::of(value, dates)));
        let lanes = lanes::Lanes::of(&cells);
        let bytes = postcard::to_allocvec(&lanes).unwrap();
        let back: lanes::Lanes<'_> = postcard::from_bytes(&bytes).unwrap();
        prop_assert_eq!(back.rows() as usize, cells.len());
        prop_assert!(back.cells().unwrap().same(&cells));
    }
}
