use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn wide(x: f64) -> u128 {
    x as u128
}

fn main() {}
