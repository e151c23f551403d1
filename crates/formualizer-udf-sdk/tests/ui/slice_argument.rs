use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn rest(x: &[f64]) -> f64 {
    x.iter().sum()
}

#[fz_udf(kind = "reduce")]
fn column(x: &[f64]) -> f64 {
    x.iter().sum()
}

fn main() {}
