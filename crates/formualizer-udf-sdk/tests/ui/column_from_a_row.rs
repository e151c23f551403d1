use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn rows(x: f64) -> Vec<f64> {
    vec![x]
}

#[fz_udf(kind = "reduce")]
fn pair(x: f64) -> Result<(f64, f64), String> {
    Ok((x, x))
}

fn main() {}
