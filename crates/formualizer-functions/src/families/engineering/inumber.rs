//! Complex numbers and their texts: `3+4i`, `-j`, `2.5`.

use crate::{call::Result, semantics::general};
use udf_abi::ErrorCode;

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

/// The letter of the imaginary unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    I,
    J,
}

impl Unit {
    /// The unit of two numbers: both have the same, or one of them none.
    pub(super) fn both(a: Option<Self>, b: Option<Self>) -> Result<Option<Self>> {
        match (a, b) {
            (Some(a), Some(b)) if a != b => Err(ErrorCode::Value),
            _ => Ok(a.or(b)),
        }
    }
}

/// A number that a text writes without spaces: digits, point, exponent, sign.
fn plain(text: &str) -> Result<f64> {
    let written = |c: u8| c.is_ascii_digit() || b"+-.eE".contains(&c);
    if !text.bytes().all(written) {
        return Err(ErrorCode::Num);
    }
    let number: f64 = text.parse().map_err(|_| ErrorCode::Num)?;
    if number.is_finite() { Ok(number) } else { Err(ErrorCode::Num) }
}

/// Reads a complex number, and its unit where it has an imaginary part.
pub(super) fn parse(text: &str) -> Result<(Complex, Option<Unit>)> {
    let (body, unit) = match (text.strip_suffix('i'), text.strip_suffix('j')) {
        (Some(body), _) => (body, Unit::I),
        (None, Some(body)) => (body, Unit::J),
        (None, None) => return Ok((Complex { re: plain(text)?, im: 0.0 }, None)),
    };
    // The imaginary part begins at the last sign that is not an exponent's.
    let bytes = body.as_bytes();
    let sign = |at: &usize| {
        matches!(bytes.get(*at), Some(b'+' | b'-'))
            && !matches!(at.checked_sub(1).and_then(|b| bytes.get(b)), Some(b'e' | b'E'))
    };
    let start = (0..bytes.len()).rev().find(sign).unwrap_or(0);
    let (re, im) = body.split_at(start);
    let re = if re.is_empty() { 0.0 } else { plain(re)? };
    let im = match im {
        "" | "+" => 1.0,
        "-" => -1.0,
        number => plain(number)?,
    };
    Ok((Complex { re, im }, Some(unit)))
}

impl Complex {
    pub(super) const ONE: Self = Self { re: 1.0, im: 0.0 };

    pub(super) fn of_polar(size: f64, angle: f64) -> Self {
        Self { re: size * libm::cos(angle), im: size * libm::sin(angle) }
    }

    /// The distance from zero.
    pub(super) fn size(self) -> f64 {
        libm::hypot(self.re, self.im)
    }

    /// The angle, from above -π to π.
    pub(super) fn angle(self) -> f64 {
        libm::atan2(self.im + 0.0, self.re)
    }

    pub(super) fn is_zero(self) -> bool {
        self.re == 0.0 && self.im == 0.0
    }

    pub(super) fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    pub(super) fn subtract(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }

    pub(super) fn times(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }

    pub(super) fn scaled(self, factor: f64) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }

    /// A quotient; `#NUM!` for a division by zero.
    pub(super) fn over(self, other: Self) -> Result<Self> {
        if other.is_zero() {
            return Err(ErrorCode::Num);
        }
        let size = other.re * other.re + other.im * other.im;
        Ok(Self {
            re: (self.re * other.re + self.im * other.im) / size,
            im: (self.im * other.re - self.re * other.im) / size,
        })
    }

    /// The text, with fifteen digits of each part; parts that are zero are left out.
    pub(super) fn show(self, unit: Option<Unit>) -> Result<String> {
        if !(self.re.is_finite() && self.im.is_finite()) {
            return Err(ErrorCode::Num);
        }
        let mut out = String::new();
        if self.re != 0.0 || self.im == 0.0 {
            general::push_text(&mut out, self.re);
        }
        if self.im == 0.0 {
            return Ok(out);
        }
        if !out.is_empty() && self.im > 0.0 {
            out.push('+');
        }
        match general::to_text(self.im).as_str() {
            "1" => {}
            "-1" => out.push('-'),
            number => out.push_str(number),
        }
        out.push(if unit == Some(Unit::J) { 'j' } else { 'i' });
        Ok(out)
    }
}
