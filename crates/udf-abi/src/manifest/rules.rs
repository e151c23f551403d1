//! The rules that a manifest's values must keep, after every field has been read.

use super::{
    error::{ManifestError, Problem, Rule},
    model::{Function, FunctionKind, Manifest, Param, Return, Shape},
    name::{is_callable, normalise_name},
    parse::{Draft, DraftFunction},
    path::{Path, Shown},
    problems::Problems,
};
use crate::{
    DType,
    exports::{
        ABI_VERSION, AGGREGATE_SUFFIXES, CODEC_COLUMNAR, CODEC_JSON, FUNCTION_SIGNATURE,
        MANIFEST_SCHEMA, MAX_NAME_BYTES, RESERVED_EXPORTS,
    },
};
use alloc::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use serde_json::Value;

/// What `module.requires` may name in this version.
pub(super) const CAPABILITIES: [&str; 6] =
    ["columnar", "simd128", "reduce", "array", "any", "volatile"];

pub(super) fn check(draft: &Draft, problems: &mut Problems) {
    check_module(draft, problems);
    check_unique(draft, problems);
    let functions = Path::Root.field("functions");
    for (index, drafted) in draft.functions.iter().enumerate() {
        check_function(&drafted.function, functions.item(index), draft.module.codec, problems);
    }
}

fn check_module(draft: &Draft, problems: &mut Problems) {
    let schema = Path::Root.field("schema");
    if draft.schema != MANIFEST_SCHEMA && !problems.is_broken(schema) {
        problems.problem(
            Rule::Schema,
            schema,
            format_args!(
                "schema is `{}`; this host reads `{MANIFEST_SCHEMA}`",
                Shown(&draft.schema)
            ),
        );
    }
    let module = &draft.module;
    let path = Path::Root.field("module");
    if module.id.is_empty() && module.version.is_empty() && problems.is_broken(path) {
        return;
    }
    check_text(&module.id, path.field("id"), problems);
    check_text(&module.version, path.field("version"), problems);
    if module.abi != ABI_VERSION && !problems.is_broken(path.field("abi")) {
        problems.problem(
            Rule::Abi,
            path.field("abi"),
            format_args!("abi {} is not supported; this host speaks abi {ABI_VERSION}: rebuild the plugin with a matching SDK", module.abi),
        );
    }
    if ![CODEC_COLUMNAR, CODEC_JSON].contains(&module.codec)
        && !problems.is_broken(path.field("codec"))
    {
        problems.problem(
            Rule::Codec,
            path.field("codec"),
            format_args!(
                "codec {} is not supported; use {CODEC_COLUMNAR} (columnar) or {CODEC_JSON} (JSON)",
                module.codec
            ),
        );
    }
    let requires = path.field("requires");
    for (index, capability) in module.requires.iter().enumerate() {
        let path = requires.item(index);
        if !CAPABILITIES.contains(&capability.as_str()) && !problems.is_broken(path) {
            problems.problem(
                Rule::Requires,
                path,
                format_args!(
                    "the module requires `{}`, which this host does not have; it has {}",
                    Shown(capability),
                    CAPABILITIES.join(", ")
                ),
            );
        }
    }
}

fn check_unique(draft: &Draft, problems: &mut Problems) {
    let functions = Path::Root.field("functions");
    let mut ids = Claims::default();
    let mut exports = Claims::default();
    let mut names = Claims::default();
    for (index, DraftFunction { function, .. }) in draft.functions.iter().enumerate() {
        let path = functions.item(index);
        if !problems.is_broken(path.field("id")) {
            let id = function.id;
            ids.claim(id, Rule::DuplicateId, path.field("id"), &id, problems);
        }
        if !function.export.is_empty() {
            let (field, export) = (path.field("export"), &function.export);
            let shown = Shown(export);
            exports.claim(export.clone(), Rule::DuplicateExport, field, &shown, problems);
            claim_derived(&mut exports, function, field, problems);
        }
        let aliases = path.field("aliases");
        let mut own = OwnNames::default();
        for (position, name) in function.names().enumerate() {
            let field = match position {
                0 => path.field("name"),
                n => aliases.item(n - 1),
            };
            let key = normalise_name(name);
            if draft.module.codec == CODEC_JSON && own.repeats(name, &key) {
                continue;
            }
            if !key.is_empty() {
                names.claim(key, Rule::DuplicateName, field, &Shown(name), problems);
            }
        }
    }
}

/// Notes the four exports of an aggregate, unless its `export` itself is taken.
fn claim_derived(
    exports: &mut Claims<String>,
    function: &Function,
    path: Path<'_>,
    problems: &mut Problems,
) {
    if function.kind != FunctionKind::Aggregate || problems.is_broken(path) {
        return;
    }
    for suffix in AGGREGATE_SUFFIXES {
        let export = format!("{}{suffix}", function.export);
        exports.claim(export.clone(), Rule::DuplicateExport, path, &Shown(&export), problems);
    }
}

/// The names of one function so far.
#[derive(Default)]
struct OwnNames {
    keys: BTreeSet<String>,
    spelled: BTreeSet<String>,
}

impl OwnNames {
    /// Whether a name is an earlier name of the same function with other prefixes. Manifests written
    /// for Formualizer 0.13 list such aliases, since that host strips no prefixes.
    fn repeats(&mut self, name: &str, key: &str) -> bool {
        let is_new_spelling = self.spelled.insert(name.to_uppercase());
        !self.keys.insert(key.into()) && is_new_spelling
    }
}

/// What is taken, and by which field.
struct Claims<K>(BTreeMap<K, String>);

impl<K> Default for Claims<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord> Claims<K> {
    /// Notes that the field uses `key`, or reports who used it before.
    fn claim(
        &mut self,
        key: K,
        rule: Rule,
        path: Path<'_>,
        shown: &dyn core::fmt::Display,
        problems: &mut Problems,
    ) {
        match self.0.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(path.to_string());
            }
            Entry::Occupied(first) => problems.problem(
                rule,
                path,
                format_args!("`{shown}` is already taken by {} (names are compared without case and prefix): choose another", first.get()),
            ),
        }
    }
}

fn check_function(function: &Function, path: Path<'_>, codec: u32, problems: &mut Problems) {
    let name = path.field("name");
    check_text(&function.name, name, problems);
    check_callable(&function.name, name, problems);
    let aliases = path.field("aliases");
    for (index, alias) in function.aliases.iter().enumerate() {
        check_text(alias, aliases.item(index), problems);
        check_callable(alias, aliases.item(index), problems);
    }
    let export = path.field("export");
    check_text(&function.export, export, problems);
    if RESERVED_EXPORTS.contains(&function.export.as_str()) {
        problems.problem(
            Rule::ReservedExport,
            export,
            format_args!(
                "`{}` belongs to the contract; export the function under another name",
                function.export
            ),
        );
    }
    if function.volatile && function.deterministic && codec != CODEC_JSON {
        problems.problem(
            Rule::Volatile,
            path.field("deterministic"),
            "a volatile function is not deterministic; set one of the two",
        );
    }
    check_arity(function, path, codec, problems);
    check_params(function, path.field("params"), problems);
    check_returns(function, path.field("returns"), problems);
    let examples = path.field("examples");
    for (index, example) in function.examples.iter().enumerate() {
        let example_at = examples.item(index);
        let field = example_at.field("args");
        let given = example.args.len();
        let fits = given >= function.min_args as usize
            && function.max_args.is_none_or(|max| given <= max as usize);
        if !fits && !problems.is_broken(field) {
            problems.problem(
                Rule::Example,
                field,
                format_args!(
                    "the example gives {given} arguments; `{}` takes {}",
                    Shown(&function.name),
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

fn check_arity(function: &Function, path: Path<'_>, codec: u32, problems: &mut Problems) {
    let (min_field, max_field) = (path.field("min_args"), path.field("max_args"));
    if problems.is_broken(min_field) || problems.is_broken(max_field) {
        return;
    }
    let min = function.min_args;
    if let Some(max) = function.max_args.filter(|max| *max < min) {
        let message = format_args!("max_args {max} is less than min_args {min}");
        problems.problem(Rule::Arity, max_field, message);
        return;
    }
    let params = path.field("params");
    if codec == CODEC_JSON || problems.is_broken(params) {
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
        problems.problem(
            Rule::ParamsArity,
            max_field,
            format_args!(
                "max_args is {max} but {count} parameters are listed{}",
                if variadic { ", the last of them variadic" } else { "" }
            ),
        );
    }
    if min as usize > count {
        problems.problem(
            Rule::ParamsArity,
            min_field,
            format_args!("min_args is {min} but only {count} parameters are listed"),
        );
        return;
    }
    for (index, param) in function.params.iter().enumerate().skip(min as usize) {
        if !param.optional && !param.variadic {
            problems.problem(
                Rule::ParamsArity,
                params.item(index).field("optional"),
                format_args!("a call with min_args = {min} arguments leaves `{}` out, so it must be optional", Shown(&param.name)),
            );
        }
    }
}

fn check_params(function: &Function, path: Path<'_>, problems: &mut Problems) {
    let mut names = Claims::default();
    for (index, param) in function.params.iter().enumerate() {
        let path = path.item(index);
        let field = path.field("name");
        check_text(&param.name, field, problems);
        if !param.name.is_empty() {
            let key = param.name.to_uppercase();
            names.claim(key, Rule::DuplicateParam, field, &Shown(&param.name), problems);
        }
        if param.variadic && index + 1 != function.params.len() {
            problems.problem(
                Rule::VariadicNotLast,
                path.field("variadic"),
                format_args!(
                    "only the last parameter can be variadic; `{}` is not",
                    Shown(&param.name)
                ),
            );
        }
        check_shape(function, param, path, problems);
        check_default(param, path, problems);
    }
}

fn check_shape(function: &Function, param: &Param, path: Path<'_>, problems: &mut Problems) {
    let row_wise = matches!(function.kind, FunctionKind::Elementwise | FunctionKind::Aggregate);
    if row_wise && param.shape != Shape::Scalar {
        problems.problem(
            Rule::BadShape,
            path.field("shape"),
            format_args!("an {} function sees one row at a time; `{}` cannot be a {}: use kind reduce or array", function.kind.name(), Shown(&param.name), param.shape.name()),
        );
    }
}

fn check_default(param: &Param, path: Path<'_>, problems: &mut Problems) {
    let Some(default) = &param.default else { return };
    let field = path.field("default");
    let dtype = param.dtype.0;
    if !param.optional || param.variadic || param.shape != Shape::Scalar {
        problems.problem(
            Rule::Default,
            field,
            format_args!(
                "`{}` has a default, which only an optional scalar has: set \"optional\": true",
                Shown(&param.name)
            ),
        );
    } else if !fits(default, dtype) {
        let shown = default.to_string();
        let message = format_args!("{} is no value of type {}", Shown(&shown), dtype.name());
        problems.problem(Rule::Default, field, message);
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

fn check_returns(function: &Function, path: Path<'_>, problems: &mut Problems) {
    let Return::Columns(columns) = &function.returns else { return };
    if function.kind != FunctionKind::Array {
        problems.problem(
            Rule::Returns,
            path,
            format_args!(
                "a {} function returns one type, not a list of columns",
                function.kind.name()
            ),
        );
    }
    if columns.is_empty() && !problems.is_broken(path) {
        problems.problem(Rule::Returns, path, "list at least one column");
    }
    let mut names = Claims::default();
    for (index, column) in columns.iter().enumerate() {
        let column_at = path.item(index);
        let field = column_at.field("name");
        check_text(&column.name, field, problems);
        if !column.name.is_empty() {
            let key = column.name.to_uppercase();
            names.claim(key, Rule::DuplicateParam, field, &Shown(&column.name), problems);
        }
    }
}

fn check_text(text: &str, path: Path<'_>, problems: &mut Problems) {
    let is_padded = || text.trim() != text;
    if (!text.is_empty() && text.len() <= MAX_NAME_BYTES && !is_padded())
        || problems.is_broken(path)
    {
        return;
    }
    if text.is_empty() {
        problems.problem(Rule::Empty, path, "must not be empty");
    } else if is_padded() {
        problems.problem(
            Rule::Padded,
            path,
            format_args!("`{}` starts or ends with white space; remove it", Shown(text)),
        );
    } else {
        problems.problem(
            Rule::TooLong,
            path,
            format_args!("{} bytes; at most {MAX_NAME_BYTES} are taken", text.len()),
        );
    }
}

fn check_callable(name: &str, path: Path<'_>, problems: &mut Problems) {
    if !is_callable(name) && !problems.is_broken(path) {
        problems.problem(
            Rule::BadName,
            path,
            format_args!("`{}` cannot be called in a formula; start with a letter or `_`, then letters, digits, `_` and `.`", Shown(name)),
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
    /// Every export that is absent or of another signature. Disabled functions are not asked for, and
    /// modules of codec 1 (whose exports may be typed) are not held to the signature.
    pub fn check_exports<'e>(
        &self,
        mut signature_of: impl FnMut(&str) -> Option<&'e str>,
    ) -> Result<(), ManifestError> {
        let mut problems = Vec::new();
        for (index, function) in self.indexed() {
            let names = match function.kind {
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
