use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn owned(_x: String, _y: &String, _z: Option<String>) -> f64 {
    0.0
}

fn main() {}
