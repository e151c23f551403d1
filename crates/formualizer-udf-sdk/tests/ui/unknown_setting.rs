use formualizer_udf_sdk::fz_udf;

#[fz_udf(nmae = "A")]
fn misspelt(_x: f64) -> f64 {
    0.0
}

fn main() {}
