use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn alike(x: f64, X: f64) -> f64 {
    x + X
}

fn main() {}
