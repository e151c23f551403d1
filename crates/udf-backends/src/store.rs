//! One loaded module per content: compiled once, shared by everybody who loads the same bytes.

use crate::{module::ModuleInfo, session::LoadedModule};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use udf_columnar::{Error, Limits, stack};

/// Modules of one engine by content, as long as somebody holds them.
#[derive(Default)]
pub(crate) struct Store {
    modules: Mutex<HashMap<[u8; 32], Arc<Entry>>>,
}

/// Locked while the module is being compiled, so that a second load waits and shares.
type Entry = Mutex<Weak<LoadedModule>>;

impl Store {
    /// The module of these bytes; `compile` runs at most once at a time per content.
    ///
    /// # Errors
    /// Those of inspection and of `compile`. A failed load leaves nothing behind.
    pub(crate) fn load(
        &self,
        bytes: &[u8],
        limits: &Limits,
        compile: impl FnOnce(ModuleInfo) -> Result<LoadedModule, Error>,
    ) -> Result<Arc<LoadedModule>, Error> {
        stack::with_room(crate::module::LOAD_ROOM, || self.load_here(bytes, limits, compile))?
    }

    fn load_here(
        &self,
        bytes: &[u8],
        limits: &Limits,
        compile: impl FnOnce(ModuleInfo) -> Result<LoadedModule, Error>,
    ) -> Result<Arc<LoadedModule>, Error> {
        let info = crate::inspect(bytes, limits)?;
        let entry = self.entry(info.sha256);
        let mut slot = entry.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = slot.upgrade() {
            return Ok(module);
        }
        let module = Arc::new(compile(info)?);
        *slot = Arc::downgrade(&module);
        Ok(module)
    }

    fn entry(&self, key: [u8; 32]) -> Arc<Entry> {
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        // Entries that nobody is loading and nobody holds.
        modules.retain(|_, entry| {
            Arc::strong_count(entry) > 1
                || entry.try_lock().is_ok_and(|slot| slot.strong_count() > 0)
        });
        modules.entry(key).or_default().clone()
    }
}
