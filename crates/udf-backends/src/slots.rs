//! The room that an engine has for instances, which all of its modules share.

use crate::pool::Pool;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The pools of instances of an engine's modules.
#[derive(Default)]
pub(crate) struct EngineSlots(Mutex<Vec<Weak<Pool>>>);

impl EngineSlots {
    pub(crate) fn share(&self, pool: &Arc<Pool>) {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pools.retain(|pool| pool.strong_count() > 0);
        pools.push(Arc::downgrade(pool));
    }

    /// Frees the slots of all instances at rest, whose sessions make new ones when they are called again; whether there were any.
    pub(crate) fn free(&self) -> bool {
        let pools: Vec<Arc<Pool>> = {
            let pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            pools.iter().filter_map(Weak::upgrade).collect()
        };
        let freed: usize = pools.iter().map(|pool| pool.discard_idle()).sum();
        freed > 0
    }
}
