use formualizer_udf_sdk::{Array, ColumnView, UdfError, fz_module, fz_udf};
use std::{borrow::Cow, collections::HashMap, fmt::Display};

#[fz_udf]
fn inside_out(x: f64) -> Option<Result<f64, UdfError>> {
    None
}

#[fz_udf]
fn option_of_option(x: f64) -> Option<Option<f64>> {
    None
}

#[fz_udf]
fn result_of_result(x: f64) -> Result<Result<f64, String>, String> {
    Ok(Ok(x))
}

#[fz_udf]
fn only_errors(x: f64) -> Result<(), UdfError> {
    Ok(())
}

#[fz_udf]
fn never(x: f64) -> ! {
    panic!()
}

#[fz_udf]
fn unit_error(x: f64) -> Result<f64, ()> {
    Ok(x)
}

#[fz_udf]
fn any_error(x: f64) -> Result<f64, impl Display> {
    Ok::<f64, String>(x)
}

#[fz_udf]
fn column(x: f64) -> Result<Vec<f64>, UdfError> {
    Ok(vec![x])
}

#[fz_udf]
fn rows(x: f64) -> [f64; 3] {
    [x; 3]
}

#[fz_udf]
fn borrowed(text: &str) -> Cow<'_, str> {
    text.into()
}

#[fz_udf]
fn boxed(x: f64) -> Box<f64> {
    Box::new(x)
}

#[fz_udf]
fn error_itself(x: f64) -> UdfError {
    UdfError::num("")
}

#[fz_udf(kind = "array")]
fn table(values: ColumnView<'_, f64>) -> Vec<Vec<f64>> {
    vec![]
}

#[fz_udf(kind = "array")]
fn tuples(values: ColumnView<'_, f64>) -> Vec<(f64, f64)> {
    vec![]
}

#[fz_udf(kind = "array")]
fn slice(values: ColumnView<'_, f64>) -> &'static [f64] {
    &[]
}

#[fz_udf(kind = "array", columns = ["a", "b"])]
fn values(values: ColumnView<'_, f64>) -> (Vec<f64>, f64) {
    (vec![], 0.0)
}

#[fz_udf(kind = "array")]
fn map(values: ColumnView<'_, f64>) -> HashMap<String, f64> {
    HashMap::new()
}

#[fz_udf(kind = "array")]
fn option(values: ColumnView<'_, f64>) -> Option<Array<f64>> {
    None
}

#[fz_udf(kind = "array")]
fn view(values: ColumnView<'_, f64>) -> ColumnView<'_, f64> {
    values
}

fz_module! {
    id: "a",
    version: "1",
    functions: [
        inside_out, option_of_option, result_of_result, only_errors, never, unit_error, any_error,
        column, rows, borrowed, boxed, error_itself, table, tuples, slice, values, map, option, view,
    ],
}

fn main() {}
