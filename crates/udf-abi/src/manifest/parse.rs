//! JSON to [`Manifest`]: a walk that knows the path of every field it reads.

use super::{
    error::{ManifestError, Problem, Rule},
    model::{
        Example, Function, FunctionKind, Hints, Manifest, Module, Param, Return, ReturnColumn,
        Shape, TypeName,
    },
    rules,
};
use crate::{
    DType,
    exports::{
        ABI_VERSION, CODEC_COLUMNAR, CODEC_JSON, MAX_FUNCTIONS, MAX_MANIFEST_BYTES, MAX_PARAMS,
    },
};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use serde_json::{Map, Value};

/// A manifest and what is odd about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The manifest.
    pub manifest: Manifest,
    /// One sentence each: unknown fields, functions of an unknown kind.
    pub warnings: Vec<String>,
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    /// Every rule that it breaks, each with the path of the field.
    pub fn parse(json: &[u8]) -> Result<Parsed, ManifestError> {
        if json.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::one(
                Rule::TooLarge,
                "",
                format!(
                    "the manifest has {} bytes; at most {MAX_MANIFEST_BYTES} are taken: shorten descriptions or examples",
                    json.len()
                ),
            ));
        }
        let value: Value = serde_json::from_slice(json).map_err(|e| {
            ManifestError::one(Rule::Json, "", format!("the manifest is not valid JSON: {e}"))
        })?;
        let Value::Object(map) = value else {
            return Err(ManifestError::one(
                Rule::WrongType,
                "",
                "the manifest must be a JSON object".to_owned(),
            ));
        };
        let mut walk = Walk::default();
        let manifest = walk.manifest(map);
        rules::check(&manifest, &mut walk);
        let Walk { problems, warnings, .. } = walk;
        ManifestError::check(problems)?;
        Ok(Parsed { manifest, warnings })
    }
}

/// Most problems and most warnings reported of one manifest.
const MAX_PROBLEMS: usize = 100;

/// Collects problems and warnings while fields are taken out of objects.
#[derive(Default)]
pub(super) struct Walk {
    problems: Vec<Problem>,
    warnings: Vec<String>,
    codec: u32,
}

impl Walk {
    pub(super) fn problem(&mut self, rule: Rule, field: impl Into<String>, message: String) {
        let field = field.into();
        // A hostile manifest could break rules by the million; nobody reads past the first ones.
        if self.problems.len() < MAX_PROBLEMS && !self.stands_in_wrong_type(&field) {
            self.problems.push(Problem { rule, field, message });
        }
    }

    pub(super) fn warn(&mut self, warning: String) {
        if self.warnings.len() < MAX_PROBLEMS {
            self.warnings.push(warning);
        }
    }

    /// Whether a field at or below `field` is already known to be wrong, or `field` stands in
    /// something that is.
    pub(super) fn is_broken(&self, field: &str) -> bool {
        self.problems.iter().any(|p| p.field.starts_with(field)) || self.stands_in_wrong_type(field)
    }

    /// Whether `field` belongs to a value that was reported as being of the wrong JSON type.
    fn stands_in_wrong_type(&self, field: &str) -> bool {
        self.problems
            .iter()
            .filter(|p| p.rule == Rule::WrongType)
            .any(|p| field.strip_prefix(&*p.field).is_some_and(|rest| rest.starts_with(['.', '['])))
    }

    fn manifest(&mut self, map: Map<String, Value>) -> Manifest {
        let mut fields = Fields { walk: self, map, path: String::new() };
        let schema = fields.text("schema");
        let module = fields.object("module");
        let functions = fields.list("functions", true);
        let unknown = fields.finish();
        let module = self.module(module);
        self.codec = module.codec;
        if functions.len() > MAX_FUNCTIONS {
            self.problem(
                Rule::TooManyFunctions,
                "functions",
                format!(
                    "{} functions; a module may have {MAX_FUNCTIONS}: split it",
                    functions.len()
                ),
            );
        } else if functions.is_empty() && !self.is_broken("functions") {
            self.problem(
                Rule::NoFunctions,
                "functions",
                "the module offers no functions; list at least one".into(),
            );
        }
        let functions = functions
            .into_iter()
            .take(MAX_FUNCTIONS)
            .enumerate()
            .map(|(index, value)| {
                let path = format!("functions[{index}]");
                let map = self.as_object(value, &path);
                self.function(map, path)
            })
            .collect();
        Manifest { schema, module, functions, unknown }
    }

    fn module(&mut self, map: Map<String, Value>) -> Module {
        if self.is_broken("module") {
            // Already reported as a whole; its fields would only repeat that.
            return Module {
                id: String::new(),
                version: String::new(),
                abi: ABI_VERSION,
                codec: CODEC_COLUMNAR,
                description: String::new(),
                requires: Vec::new(),
                unknown: map,
            };
        }
        let mut fields = Fields { walk: self, map, path: "module".into() };
        Module {
            id: fields.text("id"),
            version: fields.text("version"),
            abi: fields.u32("abi"),
            codec: fields.u32("codec"),
            description: fields.optional_text("description"),
            requires: fields.texts("requires"),
            unknown: fields.finish(),
        }
    }

    fn function(&mut self, map: Map<String, Value>, path: String) -> Function {
        let json_codec = self.codec == CODEC_JSON;
        let mut fields = Fields { walk: self, map, path };
        let id = fields.u32("id");
        let name = fields.text("name");
        let aliases = fields.texts("aliases");
        let export = fields.text("export");
        let kind = match fields.map.contains_key("kind") || !json_codec {
            true => FunctionKind::from_name(&fields.text("kind")),
            false => FunctionKind::Elementwise,
        };
        let min_args = fields.u32("min_args");
        let max_args = fields.nullable_u32("max_args", json_codec);
        let volatile = fields.flag("volatile", false);
        let deterministic = fields.flag("deterministic", !volatile);
        // Upstream takes both together, and volatile wins.
        let deterministic = deterministic && !(volatile && json_codec);
        let thread_safe = fields.flag("thread_safe", false);
        let params = fields.list("params", !json_codec);
        let returns = fields.map.remove("returns");
        let description = fields.optional_text("description");
        let examples = fields.list("examples", false);
        let hints = fields.map.remove("hints");
        let path = fields.path.clone();
        let unknown = fields.finish();
        Function {
            id,
            name,
            aliases,
            export,
            kind,
            min_args,
            max_args,
            volatile,
            deterministic,
            thread_safe,
            params: self.params(params, &path),
            returns: self.returns(returns, &path),
            description,
            examples: self.examples(examples, &path),
            hints: self.hints(hints, &path),
            unknown,
        }
    }

    fn params(&mut self, values: Vec<Value>, path: &str) -> Vec<Param> {
        let json_codec = self.codec == CODEC_JSON;
        if values.len() > MAX_PARAMS {
            self.problem(
                Rule::ParamsArity,
                format!("{path}.params"),
                format!("{} parameters; a formula can pass {MAX_PARAMS}", values.len()),
            );
            return Vec::new();
        }
        let mut params = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let path = format!("{path}.params[{index}]");
            let map = self.as_object(value, &path);
            let mut fields = Fields { walk: self, map, path };
            let name = fields.text("name");
            let dtype = match fields.map.contains_key("type") || !json_codec {
                true => fields.dtype("type"),
                false => DType::Any,
            };
            if json_codec {
                fields.map.remove("kinds");
            }
            // With codec 1 it says nothing: it is kept as an unknown field.
            let default = if json_codec { None } else { fields.scalar("default") };
            params.push(Param {
                name,
                dtype: TypeName(dtype),
                shape: fields.shape(),
                optional: fields.flag("optional", false),
                default,
                variadic: fields.flag("variadic", false),
                description: fields.optional_text("description"),
                unknown: fields.finish(),
            });
        }
        params
    }

    fn returns(&mut self, value: Option<Value>, path: &str) -> Return {
        let path = format!("{path}.returns");
        let any = Return::One(TypeName(DType::Any));
        match value {
            Some(Value::String(name)) => Return::One(TypeName(self.dtype(&name, &path))),
            Some(Value::Array(columns)) => Return::Columns(
                columns
                    .into_iter()
                    .enumerate()
                    .map(|(index, value)| {
                        let path = format!("{path}[{index}]");
                        let map = self.as_object(value, &path);
                        let mut fields = Fields { walk: self, map, path };
                        let name = fields.text("name");
                        let dtype = TypeName(fields.dtype("type"));
                        ReturnColumn { name, dtype, unknown: fields.finish() }
                    })
                    .collect(),
            ),
            Some(Value::Object(_) | Value::Null) | None if self.codec == CODEC_JSON => any,
            None => {
                self.problem(
                    Rule::Missing,
                    path,
                    "say what the function returns: a type, or a list of { name, type }".into(),
                );
                any
            }
            Some(other) => {
                self.wrong_type(path, "a type name or a list of { name, type }", &other);
                any
            }
        }
    }

    fn examples(&mut self, values: Vec<Value>, path: &str) -> Vec<Example> {
        let mut examples = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let path = format!("{path}.examples[{index}]");
            let map = self.as_object(value, &path);
            let mut fields = Fields { walk: self, map, path };
            let args = fields.list("args", true);
            let result = fields.map.remove("result").unwrap_or_else(|| {
                let field = fields.field("result");
                fields.walk.problem(Rule::Missing, field, "say what the example gives".into());
                Value::Null
            });
            examples.push(Example { args, result, unknown: fields.finish() });
        }
        examples
    }

    fn hints(&mut self, value: Option<Value>, path: &str) -> Hints {
        let Some(value) = value else { return Hints::default() };
        let path = format!("{path}.hints");
        let map = self.as_object(value, &path);
        let mut fields = Fields { walk: self, map, path };
        Hints {
            fuel: fields.optional_u64("fuel"),
            memory: fields.optional_u64("memory"),
            deadline_ms: fields.optional_u64("deadline_ms"),
            unknown: fields.finish(),
        }
    }

    fn dtype(&mut self, name: &str, path: &str) -> DType {
        DType::from_name(name).unwrap_or_else(|| {
            let (rule, message) = if DType::RESERVED_NAMES.contains(&name) {
                (
                    Rule::UnsupportedType,
                    format!("type `{name}` is reserved for a later version of the contract"),
                )
            } else {
                let all: Vec<_> = DType::ALL.iter().map(|d| d.name()).collect();
                (
                    Rule::UnknownType,
                    format!("unknown type `{name}`; the types are {}", all.join(", ")),
                )
            };
            self.problem(rule, path, message);
            DType::Any
        })
    }

    /// The fields of an object. Anything else is reported and has none: its place in a list is
    /// kept, so that the paths of what follows stay true.
    fn as_object(&mut self, value: Value, path: &str) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => {
                self.wrong_type(path.into(), "an object", &other);
                Map::new()
            }
        }
    }

    fn wrong_type(&mut self, field: String, wanted: &str, found: &Value) {
        let found = match found {
            Value::Null => "null".into(),
            Value::Bool(b) => format!("{b}"),
            Value::Number(n) => format!("{n}"),
            Value::String(_) => "a text".into(),
            Value::Array(_) => "a list".into(),
            Value::Object(_) => "an object".into(),
        };
        self.problem(Rule::WrongType, field, format!("must be {wanted}, found {found}"));
    }
}

/// The fields of one object, taken out one by one; what is left at the end is unknown.
struct Fields<'w> {
    walk: &'w mut Walk,
    map: Map<String, Value>,
    path: String,
}

impl Fields<'_> {
    fn field(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) }
    }

    fn take<T: Default>(
        &mut self,
        name: &str,
        wanted: &str,
        required: bool,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> T {
        let field = self.field(name);
        match self.map.remove(name) {
            Some(value) => read(&value).unwrap_or_else(|| {
                self.walk.wrong_type(field, wanted, &value);
                T::default()
            }),
            None => {
                if required {
                    self.walk.problem(
                        Rule::Missing,
                        field,
                        format!("is missing; {wanted} is wanted"),
                    );
                }
                T::default()
            }
        }
    }

    fn text(&mut self, name: &str) -> String {
        self.take(name, "a text", true, |v| v.as_str().map(ToOwned::to_owned))
    }

    fn optional_text(&mut self, name: &str) -> String {
        self.take(name, "a text", false, |v| v.as_str().map(ToOwned::to_owned))
    }

    fn u32(&mut self, name: &str) -> u32 {
        self.take(name, "a whole number from 0 to 4294967295", true, |v| {
            v.as_u64().and_then(|n| u32::try_from(n).ok())
        })
    }

    fn nullable_u32(&mut self, name: &str, may_be_absent: bool) -> Option<u32> {
        self.take(
            name,
            "a whole number from 0 to 4294967295, or null for any number",
            !may_be_absent,
            |v| match v {
                Value::Null => Some(None),
                other => other.as_u64().and_then(|n| u32::try_from(n).ok()).map(Some),
            },
        )
    }

    fn optional_u64(&mut self, name: &str) -> Option<u64> {
        self.take(name, "a whole number", false, |v| v.as_u64().map(Some))
    }

    fn scalar(&mut self, name: &str) -> Option<Value> {
        self.take(name, "a number, a text or a boolean", false, |v| match v {
            Value::Number(_) | Value::String(_) | Value::Bool(_) => Some(Some(v.clone())),
            _ => None,
        })
    }

    fn flag(&mut self, name: &str, default: bool) -> bool {
        self.take(name, "true or false", false, |v| v.as_bool().map(Some)).unwrap_or(default)
    }

    fn list(&mut self, name: &str, required: bool) -> Vec<Value> {
        self.take(name, "a list", required, |v| v.as_array().cloned())
    }

    fn texts(&mut self, name: &str) -> Vec<String> {
        let values = self.list(name, false);
        let path = self.field(name);
        values
            .into_iter()
            .enumerate()
            .map(|(index, value)| match value {
                Value::String(text) => text,
                other => {
                    self.walk.wrong_type(format!("{path}[{index}]"), "a text", &other);
                    String::new()
                }
            })
            .collect()
    }

    fn object(&mut self, name: &str) -> Map<String, Value> {
        self.take(name, "an object", true, |v| v.as_object().cloned())
    }

    fn dtype(&mut self, name: &str) -> DType {
        let path = self.field(name);
        match self.map.contains_key(name) {
            true => {
                let text = self.text(name);
                if self.walk.is_broken(&path) { DType::Any } else { self.walk.dtype(&text, &path) }
            }
            false => {
                self.text(name);
                DType::Any
            }
        }
    }

    fn shape(&mut self) -> Shape {
        if !self.map.contains_key("shape") {
            return Shape::Scalar;
        }
        let path = self.field("shape");
        match self.text("shape").as_str() {
            "scalar" => Shape::Scalar,
            "column" => Shape::Column,
            "range" => Shape::Range,
            _ if self.walk.is_broken(&path) => Shape::Scalar,
            other => {
                self.walk.problem(
                    Rule::BadShape,
                    path,
                    format!("unknown shape `{other}`; the shapes are scalar, column, range"),
                );
                Shape::Scalar
            }
        }
    }

    fn finish(self) -> Map<String, Value> {
        for name in self.map.keys() {
            let field = self.field(name);
            self.walk.warn(format!("{field}: unknown field, kept and ignored"));
        }
        self.map
    }
}
