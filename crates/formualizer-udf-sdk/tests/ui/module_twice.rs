use formualizer_udf_sdk::{fz_module, fz_udf};

#[fz_udf]
fn f(x: f64) -> f64 {
    x
}

fz_module! { id: "a", version: "1", functions: [f] }
fz_module! { id: "b", version: "1", functions: [f] }

fn main() {}
