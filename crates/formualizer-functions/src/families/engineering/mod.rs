//! Engineering: numbers in other bases, bits, complex numbers, units, error and Bessel functions.
//!
//! | module | functions |
//! |---|---|
//! | [`radix`] | `BIN2DEC` and its kin |
//! | [`bits`] | `BITAND` and its kin, `DELTA`, `GESTEP` |
//! | [`complex`] | `COMPLEX` and the functions of complex numbers |
//! | [`units`] | `CONVERT` |
//! | [`special`] | error functions and Bessel functions |

pub(super) mod bits;
pub(super) mod complex;
mod inumber;
pub(super) mod radix;
pub(super) mod special;
mod unit_table;
pub(super) mod units;
