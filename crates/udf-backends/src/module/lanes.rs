//! How each function of a module is called: through frames, through JSON, or as a bare export.

use super::{ExportInfo, ModuleInfo, NumberSignature, bare, export_findings};
use udf_abi::{
    exports::{CODEC_COLUMNAR, EXPORT_ALLOC, EXPORT_FREE, EXPORT_MEMORY, FUNCTION_SIGNATURE},
    manifest::{Function, Return, TypeName},
};
use udf_columnar::{Error, ErrorKind, Signature};

/// The exports that JSON requests go through.
const JSON_EXPORTS: [&str; 3] = [EXPORT_MEMORY, EXPORT_ALLOC, EXPORT_FREE];

pub(super) fn signature(info: &ModuleInfo, function: &Function) -> Result<Signature, Error> {
    if info.manifest.module.codec == CODEC_COLUMNAR {
        return Signature::try_new(function.clone());
    }
    let Some(export) = info.export(&function.export) else {
        return Err(unsupported(function, "the module does not export it".into()));
    };
    if !info.bare && export.signature == FUNCTION_SIGNATURE && speaks_json(info, function)? {
        return Signature::try_json(function.clone());
    }
    match &export.numbers {
        Some(numbers) => Signature::try_typed(typed(function, numbers)?),
        None => Err(unsupported(
            function,
            format!(
                "it is {}; {FUNCTION_SIGNATURE} is wanted, or numbers and exactly one result",
                export.signature
            ),
        )),
    }
}

/// What of the exports that JSON requests go through is not as it must be; `None` where a module
/// exports nothing that hands requests over.
pub(super) fn json_exports<'e>(
    export: impl Fn(&str) -> Option<&'e ExportInfo>,
) -> Option<Vec<String>> {
    let allocates = [EXPORT_ALLOC, EXPORT_FREE].into_iter().any(|name| export(name).is_some());
    allocates.then(|| export_findings(&JSON_EXPORTS, export))
}

/// Whether requests can be handed over. A module that exports a part of what that needs is
/// not taken for one of plain numbers.
fn speaks_json(info: &ModuleInfo, function: &Function) -> Result<bool, Error> {
    match info.json_exports.as_deref() {
        None => Ok(false),
        Some([]) => Ok(true),
        Some([finding, ..]) => Err(unsupported(function, finding.clone())),
    }
}

/// The function as its export's signature says it is.
fn typed(function: &Function, numbers: &NumberSignature) -> Result<Function, Error> {
    let count = numbers.params.len() as u32;
    if count < function.min_args || function.max_args.is_some_and(|max| count > max) {
        let max = function.max_args.map_or("any number".into(), |max| max.to_string());
        return Err(unsupported(
            function,
            format!(
                "it has {count} parameters; the manifest says {} to {max} arguments",
                function.min_args
            ),
        ));
    }
    let mut typed = function.clone();
    let mut params = bare::parameters(&numbers.params);
    if function.params.len() == params.len() {
        for (param, listed) in params.iter_mut().zip(&function.params) {
            param.name.clone_from(&listed.name);
            param.description.clone_from(&listed.description);
        }
    }
    typed.params = params;
    (typed.min_args, typed.max_args) = (count, Some(count));
    typed.returns = Return::One(TypeName(numbers.result));
    Ok(typed)
}

fn unsupported(function: &Function, why: String) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("`{}` cannot be called through export `{}`: {why}", function.name, function.export),
    )
}

/// A warning for each function whose export cannot be called. Those that the manifest itself
/// disables are warned of already.
pub(super) fn disabled(info: &ModuleInfo) -> Vec<String> {
    let functions = info.manifest.indexed();
    functions
        .filter_map(|(index, function)| {
            let error = signature(info, function).err()?;
            Some(format!("functions[{index}]: {}; it is disabled", error.message()))
        })
        .collect()
}
