//! One loaded module per content: compiled once, shared by everybody who loads the same bytes.
//!
//! ```text
//! load ── known ─────────────────▶ the module
//!      ── being compiled ── wait ─▶ what comes of it
//!      ── neither ─▶ a thread of ours compiles, and the caller waits like the others
//! ```
//!
//! No engine can be told to stop compiling, so callers never compile themselves: they wait until
//! the module is there, their time is over or they are cancelled. A compilation that nobody waits
//! for goes on to its end, which the limits on its work keep near.

use crate::{
    module::{LOAD_ROOM, check_size, sha256},
    session::LoadedModule,
};
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use udf_columnar::{Error, ErrorKind, Limits, LoadOptions, stack};
use web_time::Instant;

/// Most compilations of one engine at a time, those that nobody waits for included: each may take
/// the memory that the limits on work stand for.
const AT_ONCE: usize = 4;
/// How often a waiting caller looks at its cancel token.
const LOOK: Duration = Duration::from_millis(10);

/// Modules of one engine by content, as long as somebody holds them.
#[derive(Default)]
pub(crate) struct Store(Arc<Shared>);

#[derive(Default)]
struct Shared {
    modules: Mutex<Modules>,
    /// A compilation has ended: there may be room for another.
    ended: Condvar,
}

#[derive(Default)]
struct Modules {
    known: HashMap<[u8; 32], Known>,
    running: usize,
}

enum Known {
    Loaded(Weak<LoadedModule>),
    Compiling(Arc<Compilation>),
}

/// A compilation that is running, or has ended a moment ago.
#[derive(Default)]
struct Compilation {
    waiting: Mutex<Waiting>,
    ended: Condvar,
}

/// Those who wait for a compilation, and what came of it until the last of them has taken it: no
/// module is held by anybody else.
#[derive(Default)]
struct Waiting {
    callers: usize,
    outcome: Option<Outcome>,
}

type Outcome = Result<Arc<LoadedModule>, Error>;

impl Store {
    /// The module of these bytes. `compile` is given them with their SHA-256, inspects and compiles them; it runs on another thread
    /// where the target has threads, and at most once at a time per content.
    ///
    /// # Errors
    /// Those of `compile`; [`DeadlineExceeded`](ErrorKind::DeadlineExceeded) and
    /// [`Cancelled`](ErrorKind::Cancelled). A failed load leaves nothing behind.
    pub(crate) fn load(
        &self,
        bytes: &[u8],
        limits: &Limits,
        options: &LoadOptions,
        compile: impl FnOnce(&[u8], [u8; 32]) -> Result<LoadedModule, Error> + Send + 'static,
    ) -> Outcome {
        // Before it is hashed and copied.
        check_size(bytes, limits)?;
        self.load_hashed(bytes, sha256(bytes), limits, options, compile)
    }

    /// The same of bytes that are not too many, whose SHA-256 is known.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub(crate) fn load_hashed(
        &self,
        bytes: &[u8],
        key: [u8; 32],
        limits: &Limits,
        options: &LoadOptions,
        compile: impl FnOnce(&[u8], [u8; 32]) -> Result<LoadedModule, Error> + Send + 'static,
    ) -> Outcome {
        let patience = Patience::of(limits, options);
        let compilation = match self.0.enter(key, &patience)? {
            Entered::Loaded(module) => return Ok(module),
            Entered::Joined(compilation) => compilation,
            Entered::Started(compilation) => {
                self.0.clone().start(key, compilation.clone(), bytes, compile);
                compilation
            }
        };
        compilation.wait(&patience)
    }
}

enum Entered {
    Loaded(Arc<LoadedModule>),
    /// Somebody else's.
    Joined(Arc<Compilation>),
    /// The caller's to start; it counts as running.
    Started(Arc<Compilation>),
}

impl Shared {
    fn modules(&self) -> MutexGuard<'_, Modules> {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds the module or its compilation, or makes room for one.
    fn enter(&self, key: [u8; 32], patience: &Patience<'_>) -> Result<Entered, Error> {
        let mut modules = self.modules();
        loop {
            match modules.known.get(&key) {
                Some(Known::Loaded(module)) => {
                    if let Some(module) = module.upgrade() {
                        return Ok(Entered::Loaded(module));
                    }
                }
                Some(Known::Compiling(compilation)) => {
                    compilation.join();
                    return Ok(Entered::Joined(compilation.clone()));
                }
                None => {}
            }
            if modules.running < AT_ONCE {
                patience.pause("it was to be compiled")?;
                let compilation = Arc::new(Compilation::default());
                compilation.join();
                modules.known.retain(|_, known| match known {
                    Known::Loaded(module) => module.strong_count() > 0,
                    Known::Compiling(_) => true,
                });
                modules.known.insert(key, Known::Compiling(compilation.clone()));
                modules.running += 1;
                return Ok(Entered::Started(compilation));
            }
            let pause = patience.pause("other modules were being compiled")?;
            let woken = self.ended.wait_timeout(modules, pause);
            modules = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Compiles on a thread of its own.
    fn start(
        self: Arc<Self>,
        key: [u8; 32],
        compilation: Arc<Compilation>,
        bytes: &[u8],
        compile: impl FnOnce(&[u8], [u8; 32]) -> Result<LoadedModule, Error> + Send + 'static,
    ) {
        if cfg!(target_family = "wasm") {
            let outcome = run(|| compile(bytes, key));
            return self.end(key, &compilation, outcome);
        }
        let bytes = bytes.to_vec();
        let (shared, same) = (self.clone(), compilation.clone());
        let thread = std::thread::Builder::new().name("fz-compile".into());
        let thread = thread.stack_size(LOAD_ROOM + stack::RESERVE).spawn(move || {
            let outcome = run(|| compile(&bytes, key));
            shared.end(key, &same, outcome);
        });
        if let Err(error) = thread {
            let message = format!("cannot start a thread to compile on: {error}");
            let error = Error::new(ErrorKind::Busy, message).with_source(error);
            self.end(key, &compilation, Err(error));
        }
    }

    /// Keeps what came of a compilation, and tells whoever waits.
    fn end(&self, key: [u8; 32], compilation: &Compilation, outcome: Outcome) {
        {
            let mut modules = self.modules();
            modules.running -= 1;
            match &outcome {
                Ok(module) => {
                    modules.known.insert(key, Known::Loaded(Arc::downgrade(module)));
                }
                Err(_) => {
                    modules.known.remove(&key);
                }
            }
        }
        self.ended.notify_all();
        compilation.end(outcome);
    }
}

/// Runs a compilation. An engine that panics fails one load and leaves no caller waiting.
fn run(compile: impl FnOnce() -> Result<LoadedModule, Error>) -> Outcome {
    catch_unwind(AssertUnwindSafe(compile)).map_or_else(
        |_| Err(Error::new(ErrorKind::Internal, "the engine panicked as it compiled the module")),
        |outcome| outcome.map(Arc::new),
    )
}

impl Compilation {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more caller waits. Nobody joins once the store knows what came of it.
    fn join(&self) {
        self.waiting().callers += 1;
    }

    fn end(&self, outcome: Outcome) {
        let mut waiting = self.waiting();
        if waiting.callers > 0 {
            waiting.outcome = Some(outcome);
            self.ended.notify_all();
        }
    }

    /// Waits for the outcome as long as the caller, who has joined, wants to.
    fn wait(&self, patience: &Patience<'_>) -> Outcome {
        let mut waiting = self.waiting();
        loop {
            let outcome = match waiting.callers {
                1 => waiting.outcome.take(),
                _ => waiting.outcome.clone(),
            };
            let outcome = match (outcome, patience.pause("it was being compiled")) {
                (Some(outcome), _) => outcome,
                (None, Err(error)) => Err(error),
                (None, Ok(pause)) => {
                    let woken = self.ended.wait_timeout(waiting, pause);
                    waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
                    continue;
                }
            };
            waiting.callers -= 1;
            return outcome;
        }
    }
}

/// How long a caller waits.
struct Patience<'o> {
    allowed: Duration,
    /// None where the clock does not reach that far.
    end: Option<Instant>,
    options: &'o LoadOptions,
}

impl<'o> Patience<'o> {
    fn of(limits: &Limits, options: &'o LoadOptions) -> Self {
        let allowed = options.deadline.unwrap_or(limits.compile.deadline);
        Self { allowed, end: Instant::now().checked_add(allowed), options }
    }

    /// How long to sleep until the next look; the error of a caller that does not wait any longer.
    fn pause(&self, doing: &str) -> Result<Duration, Error> {
        if self.options.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "loading the module was cancelled"));
        }
        let left = self.end.map_or(LOOK, |end| end.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return Err(Error::new(
                ErrorKind::DeadlineExceeded,
                format!(
                    "loading the module took longer than {:?}: {doing}; allow it more time, or build the module smaller",
                    self.allowed
                ),
            ));
        }
        Ok(left.min(LOOK))
    }
}
