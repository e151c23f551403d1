//! Distributions of counts: binomial, negative binomial, Poisson, hypergeometric; and a table of probabilities.

use super::{
    arguments::{count, is_probability, numbers, require},
    hypergeometric::hypergeometric,
    special::{
        gamma::poisson_term,
        incomplete_beta::{self, binomial_term},
        incomplete_gamma,
    },
};
use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Record, array, value},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

const OF_TRIALS: &[Parameter] =
    &[value("number_s"), value("trials"), value("probability_s"), value("cumulative")];
const OF_ALPHA: &[Parameter] = &[value("trials"), value("probability_s"), value("alpha")];
const OF_MEAN: &[Parameter] = &[value("x"), value("mean"), value("cumulative")];

pub(in super::super) const RECORDS: &[Record] = &[
    Record::new("BINOM.DIST", OF_TRIALS, Kernel::OfRow(binom_dist), "The binomial distribution.")
        .future(),
    Record::new("BINOMDIST", OF_TRIALS, Kernel::OfRow(binom_dist), "The binomial distribution."),
    Record::new(
        "BINOM.DIST.RANGE",
        &[
            value("trials"),
            value("probability_s"),
            value("number_s"),
            value("number_s2").optional(),
        ],
        Kernel::OfRow(binom_dist_range),
        "The probability of a number of successes, or of a range of numbers.",
    )
    .future(),
    Record::new(
        "BINOM.INV",
        OF_ALPHA,
        Kernel::OfRow(binom_inv),
        "The smallest number of successes that is not exceeded with a probability.",
    )
    .future(),
    Record::new(
        "CRITBINOM",
        OF_ALPHA,
        Kernel::OfRow(binom_inv),
        "The smallest number of successes that is not exceeded with a probability.",
    ),
    Record::new(
        "NEGBINOM.DIST",
        &[value("number_f"), value("number_s"), value("probability_s"), value("cumulative")],
        Kernel::OfRow(|call| {
            let cumulative = call.logical(3)?;
            negative_binomial(call, cumulative)
        }),
        "The distribution of failures before a number of successes.",
    )
    .future(),
    Record::new(
        "NEGBINOMDIST",
        &[value("number_f"), value("number_s"), value("probability_s")],
        Kernel::OfRow(|call| negative_binomial(call, false)),
        "The probability of a number of failures before a number of successes.",
    ),
    Record::new("POISSON.DIST", OF_MEAN, Kernel::OfRow(poisson), "The Poisson distribution.")
        .future(),
    Record::new("POISSON", OF_MEAN, Kernel::OfRow(poisson), "The Poisson distribution."),
    Record::new(
        "HYPGEOM.DIST",
        &[
            value("sample_s"),
            value("number_sample"),
            value("population_s"),
            value("number_pop"),
            value("cumulative"),
        ],
        Kernel::OfRow(|call| {
            let cumulative = call.logical(4)?;
            hypergeometric(call, cumulative)
        }),
        "The distribution of successes in a sample without replacement.",
    )
    .future(),
    Record::new(
        "HYPGEOMDIST",
        &[value("sample_s"), value("number_sample"), value("population_s"), value("number_pop")],
        Kernel::OfRow(|call| hypergeometric(call, false)),
        "The probability of a number of successes in a sample without replacement.",
    ),
    Record::new(
        "PROB",
        &[
            array("x_range"),
            array("prob_range"),
            value("lower_limit"),
            value("upper_limit").optional(),
        ],
        Kernel::OfRow(prob),
        "The probability that a value of a table is within limits.",
    )
    .of_arrays(),
];

/// At most `k` successes, and more than `k`.
fn binomial_tails(k: f64, trials: f64, p: f64) -> (f64, f64) {
    if k < 0.0 {
        return (0.0, 1.0);
    }
    if k >= trials {
        return (1.0, 0.0);
    }
    let law = incomplete_beta::law(k + 1.0, trials - k, p, 1.0 - p);
    (law.upper, law.lower)
}

fn binom_dist(call: &Call<'_>) -> Result<Output> {
    let [k, trials, p] = numbers(call)?;
    let cumulative = call.logical(3)?;
    let (k, trials) = (count(k)?, count(trials)?);
    require(k >= 0.0 && k <= trials && is_probability(p))?;
    let value = if cumulative {
        binomial_tails(k, trials, p).0
    } else {
        binomial_term(k, trials - k, p, 1.0 - p)
    };
    Ok(value.into())
}

/// So many terms are added one by one.
const FEW: f64 = 256.0;

fn binom_dist_range(call: &Call<'_>) -> Result<Output> {
    let [trials, p, low] = numbers(call)?;
    let (trials, low) = (count(trials)?, count(low)?);
    let high = count(call.number_or(3, low)?)?;
    require(is_probability(p) && low >= 0.0 && low <= high && high <= trials)?;
    let value = if high - low < FEW {
        let (mut k, mut sum) = (low, 0.0);
        while k <= high {
            sum += binomial_term(k, trials - k, p, 1.0 - p);
            k += 1.0;
        }
        f64::min(sum, 1.0)
    } else {
        let (below, above) =
            (binomial_tails(low - 1.0, trials, p), binomial_tails(high, trials, p));
        // The difference of the smaller tails.
        if low > trials * p { below.1 - above.1 } else { above.0 - below.0 }
    };
    Ok(value.into())
}

fn binom_inv(call: &Call<'_>) -> Result<Output> {
    let [trials, p, alpha] = numbers(call)?;
    let trials = count(trials)?;
    require(trials >= 0.0 && is_probability(p) && is_probability(alpha))?;
    // What differs in the last digits alone is equal.
    let reaches = |k: f64| -> Result<bool> {
        let (below, above) = binomial_tails(k, trials, p);
        require(!below.is_nan())?;
        Ok(if alpha <= 0.5 {
            below >= alpha * (1.0 - 1e-14)
        } else {
            above <= (1.0 - alpha) + 1e-16
        })
    };
    let (mut low, mut high) = (0.0, trials);
    while low < high {
        let middle = ((low + high) * 0.5).floor();
        if reaches(middle)? {
            high = middle;
        } else {
            low = middle + 1.0;
        }
    }
    Ok(high.into())
}

fn negative_binomial(call: &Call<'_>, cumulative: bool) -> Result<Output> {
    let [failures, successes, p] = numbers(call)?;
    let (failures, successes) = (count(failures)?, count(successes)?);
    require(failures >= 0.0 && successes >= 1.0 && is_probability(p))?;
    let value = if cumulative {
        incomplete_beta::law(successes, failures + 1.0, p, 1.0 - p).lower
    } else {
        let share = successes / (successes + failures);
        share * binomial_term(successes, failures, p, 1.0 - p)
    };
    Ok(value.into())
}

fn poisson(call: &Call<'_>) -> Result<Output> {
    let [k, mean] = numbers(call)?;
    let cumulative = call.logical(2)?;
    let k = count(k)?;
    require(k >= 0.0 && mean >= 0.0)?;
    let value =
        if cumulative { incomplete_gamma::law(k + 1.0, mean).upper } else { poisson_term(k, mean) };
    Ok(value.into())
}

fn prob(call: &Call<'_>) -> Result<Output> {
    let (values, chances) = (call.array(0)?, call.array(1)?);
    let low = call.number(2)?;
    let high = call.number_or(3, low)?;
    if values.height() * values.width() != chances.height() * chances.width() {
        return Err(ErrorCode::Na);
    }
    let (mut sum, mut all, mut any) = (0.0, 0.0, false);
    for (value, chance) in values.iter().zip(chances.iter()) {
        let (value, chance) = match (value.scalar(), chance.scalar()) {
            (Scalar::Error(code), _) | (_, Scalar::Error(code)) => return Err(code),
            (Scalar::Number(value), Scalar::Number(chance)) => (value, chance),
            _ => continue,
        };
        require(chance > 0.0 && chance <= 1.0)?;
        any = true;
        all += chance;
        if value >= low && value <= high {
            sum += chance;
        }
    }
    if !any {
        // Stored.
        return Err(ErrorCode::Div);
    }
    require((all - 1.0_f64).abs() < 1e-7)?;
    Ok(sum.into())
}
