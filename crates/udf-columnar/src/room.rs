//! Room in the machine's memory for what a call gives.

use crate::{Error, ErrorKind};

/// Bytes that are not asked for first: a process without so many ends anyway.
const SMALL: usize = 1 << 20;

/// Whether the machine grants so many bytes. Where an allocation fails, Rust ends the process; this one may
/// fail. It is given back untouched, which takes microseconds.
///
/// # Errors
/// [`Busy`](ErrorKind::Busy) naming the bytes where it does not.
pub fn room_for(bytes: usize) -> Result<(), Error> {
    if bytes < SMALL {
        return Ok(());
    }
    Vec::<u64>::new().try_reserve_exact(bytes.div_ceil(8)).map_err(|error| {
        let message = format!(
            "the machine has no memory for a result of {bytes} bytes: pass fewer rows at a time, or free memory"
        );
        Error::new(ErrorKind::Busy, message).with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::room_for;
    use crate::ErrorKind;

    #[test]
    fn what_no_machine_grants_is_an_error() {
        for bytes in [0, 1, 1 << 20, 64 << 20] {
            assert_eq!(room_for(bytes), Ok(()));
        }
        for bytes in [1 << 60, usize::MAX] {
            let error = room_for(bytes).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Busy);
            assert!(error.message().contains(&format!("{bytes} bytes")), "{error}");
        }
    }
}
