//! JSON to [`Manifest`]: a walk that knows the path of every field it reads.

use super::{
    error::{ManifestError, Problem, Rule},
    model::{
        DisabledFunction, Example, Function, FunctionKind, Hints, Manifest, Module, Param, Return,
        ReturnColumn, Shape, TypeName,
    },
    path::Path,
    problems::Problems,
    rules,
    unknown::{matters, unknown},
};
use crate::{
    DType,
    exports::{
        ABI_VERSION, CODEC_COLUMNAR, CODEC_JSON, MAX_ALIASES, MAX_FUNCTIONS, MAX_MANIFEST_BYTES,
        MAX_MANIFEST_VALUES, MAX_MODULE_ALIASES, MAX_PARAMS, MAX_REQUIRES,
    },
};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use serde_json::{Map, Value};

/// A manifest and what is odd about it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parsed {
    /// The manifest.
    pub manifest: Manifest,
    /// One sentence each: disabled functions, unknown fields.
    pub warnings: Vec<String>,
}

impl Manifest {
    /// Reads and checks a manifest, in time in proportion to its length.
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
        let values = values(json);
        if values > MAX_MANIFEST_VALUES {
            let message = format!(
                "the manifest has {values} values; at most {MAX_MANIFEST_VALUES} are taken: shorten examples, or split the module"
            );
            return Err(ManifestError::one(Rule::TooLarge, "", message));
        }
        let value: Value = serde_json::from_slice(json).map_err(ManifestError::json)?;
        let Value::Object(map) = value else {
            return Err(ManifestError::one(
                Rule::WrongType,
                "",
                "the manifest must be a JSON object".to_owned(),
            ));
        };
        let mut walk = Walk::default();
        let draft = walk.manifest(map);
        rules::check(&draft, &mut walk.problems);
        let warnings = walk.problems.finish()?;
        let (manifest, mut disabled) = draft.finish();
        disabled.extend(warnings);
        Ok(Parsed { manifest, warnings: disabled })
    }
}

/// Values of a document, as `docs/manifest.md` counts them: one, and one more at every comma and opening bracket outside
/// texts. A byte of JSON may cost a hundred of memory.
fn values(json: &[u8]) -> usize {
    let (mut count, mut in_text, mut is_escaped) = (1, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_text,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

/// A manifest while its rules are checked.
pub(super) struct Draft {
    pub(super) schema: String,
    pub(super) module: Module,
    pub(super) functions: Vec<DraftFunction>,
    unknown: Map<String, Value>,
}

/// A function while its rules are checked.
pub(super) struct DraftFunction {
    /// What it is. In place of what this version does not know stands what admits most: the kind
    /// `array`, the type `any`, the shape `scalar`.
    pub(super) function: Function,
    /// Why it is disabled, and its JSON, if it is.
    disabled: Option<(Vec<Problem>, Map<String, Value>)>,
}

impl Draft {
    /// The manifest, and a warning for each function that is disabled.
    fn finish(self) -> (Manifest, Vec<String>) {
        let Self { schema, module, functions, unknown } = self;
        let mut manifest =
            Manifest { schema, module, functions: Vec::new(), disabled: Vec::new(), unknown };
        for (index, DraftFunction { function, disabled }) in functions.into_iter().enumerate() {
            match disabled {
                None => manifest.functions.push(function),
                Some((reasons, json)) => manifest.disabled.push(DisabledFunction {
                    index,
                    id: function.id,
                    name: function.name,
                    aliases: function.aliases,
                    reasons,
                    json,
                }),
            }
        }
        let warnings = manifest.disabled.iter().map(DisabledFunction::reason).collect();
        (manifest, warnings)
    }
}

/// Reads objects field by field.
#[derive(Default)]
struct Walk {
    problems: Problems,
    codec: u32,
    /// Aliases of the functions so far.
    aliases: usize,
}

impl Walk {
    fn problem(&mut self, rule: Rule, path: Path<'_>, message: impl core::fmt::Display) {
        self.problems.problem(rule, path, message);
    }

    fn manifest(&mut self, map: Map<String, Value>) -> Draft {
        let mut fields = Fields { walk: self, map, path: Path::Root };
        let schema = fields.text("schema");
        let module = fields.object("module");
        let functions = fields.list("functions", true);
        let unknown = fields.finish();
        let module = self.module(module);
        self.codec = module.codec;
        let path = Path::Root.field("functions");
        if functions.len() > MAX_FUNCTIONS {
            let count = functions.len();
            self.problem(
                Rule::TooManyFunctions,
                path,
                format_args!("{count} functions; a module may have {MAX_FUNCTIONS}: split it"),
            );
        } else if functions.is_empty() && !self.problems.is_broken(path) {
            let message = "the module offers no functions; list at least one";
            self.problem(Rule::NoFunctions, path, message);
        }
        let functions = functions
            .into_iter()
            .take(MAX_FUNCTIONS)
            .enumerate()
            .map(|(index, value)| {
                let path = path.item(index);
                let map = self.as_object(value, path);
                self.function(map, path)
            })
            .collect();
        Draft { schema, module, functions, unknown }
    }

    fn module(&mut self, map: Map<String, Value>) -> Module {
        let path = Path::Root.field("module");
        if self.problems.is_broken(path) {
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
        let mut fields = Fields { walk: self, map, path };
        Module {
            id: fields.text("id"),
            version: fields.text("version"),
            abi: fields.u32("abi"),
            codec: fields.u32("codec"),
            description: fields.optional_text("description"),
            requires: fields.requires(),
            unknown: fields.finish(),
        }
    }

    fn function(&mut self, map: Map<String, Value>, path: Path<'_>) -> DraftFunction {
        let json_codec = self.codec == CODEC_JSON;
        let reasons = unknown(&map, path, json_codec);
        let disabled = (!reasons.is_empty()).then(|| (reasons, map.clone()));
        let mut fields = Fields { walk: self, map, path };
        let id = fields.u32("id");
        let name = fields.text("name");
        let aliases = fields.aliases();
        let export = fields.text("export");
        let kind = match fields.map.contains_key("kind") || !json_codec {
            true => FunctionKind::from_name(&fields.text("kind")).unwrap_or(FunctionKind::Array),
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
        let unknown = fields.finish_part();
        let function = Function {
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
            params: self.params(params, path.field("params")),
            returns: self.returns(returns, path.field("returns")),
            description,
            examples: self.examples(examples, path.field("examples")),
            hints: self.hints(hints, path.field("hints")),
            unknown,
        };
        DraftFunction { function, disabled }
    }

    fn params(&mut self, values: Vec<Value>, path: Path<'_>) -> Vec<Param> {
        let json_codec = self.codec == CODEC_JSON;
        if values.len() > MAX_PARAMS {
            self.problem(
                Rule::ParamsArity,
                path,
                format_args!("{} parameters; a formula can pass {MAX_PARAMS}", values.len()),
            );
            return Vec::new();
        }
        let mut params = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let path = path.item(index);
            let map = self.as_object(value, path);
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
                unknown: fields.finish_part(),
            });
        }
        params
    }

    fn returns(&mut self, value: Option<Value>, path: Path<'_>) -> Return {
        let any = Return::One(TypeName(DType::Any));
        match value {
            Some(Value::String(name)) => Return::One(TypeName(known(&name))),
            Some(Value::Array(columns)) => Return::Columns(
                columns
                    .into_iter()
                    .enumerate()
                    .map(|(index, value)| {
                        let path = path.item(index);
                        let map = self.as_object(value, path);
                        let mut fields = Fields { walk: self, map, path };
                        let name = fields.text("name");
                        let dtype = TypeName(fields.dtype("type"));
                        ReturnColumn { name, dtype, unknown: fields.finish_part() }
                    })
                    .collect(),
            ),
            Some(Value::Object(_) | Value::Null) | None if self.codec == CODEC_JSON => any,
            None => {
                self.problem(
                    Rule::Missing,
                    path,
                    "say what the function returns: a type, or a list of { name, type }",
                );
                any
            }
            Some(other) => {
                self.wrong_type(path, "a type name or a list of { name, type }", &other);
                any
            }
        }
    }

    fn examples(&mut self, values: Vec<Value>, path: Path<'_>) -> Vec<Example> {
        let mut examples = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let path = path.item(index);
            let map = self.as_object(value, path);
            let mut fields = Fields { walk: self, map, path };
            let args = fields.list("args", true);
            let result = fields.map.remove("result").unwrap_or_else(|| {
                let result = path.field("result");
                fields.walk.problem(Rule::Missing, result, "say what the example gives");
                Value::Null
            });
            examples.push(Example { args, result, unknown: fields.finish() });
        }
        examples
    }

    fn hints(&mut self, value: Option<Value>, path: Path<'_>) -> Hints {
        let Some(value) = value else { return Hints::default() };
        let map = self.as_object(value, path);
        let mut fields = Fields { walk: self, map, path };
        Hints {
            memory: fields.optional_u64("memory"),
            deadline_ms: fields.optional_u64("deadline_ms"),
            unknown: fields.finish(),
        }
    }

    /// The fields of an object. Anything else is reported and has none: its place in a list is
    /// kept, so that the paths of what follows stay true.
    fn as_object(&mut self, value: Value, path: Path<'_>) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => {
                self.wrong_type(path, "an object", &other);
                Map::new()
            }
        }
    }

    fn wrong_type(&mut self, path: Path<'_>, wanted: &str, found: &Value) {
        let found: &dyn core::fmt::Display = match found {
            Value::Null => &"null",
            Value::Bool(b) => b,
            Value::Number(n) => n,
            Value::String(_) => &"a text",
            Value::Array(_) => &"a list",
            Value::Object(_) => &"an object",
        };
        self.problem(Rule::WrongType, path, format_args!("must be {wanted}, found {found}"));
    }
}

/// A type by its name. What stands for one that this version does not know is never seen: the
/// function is disabled.
fn known(name: &str) -> DType {
    DType::from_name(name).unwrap_or(DType::Any)
}

/// The fields of one object, taken out one by one; what is left at the end is unknown.
struct Fields<'w, 'p> {
    walk: &'w mut Walk,
    map: Map<String, Value>,
    path: Path<'p>,
}

impl Fields<'_, '_> {
    fn take<T: Default>(
        &mut self,
        name: &str,
        wanted: &str,
        required: bool,
        read: impl FnOnce(Value) -> Result<T, Value>,
    ) -> T {
        match self.map.remove(name).map(read) {
            Some(Ok(value)) => return value,
            Some(Err(found)) => self.walk.wrong_type(self.path.field(name), wanted, &found),
            None if required => self.walk.problem(
                Rule::Missing,
                self.path.field(name),
                format_args!("is missing; {wanted} is wanted"),
            ),
            None => {}
        }
        T::default()
    }

    fn text(&mut self, name: &str) -> String {
        self.take(name, "a text", true, as_text)
    }

    fn optional_text(&mut self, name: &str) -> String {
        self.take(name, "a text", false, as_text)
    }

    fn u32(&mut self, name: &str) -> u32 {
        self.take(name, "a whole number from 0 to 4294967295", true, as_u32)
    }

    fn nullable_u32(&mut self, name: &str, may_be_absent: bool) -> Option<u32> {
        self.take(
            name,
            "a whole number from 0 to 4294967295, or null for any number",
            !may_be_absent,
            |v| match v {
                Value::Null => Ok(None),
                other => as_u32(other).map(Some),
            },
        )
    }

    fn optional_u64(&mut self, name: &str) -> Option<u64> {
        self.take(name, "a whole number", false, |v| v.as_u64().map(Some).ok_or(v))
    }

    fn scalar(&mut self, name: &str) -> Option<Value> {
        self.take(name, "a number, a text or a boolean", false, |v| match v {
            Value::Number(_) | Value::String(_) | Value::Bool(_) => Ok(Some(v)),
            other => Err(other),
        })
    }

    fn flag(&mut self, name: &str, default: bool) -> bool {
        self.take(name, "true or false", false, |v| v.as_bool().map(Some).ok_or(v))
            .unwrap_or(default)
    }

    fn list(&mut self, name: &str, required: bool) -> Vec<Value> {
        self.take(name, "a list", required, |v| match v {
            Value::Array(values) => Ok(values),
            other => Err(other),
        })
    }

    fn object(&mut self, name: &str) -> Map<String, Value> {
        self.take(name, "an object", true, |v| match v {
            Value::Object(map) => Ok(map),
            other => Err(other),
        })
    }

    fn texts(&mut self, name: &str, values: Vec<Value>) -> Vec<String> {
        let list = self.path.field(name);
        let text = |(index, value)| {
            as_text(value).unwrap_or_else(|other| {
                self.walk.wrong_type(list.item(index), "a text", &other);
                String::new()
            })
        };
        values.into_iter().enumerate().map(text).collect()
    }

    fn aliases(&mut self) -> Vec<String> {
        let values = self.list("aliases", false);
        self.walk.aliases += values.len();
        let (count, whose, most) = match values.len() > MAX_ALIASES {
            true => (values.len(), "function", MAX_ALIASES),
            false => (self.walk.aliases, "module", MAX_MODULE_ALIASES),
        };
        if count > most {
            self.walk.problem(
                Rule::TooManyAliases,
                self.path.field("aliases"),
                format_args!("{count} aliases; a {whose} may have {most}: leave some out"),
            );
            return Vec::new();
        }
        self.texts("aliases", values)
    }

    fn requires(&mut self) -> Vec<String> {
        let values = self.list("requires", false);
        if values.len() > MAX_REQUIRES {
            self.walk.problem(
                Rule::Requires,
                self.path.field("requires"),
                format_args!("{} requirements; at most {MAX_REQUIRES} are read", values.len()),
            );
            return Vec::new();
        }
        self.texts("requires", values)
    }

    fn dtype(&mut self, name: &str) -> DType {
        known(&self.text(name))
    }

    fn shape(&mut self) -> Shape {
        Shape::from_name(&self.optional_text("shape")).unwrap_or_default()
    }

    /// What is left of a function, a parameter or a returned column: with codec 2 it disables the function.
    fn finish_part(self) -> Map<String, Value> {
        match self.walk.codec == CODEC_JSON {
            true => self.finish(),
            false => self.map,
        }
    }

    fn finish(self) -> Map<String, Value> {
        for name in self.map.keys().filter(|name| matters(name)) {
            self.walk
                .problems
                .warn(format_args!("{}: unknown field, kept and ignored", self.path.field(name)));
        }
        self.map
    }
}

fn as_text(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(other),
    }
}

fn as_u32(value: Value) -> Result<u32, Value> {
    value.as_u64().and_then(|n| u32::try_from(n).ok()).ok_or(value)
}
