//! Many calls, some of which fail: nothing grows, and nothing is wrong afterwards.
//!
//! `FZ_SOAK_CALLS` says how many calls each engine gets (20 000 unless set; `cargo xtask soak` asks for ten million).
#![cfg(any(feature = "wasmtime", feature = "wasmi"))]
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use arrow_array::{
    Array, ArrayRef, Float64Array, Int64Array, StringArray, cast::AsArray, types::*,
};
use std::{
    path::Path,
    sync::{Arc, Barrier},
    time::Duration,
};
use udf_backends::{engine_names, runtime_by_name};
use udf_columnar::{
    Argument, Call, Column, ErrorKind, Limits, Session, SessionOptions, UdfModule, WasmUdfRuntime,
};

/// A small xorshift generator: the same calls in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

fn plugin(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    std::fs::read(folder.join(name)).unwrap()
}

fn runtime(name: &str) -> Arc<dyn WasmUdfRuntime> {
    let time = Duration::from_secs(20);
    let limits = Limits::builder().batch_deadline(time).call_deadline(time);
    runtime_by_name(name, limits.memory_bytes(16 << 20).build().unwrap()).unwrap()
}

fn column(array: impl Array + 'static) -> Argument {
    Argument::column(Arc::new(array) as ArrayRef).unwrap()
}

fn calls() -> u64 {
    std::env::var("FZ_SOAK_CALLS").map_or(20_000, |calls| calls.parse().unwrap())
}

/// Bytes of memory that the process holds; none where the system does not say.
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

/// One call of some function, of which every sixth or so fails; the result is held against what it must be.
fn call(module: &dyn UdfModule, session: &mut dyn Session, random: &mut Random) {
    let numbers = |n: u64| (0..n).map(|i| i as f64).collect::<Vec<_>>();
    let mut run = |name: &str, arguments: Vec<Argument>| {
        session.call(&module.signature(name).unwrap(), Call::new(arguments))
    };
    match random.below(12) {
        0 => {
            let output = run(
                "PANIC_IF",
                vec![
                    column(Float64Array::from(vec![1.0, 9.0, 2.0])),
                    column(Float64Array::from(vec![5.0; 3])),
                ],
            );
            let output = output.unwrap();
            assert_eq!(output.failed_rows, 1);
            assert_eq!(output.columns[0].array().null_count(), 1);
        }
        1 => {
            let column = column(Int64Array::from(vec![64 << 10]));
            let output = run("GROW", vec![column]).unwrap();
            assert_eq!(output.failures[0].kind, ErrorKind::MemoryLimitExceeded);
        }
        2 => {
            let values = Float64Array::from(vec![4.0, -1.0]);
            let output = run("SQRT_CHECKED", vec![column(values)]).unwrap();
            assert!(output.columns[0].error(1).is_some());
        }
        3 => assert_eq!(run("GCD", vec![]).unwrap_err().kind(), ErrorKind::Arity),
        4 => {
            let text = StringArray::from(vec!["abc", "", "日本"]);
            let output = run("REVERSE", vec![column(text)]).unwrap();
            let texts: Vec<_> = output.columns[0].array().as_string::<i32>().iter().collect();
            assert_eq!(texts, [Some("cba"), Some(""), Some("本日")]);
        }
        5 => {
            let n = 1 + random.below(200);
            let scalar = Argument::Scalar(
                Column::try_new(Arc::new(Int64Array::from(vec![n as i64]))).unwrap(),
            );
            assert_eq!(run("SEQ", vec![scalar]).unwrap().rows() as u64, n);
        }
        _ => {
            let values = numbers(1 + random.below(64));
            let rows = values.len();
            let arguments = vec![
                column(Float64Array::from(values.clone())),
                column(Float64Array::from(values)),
            ];
            let output = run("MULADD", arguments).unwrap();
            let last = (rows - 1) as f64;
            let found = output.columns[0].array().as_primitive::<Float64Type>();
            assert_eq!(found.value(rows - 1), last * last + 1.0);
        }
    }
}

#[test]
fn calls_that_fail_at_random_leave_nothing_behind() {
    let calls = calls();
    for name in engine_names() {
        let module = runtime(name).load(&plugin("conformance.wasm")).unwrap();
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        let mut session = module.open(SessionOptions::default().threads(1));
        let mut samples = Vec::new();
        for done in 0..calls {
            call(module.as_ref(), session.as_mut(), &mut random);
            if random.below(500) == 0 {
                session = module.open(SessionOptions::default().threads(1));
            }
            // From the second tenth on: what is kept for the next call is there by then.
            if done >= calls / 10 && done % (calls / 100).max(1) == 0 {
                samples.extend(resident());
            }
        }
        let slope = slope(&samples, calls / 100);
        println!("{name}: {calls} calls, resident memory grows {slope:.0} bytes per million");
        // Fewer calls than these are all start-up.
        if calls >= 5_000_000 {
            assert!(slope < 1024.0, "{name}: {slope:.0} bytes per million calls");
        }
    }
}

/// Bytes per million calls: the difference of the medians of the last and first quarter of samples that are `step` calls apart.
fn slope(samples: &[u64], step: u64) -> f64 {
    let quarter = samples.len() / 4;
    if quarter == 0 {
        return 0.0;
    }
    let median = |part: &[u64]| {
        let mut part = part.to_vec();
        part.sort_unstable();
        part[part.len() / 2] as f64
    };
    let (first, last) = (&samples[..quarter], &samples[samples.len() - quarter..]);
    let calls = (samples.len() - quarter) as f64 * step as f64;
    (median(last) - median(first)) / calls * 1e6
}

#[test]
fn many_threads_call_many_modules_at_once() {
    const THREADS: usize = 64;
    const MODULES: usize = 16;
    let rounds = (calls() / 1000).clamp(4, 200);
    for name in engine_names() {
        let runtime = runtime(name);
        let bytes = plugin("conformance.wasm");
        // Modules of their own: a custom section makes the bytes differ.
        let modules: Vec<Arc<dyn UdfModule>> = (0..MODULES as u8)
            .map(|n| runtime.load(&[bytes.as_slice(), &[0, 3, 1, b'n', n]].concat()).unwrap())
            .collect();
        let start = Barrier::new(THREADS);
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (modules, start) = (&modules, &start);
                scope.spawn(move || {
                    let mut random = Random(thread as u64 + 1);
                    start.wait();
                    for _ in 0..rounds {
                        let module = modules[random.below(MODULES as u64) as usize].as_ref();
                        let mut session = module.open(SessionOptions::default().threads(1));
                        (0..3).for_each(|_| call(module, session.as_mut(), &mut random));
                    }
                });
            }
        });
    }
}
