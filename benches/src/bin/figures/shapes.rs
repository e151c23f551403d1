//! Workbooks of other shapes than a filled column: formulas that differ from row to row, blocks under sums, chains, edits one by one.

use crate::{Figures, MILLION, Result, workbook::SHEET};
use formualizer_workbook::{Value, Workbook};
use fz_benches::{median, seconds};
use std::process::Command;

/// What makes this program print the memory of a workbook of a million distinct formulas.
pub(crate) const DISTINCT: &str = "--distinct-formulas";

/// Runs of each figure.
const RUNS: usize = 3;

pub(crate) fn figures(figures: &mut Figures) -> Result<()> {
    figures.set("wb_100k_distinct_set_recalc_s", of_runs(|| timed(|| distinct(100_000)))?);
    figures.set("wb_100k_bottom_up_s", of_runs(|| timed(|| filled(100_000, true)))?);
    figures.set("wb_block_sums_3000_s", of_runs(block_sums)?);
    figures.set("wb_loan_last_row_edit_ms", loan()? * 1e3);
    figures.set("wb_indirect_chain_2000_ms", of_runs(indirect_chain)? * 1e3);
    figures.set("wb_chain_1m_s", of_runs(chain)?);
    let mut book = distinct(100_000)?;
    book.set_undo_limit(1_000);
    figures.set("wb_undo_step_us", edits(&mut book, 200, 100_000)? * 1e6);
    let mut book = filled(u32::try_from(MILLION)?, false)?;
    figures.set("wb_edit_loop_us", edits(&mut book, 100_000, u32::try_from(MILLION)?)? * 1e6);
    let child = Command::new(std::env::current_exe()?).arg(DISTINCT).output()?;
    let memory = String::from_utf8(child.stdout)?;
    figures.set("wb_1m_distinct_rss_mb", memory.trim().parse()?);
    Ok(())
}

/// Prints the megabytes that a workbook of a million distinct formulas adds to the process.
pub(crate) fn print_memory_of_distinct() -> Result<()> {
    let before = resident()?;
    let book = distinct(u32::try_from(MILLION)?)?;
    println!("{}", (resident()? - before) / 1e6);
    drop(book);
    Ok(())
}

/// Bytes of the process in memory (proc(5), statm).
fn resident() -> Result<f64> {
    const PAGE: f64 = 4096.0;
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = text.split(' ').nth(1).ok_or("statm has no second number")?.parse()?;
    Ok(pages * PAGE)
}

fn of_runs(mut run: impl FnMut() -> Result<f64>) -> Result<f64> {
    let times = (0..RUNS).map(|_| run()).collect::<Result<Vec<f64>>>()?;
    Ok(median(times))
}

fn timed(make: impl FnOnce() -> Result<Workbook>) -> Result<f64> {
    let (time, book) = seconds(make);
    book?;
    Ok(time)
}

fn with_sheet() -> Result<Workbook> {
    let mut book = Workbook::new();
    book.add_sheet(SHEET)?;
    Ok(book)
}

/// The value of a cell has to be this one.
fn check(book: &Workbook, cell: &str, expected: f64) -> Result<()> {
    match book.value(SHEET, cell)? {
        Value::Number(n) if (n - expected).abs() <= 1e-9 * expected.abs() => Ok(()),
        other => Err(format!("{cell} is {other:?}, not {expected}").into()),
    }
}

/// Formulas of a column of which no two are alike, calculated.
fn distinct(rows: u32) -> Result<Workbook> {
    let mut book = with_sheet()?;
    for row in 1..=rows {
        book.set_formula(SHEET, (row, 2), &format!("=A{row}*{}+{row}", row % 977))?;
    }
    book.recalculate()?;
    check(&book, &format!("B{rows}"), f64::from(rows))?;
    Ok(book)
}

/// Equal formulas, one at a time.
fn filled(rows: u32, upwards: bool) -> Result<Workbook> {
    let mut book = with_sheet()?;
    book.set_value(SHEET, (rows, 1), 2.0)?;
    match upwards {
        true => {
            for row in (1..=rows).rev() {
                book.set_formula(SHEET, (row, 2), &format!("=A{row}*2+1"))?;
            }
        }
        false => book.set_formulas(SHEET, ((1, 2), (rows, 2)), "=A1*2+1")?,
    }
    book.recalculate()?;
    check(&book, &format!("B{rows}"), 5.0)?;
    Ok(book)
}

/// As many sums of a block of formulas as it has formulas; setting them is not counted.
fn block_sums() -> Result<f64> {
    const SIZE: u32 = 3_000;
    let mut book = with_sheet()?;
    book.set_value(SHEET, "Z1", 1.0)?;
    for row in 1..=SIZE {
        book.set_formula(SHEET, (row, 1), &format!("={row}*$Z$1"))?;
        book.set_formula(SHEET, (row, 3), &format!("=SUM($A$1:$A${SIZE})*{row}"))?;
    }
    let (time, report) = seconds(|| book.recalculate());
    report?;
    let sum = f64::from(SIZE) * f64::from(SIZE + 1) / 2.0;
    check(&book, &format!("C{SIZE}"), sum * f64::from(SIZE))?;
    Ok(time)
}

/// A table of a loan, whose balance, interest and principal hang on each other row by row: one edit of the last row.
fn loan() -> Result<f64> {
    const ROWS: u32 = 100_000;
    let mut book = with_sheet()?;
    book.set_value(SHEET, "A1", 1000.0)?;
    book.set_value(SHEET, "F1", 0.001)?;
    book.set_value(SHEET, "G1", 1.5)?;
    book.set_formulas(SHEET, ((1, 2), (ROWS, 2)), "=A1*$F$1")?;
    book.set_formulas(SHEET, ((1, 3), (ROWS, 3)), "=$G$1-B1+H1")?;
    book.set_formulas(SHEET, ((2, 1), (ROWS, 1)), "=A1-C1")?;
    book.recalculate()?;
    let mut times = Vec::new();
    for edit in 0..100 {
        let (time, report) = seconds(|| {
            book.set_value(SHEET, (ROWS, 8), f64::from(edit))?;
            book.recalculate()
        });
        report?;
        times.push(time);
    }
    Ok(median(times))
}

/// Each cell asks for the one above it by its name.
fn indirect_chain() -> Result<f64> {
    const CELLS: u32 = 2_000;
    let mut book = with_sheet()?;
    book.set_value(SHEET, "A1", 1.0)?;
    for row in 2..=CELLS {
        book.set_formula(SHEET, (row, 1), &format!("=INDIRECT(\"A{}\")+{row}", row - 1))?;
    }
    let (time, report) = seconds(|| book.recalculate());
    report?;
    check(&book, &format!("A{CELLS}"), f64::from(CELLS) * f64::from(CELLS + 1) / 2.0)?;
    Ok(time)
}

/// A million cells in two columns, each of which reads the one before it in the other.
fn chain() -> Result<f64> {
    const ROWS: u32 = 500_000;
    let mut book = with_sheet()?;
    book.set_value(SHEET, "A1", 1.0)?;
    book.set_formulas(SHEET, ((1, 2), (ROWS, 2)), "=A1+1")?;
    book.set_formulas(SHEET, ((2, 1), (ROWS, 1)), "=B1+1")?;
    let (time, report) = seconds(|| book.recalculate());
    report?;
    check(&book, &format!("B{ROWS}"), 2.0 * f64::from(ROWS))?;
    Ok(time)
}

/// The median of an edit somewhere in column A of so many rows, with its recalculation.
fn edits(book: &mut Workbook, count: u32, rows: u32) -> Result<f64> {
    let mut times = Vec::new();
    let mut place = 12_345_u64;
    for edit in 0..count {
        place =
            place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let row = u32::try_from((place >> 33) % u64::from(rows))? + 1;
        let (time, report) = seconds(|| {
            book.set_value(SHEET, (row, 1), f64::from(edit))?;
            book.recalculate()
        });
        report?;
        times.push(time);
    }
    Ok(median(times))
}
