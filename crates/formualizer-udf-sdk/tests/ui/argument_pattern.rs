use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn apart([a, b]: [f64; 2], _: f64) -> f64 {
    a + b
}

fn main() {}
