//! The manifest: what a module says about itself, readable without running a byte of it.
//!
//! ```
//! use udf_abi::manifest::Manifest;
//!
//! let json = br#"{
//!   "schema": "formualizer.udf.module/v1",
//!   "module": { "id": "demo", "version": "0.1.0", "abi": 1, "codec": 2 },
//!   "functions": [{
//!     "id": 1, "name": "TWICE", "export": "fz_fn_twice", "kind": "elementwise",
//!     "min_args": 1, "max_args": 1,
//!     "params": [{ "name": "x", "type": "f64" }], "returns": "f64"
//!   }]
//! }"#;
//! let parsed = Manifest::parse(json)?;
//! assert_eq!(parsed.manifest.functions[0].name, "TWICE");
//!
//! let wrong = Manifest::parse(br#"{"schema": "x"}"#).unwrap_err();
//! assert!(wrong.problems().iter().any(|problem| problem.field == "schema"));
//! # Ok::<(), udf_abi::manifest::ManifestError>(())
//! ```
//!
//! [`parse`](Manifest::parse) reports every problem of a manifest at once, each with the path of
//! the field. Kinds, types, shapes and fields of functions that version 1 does not know disable their
//! function, not the module; other fields that it does not know are kept, with a warning.

mod error;
mod model;
mod name;
mod parse;
mod path;
mod problems;
mod rules;
mod unknown;

pub use error::{ManifestError, Problem, Rule};
pub use model::{
    DisabledFunction, Example, Function, FunctionKind, Hints, Manifest, Module, Param, Return,
    ReturnColumn, Shape, TypeName,
};
pub use name::normalise_name;
pub use parse::Parsed;
pub use unknown::{COLUMN_FIELDS, FUNCTION_FIELDS, PARAM_FIELDS};
