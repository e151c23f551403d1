//! A plugin as somebody writes it for Formualizer 0.13, from what that publishes: JSON in, JSON
//! out, and a manifest section. It knows none of this project's crates.
//!
//! | module | what stands there |
//! |---|---|
//! | `value` | the values of codec 1, requests and responses |
//! | `functions` | the functions, on values |
//! | `interface` | exports, blocks of memory, the manifest |

mod functions;
mod interface;
mod value;

pub use functions::{annuity, counter, flip, flows_value, kind, strict, title, weekday_name};
pub use interface::{MANIFEST, fz_alloc, fz_free, half};
pub use value::{ErrorValue, Failure, Value};
