use formualizer_udf_sdk::{fz_module, fz_udf};

fn unmarked(x: f64) -> f64 {
    x
}

mod inner {
    pub fn unmarked_too(x: f64) -> f64 {
        x
    }
}

#[fz_udf]
fn marked(x: f64) -> f64 {
    x
}

fz_module! { id: "a", version: "1", functions: [unmarked, inner::unmarked_too, marked] }

fn main() {}
