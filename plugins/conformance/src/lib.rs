//! Functions that the suite for engines and hosts calls: every type, every kind, every failure.
//!
//! Each is a line or two; what they show is how values, nulls and failures cross the sandbox.

mod echo;
mod failures;
mod rows;
mod whole;

pub use echo::*;
pub use failures::*;
pub use rows::*;
pub use whole::*;

use formualizer_udf_sdk::fz_module;

fz_module! {
    id: "formualizer.conformance",
    version: env!("CARGO_PKG_VERSION"),
    functions: [
        muladd, muladd_total, gcd, bnot, join, reverse, strlen, or_else, is_null, null_if_neg,
        sqrt_checked, div_checked, repeat, label, rand, now,
        id_i8, id_i16, id_i32, id_i64, id_u8, id_u16, id_u32, id_u64, id_f32, id_f64, id_bool,
        id_utf8, id_binary, id_date32, id_time64, id_timestamp, id_timestamp_utc, id_duration,
        id_error, id_any,
        divide_i64, panic_if, grow, spin, recurse,
        sum_range, count_nulls, fail_reduce, first_text, seq, table, words,
    ],
}

#[cfg(test)]
mod tests {
    use super::*;
    use formualizer_udf_sdk::{ColumnView, ErrorCode, OwnedValue, RangeView, UdfError, Value};

    #[test]
    fn functions_of_rows_are_ordinary_functions() {
        assert_eq!(muladd(2.0, 3.0), 7.0);
        assert_eq!(gcd(-12, 18), 6);
        assert_eq!(gcd(i64::MIN, 0), i64::MIN);
        assert_eq!(join("a", "b"), "ab");
        assert_eq!(reverse("añb"), "bña");
        assert_eq!(strlen("añb"), 3);
        assert_eq!(null_if_neg(-1.0), None);
        assert_eq!(sqrt_checked(-2.0), Err(UdfError::num("negative: -2")));
        assert_eq!(div_checked(1.0, 0.0).unwrap_err().code(), ErrorCode::Div);
        assert_eq!(label(Value::Text("x")), "text x");
        assert_eq!(id_any(Value::Logical(true)), OwnedValue::Logical(true));
    }

    #[test]
    fn functions_of_columns_are_ordinary_functions() {
        let column = [Some(1.0), None, Some(2.5)];
        assert_eq!(sum_range(RangeView::of(&[&column, &column])), 7.0);
        assert_eq!(count_nulls(ColumnView::of(&column)), 1);
        assert_eq!(seq(3), [1.0, 2.0, 3.0]);
        assert_eq!(table(2, 2).values(), [11.0, 21.0, 12.0, 22.0]);
        assert_eq!(words("a  b"), Ok(vec![Some("a".into()), None, Some("b".into())]));
    }

    #[test]
    #[should_panic(expected = "x is 3")]
    fn a_panic_has_a_message() {
        panic_if(3.0, 2.0);
    }

    #[test]
    fn the_committed_module_has_the_manifest_of_this_source() {
        let module = include_bytes!("../../conformance.wasm");
        let found = module.windows(MANIFEST.len()).any(|bytes| bytes == MANIFEST.as_bytes());
        assert!(found, "rebuild it: cargo xtask plugins");
    }
}
