//! Panics of readers that are written for whole files, caught without their trace.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

thread_local! {
    /// Whether a panic of this thread is caught and says nothing that anybody could use.
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// What a reader gives; nothing where it panics. What the program does with panics holds for all others.
pub(super) fn caught<T>(read: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    // A thread that is unwinding must not touch it.
    if !std::thread::panicking() {
        HOOK.call_once(install);
    }
    let before = SILENT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(read));
    SILENT.set(before);
    result.ok()
}

/// Lets panics that are caught here pass by what the program does with others.
fn install() {
    let others = take_hook();
    set_hook(Box::new(move |panic| {
        if !SILENT.get() {
            others(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_panic_that_is_caught_says_nothing_and_others_do() {
        static SAID: AtomicUsize = AtomicUsize::new(0);
        // Whatever stands there goes on serving the other tests.
        let others = take_hook();
        set_hook(Box::new(move |panic| match panic.payload().downcast_ref::<&str>() {
            Some(&"of this test") => drop(SAID.fetch_add(1, Ordering::SeqCst)),
            _ => others(panic),
        }));
        install();
        assert_eq!(caught(|| 5), Some(5));
        let silent = caught(|| std::panic::panic_any("of this test"));
        assert_eq!(silent, None::<()>);
        assert_eq!(SAID.load(Ordering::SeqCst), 0);
        let loud = catch_unwind(|| std::panic::panic_any("of this test"));
        assert!(loud.is_err());
        assert_eq!(SAID.load(Ordering::SeqCst), 1);
    }
}
