//! The rate at which a function is zero.
//!
//! Newton's method from the guess as Excel does it (Microsoft, "RATE", "IRR", "XIRR": twenty to a hundred
//! rounds). [`rate`] goes on where that does not come to a rest: the nearest change of sign on either side of the
//! guess is closed in on by the method of Brent (R. Brent, "Algorithms for Minimization without Derivatives").

use crate::call::{Call, Result};
use udf_abi::ErrorCode;

/// Rounds of Newton's method.
const ROUNDS: usize = 100;
/// Steps to either side of the guess when a change of sign is looked for.
const STEPS: usize = 200;

/// The rate above -1 near `guess` at which `function` is zero; `#NUM!` where none is found.
pub(super) fn rate(call: &Call<'_>, guess: f64, function: impl Fn(f64) -> f64) -> Result<f64> {
    if guess <= -1.0 || !guess.is_finite() {
        return Err(ErrorCode::Num);
    }
    newton(call, guess, &function)
        .ok()
        .or_else(|| {
            // Rates are tried as logarithms of growth, which have no lower limit.
            let growth = |t: f64| function(t.exp_m1());
            let (a, b) = bracket(call, guess.ln_1p(), &growth)?;
            Some(brent(a, b, growth).exp_m1())
        })
        .filter(|rate| rate.is_finite())
        .ok_or(ErrorCode::Num)
}

/// The rate above -1 that Newton's method finds from `guess`; `#NUM!` where it does not come to a rest.
pub(super) fn newton(call: &Call<'_>, guess: f64, function: &impl Fn(f64) -> f64) -> Result<f64> {
    let (mut rate, mut step) = (guess, f64::INFINITY);
    for _ in 0..ROUNDS {
        if call.context().cancel.is_cancelled() {
            return Err(ErrorCode::Cancelled);
        }
        let value = function(rate);
        if value == 0.0 {
            return Ok(rate);
        }
        let width = 1e-6 * (1.0 + rate.abs()).min(1.0 + rate);
        let slope = (function(rate + width) - function(rate - width)) / (2.0 * width);
        step = value / slope;
        if !step.is_finite() || rate - step <= -1.0 {
            return Err(ErrorCode::Num);
        }
        rate -= step;
        if step.abs() <= 1e-13 * (1.0 + rate.abs()) {
            return Ok(rate);
        }
    }
    // The last bits may be noise that never rests.
    if step.abs() < 1e-8 { Ok(rate) } else { Err(ErrorCode::Num) }
}

/// The nearest places on either side between which the sign changes.
fn bracket(call: &Call<'_>, start: f64, function: &impl Fn(f64) -> f64) -> Option<(f64, f64)> {
    let value = function(start);
    let (mut low, mut high) = ((start, value), (start, value));
    let mut width = 0.005;
    for _ in 0..STEPS {
        if call.context().cancel.is_cancelled() {
            return None;
        }
        for (place, direction) in [(&mut low, -1.0), (&mut high, 1.0)] {
            let next = place.0 + direction * width;
            let value = function(next);
            if place.1.is_finite() && value.is_finite() && (place.1 < 0.0) != (value < 0.0) {
                return Some((place.0.min(next), place.0.max(next)));
            }
            *place = (next, value);
        }
        width *= 1.05;
    }
    None
}

/// The place between `a` and `b`, where the signs differ, at which a function is zero.
fn brent(mut a: f64, mut b: f64, function: impl Fn(f64) -> f64) -> f64 {
    let (mut at_a, mut at_b) = (function(a), function(b));
    let (mut c, mut at_c) = (a, at_a);
    let (mut step, mut before) = (b - a, b - a);
    for _ in 0..200 {
        if (at_b > 0.0) == (at_c > 0.0) {
            (c, at_c) = (a, at_a);
            step = b - a;
            before = step;
        }
        if at_c.abs() < at_b.abs() {
            (a, b, c) = (b, c, b);
            (at_a, at_b, at_c) = (at_b, at_c, at_b);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + 1e-17;
        let half = 0.5 * (c - b);
        if half.abs() <= tolerance || at_b == 0.0 {
            break;
        }
        if before.abs() >= tolerance && at_a.abs() > at_b.abs() {
            let s = at_b / at_a;
            let (mut p, mut q) = if a == c {
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r) = (at_a / at_c, at_b / at_c);
                (
                    s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)),
                    (q - 1.0) * (r - 1.0) * (s - 1.0),
                )
            };
            if p > 0.0 {
                q = -q;
            }
            p = p.abs();
            if 2.0 * p < (3.0 * half * q - (tolerance * q).abs()).min((before * q).abs()) {
                before = step;
                step = p / q;
            } else {
                step = half;
                before = half;
            }
        } else {
            step = half;
            before = half;
        }
        (a, at_a) = (b, at_b);
        b += if step.abs() > tolerance { step } else { tolerance.copysign(half) };
        at_b = function(b);
    }
    b
}
