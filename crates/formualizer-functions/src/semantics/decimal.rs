//! A number as the fifteen decimal digits that Excel shows and rounds.
//!
//! Excel computes with doubles and keeps fifteen significant digits of them in view: texts of numbers, number
//! formats, `ROUND` and the comparison operators all go by these (Microsoft, "Floating-point arithmetic may give
//! inaccurate results in Excel"). That is why `ROUND(2.675,2)` is 2.68 although the double lies below 2.675.
//!
//! The digits are those of the exact binary value, correctly rounded, halves away from zero. Nothing is
//! multiplied or divided in floating point except where that is exact, so that every target gives the same
//! digits. Numbers too small for a normal double are zero.

use super::digits::{self, Digits};
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
pub(super) const EXACT: [f64; 23] = [
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
        let negative = number < 0.0;
        if let Some((digits, scale)) = exactly(magnitude) {
            return Self::normal(negative, digits, scale);
        }
        Self::slowly(negative, magnitude)
    }

    /// The same for any magnitude, by way of the digits that the standard library writes.
    fn slowly(negative: bool, magnitude: f64) -> Self {
        let (digits, count, scale) = shortest(magnitude);
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
        if digits.is_multiple_of(100_000_000) {
            digits /= 100_000_000;
            scale += 8;
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

    /// The number before the point and how many zeros follow it; `None` below one.
    fn whole(self) -> Option<(u64, usize)> {
        if self.is_zero() || self.exponent() < 0 {
            return None;
        }
        match usize::try_from(self.scale) {
            Ok(zeros) => Some((self.digits, zeros)),
            Err(_) => {
                POWERS.get(self.scale.unsigned_abs() as usize).map(|below| (self.digits / below, 0))
            }
        }
    }

    /// What stands behind the point, cut off after so many places: zeros, a number with its width, zeros.
    fn fraction(self, places: usize) -> (usize, (u64, usize), usize) {
        let Ok(below) = usize::try_from(self.scale.saturating_neg()) else {
            return (places, (0, 0), 0);
        };
        // Fifteen digits at most stand at the end.
        let most = DIGITS as usize;
        let first = below.saturating_sub(most).min(places);
        let width = below.min(most);
        let number = POWERS.get(below).map_or(self.digits, |power| self.digits % power);
        let kept = width.min(places - first);
        let dropped = POWERS.get(width - kept).copied().unwrap_or(1);
        (first, (number / dropped, kept), places - first - kept)
    }

    /// The digits before the point, without zeros before them: empty below one.
    #[must_use]
    pub fn whole_digits(self) -> Digits {
        let Some((number, zeros)) = self.whole() else { return Digits::default() };
        let mut digits = Digits::of(number);
        digits.push_zeros(zeros);
        digits
    }

    /// So many digits behind the point, with zeros where it has no more; what follows is cut off.
    #[must_use]
    pub fn fraction_digits(self, places: usize) -> Digits {
        let (before, (number, width), behind) = self.fraction(places);
        let mut digits = Digits::default();
        digits.push_zeros(before);
        if width > 0 {
            let own = Digits::of(number);
            digits.push_zeros(width.saturating_sub(own.len()));
            digits.push(&own);
        }
        digits.push_zeros(behind);
        digits
    }

    /// Appends the digits before the point; `0` below one.
    pub(crate) fn push_whole(self, out: &mut String) {
        let (number, zeros) = self.whole().unwrap_or((0, 0));
        digits::push_number(out, number);
        digits::push_zeros(out, zeros);
    }

    /// Appends so many digits behind the point, as [`Self::fraction_digits`].
    pub(crate) fn push_fraction(self, out: &mut String, places: usize) {
        let (before, (number, width), behind) = self.fraction(places);
        digits::push_zeros(out, before);
        if width > 0 {
            digits::push_padded(out, number, width);
        }
        digits::push_zeros(out, behind);
    }

    /// The digits between the first and the last that is not zero; `0` for zero.
    pub(crate) fn all_digits(self) -> u64 {
        self.digits
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

/// Bits of a double behind its first.
const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;
/// The largest power of ten whose product with the 53 bits of a double fits into 128.
const MOST_SHIFTED: i32 = 22;

/// The fifteen digits of a magnitude and the power of ten of the last, for those of everyday size: between 10^-8 and
/// 10^15 a double times the power of ten that makes it whole is a number of 128 bits over a power of two, so that
/// whole part and rest are exact. `None` for others.
#[expect(clippy::cast_possible_truncation, reason = "the quotient is below 10^16")]
fn exactly(magnitude: f64) -> Option<(u64, i32)> {
    if !(1e-8..1e15).contains(&magnitude) {
        return None;
    }
    let bits = magnitude.to_bits();
    let power_of_two = i32::try_from(bits >> FRACTION_BITS).ok()? - 1023;
    let mantissa = u128::from(bits & ((1 << FRACTION_BITS) - 1) | 1 << FRACTION_BITS);
    let below = u32::try_from(52 - power_of_two).ok()?;
    // log10(2) is 1233 / 4096, a little more; the digit may be the one above.
    let mut shift = (14 - ((power_of_two * 1233) >> 12)).min(MOST_SHIFTED);
    loop {
        let power = u128::from(POWERS[(shift / 2) as usize])
            * u128::from(POWERS[(shift - shift / 2) as usize]);
        let product = mantissa * power;
        let whole = (product >> below) as u64;
        if whole >= POWERS[15] {
            shift -= 1;
        } else if whole < POWERS[14] {
            shift = shift.checked_add(1).filter(|shift| *shift <= MOST_SHIFTED)?;
        } else {
            let half = product >> (below - 1) & 1;
            return Some((whole + half as u64, -shift));
        }
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

    /// Magnitudes of everyday size and beyond, many of them next to one of few digits or halfway between two.
    fn magnitudes() -> impl Iterator<Item = f64> {
        let mut state = 7_u64;
        (0..1_000_000_u32).map(move |at| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let power = 10_f64.powi((state >> 40) as i32 % 28 - 10);
            let whole = (state >> 13) as f64;
            match at % 5 {
                0 => f64::from_bits((state >> 2) % (1 << 59) + (976 << 52)),
                1 => (whole % 1e6).max(1.0) * power,
                2 => {
                    f64::from_bits(power.to_bits().wrapping_add(u64::from(at) % 7).wrapping_sub(3))
                }
                3 => whole % 1e9 + (state % 64) as f64 / 64.0,
                _ => (state >> 11) as f64 / (1_u64 << ((state >> 5) % 53)) as f64 * 1e-2,
            }
        })
    }

    #[test]
    fn digits_of_everyday_numbers_are_those_of_all() {
        let mut quick = 0_u32;
        for magnitude in magnitudes().chain(EXACT).chain([1e-8, 9.999_999_999_999_999e14, 0.1]) {
            if let Some((digits, scale)) = exactly(magnitude) {
                let wanted = Decimal::slowly(false, magnitude);
                assert_eq!(Decimal::normal(false, digits, scale), wanted, "{magnitude:e}");
                quick += 1;
            }
        }
        assert!(quick > 700_000, "{quick}");
    }

    #[test]
    fn digits_stand_before_and_behind_the_point() {
        let check = |number: f64, whole: &str, fraction: &str| {
            let decimal = Decimal::new(number);
            assert_eq!(
                (&*decimal.whole_digits().to_string(), &*decimal.fraction_digits(4).to_string()),
                (whole, fraction)
            );
        };
        check(1234.5, "1234", "5000");
        check(0.012_345, "", "0123");
        check(0.000_001, "", "0000");
        check(1e17, "100000000000000000", "0000");
        check(0.0, "", "0000");
        check(1e-30, "", "0000");
        check(12.000_000_000_000_3, "12", "0000");
        for (number, places, wanted) in [
            (1.5e-18, 20, "00000000000000000150"),
            (1.5e-18, 18, "000000000000000001"),
            (123_456_789.012_345, 5, "01234"),
            (0.1, 0, ""),
            (3e-7, 4, "0000"),
            (1e30, 2, "00"),
        ] {
            let mut out = String::new();
            Decimal::new(number).push_fraction(&mut out, places);
            assert_eq!(out, wanted);
            assert_eq!(Decimal::new(number).fraction_digits(places).to_string(), wanted);
        }
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
