//! Row by row: numbers, texts, nulls, errors, volatile values.

use formualizer_udf_sdk::{Context, DateTimeUtc, UdfError, Value, fz_udf};

/// a·b + 1.
#[fz_udf(aliases = ["MULP"])]
pub fn muladd(a: f64, b: f64) -> f64 {
    a * b + 1.0
}

/// a·b + 1, evaluated for null rows too.
#[fz_udf(total)]
pub fn muladd_total(a: f64, b: f64) -> f64 {
    a * b + 1.0
}

/// The greatest common divisor of two integers (Euclid), wrapping where its sign cannot change.
#[fz_udf]
pub fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a.wrapping_rem(b));
    }
    a.wrapping_abs()
}

/// The other truth value.
#[fz_udf]
pub fn bnot(x: bool) -> bool {
    !x
}

/// Two texts as one.
#[fz_udf]
pub fn join(a: &str, b: &str) -> String {
    format!("{a}{b}")
}

/// A text from back to front, by Unicode scalar values.
#[fz_udf]
pub fn reverse(text: &str) -> String {
    text.chars().rev().collect()
}

/// Unicode scalar values in a text.
#[fz_udf]
pub fn strlen(text: &str) -> i64 {
    text.chars().count() as i64
}

/// The number, or another one where it is missing.
#[fz_udf]
pub fn or_else(x: Option<f64>, otherwise: f64) -> f64 {
    x.unwrap_or(otherwise)
}

/// Whether the number is missing.
#[fz_udf]
pub fn is_null(x: Option<f64>) -> bool {
    x.is_none()
}

/// The number, or nothing where it is negative.
#[fz_udf]
pub fn null_if_neg(x: f64) -> Option<f64> {
    (x >= 0.0).then_some(x)
}

/// The square root; `#NUM!` of a negative number.
#[fz_udf]
pub fn sqrt_checked(x: f64) -> Result<f64, UdfError> {
    if x < 0.0 { Err(UdfError::num(format!("negative: {x}"))) } else { Ok(x.sqrt()) }
}

/// a / b; `#DIV/0!` without a message.
#[fz_udf]
pub fn div_checked(a: f64, b: f64) -> Result<f64, UdfError> {
    if b == 0.0 { Err(UdfError::div0("")) } else { Ok(a / b) }
}

/// A text `times` times; `#VALUE!` for a negative number of times.
#[fz_udf]
pub fn repeat(text: &str, times: i64) -> Result<String, UdfError> {
    match usize::try_from(times) {
        Ok(times) => Ok(text.repeat(times)),
        Err(_) => Err(UdfError::value(format!("cannot repeat {times} times"))),
    }
}

/// What kind of value it is, and the value.
#[fz_udf]
pub fn label(value: Value<'_>) -> String {
    match value {
        Value::Blank => "blank".into(),
        Value::Number(x) => format!("number {x}"),
        Value::Logical(x) => format!("logical {x}"),
        Value::Text(x) => format!("text {x}"),
        Value::Error(x) => format!("error {x}"),
        Value::Date(x) => format!("date {x}"),
        Value::DateTime(x) => format!("datetime {x}"),
        Value::Time(x) => format!("time {x}"),
        Value::Duration(x) => format!("duration {x}"),
    }
}

/// A random number, at least 0 and less than `below`.
#[fz_udf(volatile)]
pub fn rand(context: Context, below: f64) -> f64 {
    context.random(0) * below
}

/// The host's clock, `seconds` later.
#[fz_udf(volatile)]
pub fn now(context: Context, seconds: i64) -> DateTimeUtc {
    DateTimeUtc { micros: context.now_us().wrapping_add(seconds.wrapping_mul(1_000_000)) }
}
