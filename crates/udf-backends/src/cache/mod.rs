//! Compiled modules on disk: what any process of this user has compiled, the next one only reads.
//!
//! ```text
//! config     where, how much, and clearing it
//! report     what the cache did, and why not
//! identity   which module, compiled by which engine: names an entry
//! key        the user's secret, which entries are authenticated with
//! sealed     the bytes of an entry; the only place that turns bytes into machine code
//! problem    what is wrong with it
//! place      the folder with its key: find, keep, evict
//!   folder   the folder, opened once and held private; files written beside and renamed
//! ```
//!
//! Nothing here fails a load. Whatever is wrong with the folder or an entry, the module is
//! compiled, the [report](CacheReport) says why, and the entry is written anew where it can be.

mod config;
mod folder;
mod identity;
mod key;
mod place;
mod problem;
mod report;
mod sealed;

pub use config::{CacheConfig, Cleared};
pub use report::CacheReport;

use identity::{EngineIdentity, Identity};
use place::Place;
use report::Tally;
use udf_columnar::Error;
use wasmtime::{Engine, Module};

/// The cache of one engine.
pub(crate) struct ModuleCache {
    config: CacheConfig,
    engine: EngineIdentity,
    tally: Tally,
}

impl ModuleCache {
    pub(crate) fn new(config: CacheConfig, engine: &Engine) -> Self {
        Self { config, engine: EngineIdentity::of(engine), tally: Tally::default() }
    }

    pub(crate) fn report(&self) -> CacheReport {
        self.tally.report()
    }

    /// The compiled module whose bytes have this SHA-256: from the cache, or by `compile`.
    ///
    /// # Errors
    /// Those of `compile`.
    pub(crate) fn module(
        &self,
        engine: &Engine,
        sha256: &[u8; 32],
        compile: impl FnOnce() -> Result<Module, Error>,
    ) -> Result<Module, Error> {
        let identity = Identity::of(&self.engine, sha256);
        // Opened for every load: whatever happened to the folder meanwhile is seen.
        let mut place = match Place::open(&self.config) {
            Ok(place) => place,
            Err(problem) => {
                self.tally.missed();
                self.tally.problem(problem);
                return compile();
            }
        };
        match place.find(&identity, engine) {
            Ok(Some(module)) => {
                self.tally.hit();
                return Ok(module);
            }
            Ok(None) => {}
            Err(problem) => self.tally.problem(problem),
        }
        self.tally.missed();
        let module = compile()?;
        match place.keep(&identity, &module) {
            Ok(()) => match place.tidy(&identity) {
                Ok(evicted) => self.tally.stored(evicted),
                Err(problem) => {
                    self.tally.stored(0);
                    self.tally.problem(problem);
                }
            },
            Err(problem) => self.tally.problem(problem),
        }
        Ok(module)
    }
}
