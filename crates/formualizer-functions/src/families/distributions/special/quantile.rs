//! Arguments of distributions from 0 on, found from the probability of less or of more.

use super::Law;

/// The probability of less and that of more; each is right by itself.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Wanted {
    /// The probability of less.
    pub lower: f64,
    /// The probability of more.
    pub upper: f64,
}

impl Wanted {
    /// Of the probability of less.
    pub(in super::super) fn below(p: f64) -> Self {
        Self { lower: p, upper: 1.0 - p }
    }

    /// Of the probability of more.
    pub(in super::super) fn above(p: f64) -> Self {
        Self { lower: 1.0 - p, upper: p }
    }
}

/// How many steps are tried with the derivative before the bracket is halved alone.
const NEWTON_STEPS: usize = 40;
/// A bracket of doubles from 0 on is halved at most so often.
const HALVINGS: usize = 66;

/// Where a distribution on 0 to `end` has the wanted tails, both above 0.
///
/// Newton's method on the logarithm of the smaller tail, within a bracket that halves the doubles themselves rather
/// than their distance, so that it ends after 64 steps whatever the size of the result.
pub(in super::super) fn find(
    wanted: Wanted,
    start: f64,
    end: f64,
    law: impl Fn(f64) -> Law,
) -> f64 {
    let below = wanted.lower <= wanted.upper;
    let (mut low, mut high) = (0.0, end);
    let inside = |x: f64, low: f64, high: f64| x > low && x < high;
    let mut x = if inside(start, low, high) { start } else { middle(low, high) };
    for step in 0..NEWTON_STEPS + HALVINGS {
        let at = law(x);
        let excess = if below {
            at.lower.ln() - wanted.lower.ln()
        } else {
            wanted.upper.ln() - at.upper.ln()
        };
        if excess == 0.0 {
            return x;
        }
        if excess.is_nan() {
            return f64::NAN;
        }
        if excess > 0.0 {
            high = x;
        } else {
            low = x;
        }
        if high.to_bits() - low.to_bits() <= 1 {
            return x;
        }
        let next = if below {
            x * (-excess * at.lower / (x * at.density)).exp()
        } else {
            x - excess * at.upper / at.density
        };
        if step < NEWTON_STEPS && (next - x).abs() <= 1e-15 * x {
            return next;
        }
        let newton = step < NEWTON_STEPS && inside(next, low, high);
        x = if newton { next } else { middle(low, high) };
    }
    x
}

/// The double in the middle between two, counted in doubles.
fn middle(low: f64, high: f64) -> f64 {
    f64::from_bits(low.to_bits().midpoint(high.to_bits()))
}
