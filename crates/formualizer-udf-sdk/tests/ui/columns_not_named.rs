use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "array")]
fn two(x: f64) -> (Vec<f64>, Vec<f64>) {
    (vec![x], vec![x])
}

fn main() {}
