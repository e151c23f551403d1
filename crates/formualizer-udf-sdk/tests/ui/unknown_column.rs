use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "array")]
fn wide(x: f64) -> Vec<u128> {
    vec![x as u128]
}

fn main() {}
