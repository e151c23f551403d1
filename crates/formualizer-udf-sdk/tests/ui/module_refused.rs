use formualizer_udf_sdk::{fz_module, fz_udf};

#[fz_udf]
pub fn right(x: f64) -> f64 {
    x
}

struct S;

fz_module! {
    id = "a",
    name: "a",
    functions: [right, S::method, right(1.0)],
}

fn main() {
    assert!(MANIFEST.contains("RIGHT"));
}
