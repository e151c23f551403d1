//! What this version does not know of a function: it disables the function, never the module.

use super::{
    error::{Problem, Rule},
    model::{FunctionKind, Shape},
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

/// The fields of a function that version 1 knows.
pub const FUNCTION_FIELDS: [&str; 15] = [
    "id",
    "name",
    "aliases",
    "export",
    "kind",
    "min_args",
    "max_args",
    "volatile",
    "deterministic",
    "thread_safe",
    "params",
    "returns",
    "description",
    "examples",
    "hints",
];
/// The fields of a parameter that version 1 knows.
pub const PARAM_FIELDS: [&str; 7] =
    ["name", "type", "shape", "optional", "default", "variadic", "description"];
/// The fields of a returned column that version 1 knows.
pub const COLUMN_FIELDS: [&str; 2] = ["name", "type"];

/// Whether a field that this version does not know may mean something.
pub(super) fn matters(field: &str) -> bool {
    !field.starts_with(EXTENSION)
}

/// The reasons why a function, as its JSON object has it, cannot be called by this version: kinds,
/// types and shapes that it does not know, and with codec 2 fields. Values of the wrong JSON type are none of them.
pub(super) fn unknown(
    function: &Map<String, Value>,
    path: Path<'_>,
    json_codec: bool,
) -> Vec<Problem> {
    let mut reasons = Reasons(Vec::new());
    let (params, returns) = (path.field("params"), path.field("returns"));
    if let Some(Value::String(kind)) = function.get("kind")
        && FunctionKind::from_name(kind).is_none()
    {
        reasons.add(Rule::UnknownKind, path.field("kind"), || {
            format!("this host does not know functions of kind `{}`", Shown(kind))
        });
    }
    for (index, param) in objects(function.get("params")) {
        let path = params.item(index);
        reasons.dtype(param.get("type"), path.field("type"));
        if let Some(Value::String(shape)) = param.get("shape")
            && Shape::from_name(shape).is_none()
        {
            reasons.add(Rule::UnknownShape, path.field("shape"), || {
                format!("unknown shape `{}`; this host knows scalar, column, range", Shown(shape))
            });
        }
    }
    for (index, column) in objects(function.get("returns")) {
        reasons.dtype(column.get("type"), returns.item(index).field("type"));
    }
    reasons.dtype(function.get("returns"), returns);
    if !json_codec {
        reasons.fields(function, &FUNCTION_FIELDS, path);
        for (index, param) in objects(function.get("params")) {
            reasons.fields(param, &PARAM_FIELDS, params.item(index));
        }
        for (index, column) in objects(function.get("returns")) {
            reasons.fields(column, &COLUMN_FIELDS, returns.item(index));
        }
    }
    reasons.0
}

/// The objects of a list, with their places in it.
fn objects(list: Option<&Value>) -> impl Iterator<Item = (usize, &Map<String, Value>)> {
    let items = list.and_then(Value::as_array).into_iter().flatten().enumerate();
    items.filter_map(|(index, item)| Some((index, item.as_object()?)))
}

/// Why a function is disabled; nothing where it is not.
struct Reasons(Vec<Problem>);

impl Reasons {
    fn add(&mut self, rule: Rule, path: Path<'_>, message: impl FnOnce() -> String) {
        if self.0.len() < MAX_REASONS {
            self.0.push(Problem { rule, field: path.to_string(), message: message() });
        }
    }

    fn fields(&mut self, object: &Map<String, Value>, known: &[&str], path: Path<'_>) {
        let is_known = |name: &str| known.contains(&name) || !matters(name);
        for name in object.keys().filter(|name| !is_known(name)) {
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
