use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "array")]
fn one(x: f64) -> f64 {
    x
}

#[fz_udf(kind = "array")]
fn maybe(x: f64) -> Option<Vec<f64>> {
    Some(vec![x])
}

fn main() {}
