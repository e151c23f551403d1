//! One size of a call, measured: repeated on instances that are warm.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use udf_columnar::{Argument, Call, Column, Error, Session, Signature};

/// Fewest and most calls that are timed.
const CALLS: std::ops::RangeInclusive<usize> = 3..=1_000;
/// Time that is spent on one size, about.
const PATIENCE: Duration = Duration::from_millis(700);
/// A single call that is expected to take longer is not made.
const LONGEST: Duration = Duration::from_secs(5);

/// The times of one size.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) rows: usize,
    /// In ascending order; never empty.
    times: Vec<Duration>,
    /// Bytes of the arguments' and the result's columns together.
    pub(super) bytes: u64,
    /// Rows on which the function trapped, in one call.
    pub(super) trapped: u64,
}

impl Measured {
    pub(super) fn least(&self) -> Duration {
        self.times.first().copied().unwrap_or_default()
    }

    pub(super) fn middle(&self) -> Duration {
        self.times.get(self.times.len() / 2).copied().unwrap_or_default()
    }

    pub(super) fn most(&self) -> Duration {
        self.times.last().copied().unwrap_or_default()
    }

    pub(super) fn calls(&self) -> usize {
        self.times.len()
    }

    pub(super) fn rows_per_second(&self) -> f64 {
        self.rows as f64 / self.middle().as_secs_f64().max(1e-9)
    }

    pub(super) fn bytes_per_second(&self) -> f64 {
        self.bytes as f64 / self.middle().as_secs_f64().max(1e-9)
    }

    /// How long one call of this many rows would take, if that is too long.
    pub(super) fn too_long_for(&self, rows: usize) -> Option<Duration> {
        let factor = rows as f64 / self.rows.max(1) as f64;
        // One row says little about many: a call has a cost of its own.
        let expected = Duration::try_from_secs_f64(self.middle().as_secs_f64() * factor).ok()?;
        (self.rows > 1 && expected > LONGEST).then_some(expected)
    }
}

/// Calls a function until the times are many enough.
pub(super) fn measure(
    session: &mut dyn Session,
    signature: &Arc<Signature>,
    call: &Call,
    rows: usize,
) -> Result<Measured, Error> {
    // The first call makes the instances, and room in them.
    let warm = Instant::now();
    let output = session.call(signature, call.clone())?;
    let mut left = PATIENCE.saturating_sub(warm.elapsed() / 2);
    let arguments = call.arguments.iter().flat_map(|argument| match argument {
        Argument::Omitted => &[],
        Argument::Scalar(column) | Argument::Column(column) => std::slice::from_ref(column),
        Argument::Range(columns) => columns.as_slice(),
    });
    let bytes = arguments.chain(&output.columns).map(bytes_of).sum();
    let trapped = output.failed_rows;
    drop(output);
    let mut times = Vec::new();
    while times.len() < *CALLS.start() || (!left.is_zero() && times.len() < *CALLS.end()) {
        let call = call.clone();
        let start = Instant::now();
        let output = session.call(signature, call)?;
        let took = start.elapsed();
        // The result is not freed within the time.
        drop(output);
        times.push(took);
        left = left.saturating_sub(took);
    }
    times.sort_unstable();
    Ok(Measured { rows, times, bytes, trapped })
}

fn bytes_of(column: &Column) -> u64 {
    let data = arrow_array::Array::to_data(column.array());
    data.get_slice_memory_size().map_or(0, |bytes| bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::Measured;
    use std::time::Duration;

    fn measured(rows: usize, millis: &[u64]) -> Measured {
        let times = millis.iter().map(|ms| Duration::from_millis(*ms)).collect();
        Measured { rows, times, bytes: 8_000, trapped: 0 }
    }

    #[test]
    fn rates_are_those_of_the_middle() {
        let m = measured(1_000, &[1, 2, 100]);
        assert_eq!(
            (m.least().as_millis(), m.middle().as_millis(), m.most().as_millis()),
            (1, 2, 100)
        );
        assert_eq!(m.rows_per_second().round(), 500_000.0);
        assert_eq!(m.bytes_per_second().round(), 4_000_000.0);
    }

    #[test]
    fn a_call_that_would_take_too_long_is_foreseen() {
        assert!(measured(1_000, &[10]).too_long_for(1_000_000).is_some());
        assert!(measured(1_000, &[1]).too_long_for(1_000_000).is_none());
        assert!(measured(1, &[10]).too_long_for(1_000_000).is_none());
    }
}
