//! Operators over whole vectors: a tight loop where all cells are numbers, otherwise cell by cell; over arrays
//! column by column.

use super::{
    lambda::Operand,
    rows::Rows,
    run::{Result, Run, Stop},
};
use crate::{
    address::MAX_ARRAY_CELLS,
    cells::{Builder, CellRef, Cells, NumberKind, Table},
};
use arrow_array::{Array as _, BooleanArray, Float64Array};
use arrow_buffer::BooleanBuffer;
use formualizer_common::ExcelErrorKind;
use formualizer_functions::{
    ErrorCode, ScalarValue,
    call::number,
    lift::spread_column,
    semantics::{Scalar, TextRules, arithmetic, compare, general},
};
use formualizer_parse::{BinaryOperator, UnaryOperator};
use std::{borrow::Cow, cmp::Ordering};

/// The exponent bits of a double: all set where it is not finite.
const EXPONENT: u64 = 0x7ff0_0000_0000_0000;

/// Cells to take row by row, wherever they are.
#[derive(Clone, Copy)]
enum Lane<'a> {
    One(CellRef<'a>),
    Many(&'a Cells),
}

/// Numbers to calculate with: one for all rows, or one per row with 0 for blanks.
enum Numbers<'a> {
    One(f64),
    Many(Cow<'a, [f64]>),
}

impl<'a> Lane<'a> {
    fn of(operand: &'a Operand<'_>) -> Self {
        match operand {
            Operand::Rows(cells) => Self::Many(cells),
            other => Self::One(other.cell(0)),
        }
    }

    fn get(&self, row: usize) -> CellRef<'a> {
        match self {
            Self::One(cell) => *cell,
            Self::Many(cells) => cells.get(row),
        }
    }

    /// All cells as numbers with what they show as, if all are numbers or blank.
    fn numbers(&self) -> Option<(Numbers<'a>, NumberKind)> {
        Some(match self {
            Self::One(CellRef::Number(n, kind)) => (Numbers::One(*n), *kind),
            Self::One(CellRef::Blank) | Self::Many(Cells::Blank(_)) => {
                (Numbers::One(0.0), NumberKind::Number)
            }
            Self::Many(Cells::Numbers(kind, array)) => match array.nulls() {
                Some(nulls) if nulls.null_count() > 0 => {
                    // A blank in a column of dates shows its sum as a number, which is for the slow path.
                    if *kind != NumberKind::Number {
                        return None;
                    }
                    let values = array.values().iter().zip(nulls);
                    let filled = values.map(|(n, valid)| if valid { *n } else { 0.0 }).collect();
                    (Numbers::Many(Cow::Owned(filled)), *kind)
                }
                _ => (Numbers::Many(Cow::Borrowed(array.values())), *kind),
            },
            Self::One(_) | Self::Many(_) => return None,
        })
    }
}

impl Numbers<'_> {
    fn get(&self, row: usize) -> f64 {
        match self {
            Self::One(n) => *n,
            Self::Many(numbers) => numbers.get(row).copied().unwrap_or(0.0),
        }
    }
}

/// An operator of two operands for some rows, lifted over arrays.
pub(crate) fn binary<'a>(
    run: &Run<'_>,
    op: BinaryOperator,
    a: &Operand<'a>,
    b: &Operand<'a>,
    rows: Rows<'_>,
    last: bool,
) -> Result<Operand<'a>> {
    let apply = |a: Lane<'_>, b: Lane<'_>, len| match op {
        BinaryOperator::Concat => concat(a, b, len),
        BinaryOperator::Add
        | BinaryOperator::Subtract
        | BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::Power => operate(op, a, b, len, run.rules(), last),
        _ => compared(op, a, b, len),
    };
    match (a, b) {
        (Operand::Array(_), _) | (_, Operand::Array(_)) => {
            over_arrays(&[a, b], rows, |lanes, len| match lanes {
                [a, b] => apply(*a, *b, len),
                _ => Cells::Blank(len),
            })
        }
        _ => {
            let (a, b) = (Lane::of(a), Lane::of(b));
            Ok(match (a, b) {
                (Lane::One(_), Lane::One(_)) => Operand::Scalar(apply(a, b, 1).get(0).owned()),
                _ => Operand::Rows(apply(a, b, rows.len())),
            })
        }
    }
}

/// `-` and `%` for some rows, lifted over arrays.
pub(crate) fn unary<'a>(
    run: &Run<'_>,
    op: UnaryOperator,
    a: &Operand<'a>,
    rows: Rows<'_>,
) -> Result<Operand<'a>> {
    let apply = |lane: Lane<'_>, len| negated(op, lane, len, run.rules());
    match a {
        Operand::Array(_) => over_arrays(&[a], rows, |lanes, len| match lanes {
            [a] => apply(*a, len),
            _ => Cells::Blank(len),
        }),
        Operand::Rows(cells) => Ok(Operand::Rows(apply(Lane::Many(cells), rows.len()))),
        one => Ok(Operand::Scalar(apply(Lane::of(one), 1).get(0).owned())),
    }
}

/// Arrays, or an array and a cell: columns and rows of one are repeated, what is missing is `#N/A`.
fn over_arrays<'a>(
    operands: &[&Operand<'a>],
    rows: Rows<'_>,
    apply: impl Fn(&[Lane<'_>], usize) -> Cells,
) -> Result<Operand<'a>> {
    let rows_move = operands.iter().any(|operand| matches!(operand, Operand::Rows(_)));
    if rows.len() != 1 && rows_move {
        return Err(Stop::Split);
    }
    let arrays = || {
        operands.iter().filter_map(|operand| match operand {
            Operand::Array(table) => Some(table),
            _ => None,
        })
    };
    let height = arrays().map(Table::height).max().unwrap_or(1);
    let width = arrays().map(Table::width).max().unwrap_or(1);
    if (height as u64).saturating_mul(width as u64) > MAX_ARRAY_CELLS {
        let why = "an operator would give more cells than can be held";
        return Ok(Operand::Scalar(ScalarValue::Error(ErrorCode::Num, Some(why.into()))));
    }
    let column = |col| {
        let spread: Vec<Option<Cells>> = operands
            .iter()
            .map(|operand| match operand {
                Operand::Array(table) => Some(spread_column(table, col, height)),
                _ => None,
            })
            .collect();
        let lanes: Vec<Lane<'_>> = operands
            .iter()
            .zip(&spread)
            .map(|(operand, spread)| match spread {
                Some(cells) => Lane::Many(cells),
                None => Lane::One(operand.cell(0)),
            })
            .collect();
        apply(&lanes, height)
    };
    let table = Table::try_new((0..width).map(column).collect());
    Ok(table.map_or(Operand::error(ErrorCode::Calc), Operand::of_table))
}

/// Results of a function of two numbers, and whether some are not finite. The look at the bits takes the
/// same pass, without a branch.
fn zip(
    a: &Numbers<'_>,
    b: &Numbers<'_>,
    len: usize,
    f: impl Fn(f64, f64) -> f64,
) -> (Vec<f64>, bool) {
    let mut broken = 0_u64;
    let mut see = |n: f64| {
        broken |= u64::from(n.to_bits() & EXPONENT == EXPONENT);
        n
    };
    let out = match (a, b) {
        (Numbers::Many(a), Numbers::Many(b)) => {
            a.iter().zip(b.iter()).map(|(a, b)| see(f(*a, *b))).collect()
        }
        (Numbers::Many(a), Numbers::One(b)) => a.iter().map(|a| see(f(*a, *b))).collect(),
        (Numbers::One(a), Numbers::Many(b)) => b.iter().map(|b| see(f(*a, *b))).collect(),
        (Numbers::One(a), Numbers::One(b)) => vec![see(f(*a, *b)); len],
    };
    (out, broken != 0)
}

fn operate(
    op: BinaryOperator,
    a: Lane<'_>,
    b: Lane<'_>,
    len: usize,
    rules: TextRules,
    last: bool,
) -> Cells {
    if let (Some((x, x_kind)), Some((y, y_kind))) = (a.numbers(), b.numbers()) {
        let kind = kind_of_sum(op, x_kind, y_kind);
        let (out, broken) = match op {
            BinaryOperator::Add if last => zip(&x, &y, len, arithmetic::add),
            BinaryOperator::Subtract if last => zip(&x, &y, len, arithmetic::subtract),
            BinaryOperator::Add => zip(&x, &y, len, |a, b| a + b),
            BinaryOperator::Subtract => zip(&x, &y, len, |a, b| a - b),
            BinaryOperator::Multiply => zip(&x, &y, len, |a, b| a * b),
            BinaryOperator::Divide => zip(&x, &y, len, |a, b| a / b),
            _ => zip(&x, &y, len, |a, b| power(a, b).unwrap_or(f64::NAN)),
        };
        if !broken {
            return Cells::Numbers(kind, Float64Array::new(out.into(), None));
        }
        let mut builder = Builder::with_capacity(len);
        for (row, n) in out.into_iter().enumerate() {
            builder.push(match n.is_finite() {
                true => CellRef::Number(n, kind),
                false => match calculated(op, x.get(row), y.get(row), last) {
                    Ok(n) => CellRef::Number(n, kind),
                    Err(code) => Scalar::Error(code).into(),
                },
            });
        }
        return builder.finish();
    }
    let mut builder = Builder::with_capacity(len);
    for row in 0..len {
        let (a, b) = (a.get(row), b.get(row));
        // An error keeps its message.
        if let Some(error) = [a, b].into_iter().find(|cell| matches!(cell, CellRef::Error(..))) {
            builder.push(error);
            continue;
        }
        let kind = |cell| match cell {
            CellRef::Number(_, kind) => kind,
            _ => NumberKind::Number,
        };
        let result = number(a.scalar(), rules)
            .and_then(|x| Ok((x, number(b.scalar(), rules)?)))
            .and_then(|(x, y)| calculated(op, x, y, last));
        builder.push(match result {
            Ok(n) => CellRef::Number(n, kind_of_sum(op, kind(a), kind(b))),
            Err(code) => Scalar::Error(code).into(),
        });
    }
    builder.finish()
}

/// `+ - * / ^` on numbers.
fn calculated(
    op: BinaryOperator,
    a: f64,
    b: f64,
    last: bool,
) -> formualizer_functions::call::Result<f64> {
    let result = match op {
        BinaryOperator::Add if last => arithmetic::add(a, b),
        BinaryOperator::Subtract if last => arithmetic::subtract(a, b),
        BinaryOperator::Add => a + b,
        BinaryOperator::Subtract => a - b,
        BinaryOperator::Multiply => a * b,
        BinaryOperator::Divide if b == 0.0 => return Err(ErrorCode::Div),
        BinaryOperator::Divide => a / b,
        _ => power(a, b)?,
    };
    if result.is_finite() { Ok(result) } else { Err(ErrorCode::Num) }
}

/// A power: 0^0 is no number, 0 to a negative power is a division by zero; a negative base has whole powers and odd roots
/// (stored values of `^`).
fn power(a: f64, b: f64) -> formualizer_functions::call::Result<f64> {
    if a == 0.0 && b == 0.0 {
        return Err(ErrorCode::Num);
    }
    if a == 0.0 && b < 0.0 {
        return Err(ErrorCode::Div);
    }
    let result = a.powf(b);
    if result.is_nan() && a < 0.0 {
        // An odd root of a negative number, as far as the reciprocal of the exponent is a whole number.
        let root = (1.0 / b).round();
        if (1.0 / root - b).abs() < 1e-16 && root % 2.0 != 0.0 {
            return Ok(-(-a).powf(b));
        }
    }
    if result.is_finite() { Ok(result) } else { Err(ErrorCode::Num) }
}

/// What a sum or difference shows as: a date that is moved by a number stays a date.
fn kind_of_sum(op: BinaryOperator, a: NumberKind, b: NumberKind) -> NumberKind {
    use NumberKind::{Date, DateTime, Number, Time};
    match (op, a, b) {
        (BinaryOperator::Add, Date, Time) | (BinaryOperator::Add, Time, Date) => DateTime,
        (BinaryOperator::Add | BinaryOperator::Subtract, kind, Number) => kind,
        (BinaryOperator::Add, Number, kind) => kind,
        _ => Number,
    }
}

/// Whether two numbers are so near that their fifteen digits decide and not their bits.
fn near(a: f64, b: f64) -> bool {
    a != b && (a - b).abs() <= a.abs().max(b.abs()) * 1.1e-14
}

fn compared(op: BinaryOperator, a: Lane<'_>, b: Lane<'_>, len: usize) -> Cells {
    if let (Some((x, _)), Some((y, _))) = (a.numbers(), b.numbers())
        && len > 0
    {
        let bits = |plain: fn(f64, f64) -> bool| {
            let holds = |a: f64, b: f64| {
                if near(a, b) { holds(op, compare::numbers(a, b)) } else { plain(a, b) }
            };
            match (&x, &y) {
                (Numbers::Many(x), Numbers::Many(y)) => {
                    BooleanBuffer::collect_bool(len, |row| holds(x[row], y[row]))
                }
                (Numbers::Many(x), Numbers::One(y)) => {
                    BooleanBuffer::collect_bool(len, |row| holds(x[row], *y))
                }
                _ => BooleanBuffer::collect_bool(len, |row| holds(x.get(row), y.get(row))),
            }
        };
        let bits = match op {
            BinaryOperator::Equal => bits(|a, b| a == b),
            BinaryOperator::NotEqual => bits(|a, b| a != b),
            BinaryOperator::Less => bits(|a, b| a < b),
            BinaryOperator::Greater => bits(|a, b| a > b),
            BinaryOperator::LessEqual => bits(|a, b| a <= b),
            _ => bits(|a, b| a >= b),
        };
        return Cells::Logicals(BooleanArray::new(bits, None));
    }
    let error = |a, b| [a, b].into_iter().find(|cell| matches!(cell, CellRef::Error(..)));
    let one = |a: CellRef<'_>, b: CellRef<'_>| match op {
        BinaryOperator::Equal => compare::equal(a.scalar(), b.scalar()),
        BinaryOperator::NotEqual => compare::equal(a.scalar(), b.scalar()).map(|equal| !equal),
        op => compare::order(a.scalar(), b.scalar()).map(|order| holds(op, order)),
    };
    Cells::of((0..len).map(|row| {
        let (a, b) = (a.get(row), b.get(row));
        match one(a, b) {
            Ok(holds) => CellRef::Logical(holds),
            Err(_) => error(a, b).unwrap_or(CellRef::Error(ExcelErrorKind::Value, None)),
        }
    }))
}

/// Whether a comparison holds for an order.
fn holds(op: BinaryOperator, order: Ordering) -> bool {
    match op {
        BinaryOperator::Equal => order.is_eq(),
        BinaryOperator::NotEqual => order.is_ne(),
        BinaryOperator::Less => order.is_lt(),
        BinaryOperator::Greater => order.is_gt(),
        BinaryOperator::LessEqual => order.is_le(),
        _ => order.is_ge(),
    }
}

/// Characters of the longest text of a cell (Microsoft, "Excel specifications and limits").
const LONGEST: usize = 32_767;

fn concat(a: Lane<'_>, b: Lane<'_>, len: usize) -> Cells {
    let mut builder = Builder::with_capacity(len);
    let mut text = String::new();
    for row in 0..len {
        text.clear();
        let pushed =
            push_text(&mut text, a.get(row)).and_then(|()| push_text(&mut text, b.get(row)));
        let long = text.len() > LONGEST && text.encode_utf16().count() > LONGEST;
        builder.push(match pushed {
            Ok(()) if long => CellRef::Error(ExcelErrorKind::Value, None),
            Ok(()) => CellRef::Text(&text),
            Err(error) => error,
        });
    }
    builder.finish()
}

/// Appends what a cell is as a text; its error otherwise.
fn push_text<'a>(out: &mut String, cell: CellRef<'a>) -> std::result::Result<(), CellRef<'a>> {
    match cell {
        CellRef::Blank => {}
        CellRef::Number(n, _) => general::push_text(out, n),
        CellRef::Logical(b) => out.push_str(if b { "TRUE" } else { "FALSE" }),
        CellRef::Text(text) => out.push_str(text),
        CellRef::Error(..) => return Err(cell),
    }
    Ok(())
}

/// `-` and `%` for `len` rows.
fn negated(op: UnaryOperator, a: Lane<'_>, len: usize, rules: TextRules) -> Cells {
    let apply = |n: f64| match op {
        UnaryOperator::Minus => -n,
        _ => n / 100.0,
    };
    if let Some((numbers, _)) = a.numbers() {
        let out = match &numbers {
            Numbers::Many(numbers) => numbers.iter().map(|n| apply(*n)).collect(),
            Numbers::One(n) => vec![apply(*n); len],
        };
        return Cells::Numbers(NumberKind::Number, Float64Array::new(out.into(), None));
    }
    Cells::of((0..len).map(|row| match a.get(row) {
        error @ CellRef::Error(..) => error,
        cell => match number(cell.scalar(), rules) {
            Ok(n) => CellRef::number(apply(n)),
            Err(code) => Scalar::Error(code).into(),
        },
    }))
}
