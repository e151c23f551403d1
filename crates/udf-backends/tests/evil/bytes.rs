//! Modules cut short, changed, and made of noise: nothing panics and nothing hangs.

use crate::{
    guest::Guest,
    harness::{call, counting, hasty, patient, promptly, runtimes, session},
};
use proptest::prelude::*;

#[test]
fn a_module_cut_short_anywhere_is_refused() {
    let bytes = Guest::harmless().bytes();
    promptly(move || {
        let mut taken = 0;
        for len in 0..bytes.len() {
            match udf_backends::inspect(&bytes[..len], &patient()) {
                Err(error) => assert!(error.is_refusal(), "{len} bytes: {error}"),
                Ok(_) => taken += 1,
            }
            for runtime in runtimes(&patient()) {
                assert!(runtime.load(&bytes[..len]).err().is_none_or(|e| e.is_refusal()));
            }
        }
        assert_eq!(taken, 1, "the names of functions, which stand last, may be missing");
    });
}

/// Inspects, loads and calls what these bytes are, if they are anything.
fn try_everything(bytes: &[u8]) {
    let limits = hasty();
    let Ok(_) = udf_backends::inspect(bytes, &limits) else { return };
    for runtime in runtimes(&limits) {
        let Ok(module) = runtime.load(bytes) else { continue };
        let mut session = session(module.as_ref());
        for name in ["GOOD", "EVIL"] {
            // Whatever comes back: it comes back.
            let _ = call(module.as_ref(), session.as_mut(), name, counting(4));
        }
    }
}

/// A change of one byte.
fn change() -> impl Strategy<Value = (prop::sample::Index, u8)> {
    (any::<prop::sample::Index>(), any::<u8>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn noise_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(udf_backends::inspect(&bytes, &patient()).is_err());
    }

    #[test]
    fn noise_behind_the_header_of_a_module_is_refused(
        noise in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let bytes = [b"\0asm\x01\0\0\0".as_slice(), &noise].concat();
        prop_assert!(udf_backends::inspect(&bytes, &patient()).is_err());
    }

    #[test]
    fn a_changed_module_is_refused_or_runs(
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut bytes = Guest::harmless().bytes();
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        try_everything(&bytes);
    }

    #[test]
    fn a_module_with_a_piece_missing_or_doubled_is_refused_or_runs(
        from in any::<prop::sample::Index>(),
        len in 1usize..40,
        twice in any::<bool>(),
    ) {
        let mut bytes = Guest::harmless().bytes();
        let from = from.index(bytes.len());
        let piece: Vec<u8> = bytes[from..(from + len).min(bytes.len())].to_vec();
        let end = if twice { from } else { from + piece.len() };
        bytes.splice(from..end, if twice { piece } else { Vec::new() });
        try_everything(&bytes);
    }
}
