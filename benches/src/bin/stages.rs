//! What the stages of an elementwise call cost: `cargo run --release --bin stages`.
//!
//! Plan, copy in and copy out are timed by themselves, on the frames and views of the real call;
//! what the whole call takes beyond them is the guest's and the dispatch's.

use arrow_array::{Float64Array, StringArray};
use fz_benches::{Function, doubles, load, median, numbers, runtime, seconds};
use std::{error::Error, hint::black_box, sync::Arc};
use udf_columnar::{
    Argument, BoundCall, Column, Signature, UdfModule,
    internal::{
        batch_rows, batches, collect,
        frame::{CallContext, FrameArgs, OutputSpec},
        view::{self, ColumnView},
    },
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROWS: usize = 1_000_000;
const ROUNDS: usize = 31;
/// An address that a guest's allocator could answer.
const BASE: u32 = 1 << 20;

fn main() -> Result<()> {
    let engine = runtime()?;
    let module = load(&engine, "conformance")?;
    let module = module.as_ref();
    let (a, b) = (doubles(ROWS, 0.0, 100.0, 1), doubles(ROWS, 0.0, 100.0, 2));
    let plain = |values: &[f64]| Argument::column(Arc::new(Float64Array::from(values.to_vec())));
    println!("milliseconds, medians of {ROUNDS} runs over {ROWS} rows, one thread");
    println!(
        "{:30} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "call", "batches", "bind", "plan", "copy in", "copy out", "whole"
    );
    stages(module, "MULADD", "a*b+1", vec![plain(&a)?, plain(&b)?])?;
    stages(module, "MULADD", "a*b+1, 10 % nulls", vec![nulls(&a, 3)?, nulls(&b, 4)?])?;
    stages(module, "REVERSE", "reverse, texts of 8 to 16", vec![texts()?])?;
    Ok(())
}

fn nulls(values: &[f64], seed: u64) -> Result<Argument> {
    let mut next = numbers(seed);
    let array: Float64Array =
        values.iter().map(|value| (!next().is_multiple_of(10)).then_some(*value)).collect();
    Ok(Argument::column(Arc::new(array))?)
}

fn texts() -> Result<Argument> {
    let mut next = numbers(9);
    let letters = |bits: u64| {
        let len = 8 + bits % 9;
        (0..len).map(|at| char::from(b'a' + (bits >> (3 * at) & 15) as u8)).collect::<String>()
    };
    let array: StringArray = (0..ROWS).map(|_| Some(letters(next()))).collect();
    Ok(Argument::column(Arc::new(array))?)
}

fn stages(
    module: &dyn UdfModule,
    function: &str,
    title: &str,
    arguments: Vec<Argument>,
) -> Result<()> {
    let signature = module.signature(function)?;
    let mut call = Function::open(module, function, arguments.clone(), 1, None)?;
    let mut times = [const { Vec::new() }; 5];
    let mut count = 0;
    for _ in 0..ROUNDS {
        let (whole, output) = seconds(|| call.call());
        let result = output?.into_column()?;
        let (bind, bound) = seconds(|| BoundCall::try_new(&signature, arguments.clone(), None));
        let parts = parts(&signature, &bound?, &result)?;
        count = parts.batches;
        for (times, time) in
            times.iter_mut().zip([bind, parts.plan, parts.copy_in, parts.copy_out, whole])
        {
            times.push(time * 1e3);
        }
    }
    let [bind, plan, copy_in, copy_out, whole] = times.map(median);
    println!(
        "{title:30} {count:>7} {bind:>8.3} {plan:>8.3} {copy_in:>8.3} {copy_out:>8.3} {whole:>8.3}"
    );
    Ok(())
}

struct Parts {
    batches: usize,
    plan: f64,
    copy_in: f64,
    copy_out: f64,
}

/// The host's stages of every batch, into one block that is used again, as an instance's is.
fn parts(signature: &Signature, bound: &BoundCall, result: &Column) -> Result<Parts> {
    let size = batch_rows(signature, bound, None);
    let args = FrameArgs::of(bound, true);
    let dtype = result.dtype();
    let whole = ColumnView::of(result);
    let mut words = vec![0u64; (ROWS * view::width(dtype)).div_ceil(8)];
    let mut block = Vec::new();
    let mut sum = Parts { batches: 0, plan: 0.0, copy_in: 0.0, copy_out: 0.0 };
    for range in batches(bound.rows(), size) {
        let outputs = [OutputSpec { dtype, rows: range.len(), data_bytes: 1 << 20 }];
        let (time, frame) = seconds(|| args.plan(range.clone(), &outputs));
        let frame = frame?;
        sum.plan += time;
        block.resize(block.len().max(frame.len() as usize), 0u8);
        let (time, address) =
            seconds(|| frame.write(&mut block.as_mut_slice(), BASE, &CallContext::default()));
        address?;
        sum.copy_in += time;
        let part = whole.slice(range.start, range.len());
        sum.copy_out += match view::width(dtype) {
            0 => {
                let (time, column) = seconds(|| collect::column(&part));
                black_box(column?);
                time
            }
            width => {
                let out: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
                let out = &mut out[range.start * width..range.end * width];
                seconds(|| black_box(collect::fixed_into(&part, out))).0
            }
        };
        sum.batches += 1;
    }
    black_box(&block);
    Ok(sum)
}
