//! Two engines, one result: random modules of the contract's features, made by wasm-smith, loaded
//! on both engines and called with random numbers.
//!
//! Values, failures and what a call leaves in memory, globals and table must agree bit for bit. No
//! engine changes its version before this has made a million calls (`docs/safety.md`):
//! `cargo xtask differential --calls 1000000`.
//!
//! | variable | what it sets |
//! |---|---|
//! | `FZ_DIFFERENTIAL_SECONDS` | how long to go on; 20 without it |
//! | `FZ_DIFFERENTIAL_CALLS` | how many calls to make at most |
//! | `FZ_DIFFERENTIAL_SEED` | other modules |
//! | `FZ_DIFFERENTIAL_MODULE` | runs the one module of this number |
//!
//! Modules are numbered, and follow from the seed and their number. One that differs is written to
//! the target folder; one that ends the whole process is left there, named `.running.wasm`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use udf_columnar::WasmUdfRuntime;
use udf_fuzzing::engines::{Case, ENGINES, Tally, compare, runtimes};

const SEED: u64 = 0x00D1_FFE2_E27A_11A5;
const SECONDS: u64 = 20;
/// After so many different modules nothing new is learned.
const ENOUGH: usize = 20;

/// One run over numbered modules.
struct Run {
    seed: u64,
    folder: PathBuf,
    next: AtomicU64,
    stop: AtomicBool,
    until: Option<Instant>,
    most_calls: u64,
    tally: Mutex<Tally>,
    differences: Mutex<Vec<String>>,
}

impl Run {
    /// The module of this number, held against itself on the other engine.
    fn module(&self, runtimes: &[Arc<dyn WasmUdfRuntime>], number: u64) {
        let case = Case::of_seed(self.seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let running = self.folder.join(format!("{}-{number}.running.wasm", self.seed));
        let keep = |module: &[u8]| fs::write(&running, module).unwrap();
        let result = catch_unwind(AssertUnwindSafe(|| compare(case, runtimes, keep)))
            .unwrap_or_else(|_| Err("an engine panicked".into()));
        match result {
            Ok(tally) => {
                // There is none where the bytes made no module.
                let _ = fs::remove_file(&running);
                self.tally.lock().unwrap().add(tally);
            }
            Err(difference) => {
                let kept = self.folder.join(format!("{}-{number}.wasm", self.seed));
                fs::rename(&running, &kept).unwrap();
                let shown = format!(
                    "FZ_DIFFERENTIAL_SEED={} FZ_DIFFERENTIAL_MODULE={number}, written to {}\n\
                     {} differ in {difference}",
                    self.seed,
                    kept.display(),
                    ENGINES.join(" and ")
                );
                eprintln!("{shown}\n");
                let mut differences = self.differences.lock().unwrap();
                differences.push(shown);
                if differences.len() >= ENOUGH {
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
            || self.until.is_some_and(|until| Instant::now() >= until)
            || self.tally.lock().unwrap().calls >= self.most_calls
    }

    /// Modules one after the other, on every thread, until it is over.
    fn all(&self, runtimes: &[Arc<dyn WasmUdfRuntime>]) {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while !self.is_over() {
                        self.module(runtimes, self.next.fetch_add(1, Ordering::Relaxed));
                    }
                });
            }
        });
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

#[test]
fn engines_agree_on_random_modules() {
    let started = Instant::now();
    let calls = number("FZ_DIFFERENTIAL_CALLS");
    let seconds = number("FZ_DIFFERENTIAL_SECONDS").or(calls.is_none().then_some(SECONDS));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("differential");
    fs::create_dir_all(&folder).unwrap();
    let run = Run {
        seed: number("FZ_DIFFERENTIAL_SEED").unwrap_or(SEED),
        folder,
        next: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        until: seconds.map(|seconds| started + Duration::from_secs(seconds)),
        most_calls: calls.unwrap_or(u64::MAX),
        tally: Mutex::default(),
        differences: Mutex::default(),
    };
    let runtimes = runtimes();
    let only = number("FZ_DIFFERENTIAL_MODULE");
    match only {
        Some(number) => run.module(&runtimes, number),
        None => run.all(&runtimes),
    }
    let tally = run.tally.lock().unwrap();
    let refused: u64 = tally.refused.values().sum();
    for (reason, count) in &tally.refused {
        println!("{count} refused: {reason}…");
    }
    let differences = run.differences.lock().unwrap();
    println!(
        "seed {}: {} modules ({} refused), {} calls ({} trapped), {} ended for their stack, \
         {} differences, {:.0} s",
        run.seed,
        tally.modules,
        refused,
        tally.calls,
        tally.failed,
        tally.deep,
        differences.len(),
        started.elapsed().as_secs_f64()
    );
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    // The modules are no good where everything traps, or nothing.
    let compared = tally.calls > 0 && refused < tally.modules && tally.failed < tally.calls;
    assert!(only.is_some() || compared, "nothing was compared");
}
