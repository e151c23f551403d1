//! Arguments that distributions share.

use crate::call::{Call, Result};
use udf_abi::ErrorCode;

/// The largest degrees of freedom (Microsoft, "CHISQ.DIST function").
const MAX_DEGREES: f64 = 1e10;

/// `#NUM!` unless something holds.
pub(super) fn require(holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(ErrorCode::Num) }
}

/// The numbers of arguments in order; the first that is none decides before any is looked at.
pub(super) fn numbers<const N: usize>(call: &Call<'_>) -> Result<[f64; N]> {
    let mut numbers = [0.0; N];
    for (index, number) in numbers.iter_mut().enumerate() {
        *number = call.number(index)?;
    }
    Ok(numbers)
}

/// Degrees of freedom without their fraction; `#NUM!` below 1 and beyond 10^10.
pub(super) fn degrees(number: f64) -> Result<f64> {
    let degrees = number.trunc();
    require((1.0..=MAX_DEGREES).contains(&degrees))?;
    Ok(degrees)
}

/// A count without its fraction, as a number; `#NUM!` beyond 2^53, where counts are no longer exact.
pub(super) fn count(number: f64) -> Result<f64> {
    let count = number.trunc();
    require(count.abs() <= (1_u64 << 53) as f64)?;
    Ok(count + 0.0)
}

/// Whether a number is from 0 to 1.
pub(super) fn is_probability(number: f64) -> bool {
    (0.0..=1.0).contains(&number)
}
