use formualizer_udf_sdk::fz_udf;

#[fz_udf]
async fn later(x: f64) -> f64 {
    x
}

fn main() {}
