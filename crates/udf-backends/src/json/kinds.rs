//! Names of errors in codec 1.

use udf_abi::ErrorCode;

const KINDS: [(ErrorCode, &str); 13] = [
    (ErrorCode::Null, "Null"),
    (ErrorCode::Ref, "Ref"),
    (ErrorCode::Name, "Name"),
    (ErrorCode::Value, "Value"),
    (ErrorCode::Div, "Div"),
    (ErrorCode::Na, "Na"),
    (ErrorCode::Num, "Num"),
    (ErrorCode::Error, "Error"),
    (ErrorCode::NotImplemented, "NImpl"),
    (ErrorCode::Spill, "Spill"),
    (ErrorCode::Calc, "Calc"),
    (ErrorCode::Circular, "Circ"),
    (ErrorCode::Cancelled, "Cancelled"),
];

/// The kind of an error, and whether upstream has it; `Error` where it has not.
pub(super) fn kind_of(code: ErrorCode) -> (&'static str, bool) {
    let found = KINDS.iter().find(|(of, _)| *of == code);
    found.map_or(("Error", false), |(_, kind)| (*kind, true))
}

/// The error of a kind.
pub(super) fn code_of(kind: &str) -> Option<ErrorCode> {
    KINDS.iter().find(|(_, name)| *name == kind).map(|(code, _)| *code)
}

/// Every kind, for a message.
pub(super) fn names() -> String {
    KINDS.map(|(_, name)| name).join(", ")
}
