//! How late a call ends that its deadline stops.

use crate::{Figures, Result};
use arrow_array::Float64Array;
use fz_benches::{plugin, seconds};
use std::{sync::Arc, time::Duration};
use udf_backends::{engine_names, runtime_by_name};
use udf_columnar::{Argument, Call, ErrorKind, Limits, SessionOptions};

/// Calls of each engine.
const CALLS: usize = 2000;
/// What each call is given. A number of its own, so that it does not fall in with the ticks of anybody's clock.
const DEADLINE: Duration = Duration::from_micros(7_300);

/// Milliseconds behind its deadline after which 999 of 1000 calls of an endless loop have ended, on the worse engine.
pub(crate) fn overshoot(figures: &mut Figures) -> Result<()> {
    let bytes = plugin("conformance")?;
    let mut worst = 0.0;
    for engine in engine_names() {
        let limits = Limits::builder().batch_deadline(DEADLINE).call_deadline(DEADLINE).build()?;
        let module = runtime_by_name(engine, limits)?.load(&bytes)?;
        let function = module.signature("SPIN")?;
        let mut session = module.open(SessionOptions::default().threads(1));
        let argument = Argument::column(Arc::new(Float64Array::from(vec![1.0])))?;
        let mut late = Vec::with_capacity(CALLS);
        for _ in 0..CALLS {
            let call = Call::new(vec![argument.clone()]);
            let (time, outcome) = seconds(|| session.call(&function, call));
            let kind = match &outcome {
                Ok(output) => output.failures.first().map(|failure| failure.kind),
                Err(error) => Some(error.kind()),
            };
            if kind != Some(ErrorKind::DeadlineExceeded) {
                return Err(format!("SPIN on {engine} did not run into its deadline: {outcome:?}").into());
            }
            late.push(time - DEADLINE.as_secs_f64());
        }
        late.sort_by(f64::total_cmp);
        let at = late.get(CALLS * 999 / 1000).copied().unwrap_or_default() * 1e3;
        eprintln!("  {engine:9} {at:.3} ms at 999 of 1000");
        worst = f64::max(worst, at);
    }
    figures.set("deadline_overshoot_p999_ms", worst);
    Ok(())
}
