use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "reduce")]
fn of_map(_x: std::collections::HashMap<i64, f64>) -> f64 {
    0.0
}

fn main() {}
