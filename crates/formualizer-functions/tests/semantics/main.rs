//! The semantics module, held against the cases of `testdata/functions/semantics` and against naive references.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cases;
mod laws;
mod table;
