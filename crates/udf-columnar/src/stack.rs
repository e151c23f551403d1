//! Room on the stack, whoever's thread it is.
//!
//! A program brings threads of any size: 8 MiB where it starts, 2 MiB in the standard library's, 512 KiB or 128 KiB on other
//! systems, less where somebody asked for it (`threading.stack_size` in Python, the threads of a virtual machine). Guests and trees
//! of formulas nest deeply by right. So whatever nests runs with a stated room: on the thread's stack where that has it, which costs
//! reading a thread-local variable, otherwise on a stack that is mapped for it, with guard pages, and given back afterwards. It is the
//! same thread all the time.

use crate::{Error, ErrorKind};

/// Room for the code of the host itself besides what a guest or a tree takes: binding, copying, an engine's entry, inspection.
pub const RESERVE: usize = 512 << 10;

/// Further room on a new stack, so that what asks for as much again inside finds it.
const SPARE: usize = 256 << 10;

/// Runs `run` with at least `bytes` of stack below it.
///
/// # Errors
/// [`Busy`](ErrorKind::Busy) where the thread has less and the machine has no memory for another stack.
///
/// ```
/// let sum = udf_columnar::stack::with_room(1 << 20, || (1..=10).sum::<u32>())?;
/// assert_eq!(sum, 55);
/// # Ok::<(), udf_columnar::Error>(())
/// ```
#[inline]
pub fn with_room<R>(bytes: usize, run: impl FnOnce() -> R) -> Result<R, Error> {
    if has_room(bytes) {
        return Ok(run());
    }
    // Mapping a stack panics where it fails; a block of the size tells before.
    if Vec::<u8>::new().try_reserve_exact(bytes.saturating_add(SPARE)).is_err() {
        return Err(Error::new(
            ErrorKind::Busy,
            format!(
                "this thread has less than the {bytes} bytes of stack that are needed, and the machine has no memory for another: use a thread with a larger stack, or free memory"
            ),
        ));
    }
    Ok(on_new_stack(bytes, run))
}

/// The same for what cannot fail.
///
/// # Panics
/// Where [`with_room`] would fail.
#[inline]
pub fn grown<R>(bytes: usize, run: impl FnOnce() -> R) -> R {
    if has_room(bytes) { run() } else { on_new_stack(bytes, run) }
}

#[cfg(not(target_family = "wasm"))]
#[inline]
fn has_room(bytes: usize) -> bool {
    stacker::remaining_stack().is_some_and(|left| left >= bytes)
}

#[cfg(not(target_family = "wasm"))]
#[cold]
fn on_new_stack<R>(bytes: usize, run: impl FnOnce() -> R) -> R {
    stacker::grow(bytes.saturating_add(SPARE), run)
}

/// The stack of a program that is itself a guest is its host's affair.
#[cfg(target_family = "wasm")]
fn has_room(_: usize) -> bool {
    true
}

#[cfg(target_family = "wasm")]
fn on_new_stack<R>(_: usize, run: impl FnOnce() -> R) -> R {
    run()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_thread<R: Send + 'static>(stack: usize, run: impl FnOnce() -> R + Send + 'static) -> R {
        std::thread::Builder::new().stack_size(stack).spawn(run).unwrap().join().unwrap()
    }

    /// Uses a kilobyte of stack per level.
    fn nest(levels: usize) -> usize {
        let block = std::hint::black_box([1u8; 1024]);
        match levels {
            0 => 0,
            _ => nest(levels - 1) + usize::from(block[levels % 1024]),
        }
    }

    #[test]
    fn every_thread_gets_the_room_that_is_asked_for() {
        for stack in [64, 128, 256, 512, 1024, 2048, 8192] {
            let nested = on_thread(stack << 10, || {
                with_room(2 << 20, || (stacker::remaining_stack() >= Some(2 << 20), nest(1000)))
            });
            assert_eq!(nested, Ok((true, 1000)), "{stack} KiB");
        }
    }

    #[test]
    fn a_stack_with_room_is_used_as_it_is() {
        let (outside, inside) = on_thread(4 << 20, || {
            let outside = stacker::remaining_stack();
            (outside, grown(1 << 20, stacker::remaining_stack))
        });
        assert!(outside.unwrap() - inside.unwrap() < 64 << 10);
    }

    #[test]
    fn a_new_stack_is_not_left_by_what_asks_for_as_much_again() {
        let (outer, inner) = on_thread(64 << 10, || {
            grown(1 << 20, || {
                let outer = stacker::remaining_stack();
                (outer, grown(1 << 20, stacker::remaining_stack))
            })
        });
        assert!(outer.unwrap() - inner.unwrap() < 64 << 10);
    }

    #[test]
    fn a_panic_passes_through_a_new_stack() {
        let caught = on_thread(64 << 10, || {
            std::panic::catch_unwind(|| grown(1 << 20, || std::panic::resume_unwind(Box::new(7))))
                .map_err(|panic| panic.downcast_ref::<i32>().copied())
        });
        assert_eq!(caught.map(|(): ()| 0), Err(Some(7)));
    }

    #[test]
    fn a_stack_that_no_machine_has_is_an_error() {
        let error = on_thread(64 << 10, || with_room(usize::MAX, || ())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(error.message().contains("bytes of stack"), "{error}");
    }
}
