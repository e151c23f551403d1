//! From bytes to a module that can be called.

use crate::{Figures, Result, timing::repeated};
use fz_benches::{median, runtime, seconds};
use udf_backends::{CacheConfig, WasmtimeRuntime};
use udf_columnar::{Limits, WasmUdfRuntime};

#[path = "../../../../crates/udf-abi/tests/shapes/mod.rs"]
mod shapes;

/// Inspection of a module with a manifest of 1 MiB, or as much of a thing as a manifest may have: the shape that
/// takes longest.
pub(crate) fn inspection(figures: &mut Figures) -> Result<()> {
    let mut worst = 0.0;
    for shapes::Shape { name, json } in shapes::shapes() {
        let bytes = shapes::module(&json, 256);
        // Whether it is taken does not matter here.
        let time = repeated(5, || Ok(seconds(|| udf_backends::inspect(&bytes, &Limits::default())).0))?;
        eprintln!("  {:8.1} ms  {name}", time * 1e3);
        worst = f64::max(worst, time);
    }
    figures.set("manifest_1mib_ms", worst * 1e3);
    Ok(())
}

/// From bytes to a module that can be called, on an engine that has not seen it.
pub(crate) fn module_load(figures: &mut Figures) -> Result<()> {
    let bytes = fz_benches::plugin("finance")?;
    let (mut starts, mut loads) = (Vec::new(), Vec::new());
    for _ in 0..11 {
        let (time, engine) = seconds(runtime);
        let engine = engine?;
        starts.push(time);
        let (time, module) = seconds(|| engine.load(&bytes));
        module?;
        loads.push(time);
    }
    figures.set("runtime_start_ms", median(starts) * 1e3);
    figures.set("module_load_ms", median(loads) * 1e3);
    Ok(())
}

/// The same where a process before has compiled the module: engines that have not seen it, inspection
/// and all.
pub(crate) fn module_load_cached(figures: &mut Figures) -> Result<()> {
    let bytes = fz_benches::plugin("finance")?;
    let folder = tempfile::tempdir()?;
    let cache = CacheConfig::new(folder.path().join("modules"));
    let mut loads = Vec::new();
    for round in 0..22 {
        let engine = WasmtimeRuntime::with_cache(Limits::default(), cache.clone())?;
        let (time, module) = seconds(|| engine.load(&bytes));
        module?;
        let report = engine.cache_report().unwrap_or_default();
        if round == 0 {
            continue;
        }
        if report.hits != 1 {
            return Err(format!("the module did not come from the cache: {report:?}").into());
        }
        loads.push(time);
    }
    figures.set("module_load_cached_ms", median(loads) * 1e3);
    Ok(())
}
