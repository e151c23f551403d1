//! The standard normal distribution.
//!
//! From Mills' ratio, the tail over the density, as a Taylor series about the nearest half (Marsaglia, "Evaluating
//! the Normal Distribution", 2004): right to the last digits also where the tail is nearly 0.

use std::f64::consts::TAU;

/// Mills' ratio at 0, ½, 1, … 6.
const RATIOS: [f64; 13] = [
    1.253_314_137_315_500_3,
    0.876_364_456_453_692_3,
    0.655_679_542_418_798_4,
    0.515_815_638_217_963_4,
    0.421_369_229_288_054_5,
    0.354_265_111_329_793_66,
    0.304_590_298_710_103_3,
    0.266_567_768_968_223_76,
    0.236_652_382_913_560_67,
    0.212_570_580_442_031_78,
    0.192_808_104_715_315_76,
    0.176_322_985_757_102_7,
    0.162_377_660_896_867_45,
];

/// Beyond this the density is less than the smallest double.
const FAR: f64 = 39.0;

/// Beyond the last of [`RATIOS`] so many steps of the continued fraction are exact.
const STEPS: u32 = 60;

/// The density.
pub(in super::super) fn density(z: f64) -> f64 {
    if z.abs() > FAR {
        return 0.0;
    }
    // The square in two parts, the first of which is exact.
    let rough = (z * 16.0).trunc() / 16.0;
    let rest = (z - rough) * (z + rough);
    (-0.5 * rough * rough).exp() * (-0.5 * rest).exp() / TAU.sqrt()
}

/// The probability of less.
pub(in super::super) fn lower(z: f64) -> f64 {
    upper(-z)
}

/// The probability of more.
pub(in super::super) fn upper(z: f64) -> f64 {
    if z.abs() > FAR {
        return if z > 0.0 { 0.0 } else { 1.0 };
    }
    let tail = ratio(z.abs()) * density(z);
    if z < 0.0 { 1.0 - tail } else { tail }
}

/// The probability between 0 and `z`.
pub(in super::super) fn central(z: f64) -> f64 {
    if z.abs() > 1.5 {
        return (0.5 - upper(z.abs())).copysign(z);
    }
    // Abramowitz and Stegun 26.2.11, which has no cancellation.
    let (mut sum, mut term, mut odd) = (z, z, 1.0);
    while term.abs() > sum.abs() * 1e-17 {
        odd += 2.0;
        term *= z * z / odd;
        sum += term;
    }
    sum * density(z)
}

/// Mills' ratio from 0 on.
fn ratio(z: f64) -> f64 {
    let at = (2.0 * z).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 on, and what is too large is beyond the table"
    )]
    let Some(first) = RATIOS.get(at as usize) else { return fraction(z) };
    let (at, step) = (0.5 * at, z - 0.5 * at);
    // Derivatives: the first is z r − 1, the next z times the last and n times the one before.
    let (mut before, mut last) = (*first, at * first - 1.0);
    let (mut sum, mut power, mut n) = (*first, step, 1.0);
    while n < 24.0 {
        sum += last * power;
        (before, last) = (last, at * last + n * before);
        n += 1.0;
        power *= step / n;
    }
    sum
}

/// The continued fraction of Mills' ratio (Abramowitz and Stegun 26.2.14).
fn fraction(z: f64) -> f64 {
    (1..=STEPS).rev().fold(z, |below, step| z + f64::from(step) / below).recip()
}

/// What has the probability `p` below it, for p between 0 and 1.
pub(in super::super) fn quantile(p: f64) -> f64 {
    let centre = p - 0.5;
    let small = p.min(1.0 - p);
    // Abramowitz and Stegun 26.2.23, then Halley's method, which triples the digits.
    let t = (-2.0 * small.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = t - above / below;
    for _ in 0..3 {
        // How far the probability below z is from what is wanted, from the middle or from the end.
        let excess = if small > 0.25 { central(z) - centre.abs() } else { small - upper(z) };
        let newton = excess / density(z);
        if !newton.is_finite() {
            break;
        }
        z -= newton / (1.0 + 0.5 * z * newton);
    }
    if centre < 0.0 { -z } else { z.max(0.0) }
}
