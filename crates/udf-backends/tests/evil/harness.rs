//! Calling guests on every runtime, and holding what comes back against what must.

use crate::{guest::Guest, kept};
use arrow_array::{Array, Float64Array, cast::AsArray, types::Float64Type};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use udf_columnar::{
    Argument, Call, CompileLimits, Error, ErrorKind, Limits, Output, Session, SessionOptions,
    UdfModule, WasmUdfRuntime,
};
use web_time::Instant;

/// Nothing here takes longer, whatever the guest tries; most take milliseconds.
#[cfg(not(target_family = "wasm"))]
const PROMPT: Duration = Duration::from_secs(10);

/// Every engine that runs guests.
fn start_runtimes(limits: &Limits) -> Vec<Arc<dyn WasmUdfRuntime>> {
    let start = |name: &&str| udf_backends::runtime_by_name(name, limits.clone()).unwrap();
    udf_backends::engine_names().iter().map(start).collect()
}

/// The engines with these limits; started once for each set of limits.
pub(crate) fn runtimes(limits: &Limits) -> Vec<Arc<dyn WasmUdfRuntime>> {
    type Started = Vec<(Limits, Vec<Arc<dyn WasmUdfRuntime>>)>;
    static STARTED: Mutex<Started> = Mutex::new(Vec::new());
    let mut started = STARTED.lock().unwrap();
    if let Some((_, runtimes)) = started.iter().find(|(of, _)| of == limits) {
        return runtimes.clone();
    }
    let runtimes = start_runtimes(limits);
    started.push((limits.clone(), runtimes.clone()));
    runtimes
}

/// Limits whose deadlines no test here is about: the machine may be busy.
pub(crate) fn patient() -> Limits {
    let long = Duration::from_secs(5);
    Limits::builder().batch_deadline(long).call_deadline(long).build().unwrap()
}

/// The usual limits but for what compiling may take.
pub(crate) fn compiling(compile: CompileLimits) -> Limits {
    Limits::builder().compile_limits(compile).build().unwrap()
}

/// Limits for guests that never return.
pub(crate) fn hasty() -> Limits {
    let short = Duration::from_millis(200);
    Limits::builder().batch_deadline(short).call_deadline(short).build().unwrap()
}

/// Runs a test on a thread of its own and gives up waiting for it after [`PROMPT`].
#[cfg(not(target_family = "wasm"))]
pub(crate) fn promptly(test: impl FnOnce() + Send + 'static) {
    use std::sync::mpsc;
    let (done, wait) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        test();
        // Nobody listens any more where the test took too long.
        let _ = done.send(());
    });
    match wait.recv_timeout(PROMPT) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("not finished within {PROMPT:?}"),
        _ => {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

/// The same where there are no threads: the runner of these tests gives up.
#[cfg(target_family = "wasm")]
pub(crate) fn promptly(test: impl FnOnce()) {
    test();
}

/// Waits.
pub(crate) fn wait(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        if cfg!(not(target_family = "wasm")) {
            std::thread::sleep(time);
        }
    }
}

/// Runs a test with the guest loaded on every runtime with these limits.
pub(crate) fn on_every_runtime(
    limits: &Limits,
    guest: &Guest,
    test: impl Fn(&dyn UdfModule) + Send + 'static,
) {
    let (runtimes, bytes) = (runtimes(limits), guest.bytes());
    kept::keep(&bytes);
    promptly(move || {
        for runtime in runtimes {
            // Shown where the test fails.
            eprintln!("on {}:", runtime.name());
            let module = runtime.load(&bytes).unwrap_or_else(|e| panic!("{}: {e}", runtime.name()));
            test(module.as_ref());
        }
    });
}

/// One thread, so that what a guest remembers is in one instance.
pub(crate) fn session(module: &dyn UdfModule) -> Box<dyn Session> {
    module.open(SessionOptions::default().threads(1))
}

/// The numbers 1, 2, 3, … as a column.
pub(crate) fn counting(rows: usize) -> Argument {
    numbers((1..=rows).map(|n| n as f64).collect())
}

pub(crate) fn numbers(values: Vec<f64>) -> Argument {
    Argument::column(Arc::new(Float64Array::from(values))).unwrap()
}

/// Calls a function of one column.
pub(crate) fn call(
    module: &dyn UdfModule,
    session: &mut dyn Session,
    name: &str,
    x: Argument,
) -> Result<Output, Error> {
    session.call(&module.signature(name)?, Call::new(vec![x]))
}

/// `EVIL` of 1, 2, 3, ….
pub(crate) fn call_evil(
    module: &dyn UdfModule,
    session: &mut dyn Session,
    rows: usize,
) -> Result<Output, Error> {
    call(module, session, "EVIL", counting(rows))
}

/// Holds the function against the doubles of 1, 2, 3, ….
pub(crate) fn doubles(module: &dyn UdfModule, session: &mut dyn Session, name: &str, rows: usize) {
    let output = call(module, session, name, counting(rows)).unwrap();
    let wanted: Vec<f64> = (1..=rows).map(|n| 2.0 * n as f64).collect();
    assert_eq!(values(&output), wanted);
    assert_eq!(output.failed_rows, 0);
}

/// The values of the one f64 column of a result without nulls.
pub(crate) fn values(output: &Output) -> Vec<f64> {
    assert_eq!(output.columns.len(), 1);
    let array = output.columns[0].array();
    assert_eq!(array.null_count(), 0);
    array.as_primitive::<Float64Type>().values().to_vec()
}

/// Holds an outcome against the error that it must be.
#[track_caller]
pub(crate) fn assert_fails<T>(result: Result<T, Error>, kind: ErrorKind, phrase: &str) {
    let Err(error) = result else { panic!("{kind:?} is expected, it worked") };
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(phrase), "`{phrase}` should stand in: {error}");
}

impl Guest {
    /// `EVIL` of four rows fails like this, and everything else still works.
    pub(crate) fn fails(self, kind: ErrorKind, phrase: &'static str) {
        self.fails_on(4, &patient(), kind, phrase);
    }

    /// `EVIL` of so many rows fails like this under these limits, twice, and after each failure
    /// `GOOD` is right in the same session and in another one.
    pub(crate) fn fails_on(
        self,
        rows: usize,
        limits: &Limits,
        kind: ErrorKind,
        phrase: &'static str,
    ) {
        on_every_runtime(limits, &self, move |module| {
            let mut here = session(module);
            for _ in 0..2 {
                assert_fails(call_evil(module, here.as_mut(), rows), kind, phrase);
                doubles(module, here.as_mut(), "GOOD", 4);
                doubles(module, session(module).as_mut(), "GOOD", 4);
            }
        });
    }

    /// `EVIL` does no harm: it doubles, and `GOOD` does so before and after.
    pub(crate) fn does_no_harm(self, rows: usize) {
        on_every_runtime(&patient(), &self, move |module| {
            let mut here = session(module);
            for name in ["GOOD", "EVIL", "EVIL", "GOOD"] {
                doubles(module, here.as_mut(), name, rows);
            }
        });
    }
}
