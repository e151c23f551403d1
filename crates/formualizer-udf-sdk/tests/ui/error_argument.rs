use formualizer_udf_sdk::{ErrorCode, fz_udf};

#[fz_udf]
fn code(_x: ErrorCode) -> f64 {
    0.0
}

fn main() {}
