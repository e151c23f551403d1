//! The standard normal distribution, of one value and of four.

use formualizer_udf_sdk::simd::f64x4;
use std::f64::consts::TAU;

// The rational function of Hart's algorithm 5666, from the highest power.
const NUMERATOR: [f64; 7] = [
    3.526_249_659_989_11e-2,
    0.700_383_064_443_688,
    6.373_962_203_531_65,
    33.912_866_078_383,
    112.079_291_497_871,
    221.213_596_169_931,
    220.206_867_912_376,
];
const DENOMINATOR: [f64; 8] = [
    8.838_834_764_831_84e-2,
    1.755_667_163_182_64,
    16.064_177_579_207,
    86.780_732_202_946_1,
    296.564_248_779_674,
    637.333_633_378_831,
    793.826_512_519_948,
    440.413_735_824_752,
];
/// Where the continued fraction takes over.
const FAR: f64 = 7.071_067_811_865_47;
/// Where the tail is less than any number.
const OUT: f64 = 37.0;
/// √(2π), as given.
const ROOT_TAU: f64 = 2.506_628_274_631;

/// Its density at `x`.
pub(crate) fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / TAU.sqrt()
}

/// The probability of a value of at most `x`.
///
/// J. F. Hart et al., Computer Approximations (1968), algorithm 5666, with a continued fraction in
/// the tails, as given by G. West, "Better approximations to cumulative normal functions", Wilmott
/// Magazine, May 2005. The absolute error is below 1e-15; NaN gives NaN.
pub(crate) fn cumulative(x: f64) -> f64 {
    let polynomial = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |p, c| p * x + c);

    let z = x.abs();
    let tail = if z > OUT {
        0.0
    } else {
        let exponential = (-0.5 * z * z).exp();
        if z < FAR {
            exponential * polynomial(&NUMERATOR, z) / polynomial(&DENOMINATOR, z)
        } else {
            let fraction = z + 1.0 / (z + 2.0 / (z + 3.0 / (z + 4.0 / (z + 0.65))));
            exponential / fraction / ROOT_TAU
        }
    };
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// [`cumulative`] of four values.
#[inline]
pub(crate) fn cumulative_lanes(x: f64x4) -> f64x4 {
    let splat = f64x4::splat;
    // Even and odd powers apart: half as long a chain of operations that wait for one another.
    let polynomial = |coefficients: &[f64], x: f64x4, square: f64x4| {
        let mut parts = [f64x4::ZERO; 2];
        for (index, c) in coefficients.iter().rev().enumerate().rev() {
            let part = &mut parts[index % 2];
            *part = *part * square + splat(*c);
        }
        parts[1] * x + parts[0]
    };

    let z = x.abs();
    let square = z * z;
    let exponential = (splat(-0.5) * square).exp();
    let mut tail =
        exponential * polynomial(&NUMERATOR, z, square) / polynomial(&DENOMINATOR, z, square);
    let far = z.simd_ge(splat(FAR));
    if far.any() {
        let one = |n: f64, rest: f64x4| z + splat(n) / rest;
        let fraction = one(1.0, one(2.0, one(3.0, one(4.0, z + splat(0.65)))));
        let beyond = exponential / fraction / splat(ROOT_TAU);
        let beyond = z.simd_gt(splat(OUT)).select(f64x4::ZERO, beyond);
        tail = far.select(beyond, tail);
    }
    x.simd_gt(f64x4::ZERO).select(f64x4::ONE - tail, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_has_its_known_values() {
        // Computed with 30 digits (mpmath.ncdf).
        for (x, expected) in [
            (0.0, 0.5),
            (0.5, 0.691_462_461_274_013_1),
            (1.0, 0.841_344_746_068_542_9),
            (-1.96, 0.024_997_895_148_220_435),
            (-3.0, 1.349_898_031_630_094_5e-3),
            (-7.0, 1.279_812_543_885_835e-12),
            (-8.0, 6.220_960_574_271_784e-16),
            (40.0, 1.0),
        ] {
            let found = cumulative(x);
            assert!((found - expected).abs() < 1e-15, "{x}: {found} instead of {expected}");
        }
        assert!(cumulative(f64::NAN).is_nan());
    }

    #[test]
    fn the_distribution_rises_and_is_symmetric() {
        let mut last = 0.0;
        for step in -4_000..=4_000 {
            let x = f64::from(step) / 100.0;
            let p = cumulative(x);
            assert!(p + 1e-15 >= last, "{x}");
            assert!((p + cumulative(-x) - 1.0).abs() < 1e-15, "{x}");
            last = p;
        }
    }

    #[test]
    fn four_values_at_once_are_those_of_one() {
        let specials = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 37.0, -37.5, 1e300];
        let grid = (-40_000..=40_000).map(|step| f64::from(step) / 1_000.0);
        let all: Vec<f64> = specials.into_iter().chain([FAR, -FAR]).chain(grid).collect();
        for x in all.as_chunks::<4>().0 {
            let found = cumulative_lanes(f64x4::new(*x)).to_array();
            for (x, found) in x.iter().zip(found) {
                let expected = cumulative(*x);
                let same = found == expected || (found.is_nan() && expected.is_nan());
                // The exponent of the tail is x²/2: its rounding weighs as much.
                let tolerance = expected * (4e-15 + 2e-16 * x * x);
                assert!(same || (found - expected).abs() <= tolerance, "{x}: {found}, {expected}");
            }
        }
    }
}
