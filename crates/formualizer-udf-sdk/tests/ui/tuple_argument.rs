use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn pair(x: (f64, f64)) -> f64 {
    x.0 + x.1
}

fn main() {}
