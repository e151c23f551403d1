//! Two engines, one result: a random module of numbers on both, called with random numbers.
//!
//! Values, failures and what a call leaves in memory, globals and table must agree bit for bit.
//!
//! ```
//! use udf_fuzzing::engines;
//! let tally = engines::compare(engines::Case::of_seed(7), &engines::runtimes(), |_module| ())?;
//! assert!(tally.modules <= 1);
//! # Ok::<(), String>(())
//! ```

mod arguments;
mod extend;
mod generate;
mod outcome;
mod random;

use random::Random;
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
    time::Duration,
};
use udf_backends::{inspect, runtime_by_name};
use udf_columnar::{
    Call, Error, ErrorKind, Limits, Output, SessionOptions, UdfModule, WasmUdfRuntime,
};

/// The engines that are compared.
#[cfg(not(target_family = "wasm"))]
pub const ENGINES: [&str; 2] = ["wasmtime", "wasmi"];
/// The engines that are compared.
#[cfg(target_family = "wasm")]
pub const ENGINES: [&str; 2] = ["js", "wasmi"];

/// What was compared.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Tally {
    /// Modules made.
    pub modules: u64,
    /// Modules that inspection refuses, by the first words of the reason.
    pub refused: BTreeMap<String, u64>,
    /// Calls of exports, on one of the engines.
    pub calls: u64,
    /// Calls that trapped.
    pub failed: u64,
    /// Calls whose recursion one engine ended sooner than the other: what they gave is not compared.
    pub deep: u64,
}

impl Tally {
    /// Adds what another has counted.
    pub fn add(&mut self, other: Self) {
        self.modules += other.modules;
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
        self.calls += other.calls;
        self.failed += other.failed;
        self.deep += other.deep;
    }
}

/// A module and what its exports are called with.
pub struct Case {
    module: Option<Vec<u8>>,
    random: Random,
}

impl Case {
    /// The case that follows from a number.
    #[must_use]
    pub fn of_seed(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let bytes = random.pick(&[300, 1_000, 3_000, 10_000]);
        let data: Vec<u8> = (0..bytes).map(|_| random.next() as u8).collect();
        Self { module: generate::module(&mut random, &data), random }
    }

    /// The case that bytes stand for: eight of a number, and what the module is made of.
    #[must_use]
    pub fn of_bytes(data: &[u8]) -> Self {
        let (seed, data) = data.split_first_chunk().unwrap_or((&[0; 8], data));
        let mut random = Random::new(u64::from_le_bytes(*seed));
        Self { module: generate::module(&mut random, data), random }
    }
}

/// The engines, with limits that no module of ours reaches in earnest.
///
/// # Panics
/// Where an engine cannot be had.
#[must_use]
pub fn runtimes() -> Vec<Arc<dyn WasmUdfRuntime>> {
    let long = Duration::from_secs(120);
    let limits = Limits::builder()
        .batch_deadline(long)
        .call_deadline(long)
        .memory_bytes(2 << 20)
        .build()
        .expect("these are limits");
    let runtime = |name| runtime_by_name(name, limits.clone()).expect("it is compiled in");
    ENGINES.map(runtime).to_vec()
}

/// The target of the fuzzer.
pub(crate) fn hold(data: &[u8]) {
    static RUNTIMES: LazyLock<Vec<Arc<dyn WasmUdfRuntime>>> = LazyLock::new(runtimes);
    if let Err(difference) = compare(Case::of_bytes(data), &RUNTIMES, |_| ()) {
        panic!("{} differ in {difference}", ENGINES.join(" and "));
    }
}

/// Calls every export of the module on both engines, or says where they differ.
///
/// `before` sees the module first. A case whose bytes make no module counts as none.
///
/// # Errors
/// Where the engines differ, in what, and the arguments.
pub fn compare(
    case: Case,
    runtimes: &[Arc<dyn WasmUdfRuntime>],
    before: impl FnOnce(&[u8]),
) -> Result<Tally, String> {
    let Case { module: Some(module), mut random } = case else { return Ok(Tally::default()) };
    before(&module);
    let mut tally = Tally { modules: 1, ..Tally::default() };
    if let Err(error) = inspect(&module, runtimes[0].limits()) {
        let words = error.message().split_inclusive(' ').filter(|w| !w.contains(char::is_numeric));
        tally.refused.insert(words.take(8).collect(), 1);
        return Ok(tally);
    }
    let loaded: Vec<_> = runtimes.iter().map(|runtime| runtime.load(&module)).collect();
    let modules: Vec<Arc<dyn UdfModule>> = match loaded.into_iter().collect() {
        Ok(modules) => modules,
        Err(error) => return Err(format!("an engine does not take it: {error}")),
    };
    let options = || SessionOptions::default().threads(1);
    let mut sessions: Vec<_> = modules.iter().map(|module| module.open(options())).collect();
    let mut call = |name: &str, call: &Call| -> Result<bool, String> {
        let mut outcomes = Vec::new();
        for (module, session) in modules.iter().zip(&mut sessions) {
            let signature = module.signature(name).map_err(|error| error.to_string())?;
            outcomes.push(session.call(&signature, call.clone()));
        }
        if outcomes.iter().any(exhausted) {
            tally.deep += 1;
            return Ok(false);
        }
        if let Ok(output) = &outcomes[0] {
            tally.calls += output.guest_calls;
            tally.failed += output.failed_rows;
        }
        match outcome::difference(&outcomes[0], &outcomes[1]) {
            Some(difference) => Err(format!("`{name}`: {difference}\narguments: {call:?}")),
            None => Ok(true),
        }
    };
    for function in &modules[0].manifest().functions {
        if function.name == generate::STATE {
            continue;
        }
        let signature = modules[0].signature(&function.name).map_err(|error| error.to_string())?;
        let same = call(&function.name, &arguments::call(&signature, &mut random))?
            && call(generate::STATE, &Call::new(Vec::new()).rows(1))?;
        // Instances that are not in the same state tell nothing more.
        if !same {
            break;
        }
    }
    Ok(tally)
}

/// Whether a row of the outcome ran out of stack, which each engine has its own amount of.
fn exhausted(outcome: &Result<Output, Error>) -> bool {
    match outcome {
        Ok(output) => output.failures.iter().any(|f| f.kind == ErrorKind::StackExhausted),
        Err(error) => error.kind() == ErrorKind::StackExhausted,
    }
}
