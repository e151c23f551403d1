//! The beta distribution: the incomplete beta function and its density.

use super::{
    Law, MAX_STEPS, capped,
    gamma::{deviance, stirling_error},
};
use std::f64::consts::TAU;

/// `Γ(n+1) / (Γ(k+1) Γ(n−k+1)) p^k q^(n−k)`, for k from 0 to n: the probability of k successes of n.
pub(in super::super) fn binomial_term(k: f64, rest: f64, p: f64, q: f64) -> f64 {
    let n = k + rest;
    if p == 0.0 {
        return if k == 0.0 { 1.0 } else { 0.0 };
    }
    if q == 0.0 {
        return if rest == 0.0 { 1.0 } else { 0.0 };
    }
    if k == 0.0 {
        return power(q, p, rest);
    }
    if rest == 0.0 {
        return power(p, q, k);
    }
    let error = stirling_error(n) - stirling_error(k) - stirling_error(rest);
    let exponent = error - deviance(k, n * p) - deviance(rest, n * q);
    exponent.exp() * (n / k / rest / TAU).sqrt()
}

/// `p^n`, where `q` is `1 − p`.
fn power(p: f64, q: f64, n: f64) -> f64 {
    if q < 0.5 { (n * (-q).ln_1p()).exp() } else { p.powf(n) }
}

/// The distribution with the parameters `a` and `b` (above 0) at `x`, where `y` is `1 − x`, exact by itself.
///
/// The continued fraction of Abramowitz and Stegun 26.5.8, on the side where it is quick: it loses as many digits as the
/// square root of `a + b` has where both are large, five for ten thousand million. At the ends the density may not be
/// finite.
pub(in super::super) fn law(a: f64, b: f64, x: f64, y: f64) -> Law {
    if x <= 0.0 {
        return Law { lower: 0.0, upper: 1.0, density: at_end(a, b) };
    }
    if y <= 0.0 {
        return Law { lower: 1.0, upper: 0.0, density: at_end(b, a) };
    }
    let term = binomial_term(a, b, x, y);
    let density = term * (a / (a + b) / x) * (b / y);
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = capped(term * (b / (a + b)) * fraction(a, b, x));
        Law { lower, upper: 1.0 - lower, density }
    } else {
        let upper = capped(term * (a / (a + b)) * fraction(b, a, y));
        Law { lower: 1.0 - upper, upper, density }
    }
}

fn at_end(a: f64, b: f64) -> f64 {
    if a > 1.0 {
        0.0
    } else if a == 1.0 {
        b
    } else {
        f64::INFINITY
    }
}

/// The continued fraction, by Lentz's method; two steps at once.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |n: f64| if n.abs() < TINY { TINY } else { n };
    let mut c = 1.0;
    let mut d = away(1.0 - (a + b) * x / (a + 1.0)).recip();
    let mut value = d;
    for step in 1..MAX_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = away(1.0 + even * d).recip();
        c = away(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = away(1.0 + odd * d).recip();
        c = away(1.0 + odd / c);
        let change = d * c;
        value *= change;
        if (change - 1.0).abs() < 1e-16 {
            return value;
        }
    }
    f64::NAN
}
