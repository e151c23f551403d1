//! The manifest as typed values.

use super::error::Problem;
use crate::DType;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};

/// A module's manifest, checked against every rule that needs no module bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// [`MANIFEST_SCHEMA`](crate::exports::MANIFEST_SCHEMA)
    pub schema: String,
    /// The module as a whole.
    pub module: Module,
    /// The functions that this version knows how to call, in their order.
    pub functions: Vec<Function>,
    /// The others. There is at least one function of either sort.
    pub disabled: Vec<DisabledFunction>,
    /// Fields that version 1 does not know.
    pub unknown: Map<String, Value>,
}

/// A function of a kind, with a type, a shape or a field that this version does not know. It cannot be called;
/// the others of its module can.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DisabledFunction {
    /// Its place in the manifest's `functions`.
    pub index: usize,
    /// Unique within the module.
    pub id: u32,
    /// The name that formulas, SQL and commands use.
    pub name: String,
    /// Other names of the same function.
    pub aliases: Vec<String>,
    /// What is not known, each with the path of the field; at least one.
    pub reasons: Vec<Problem>,
    /// The function as the manifest has it.
    pub json: Map<String, Value>,
}

impl DisabledFunction {
    /// The name, then the aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        core::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    /// Why it is disabled, in one sentence.
    #[must_use]
    pub fn reason(&self) -> String {
        let mut reason = format!("`{}` is disabled", self.name);
        for (index, problem) in self.reasons.iter().enumerate() {
            reason.push_str(if index == 0 { ": " } else { "; " });
            reason.push_str(&problem.to_string());
        }
        reason
    }
}

/// The manifest's `module`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Module {
    /// Identifies the module among others; compared without case.
    pub id: String,
    /// The author's version, free text.
    pub version: String,
    /// [`ABI_VERSION`](crate::ABI_VERSION)
    pub abi: u32,
    /// [`CODEC_COLUMNAR`](crate::exports::CODEC_COLUMNAR) or
    /// [`CODEC_JSON`](crate::exports::CODEC_JSON)
    pub codec: u32,
    /// One paragraph for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What a host must have to take the module.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// Fields that version 1 does not know.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// One function of the manifest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Function {
    /// Unique within the module.
    pub id: u32,
    /// The name that formulas, SQL and commands use.
    pub name: String,
    /// Other names of the same function.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The module's export (an aggregate's exports append suffixes).
    pub export: String,
    /// What the function does to rows.
    pub kind: FunctionKind,
    /// Fewest arguments a caller gives.
    pub min_args: u32,
    /// Most arguments; `None` for any number.
    pub max_args: Option<u32>,
    /// Whether equal arguments may give other results: seed and clock come in the header.
    pub volatile: bool,
    /// Whether equal arguments give equal results.
    pub deterministic: bool,
    /// Whether one instance may be entered from several threads (never done with codec 2).
    pub thread_safe: bool,
    /// The parameters, in order.
    pub params: Vec<Param>,
    /// One type, or the named columns of an array function.
    pub returns: Return,
    /// One paragraph for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Calls with known results.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// What a call may use.
    #[serde(skip_serializing_if = "Hints::is_empty")]
    pub hints: Hints,
    /// Fields that begin with `x-`; with codec 1, others too.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// What a function does to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FunctionKind {
    /// Scalars and equal-length columns to one column, row by row.
    Elementwise,
    /// Columns and ranges to one scalar.
    Reduce,
    /// Columns and ranges to rows × columns.
    Array,
    /// Groups of rows to one row each, through mergeable states.
    Aggregate,
}

impl FunctionKind {
    /// The kind that a manifest calls `name`, if this version knows it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "elementwise" => Some(Self::Elementwise),
            "reduce" => Some(Self::Reduce),
            "array" => Some(Self::Array),
            "aggregate" => Some(Self::Aggregate),
            _ => None,
        }
    }

    /// The name as it stands in a manifest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Elementwise => "elementwise",
            Self::Reduce => "reduce",
            Self::Array => "array",
            Self::Aggregate => "aggregate",
        }
    }
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Param {
    /// The name that keyword arguments and documents use.
    pub name: String,
    /// Type of a value.
    #[serde(rename = "type")]
    pub dtype: TypeName,
    /// One value a row, a whole column, or rows × columns.
    pub shape: Shape,
    /// Whether it may be left out, and sees null as "no value".
    #[serde(skip_serializing_if = "is_false")]
    pub optional: bool,
    /// What an optional scalar is where it is left out or null: a JSON scalar of its type, for
    /// people. The guest applies it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Whether the last parameter takes any number of arguments.
    #[serde(skip_serializing_if = "is_false")]
    pub variadic: bool,
    /// One sentence for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Fields that begin with `x-`; with codec 1, others too.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

impl Param {
    /// A required parameter that takes one value.
    #[must_use]
    pub fn scalar(name: String, dtype: DType) -> Self {
        Self {
            name,
            dtype: TypeName(dtype),
            shape: Shape::Scalar,
            optional: false,
            variadic: false,
            description: String::new(),
            default: None,
            unknown: Map::new(),
        }
    }
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// One value: of the row for an elementwise function, of the call for the others.
    #[default]
    Scalar,
    /// One column of any length.
    Column,
    /// Columns of equal length.
    Range,
}

impl Shape {
    /// The shape that a manifest calls `name`, if this version knows it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "scalar" => Some(Self::Scalar),
            "column" => Some(Self::Column),
            "range" => Some(Self::Range),
            _ => None,
        }
    }

    /// The name as it stands in a manifest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Column => "column",
            Self::Range => "range",
        }
    }
}

/// A [`DType`] that serialises as its manifest name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeName(pub DType);

impl Serialize for TypeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

/// What a function answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Return {
    /// One type: a column, a scalar, or an array of any number of columns.
    One(TypeName),
    /// Named columns of an array function.
    Columns(Vec<ReturnColumn>),
}

impl Return {
    /// Types of the returned columns; an array of [`Return::One`] may have more of the same.
    #[must_use]
    pub fn dtypes(&self) -> Vec<DType> {
        match self {
            Self::One(one) => alloc::vec![one.0],
            Self::Columns(columns) => columns.iter().map(|c| c.dtype.0).collect(),
        }
    }
}

/// One named column of an array result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReturnColumn {
    /// The column's name in a dataframe.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub dtype: TypeName,
    /// Fields that begin with `x-`; with codec 1, others too.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// A call with a known result, kept as JSON: arguments in order and what they give.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// The arguments.
    pub args: Vec<Value>,
    /// The result; `{"error": "#NUM!"}` stands for an error.
    pub result: Value,
    /// Fields that version 1 does not know.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// What a call may use, where that is less than the host's own limit; absent means that limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hints {
    /// Bytes of linear memory, past which a call does not grow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// Milliseconds for one call of the guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// Fields that version 1 does not know.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

impl Hints {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl Serialize for Manifest {
    /// As the manifest has it: every function at its place.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// A function, or the JSON of one that is disabled.
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Either<'a> {
            Known(&'a Function),
            Disabled(&'a Map<String, Value>),
        }
        let mut functions: Vec<_> = self.indexed().map(|(i, f)| (i, Either::Known(f))).collect();
        functions.extend(self.disabled.iter().map(|d| (d.index, Either::Disabled(&d.json))));
        functions.sort_by_key(|(index, _)| *index);
        let functions: Vec<_> = functions.into_iter().map(|(_, function)| function).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", &self.schema)?;
        map.serialize_entry("module", &self.module)?;
        map.serialize_entry("functions", &functions)?;
        for (field, value) in &self.unknown {
            map.serialize_entry(field, value)?;
        }
        map.end()
    }
}

impl Manifest {
    /// The functions that can be called, each with its place in the manifest's `functions`.
    pub fn indexed(&self) -> impl Iterator<Item = (usize, &Function)> {
        let mut disabled = self.disabled.iter().map(|d| d.index).peekable();
        let mut index = 0;
        self.functions.iter().map(move |function| {
            while disabled.next_if_eq(&index).is_some() {
                index += 1;
            }
            index += 1;
            (index - 1, function)
        })
    }

    /// The function that `name` (a name or an alias, in any case, prefixed or not) stands for.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Function> {
        let key = super::normalise_name(name);
        self.functions
            .iter()
            .find(|function| function.names().any(|n| super::normalise_name(n) == key))
    }
}

impl Function {
    /// The name, then the aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        core::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    /// The parameter that takes the argument at `index`: a variadic one takes all that follow.
    #[must_use]
    pub fn param_of(&self, index: usize) -> Option<&Param> {
        self.params.get(index).or_else(|| self.params.last().filter(|p| p.variadic))
    }
}
