//! Whole columns, against the plain native loop.

use crate::{
    Figures, MILLION, Result,
    timing::{PAIRS, call, pairs},
};
use arrow_array::{Array, Float64Array, StringArray, builder::StringBuilder, cast::AsArray};
use fz_benches::{
    Function, column, doubles, int_column, integers, load, native_gcd, native_mulp, numbers,
    options, seconds, texts,
};
use std::{hint::black_box, sync::Arc};
use udf_backends::WasmiRuntime;
use udf_columnar::{Argument, Limits, UdfModule};

pub(crate) fn mulp(
    module: &dyn UdfModule,
    rows: usize,
    name: &str,
    figures: &mut Figures,
) -> Result<()> {
    let (a, b) = (doubles(rows, 0.0, 100.0, 1), doubles(rows, 0.0, 100.0, 2));
    let mut function = Function::open(module, "MULADD", vec![column(&a)?, column(&b)?], 1, None)?;
    let count = if rows > MILLION { 9 } else { PAIRS };
    let (ratio, native, ours) = pairs(
        count,
        || Ok(seconds(|| black_box(native_mulp(black_box(&a), black_box(&b)))).0),
        || call(&mut function),
    )?;
    figures.set(&format!("{name}_vs_native"), ratio);
    figures.set(&format!("{name}_native_ms"), native * 1e3);
    figures.set(&format!("{name}_ms"), ours * 1e3);
    Ok(())
}

/// The same with a tenth of each column null, against the same without nulls.
pub(crate) fn nullable(module: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    let (a, b) = (doubles(MILLION, 0.0, 100.0, 1), doubles(MILLION, 0.0, 100.0, 2));
    let full = vec![column(&a)?, column(&b)?];
    let holed = vec![holes(&a, 3)?, holes(&b, 4)?];
    let mut full = Function::open(module, "MULADD", full, 1, None)?;
    let mut holed = Function::open(module, "MULADD", holed, 1, None)?;
    let (ratio, _, ours) = pairs(PAIRS, || call(&mut full), || call(&mut holed))?;
    figures.set("nullable_mulp_1m_vs_mulp", ratio);
    figures.set("nullable_mulp_1m_ms", ours * 1e3);
    Ok(())
}

/// A column argument in which one value of ten is null, at random.
fn holes(values: &[f64], seed: u64) -> Result<Argument> {
    let mut next = numbers(seed);
    let array: Float64Array =
        values.iter().map(|value| (!next().is_multiple_of(10)).then_some(*value)).collect();
    Ok(Argument::column(Arc::new(array))?)
}

pub(crate) fn gcd(module: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    let (a, b) = (integers(MILLION, 1_000_000, 3), integers(MILLION, 1_000_000, 4));
    let arguments = vec![int_column(&a)?, int_column(&b)?];
    let mut function = Function::open(module, "GCD", arguments, 1, None)?;
    let (ratio, native, ours) = pairs(
        PAIRS / 2,
        || Ok(seconds(|| black_box(native_gcd(black_box(&a), black_box(&b)))).0),
        || call(&mut function),
    )?;
    figures.set("gcd_1m_vs_native", ratio);
    figures.set("gcd_1m_native_ms", native * 1e3);
    figures.set("gcd_1m_ms", ours * 1e3);
    Ok(())
}

pub(crate) fn black_scholes(module: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    let columns = options(MILLION);
    let [spot, strike, rate, vol, years] = &columns;
    let arguments =
        columns.iter().map(|c| column(c)).collect::<std::result::Result<Vec<_>, _>>()?;
    let native = || -> Vec<f64> {
        let rows = spot.iter().zip(strike).zip(rate).zip(vol).zip(years);
        rows.map(|((((s, k), r), v), t)| finance::options::call_price(*s, *k, *r, *v, *t)).collect()
    };
    let mut one = Function::open(module, "BS_CALL", arguments.clone(), 1, None)?;
    let mut two = Function::open(module, "BS_CALL", arguments, 2, None)?;
    let (ratio, base, ours) =
        pairs(PAIRS / 2, || Ok(seconds(|| black_box(native())).0), || call(&mut one))?;
    figures.set("bs_simd_1m_vs_native", ratio);
    figures.set("bs_simd_1m_native_ms", base * 1e3);
    figures.set("bs_simd_1m_ms", ours * 1e3);
    let (ratio, ..) = pairs(PAIRS / 2, || call(&mut two), || call(&mut one))?;
    figures.set("bs_threads2_speedup", ratio);
    Ok(())
}

/// Black–Scholes on the interpreter, against the compiled module.
pub(crate) fn interpreted(compiled: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    const ROWS: usize = 50_000;
    let engine = WasmiRuntime::new(Limits::default());
    let module = load(&engine, "finance")?;
    let arguments =
        options(ROWS).iter().map(|c| column(c)).collect::<std::result::Result<Vec<_>, _>>()?;
    // Batches that an interpreter ends well within a batch's second.
    let open = |module| Function::open(module, "BS_CALL", arguments.clone(), 1, Some(4096));
    let (mut fast, mut slow) = (open(compiled)?, open(module.as_ref())?);
    let (ratio, _, ours) = pairs(7, || call(&mut fast), || call(&mut slow))?;
    figures.set("wasmi_vs_wasmtime_bs", ratio);
    figures.set("wasmi_bs_row_ns", ours / ROWS as f64 * 1e9);
    Ok(())
}

/// Reversed texts of about twelve characters, one in four with letters beyond ASCII.
pub(crate) fn reverse(module: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    let texts = texts(MILLION, 10);
    let argument = Argument::column(Arc::new(texts.clone()))?;
    let mut function = Function::open(module, "REVERSE", vec![argument], 1, None)?;
    let native = || -> StringArray {
        let mut out = StringBuilder::with_capacity(texts.len(), texts.value_data().len());
        for text in texts.iter().flatten() {
            out.append_value(text::words::reverse(text));
        }
        out.finish()
    };
    let found = function.call()?.into_column()?;
    if found.array().as_string::<i32>() != &native() {
        return Err("REVERSE and the plain loop differ".into());
    }
    let (ratio, base, ours) =
        pairs(PAIRS / 2, || Ok(seconds(|| black_box(native())).0), || call(&mut function))?;
    figures.set("reverse_1m_vs_native", ratio);
    figures.set("reverse_1m_native_ms", base * 1e3);
    figures.set("reverse_1m_ms", ours * 1e3);
    Ok(())
}
