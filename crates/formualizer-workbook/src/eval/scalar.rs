//! What an operator or function gives for the cells of one row: the rules that every kernel follows.

use super::program::{Numeric, Test};
use crate::cells::{CellRef, NumberKind};
use formualizer_common::{DateSystem, ExcelErrorKind, parse_excel_datetime_text_to_serial_for};
use formualizer_eval::locale::Locale;
use formualizer_parse::BinaryOperator;
use std::{cmp::Ordering, fmt::Write};

/// An error as the value of a cell.
pub(crate) fn fail<'a>(kind: ExcelErrorKind) -> CellRef<'a> {
    CellRef::Error(kind, None)
}

/// The number that an operand of an arithmetic operator stands for, or its error. Texts may be dates here.
pub(crate) fn operand(cell: CellRef<'_>, dates: DateSystem) -> Result<f64, CellRef<'_>> {
    match cell {
        CellRef::Text(text) => Locale::invariant()
            .parse_number_invariant(text)
            .or_else(|| parse_excel_datetime_text_to_serial_for(dates, text))
            .ok_or(fail(ExcelErrorKind::Value)),
        other => number(other),
    }
}

/// The number that an argument of a function stands for, or its error.
pub(crate) fn number(cell: CellRef<'_>) -> Result<f64, CellRef<'_>> {
    match cell {
        CellRef::Blank => Ok(0.0),
        CellRef::Number(n, _) => Ok(n),
        CellRef::Logical(b) => Ok(f64::from(u8::from(b))),
        CellRef::Text(text) => {
            Locale::invariant().parse_number_invariant(text).ok_or(fail(ExcelErrorKind::Value))
        }
        CellRef::Error(..) => Err(cell),
    }
}

/// `+ - * / ^` on numbers.
pub(crate) fn arithmetic(op: BinaryOperator, a: f64, b: f64) -> Result<f64, ExcelErrorKind> {
    let result = match op {
        BinaryOperator::Add => a + b,
        BinaryOperator::Subtract => a - b,
        BinaryOperator::Multiply => a * b,
        BinaryOperator::Divide if b == 0.0 => return Err(ExcelErrorKind::Div),
        BinaryOperator::Divide => a / b,
        // A negative base with a fraction as exponent is not a number.
        _ => a.powf(b),
    };
    match result.is_finite() {
        true => Ok(result),
        false => Err(ExcelErrorKind::Num),
    }
}

/// What a sum or difference shows as: a date that is moved by a number stays a date.
pub(crate) fn kind_of_sum(op: BinaryOperator, a: NumberKind, b: NumberKind) -> NumberKind {
    use NumberKind::{Date, DateTime, Number, Time};
    match (op, a, b) {
        (BinaryOperator::Add, Date, Time) | (BinaryOperator::Add, Time, Date) => DateTime,
        (BinaryOperator::Add | BinaryOperator::Subtract, kind, Number) => kind,
        (BinaryOperator::Add, Number, kind) => kind,
        _ => Number,
    }
}

/// The order of two cells: numbers before texts before logical values; a blank is the other's zero.
pub(crate) fn order<'a>(a: CellRef<'a>, b: CellRef<'a>) -> Result<Option<Ordering>, CellRef<'a>> {
    if let CellRef::Error(..) = a {
        return Err(a);
    }
    if let CellRef::Error(..) = b {
        return Err(b);
    }
    let zero_of = |other| match other {
        CellRef::Text(_) => CellRef::Text(""),
        CellRef::Logical(_) => CellRef::Logical(false),
        _ => CellRef::Number(0.0, NumberKind::Number),
    };
    let filled = |cell, other| if cell == CellRef::Blank { zero_of(other) } else { cell };
    let rank = |cell| match cell {
        CellRef::Text(_) => 1,
        CellRef::Logical(_) => 2,
        _ => 0,
    };
    Ok(match (filled(a, b), filled(b, a)) {
        (CellRef::Number(a, _), CellRef::Number(b, _)) => a.partial_cmp(&b),
        (CellRef::Text(a), CellRef::Text(b)) => {
            let folded =
                |text: &str| text.bytes().map(|b| b.to_ascii_lowercase()).collect::<Vec<_>>();
            Some(match a.is_ascii() && b.is_ascii() && a.len().min(b.len()) < 64 {
                true => {
                    let lower = |b: u8| b.to_ascii_lowercase();
                    a.bytes().map(lower).cmp(b.bytes().map(lower))
                }
                false => folded(a).cmp(&folded(b)),
            })
        }
        (CellRef::Logical(a), CellRef::Logical(b)) => Some(a.cmp(&b)),
        (a, b) => Some(rank(a).cmp(&rank(b))),
    })
}

/// Whether a comparison holds for an order.
pub(crate) fn holds(op: BinaryOperator, order: Option<Ordering>) -> bool {
    match op {
        BinaryOperator::Equal => order == Some(Ordering::Equal),
        BinaryOperator::NotEqual => order != Some(Ordering::Equal),
        BinaryOperator::Less => order == Some(Ordering::Less),
        BinaryOperator::Greater => order == Some(Ordering::Greater),
        BinaryOperator::LessEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// The condition of `IF`: a text is not one.
pub(crate) fn condition(cell: CellRef<'_>) -> Result<bool, CellRef<'_>> {
    match cell {
        CellRef::Blank => Ok(false),
        CellRef::Number(n, _) => Ok(n != 0.0),
        CellRef::Logical(b) => Ok(b),
        CellRef::Text(_) => Err(fail(ExcelErrorKind::Value)),
        CellRef::Error(..) => Err(cell),
    }
}

pub(crate) fn test(function: Test, cell: CellRef<'_>) -> bool {
    match function {
        Test::Blank => cell == CellRef::Blank,
        Test::Number => matches!(cell, CellRef::Number(..)),
        Test::Text => matches!(cell, CellRef::Text(_)),
        Test::Logical => matches!(cell, CellRef::Logical(_)),
        Test::Error => matches!(cell, CellRef::Error(..)),
        Test::ErrorButNa => matches!(cell, CellRef::Error(kind, _) if kind != ExcelErrorKind::Na),
        Test::Na => matches!(cell, CellRef::Error(ExcelErrorKind::Na, _)),
    }
}

/// Appends what a cell shows as in a text; its error otherwise.
pub(crate) fn push_text<'a>(out: &mut String, cell: CellRef<'a>) -> Result<(), CellRef<'a>> {
    match cell {
        CellRef::Blank => {}
        CellRef::Number(n, _) => {
            // Writing to a string does not fail.
            let _ = write!(out, "{n}");
        }
        CellRef::Logical(b) => out.push_str(if b { "TRUE" } else { "FALSE" }),
        CellRef::Text(text) => out.push_str(text),
        CellRef::Error(..) => return Err(cell),
    }
    Ok(())
}

/// The number of characters that a text function is told.
pub(crate) fn count(cell: CellRef<'_>) -> Result<i64, CellRef<'_>> {
    match cell {
        CellRef::Blank => Ok(0),
        #[expect(clippy::cast_possible_truncation, reason = "saturates, and texts are shorter")]
        CellRef::Number(n, _) => Ok(n as i64),
        CellRef::Logical(b) => Ok(b.into()),
        CellRef::Text(text) => Ok(text.parse().unwrap_or(0)),
        CellRef::Error(..) => Err(cell),
    }
}

/// A numeric function that has got its numbers; `b` is the default where it was not given. `None`: only the
/// Interpreter knows.
pub(crate) fn numeric(function: Numeric, a: f64, b: f64) -> Option<Result<f64, ExcelErrorKind>> {
    const NUM: Result<f64, ExcelErrorKind> = Err(ExcelErrorKind::Num);
    #[expect(clippy::cast_possible_truncation, reason = "saturates: more digits change nothing")]
    let digits = b as i32;
    let result = match function {
        Numeric::Abs => a.abs(),
        Numeric::Sign if a > 0.0 => 1.0,
        Numeric::Sign if a < 0.0 => -1.0,
        Numeric::Sign => 0.0,
        Numeric::Int => a.floor(),
        Numeric::Trunc | Numeric::RoundDown => round::rounded(a, digits, round::Mode::Down)?,
        Numeric::Round => round::rounded(a, digits, round::Mode::Nearest)?,
        Numeric::RoundUp => round::rounded(a, digits, round::Mode::Up)?,
        Numeric::Mod if b == 0.0 => return Some(Err(ExcelErrorKind::Div)),
        Numeric::Mod => {
            let rest = a % b;
            match rest != 0.0 && (rest < 0.0) != (b < 0.0) {
                true => rest + b,
                false => rest,
            }
        }
        Numeric::Sqrt if a < 0.0 => return Some(NUM),
        Numeric::Sqrt => a.sqrt(),
        Numeric::Exp => a.exp(),
        Numeric::Ln | Numeric::Log10 | Numeric::Log if a <= 0.0 => return Some(NUM),
        Numeric::Ln => a.ln(),
        Numeric::Log10 => a.log10(),
        Numeric::Log if b <= 0.0 || (b - 1.0).abs() < 1e-12 => return Some(NUM),
        Numeric::Log => a.log(b),
        Numeric::Power if a < 0.0 && b.fract().abs() > 1e-12 => return Some(NUM),
        Numeric::Power => a.powf(b),
    };
    match result.is_finite() {
        // MOD gives no negative zero.
        true if function == Numeric::Mod && result == 0.0 => Some(Ok(0.0)),
        true => Some(Ok(result)),
        false => match function {
            Numeric::Round | Numeric::Trunc | Numeric::RoundDown | Numeric::Log => None,
            _ => Some(NUM),
        },
    }
}

use super::round;
