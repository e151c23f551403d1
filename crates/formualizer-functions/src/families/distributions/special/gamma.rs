//! The gamma function and what is made of factorials.
//!
//! Everything rests on the error of Stirling's formula, which is small and known well: factors of nearly the same
//! size cancel before they are rounded (Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000).

use std::f64::consts::{PI, TAU};

/// The logarithm of the square root of 2π.
pub(in super::super) const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// `ln n!` less Stirling's `(n + ½) ln n − n + ½ ln 2π`, for n above 0.
///
/// From 15 on the series of Abramowitz and Stegun 6.1.41; below it, the steps from n to n + 1.
pub(in super::super) fn stirling_error(n: f64) -> f64 {
    let (mut n, mut sum) = (n, 0.0);
    while n < 15.0 {
        sum += (n + 0.5) * inverse_ln_1p(n) - 1.0;
        n += 1.0;
    }
    let square = n * n;
    let series = 1.0 / 1_260.0 - (1.0 / 1_680.0 - 1.0 / 1_188.0 / square) / square;
    sum + (1.0 / 12.0 - (1.0 / 360.0 - series / square) / square) / n
}

/// `ln (1 + 1/n)`.
fn inverse_ln_1p(n: f64) -> f64 {
    if n < 1e-300 { -n.ln() } else { n.recip().ln_1p() }
}

/// `x ln(x/m) + m − x`, without cancellation where x is near m.
pub(in super::super) fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() < 0.1 * (x + m) {
        // The series of ln((1 + v)/(1 − v)).
        let v = (x - m) / (x + m);
        let (mut sum, mut term, square) = ((x - m) * v, 2.0 * x * v, v * v);
        for step in 1..200_u32 {
            term *= square;
            let next = sum + term / f64::from(2 * step + 1);
            if next == sum {
                break;
            }
            sum = next;
        }
        return sum;
    }
    let ratio = x / m;
    let ln = if ratio.is_normal() { ratio.ln() } else { x.ln() - m.ln() };
    x * ln + m - x
}

/// `x^a e^-x / Γ(a + 1)`: the probability of a events where x are expected, for a and x from 0.
pub(in super::super) fn poisson_term(a: f64, x: f64) -> f64 {
    if a == 0.0 {
        (-x).exp()
    } else if x == 0.0 {
        0.0
    } else {
        (-stirling_error(a) - deviance(a, x)).exp() / (TAU * a).sqrt()
    }
}

/// The logarithm of the gamma function, for x above 0.
pub(in super::super) fn ln_gamma(x: f64) -> f64 {
    if x == 1.0 || x == 2.0 {
        return 0.0;
    }
    if x < 1e-300 {
        return -x.ln();
    }
    (x - 0.5) * x.ln() - x + LN_SQRT_TAU + stirling_error(x)
}

/// The gamma function; not finite where it has no value.
pub(in super::super) fn gamma(x: f64) -> f64 {
    if x <= 0.0 && x.trunc() == x {
        return f64::NAN;
    }
    if x < 0.5 {
        // The reflection: Abramowitz and Stegun 6.1.17.
        let nearest = x.round();
        let sine = (PI * (x - nearest)).sin();
        let sine = if nearest.rem_euclid(2.0) == 0.0 { sine } else { -sine };
        return PI / sine / gamma(1.0 - x);
    }
    if x.trunc() == x && x < 24.0 {
        return factorial_below(x);
    }
    // Steps up to where Stirling's formula is exact, so that only multiplications are lost.
    let (mut x, mut product) = (x, 1.0);
    while x < 15.0 {
        product *= x;
        x += 1.0;
    }
    // In halves, which do not overflow before the result does.
    let half = x.powf(0.5 * (x - 0.5));
    half * ((-x).exp() * half) * (stirling_error(x) + LN_SQRT_TAU).exp() / product
}

/// `(x − 1)!` of a whole number.
fn factorial_below(x: f64) -> f64 {
    let (mut product, mut factor) = (1.0, 2.0);
    while factor < x {
        product *= factor;
        factor += 1.0;
    }
    product
}
