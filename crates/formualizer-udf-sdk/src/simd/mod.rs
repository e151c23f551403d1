//! Several rows at once: vectorised arithmetic, roots, `exp` and `ln` for functions of numbers.
//!
//! A function whose parameters and result are lanes is written once and evaluated for 2, 4 or 8
//! rows at a time. Nothing else changes: the manifest says `f64`, callers pass columns and values.
//!
//! ```
//! use formualizer_udf_sdk::{fz_module, fz_udf, simd::f64x4};
//!
//! /// Value after continuous growth.
//! #[fz_udf(name = "GROW")]
//! fn grow(start: f64x4, rate: f64x4, years: f64x4) -> f64x4 {
//!     start * (rate * years).exp()
//! }
//!
//! fz_module! { id: "example.growth", version: "1.0.0", functions: [grow] }
//!
//! # fn main() {
//! let found = grow(f64x4::splat(100.0), f64x4::ZERO, f64x4::from([0.0, 1.0, 2.0, 3.0]));
//! assert_eq!(found.to_array(), [100.0; 4]);
//! assert!(MANIFEST.contains(r#""type":"f64""#));
//! # }
//! ```
//!
//! - All parameters and the result have the same number of lanes; a mixture does not compile. One
//!   value for the whole column arrives in every lane.
//! - The function is evaluated for every row, null rows and rows behind the last one included (they
//!   see zeros), and must not panic. The host overlays nulls and errors on the result.
//! - There is no branch by row: compute both sides and `select`. A row without a result answers
//!   NaN, which a cell shows as `#NUM!`. Row errors with messages need a function of `f64`.
//! - WebAssembly has registers of 16 bytes. Twice as wide lanes ([`f64x4`], [`f32x8`]) keep two of them
//!   busy and are the faster choice for `exp`, `ln` and divisions; [`f64x2`] suits functions that need
//!   many registers.
//!
//! In functions of kind `reduce` and `array`, [`chunks`] reads a column by lanes.
//!
//! The types are those of the crate [`wide`], which is exported whole.

mod chunks;
pub(crate) mod lanes;

pub use chunks::{Chunks, chunks};
pub use lanes::Lanes;
pub use wide;
pub use wide::{f32x4, f32x8, f64x2, f64x4, i32x4, i32x8, i64x2, i64x4};
