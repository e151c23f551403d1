//! The number types and `bool`.

use formualizer_udf_sdk::{UdfError, fz_udf};

/// Sums of two whole numbers: one function a type, since a function of a plugin has no generics.
macro_rules! sums {
    ($($name:ident: $ty:ty, $max:tt;)*) => { $(
        /// The sum of two whole numbers. `#NUM!` where the type does not hold it.
        #[fz_udf(examples = [
            (1, 2) => 3,
            ($max, 0) => $max,
            ([1, null], 2) => [3, null],
            ($max, 1) => error("#NUM!"),
        ])]
        pub fn $name(
            /// One number.
            a: $ty,
            /// The other one.
            b: $ty,
        ) -> Result<$ty, UdfError> {
            a.checked_add(b).ok_or_else(|| UdfError::num(format!("{a} + {b} is too large")))
        }
    )* };
}

sums! {
    add_i8: i8, 127;
    add_i16: i16, 32_767;
    add_i32: i32, 2_147_483_647;
    add_i64: i64, 9_223_372_036_854_775_807;
    add_u8: u8, 255;
    add_u16: u16, 65_535;
    add_u32: u32, 4_294_967_295;
    add_u64: u64, 18_446_744_073_709_551_615;
}

/// The number halfway between two, in single precision.
#[fz_udf(examples = [(1, 2) => 1.5, (-0.5, 0.5) => 0, (f32::INFINITY, 1) => f32::INFINITY])]
pub fn midpoint(
    /// One number.
    a: f32,
    /// The other one.
    b: f32,
) -> f32 {
    0.5 * a + 0.5 * b
}

/// The number `t` of the way from `a` to `b`: plain arithmetic, which becomes vector instructions.
#[fz_udf(aliases = ["MIX", "INTERPOLATE"], examples = [
    (10, 20, 0.25) => 12.5,
    ([0, null, 4], 8, [0.5, 0.5, 1]) => [4, null, 8],
    (f64::NAN, 1, 1) => f64::NAN,
])]
pub fn lerp(
    /// Where `t` is 0.
    a: f64,
    /// Where `t` is 1.
    b: f64,
    /// 0 to 1, or beyond.
    t: f64,
) -> f64 {
    a + t * (b - a)
}

/// Whether a number lies between two others, bounds included unless they are excluded.
#[fz_udf(examples = [
    (2, 1, 2) => true,
    (2, 1, 2, true) => false,
    ([0, 1, null], 1, 3, [false, true, false]) => [false, false, null],
])]
pub fn is_between(
    /// The number.
    x: f64,
    /// Lower bound.
    low: f64,
    /// Upper bound.
    high: f64,
    /// Whether the bounds themselves do not count.
    #[default = false]
    exclusive: bool,
) -> bool {
    if exclusive { low < x && x < high } else { low <= x && x <= high }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_checked() {
        assert_eq!(add_i8(100, 27), Ok(127));
        assert_eq!(add_i8(-128, -1).unwrap_err().message(), "-128 + -1 is too large");
        assert_eq!(add_u64(u64::MAX, 0), Ok(u64::MAX));
    }

    #[test]
    fn bounds_count_unless_they_are_excluded() {
        assert!(is_between(1.0, 1.0, 1.0, false) && !is_between(1.0, 1.0, 1.0, true));
        assert_eq!(lerp(10.0, 20.0, 0.25), 12.5);
    }
}
