use formualizer_udf_sdk::{fz_module, fz_udf};

mod a {
    #[formualizer_udf_sdk::fz_udf]
    pub fn f(x: f64) -> f64 {
        x
    }
}

#[fz_udf]
fn f(x: f64) -> f64 {
    x
}

mod same_names {
    formualizer_udf_sdk::fz_module! { id: "a", version: "1", functions: [super::f, super::a::f] }
}

mod no_version {
    formualizer_udf_sdk::fz_module! { id: "a", functions: [super::f] }
}

mod unknown_key {
    formualizer_udf_sdk::fz_module! { id: "a", version: "1", function: [super::f] }
}

fz_module! { id: "a", version: "1", functions: [] }

fn main() {}
