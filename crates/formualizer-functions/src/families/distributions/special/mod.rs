//! Special functions, to nearly every bit of a double.
//!
//! | module | what it has |
//! |---|---|
//! | [`gamma`] | the gamma function, its logarithm, and terms `x^a e^-x / a!` without loss |
//! | [`incomplete_gamma`] | the tails of the gamma distribution |
//! | [`incomplete_beta`] | the tails of the beta distribution |
//! | [`normal`] | the normal distribution |
//! | [`quantile`] | arguments of distributions from their tails |
//!
//! All of it is our own. What `statrs` 0.19.1 has was held against values of 40 digits (mpmath): its error function is
//! off by up to 1e-10, its incomplete gamma function by 1e-9 at a shape of five million, and its incomplete beta
//! function does not converge at half a million and more. Here the factors have the form of Loader, "Fast and Accurate
//! Computation of Binomial Probabilities" (2000).

pub(super) mod gamma;
pub(super) mod incomplete_beta;
pub(super) mod incomplete_gamma;
pub(super) mod normal;
pub(super) mod quantile;

/// A distribution at a point: what lies below, what lies above, and the density.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Law {
    /// The probability of less.
    pub lower: f64,
    /// The probability of more: 1 less the lower, but right where that would be nearly 0.
    pub upper: f64,
    /// The density.
    pub density: f64,
}

/// The most steps of a series or a continued fraction: enough for ten thousand million degrees of freedom. What has
/// not converged by then is not a number, which Excel shows as `#NUM!`.
const MAX_STEPS: u32 = 2_000_000;

/// At most 1; still no number where it is none.
fn capped(probability: f64) -> f64 {
    if probability > 1.0 { 1.0 } else { probability }
}

#[cfg(test)]
mod accuracy;
