//! The rules that a manifest's values must keep, after every field has been read.

use super::{
    error::{ManifestError, Problem, Rule},
    model::{Function, FunctionKind, Manifest, Param, Return, Shape},
    name::{is_callable, normalise_name},
    parse::Walk,
};
use crate::{
    DType,
    exports::{
        ABI_VERSION, AGGREGATE_SUFFIXES, CODEC_COLUMNAR, CODEC_JSON, FUNCTION_SIGNATURE,
        MANIFEST_SCHEMA, MAX_NAME_BYTES, RESERVED_EXPORTS,
    },
};
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use serde_json::Value;

/// What `module.requires` may name in this version.
pub(super) const CAPABILITIES: [&str; 6] =
    ["columnar", "simd128", "reduce", "array", "any", "volatile"];

pub(super) fn check(manifest: &Manifest, walk: &mut Walk) {
    check_module(manifest, walk);
    check_unique(manifest, walk);
    for (index, function) in manifest.functions.iter().enumerate() {
        check_function(function, &format!("functions[{index}]"), manifest.module.codec, walk);
    }
}

fn check_module(manifest: &Manifest, walk: &mut Walk) {
    if !walk.is_broken("schema") && manifest.schema != MANIFEST_SCHEMA {
        walk.problem(
            Rule::Schema,
            "schema",
            format!("schema is `{}`; this host reads `{MANIFEST_SCHEMA}`", manifest.schema),
        );
    }
    if walk.is_broken("module")
        && manifest.module.id.is_empty()
        && manifest.module.version.is_empty()
    {
        return;
    }
    let module = &manifest.module;
    check_text(&module.id, "module.id", walk);
    check_text(&module.version, "module.version", walk);
    if !walk.is_broken("module.abi") && module.abi != ABI_VERSION {
        walk.problem(
            Rule::Abi,
            "module.abi",
            format!("abi {} is not supported; this host speaks abi {ABI_VERSION}: rebuild the plugin with a matching SDK", module.abi),
        );
    }
    if !walk.is_broken("module.codec") && ![CODEC_COLUMNAR, CODEC_JSON].contains(&module.codec) {
        walk.problem(
            Rule::Codec,
            "module.codec",
            format!(
                "codec {} is not supported; use {CODEC_COLUMNAR} (columnar) or {CODEC_JSON} (JSON)",
                module.codec
            ),
        );
    }
    for (index, capability) in module.requires.iter().enumerate() {
        let field = format!("module.requires[{index}]");
        if !walk.is_broken(&field) && !CAPABILITIES.contains(&capability.as_str()) {
            walk.problem(
                Rule::Requires,
                field,
                format!(
                    "the module requires `{capability}`, which this host does not have; it has {}",
                    CAPABILITIES.join(", ")
                ),
            );
        }
    }
}

fn check_unique(manifest: &Manifest, walk: &mut Walk) {
    let mut ids = BTreeMap::new();
    let mut exports = BTreeMap::new();
    let mut names = BTreeMap::new();
    for (index, function) in manifest.functions.iter().enumerate() {
        let path = format!("functions[{index}]");
        if !walk.is_broken(&format!("{path}.id")) {
            claim(
                &mut ids,
                function.id,
                Rule::DuplicateId,
                &format!("{path}.id"),
                &function.id,
                walk,
            );
        }
        if !function.export.is_empty() {
            claim(
                &mut exports,
                function.export.clone(),
                Rule::DuplicateExport,
                &format!("{path}.export"),
                &function.export,
                walk,
            );
            claim_derived(&mut exports, function, &format!("{path}.export"), walk);
        }
        for (position, name) in function.names().enumerate() {
            let field = match position {
                0 => format!("{path}.name"),
                n => format!("{path}.aliases[{}]", n - 1),
            };
            let key = normalise_name(name);
            if manifest.module.codec == CODEC_JSON && repeats_own_name(function, position, &key) {
                continue;
            }
            if !key.is_empty() {
                claim(&mut names, key, Rule::DuplicateName, &field, &name, walk);
            }
        }
    }
}

/// Notes the four exports of an aggregate, unless its `export` itself is taken.
fn claim_derived(
    exports: &mut BTreeMap<String, String>,
    function: &Function,
    field: &str,
    walk: &mut Walk,
) {
    if function.kind != FunctionKind::Aggregate || walk.is_broken(field) {
        return;
    }
    for suffix in AGGREGATE_SUFFIXES {
        let export = format!("{}{suffix}", function.export);
        claim(exports, export.clone(), Rule::DuplicateExport, field, &export, walk);
    }
}

/// Whether the name at `position` is an earlier name of the same function with other prefixes.
/// Manifests written for Formualizer 0.13 list such aliases, since that host strips no prefixes.
fn repeats_own_name(function: &Function, position: usize, key: &str) -> bool {
    let Some(name) = function.names().nth(position) else { return false };
    let name = name.to_uppercase();
    let earlier = || function.names().take(position);
    earlier().any(|other| normalise_name(other) == key)
        && earlier().all(|other| other.to_uppercase() != name)
}

/// Notes that `field` uses `key`, or reports who used it before.
fn claim<K: Ord>(
    seen: &mut BTreeMap<K, String>,
    key: K,
    rule: Rule,
    field: &str,
    shown: &dyn core::fmt::Display,
    walk: &mut Walk,
) {
    if let Some(first) = seen.get(&key) {
        walk.problem(rule, field, format!("`{shown}` is already taken by {first} (names are compared without case and prefix): choose another"));
    } else {
        seen.insert(key, field.to_string());
    }
}

fn check_function(function: &Function, path: &str, codec: u32, walk: &mut Walk) {
    check_text(&function.name, &format!("{path}.name"), walk);
    check_callable(&function.name, &format!("{path}.name"), walk);
    for (index, alias) in function.aliases.iter().enumerate() {
        let field = format!("{path}.aliases[{index}]");
        check_text(alias, &field, walk);
        check_callable(alias, &field, walk);
    }
    let export = format!("{path}.export");
    check_text(&function.export, &export, walk);
    if RESERVED_EXPORTS.contains(&function.export.as_str()) {
        walk.problem(
            Rule::ReservedExport,
            export,
            format!(
                "`{}` belongs to the contract; export the function under another name",
                function.export
            ),
        );
    }
    if let FunctionKind::Unknown(kind) = &function.kind
        && !walk.is_broken(&format!("{path}.kind"))
    {
        walk.warn(format!(
            "{path}.kind: this host does not know `{kind}` functions; `{}` is disabled",
            function.name
        ));
    }
    if function.volatile && function.deterministic && codec != CODEC_JSON {
        walk.problem(
            Rule::Volatile,
            format!("{path}.deterministic"),
            "a volatile function is not deterministic; set one of the two".into(),
        );
    }
    check_arity(function, path, codec, walk);
    check_params(function, path, walk);
    check_returns(function, path, walk);
    for (index, example) in function.examples.iter().enumerate() {
        let field = format!("{path}.examples[{index}].args");
        let given = example.args.len();
        let fits = given >= function.min_args as usize
            && function.max_args.is_none_or(|max| given <= max as usize);
        if !fits && !walk.is_broken(&field) {
            walk.problem(
                Rule::Example,
                field,
                format!(
                    "the example gives {given} arguments; `{}` takes {}",
                    function.name,
                    arity_text(function)
                ),
            );
        }
    }
}

fn arity_text(function: &Function) -> String {
    match function.max_args {
        Some(max) if max == function.min_args => format!("{max}"),
        Some(max) => format!("{} to {max}", function.min_args),
        None => format!("{} or more", function.min_args),
    }
}

fn check_arity(function: &Function, path: &str, codec: u32, walk: &mut Walk) {
    if walk.is_broken(&format!("{path}.min_args")) || walk.is_broken(&format!("{path}.max_args")) {
        return;
    }
    let min = function.min_args;
    if let Some(max) = function.max_args.filter(|max| *max < min) {
        walk.problem(
            Rule::Arity,
            format!("{path}.max_args"),
            format!("max_args {max} is less than min_args {min}"),
        );
        return;
    }
    if codec == CODEC_JSON || walk.is_broken(&format!("{path}.params")) {
        return;
    }
    let count = function.params.len();
    let variadic = function.params.last().is_some_and(|p| p.variadic);
    let max_fits = match function.max_args {
        Some(max) if variadic => max as usize >= count,
        Some(max) => max as usize == count,
        None => variadic,
    };
    if !max_fits {
        let max = function.max_args.map_or("null".into(), |m| m.to_string());
        walk.problem(
            Rule::ParamsArity,
            format!("{path}.max_args"),
            format!(
                "max_args is {max} but {count} parameters are listed{}",
                if variadic { ", the last of them variadic" } else { "" }
            ),
        );
    }
    if min as usize > count {
        walk.problem(
            Rule::ParamsArity,
            format!("{path}.min_args"),
            format!("min_args is {min} but only {count} parameters are listed"),
        );
        return;
    }
    for (index, param) in function.params.iter().enumerate().skip(min as usize) {
        if !param.optional && !param.variadic {
            walk.problem(
                Rule::ParamsArity,
                format!("{path}.params[{index}].optional"),
                format!("a call with min_args = {min} arguments leaves `{}` out, so it must be optional", param.name),
            );
        }
    }
}

fn check_params(function: &Function, path: &str, walk: &mut Walk) {
    let mut names = BTreeMap::new();
    for (index, param) in function.params.iter().enumerate() {
        let path = format!("{path}.params[{index}]");
        check_text(&param.name, &format!("{path}.name"), walk);
        if !param.name.is_empty() {
            claim(
                &mut names,
                param.name.to_uppercase(),
                Rule::DuplicateParam,
                &format!("{path}.name"),
                &param.name,
                walk,
            );
        }
        if param.variadic && index + 1 != function.params.len() {
            walk.problem(
                Rule::VariadicNotLast,
                format!("{path}.variadic"),
                format!("only the last parameter can be variadic; `{}` is not", param.name),
            );
        }
        check_shape(function, param, &path, walk);
        check_default(param, &path, walk);
    }
}

fn check_shape(function: &Function, param: &Param, path: &str, walk: &mut Walk) {
    let row_wise = matches!(function.kind, FunctionKind::Elementwise | FunctionKind::Aggregate);
    if row_wise && param.shape != Shape::Scalar {
        walk.problem(
            Rule::BadShape,
            format!("{path}.shape"),
            format!("an {} function sees one row at a time; `{}` cannot be a {}: use kind reduce or array", function.kind.name(), param.name, param.shape.name()),
        );
    }
}

fn check_default(param: &Param, path: &str, walk: &mut Walk) {
    let Some(default) = &param.default else { return };
    let field = format!("{path}.default");
    let dtype = param.dtype.0;
    if !param.optional || param.variadic || param.shape != Shape::Scalar {
        let message = format!(
            "`{}` has a default, which only an optional scalar has: set \"optional\": true",
            param.name
        );
        walk.problem(Rule::Default, field, message);
    } else if !fits(default, dtype) {
        let message = format!("{default} is no value of type {}", dtype.name());
        walk.problem(Rule::Default, field, message);
    }
}

/// Whether a JSON scalar stands for a value of the type, as far as its form says.
fn fits(value: &Value, dtype: DType) -> bool {
    let within = |low: i64, high: u64| match (value.as_i64(), value.as_u64()) {
        (_, Some(whole)) => whole <= high,
        (Some(whole), None) => whole >= low,
        (None, None) => false,
    };
    match dtype {
        DType::I8 => within(i8::MIN.into(), i8::MAX as u64),
        DType::I16 => within(i16::MIN.into(), i16::MAX as u64),
        DType::I32 => within(i32::MIN.into(), i32::MAX as u64),
        DType::I64 => within(i64::MIN, i64::MAX as u64),
        DType::U8 => within(0, u8::MAX.into()),
        DType::U16 => within(0, u16::MAX.into()),
        DType::U32 => within(0, u32::MAX.into()),
        DType::U64 => within(0, u64::MAX),
        DType::F32 | DType::F64 | DType::Duration => value.is_number(),
        DType::Bool => value.is_boolean(),
        DType::Utf8 | DType::Date32 | DType::Time64 | DType::Timestamp => value.is_string(),
        DType::Any => true,
        DType::Null | DType::Binary | DType::Error => false,
    }
}

fn check_returns(function: &Function, path: &str, walk: &mut Walk) {
    let Return::Columns(columns) = &function.returns else { return };
    let path = format!("{path}.returns");
    if function.kind != FunctionKind::Array && !matches!(function.kind, FunctionKind::Unknown(_)) {
        walk.problem(
            Rule::Returns,
            &*path,
            format!("a {} function returns one type, not a list of columns", function.kind.name()),
        );
    }
    if columns.is_empty() && !walk.is_broken(&path) {
        walk.problem(Rule::Returns, &*path, "list at least one column".into());
    }
    let mut names = BTreeMap::new();
    for (index, column) in columns.iter().enumerate() {
        let field = format!("{path}[{index}].name");
        check_text(&column.name, &field, walk);
        if !column.name.is_empty() {
            claim(
                &mut names,
                column.name.to_uppercase(),
                Rule::DuplicateParam,
                &field,
                &column.name,
                walk,
            );
        }
    }
}

fn check_text(text: &str, field: &str, walk: &mut Walk) {
    if walk.is_broken(field) {
        return;
    }
    if text.is_empty() {
        walk.problem(Rule::Empty, field, "must not be empty".into());
    } else if text.trim() != text {
        walk.problem(
            Rule::Padded,
            field,
            format!("`{text}` starts or ends with white space; remove it"),
        );
    } else if text.len() > MAX_NAME_BYTES {
        walk.problem(
            Rule::TooLong,
            field,
            format!("{} bytes; at most {MAX_NAME_BYTES} are taken", text.len()),
        );
    }
}

fn check_callable(name: &str, field: &str, walk: &mut Walk) {
    if !walk.is_broken(field) && !is_callable(name) {
        walk.problem(
            Rule::BadName,
            field,
            format!("`{name}` cannot be called in a formula; start with a letter or `_`, then letters, digits, `_` and `.`"),
        );
    }
}

impl Manifest {
    /// Holds the functions against what the module exports.
    ///
    /// `signature_of` answers the signature of an exported function as text, such as
    /// `(i32, i32) -> i64`, or what else is exported under that name, or `None`.
    ///
    /// # Errors
    /// Every export that is absent or of another signature. Functions of an unknown kind and
    /// modules of codec 1 (whose exports may be typed) are not held to the signature.
    pub fn check_exports(
        &self,
        mut signature_of: impl FnMut(&str) -> Option<String>,
    ) -> Result<(), ManifestError> {
        let mut problems = Vec::new();
        for (index, function) in self.functions.iter().enumerate() {
            let names = match function.kind {
                FunctionKind::Unknown(_) => Vec::new(),
                FunctionKind::Aggregate => {
                    AGGREGATE_SUFFIXES.iter().map(|s| format!("{}{s}", function.export)).collect()
                }
                _ => vec![function.export.clone()],
            };
            for name in names {
                let found = signature_of(&name);
                let (rule, message) = match found {
                    None => (
                        Rule::ExportMissing,
                        format!(
                            "the module does not export `{name}`: export a function {FUNCTION_SIGNATURE} under that name"
                        ),
                    ),
                    Some(found)
                        if found != FUNCTION_SIGNATURE && self.module.codec != CODEC_JSON =>
                    {
                        (
                            Rule::ExportSignature,
                            format!(
                                "export `{name}` is {found}; a function {FUNCTION_SIGNATURE} is wanted"
                            ),
                        )
                    }
                    Some(_) => continue,
                };
                problems.push(Problem {
                    rule,
                    field: format!("functions[{index}].export"),
                    message,
                });
            }
        }
        ManifestError::check(problems)
    }
}
