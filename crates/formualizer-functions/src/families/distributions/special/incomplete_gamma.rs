//! The gamma distribution: the incomplete gamma function and its density.

use super::{
    Law, MAX_STEPS, capped,
    gamma::{deviance, poisson_term},
    normal,
};
use std::f64::consts::TAU;

/// From where the first terms of Temme's expansion are exact.
const LARGE: f64 = 1e8;

/// The distribution of shape `a` (above 0) and scale 1 at `x`, from 0.
///
/// Below `a + 1` the series, above it the continued fraction (Abramowitz and Stegun 6.5.29 and 6.5.31). The density
/// at 0 is not finite where the shape is below 1.
pub(in super::super) fn law(a: f64, x: f64) -> Law {
    if x <= 0.0 {
        let density = if a > 1.0 {
            0.0
        } else if a == 1.0 {
            1.0
        } else {
            f64::INFINITY
        };
        return Law { lower: 0.0, upper: 1.0, density };
    }
    let term = poisson_term(a, x);
    let density = if a >= 1.0 { poisson_term(a - 1.0, x) } else { term * a / x };
    if a > LARGE {
        let (lower, upper) = uniform(a, x);
        return Law { lower, upper, density };
    }
    if x < a + 1.0 {
        let lower = capped(term * series(a, x));
        Law { lower, upper: 1.0 - lower, density }
    } else {
        let upper = capped(term * a * fraction(a, x));
        Law { lower: 1.0 - upper, upper, density }
    }
}

/// `1 + x/(a+1) + x²/((a+1)(a+2)) + …`
fn series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, a);
    for _ in 0..MAX_STEPS {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < sum * 1e-17 {
            return sum;
        }
    }
    f64::NAN
}

/// The continued fraction of the upper tail over `x^a e^-x`, by Lentz's method.
fn fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |n: f64| if n.abs() < TINY { TINY } else { n };
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (TINY.recip(), away(b).recip());
    let mut value = d;
    for step in 1..MAX_STEPS {
        let step = f64::from(step);
        let factor = -step * (step - a);
        b += 2.0;
        d = away(factor * d + b).recip();
        c = away(b + factor / c);
        let change = d * c;
        value *= change;
        if (change - 1.0).abs() < 1e-16 {
            return value;
        }
    }
    f64::NAN
}

/// Both tails for large shapes: Temme, "The Asymptotic Expansion of the Incomplete Gamma Functions" (1979), whose
/// second term is below the last bit here.
fn uniform(a: f64, x: f64) -> (f64, f64) {
    let half_square = deviance(a, x) / a;
    let eta = (2.0 * half_square).sqrt().copysign(x - a);
    let first = if eta.abs() < 0.01 {
        let cubic = eta * (1.0 / 864.0 + eta / 2_835.0);
        -1.0 / 3.0 + eta * (1.0 / 12.0 + eta * (-2.0 / 135.0 + cubic))
    } else {
        a / (x - a) - eta.recip()
    };
    let rest = (-a * half_square).exp() / (TAU * a).sqrt() * first;
    let z = eta * a.sqrt();
    (normal::lower(z) - rest, normal::upper(z) + rest)
}
