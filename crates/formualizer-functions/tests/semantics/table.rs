//! Files of cases.

use formualizer_functions::semantics::{DateSystem, Scalar, TextRules};
use serde_json::Value;
use udf_abi::ErrorCode;

/// Cases that a subject has at least.
const FEWEST: usize = 40;

/// Holds every case of a file; `got` gives what is to be compared with the value named `wanted`.
pub(crate) fn check(subject: &str, wanted: &str, got: impl Fn(&Case<'_>) -> Value) {
    let path =
        format!("{}/../../testdata/functions/semantics/{subject}.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= FEWEST, "{subject} has only {} cases", cases.len());
    let mut wrong = Vec::new();
    for value in cases {
        let origin = value["from"].as_str().unwrap();
        assert!(["stored", "documented", "observed", "derived"].contains(&origin), "{value}");
        let found = got(&Case { value });
        if found != value[wanted] {
            wrong.push(format!("{value}\n    gave {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// A case of a file.
pub(crate) struct Case<'a> {
    pub(crate) value: &'a Value,
}

impl<'a> Case<'a> {
    pub(crate) fn rules(&self) -> TextRules {
        let dates = match self.value["dates"].as_i64() {
            Some(1904) => DateSystem::Excel1904,
            _ => DateSystem::Excel1900,
        };
        TextRules { dates, year: 2026 }
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        self.value[name].as_f64().unwrap()
    }

    pub(crate) fn text(&self, name: &str) -> &'a str {
        self.value[name].as_str().unwrap()
    }

    pub(crate) fn scalar(&self, name: &str) -> Scalar<'a> {
        scalar(&self.value[name])
    }
}

/// A value as it is written in a file.
pub(crate) fn scalar(value: &Value) -> Scalar<'_> {
    match value {
        Value::Null => Scalar::Blank,
        Value::Bool(b) => Scalar::Logical(*b),
        Value::Number(n) => Scalar::Number(n.as_f64().unwrap()),
        Value::String(text) => Scalar::Text(text),
        other => Scalar::Error(ErrorCode::from_text(other["error"].as_str().unwrap()).unwrap()),
    }
}

/// An error as it is written in a file.
pub(crate) fn error(error: ErrorCode) -> Value {
    serde_json::json!({ "error": error.text() })
}

/// A number as it is written in a file: whole numbers there are no floats.
pub(crate) fn same(found: f64, wanted: &Value) -> Value {
    match wanted.as_f64() {
        Some(number) if number == found => wanted.clone(),
        _ => found.into(),
    }
}
