//! Workbooks in files: loaded, recalculated and saved.

use crate::{Figures, Result, command::peak_of, timing::repeated};
use arrow_array::{ArrayRef, Float64Array, StringArray};
use formualizer_workbook::{LoadOptions, SaveOptions, Workbook};
use fz_benches::{doubles, plugins, seconds};
use std::{path::Path, process::Command, sync::Arc};

/// The argument with which this program loads a file and nothing else, so that its memory can be measured.
pub(crate) const LOAD: &str = "--load-only";

/// The sheet of every book.
const SHEET: &str = "Options";
const OPTIONS: usize = 100_000;

/// A book of 100 000 options in twelve columns: five inputs, a label, six formulas, of which one is a plugin's.
fn option_book() -> Result<Workbook> {
    let column = |low, high, seed| -> ArrayRef {
        Arc::new(Float64Array::from(doubles(OPTIONS, low, high, seed)))
    };
    let labels = StringArray::from_iter_values((0..OPTIONS).map(|row| format!("option {row}")));
    let mut book = Workbook::new();
    book.add_sheet(SHEET)?;
    let inputs = [
        column(80.0, 120.0, 1),
        column(80.0, 120.0, 2),
        column(0.0, 0.05, 3),
        column(0.1, 0.5, 4),
        column(0.1, 2.0, 5),
        Arc::new(labels),
    ];
    book.set_columns(SHEET, "A1", &inputs)?;
    let formulas = [
        ("G", "=BS_CALL(A1,B1,C1,D1,E1)"),
        ("H", "=MAX(A1-B1,0)"),
        ("I", "=G1-H1"),
        ("J", "=ROUND(A1/B1,4)"),
        ("K", "=IF(J1>1.1,\"in\",IF(J1<0.9,\"out\",\"at\"))"),
        ("L", "=G1*100"),
    ];
    for (col, formula) in formulas {
        book.set_formulas(SHEET, format!("{col}1:{col}{OPTIONS}").as_str(), formula)?;
    }
    Ok(book)
}

/// A book of a million cells, a fifth of them formulas: ten columns of 100 000 rows.
fn million_cells() -> Result<Workbook> {
    let column = |seed| -> ArrayRef {
        Arc::new(Float64Array::from(doubles(OPTIONS, 0.0, 1000.0, seed)))
    };
    let texts = StringArray::from_iter_values((0..OPTIONS).map(|row| format!("text {}", row % 997)));
    let mut book = Workbook::new();
    book.add_sheet(SHEET)?;
    let mut columns: Vec<ArrayRef> = (1..=7).map(column).collect();
    columns.push(Arc::new(texts));
    book.set_columns(SHEET, "A1", &columns)?;
    for (col, formula) in [("I", "=A1*B1+1"), ("J", "=IF(C1>500,D1-E1,ROUND(F1,1))")] {
        book.set_formulas(SHEET, format!("{col}1:{col}{OPTIONS}").as_str(), formula)?;
    }
    book.recalculate()?;
    Ok(book)
}

/// Loading, saving, and the whole of `fzudf recalc`.
pub(crate) fn figures(fzudf: Option<&Path>, figures: &mut Figures) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let million = folder.path().join("million.xlsx");
    let book = million_cells()?;
    let save = repeated(5, || {
        let (time, saved) = seconds(|| book.save_with(&million, &SaveOptions::default()));
        saved?;
        Ok(time)
    })?;
    figures.set("xlsx_save_1m_cells_s", save);
    drop(book);
    let load = repeated(5, || {
        let (time, book) = seconds(|| Workbook::open(&million));
        book?;
        Ok(time)
    })?;
    figures.set("xlsx_load_1m_cells_s", load);
    let mut own = Command::new(std::env::current_exe()?);
    let peak = peak_of(own.arg(LOAD).arg(&million))?;
    figures.set("xlsx_load_peak_bytes_per_cell", peak as f64 * 1024.0 / 1e6);

    let options = folder.path().join("options.xlsx");
    let book = option_book()?;
    book.save_with(&options, &SaveOptions::default())?;
    drop(book);
    let Some(fzudf) = fzudf else { return Ok(()) };
    let out = folder.path().join("out.xlsx");
    let recalculate = repeated(5, || {
        let mut command = Command::new(fzudf);
        command.arg("recalc").arg(&options).arg("--out").arg(&out);
        command.arg("--plugins").arg(plugins().join("finance.wasm"));
        let (time, output) = seconds(|| command.output());
        let output = output?;
        if !output.status.success() {
            return Err(format!("fzudf recalc: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(time)
    })?;
    figures.set("recalc_option_book_s", recalculate);
    Ok(())
}

/// Loads a file, for [`figures`] to measure what that takes.
pub(crate) fn load_only(file: &Path) -> Result<()> {
    std::hint::black_box(Workbook::open_with(file, &LoadOptions::default())?);
    Ok(())
}
