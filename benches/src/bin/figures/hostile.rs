//! Modules that are made to keep a compiler busy: the worst that any of them takes.

use crate::{Figures, Result, command::peak_of};
use bombs::{BOMBS, Bomb};
use fz_benches::seconds;
use std::{path::Path, process::Command};
use udf_columnar::Limits;

#[path = "../../../../crates/udf-backends/tests/evil/bombs.rs"]
mod bombs;

/// The argument with which this program loads a module on an engine and nothing else.
pub(crate) const LOAD: &str = "--load-module";

/// Every kind, at the largest size that is admitted and at the next, on every engine, each in a
/// process of its own: the longest load, and the largest resident set.
pub(crate) fn loads(figures: &mut Figures) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("module.wasm");
    let (mut slowest, mut largest) = (0f64, 0f64);
    for bomb in BOMBS {
        let (admitted, refused) = edge(bomb)?;
        for size in [admitted, refused] {
            std::fs::write(&file, bomb.module(size)?)?;
            for engine in udf_backends::engine_names() {
                let mut own = Command::new(std::env::current_exe()?);
                let (time, peak) = seconds(|| peak_of(own.args([LOAD, engine]).arg(&file)));
                let peak = peak? as f64 / 1024.0;
                eprintln!("  {engine:9} {time:8.3} s {peak:6.0} MB  {} {size}", bomb.name);
                (slowest, largest) = (slowest.max(time), largest.max(peak));
            }
        }
    }
    figures.set("hostile_load_worst_s", slowest);
    figures.set("hostile_load_worst_mb", largest);
    Ok(())
}

/// The largest size that the limits admit and one that they refuse, within a fiftieth of each other.
fn edge(bomb: &Bomb) -> Result<(usize, usize)> {
    let limits = Limits::default();
    let (mut admitted, mut refused) = (1, bomb.most);
    if udf_backends::inspect(&bomb.module(refused)?, &limits).is_ok() {
        return Ok((refused, refused));
    }
    while refused - admitted > admitted.div_ceil(50) {
        let middle = admitted.midpoint(refused);
        match udf_backends::inspect(&bomb.module(middle)?, &limits) {
            Ok(_) => admitted = middle,
            Err(_) => refused = middle,
        }
    }
    Ok((admitted, refused))
}

/// Loads a module, or has it refused.
pub(crate) fn load_only(engine: &str, file: &Path) -> Result<()> {
    let runtime = udf_backends::runtime_by_name(engine, Limits::default())?;
    match runtime.load(&std::fs::read(file)?) {
        Err(error) if !error.is_refusal() => Err(error.into()),
        outcome => {
            std::hint::black_box(outcome).ok();
            Ok(())
        }
    }
}
