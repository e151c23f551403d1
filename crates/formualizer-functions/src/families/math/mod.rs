//! Arithmetic, rounding, trigonometry, combinatorics, numerals, sums.
//!
//! | module | functions |
//! |---|---|
//! | [`trigonometry`] | circular and hyperbolic functions and their inverses, angles |
//! | [`powers`] | powers, roots, logarithms, signs, quotients and remainders |
//! | [`rounding`] | `ROUND`, `CEILING`, `FLOOR` and their kin |
//! | [`combinatorics`] | factorials, combinations, divisors and multiples |
//! | [`numerals`] | Roman numerals and numbers of any base |
//! | [`sums`] | sums and products of arrays |
//!
//! Transcendental functions come from the crate `libm`, so that every target gives the same digits.

pub(super) mod combinatorics;
pub(super) mod numerals;
pub(super) mod powers;
pub(super) mod rounding;
pub(super) mod sums;
pub(super) mod trigonometry;
