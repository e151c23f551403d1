use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn two(#[variadic] x: &[f64], #[variadic] y: &[f64]) -> i64 {
    (x.len() + y.len()) as i64
}

fn main() {}
