use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn both(#[default = 1] #[variadic] _x: &[f64]) -> f64 {
    0.0
}

fn main() {}
