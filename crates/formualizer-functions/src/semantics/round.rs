//! Rounding, whole parts and remainders.
//!
//! `ROUND` and its family see the fifteen digits of a number, halves go away from zero: `ROUND(2.675,2)` is 2.68,
//! `ROUND(1.005,2)` 1.01. A place behind the fifteenth digit changes nothing. `INT` and `TRUNC` see the same
//! digits: a number that shows as 8 is 8 for them, and `INT(10^14+0.5)` is 100000000000001, which users of Excel
//! have reported. `MOD` is the exact remainder of the doubles with the divisor's sign (stored: `MOD(5,-1E-10)` is
//! -1.82160986577489E-16), so that noise in its arguments stays.
//!
//! Results may be infinite where the largest numbers are rounded up; that is `#NUM!` in a cell.

use super::decimal::{Decimal, Direction};

/// `ROUND`: so many digits behind the point, or before it where `places` is negative.
#[must_use]
pub fn round(number: f64, places: i32) -> f64 {
    rounded(number, places, Direction::Nearest)
}

/// `ROUNDUP`: away from zero.
#[must_use]
pub fn round_up(number: f64, places: i32) -> f64 {
    rounded(number, places, Direction::Up)
}

/// `ROUNDDOWN` and `TRUNC`: towards zero.
#[must_use]
pub fn round_down(number: f64, places: i32) -> f64 {
    rounded(number, places, Direction::Down)
}

/// `INT`: the next whole number at or below.
#[must_use]
pub fn int(number: f64) -> f64 {
    if is_whole(number) || number.abs() >= 1e15 {
        return number.floor();
    }
    let decimal = Decimal::new(number);
    let direction = if decimal.is_negative() { Direction::Up } else { Direction::Down };
    decimal.rounded(0, direction).to_f64()
}

/// `MOD`: what is left of a division, with the sign of the divisor; `None` where that is zero.
#[must_use]
pub fn modulo(number: f64, divisor: f64) -> Option<f64> {
    if divisor == 0.0 {
        return None;
    }
    let rest = number % divisor;
    Some(match rest {
        0.0 => 0.0,
        rest if (rest < 0.0) == (divisor < 0.0) => rest,
        rest => rest + divisor,
    })
}

/// How many places an argument asks for: its whole part, as far as that makes a difference.
#[must_use]
pub fn places(argument: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "saturates: more digits change nothing")]
    let places = round_down(argument, 0) as i32;
    places
}

/// Whether a number has no fraction.
fn is_whole(number: f64) -> bool {
    number.trunc() == number
}

fn rounded(number: f64, places: i32, direction: Direction) -> f64 {
    if places >= 0 && is_whole(number) {
        return number + 0.0;
    }
    let decimal = Decimal::new(number);
    let rounded = decimal.rounded(places, direction);
    // Where no digit is dropped, the bits that are not shown stay too.
    if rounded == decimal && places > 0 && !kept_is_exact(decimal, places) {
        number
    } else {
        rounded.to_f64()
    }
}

/// Whether the place to round at lies within the fifteen digits.
fn kept_is_exact(decimal: Decimal, places: i32) -> bool {
    decimal.exponent().saturating_add(places) <= 14
}
