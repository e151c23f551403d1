//! The open sessions of one recalculation, and how much was called in it.

use super::plugin::Module;
use crate::eval::Environment;
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use udf_columnar::{Log, Session, SessionOptions};

/// The open sessions of one recalculation, and how much was called in it.
///
/// A session is opened when a module is first called, and kept for the next call. Regions that call the
/// same module at the same time have a session each.
pub(crate) struct Sessions {
    id: u64,
    /// Sessions that nobody uses now, by module.
    idle: Mutex<HashMap<u64, Vec<Box<dyn Session>>>>,
    calls: AtomicU64,
    rows: AtomicU64,
    guest_calls: AtomicU64,
    nanos: AtomicU64,
    /// What plugins logged, by function.
    logs: Mutex<BTreeMap<String, Log>>,
}

/// How much was called in a recalculation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CallCounts {
    /// Calls of plugins and callbacks, one for all rows of a column.
    pub(crate) calls: u64,
    /// Rows of those calls.
    pub(crate) rows: u64,
    /// Calls into WebAssembly, and of handlers.
    pub(crate) guest_calls: u64,
    /// Time in calls, of all threads together.
    pub(crate) time: Duration,
}

impl Default for Sessions {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            idle: Mutex::default(),
            calls: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            guest_calls: AtomicU64::new(0),
            nanos: AtomicU64::new(0),
            logs: Mutex::default(),
        }
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("id", &self.id).field("counts", &self.counts()).finish()
    }
}

impl Sessions {
    /// Tells recalculations apart.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// How much was called so far.
    pub(crate) fn counts(&self) -> CallCounts {
        CallCounts {
            calls: self.calls.load(Ordering::Relaxed),
            rows: self.rows.load(Ordering::Relaxed),
            guest_calls: self.guest_calls.load(Ordering::Relaxed),
            time: Duration::from_nanos(self.nanos.load(Ordering::Relaxed)),
        }
    }

    /// Counts a call for so many rows, which took so long.
    pub(super) fn count(&self, rows: usize, time: Duration) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Counts calls into a guest or handler.
    pub(super) fn count_guest_calls(&self, calls: u64) {
        self.guest_calls.fetch_add(calls, Ordering::Relaxed);
    }

    /// Takes in what a function logged.
    pub(super) fn add_log(&self, function: &str, log: &Log) {
        if !log.is_empty() {
            let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
            logs.entry(function.to_owned()).or_default().append(log.clone());
        }
    }

    /// What plugins logged so far, function by function.
    pub(crate) fn log(&self) -> Log {
        let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = Log::default();
        logs.iter().for_each(|(function, log)| all.append(log.context(function)));
        all
    }

    /// A session of the module: one that is open and idle, or a new one.
    pub(super) fn take(&self, module: &Module, environment: &Environment) -> Box<dyn Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let open = idle.get_mut(&module.serial).and_then(Vec::pop);
        drop(idle);
        open.unwrap_or_else(|| {
            let seed = environment.seed ^ environment.epoch.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let options = SessionOptions::default()
                .threads(environment.threads)
                .cancel(environment.cancel.clone())
                .volatile(seed, environment.now_us);
            module.module.open(options)
        })
    }

    /// Keeps a session for the next call.
    pub(super) fn give_back(&self, module: &Module, session: Box<dyn Session>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.entry(module.serial).or_default().push(session);
    }
}
