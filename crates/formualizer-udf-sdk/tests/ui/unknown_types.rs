use formualizer_udf_sdk::{ColumnView, UdfError, fz_module, fz_udf};
use std::time::Duration;

struct Metres(f64);

#[fz_udf]
fn of_a_row(length: Metres) -> f64 {
    length.0
}

#[fz_udf]
fn several(#[variadic] lengths: &[Metres]) -> f64 {
    lengths.len() as f64
}

#[fz_udf]
fn span(span: Duration) -> f64 {
    span.as_secs_f64()
}

#[fz_udf(kind = "reduce")]
fn of_a_column(_lengths: ColumnView<'_, Metres>) -> f64 {
    0.0
}

#[fz_udf]
fn answered(length: f64) -> Metres {
    Metres(length)
}

#[fz_udf]
fn answered_or_not(length: f64) -> Option<Metres> {
    Some(Metres(length))
}

#[fz_udf]
fn answered_or_error(length: f64) -> Result<Metres, UdfError> {
    Ok(Metres(length))
}

#[fz_udf(kind = "array")]
fn table(length: f64) -> Vec<Metres> {
    vec![Metres(length)]
}

fz_module! {
    id: "a",
    version: "1",
    functions: [
        of_a_row, several, span, of_a_column, answered, answered_or_not, answered_or_error, table,
    ],
}

fn main() {}
