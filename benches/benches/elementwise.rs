//! Elementwise calls beside their native loops, by batch size.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fz_benches::{
    Function, column, doubles, int_column, integers, load, native_gcd, native_mulp, runtime,
};
use std::hint::black_box;

const ROWS: usize = 1_000_000;

fn muladd(c: &mut Criterion) {
    let engine = runtime().expect("wasmtime runs here");
    let module = load(&engine, "conformance").expect("the committed plugin loads");
    let (a, b) = (doubles(ROWS, 0.0, 100.0, 1), doubles(ROWS, 0.0, 100.0, 2));
    let mut group = c.benchmark_group("muladd_1m");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("native", |bencher| {
        bencher.iter(|| native_mulp(black_box(&a), black_box(&b)));
    });
    for rows in [4096, 8192, 16_384, 32_768, 65_536, ROWS] {
        let arguments = vec![column(&a).expect("f64"), column(&b).expect("f64")];
        let mut function = Function::open(module.as_ref(), "MULADD", arguments, 1, Some(rows))
            .expect("the function is there");
        group.bench_with_input(BenchmarkId::new("wasmtime", rows), &rows, |bencher, _| {
            bencher.iter(|| function.call().expect("the call works"));
        });
    }
    group.finish();
}

fn gcd(c: &mut Criterion) {
    let engine = runtime().expect("wasmtime runs here");
    let module = load(&engine, "conformance").expect("the committed plugin loads");
    let (a, b) = (integers(ROWS, 1_000_000, 3), integers(ROWS, 1_000_000, 4));
    let mut group = c.benchmark_group("gcd_1m");
    group.sample_size(20);
    group.bench_function("native", |bencher| {
        bencher.iter(|| native_gcd(black_box(&a), black_box(&b)));
    });
    let arguments = vec![int_column(&a).expect("i64"), int_column(&b).expect("i64")];
    let mut function =
        Function::open(module.as_ref(), "GCD", arguments, 1, None).expect("the function is there");
    group.bench_function("wasmtime", |bencher| {
        bencher.iter(|| function.call().expect("the call works"));
    });
    group.finish();
}

criterion_group!(benches, muladd, gcd);
criterion_main!(benches);
