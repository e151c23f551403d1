//! The module that was inspected last on a thread, and what was hashed last: whoever registers a module compiles it aside, inspects it for
//! its id and loads it, and each of these would do both again.

use super::ModuleInfo;
use std::{cell::RefCell, rc::Rc};
use udf_columnar::{Error, Limits};

thread_local! {
    static LAST: RefCell<Option<Rc<(Limits, ModuleInfo)>>> = const { RefCell::new(None) };
    static HASHED: RefCell<(Vec<u8>, Option<[u8; 32]>)> = const { RefCell::new((Vec::new(), None)) };
}

/// Bytes of which a copy is kept to know them again.
const KEPT: usize = 1 << 20;

/// The SHA-256 of these bytes: that of those which were hashed last where they are the same, or what `hash` gives.
pub(super) fn hashed(bytes: &[u8], hash: impl FnOnce(&[u8]) -> [u8; 32]) -> [u8; 32] {
    if bytes.len() > KEPT {
        return hash(bytes);
    }
    let known = HASHED.with_borrow(|(last, sha256)| sha256.filter(|_| same(last, bytes)));
    known.unwrap_or_else(|| {
        let sha256 = hash(bytes);
        HASHED.set((bytes.to_vec(), Some(sha256)));
        sha256
    })
}

/// Whether they are equal: a memory's own comparison goes byte by byte on WebAssembly.
fn same(a: &[u8], b: &[u8]) -> bool {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| word(a) == word(b)) && a_rest == b_rest
}

/// What is known of the module of this hash under these limits, or what inspecting it gives.
pub(super) fn or_else(
    sha256: [u8; 32],
    limits: &Limits,
    inspect: impl FnOnce() -> Result<ModuleInfo, Error>,
) -> Result<ModuleInfo, Error> {
    let known = LAST.with_borrow(Clone::clone);
    if let Some(known) = known.filter(|known| known.1.sha256 == sha256 && known.0 == *limits) {
        return Ok(known.1.clone());
    }
    let info = inspect()?;
    LAST.set(Some(Rc::new((limits.clone(), info.clone()))));
    Ok(info)
}

#[cfg(test)]
mod tests {
    use super::{super::sha256, KEPT, hashed, or_else};
    use crate::ModuleInfo;
    use udf_columnar::{Error, Limits};

    fn inspect(bytes: &[u8], limits: &Limits) -> Result<ModuleInfo, Error> {
        or_else(sha256(bytes), limits, || crate::inspect(bytes, limits))
    }

    #[test]
    fn bytes_that_were_hashed_last_are_not_hashed_again() {
        let one = |number: u8| move |_: &[u8]| [number; 32];
        assert_eq!(hashed(b"", one(1)), [1; 32]);
        assert_eq!(hashed(b"", one(2)), [1; 32]);
        assert_eq!(hashed(b"a", one(3)), [3; 32]);
        assert_eq!(hashed(b"a", one(4)), [3; 32]);
        assert_eq!(hashed(b"b", one(5)), [5; 32]);
        assert_eq!(hashed(b"a", one(6)), [6; 32]);
        let long = |last: u8| [vec![1; 30], vec![last]].concat();
        assert_eq!(hashed(&long(1), one(10)), [10; 32]);
        assert_eq!(hashed(&long(2), one(11)), [11; 32]);
        assert_eq!(hashed(&long(2)[1..], one(12)), [12; 32]);
        assert_eq!(hashed(b"a", one(6)), [6; 32]);
        let many = vec![0; KEPT + 1];
        assert_eq!(hashed(&many, one(7)), [7; 32]);
        assert_eq!(hashed(&many, one(8)), [8; 32]);
        assert_eq!(hashed(b"a", one(9)), [6; 32]);
    }

    #[test]
    fn a_module_that_was_inspected_is_held_against_other_limits_again() {
        let bytes =
            wat::parse_str(r#"(module (func (export "f") (param f64) (result f64) local.get 0))"#);
        let bytes = bytes.unwrap();
        let first = inspect(&bytes, &Limits::default()).unwrap();
        let again = inspect(&bytes, &Limits::default()).unwrap();
        assert_eq!((first.sha256, again.sha256), (sha256(&bytes), sha256(&bytes)));
        let none = Limits::builder().module_functions(0).build();
        assert!(none.is_err() || inspect(&bytes, &none.unwrap()).is_err());
        let few = Limits::builder().module_bytes(8).build().unwrap();
        assert!(inspect(&bytes, &few).is_err());
        assert!(inspect(&bytes, &Limits::default()).is_ok());
    }
}
