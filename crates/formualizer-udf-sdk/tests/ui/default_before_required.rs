use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn order(#[default = 1] x: f64, y: f64) -> f64 {
    x + y
}

fn main() {}
