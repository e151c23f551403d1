//! The WebAssembly features that the contract admits: one constant, and who asks for more.

use udf_columnar::{Error, ErrorKind};
use wasmparser::{Validator, WasmFeatures};

/// LIME1, bulk memory, reference types (rustc emits their index encoding) and simd128.
pub(super) const FEATURES: WasmFeatures = WasmFeatures::LIME1
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::SIMD);

/// Features that modules ask for by accident, and how to do without.
const REFUSED: [(&str, WasmFeatures, &str); 8] = [
    ("threads", WasmFeatures::THREADS, "build without `+atomics`"),
    (
        "relaxed-simd",
        WasmFeatures::RELAXED_SIMD,
        "build without `+relaxed-simd`: its results differ between machines",
    ),
    ("memory64", WasmFeatures::MEMORY64, "build for wasm32"),
    ("tail-call", WasmFeatures::TAIL_CALL, "build without `+tail-call`"),
    ("multi-memory", WasmFeatures::MULTI_MEMORY, "use one memory"),
    (
        "exceptions",
        WasmFeatures::EXCEPTIONS,
        "build with `panic = \"abort\"` and without `+exception-handling`",
    ),
    (
        "function-references",
        WasmFeatures::FUNCTION_REFERENCES,
        "build without typed function references",
    ),
    ("wide-arithmetic", WasmFeatures::WIDE_ARITHMETIC, "build without `+wide-arithmetic`"),
];

/// Validates the whole module under the contract's features.
pub(super) fn validate(bytes: &[u8]) -> Result<(), Error> {
    let Err(error) = Validator::new_with_features(FEATURES).validate_all(bytes) else {
        return Ok(());
    };
    for (name, feature, mend) in REFUSED {
        if Validator::new_with_features(FEATURES.union(feature)).validate_all(bytes).is_ok() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "the module uses the WebAssembly feature {name}, which the contract does not admit: {mend}"
                ),
            ));
        }
    }
    Err(Error::new(
        ErrorKind::InvalidModule,
        format!(
            "the module is not valid WebAssembly of the contract's features (LIME1, bulk-memory, reference-types, simd128): {} at byte {}",
            error.message(),
            error.offset()
        ),
    )
    .with_source(error))
}
