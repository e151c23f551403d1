//! Two engines, one result: random calls of random functions of every committed plugin.
//!
//! Values, validity, errors, messages, failures and refusals must agree bit for bit (hosts make
//! every NaN canonical). The calls come from one seed; a difference is shown with the chunk that
//! it is in. `FZ_AGREEMENT_SEED` takes another seed, `FZ_AGREEMENT_CHUNK` runs one chunk,
//! `FZ_AGREEMENT_CALLS` asks for more or fewer calls.
#![cfg(all(
    feature = "wasmi",
    any(feature = "wasmtime", all(feature = "js", target_family = "wasm"))
))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

mod arguments;
#[path = "../files/mod.rs"]
mod files;
#[path = "../../../udf-fuzzing/src/engines/outcome.rs"]
mod outcome;
#[path = "../../../udf-fuzzing/src/engines/random.rs"]
mod random;

use arguments::Generator;
use outcome::difference;
use random::Random;
use rayon::prelude::*;
use std::{sync::Arc, time::Duration};
use udf_backends::runtime_by_name;
use udf_columnar::{Call, Limits, Session, SessionOptions, Signature, UdfModule, WasmUdfRuntime};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEED: u64 = 0x0F0E_D0C0_BA98_7654;
const CALLS: usize = if cfg!(target_family = "wasm") { 10_000 } else { 100_000 };
/// Calls of one chunk: the same sessions, the same stream of random numbers.
const CHUNK: usize = 500;
/// Calls after which a chunk opens its sessions again.
const SESSION_CALLS: usize = 50;
#[cfg(not(target_family = "wasm"))]
const ENGINES: [&str; 2] = ["wasmtime", "wasmi"];
#[cfg(target_family = "wasm")]
const ENGINES: [&str; 2] = ["js", "wasmi"];

/// Functions that cannot agree, and why.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("SPIN", "it ends with its deadline, which each engine reads on its own clock"),
    #[cfg(target_family = "wasm")]
    ("RECURSE", "it runs on the page's stack, whose size is not the limits'"),
];

/// A plugin on each engine.
struct Plugin {
    name: String,
    modules: Vec<Arc<dyn UdfModule>>,
    functions: Vec<Arc<Signature>>,
}

fn runtimes() -> Vec<Arc<dyn WasmUdfRuntime>> {
    let long = Duration::from_secs(120);
    // Memory that functions which ask for much run into soon.
    let limits = Limits::builder()
        .batch_deadline(long)
        .call_deadline(long)
        .memory_bytes(8 << 20)
        .result_bytes(1 << 20)
        .build()
        .unwrap();
    ENGINES.iter().map(|name| runtime_by_name(name, limits.clone()).unwrap()).collect()
}

/// Every committed plugin, in order of name; one that an engine refuses, both must.
fn plugins() -> Vec<Plugin> {
    let runtimes = runtimes();
    let plugins = files::all("plugins", "wasm").into_iter().filter_map(|(name, bytes)| {
        let loaded: Vec<_> = runtimes.iter().map(|runtime| runtime.load(&bytes)).collect();
        assert!(same(&loaded, |a, b| a.is_ok() == b.is_ok()), "{name}: {loaded:?}");
        let modules: Vec<_> = loaded.into_iter().collect::<Result<_, _>>().ok()?;
        let names = modules[0].manifest().functions.iter().map(|f| f.name.as_str());
        let functions = names
            .filter(|name| NOT_COMPARED.iter().all(|(skipped, _)| skipped != name))
            .filter_map(|name| modules[0].signature(name).ok())
            .collect();
        Some(Plugin { name, modules, functions })
    });
    plugins.collect()
}

/// Whether all are the same as the first.
fn same<T>(of: &[T], equal: impl Fn(&T, &T) -> bool) -> bool {
    of.windows(2).all(|pair| equal(&pair[0], &pair[1]))
}

/// What the calls of a chunk came to.
#[derive(Clone, Copy, Default)]
struct Tally {
    calls: usize,
    rows: usize,
    refused: usize,
    failed_rows: u64,
}

impl std::ops::Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            rows: self.rows + other.rows,
            refused: self.refused + other.refused,
            failed_rows: self.failed_rows + other.failed_rows,
        }
    }
}

/// A session of each plugin on each engine.
fn open(plugins: &[Plugin], random: &mut Random) -> Vec<Vec<Box<dyn Session>>> {
    let batch_rows = random.pick(&[None, None, Some(1), Some(3), Some(16)]);
    let (seed, now) = (random.next(), (random.next() >> 12).cast_signed());
    let options =
        || SessionOptions::default().threads(1).batch_rows(batch_rows).volatile(seed, now);
    let sessions = |plugin: &Plugin| plugin.modules.iter().map(|m| m.open(options())).collect();
    plugins.iter().map(sessions).collect()
}

fn run_chunk(plugins: &[Plugin], seed: u64, chunk: usize, calls: usize) -> Result<Tally, String> {
    let mut random = Random::new(seed ^ (chunk as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut sessions = Vec::new();
    let mut tally = Tally::default();
    for number in 0..calls {
        if number % SESSION_CALLS == 0 {
            sessions = open(plugins, &mut random);
        }
        let total: usize = plugins.iter().map(|plugin| plugin.functions.len()).sum();
        let mut nth = random.below(total);
        let at = plugins.iter().position(|plugin| {
            let here = nth < plugin.functions.len();
            nth = if here { nth } else { nth - plugin.functions.len() };
            here
        });
        let at = at.unwrap();
        let signature = &plugins[at].functions[nth];
        let call = Generator::new(&mut random, signature).call();
        let outcomes: Vec<_> =
            sessions[at].iter_mut().map(|s| s.call(signature, call.clone())).collect();
        if let Some(difference) = difference(&outcomes[0], &outcomes[1]) {
            return Err(format!(
                "FZ_AGREEMENT_SEED={seed} FZ_AGREEMENT_CHUNK={chunk}, call {number}: {} {signature} \
                 differs ({}): {difference}\narguments: {}",
                plugins[at].name,
                ENGINES.join(", "),
                show(&call)
            ));
        }
        tally = tally
            + match &outcomes[0] {
                Ok(output) => Tally {
                    calls: 1,
                    rows: output.rows(),
                    refused: 0,
                    failed_rows: output.failed_rows,
                },
                Err(_) => Tally { calls: 1, refused: 1, ..Tally::default() },
            };
    }
    Ok(tally)
}

fn show(call: &Call) -> String {
    call.arguments.iter().map(|argument| format!("\n  {argument:?}")).collect()
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

#[test]
fn two_engines_agree_on_random_batches() {
    let plugins = plugins();
    assert!(plugins.len() >= 2, "{} plugins", plugins.len());
    for (name, _) in NOT_COMPARED {
        let found = plugins.iter().any(|plugin| plugin.modules[0].signature(name).is_ok());
        assert!(found, "{name} is no function of any plugin");
    }
    let seed = number("FZ_AGREEMENT_SEED").unwrap_or(SEED);
    let calls = number("FZ_AGREEMENT_CALLS").map_or(CALLS, |n| usize::try_from(n).unwrap());
    let chunks = match number("FZ_AGREEMENT_CHUNK") {
        Some(chunk) => vec![usize::try_from(chunk).unwrap()],
        None => (0..calls.div_ceil(CHUNK)).collect(),
    };
    let count = chunks.len() * CHUNK;
    let results: Vec<_> =
        chunks.par_iter().map(|chunk| run_chunk(&plugins, seed, *chunk, CHUNK)).collect();
    let different: Vec<_> = results.iter().filter_map(|r| r.as_ref().err().cloned()).collect();
    let shown = different.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(different.is_empty(), "{} chunks differ:\n{shown}", different.len());

    let tally = results.iter().flatten().fold(Tally::default(), |all, one| all + *one);
    println!(
        "{} calls, {} rows, {} rows failed, {} calls failed",
        tally.calls, tally.rows, tally.failed_rows, tally.refused
    );
    assert_eq!(tally.calls, count);
    // The calls are no good where everything works, or nothing.
    assert!(tally.rows > tally.calls && tally.failed_rows > 0 && tally.refused > 0);
    assert!(tally.refused < tally.calls / 4, "{} of {} calls fail", tally.refused, tally.calls);
}
