//! A callback that calls back into the workbook that is calling it gets an error, not a deadlock.

use std::{cell::RefCell, marker::PhantomData};

/// A call that runs on a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Active {
    /// The workbook's registry of functions.
    registry: u64,
    /// The recalculation.
    sessions: u64,
    /// A function whose calls come one after the other.
    serial: Option<u64>,
}

thread_local! {
    static ACTIVE: RefCell<Vec<Active>> = const { RefCell::new(Vec::new()) };
}

/// Stands for a callback that runs on this thread.
#[derive(Debug)]
pub(super) struct Guard(PhantomData<*const ()>);

/// Enters a callback. `None` where the thread is inside a callback of the same workbook already, in
/// another recalculation; or in the same one (a task that rayon gave the waiting thread), where calls
/// of this function are to come one after the other.
pub(super) fn enter(registry: u64, sessions: u64, serial: Option<u64>) -> Option<Guard> {
    ACTIVE.with_borrow_mut(|active| {
        let again = |outer: &Active| {
            outer.registry == registry
                && (outer.sessions != sessions || (serial.is_some() && outer.serial == serial))
        };
        if active.iter().any(again) {
            return None;
        }
        active.push(Active { registry, sessions, serial });
        Some(Guard(PhantomData))
    })
}

/// Whether this thread is inside a callback of this workbook that belongs to another recalculation.
pub(super) fn is_foreign(registry: u64, sessions: u64) -> bool {
    ACTIVE.with_borrow(|active| {
        active.iter().any(|outer| outer.registry == registry && outer.sessions != sessions)
    })
}

/// Whether this thread is inside a callback of the workbook with this registry: what would change or
/// recalculate it is to be refused.
pub(crate) fn is_calling(registry: u64) -> bool {
    ACTIVE.with_borrow(|active| active.iter().any(|outer| outer.registry == registry))
}

impl Drop for Guard {
    fn drop(&mut self) {
        ACTIVE.with_borrow_mut(|active| {
            active.pop();
        });
    }
}
