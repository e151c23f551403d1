//! Operators over whole vectors: a tight loop where all cells are numbers, otherwise cell by cell.

use super::{
    operand::{Lane, Numbers},
    scalar::{self, fail},
};
use crate::cells::{Builder, CellRef, Cells, NumberKind};
use arrow_array::{BooleanArray, Float64Array};
use arrow_buffer::BooleanBuffer;
use formualizer_common::{DateSystem, ExcelErrorKind};
use formualizer_parse::{BinaryOperator, UnaryOperator};

/// The exponent bits of a double: all set where it is not finite.
const EXPONENT: u64 = 0x7ff0_0000_0000_0000;

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

fn finite(kind: NumberKind, numbers: Vec<f64>) -> Cells {
    Cells::Numbers(kind, Float64Array::new(numbers.into(), None))
}

/// An operator on two operands for `len` rows.
pub(crate) fn binary(
    op: BinaryOperator,
    a: Lane<'_>,
    b: Lane<'_>,
    len: usize,
    dates: DateSystem,
) -> Cells {
    match op {
        BinaryOperator::Concat => concat(a, b, len),
        BinaryOperator::Add
        | BinaryOperator::Subtract
        | BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::Power => arithmetic(op, a, b, len, dates),
        _ => compare(op, a, b, len),
    }
}

fn arithmetic(
    op: BinaryOperator,
    a: Lane<'_>,
    b: Lane<'_>,
    len: usize,
    dates: DateSystem,
) -> Cells {
    if let (Some((x, x_kind)), Some((y, y_kind))) = (a.numbers(), b.numbers()) {
        let kind = scalar::kind_of_sum(op, x_kind, y_kind);
        let (out, broken) = match op {
            BinaryOperator::Add => zip(&x, &y, len, |a, b| a + b),
            BinaryOperator::Subtract => zip(&x, &y, len, |a, b| a - b),
            BinaryOperator::Multiply => zip(&x, &y, len, |a, b| a * b),
            BinaryOperator::Divide => zip(&x, &y, len, |a, b| a / b),
            _ => zip(&x, &y, len, f64::powf),
        };
        if !broken {
            return finite(kind, out);
        }
        let mut builder = Builder::with_capacity(len);
        for (row, n) in out.into_iter().enumerate() {
            builder.push(match n.is_finite() {
                true => CellRef::Number(n, kind),
                false if op == BinaryOperator::Divide && y.get(row) == 0.0 => {
                    fail(ExcelErrorKind::Div)
                }
                false => fail(ExcelErrorKind::Num),
            });
        }
        return builder.finish();
    }
    let mut builder = Builder::with_capacity(len);
    for row in 0..len {
        let (a, b) = (a.get(row), b.get(row));
        let kind = |cell| match cell {
            CellRef::Number(_, kind) => kind,
            _ => NumberKind::Number,
        };
        let result = scalar::operand(a, dates).and_then(|x| {
            let y = scalar::operand(b, dates)?;
            scalar::arithmetic(op, x, y).map_err(fail)
        });
        builder.push(match result {
            Ok(n) => CellRef::Number(n, scalar::kind_of_sum(op, kind(a), kind(b))),
            Err(error) => error,
        });
    }
    builder.finish()
}

fn compare(op: BinaryOperator, a: Lane<'_>, b: Lane<'_>, len: usize) -> Cells {
    if let (Some((x, _)), Some((y, _))) = (a.numbers(), b.numbers())
        && len > 0
    {
        let bits = |f: fn(f64, f64) -> bool| match (&x, &y) {
            (Numbers::Many(x), Numbers::Many(y)) => {
                BooleanBuffer::collect_bool(len, |row| f(x[row], y[row]))
            }
            (Numbers::Many(x), Numbers::One(y)) => {
                BooleanBuffer::collect_bool(len, |row| f(x[row], *y))
            }
            _ => BooleanBuffer::collect_bool(len, |row| f(x.get(row), y.get(row))),
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
    Cells::of((0..len).map(|row| match scalar::order(a.get(row), b.get(row)) {
        Ok(order) => CellRef::Logical(scalar::holds(op, order)),
        Err(error) => error,
    }))
}

fn concat(a: Lane<'_>, b: Lane<'_>, len: usize) -> Cells {
    let mut builder = Builder::with_capacity(len);
    let mut text = String::new();
    for row in 0..len {
        text.clear();
        let pushed = scalar::push_text(&mut text, a.get(row))
            .and_then(|()| scalar::push_text(&mut text, b.get(row)));
        builder.push(match pushed {
            Ok(()) => CellRef::Text(&text),
            Err(error) => error,
        });
    }
    builder.finish()
}

/// `-` and `%` for `len` rows; `+` leaves every cell as it is.
pub(crate) fn unary(op: UnaryOperator, a: Lane<'_>, len: usize, dates: DateSystem) -> Cells {
    let apply = |n: f64| match op {
        UnaryOperator::Minus => -n,
        _ => n / 100.0,
    };
    if let Some((numbers, _)) = a.numbers() {
        let out = match &numbers {
            Numbers::Many(numbers) => numbers.iter().map(|n| apply(*n)).collect(),
            Numbers::One(n) => vec![apply(*n); len],
        };
        return finite(NumberKind::Number, out);
    }
    Cells::of((0..len).map(|row| match scalar::operand(a.get(row), dates) {
        Ok(n) => CellRef::number(apply(n)),
        Err(error) => error,
    }))
}
