//! Modules without a manifest: what their exports of numbers offer.

use super::{
    hex,
    scan::{ExportInfo, NumberSignature, Scan},
};
use udf_abi::{
    ABI_VERSION, DType,
    exports::{
        EXPORT_ABI_VERSION, EXPORT_ALLOC, EXPORT_FREE, INITIALISERS, MANIFEST_SCHEMA,
        MAX_NAME_BYTES, RESERVED_EXPORTS,
    },
    manifest::{Function, FunctionKind, Hints, Manifest, Module, Param, Return, TypeName},
};

/// The codec of a manifest that stands for a bare module: there is no payload.
const CODEC_NONE: u32 = 0;
/// Most functions that a bare module offers.
const MAX_OFFERED: usize = 4_096;
/// Most parameters that all of its functions have: a few bytes of a module name 255 of them.
const MAX_OFFERED_PARAMS: usize = 65_536;
/// Most exports that are named as not callable.
const MAX_NAMED: usize = 20;

/// Whether a module is to be taken by its exports. One that exports what plugins export, and
/// lacks only the manifest, is a plugin that was built wrongly.
pub(super) fn is_bare(scan: &Scan<'_>) -> bool {
    let exported = |name: &str| scan.exports.iter().any(|e| e.name == name);
    let speaks_contract = [EXPORT_ABI_VERSION, EXPORT_ALLOC, EXPORT_FREE].into_iter().any(exported);
    scan.manifests.is_empty() && !speaks_contract && scan.exports.iter().any(is_offered)
}

fn is_offered(export: &ExportInfo) -> bool {
    export.numbers.is_some()
        && !RESERVED_EXPORTS.contains(&export.name.as_str())
        && !export.name.is_empty()
        && export.name.trim() == export.name
        && export.name.len() <= MAX_NAME_BYTES
}

/// The manifest that the exports stand for, and what cannot be called.
pub(super) fn manifest(exports: &[ExportInfo], sha256: &[u8; 32]) -> (Manifest, Vec<String>) {
    let mut functions = Vec::new();
    let mut warnings = Vec::new();
    let (mut skipped, mut params) = (0, 0);
    let callable =
        |e: &&ExportInfo| e.signature.starts_with('(') && !INITIALISERS.contains(&e.name.as_str());
    for export in exports.iter().filter(callable) {
        match &export.numbers {
            Some(numbers)
                if is_offered(export)
                    && functions.len() < MAX_OFFERED
                    && params + numbers.params.len() <= MAX_OFFERED_PARAMS =>
            {
                params += numbers.params.len();
                functions.push(function(functions.len() as u32 + 1, &export.name, numbers));
            }
            _ => {
                skipped += 1;
                if skipped <= MAX_NAMED {
                    warnings.push(format!(
                        "export `{}` {} cannot be called without a manifest: {}",
                        export.name,
                        export.signature,
                        why_not(export)
                    ));
                }
            }
        }
    }
    if skipped > MAX_NAMED {
        warnings.push(format!("{} more exports cannot be called", skipped - MAX_NAMED));
    }
    let module = Module {
        id: format!("bare:{}", hex(&sha256[..8])),
        version: "0".into(),
        abi: ABI_VERSION,
        codec: CODEC_NONE,
        description: String::new(),
        requires: Vec::new(),
        unknown: Default::default(),
    };
    let schema = MANIFEST_SCHEMA.to_owned();
    let (disabled, unknown) = (Vec::new(), Default::default());
    (Manifest { schema, module, functions, disabled, unknown }, warnings)
}

fn why_not(export: &ExportInfo) -> &'static str {
    match export.numbers {
        None => {
            "at most 255 parameters and exactly one result, each i32, i64, f32 or f64, are wanted"
        }
        Some(_) if RESERVED_EXPORTS.contains(&export.name.as_str()) => {
            "the name belongs to the contract"
        }
        Some(_) if is_offered(export) => "at most 4096 are offered, with 65536 parameters in all",
        Some(_) => "a name of 1 to 128 bytes without white space around it is wanted",
    }
}

fn function(id: u32, export: &str, numbers: &NumberSignature) -> Function {
    let params = parameters(&numbers.params);
    Function {
        id,
        name: export.to_owned(),
        aliases: Vec::new(),
        export: export.to_owned(),
        kind: FunctionKind::Elementwise,
        min_args: params.len() as u32,
        max_args: Some(params.len() as u32),
        volatile: false,
        deterministic: true,
        thread_safe: false,
        params,
        returns: Return::One(TypeName(numbers.result)),
        description: String::new(),
        examples: Vec::new(),
        hints: Hints::default(),
        unknown: Default::default(),
    }
}

/// Parameters of these types, named by position: `x1`, `x2`, ….
pub(super) fn parameters(dtypes: &[DType]) -> Vec<Param> {
    let param = |(index, dtype): (usize, &DType)| Param::scalar(format!("x{}", index + 1), *dtype);
    dtypes.iter().enumerate().map(param).collect()
}
