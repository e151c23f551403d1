use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn borrowed(x: &f64) -> f64 {
    *x
}

fn main() {}
