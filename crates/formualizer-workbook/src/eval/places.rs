//! Functions of places: where cells are, what sheets they are on, which formulas they hold.

use super::{
    lambda::Operand,
    names::Names,
    program::Expr,
    reference::{self, Reference},
    rows::Rows,
    run::{Result, Run},
};
use crate::{
    address::{Cell, MAX_COLS, MAX_ROWS, Rect, SheetId, column_letters, quote_sheet},
    cells::{CellRef, Cells, NumberKind, Table},
};
use formualizer_functions::{ErrorCode, Record, ScalarValue, call::text};

/// Cells that a function of places tells something about at most.
const MOST: u64 = 1 << 20;

/// Calls one of them for a row.
pub(crate) fn call<'a>(
    run: &'a Run<'a>,
    record: &Record,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let own = Reference::of(run.strip.sheet, run.own(row).into());
    let found = match (record.name, arguments.first()) {
        ("INFO", _) => return info(run, arguments, row, names),
        ("CELL", _) => return cell(run, arguments, row, names),
        ("SHEETS", None) => return Ok(count(run.reader.sheet_count() as u64)),
        (_, None) => Some(Ok(own)),
        (_, Some(argument)) => reference::of(run, &argument.node, row, names)?,
    };
    let rows = [row];
    let value = || match arguments.first() {
        Some(argument) => run.value(argument, Rows::Some(&rows), names),
        None => Ok(Operand::Empty),
    };
    match (record.name, found) {
        ("ISREF", found) => Ok(Operand::Scalar(matches!(found, Some(Ok(_))).into())),
        // An argument that fails for another reason than where it leads is that error.
        ("ISFORMULA", Some(Err(error))) | (_, Some(Err(error))) => Ok(Operand::error(error)),
        (name, Some(Ok(found))) => {
            if name == "AREAS" {
                return Ok(count(found.areas().len() as u64));
            }
            if name == "SHEETS" {
                return Ok(count(1));
            }
            match found.single() {
                Some((sheet, rect)) => of_cells(run, name, sheet, &rect),
                None => Ok(Operand::error(ErrorCode::Ref)),
            }
        }
        (name @ ("ROWS" | "COLUMNS"), None) => Ok(match value()? {
            Operand::Array(table) if name == "ROWS" => count(table.height() as u64),
            Operand::Array(table) => count(table.width() as u64),
            Operand::Scalar(error @ ScalarValue::Error(..)) => Operand::Scalar(error),
            _ => count(1),
        }),
        ("SHEET", None) => Ok(match value()? {
            Operand::Scalar(ScalarValue::Text(name)) => {
                match run.reader.sheet(&name).and_then(|sheet| run.reader.sheet_index(sheet)) {
                    Some(index) => count(index as u64 + 1),
                    None => Operand::error(ErrorCode::Na),
                }
            }
            Operand::Scalar(error @ ScalarValue::Error(..)) => Operand::Scalar(error),
            _ => Operand::error(ErrorCode::Na),
        }),
        (_, None) => Ok(match value()? {
            Operand::Scalar(error @ ScalarValue::Error(..)) => Operand::Scalar(error),
            _ => Operand::error(ErrorCode::Value),
        }),
    }
}

fn count<'a>(n: u64) -> Operand<'a> {
    #[expect(clippy::cast_precision_loss, reason = "numbers of cells of a sheet are below 2^53")]
    let n = n as f64;
    Operand::Scalar(n.into())
}

/// What is told of the cells of a rectangle.
fn of_cells<'a>(run: &Run<'_>, name: &str, sheet: SheetId, rect: &Rect) -> Result<Operand<'a>> {
    let numbers =
        |range: std::ops::Range<u32>| -> Vec<f64> { range.map(|n| f64::from(n + 1)).collect() };
    Ok(match name {
        "ROWS" => count(rect.height().into()),
        "COLUMNS" => count(rect.width().into()),
        "ROW" => {
            let cells = numbers(rect.rows());
            let column = Cells::Numbers(NumberKind::Number, cells.into());
            Table::try_new(vec![column]).map_or(Operand::error(ErrorCode::Ref), Operand::of_table)
        }
        "COLUMN" => {
            let columns = numbers(rect.cols()).into_iter().map(|n| Cells::number(n, 1)).collect();
            Table::try_new(columns).map_or(Operand::error(ErrorCode::Ref), Operand::of_table)
        }
        "SHEET" => match run.reader.sheet_index(sheet) {
            Some(index) => count(index as u64 + 1),
            None => Operand::error(ErrorCode::Ref),
        },
        "ISFORMULA" => each(rect, |cell| run.reader.formula_text(sheet, cell).is_some().into()),
        "FORMULATEXT" => each(rect, |cell| match run.reader.formula_text(sheet, cell) {
            Some(text) => text.into(),
            None => ErrorCode::Na.into(),
        }),
        _ => Operand::error(ErrorCode::Value),
    })
}

fn each<'a>(rect: &Rect, value: impl Fn(Cell) -> ScalarValue) -> Operand<'a> {
    if rect.cells() > MOST {
        return Operand::error(ErrorCode::Value);
    }
    let at = |first: u32, by: usize| first.saturating_add(u32::try_from(by).unwrap_or(u32::MAX));
    let cell = |row, col| value(Cell::new(at(rect.top, row), at(rect.left, col)));
    Table::from_fn(rect.height() as usize, rect.width() as usize, cell)
        .map_or(Operand::error(ErrorCode::Ref), Operand::of_table)
}

/// The text of the first argument in lower case.
fn wanted<'a>(
    run: &'a Run<'a>,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<std::result::Result<String, ErrorCode>> {
    let Some(argument) = arguments.first() else { return Ok(Err(ErrorCode::Value)) };
    let rows = [row];
    let operand = run.value(argument, Rows::Some(&rows), names)?;
    Ok(text(operand.cell(0).scalar()).map(|text| text.to_lowercase()))
}

/// `INFO(type)`: Microsoft, "INFO function". What belongs to the machine is not told.
fn info<'a>(
    run: &'a Run<'a>,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let wanted = match wanted(run, arguments, row, names)? {
        Ok(wanted) => wanted,
        Err(error) => return Ok(Operand::error(error)),
    };
    Ok(match wanted.as_str() {
        "numfile" => count(1),
        "recalc" => Operand::Scalar("Automatic".into()),
        "release" => Operand::Scalar("16.0".into()),
        "system" => Operand::Scalar("pcdos".into()),
        "osversion" => Operand::Scalar("Windows (64-bit) NT 10.00".into()),
        "origin" => Operand::Scalar("$A:$A$1".into()),
        "directory" => Operand::Scalar("".into()),
        "memavail" | "memused" | "totmem" => Operand::error(ErrorCode::Na),
        _ => Operand::error(ErrorCode::Value),
    })
}

/// `CELL(type, reference)`: Microsoft, "CELL function". Of formats it tells what the value shows as.
fn cell<'a>(
    run: &'a Run<'a>,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let wanted = match wanted(run, arguments, row, names)? {
        Ok(wanted) => wanted,
        Err(error) => return Ok(Operand::error(error)),
    };
    let found = match arguments.get(1) {
        Some(argument) => reference::of(run, &argument.node, row, names)?,
        None => Some(Ok(Reference::of(run.strip.sheet, run.own(row).into()))),
    };
    let (sheet, rect) = match found {
        Some(Ok(found)) => match found.areas().first() {
            Some(area) => *area,
            None => return Ok(Operand::error(ErrorCode::Value)),
        },
        Some(Err(error)) => return Ok(Operand::error(error)),
        None => return Ok(Operand::error(ErrorCode::Value)),
    };
    let at = rect.top_left();
    let reads = matches!(wanted.as_str(), "contents" | "type" | "format" | "prefix");
    if reads {
        run.touch(sheet, &at.into())?;
    }
    let held = run.reader.cell(sheet, at);
    Ok(match wanted.as_str() {
        "address" => {
            let address = format!("${}${}", column_letters(at.col), at.row + 1);
            let other = (sheet != run.strip.sheet).then(|| run.reader.sheet_name(sheet)).flatten();
            Operand::Scalar(match other {
                Some(name) => format!("{}!{address}", quote_sheet(name)).into(),
                None => address.into(),
            })
        }
        "col" => count(u64::from(at.col.min(MAX_COLS)) + 1),
        "row" => count(u64::from(at.row.min(MAX_ROWS)) + 1),
        "contents" => Operand::Scalar(held.owned()),
        "type" => Operand::Scalar(
            match held {
                CellRef::Blank => "b",
                CellRef::Text(_) => "l",
                _ => "v",
            }
            .into(),
        ),
        "format" => Operand::Scalar(
            match held {
                CellRef::Number(_, NumberKind::Date) => "D1",
                CellRef::Number(_, NumberKind::DateTime) => "D4",
                CellRef::Number(_, NumberKind::Time | NumberKind::Duration) => "D8",
                _ => "G",
            }
            .into(),
        ),
        "color" | "parentheses" => count(0),
        "protect" => count(1),
        "prefix" => Operand::Scalar(
            match held {
                CellRef::Text(_) => "'",
                _ => "",
            }
            .into(),
        ),
        "width" => count(8),
        "filename" => {
            let name = run.reader.sheet_name(sheet).unwrap_or_default();
            Operand::Scalar(format!("[Book]{name}").into())
        }
        _ => Operand::error(ErrorCode::Value),
    })
}
