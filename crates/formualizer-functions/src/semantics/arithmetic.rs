//! Sums, differences and powers.
//!
//! Where the operands of a difference are the same but for noise in their last bits, Excel gives zero:
//! `0.5-0.4-0.1` is 0 and not -2.78E-17. Microsoft (KB 78113) says that results very close to zero are made up
//! for, and not how close. Experiments that users of Excel published agree on what is close: the doubles, taken
//! as whole numbers, are at most seven apart. A stored value shows it: 8.02572628005743-8.025726280057427 is 0.
//!
//! Excel does so only for the **last operation of a formula** that no parenthesis and no function encloses:
//! `=(0.5-0.4-0.1)` is -2.77555756156289E-17. Which operation that is, the caller knows; all others are plain `+`
//! and `-`.
//!
//! A power of a negative number is a number where the exponent is whole or one over an odd number: users of Excel
//! report `(-2)^(1/3)` and `POWER(-2,1/3)` as -1.25992 and `(-2)^(1/2)` as `#NUM!`. 0^0 is `#NUM!`, and zero to a
//! negative power `#DIV/0!`.

use udf_abi::ErrorCode;

/// How far apart the bits of two numbers may be that differ by noise.
const NOISE: u64 = 7;

/// The difference of the last operation of a formula.
#[must_use]
pub fn subtract(a: f64, b: f64) -> f64 {
    if a.is_sign_negative() == b.is_sign_negative() && a.to_bits().abs_diff(b.to_bits()) <= NOISE {
        return 0.0;
    }
    a - b
}

/// The sum of the last operation of a formula.
#[must_use]
pub fn add(a: f64, b: f64) -> f64 {
    subtract(a, -b)
}

/// The power of `^` and `POWER`.
///
/// # Errors
///
/// `#NUM!` where there is none or it is too large, `#DIV/0!` for zero to a negative power.
pub fn power(base: f64, exponent: f64) -> Result<f64, ErrorCode> {
    if base == 0.0 {
        return match exponent {
            0.0 => Err(ErrorCode::Num),
            ..0.0 => Err(ErrorCode::Div),
            _ => Ok(0.0),
        };
    }
    let power = if exponent == 2.0 {
        base * base
    } else if base < 0.0 && is_odd_root(exponent) {
        -libm::pow(-base, exponent)
    } else {
        libm::pow(base, exponent)
    };
    if power.is_finite() { Ok(power) } else { Err(ErrorCode::Num) }
}

/// Whether an exponent is one over an odd number.
fn is_odd_root(exponent: f64) -> bool {
    let degree = (1.0 / exponent).round();
    exponent.trunc() != exponent && degree % 2.0 != 0.0 && 1.0 / degree == exponent
}
