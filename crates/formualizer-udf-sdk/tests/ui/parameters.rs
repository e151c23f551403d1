use formualizer_udf_sdk::{Date, Duration, Value, fz_module, fz_udf};
use std::{borrow::Cow, collections::HashMap, path::Path, rc::Rc};

struct NaiveDate;
struct Decimal;
struct OrderedFloat<T>(T);

#[fz_udf]
fn numbers(a: u128, b: &f64, c: *const f64, d: Decimal, e: OrderedFloat<f64>, f: usize) -> f64 {
    0.0
}

#[fz_udf]
fn texts(a: char, b: Cow<'_, str>, c: &Path, d: &mut str, e: Rc<str>, f: &Option<f64>) -> f64 {
    0.0
}

#[fz_udf]
fn times(a: NaiveDate, b: std::time::Duration, c: std::time::SystemTime, d: Duration) -> f64 {
    0.0
}

#[fz_udf]
fn several(a: [f64; 3], b: (f64, f64), c: &[f64], d: HashMap<String, f64>, e: ()) -> f64 {
    0.0
}

#[fz_udf]
fn functions(a: fn(f64) -> f64, b: &dyn Fn(f64) -> f64, c: Box<dyn Fn(f64) -> f64>) -> f64 {
    0.0
}

#[fz_udf]
fn errors(a: Result<f64, String>, b: Option<Result<f64, String>>, c: Value<'_>) -> f64 {
    0.0
}

#[fz_udf(kind = "reduce")]
fn whole(a: Vec<f64>, b: [Date; 2], c: &[f64]) -> f64 {
    0.0
}

#[fz_udf]
fn conditional(#[cfg(unix)] a: f64, _: f64, ref b: f64, mut c: f64) -> f64 {
    0.0
}

fz_module! {
    id: "a",
    version: "1",
    functions: [numbers, texts, times, several, functions, errors, whole, conditional],
}

fn main() {}
