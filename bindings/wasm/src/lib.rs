//! What the npm package `formualizer-udf` is made of: plugins and the workbook on hosts of JavaScript.
//!
//! ```text
//! js/          the package as its users see it: classes, values, errors, declarations
//!   core.js    made of this crate by wasm-bindgen: columns as typed arrays, everything else in strings and numbers
//! error        failures as the classes of js/errors.js
//! limits       limits as they are written in JavaScript
//! input        typed arrays to columns
//! output       columns to typed arrays
//! module       plugins and calls of their functions
//! workbook     formulas, recalculated a column at a time
//! ```
#![forbid(unsafe_code)]

mod error;
mod input;
mod limits;
mod module;
mod output;
mod workbook;
