//! Times a call of `MULADD` for each line of standard input, a number of rows (the mean of a hundred calls of few rows): the Python
//! measurements ask for it between their own, so that both see the same machine.

use fz_benches::{Function, column, doubles, load, runtime, seconds};
use std::{
    error::Error,
    hint::black_box,
    io::{BufRead, Write, stdin, stdout},
};

fn main() -> Result<(), Box<dyn Error>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let engine = runtime()?;
    let module = load(&engine, "conformance")?;
    let mut open: Option<(usize, Function)> = None;
    for line in stdin().lock().lines() {
        let rows: usize = line?.trim().parse()?;
        if open.as_ref().is_none_or(|(of, _)| *of != rows) {
            let a = column(&doubles(rows, 0.0, 100.0, 1))?;
            let b = column(&doubles(rows, 0.0, 100.0, 2))?;
            let threads = if rows > 4096 { threads } else { 1 };
            let function = Function::open(module.as_ref(), "MULADD", vec![a, b], threads, None)?;
            open = Some((rows, function));
        }
        let Some((_, function)) = &mut open else { continue };
        let calls = if rows > 4096 { 1 } else { 100 };
        let (time, done) = seconds(|| -> Result<(), udf_columnar::Error> {
            for _ in 0..calls {
                black_box(function.call()?);
            }
            Ok(())
        });
        done?;
        println!("{:e}", time / f64::from(calls));
        stdout().flush()?;
    }
    Ok(())
}
