use formualizer_udf_sdk::{ColumnView, fz_udf};

#[fz_udf]
fn owned(text: String, list: Vec<f64>, borrowed: &String, changed: &mut f64) -> f64 {
    0.0
}

#[fz_udf]
fn whole(values: ColumnView<'_, f64>, any: impl Fn()) -> f64 {
    0.0
}

#[fz_udf(kind = "reduce")]
fn list(values: Vec<f64>, x: Result<f64, String>) -> f64 {
    0.0
}

fn main() {}
