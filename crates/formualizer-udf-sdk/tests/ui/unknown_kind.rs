use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "reduced")]
fn misspelt(_x: f64) -> f64 {
    0.0
}

#[fz_udf(kind = "aggregate")]
fn not_yet(_x: f64) -> f64 {
    0.0
}

fn main() {}
