//! Times, taken in pairs.

use crate::Result;
use fz_benches::{Function, median, seconds};
use std::hint::black_box;

/// Pairs of runs behind each ratio.
pub(crate) const PAIRS: usize = 31;

/// Seconds of one call.
pub(crate) fn call(function: &mut Function) -> Result<f64> {
    let (time, output) = seconds(|| function.call());
    black_box(output?);
    Ok(time)
}

/// Times two things in turn, the second against the first; the first pairs warm up.
pub(crate) fn pairs(
    count: usize,
    mut base: impl FnMut() -> Result<f64>,
    mut ours: impl FnMut() -> Result<f64>,
) -> Result<(f64, f64, f64)> {
    let (mut bases, mut times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..count + 3 {
        let (a, b) = (base()?, ours()?);
        if round >= 3 {
            bases.push(a);
            times.push(b);
            ratios.push(b / a);
        }
    }
    Ok((median(ratios), median(bases), median(times)))
}

/// The median of so many runs that tell their own time, after one that warms up.
pub(crate) fn repeated(count: usize, mut run: impl FnMut() -> Result<f64>) -> Result<f64> {
    run()?;
    let times = (0..count).map(|_| run()).collect::<Result<Vec<f64>>>()?;
    Ok(median(times))
}
