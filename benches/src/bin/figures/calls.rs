//! What one call costs, and one row of the lanes that call row by row.

use crate::{Figures, MILLION, Result, timing::PAIRS};
use fz_benches::{Function, column, doubles, load, median, seconds};
use std::hint::black_box;
use udf_backends::WasmtimeRuntime;
use udf_columnar::{UdfModule, WasmUdfRuntime};

pub(crate) fn one_row(module: &dyn UdfModule, figures: &mut Figures) -> Result<()> {
    let mut function =
        Function::open(module, "MULADD", vec![column(&[2.0])?, column(&[3.0])?], 1, None)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let (time, result) = seconds(|| -> Result<()> {
            for _ in 0..100 {
                black_box(function.call()?);
            }
            Ok(())
        });
        result?;
        times.push(time / 100.0);
    }
    figures.set("call_1row_us", median(times) * 1e6);
    Ok(())
}

/// `(module (func (export "mulp") (param f64 f64) (result f64) …))` of `a * b + 1`.
const MULP: [u8; 52] = *b"\0asm\x01\0\0\0\x01\x07\x01\x60\x02\x7c\x7c\x01\x7c\x03\x02\x01\0\
    \x07\x08\x01\x04mulp\0\0\x0a\x13\x01\x11\0\x20\0\x20\x01\xa2\x44\0\0\0\0\0\0\xf0\x3f\xa0\x0b";

/// One row of a bare export, over a million of them.
pub(crate) fn typed_call(engine: &WasmtimeRuntime, figures: &mut Figures) -> Result<()> {
    let module = engine.load(&MULP)?;
    let (a, b) = (doubles(MILLION, 0.0, 100.0, 10), doubles(MILLION, 0.0, 100.0, 11));
    let mut function =
        Function::open(module.as_ref(), "mulp", vec![column(&a)?, column(&b)?], 1, None)?;
    let mut times = Vec::new();
    for _ in 0..PAIRS {
        let (time, output) = seconds(|| function.call());
        black_box(output?);
        times.push(time / MILLION as f64);
    }
    figures.set("typed_call_ns", median(times) * 1e9);
    Ok(())
}

/// One row through JSON, over a hundred thousand of them.
pub(crate) fn json_call(engine: &WasmtimeRuntime, figures: &mut Figures) -> Result<()> {
    const ROWS: usize = 100_000;
    let module = load(engine, "upstream_json")?;
    let rates = column(&doubles(ROWS, 0.0, 0.1, 12))?;
    let periods = column(&doubles(ROWS, 1.0, 30.0, 13))?;
    let payments = column(&doubles(ROWS, 1.0, 100.0, 14))?;
    let arguments = vec![rates, periods, payments];
    let mut function = Function::open(module.as_ref(), "ANNUITY", arguments, 1, None)?;
    let mut times = Vec::new();
    for _ in 0..7 {
        let (time, output) = seconds(|| function.call());
        black_box(output?);
        times.push(time / ROWS as f64);
    }
    figures.set("json_call_us", median(times) * 1e6);
    Ok(())
}
