//! The macros of `formualizer-udf-sdk`, which re-exports and documents them.
//!
//! ```text
//! #[fz_udf]    attribute.rs, example.rs (parse) ─▶ function.rs, role.rs, mistakes.rs (check)
//!              ─▶ expand.rs (the call), entry.rs (the manifest), or refused.rs
//! fz_module!   module.rs (parse, check, expand)
//! ```
//!
//! All mistakes of an attribute are reported at once, each where it stands. What a type may be is
//! left to the traits of the SDK: a macro sees names, not types.

mod attribute;
mod class;
mod entry;
mod errors;
mod example;
mod expand;
mod function;
mod json;
mod mistakes;
mod module;
mod names;
mod refused;
mod role;
mod total;

use proc_macro::TokenStream;

/// Makes a function of a plugin out of a function.
///
/// The function stays as it is. Its doc comment becomes the description; doc comments of its
/// parameters become theirs. All settings may be left out:
///
/// | setting | default | |
/// |---|---|---|
/// | `name = "TEXT"` | the function's name in upper case | what a formula calls |
/// | `aliases = ["TEXT", …]` | none | other names of it |
/// | `kind = "elementwise"` | that | row by row: values in, a value out |
/// | `kind = "reduce"` | | `ColumnView`, `RangeView` and values in, one value out |
/// | `kind = "array"` | | the same in, `Vec<T>`, `Array<T>` or a tuple of `Vec`s out |
/// | `columns = ["TEXT", …]` | none | names of the columns of an array; a tuple needs them |
/// | `examples = [(1, "a") => 2, …]` | none | calls with known results, for the manifest |
/// | `hints(memory = 1, deadline_ms = 2)` | none | what a call may use, where that is less than the host's limits |
/// | `volatile` | no | equal arguments may give other results; allows a first parameter `Context` |
/// | `deterministic = false` | not `volatile` | results may differ, in rounding say |
/// | `thread_safe` | no | one instance may be entered from several threads |
/// | `total` | no | may be evaluated for any input, so that rows that are null need no test |
///
/// | on a parameter | |
/// |---|---|
/// | `#[default = 0.1] rate: f64` | what stands where it is left out or null: a literal, for numbers, `bool` and `&str` |
/// | `#[variadic] rest: &[T]` | all arguments from here on; only the last parameter |
/// | `#[variadic(min = 1)] rest: &[T]` | at least one of them |
///
/// `total` is a promise: the function neither panics nor loops for ever, whatever its arguments. One
/// expression of `+ - * / %` over floats is total without it.
/// It makes arithmetic over columns with nulls faster.
///
/// ```
/// use formualizer_udf_sdk::{RangeView, fz_udf};
///
/// /// The area of a ring.
/// #[fz_udf(aliases = ["ANNULUS"], examples = [(1) => 3.141592653589793, (null, 1) => null])]
/// fn ring_area(
///     /// Outer radius.
///     outer: f64,
///     /// Inner radius.
///     #[default = 0]
///     inner: f64,
/// ) -> f64 {
///     std::f64::consts::PI * (outer * outer - inner * inner)
/// }
///
/// /// The largest number of a range; nothing where there is none.
/// #[fz_udf(kind = "reduce")]
/// fn largest(values: RangeView<'_, f64>) -> Option<f64> {
///     values.iter().flatten().reduce(f64::max)
/// }
/// ```
#[proc_macro_attribute]
pub fn fz_udf(settings: TokenStream, item: TokenStream) -> TokenStream {
    expand::function(settings.into(), item.into()).into()
}

/// Makes a plugin out of functions with `#[fz_udf]`.
///
/// Once in a crate, in any module. A `description` may stand beside the other fields. On `wasm32` it makes the exports and the section with the
/// manifest; everywhere it defines `pub const MANIFEST: &str`. Functions get ids by position, from
/// 1: append new ones at the end.
///
/// ```
/// use formualizer_udf_sdk::{fz_module, fz_udf};
///
/// /// Twice the number.
/// #[fz_udf]
/// fn twice(x: f64) -> f64 {
///     2.0 * x
/// }
///
/// fz_module! {
///     id: "example.twice",
///     version: "1.0.0",
///     functions: [twice],
/// }
/// # fn main() { assert!(MANIFEST.contains(r#""version":"1.0.0""#)); }
/// ```
#[proc_macro]
pub fn fz_module(input: TokenStream) -> TokenStream {
    module::expand(input.into()).into()
}
