use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn unnamed(_x: impl Into<f64>) -> f64 {
    0.0
}

fn main() {}
