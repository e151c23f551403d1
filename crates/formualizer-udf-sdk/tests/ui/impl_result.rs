use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn unnamed(x: f64) -> impl Into<f64> {
    x
}

fn main() {}
