//! One function a type, which answers what it was given.

use formualizer_udf_sdk::{
    Date, DateTime, DateTimeUtc, Duration, ErrorCode, OwnedValue, Time, Value, fz_udf,
};

macro_rules! echo {
    ($($name:ident: $ty:ty;)*) => { $(
        /// The same value.
        #[fz_udf]
        pub fn $name(x: $ty) -> $ty {
            x
        }
    )* };
}

echo! {
    id_i8: i8;
    id_i16: i16;
    id_i32: i32;
    id_i64: i64;
    id_u8: u8;
    id_u16: u16;
    id_u32: u32;
    id_u64: u64;
    id_f32: f32;
    id_f64: f64;
    id_bool: bool;
    id_date32: Date;
    id_time64: Time;
    id_timestamp: DateTime;
    id_timestamp_utc: DateTimeUtc;
    id_duration: Duration;
    id_error: Option<ErrorCode>;
}

/// The same text.
#[fz_udf]
pub fn id_utf8(x: &str) -> &str {
    x
}

/// The same bytes.
#[fz_udf]
pub fn id_binary(x: &[u8]) -> Vec<u8> {
    x.to_vec()
}

/// The same value, whatever its type.
#[fz_udf]
pub fn id_any(x: Value<'_>) -> OwnedValue {
    x.into()
}
