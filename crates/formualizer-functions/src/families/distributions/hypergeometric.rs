//! The hypergeometric distribution.

use super::{
    arguments::{count, numbers, require},
    special::incomplete_beta::binomial_term,
};
use crate::call::{Call, Output, Result};
use udf_abi::ErrorCode;

/// A sample without replacement.
#[derive(Clone, Copy, Debug)]
struct Draw {
    /// How many are drawn.
    sample: f64,
    /// How many of the population are successes.
    marked: f64,
    /// How many there are.
    population: f64,
}

pub(super) fn hypergeometric(call: &Call<'_>, cumulative: bool) -> Result<Output> {
    let [k, sample, marked, population] = numbers(call)?;
    let (k, sample) = (count(k)?, count(sample)?);
    let (marked, population) = (count(marked)?, count(population)?);
    require(sample > 0.0 && sample <= population && marked > 0.0 && marked <= population)?;
    let draw = Draw { sample, marked, population };
    require(k >= draw.fewest() && k <= draw.most())?;
    let value = if cumulative { draw.at_most(k, call)? } else { draw.term(k) };
    Ok(value.into())
}

impl Draw {
    fn fewest(self) -> f64 {
        (self.sample + self.marked - self.population).max(0.0)
    }

    fn most(self) -> f64 {
        self.sample.min(self.marked)
    }

    /// The probability of `k` successes: a ratio of three binomial terms (Loader).
    fn term(self, k: f64) -> f64 {
        let Self { sample, marked, population } = self;
        let unmarked = population - marked;
        let (p, q) = (sample / population, (population - sample) / population);
        let rest = sample - k;
        binomial_term(k, marked - k, p, q) * binomial_term(rest, unmarked - rest, p, q)
            / binomial_term(sample, population - sample, p, q)
    }

    /// The probability of `k` successes or less: the sum of the terms away from the middle.
    fn at_most(self, k: f64, call: &Call<'_>) -> Result<f64> {
        let Self { sample, marked, population } = self;
        let unmarked = population - marked;
        let mode = ((sample + 1.0) * (marked + 1.0) / (population + 2.0)).floor();
        let below = k < mode;
        let (mut at, end) = if below { (k, self.fewest()) } else { (k + 1.0, self.most()) };
        if !below && at > end {
            return Ok(1.0);
        }
        let mut term = self.term(at);
        let (mut sum, mut steps) = (term, 0_u32);
        while at != end && term > sum * 1e-18 {
            let rest = sample - at;
            if below {
                term *= at * (unmarked - rest) / ((marked - at + 1.0) * (rest + 1.0));
                at -= 1.0;
            } else {
                let ratio = (marked - at) * rest / ((at + 1.0) * (unmarked - rest + 1.0));
                term *= ratio;
                at += 1.0;
            }
            sum += term;
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(1 << 16) && call.context().cancel.is_cancelled() {
                return Err(ErrorCode::Cancelled);
            }
        }
        Ok(if below { sum } else { 1.0 - sum }.clamp(0.0, 1.0))
    }
}
