use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn failed(_x: Result<f64, String>) -> f64 {
    0.0
}

fn main() {}
