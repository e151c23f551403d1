use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn twice(_x: Option<Option<f64>>) -> f64 {
    0.0
}

fn main() {}
