use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn nothing(_x: f64) {}

#[fz_udf]
fn unit(_x: f64) -> () {}

fn main() {}
