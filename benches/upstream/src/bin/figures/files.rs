//! Loading an .xlsx file of a million cells, a fifth of them formulas.

use crate::{Figures, seconds, set_pair};
use formualizer_workbook::{LoadOptions, SaveOptions, Workbook};
use fz_upstream::{Failure, Value, same, show};
use published::{LoadStrategy, NativeXlsxAdapter, WorkbookConfig, traits::SpreadsheetReader};

/// Rows of ten columns: seven of numbers, one of texts, two of formulas.
const ROWS: u32 = 100_000;
const SHEET: &str = "Data";

/// Both loaders over the same file, in pairs; both hold the values that are stored for formulas.
pub(crate) fn load(figures: &mut Figures) -> Result<(), Failure> {
    let bytes = file()?;
    let mut pairs = Vec::new();
    for _ in 0..5 {
        let (mut theirs, mut ours) = (None, None);
        let a = seconds(|| {
            let adapter =
                NativeXlsxAdapter::open_bytes(bytes.clone()).map_err(|e| e.to_string())?;
            let (strategy, config) = (LoadStrategy::EagerAll, WorkbookConfig::ephemeral());
            let book = published::Workbook::from_reader(adapter, strategy, config);
            theirs = Some(book.map_err(|e| e.to_string())?);
            Ok(())
        })?;
        let b = seconds(|| {
            let book = Workbook::from_xlsx(bytes.clone(), &LoadOptions::default());
            ours = Some(book.map_err(|e| e.to_string())?);
            Ok(())
        })?;
        pairs.push([a, b]);
        if let (Some(theirs), Some(ours)) = (theirs, ours) {
            check(&theirs, &ours)?;
        }
    }
    set_pair("xlsx_load_1m_cells", &pairs, figures);
    Ok(())
}

/// Some inputs and the formulas' texts are the same in both.
fn check(theirs: &published::Workbook, ours: &Workbook) -> Result<(), Failure> {
    for row in (1..=ROWS).step_by(9973) {
        for col in [1, 7, 8] {
            let a = theirs.get_value(SHEET, row, col).unwrap_or(Value::Empty);
            let b = ours.value(SHEET, (row, col)).map_err(|e| e.to_string())?;
            if !same(&a, &b) {
                return Err(format!("row {row}, column {col}: {} and {}", show(&a), show(&b)));
            }
        }
        let text = ours.formula(SHEET, (row, 9)).map_err(|e| e.to_string())?;
        let wanted = format!("=A{row}*B{row}+1");
        if text.as_deref() != Some(wanted.as_str()) {
            return Err(format!("row {row} has {text:?}, not {wanted}"));
        }
    }
    Ok(())
}

/// The file, written by our own workbook.
fn file() -> Result<Vec<u8>, Failure> {
    let failed = |e: formualizer_workbook::Error| e.to_string();
    let mut book = Workbook::new();
    book.add_sheet(SHEET).map_err(failed)?;
    let row = |row: u32| {
        let number = |col: u32| Value::Number(f64::from((row * 31 + col * 7919) % 100_003) / 8.0);
        let mut values: Vec<Value> = (1..=7).map(number).collect();
        values.push(Value::Text(format!("text {}", row % 997)));
        values
    };
    let rows: Vec<Vec<Value>> = (1..=ROWS).map(row).collect();
    book.set_values(SHEET, "A1", &rows).map_err(failed)?;
    for (col, formula) in [("I", "=A1*B1+1"), ("J", "=IF(C1>500,D1-E1,ROUND(F1,1))")] {
        let range = format!("{col}1:{col}{ROWS}");
        book.set_formulas(SHEET, range.as_str(), formula).map_err(failed)?;
    }
    book.recalculate().map_err(failed)?;
    book.to_xlsx(&SaveOptions::default()).map_err(failed)
}
