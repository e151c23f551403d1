//! A number as the fifteen decimal digits that Excel shows and rounds.
//!
//! Excel computes with doubles and keeps fifteen significant digits of them in view: texts of numbers, number
//! formats, `ROUND` and the comparison operators all go by these (Microsoft, "Floating-point arithmetic may give
//! inaccurate results in Excel"). That is why `ROUND(2.675,2)` is 2.68 although the double lies below 2.675.
//!
//! The digits are those of the exact binary value, correctly rounded, halves away from zero. Nothing is
//! multiplied or divided in floating point except where that is exact, so that every target gives the same
//! digits. Numbers too small for a normal double are zero.

use std::{cmp::Ordering, fmt};

/// Digits that are kept.
pub(crate) const DIGITS: u32 = 15;

/// 1, 10, … as far as `u64` holds them.
const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    while at < 20 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Powers of ten that doubles hold exactly.
const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Which way to round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the nearest; halves away from zero.
    Nearest,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

/// A decimal number of at most fifteen digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Without zeros at its end; zero for zero.
    digits: u64,
    /// The number is `digits × 10^scale`; 0 for zero.
    scale: i32,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { negative: false, digits: 0, scale: 0 };

    /// The fifteen digits of a number; infinity and what is no number are zero, and negative zero has no sign.
    #[must_use]
    pub fn new(number: f64) -> Self {
        let magnitude = number.abs();
        if magnitude < f64::MIN_POSITIVE || !number.is_finite() {
            return Self::ZERO;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "below 10^15 and compared with what it came from"
        )]
        if magnitude < 1e15 && magnitude as u64 as f64 == magnitude {
            return Self::normal(number < 0.0, magnitude as u64, 0);
        }
        let (digits, count, scale) = shortest(magnitude);
        let negative = number < 0.0;
        if count <= DIGITS {
            return Self::normal(negative, digits, scale);
        }
        if count == DIGITS + 1 && digits % 10 == 5 && is_exactly(magnitude, digits, scale) {
            return Self::normal(negative, digits / 10 + 1, scale + 1);
        }
        let (digits, scale) = fifteen(magnitude);
        Self::normal(negative, digits, scale)
    }

    fn normal(negative: bool, mut digits: u64, mut scale: i32) -> Self {
        if digits == 0 {
            return Self::ZERO;
        }
        while digits.is_multiple_of(10) {
            digits /= 10;
            scale += 1;
        }
        Self { negative, digits, scale }
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// Whether it has no digits behind the point.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.scale >= 0
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { negative: false, ..self }
    }

    /// How many digits it has between the first and the last that is not zero; none for zero.
    #[must_use]
    pub fn count(self) -> u32 {
        self.digits.checked_ilog10().map_or(0, |last| last + 1)
    }

    /// The power of ten of its first digit: 2 for 123, -3 for 0.001, 0 for zero.
    #[must_use]
    pub fn exponent(self) -> i32 {
        self.scale + i32::try_from(self.count().saturating_sub(1)).unwrap_or(0)
    }

    /// Multiplied by a power of ten, exactly.
    #[must_use]
    pub fn shift(self, powers: i32) -> Self {
        if self.is_zero() {
            self
        } else {
            Self { scale: self.scale.saturating_add(powers), ..self }
        }
    }

    /// With at most `places` digits behind the point; fewer than none rounds tens, hundreds, and so on.
    #[must_use]
    pub fn rounded(self, places: i32, direction: Direction) -> Self {
        let unit = places.saturating_neg();
        let Ok(dropped) = usize::try_from(i64::from(unit) - i64::from(self.scale)) else {
            return self;
        };
        if dropped == 0 || self.is_zero() {
            return self;
        }
        let (kept, up) = match POWERS.get(dropped) {
            Some(step) => {
                let rest = self.digits % step;
                let up = match direction {
                    Direction::Nearest => rest >= step / 2,
                    Direction::Down => false,
                    Direction::Up => rest > 0,
                };
                (self.digits / step, up)
            }
            None => (0, direction == Direction::Up),
        };
        Self::normal(self.negative, kept + u64::from(up), unit)
    }

    /// With at most so many significant digits; halves away from zero.
    #[must_use]
    pub fn significant(self, count: u32) -> Self {
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        self.rounded(count.saturating_sub(1).saturating_sub(self.exponent()), Direction::Nearest)
    }

    /// The double that is nearest; infinite where it is beyond all of them.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most 10^15, which doubles hold")]
        let digits = self.digits as f64;
        let power = EXACT.get(self.scale.unsigned_abs() as usize);
        let magnitude = match power {
            // Both are exact, so that the one rounding is the right one.
            Some(power) if self.scale >= 0 => digits * power,
            Some(power) => digits / power,
            None => format!("{}e{}", self.digits, self.scale).parse().unwrap_or(0.0),
        };
        if self.negative { -magnitude } else { magnitude }
    }

    /// The digits before the point, without zeros before them: empty below one.
    #[must_use]
    pub fn whole_digits(self) -> String {
        let mut text = String::new();
        if self.is_zero() || self.exponent() < 0 {
            return text;
        }
        let digits = self.digits.to_string();
        let whole = usize::try_from(self.exponent()).unwrap_or(0) + 1;
        match digits.get(..whole) {
            Some(part) => text.push_str(part),
            None => {
                text.push_str(&digits);
                text.extend(std::iter::repeat_n('0', whole - digits.len()));
            }
        }
        text
    }

    /// So many digits behind the point, with zeros where it has no more; what follows is cut off.
    #[must_use]
    pub fn fraction_digits(self, places: usize) -> String {
        let mut text = String::with_capacity(places);
        if self.scale < 0 {
            let below = self.scale.unsigned_abs() as usize;
            let digits = self.digits.to_string();
            let zeros = below.saturating_sub(digits.len());
            text.extend(std::iter::repeat_n('0', zeros.min(places)));
            let from = digits.len().saturating_sub(below);
            text.extend(digits[from..].chars().take(places - text.len()));
        }
        text.extend(std::iter::repeat_n('0', places - text.len()));
        text
    }

    /// The digits between the first and the last that is not zero; `0` for zero.
    pub(crate) fn all_digits(self) -> String {
        self.digits.to_string()
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |of: &Self| match (of.is_zero(), of.negative) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => -1,
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign != Ordering::Equal || self.is_zero() {
            return by_sign;
        }
        let padded = |of: &Self| of.digits * POWERS[(DIGITS - of.count()) as usize];
        let magnitude =
            self.exponent().cmp(&other.exponent()).then_with(|| padded(self).cmp(&padded(other)));
        if self.negative { magnitude.reverse() } else { magnitude }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Room for a number in scientific notation.
struct Written {
    bytes: [u8; 96],
    len: usize,
}

impl fmt::Write for Written {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

/// Writes into room on the stack and gives digits, how many they are, and the power of ten of the last.
fn digits_of(write: impl FnOnce(&mut Written) -> fmt::Result) -> (Written, u64, u32, i32) {
    let mut written = Written { bytes: [0; 96], len: 0 };
    // The longest that is written here has 1 + 1 + 60 + 5 bytes.
    let _ = write(&mut written);
    let (mut digits, mut count, mut exponent, mut minus, mut behind) = (0_u64, 0, 0, false, false);
    for byte in &written.bytes[..written.len] {
        match byte {
            b'0'..=b'9' if behind => exponent = exponent * 10 + i32::from(byte - b'0'),
            b'0'..=b'9' if count < 18 => {
                digits = digits * 10 + u64::from(byte - b'0');
                count += 1;
            }
            b'e' => behind = true,
            b'-' => minus = true,
            _ => {}
        }
    }
    let exponent = if minus { -exponent } else { exponent };
    let scale = exponent + 1 - i32::try_from(count).unwrap_or(0);
    (written, digits, count, scale)
}

/// The shortest digits that lead back to the number.
fn shortest(magnitude: f64) -> (u64, u32, i32) {
    let (_, digits, count, scale) =
        digits_of(|out| fmt::Write::write_fmt(out, format_args!("{magnitude:e}")));
    (digits, count, scale)
}

/// The fifteen digits that are nearest to a number that does not lie halfway between two of them.
fn fifteen(magnitude: f64) -> (u64, i32) {
    let (_, digits, _, scale) =
        digits_of(|out| fmt::Write::write_fmt(out, format_args!("{magnitude:.14e}")));
    (digits, scale)
}

/// Whether the sixteen digits are the number itself.
fn is_exactly(magnitude: f64, digits: u64, scale: i32) -> bool {
    // No double is closer than 10^-40 to a decimal of sixteen digits that it is not.
    let (written, first, _, at) =
        digits_of(|out| fmt::Write::write_fmt(out, format_args!("{magnitude:.60e}")));
    let end = written.bytes.iter().position(|byte| *byte == b'e').unwrap_or(written.len);
    // One digit, the point, and fifteen more come first.
    first / 100 == digits
        && at + 2 == scale
        && written.bytes[17..end].iter().all(|byte| *byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_rounded_half_away_from_zero() {
        for (number, digits, scale) in [
            (0.1 + 0.2, 3, -1),
            (2.675, 2675, -3),
            (123_456_789_012_344.5, 123_456_789_012_345, 0),
            (1_000_000_000_000_000.5, 1, 15),
            (1e22, 1, 22),
            (f64::MAX, 179_769_313_486_232, 294),
            (f64::MIN_POSITIVE, 22_250_738_585_072, -321),
        ] {
            assert_eq!(
                Decimal::new(number),
                Decimal { negative: false, digits, scale },
                "{number}"
            );
            assert_eq!(Decimal::new(-number).digits, digits);
        }
        for zero in [0.0, -0.0, 5e-324, f64::NAN, f64::INFINITY] {
            assert_eq!(Decimal::new(zero), Decimal::ZERO);
        }
    }

    #[test]
    fn digits_stand_before_and_behind_the_point() {
        let check = |number: f64, whole: &str, fraction: &str| {
            let decimal = Decimal::new(number);
            assert_eq!(
                (decimal.whole_digits().as_str(), decimal.fraction_digits(4).as_str()),
                (whole, fraction)
            );
        };
        check(1234.5, "1234", "5000");
        check(0.012_345, "", "0123");
        check(0.000_001, "", "0000");
        check(1e17, "100000000000000000", "0000");
        check(0.0, "", "0000");
    }

    #[test]
    fn decimals_are_ordered_as_numbers() {
        let all = [-1e9, -2.0, -0.5, 0.0, 1e-9, 0.25, 1.0, 9.0, 10.0, 11.0, 1e300];
        for a in all {
            for b in all {
                assert_eq!(Some(Decimal::new(a).cmp(&Decimal::new(b))), a.partial_cmp(&b));
            }
        }
    }
}
