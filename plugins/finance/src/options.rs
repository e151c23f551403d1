//! European options after F. Black and M. Scholes, "The Pricing of Options and Corporate
//! Liabilities", Journal of Political Economy 81 (1973): no dividends, a constant rate and volatility.

use formualizer_udf_sdk::{UdfError, fz_udf, simd::f64x4};

use crate::normal;
use std::f64::consts::LN_2;

/// Price of a European call: S·N(d1) − K·exp(−rT)·N(d2), with d1 = (ln(S/K) + (r + σ²/2)T) / (σ√T)
/// and d2 = d1 − σ√T. Without time or volatility it is worth what exercising it is worth. A
/// negative price, time or volatility gives no number.
#[fz_udf(name = "BS_CALL", aliases = ["BLACK_SCHOLES"], examples = [
    (42, 40, 0.1, 0.2, 0.5) => 4.759422392871532,
    ([110, 90, null], 100, 0.05, 0.2, 0) => [10, 0, null],
    (100, 100, 0.05, -0.2, 1) => f64::NAN,
])]
pub fn bs_call(
    /// Price of the underlying now.
    spot: f64x4,
    /// Price at which the option buys.
    strike: f64x4,
    /// Interest a year, continuously compounded: 0.05 for 5 %.
    rate: f64x4,
    /// Volatility a year: 0.2 for 20 %.
    vol: f64x4,
    /// Years to expiry.
    years: f64x4,
) -> f64x4 {
    let zero = f64x4::ZERO;
    let strike_now = strike * (-rate * years).exp();
    let deviation = vol * years.sqrt();
    // ln(S/K) + rT = ln(S / (K·exp(−rT)))
    let d1 = ln(spot / strike_now) / deviation + f64x4::HALF * deviation;
    let price =
        spot * normal::cumulative_lanes(d1) - strike_now * normal::cumulative_lanes(d1 - deviation);
    // What it is worth where nothing is left to chance, or one side is worth nothing.
    let gain = spot - strike_now;
    let gain = gain.simd_lt(zero).select(zero, gain);
    let certain = deviation.simd_eq(zero) | spot.simd_eq(zero) | strike_now.simd_eq(zero);
    let price = certain.select(gain, price);
    let invalid =
        spot.simd_lt(zero) | strike.simd_lt(zero) | vol.simd_lt(zero) | years.simd_lt(zero);
    invalid.select(f64x4::splat(f64::NAN), price)
}

/// The logarithm, of numbers below the smallest normal one too, which `f64x4::ln` takes for zero.
#[inline]
fn ln(x: f64x4) -> f64x4 {
    let tiny = x.simd_lt(f64x4::splat(f64::MIN_POSITIVE));
    if !tiny.any() {
        return x.ln();
    }
    const POWER: i32 = 54;
    let raised = (x * f64x4::splat(2f64.powi(POWER))).ln();
    tiny.select(raised - f64x4::splat(f64::from(POWER) * LN_2), x.ln())
}

/// What `BS_CALL` gives, by the standard library's `exp` and `ln`, one row at a time: the reference
/// that tests and benchmarks hold it against.
#[must_use]
pub fn call_price(spot: f64, strike: f64, rate: f64, vol: f64, years: f64) -> f64 {
    if spot < 0.0 || strike < 0.0 || vol < 0.0 || years < 0.0 {
        return f64::NAN;
    }
    Call { spot, strike, rate, years }.price(vol)
}

/// The volatility a year at which BS_CALL gives the price. `#NUM!`, with the reason, where there is
/// none.
#[fz_udf(name = "IMPLIED_VOL", examples = [
    (4.759422392871532, 42, 40, 0.1, 0.5) => 0.2,
    (200, 100, 95, 0.03, 0.75) => error("#NUM!", "price 200 is not below spot 100, which no volatility reaches"),
])]
pub fn implied_vol(
    /// Price of the call.
    price: f64,
    /// Price of the underlying now.
    spot: f64,
    /// Price at which the option buys.
    strike: f64,
    /// Interest a year, continuously compounded.
    rate: f64,
    /// Years to expiry.
    years: f64,
) -> Result<f64, UdfError> {
    let call = Call { spot, strike, rate, years };
    for (name, value) in [("spot", spot), ("strike", strike), ("years", years)] {
        if value.is_nan() || value <= 0.0 {
            return Err(UdfError::num(format!("{name} is {value}; it must be more than 0")));
        }
    }
    if !price.is_finite() || !rate.is_finite() {
        return Err(UdfError::num(format!("price {price} and rate {rate} must be numbers")));
    }
    let intrinsic = call.price(0.0);
    if price < intrinsic {
        return Err(UdfError::num(format!(
            "price {price} is below {intrinsic}, what the call is worth without volatility"
        )));
    }
    if price >= spot {
        return Err(UdfError::num(format!(
            "price {price} is not below spot {spot}, which no volatility reaches"
        )));
    }
    call.solve(price).ok_or_else(|| {
        UdfError::num(format!("no volatility up to {MAX_VOL} gives the price {price}"))
    })
}

/// The largest volatility that is looked for.
const MAX_VOL: f64 = 1_000.0;
const MAX_STEPS: usize = 200;

struct Call {
    spot: f64,
    strike: f64,
    rate: f64,
    years: f64,
}

impl Call {
    fn discounted_strike(&self) -> f64 {
        self.strike * (-self.rate * self.years).exp()
    }

    fn price(&self, vol: f64) -> f64 {
        let strike = self.discounted_strike();
        let deviation = vol * self.years.sqrt();
        if deviation == 0.0 || self.spot == 0.0 || strike == 0.0 {
            let gain = self.spot - strike;
            // Not `max`, which would make a number of what is none.
            return if gain < 0.0 { 0.0 } else { gain };
        }
        // ln(S/K) + rT = ln(S / (K·exp(−rT)))
        let d1 = (self.spot / strike).ln() / deviation + 0.5 * deviation;
        self.spot * normal::cumulative(d1) - strike * normal::cumulative(d1 - deviation)
    }

    /// How much the price rises with the volatility.
    fn vega(&self, vol: f64) -> f64 {
        let deviation = vol * self.years.sqrt();
        let d1 = (self.spot / self.discounted_strike()).ln() / deviation + 0.5 * deviation;
        self.spot * normal::density(d1) * self.years.sqrt()
    }

    /// Newton's method, held inside a bracket that every step narrows: where a step would leave it,
    /// the bracket is halved instead. The price rises with the volatility, so there is one root.
    fn solve(&self, price: f64) -> Option<f64> {
        let (mut low, mut high) = (0.0, 1.0);
        while self.price(high) < price {
            (low, high) = (high, 2.0 * high);
            if high > 2.0 * MAX_VOL {
                return None;
            }
        }
        // Where the price is steepest (Manaster and Koehler 1982): Newton converges from there.
        let moneyness = (self.spot / self.discounted_strike()).ln();
        let mut vol = (2.0 * moneyness.abs() / self.years).sqrt();
        for _ in 0..MAX_STEPS {
            if !(low < vol && vol < high) {
                vol = 0.5 * (low + high);
            }
            let error = self.price(vol) - price;
            if error == 0.0 {
                return Some(vol);
            }
            if error > 0.0 {
                high = vol
            } else {
                low = vol
            }
            let next = vol - error / self.vega(vol);
            if (next - vol).abs() <= 1e-15 * vol || high - low <= 4.0 * f64::EPSILON * high {
                return Some(vol);
            }
            vol = next;
        }
        (high - low <= 1e-9 * high).then_some(0.5 * (low + high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formualizer_udf_sdk::ErrorCode;
    use proptest::prelude::*;

    /// `BS_CALL` of one option, held against the reference.
    fn bs_call(spot: f64, strike: f64, rate: f64, vol: f64, years: f64) -> f64 {
        let all = f64x4::splat;
        let found = super::bs_call(all(spot), all(strike), all(rate), all(vol), all(years));
        let [found, rest @ ..] = found.to_array();
        assert!(rest.iter().all(|other| other.to_bits() == found.to_bits()));
        let expected = call_price(spot, strike, rate, vol, years);
        let same = found == expected || (found.is_nan() && expected.is_nan());
        // Below the smallest normal number, rounding alone is more than a part in a billion.
        let tolerance = 1e-9 * expected.abs() + f64::MIN_POSITIVE * f64::EPSILON * 4.0;
        assert!(
            same || (found - expected).abs() <= tolerance,
            "{found} instead of {expected}: {spot} {strike} {rate} {vol} {years}"
        );
        found
    }

    #[track_caller]
    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
    }

    #[test]
    fn prices_are_those_of_the_books() {
        // J. Hull, Options, Futures, and Other Derivatives, example 15.6: 4.76.
        close(bs_call(42.0, 40.0, 0.1, 0.2, 0.5), 4.759_422_392_871_532, 1e-12);
        // E. Haug, The Complete Guide to Option Pricing Formulas, 1.1.1: 2.1334.
        close(bs_call(60.0, 65.0, 0.08, 0.3, 0.25), 2.133_4, 5e-5);
    }

    #[test]
    fn without_time_or_volatility_the_price_is_the_value_of_exercising() {
        assert_eq!(bs_call(110.0, 100.0, 0.05, 0.2, 0.0), 10.0);
        assert_eq!(bs_call(90.0, 100.0, 0.05, 0.2, 0.0), 0.0);
        close(bs_call(110.0, 100.0, 0.05, 0.0, 1.0), 110.0 - 100.0 * (-0.05_f64).exp(), 1e-12);
        assert_eq!(bs_call(5.0, 0.0, 0.05, 0.2, 1.0), 5.0);
        assert_eq!(bs_call(0.0, 5.0, 0.05, 0.2, 1.0), 0.0);
    }

    #[test]
    fn what_is_no_option_gives_no_number() {
        assert!(bs_call(-1.0, 100.0, 0.05, 0.2, 1.0).is_nan());
        assert!(bs_call(100.0, 100.0, 0.05, -0.2, 1.0).is_nan());
        assert!(bs_call(f64::NAN, 100.0, 0.05, 0.2, 1.0).is_nan());
        assert!(bs_call(f64::NAN, 100.0, 0.05, 0.0, 1.0).is_nan());
        assert!(bs_call(100.0, f64::NAN, 0.05, 0.2, 0.0).is_nan());
    }

    #[test]
    fn implied_volatility_undoes_the_price() {
        for vol in [0.01, 0.1, 0.25, 0.8, 3.0] {
            for strike in [60.0, 95.0, 100.0, 140.0] {
                for years in [0.1, 1.0, 10.0] {
                    let price = bs_call(100.0, strike, 0.03, vol, years);
                    let call = Call { spot: 100.0, strike, rate: 0.03, years };
                    // Where the price hardly moves with the volatility, it does not tell it.
                    if price <= call.price(0.0) || call.vega(vol) < 1e-4 || price >= 99.999 {
                        continue;
                    }
                    let found = implied_vol(price, 100.0, strike, 0.03, years).unwrap();
                    close(found, vol, 1e-9);
                }
            }
        }
    }

    #[test]
    fn prices_without_a_volatility_say_why() {
        let check = |error: Result<f64, UdfError>, reason: &str| {
            let error = error.unwrap_err();
            assert_eq!(error.code(), ErrorCode::Num);
            assert!(error.message().contains(reason), "{error:?}");
        };
        check(implied_vol(1.0, 100.0, 50.0, 0.0, 1.0), "is below 50");
        check(implied_vol(100.0, 100.0, 50.0, 0.0, 1.0), "not below spot");
        check(implied_vol(1.0, -1.0, 50.0, 0.0, 1.0), "spot is -1");
        check(implied_vol(1.0, 100.0, f64::NAN, 0.0, 1.0), "strike is NaN");
        check(implied_vol(1.0, 100.0, 100.0, 0.0, 0.0), "years is 0");
        check(implied_vol(f64::INFINITY, 100.0, 100.0, 0.0, 1.0), "price inf");
        check(implied_vol(99.0, 100.0, 100.0, 0.0, 1e-9), "no volatility");
    }

    #[test]
    fn a_price_without_volatility_has_volatility_zero() {
        close(implied_vol(50.0, 100.0, 50.0, 0.0, 1.0).unwrap(), 0.0, 0.2);
    }

    /// Numbers of every size between two powers of ten.
    fn sizes(low: f64, high: f64) -> impl Strategy<Value = f64> {
        (low..high).prop_map(|power| 10f64.powf(power))
    }

    fn special() -> impl Strategy<Value = f64> {
        prop::sample::select(vec![
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.3,
            100.0,
            1e-320,
            1e308,
            f64::MIN_POSITIVE,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// From far out of to deep in the money, from minutes to decades.
        #[test]
        fn four_prices_at_once_are_those_of_the_reference(
            rows in prop::array::uniform4((
                sizes(-2.0, 4.0), sizes(-2.0, 2.0), -0.1..0.3, sizes(-4.0, 1.0), sizes(-5.0, 2.0)
            )),
        ) {
            let rows = rows.map(|(spot, ratio, rate, vol, years)| {
                [spot, spot * ratio, rate, vol, years]
            });
            let lane = |index: usize| f64x4::new(rows.map(|row| row[index]));
            let found = super::bs_call(lane(0), lane(1), lane(2), lane(3), lane(4)).to_array();
            for (found, [spot, strike, rate, vol, years]) in found.into_iter().zip(rows) {
                let expected = call_price(spot, strike, rate, vol, years);
                // Tiny prices are what is left of two almost equal numbers, here as there.
                let tolerance = if expected > 1e-20 * spot { 1e-9 } else { 1e-6 };
                prop_assert!(
                    found == expected || (found - expected).abs() <= tolerance * expected,
                    "{found} instead of {expected}: {spot} {strike} {rate} {vol} {years}"
                );
            }
        }

        #[test]
        fn numbers_at_the_edge_are_priced_as_the_reference_prices_them(
            spot in special(), strike in special(), rate in special(), vol in special(),
            years in special(),
        ) {
            bs_call(spot, strike, rate, vol, years);
        }
    }
}
