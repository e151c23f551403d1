//! How calls are made.

use crate::output::Errors;
use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How calls are made; see `with_options`.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) errors: Errors,
    pub(super) deadline: Option<Duration>,
    pub(super) batch_rows: Option<usize>,
    pub(super) threads: Option<usize>,
    /// Another one for each call where there is none.
    pub(super) seed: Option<u64>,
    /// The time of the call where there is none.
    pub(super) now_us: Option<i64>,
}

impl Options {
    pub(super) fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| RandomState::new().hash_one(0))
    }

    pub(super) fn now_us(&self) -> i64 {
        self.now_us.unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
        })
    }
}
