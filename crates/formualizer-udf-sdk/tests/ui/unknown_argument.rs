use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn wide(_x: f64, y: u128) -> f64 {
    y as f64
}

fn main() {}
