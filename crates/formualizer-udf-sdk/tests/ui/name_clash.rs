use formualizer_udf_sdk::{fz_module, fz_udf};

#[fz_udf(aliases = ["TWICE"])]
fn double(x: f64) -> f64 {
    x * 2.0
}

#[fz_udf(name = "_xlfn.Twice")]
fn other(x: f64) -> f64 {
    x * 2.0
}

fz_module! {
    id: "clash",
    version: "1",
    functions: [double, other],
}

fn main() {}
