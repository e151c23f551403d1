use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "array", columns = ["x", "y", "z"])]
fn two(x: f64) -> (Vec<f64>, Vec<f64>) {
    (vec![x], vec![x])
}

#[fz_udf(kind = "array", columns = ["x", "y"])]
fn one(x: f64) -> Result<Vec<f64>, String> {
    Ok(vec![x])
}

fn main() {}
