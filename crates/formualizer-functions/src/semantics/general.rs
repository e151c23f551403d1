//! Numbers as texts.
//!
//! There are two rules. **As a text of its own** (`&`, `CONCAT`, `LEN`, a function that is given a number for a
//! text) a number has up to fifteen digits, and is written with an exponent where it would take more than twenty
//! characters otherwise, its sign not counted; where the exponent is beyond 98, fourteen digits. As **General
//! shows it**, in cells and in `TEXT(…,"General")`, it has the room of eleven characters.
//!
//! Sources: stored values of `&`, `IM…` and `TEXT`; Microsoft, "Number format codes" and "Excel specifications
//! and limits"; the rendering that Apache POI observed of Excel and tabulated.

use super::{
    decimal::{DIGITS, Decimal, Direction},
    digits::{push_number, push_padded},
};

/// Characters that a number may take as a text, without its sign.
const TEXT_WIDTH: usize = 20;
/// Characters that General shows, without the sign.
const CELL_WIDTH: i32 = 11;
/// Digits behind the point that General shows of a number with an exponent.
const CELL_PLACES: i32 = 5;

/// A number as a text of its own: `0.333333333333333`, `1E+20`. What is not finite has no text in Excel, and is
/// `0` here.
#[must_use]
pub fn to_text(number: f64) -> String {
    let mut out = String::new();
    push_text(&mut out, number);
    out
}

/// Appends a number as a text of its own.
pub fn push_text(out: &mut String, number: f64) {
    let mut decimal = Decimal::new(number);
    if decimal.is_zero() {
        out.push('0');
        return;
    }
    if !(-98..=98).contains(&decimal.exponent()) {
        decimal = decimal.significant(DIGITS - 1);
    }
    if decimal.is_negative() {
        out.push('-');
    }
    let exponent = decimal.exponent();
    let room = match usize::try_from(exponent) {
        Ok(exponent) => exponent + 1,
        Err(_) => 1 + exponent.unsigned_abs() as usize + decimal.count() as usize,
    };
    if room <= TEXT_WIDTH { push_plain(out, decimal) } else { push_scientific(out, decimal) }
}

/// A number as the format General shows it: `0.333333333`, `1.23457E+11`.
#[must_use]
pub fn shown(number: f64) -> String {
    let mut out = String::new();
    push_shown(&mut out, Decimal::new(number));
    out
}

/// Appends what General shows.
pub(crate) fn push_shown(out: &mut String, decimal: Decimal) {
    if decimal.is_zero() {
        out.push('0');
        return;
    }
    if decimal.is_negative() {
        out.push('-');
    }
    let exponent = decimal.exponent();
    let length = i32::try_from(decimal.count()).unwrap_or(0);
    if exponent < -4 {
        // The digits, behind zeros and the point.
        if 1 - exponent + length <= CELL_WIDTH {
            push_plain(out, decimal);
            return;
        }
    } else {
        let places = match exponent {
            ..0 => CELL_WIDTH - 2,
            _ => (CELL_WIDTH - 2 - exponent).max(0),
        };
        let rounded = decimal.rounded(places, Direction::Nearest);
        if rounded.exponent() < CELL_WIDTH {
            push_plain(out, rounded);
            return;
        }
    }
    // Exponents of three digits take one of the places.
    let mut rounded = decimal.significant(1 + CELL_PLACES as u32);
    if rounded.exponent().abs() >= 100 {
        rounded = decimal.significant(CELL_PLACES as u32);
    }
    push_scientific(out, rounded);
}

/// Appends the digits without sign and exponent.
fn push_plain(out: &mut String, decimal: Decimal) {
    decimal.push_whole(out);
    if !decimal.is_whole() {
        let places = i32::try_from(decimal.count()).unwrap_or(0) - 1 - decimal.exponent();
        out.push('.');
        decimal.push_fraction(out, usize::try_from(places).unwrap_or(0));
    }
}

/// Appends the digits without sign, and their exponent of two digits or more.
fn push_scientific(out: &mut String, decimal: Decimal) {
    let first = out.len() + 1;
    push_number(out, decimal.all_digits());
    if out.len() > first {
        out.insert(first, '.');
    }
    let exponent = decimal.exponent();
    out.push('E');
    out.push(if exponent < 0 { '-' } else { '+' });
    push_padded(out, exponent.unsigned_abs().into(), 2);
}
