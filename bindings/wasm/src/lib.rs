//! What the npm package `formualizer-udf` is made of: plugins and the workbook on hosts of JavaScript.
//!
//! ```text
//! js/          the package as its users see it: classes, values, errors, declarations
//!   core.js    made of this crate by wasm-bindgen: columns as typed arrays, everything else in strings and numbers
//! limits       limits as they are written in JavaScript
//! input        typed arrays to columns
//! output       columns to typed arrays
//! module       plugins and calls of their functions
//! excel        Excel's functions, called like those of plugins
//! clock        the host's clock and chance
//! workbook     formulas, recalculated a column at a time
//!
//! errors/      failures as the classes of js/errors.js, for both modules
//! files/       the second module: files, which are loaded when they are first needed
//! ```
#![forbid(unsafe_code)]

mod clock;
mod excel;
mod input;
mod limits;
mod module;
mod output;
mod workbook;
