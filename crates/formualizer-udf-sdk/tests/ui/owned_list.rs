use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn row(_x: Vec<f64>, _y: &Vec<u8>) -> f64 {
    0.0
}

#[fz_udf(kind = "reduce")]
fn whole(_x: Vec<f64>) -> f64 {
    0.0
}

fn main() {}
