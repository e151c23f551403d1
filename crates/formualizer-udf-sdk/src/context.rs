//! What a volatile function knows besides its arguments.

use crate::raw::Inputs;

/// Seed, clock and row of a volatile function: its first parameter, by value.
///
/// ```
/// use formualizer_udf_sdk::{Context, fz_udf};
///
/// /// A number that is at least `low` and less than `high`.
/// #[fz_udf(volatile)]
/// fn random_between(context: Context, low: f64, high: f64) -> f64 {
///     low + (high - low) * context.random(0)
/// }
///
/// assert_eq!(random_between(Context::new(1, 0, 5), 2.0, 2.0), 2.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    seed: u64,
    now_us: i64,
    row: u64,
}

impl Context {
    /// A context for tests: the host's seed, its clock in microseconds since
    /// 1970-01-01T00:00:00Z, and the row.
    #[must_use]
    pub const fn new(seed: u64, now_us: i64, row: u64) -> Self {
        Self { seed, now_us, row }
    }

    /// Entropy from the host, the same for all rows of a call.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The host's clock, microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn now_us(&self) -> i64 {
        self.now_us
    }

    /// The row in the whole input, from 0; 0 in a call that is not elementwise.
    #[must_use]
    pub const fn row(&self) -> u64 {
        self.row
    }

    /// A random number, at least 0 and less than 1, for the given draw of this row: equal draws
    /// give equal numbers.
    ///
    /// SplitMix64 (Steele, Lea, Flood 2014) of seed, row and draw; not for secrets.
    #[must_use]
    pub const fn random(&self, draw: u32) -> f64 {
        let row = splitmix(self.seed ^ splitmix(self.row));
        let bits = splitmix(row.wrapping_add(draw as u64)) >> 11;
        bits as f64 / (1u64 << 53) as f64
    }

    pub(crate) const fn at(self, row: usize) -> Self {
        Self { row: self.row + row as u64, ..self }
    }

    pub(crate) fn of(inputs: &Inputs<'_>) -> Self {
        let header = inputs.header();
        Self { seed: header.seed, now_us: header.now_us, row: header.row_offset }
    }
}

const fn splitmix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix_gives_the_published_numbers() {
        // The reference implementation's first outputs from the state 0.
        assert_eq!(splitmix(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(splitmix(0x9e37_79b9_7f4a_7c15), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn random_numbers_differ_by_row_draw_and_seed_and_stay_below_one() {
        let mut seen = Vec::new();
        for (seed, row, draw) in [(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (1, 1, 1)] {
            let x = Context::new(seed, 0, row).random(draw);
            assert!((0.0..1.0).contains(&x) && !seen.contains(&x));
            seen.push(x);
        }
    }
}
