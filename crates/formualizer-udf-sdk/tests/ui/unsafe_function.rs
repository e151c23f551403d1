use formualizer_udf_sdk::fz_udf;

#[fz_udf]
unsafe extern "C" fn raw(x: f64) -> f64 {
    x
}

fn main() {}
