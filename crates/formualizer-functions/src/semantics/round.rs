//! Rounding, whole parts and remainders.
//!
//! `ROUND` and its family see the fifteen digits of a number, halves go away from zero: `ROUND(2.675,2)` is 2.68,
//! `ROUND(1.005,2)` 1.01. A place behind the fifteenth digit changes nothing. `INT` and `TRUNC` see the same
//! digits: a number that shows as 8 is 8 for them, and `INT(10^14+0.5)` is 100000000000001, which users of Excel
//! have reported. `MOD` is the exact remainder of the doubles with the divisor's sign (stored: `MOD(5,-1E-10)` is
//! -1.82160986577489E-16), so that noise in its arguments stays.
//!
//! Results may be infinite where the largest numbers are rounded up; that is `#NUM!` in a cell.

use super::decimal::{Decimal, Direction, EXACT};

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
    let direction = if number < 0.0 { Direction::Up } else { Direction::Down };
    quickly(number, 0, direction)
        .unwrap_or_else(|| Decimal::new(number).rounded(0, direction).to_f64())
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
    if let Some(rounded) = quickly(number, places, direction) {
        return rounded;
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

/// The same result without the digits, where these cannot make a difference; most numbers are such.
///
/// Fifteen digits are at most 5·10^-15 of a number away from it, and its product with a power of ten another
/// 2^-53. Where the product lies further from the next place to turn at, a whole number or a half, the result is
/// that of the doubles; and the quotient or product of two exact numbers is the double next to the decimal number.
fn quickly(number: f64, places: i32, direction: Direction) -> Option<f64> {
    let power = *EXACT.get(usize::try_from(places.unsigned_abs()).ok()?)?;
    let scaled = if places < 0 { number / power } else { number * power };
    let size = scaled.abs();
    if !(1e-290..1e14).contains(&size) {
        return None;
    }
    let whole = size.floor();
    let rest = size - whole;
    let noise = 1e-14 * size;
    let digits = match direction {
        Direction::Nearest if (rest - 0.5).abs() > noise => size.round(),
        Direction::Down if rest > noise && 1.0 - rest > noise => whole,
        Direction::Up if rest > noise && 1.0 - rest > noise => whole + 1.0,
        _ => return None,
    };
    let rounded = if places < 0 { digits * power } else { digits / power };
    Some(if number < 0.0 { 0.0 - rounded } else { rounded })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of all sizes, among them many that lie next to what they are rounded to.
    fn numbers() -> impl Iterator<Item = f64> {
        let mut state = 1_u64;
        (0..60_000_u32).map(move |at| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let whole = (state >> 34) as f64;
            let power = 10_f64.powi((state % 25) as i32 - 12);
            let near = f64::from(at % 7) - 3.0;
            let number = match at % 4 {
                0 => whole * power,
                1 => (whole + 0.5) * power,
                2 => f64::from_bits(
                    ((whole + 0.5) * power).to_bits().wrapping_add(u64::from(at) % 9),
                ),
                _ => whole * power * (1.0 + near * 1e-15),
            };
            if state & (1 << 20) == 0 { number } else { -number }
        })
    }

    #[test]
    fn what_is_rounded_quickly_is_rounded_the_same() {
        let mut quick = 0;
        for number in numbers() {
            for places in [-3, -1, 0, 1, 2, 5, 9] {
                for direction in [Direction::Nearest, Direction::Down, Direction::Up] {
                    let Some(rounded) = quickly(number, places, direction) else { continue };
                    let decimal = Decimal::new(number).rounded(places, direction).to_f64();
                    assert_eq!(
                        rounded.to_bits(),
                        decimal.to_bits(),
                        "{number:e} {places} {direction:?}"
                    );
                    quick += 1;
                }
            }
        }
        assert!(quick > 200_000, "{quick}");
    }
}
