use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "array", columns = ["x", "X", " y", ""])]
fn alike(x: f64) -> (Vec<f64>, Vec<f64>, Vec<f64>, Vec<f64>) {
    (vec![x], vec![x], vec![x], vec![x])
}

#[fz_udf(kind = "array", columns = [])]
fn none(x: f64) -> Vec<f64> {
    vec![x]
}

fn main() {}
