//! Functions of one row: numeric, logical and text functions, and tests.

use super::{
    operand::{Lane, Numbers, Operand},
    program::{Logical, Node, Numeric, Test, Text},
    run::{Result, Rows, Run, Stop},
    scalar::{self, fail},
};
use crate::cells::{Builder, CellRef, Cells, NumberKind, Table};
use crate::{Value, address::MAX_ARRAY_CELLS};
use arrow_array::{BooleanArray, Float64Array};
use arrow_buffer::BooleanBuffer;
use formualizer_common::{ExcelError, ExcelErrorKind};

/// All arguments for some rows. A range is an array, which only a single row can have.
fn arguments(run: &Run<'_>, nodes: &[Node], rows: Rows<'_>) -> Result<Vec<Operand>> {
    let argument = |node: &Node| match node {
        Node::Range(_) if rows.len() != 1 => Err(Stop::Split),
        Node::Range(area) => Ok(match run.rect(area, run.own(rows.at(0))) {
            Some(rect) if rect.cells() > MAX_ARRAY_CELLS => too_large(),
            Some(rect) => run
                .table(area.sheet, &rect)
                .map_or(Operand::error(ExcelErrorKind::Ref), |t| Operand::of_table(t, run.dates)),
            None => Operand::error(ExcelErrorKind::Ref),
        }),
        node => run.node(node, rows),
    };
    nodes.iter().map(argument).collect()
}

fn too_large() -> Operand {
    let error = ExcelError::new(ExcelErrorKind::Num);
    Operand::Scalar(Value::Error(
        error.with_message("a function would give more cells than can be held"),
    ))
}

fn lanes<'a>(run: &Run<'_>, operands: &'a [Operand]) -> Result<Vec<Lane<'a>>> {
    operands.iter().map(|operand| operand.lane(run.dates).ok_or(Stop::Interpret)).collect()
}

/// Applies a function of one row to every row, or to every cell of arrays: a row or column is repeated beside larger ones, what
/// is missing is `#N/A`. The function gets the arguments, the number of rows, and whether they are rows of
/// the sheet and all the same.
fn spread(
    run: &Run<'_>,
    operands: &[Operand],
    rows: Rows<'_>,
    function: impl Fn(&[Lane<'_>], usize, Option<bool>) -> Cells,
) -> Result<Operand> {
    let arrays = || {
        operands.iter().filter_map(|operand| match operand {
            Operand::Array(table) => Some(table),
            _ => None,
        })
    };
    if arrays().next().is_none() {
        let lanes = lanes(run, operands)?;
        let (len, one) = extent(&lanes, rows);
        return Ok(run.rows(function(&lanes, len, Some(one)), one));
    }
    let height = arrays().map(Table::height).max().unwrap_or(1);
    let width = arrays().map(Table::width).max().unwrap_or(1);
    if (height as u64).saturating_mul(width as u64) > MAX_ARRAY_CELLS {
        return Ok(too_large());
    }
    let missing = CellRef::Error(ExcelErrorKind::Na, None);
    let column = |col: usize| {
        let cells: Vec<Cells> = operands
            .iter()
            .map(|operand| match operand {
                Operand::Array(table) => {
                    let col = if table.width() == 1 { 0 } else { col };
                    match table.columns().get(col) {
                        Some(cells) if cells.len() == 1 => Cells::repeat(cells.get(0), height),
                        Some(cells) => Cells::concat(&[
                            cells.clone(),
                            Cells::repeat(missing, height - cells.len()),
                        ]),
                        None => Cells::repeat(missing, height),
                    }
                }
                other => other
                    .lane(run.dates)
                    .map_or(Cells::Blank(height), |lane| Cells::repeat(lane.get(0), height)),
            })
            .collect();
        let lanes: Vec<Lane<'_>> = cells.iter().map(Lane::Many).collect();
        function(&lanes, height, None)
    };
    let table = Table::try_new((0..width).map(column).collect());
    Ok(table.map_or(Operand::error(ExcelErrorKind::Calc), |t| Operand::of_table(t, run.dates)))
}

/// How many rows to calculate: one where all arguments are the same for all rows.
fn extent(lanes: &[Lane<'_>], rows: Rows<'_>) -> (usize, bool) {
    match lanes.iter().all(Lane::is_one) {
        true => (1, true),
        false => (rows.len(), false),
    }
}

/// Leaves a row to the Interpreter, or all rows where they are the same.
fn doubt(run: &Run<'_>, rows: Rows<'_>, row: usize, one: bool) {
    match one {
        true => rows.iter().for_each(|row| run.doubt(row)),
        false => run.doubt(rows.at(row)),
    }
}

pub(crate) fn test(run: &Run<'_>, function: Test, node: &Node, rows: Rows<'_>) -> Result<Operand> {
    let operands = arguments(run, std::slice::from_ref(node), rows)?;
    spread(run, &operands, rows, |lanes, len, _| {
        let truth = |row| lanes.first().is_some_and(|lane| scalar::test(function, lane.get(row)));
        Cells::Logicals(BooleanArray::new(BooleanBuffer::collect_bool(len, truth), None))
    })
}

pub(crate) fn numeric(
    run: &Run<'_>,
    function: Numeric,
    nodes: &[Node],
    rows: Rows<'_>,
) -> Result<Operand> {
    let operands = arguments(run, nodes, rows)?;
    spread(run, &operands, rows, |lanes, len, same| {
        let doubtful = |row| {
            if let Some(one) = same {
                doubt(run, rows, row, one);
            }
        };
        numbers(function, lanes, len, doubtful)
    })
}

/// A numeric function of some rows; `doubtful` is told of those whose result is not certain.
fn numbers(function: Numeric, lanes: &[Lane<'_>], len: usize, doubtful: impl Fn(usize)) -> Cells {
    let default = if function == Numeric::Log { 10.0 } else { 0.0 };
    let (first, second) =
        (lanes.first().copied().unwrap_or(Lane::One(CellRef::Blank)), lanes.get(1));
    let second_numbers = match second {
        Some(lane) => lane.numbers().map(|(numbers, _)| numbers),
        None => Some(Numbers::One(default)),
    };
    if let (Some((a, _)), Some(b)) = (first.numbers(), &second_numbers) {
        // As far as all results are numbers there is nothing but numbers to write.
        let mut out = Vec::with_capacity(len);
        for row in 0..len {
            match scalar::numeric(function, a.get(row), b.get(row)) {
                Some(Ok(n)) => out.push(n),
                _ => break,
            }
        }
        if out.len() == len {
            return Cells::Numbers(NumberKind::Number, Float64Array::new(out.into(), None));
        }
    }
    let mut builder = Builder::with_capacity(len);
    for row in 0..len {
        let numbers = scalar::number(first.get(row)).and_then(|a| {
            Ok((a, second.map_or(Ok(default), |lane| scalar::number(lane.get(row)))?))
        });
        builder.push(match numbers {
            Err(error) => error,
            Ok((a, b)) => match scalar::numeric(function, a, b) {
                Some(Ok(n)) => CellRef::number(n),
                Some(Err(kind)) => fail(kind),
                None => {
                    doubtful(row);
                    fail(ExcelErrorKind::Num)
                }
            },
        });
    }
    builder.finish()
}

pub(crate) fn logical(
    run: &Run<'_>,
    function: Logical,
    nodes: &[Node],
    rows: Rows<'_>,
) -> Result<Operand> {
    let operands = arguments(run, nodes, rows)?;
    let lanes = lanes(run, &operands)?;
    let (len, one) = extent(&lanes, rows);
    let cells = Cells::of((0..len).map(|row| match function {
        Logical::Not => {
            match scalar::condition(lanes.first().map_or(CellRef::Blank, |l| l.get(row))) {
                Ok(b) => CellRef::Logical(!b),
                Err(error) => error,
            }
        }
        _ => combined(function, nodes.iter().zip(lanes.iter().map(|lane| lane.get(row)))),
    }));
    Ok(run.rows(cells, one))
}

/// `AND`, `OR` and `XOR` of one row: texts in referenced cells are passed over, other texts are errors.
fn combined<'a>(
    function: Logical,
    cells: impl Iterator<Item = (&'a Node, CellRef<'a>)>,
) -> CellRef<'a> {
    let (mut seen, mut all, mut any, mut odd, mut error) = (false, true, false, false, None);
    for (node, cell) in cells {
        let truth = match cell {
            CellRef::Logical(b) => b,
            CellRef::Number(n, _) => n != 0.0,
            CellRef::Blank => continue,
            CellRef::Text(_) if matches!(node, Node::Cell(_)) => continue,
            CellRef::Text(_) => {
                error = error.or(Some(fail(ExcelErrorKind::Value)));
                continue;
            }
            CellRef::Error(..) => {
                error = error.or(Some(cell));
                continue;
            }
        };
        seen = true;
        all &= truth;
        any |= truth;
        odd ^= truth;
    }
    match (error, seen) {
        (Some(error), _) => error,
        (None, false) => fail(ExcelErrorKind::Value),
        (None, true) => CellRef::Logical(match function {
            Logical::And => all,
            Logical::Or => any,
            _ => odd,
        }),
    }
}

/// An error of a text function: the value of its cell, or raised, which matters to some functions around it.
enum Failure<'a> {
    Cell(CellRef<'a>),
    Raised(CellRef<'a>),
}

pub(crate) fn text(
    run: &Run<'_>,
    function: Text,
    nodes: &[Node],
    exact: bool,
    rows: Rows<'_>,
) -> Result<Operand> {
    let operands = arguments(run, nodes, rows)?;
    spread(run, &operands, rows, |lanes, len, same| {
        let raised = |row| {
            if let (Some(one), true) = (same, exact) {
                doubt(run, rows, row, one);
            }
        };
        texts(function, lanes, len, raised)
    })
}

/// A text function of some rows; `raised` is told of those that raise an error.
fn texts(function: Text, lanes: &[Lane<'_>], len: usize, raised: impl Fn(usize)) -> Cells {
    let mut builder = Builder::with_capacity(len);
    let (mut input, mut output) = (String::new(), String::new());
    let mut row_cells = Vec::with_capacity(lanes.len());
    for row in 0..len {
        input.clear();
        output.clear();
        row_cells.clear();
        row_cells.extend(lanes.iter().map(|lane| lane.get(row)));
        match apply(function, &row_cells, &mut input, &mut output) {
            Ok(Some(number)) => builder.push(CellRef::number(number)),
            Ok(None) => builder.push(CellRef::Text(&output)),
            Err(Failure::Cell(error)) => builder.push(error),
            Err(Failure::Raised(error)) => {
                raised(row);
                builder.push(error);
            }
        }
    }
    builder.finish()
}

/// Writes the text to `output`, or gives a number. `input` is scratch.
fn apply<'a>(
    function: Text,
    cells: &[CellRef<'a>],
    input: &mut String,
    output: &mut String,
) -> std::result::Result<Option<f64>, Failure<'a>> {
    let cell = |index: usize| cells.get(index).copied().unwrap_or(CellRef::Blank);
    let too_far = || Failure::Cell(fail(ExcelErrorKind::Value));
    let length = |n: i64| usize::try_from(n).map_err(|_| too_far());
    match function {
        Text::Len => {
            scalar::push_text(input, cell(0)).map_err(Failure::Cell)?;
            #[expect(clippy::cast_precision_loss, reason = "texts are shorter than 2^53")]
            return Ok(Some(input.chars().count() as f64));
        }
        Text::Left | Text::Right => {
            match cell(0) {
                // So the Interpreter writes logical values here, though nowhere else.
                CellRef::Logical(b) => input.push_str(if b { "true" } else { "false" }),
                cell => scalar::push_text(input, cell).map_err(Failure::Cell)?,
            }
            let wanted = match cells.len() {
                1 => 1,
                _ => length(scalar::count(cell(1)).map_err(Failure::Raised)?)?,
            };
            let all = if function == Text::Left { 0 } else { input.chars().count() };
            let (skip, take) = match function {
                Text::Left => (0, wanted),
                _ => (all.saturating_sub(wanted), all),
            };
            output.extend(input.chars().skip(skip).take(take));
        }
        Text::Mid => {
            scalar::push_text(input, cell(0)).map_err(Failure::Raised)?;
            let start = scalar::count(cell(1)).map_err(Failure::Raised)?;
            let wanted = scalar::count(cell(2)).map_err(Failure::Raised)?;
            let start = length(start.checked_sub(1).ok_or_else(too_far)?)?;
            output.extend(input.chars().skip(start).take(length(wanted)?));
        }
        Text::Upper | Text::Lower => {
            scalar::push_text(output, cell(0)).map_err(Failure::Raised)?;
            match function {
                Text::Upper => output.make_ascii_uppercase(),
                _ => output.make_ascii_lowercase(),
            }
        }
        Text::Trim => {
            scalar::push_text(input, cell(0)).map_err(Failure::Raised)?;
            for word in input.split_whitespace() {
                if !output.is_empty() {
                    output.push(' ');
                }
                output.push_str(word);
            }
        }
        Text::Concat | Text::Concatenate => {
            let mut characters = 0;
            for cell in cells {
                let before = output.len();
                scalar::push_text(output, *cell).map_err(Failure::Raised)?;
                characters += output.get(before..).map_or(0, |text| text.chars().count());
                if function == Text::Concat && characters > 32_767 {
                    return Err(Failure::Raised(fail(ExcelErrorKind::Value)));
                }
            }
        }
    }
    Ok(None)
}
