//! Modules: any bytes, or a sample plugin with bytes replaced, removed and doubled.

use arbitrary::Unstructured;
use std::sync::LazyLock;
use udf_backends::{ModuleInfo, WasmiRuntime, inspect};
use udf_columnar::{Limits, WasmUdfRuntime};

/// A plugin written in C: small, with every section that plugins have.
const SAMPLE: &[u8] = include_bytes!("../../../plugins/c_sample.wasm");

static RUNTIME: LazyLock<WasmiRuntime> = LazyLock::new(|| WasmiRuntime::new(Limits::default()));

pub(crate) fn hold(data: &[u8]) {
    match data.split_first() {
        Some((0, rest)) => {
            if let Ok(bytes) = edited(&mut Unstructured::new(rest)) {
                take(&bytes);
            }
        }
        _ => take(data),
    }
}

fn take(bytes: &[u8]) {
    let info = match inspect(bytes, RUNTIME.limits()) {
        Ok(info) => info,
        Err(error) => {
            assert!(error.is_refusal(), "{error}");
            assert!(!error.message().is_empty());
            return;
        }
    };
    assert_eq!(info.size, bytes.len());
    described(&info);
    // The interpreter translates what inspection admits, or says why not; neither panics.
    if let Err(error) = RUNTIME.load(bytes) {
        assert!(error.is_refusal(), "{error}");
    }
}

/// Each function can be called, or says why not.
fn described(info: &ModuleInfo) {
    for function in &info.manifest.functions {
        match info.signature(function) {
            Ok(signature) => assert_eq!(signature.name(), function.name),
            Err(error) => assert!(error.is_refusal(), "{error}"),
        }
    }
}

fn edited(u: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let mut bytes = SAMPLE.to_vec();
    while !u.is_empty() && !bytes.is_empty() {
        let at = u.choose_index(bytes.len())?;
        match u.int_in_range(0..=3u8)? {
            0 => bytes[at] = u.arbitrary()?,
            1 => bytes[at] ^= 1 << u.int_in_range(0..=7u8)?,
            2 => {
                let end = (at + u.int_in_range(1..=16usize)?).min(bytes.len());
                drop(bytes.drain(at..end));
            }
            _ => {
                let end = (at + u.int_in_range(1..=16usize)?).min(bytes.len());
                let run = bytes[at..end].to_vec();
                bytes.splice(at..at, run);
            }
        }
    }
    Ok(bytes)
}
