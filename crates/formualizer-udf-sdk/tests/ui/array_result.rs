use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "array")]
fn one(x: f64) -> f64 {
    x
}

fn main() {}
