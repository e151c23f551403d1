//! Probability distributions and tests.
//!
//! | module | what it has |
//! |---|---|
//! | [`normal`] | the normal and log-normal distribution, confidence intervals, Fisher's transformation |
//! | [`gamma`] | the gamma function, the gamma, exponential and Weibull distribution |
//! | [`beta`] | the beta distribution |
//! | [`chi_squared`], [`f`], [`t`] | the distributions of tests |
//! | [`discrete`] | the binomial, negative binomial, Poisson and hypergeometric distribution, `PROB` |
//! | [`hypotheses`] | chi-squared, F, t and z tests of samples |
//! | `special` | the mathematics |
//!
//! Which arguments are `#NUM!` is as on Microsoft's page of each function. Where a density grows without bound at an
//! end of its range, the function is `#NUM!` there.

mod arguments;
pub(super) mod beta;
pub(super) mod chi_squared;
pub(super) mod discrete;
pub(super) mod f;
pub(super) mod gamma;
mod hypergeometric;
pub(super) mod hypotheses;
pub(super) mod normal;
mod special;
pub(super) mod t;
