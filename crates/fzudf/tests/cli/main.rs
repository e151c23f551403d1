//! The command line as a user meets it: real files, the committed plugins, exit codes and texts.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod arguments;
mod cache;
mod data;
mod eval;
mod excel;
mod faults;
mod formats;
mod inspect;
mod lanes;
mod ndjson;
mod odd_files;
mod odd_texts;
mod outputs;
mod real_data;
mod recalc;
mod row_errors;
mod sheet;
mod signals;
mod space;
mod tools;
mod whole;
