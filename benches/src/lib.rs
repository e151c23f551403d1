//! What the benchmarks share: inputs, the plain native loops, and calls of the plugins.
//!
//! The native loop stands beside every figure, on one thread, on the same data, and like the call
//! it makes a fresh output column each time.

use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray, builder::StringBuilder};
use std::{path::PathBuf, sync::Arc, time::Instant};
use udf_backends::WasmtimeRuntime;
use udf_columnar::{
    Argument, Call, Error, Limits, Output, Session, SessionOptions, Signature, UdfModule,
    WasmUdfRuntime,
};

/// The folder of the committed plugins.
#[must_use]
pub fn plugins() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../plugins")
}

/// Bytes of a committed plugin.
///
/// # Errors
/// Where the file cannot be read.
pub fn plugin(name: &str) -> std::io::Result<Vec<u8>> {
    std::fs::read(plugins().join(format!("{name}.wasm")))
}

/// A stream of numbers that looks random and is the same in every run (splitmix64).
pub fn numbers(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// `rows` doubles, evenly spread from `low` to `high`.
#[must_use]
pub fn doubles(rows: usize, low: f64, high: f64, seed: u64) -> Vec<f64> {
    let mut next = numbers(seed);
    let unit = |bits: u64| (bits >> 11) as f64 / (1u64 << 53) as f64;
    (0..rows).map(|_| low + (high - low) * unit(next())).collect()
}

/// Spot, strike, rate, volatility and years of so many options.
#[must_use]
pub fn options(rows: usize) -> [Vec<f64>; 5] {
    let ranges = [(50.0, 150.0), (50.0, 150.0), (0.0, 0.05), (0.1, 0.6), (0.1, 3.0)];
    let mut seed = 4;
    ranges.map(|(low, high)| {
        seed += 1;
        doubles(rows, low, high, seed)
    })
}

/// `rows` integers from 1 to `high`.
#[must_use]
pub fn integers(rows: usize, high: u64, seed: u64) -> Vec<i64> {
    let mut next = numbers(seed);
    (0..rows).map(|_| (next() % high + 1) as i64).collect()
}

/// `rows` texts of 6 to 18 characters; one in four has letters that take two or three bytes.
#[must_use]
pub fn texts(rows: usize, seed: u64) -> StringArray {
    const PLAIN: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz ABCDE";
    const OTHER: [char; 8] = ['ä', 'ö', 'ü', 'é', 'ñ', 'ł', '東', '京'];
    let mut next = numbers(seed);
    let mut text = String::new();
    let mut texts = StringBuilder::with_capacity(rows, rows * 13);
    for _ in 0..rows {
        text.clear();
        let bits = next();
        let is_other = bits % 4 == 0;
        for _ in 0..6 + bits / 4 % 13 {
            let bits = next();
            if is_other && bits % 3 == 0 {
                text.push(OTHER[(bits / 3 % 8) as usize]);
            } else {
                text.push(char::from(PLAIN[(bits / 3 % 32) as usize]));
            }
        }
        texts.append_value(&text);
    }
    texts.finish()
}

/// A column argument of doubles.
///
/// # Errors
/// Never for doubles.
pub fn column(values: &[f64]) -> Result<Argument, Error> {
    Argument::column(Arc::new(Float64Array::from(values.to_vec())) as ArrayRef)
}

/// A column argument of integers.
///
/// # Errors
/// Never for integers.
pub fn int_column(values: &[i64]) -> Result<Argument, Error> {
    Argument::column(Arc::new(Int64Array::from(values.to_vec())) as ArrayRef)
}

/// A function of a plugin, in an open session.
pub struct Function {
    session: Box<dyn Session>,
    signature: Arc<Signature>,
    arguments: Vec<Argument>,
}

impl Function {
    /// Opens a session of `threads` threads on a plugin's function.
    ///
    /// # Errors
    /// Where the plugin cannot be loaded or has no such function.
    pub fn open(
        module: &dyn UdfModule,
        name: &str,
        arguments: Vec<Argument>,
        threads: usize,
        batch_rows: Option<usize>,
    ) -> Result<Self, Error> {
        let signature = module.signature(name)?;
        let options = SessionOptions::default().threads(threads).batch_rows(batch_rows);
        Ok(Self { session: module.open(options), signature, arguments })
    }

    /// Calls the function; arguments are shared, not copied.
    ///
    /// # Errors
    /// Those of the call.
    pub fn call(&mut self) -> Result<Output, Error> {
        self.session.call(&self.signature, Call::new(self.arguments.clone()))
    }
}

/// The engine with the contract's default limits.
///
/// # Errors
/// Where wasmtime does not run on this machine.
pub fn runtime() -> Result<WasmtimeRuntime, Error> {
    WasmtimeRuntime::new(Limits::default())
}

/// A plugin, loaded.
///
/// # Errors
/// Where it cannot be read or loaded.
pub fn load(
    runtime: &dyn WasmUdfRuntime,
    name: &str,
) -> Result<Arc<dyn UdfModule>, Box<dyn std::error::Error>> {
    Ok(runtime.load(&plugin(name)?)?)
}

/// `a * b + 1`, the plain loop.
#[must_use]
pub fn native_mulp(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b + 1.0).collect()
}

/// Greatest common divisors, the plain loop.
#[must_use]
pub fn native_gcd(a: &[i64], b: &[i64]) -> Vec<i64> {
    let gcd = |mut a: i64, mut b: i64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a.abs()
    };
    a.iter().zip(b).map(|(a, b)| gcd(*a, *b)).collect()
}

/// Seconds of one run.
pub fn seconds<T>(run: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let value = run();
    (start.elapsed().as_secs_f64(), value)
}

/// The middle of the values.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}
