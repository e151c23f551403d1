//! The clock that guests are interrupted by: an engine's epoch, advanced while guests run.

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use udf_columnar::{Error, ErrorKind};
use wasmtime::{Engine, EngineWeak};

/// How often a running guest looks at its deadline and its cancel token.
const TICK: Duration = Duration::from_millis(1);

/// Advances the epoch of an engine while at least one guest runs; sleeps otherwise.
pub(super) struct Ticker {
    running: AtomicUsize,
    asleep: AtomicBool,
    lock: Mutex<()>,
    wake: Condvar,
}

impl Ticker {
    pub(super) fn start(engine: &Engine) -> Result<Arc<Self>, Error> {
        let ticker = Arc::new(Self {
            running: AtomicUsize::new(0),
            asleep: AtomicBool::new(false),
            lock: Mutex::new(()),
            wake: Condvar::new(),
        });
        let (weak_ticker, weak_engine) = (Arc::downgrade(&ticker), engine.weak());
        std::thread::Builder::new()
            .name("fz-epoch".into())
            .spawn(move || {
                while let Some(ticker) = weak_ticker.upgrade() {
                    if !ticker.tick(&weak_engine) {
                        break;
                    }
                }
            })
            .map_err(|e| {
                Error::new(ErrorKind::Internal, format!("cannot start a thread: {e}"))
                    .with_source(e)
            })?;
        Ok(ticker)
    }

    /// Marks a guest as running until the answer is dropped.
    pub(super) fn enter(&self) -> Entered<'_> {
        self.running.fetch_add(1, Ordering::SeqCst);
        if self.asleep.load(Ordering::SeqCst) {
            drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.wake.notify_one();
        }
        Entered(self)
    }

    /// One tick; false when the engine is gone.
    fn tick(&self, engine: &EngineWeak) -> bool {
        if self.running.load(Ordering::SeqCst) == 0 {
            let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
            self.asleep.store(true, Ordering::SeqCst);
            // Whoever enters from here on sees `asleep` and takes the lock before waking.
            if self.running.load(Ordering::SeqCst) == 0 {
                let nap = Duration::from_secs(1);
                drop(self.wake.wait_timeout(guard, nap).unwrap_or_else(PoisonError::into_inner));
            }
            self.asleep.store(false, Ordering::SeqCst);
        }
        std::thread::sleep(TICK);
        match engine.upgrade() {
            Some(engine) => {
                engine.increment_epoch();
                true
            }
            None => false,
        }
    }
}

/// A guest is running.
pub(super) struct Entered<'t>(&'t Ticker);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}
