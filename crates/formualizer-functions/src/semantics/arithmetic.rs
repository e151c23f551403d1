//! Sums and differences.
//!
//! Where the operands of a difference are the same but for noise in their last bits, Excel gives zero:
//! `0.5-0.4-0.1` is 0 and not -2.78E-17. Microsoft (KB 78113) says that results very close to zero are made up
//! for, and not how close. Experiments that users of Excel published agree on what is close: the doubles, taken
//! as whole numbers, are at most seven apart. A stored value shows it: 8.02572628005743-8.025726280057427 is 0.
//!
//! Excel does so only for the **last operation of a formula** that no parenthesis and no function encloses:
//! `=(0.5-0.4-0.1)` is -2.77555756156289E-17. Which operation that is, the caller knows; all others are plain `+`
//! and `-`.

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
