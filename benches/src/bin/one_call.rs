//! Times a call for each line of standard input, a number of rows (the mean of a hundred calls of few rows): the measurements of other
//! hosts ask for it between their own, so that both see the same machine.
//!
//! usage: `one_call [MULADD|BS_CALL [THREADS]]`; as many threads as there are processors unless they are given

use fz_benches::{Function, column, doubles, load, options, runtime, seconds};
use std::{
    error::Error,
    hint::black_box,
    io::{BufRead, Write, stdin, stdout},
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let name = args.next().unwrap_or_else(|| "MULADD".to_owned());
    let threads = match args.next() {
        Some(threads) => threads.parse()?,
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let prices = name == "BS_CALL";
    let engine = runtime()?;
    let module = load(&engine, if prices { "finance" } else { "conformance" })?;
    let mut open: Option<(usize, Function)> = None;
    for line in stdin().lock().lines() {
        let rows: usize = line?.trim().parse()?;
        if open.as_ref().is_none_or(|(of, _)| *of != rows) {
            let inputs = match prices {
                true => options(rows).to_vec(),
                false => vec![doubles(rows, 0.0, 100.0, 1), doubles(rows, 0.0, 100.0, 2)],
            };
            let arguments = inputs.iter().map(|input| column(input)).collect::<Result<_, _>>()?;
            let threads = if rows > 4096 { threads } else { 1 };
            let function = Function::open(module.as_ref(), &name, arguments, threads, None)?;
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
