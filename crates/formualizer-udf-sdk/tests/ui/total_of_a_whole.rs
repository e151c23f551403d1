use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "reduce", total)]
fn sum(_x: f64) -> f64 {
    0.0
}

fn main() {}
