//! The instances of one module: bounded, created when a call needs them, warm while their session
//! lives.

use crate::{dispatch::Instance, guest::Until};
use std::{
    cell::LazyCell,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};
use udf_columnar::{Error, ErrorKind, Lane};

/// Makes instances of a module.
pub(crate) trait Factory: Send + Sync {
    /// A fresh instance, checked to speak the contract's version.
    fn create(&self, until: &Until) -> Result<Box<dyn Instance>, Error>;

    /// How its instances are called for a function that asks for `lane`.
    fn lane(&self, lane: Lane) -> Lane {
        lane
    }
}

/// Instances in use and at rest.
pub(crate) struct Pool {
    state: Mutex<State>,
    freed: Condvar,
    limit: usize,
}

#[derive(Default)]
struct State {
    /// Instances that exist or may be created by a lease.
    taken: usize,
    /// Instances at rest, each kept for the session that used it.
    idle: Vec<(u64, Box<dyn Instance>)>,
    next_session: u64,
    /// Calls that wait for an instance: nobody else is woken, which would cost a system call.
    waiting: usize,
}

impl Pool {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), freed: Condvar::new(), limit: limit.max(1) })
    }

    /// A number that no other session of this pool has.
    pub(crate) fn session(&self) -> u64 {
        let mut state = self.lock();
        state.next_session += 1;
        state.next_session
    }

    /// Between one and `wanted` leases, as many as are free; waits for the first one, until the
    /// moment that `until` says when it is asked.
    pub(crate) fn acquire(
        self: &Arc<Self>,
        session: u64,
        wanted: usize,
        until: impl FnOnce() -> Until,
    ) -> Result<Vec<Lease>, Error> {
        let mut state = self.lock();
        let mut leases = Vec::with_capacity(wanted.clamp(1, self.limit));
        let until = LazyCell::new(until);
        loop {
            while leases.len() < wanted.max(1) {
                match state.take(session, self.limit) {
                    Some(instance) => leases.push(Lease { pool: self.clone(), session, instance }),
                    None => break,
                }
            }
            if !leases.is_empty() {
                return Ok(leases);
            }
            if let Some(error) = until.expired() {
                let busy = ErrorKind::Busy;
                return Err(match error.kind() {
                    ErrorKind::DeadlineExceeded => Error::new(
                        busy,
                        format!(
                            "all {} instances of the module stayed busy: raise the limit `instances` or use fewer sessions at a time",
                            self.limit
                        ),
                    ),
                    _ => error,
                });
            }
            let pause = std::time::Duration::from_millis(10);
            state.waiting += 1;
            let waited = self.freed.wait_timeout(state, pause);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
    }

    /// Discards what a session left at rest.
    pub(crate) fn close(&self, session: u64) {
        self.discard(|of| of == session);
    }

    /// Discards what all sessions left at rest, and gives the number of instances.
    #[cfg(any(feature = "wasmtime", feature = "js"))]
    pub(crate) fn discard_idle(&self) -> usize {
        self.discard(|_| true)
    }

    fn discard(&self, which: impl Fn(u64) -> bool) -> usize {
        let gone: Vec<_> = {
            let mut state = self.lock();
            let gone: Vec<_> = state.idle.extract_if(.., |(of, _)| which(*of)).collect();
            state.taken -= gone.len();
            gone
        };
        let number = gone.len();
        drop(gone);
        self.freed.notify_all();
        number
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The session's own idle instance, or room for a new one: `Some(None)`.
    #[expect(clippy::option_option, reason = "no room, room, room with an instance in it")]
    fn take(&mut self, session: u64, limit: usize) -> Option<Option<Box<dyn Instance>>> {
        if let Some(at) = self.idle.iter().position(|(of, _)| *of == session) {
            return Some(Some(self.idle.swap_remove(at).1));
        }
        if self.taken < limit {
            self.taken += 1;
            return Some(None);
        }
        // Another session's idle instance makes room; it is not handed on.
        self.idle.pop().map(|_| None)
    }
}

/// The right to one instance.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    session: u64,
    instance: Option<Box<dyn Instance>>,
}

impl Lease {
    /// The instance, created if there is none.
    pub(crate) fn instance(
        &mut self,
        factory: &dyn Factory,
        until: &Until,
    ) -> Result<&mut dyn Instance, Error> {
        let instance = match self.instance.take() {
            Some(instance) => instance,
            None => factory.create(until).map_err(|error| match error.kind() {
                ErrorKind::Trap
                | ErrorKind::StackExhausted
                | ErrorKind::MemoryLimitExceeded
                | ErrorKind::DeadlineExceeded => error.context("the module does not start"),
                _ => error,
            })?,
        };
        Ok(self.instance.insert(instance).as_mut())
    }

    /// Drops the instance: it trapped, timed out or answered something invalid.
    pub(crate) fn discard(&mut self) {
        self.instance = None;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        match self.instance.take() {
            Some(instance) => state.idle.push((self.session, instance)),
            None => state.taken -= 1,
        }
        let waiting = state.waiting;
        drop(state);
        if waiting > 0 {
            self.pool.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Factory, Pool};
    use crate::{
        dispatch::{Answer, Instance, Job},
        guest::Until,
    };
    use std::{
        ops::Range,
        sync::atomic::{AtomicUsize, Ordering},
        time::{Duration, Instant},
    };
    use udf_columnar::{CancelToken, Error, ErrorKind};

    struct Nothing;
    impl Instance for Nothing {
        fn call(
            &mut self,
            _: &Job<'_>,
            _: Range<usize>,
            _: Option<&mut [u8]>,
            _: &Until,
        ) -> Result<Answer, Error> {
            Err(Error::new(ErrorKind::Internal, "never called"))
        }
    }

    #[derive(Default)]
    struct Counting(AtomicUsize);
    impl Factory for Counting {
        fn create(&self, _: &Until) -> Result<Box<dyn Instance>, Error> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(Box::new(Nothing))
        }
    }

    fn soon() -> Until {
        Until {
            deadline: Instant::now() + Duration::from_millis(30),
            what: "the test",
            allowed: None,
            memory: None,
            cancel: CancelToken::new(),
        }
    }

    fn use_once(pool: &std::sync::Arc<Pool>, session: u64, factory: &Counting) {
        let mut leases = pool.acquire(session, 1, soon).unwrap();
        leases[0].instance(factory, &soon()).unwrap();
    }

    #[test]
    fn a_session_keeps_its_instance_warm() {
        let (pool, factory) = (Pool::new(2), Counting::default());
        let session = pool.session();
        use_once(&pool, session, &factory);
        use_once(&pool, session, &factory);
        assert_eq!(factory.0.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn no_instance_passes_from_one_session_to_another() {
        let (pool, factory) = (Pool::new(1), Counting::default());
        use_once(&pool, pool.session(), &factory);
        use_once(&pool, pool.session(), &factory);
        assert_eq!(factory.0.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_discarded_instance_never_returns_to_the_pool() {
        let (pool, factory) = (Pool::new(1), Counting::default());
        let session = pool.session();
        for made in 1..4 {
            let mut leases = pool.acquire(session, 1, soon).unwrap();
            leases[0].instance(&factory, &soon()).unwrap();
            leases[0].discard();
            assert_eq!(factory.0.load(Ordering::Relaxed), made);
        }
    }

    #[test]
    fn a_call_gets_the_instances_that_are_free_and_waits_for_the_first() {
        let pool = Pool::new(3);
        let held = pool.acquire(1, 2, soon).unwrap();
        assert_eq!(held.len(), 2);
        let rest = pool.acquire(2, 8, soon).unwrap();
        assert_eq!(rest.len(), 1);
        assert_eq!(pool.acquire(3, 1, soon).err().map(|e| e.kind()), Some(ErrorKind::Busy));
        drop(held);
        assert_eq!(pool.acquire(3, 8, soon).unwrap().len(), 2);
    }

    #[test]
    fn a_closed_session_leaves_room() {
        let (pool, factory) = (Pool::new(1), Counting::default());
        let session = pool.session();
        use_once(&pool, session, &factory);
        pool.close(session);
        assert_eq!(pool.lock().taken, 0);
        assert!(pool.lock().idle.is_empty());
    }
}
