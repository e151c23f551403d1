//! What this version does not know of a function: it disables the function, never the module.

use super::{
    error::{Problem, Rule},
    model::{Function, FunctionKind, Return, Shape},
    path::{Path, Shown},
};
use crate::DType;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::{Map, Value};

/// Most reasons that are given for one function.
const MAX_REASONS: usize = 10;

/// What the names of fields begin with that every host may ignore, and ignores without a word.
const EXTENSION: &str = "x-";

/// Whether a field that this version does not know may mean something.
pub(super) fn matters(field: &str) -> bool {
    !field.starts_with(EXTENSION)
}

/// The reasons why a function, as its JSON object has it, cannot be called by this version: kinds,
/// types and shapes that it does not know. Values of the wrong JSON type are none of them.
pub(super) fn unknown(function: &Map<String, Value>, path: Path<'_>) -> Reasons {
    let mut reasons = Reasons(Vec::new());
    if let Some(Value::String(kind)) = function.get("kind")
        && FunctionKind::from_name(kind).is_none()
    {
        reasons.add(Rule::UnknownKind, path.field("kind"), || {
            format!("this host does not know functions of kind `{}`", Shown(kind))
        });
    }
    if let Some(Value::Array(params)) = function.get("params") {
        let list = path.field("params");
        for (index, param) in params.iter().enumerate() {
            let path = list.item(index);
            reasons.dtype(param.get("type"), path.field("type"));
            if let Some(Value::String(shape)) = param.get("shape")
                && Shape::from_name(shape).is_none()
            {
                reasons.add(Rule::UnknownShape, path.field("shape"), || {
                    format!(
                        "unknown shape `{}`; this host knows scalar, column, range",
                        Shown(shape)
                    )
                });
            }
        }
    }
    let returns = path.field("returns");
    match function.get("returns") {
        Some(Value::Array(columns)) => {
            for (index, column) in columns.iter().enumerate() {
                let path = returns.item(index);
                reasons.dtype(column.get("type"), path.field("type"));
            }
        }
        other => reasons.dtype(other, returns),
    }
    reasons
}

/// Why a function is disabled; nothing where it is not.
pub(super) struct Reasons(pub(super) Vec<Problem>);

impl Reasons {
    fn add(&mut self, rule: Rule, path: Path<'_>, message: impl FnOnce() -> String) {
        if self.0.len() < MAX_REASONS {
            self.0.push(Problem { rule, field: path.to_string(), message: message() });
        }
    }

    /// Adds the fields of a function of codec 2, and of its parameters and columns, that were left over.
    pub(super) fn fields(&mut self, function: &Function, path: Path<'_>) {
        self.left_over(&function.unknown, path);
        let params = path.field("params");
        for (index, param) in function.params.iter().enumerate() {
            self.left_over(&param.unknown, params.item(index));
        }
        let Return::Columns(columns) = &function.returns else { return };
        let returns = path.field("returns");
        for (index, column) in columns.iter().enumerate() {
            self.left_over(&column.unknown, returns.item(index));
        }
    }

    fn left_over(&mut self, fields: &Map<String, Value>, path: Path<'_>) {
        for name in fields.keys().filter(|name| matters(name)) {
            self.add(Rule::UnknownField, path.field(name), || {
                format!("this host does not know the field; one that changes nothing about calls begins with `{EXTENSION}`")
            });
        }
    }

    fn dtype(&mut self, value: Option<&Value>, path: Path<'_>) {
        let Some(Value::String(name)) = value else { return };
        if DType::from_name(name).is_some() {
            return;
        }
        if DType::RESERVED_NAMES.contains(&name.as_str()) {
            self.add(Rule::UnsupportedType, path, || {
                format!("type `{name}` is reserved for a later version of the contract")
            });
        } else {
            self.add(Rule::UnknownType, path, || {
                let all: Vec<_> = DType::ALL.iter().map(|d| d.name()).collect();
                format!("unknown type `{}`; the types are {}", Shown(name), all.join(", "))
            });
        }
    }
}
