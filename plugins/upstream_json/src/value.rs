//! The values of codec 1.

use serde::{Deserialize, Serialize};

/// A cell's value, or an array of them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A truth value.
    Boolean(bool),
    /// Rows of values.
    Array(Vec<Vec<Self>>),
    /// `2024-01-31`
    Date(String),
    /// `2024-01-31T12:00:00`
    DateTime(String),
    /// `12:00:00`
    Time(String),
    /// Seconds and nanoseconds.
    Duration((i64, i32)),
    /// An empty cell.
    Empty,
    /// Not calculated yet.
    Pending,
    /// An error cell.
    Error(ErrorValue),
}

/// What an error cell holds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ErrorValue {
    /// `Num`, `Div`, ….
    pub kind: String,
    /// Why.
    pub message: Option<String>,
    /// Where.
    pub context: Option<serde_json::Value>,
    /// What else belongs to the kind.
    pub extra: serde_json::Value,
}

/// Why a call gives no value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// The error that the cell shows.
    pub kind: &'static str,
    /// Why.
    pub message: String,
}

impl Failure {
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

#[derive(Deserialize)]
struct Request {
    codec_version: u32,
    args: Vec<Value>,
}

#[derive(Serialize)]
struct Response {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

/// Calls a function with the arguments of a request, and answers its response.
pub(crate) fn respond(request: &[u8], function: fn(&[Value]) -> Result<Value, Failure>) -> Vec<u8> {
    let result = match serde_json::from_slice::<Request>(request) {
        Ok(request) if request.codec_version == 1 => function(&request.args),
        Ok(request) => Err(Failure::new("NImpl", format!("codec {}", request.codec_version))),
        Err(error) => Err(Failure::new("Value", format!("the request: {error}"))),
    };
    let response = match result {
        Ok(value) => Response { ok: true, value: Some(value), error: None },
        Err(error) => Response { ok: false, value: None, error: Some(error) },
    };
    serde_json::to_vec(&response).unwrap_or_else(|_| br#"{"ok":false}"#.to_vec())
}
