use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn first(#[variadic] x: &[f64], y: f64) -> f64 {
    x.len() as f64 + y
}

fn main() {}
