//! Whole columns of formulas, against the bare call of the plugin on the same data.
//!
//! To make every row dirty, the first input column is set again with another array of the same length: that is
//! kept out of the times, except where a figure's name says `edit`.

use crate::{
    Figures, MILLION, Result,
    timing::{PAIRS, call, pairs},
};
use arrow_array::{ArrayRef, Float64Array};
use formualizer_workbook::{BindPolicy, Value, Workbook};
use fz_benches::{Function, column, doubles, median, plugins, seconds};
use std::{hint::black_box, sync::Arc};
use udf_columnar::UdfModule;

/// The sheet of every figure.
pub(crate) const SHEET: &str = "Sheet1";

/// A workbook whose columns A and B are so many numbers, and columns of A to set again.
pub(crate) struct Columns {
    pub(crate) book: Workbook,
    a: [ArrayRef; 2],
    turn: usize,
}

impl Columns {
    pub(crate) fn new(rows: usize) -> Result<Self> {
        let array =
            |seed| -> ArrayRef { Arc::new(Float64Array::from(doubles(rows, 0.0, 100.0, seed))) };
        let a = [array(1), array(3)];
        let mut book = Workbook::new();
        book.add_sheet(SHEET)?;
        book.set_columns(SHEET, "A1", &[Arc::clone(&a[0]), array(2)])?;
        Ok(Self { book, a, turn: 0 })
    }

    pub(crate) fn with_conformance(rows: usize) -> Result<Self> {
        let mut columns = Self::new(rows)?;
        let file = plugins().join("conformance.wasm");
        columns.book.register_wasm_module_file(file, BindPolicy::SKIP)?;
        Ok(columns)
    }

    /// Makes every row dirty.
    pub(crate) fn touch(&mut self) -> Result<()> {
        self.turn = 1 - self.turn;
        Ok(self.book.set_columns(SHEET, "A1", &[Arc::clone(&self.a[self.turn])])?)
    }

    /// Seconds of a recalculation of every row.
    pub(crate) fn recalculate(&mut self) -> Result<f64> {
        self.touch()?;
        let (time, report) = seconds(|| self.book.recalculate());
        if black_box(report?).regions == 0 {
            return Err("nothing was recalculated".into());
        }
        Ok(time)
    }

    /// A formula that is filled down over all rows of column C.
    pub(crate) fn fill(&mut self, rows: usize, formula: &str) -> Result<()> {
        self.book.set_formulas(SHEET, range(rows).as_str(), formula)?;
        self.book.recalculate()?;
        Ok(())
    }
}

fn range(rows: usize) -> String {
    format!("C1:C{rows}")
}

/// A filled-down UDF, a spilled one and one inside `SUM`, each over a million rows, against the call of the
/// session with as many threads.
pub(crate) fn plugin(module: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    let (a, b) = (doubles(MILLION, 0.0, 100.0, 1), doubles(MILLION, 0.0, 100.0, 2));
    let arguments = vec![column(&a)?, column(&b)?];
    let threads = rayon::current_num_threads();
    let mut bare = Function::open(module, "MULADD", arguments, threads, None)?;
    let formulas = [
        ("wb_filldown_1m", "=MULADD(A1,B1)", true),
        ("wb_spill_1m", "=MULADD(A1:A1000000,B1:B1000000)", false),
        ("wb_sum_udf_1m", "=SUM(MULADD(A1:A1000000,B1:B1000000))", false),
    ];
    for (name, formula, filled) in formulas {
        let mut columns = Columns::with_conformance(MILLION)?;
        columns.fill(if filled { MILLION } else { 1 }, formula)?;
        check(&mut columns, name, &a, &b)?;
        let (ratio, base, ours) = pairs(PAIRS, || call(&mut bare), || columns.recalculate())?;
        figures.set(&format!("{name}_vs_call"), ratio);
        figures.set(&format!("{name}_call_ms"), base * 1e3);
        figures.set(&format!("{name}_ms"), ours * 1e3);
    }
    Ok(())
}

/// The values are those of `a * b + 1`, and the whole column was one call.
fn check(columns: &mut Columns, name: &str, a: &[f64], b: &[f64]) -> Result<()> {
    let rows = if name.contains("sum") { 1 } else { MILLION };
    let expected = fz_benches::native_mulp(a, b);
    let expected: Vec<f64> = if rows == 1 { vec![expected.iter().sum()] } else { expected };
    for (row, expected) in expected.iter().enumerate().step_by(9973) {
        let row = u32::try_from(row)? + 1;
        match columns.book.value(SHEET, (row, 3))? {
            Value::Number(n) if (n - expected).abs() <= 1e-9 * expected.abs() => {}
            other => return Err(format!("{name}: C{row} is {other:?}, not {expected}").into()),
        }
    }
    Ok(())
}

/// Built-in arithmetic, filled down.
pub(crate) fn builtin(figures: &mut Figures) -> Result<()> {
    let mut columns = Columns::new(MILLION)?;
    columns.fill(MILLION, "=A1*B1+1")?;
    figures.set("wb_builtin_filldown_1m_ms", repeat(|| columns.recalculate())? * 1e3);
    let mut edits = Vec::new();
    for round in 0..PAIRS + 3 {
        let row = u32::try_from(round * 7919 + 1)?;
        let value = 1.0 + round as f64;
        let (time, result) = seconds(|| -> Result<()> {
            columns.book.set_value(SHEET, (row, 1), value)?;
            columns.book.recalculate()?;
            Ok(())
        });
        result?;
        let found = columns.book.value(SHEET, (row, 3))?;
        let b = columns.book.value(SHEET, (row, 2))?;
        if let (Value::Number(found), Value::Number(b)) = (&found, &b)
            && (found - (value * b + 1.0)).abs() < 1e-9
            && round >= 3
        {
            edits.push(time);
        } else if round >= 3 {
            return Err(format!("C{row} is {found:?} after an edit").into());
        }
    }
    figures.set("wb_one_edit_ms", median(edits) * 1e3);
    figures.set("wb_deterministic_recalc_ms", repeat(|| time_of(&mut columns))? * 1e3);
    Ok(())
}

/// Seconds of a recalculation in which nothing changed, or only what is volatile.
fn time_of(columns: &mut Columns) -> Result<f64> {
    let (time, report) = seconds(|| columns.book.recalculate());
    report?;
    Ok(time)
}

/// A million formulas defined, in a workbook that has none: the formula is typed once and filled down.
pub(crate) fn fill_down(figures: &mut Figures) -> Result<()> {
    let mut columns = Columns::new(MILLION)?;
    let time = repeat(|| {
        columns.book.clear(SHEET, range(MILLION).as_str())?;
        let (time, result) = seconds(|| -> Result<()> {
            columns.book.set_formula(SHEET, "C1", "=A1*B1+1")?;
            columns.book.fill_down(SHEET, range(MILLION).as_str())?;
            Ok(())
        });
        result?;
        Ok(time)
    })?;
    figures.set("wb_fill_down_1m_ms", time * 1e3);
    let time = repeat(|| {
        columns.book.clear(SHEET, range(MILLION).as_str())?;
        let (time, result) = seconds(|| -> Result<()> {
            columns.book.set_formula(SHEET, "C1", "=A1*B1+1")?;
            columns.book.fill_down(SHEET, range(MILLION).as_str())?;
            columns.book.recalculate()?;
            Ok(())
        });
        result?;
        Ok(time)
    })?;
    figures.set("wb_fill_down_1m_and_recalc_ms", time * 1e3);
    Ok(())
}

/// A recalculation without an edit where something is volatile: a million formulas that read one `RAND()`, and
/// a million that call it.
pub(crate) fn volatile(figures: &mut Figures) -> Result<()> {
    let mut columns = Columns::new(MILLION)?;
    columns.book.set_formula(SHEET, "D1", "=RAND()")?;
    columns.fill(MILLION, "=A1*B1+$D$1")?;
    figures.set("wb_volatile_recalc_ms", repeat(|| time_of(&mut columns))? * 1e3);
    columns.fill(MILLION, "=A1*B1+RAND()")?;
    let times = (0..3).map(|_| time_of(&mut columns)).collect::<Result<Vec<f64>>>()?;
    figures.set("wb_volatile_rand_1m_ms", median(times) * 1e3);
    Ok(())
}

/// What ten columns of a million numbers cost: results of formulas, so that nothing is shared with the
/// inputs. The growth of the resident set, and what the workbook says itself.
pub(crate) fn memory(figures: &mut Figures) -> Result<()> {
    let mut columns = Columns::new(MILLION)?;
    columns.book.recalculate()?;
    let before = resident()?;
    let own = columns.book.memory_size(SHEET)?;
    for col in ["C", "D", "E", "F", "G", "H", "I", "J", "K", "L"] {
        columns.book.set_formulas(SHEET, format!("{col}1:{col}{MILLION}").as_str(), "=A1*B1+1")?;
    }
    columns.book.recalculate()?;
    let cells = (10 * MILLION) as f64;
    figures.set("wb_bytes_per_cell", (resident()? - before) / cells);
    let own = columns.book.memory_size(SHEET)?.saturating_sub(own);
    figures.set("wb_bytes_per_cell_stored", own as f64 / cells);
    Ok(())
}

/// Bytes of this process that are in memory.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    Ok(kib.ok_or("no VmRSS in /proc/self/status")? * 1024.0)
}

/// The middle of the times, the first runs left out.
pub(crate) fn repeat(mut run: impl FnMut() -> Result<f64>) -> Result<f64> {
    let mut times = Vec::new();
    for round in 0..PAIRS + 3 {
        let time = run()?;
        if round >= 3 {
            times.push(time);
        }
    }
    Ok(median(times))
}
