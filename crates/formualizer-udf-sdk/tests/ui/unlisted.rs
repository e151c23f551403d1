#![deny(dead_code)]

use formualizer_udf_sdk::{fz_module, fz_udf};

#[fz_udf]
pub fn listed(x: f64) -> f64 {
    x
}

#[fz_udf]
pub fn forgotten(x: f64) -> f64 {
    x
}

pub mod inner {
    use formualizer_udf_sdk::fz_udf;

    #[fz_udf]
    pub fn listed_too(x: f64) -> f64 {
        x
    }

    #[fz_udf]
    pub(crate) fn r#match(x: f64) -> f64 {
        x
    }

    #[fz_udf]
    #[allow(dead_code, reason = "it is not ready")]
    fn not_yet(x: f64) -> f64 {
        x
    }
}

use inner::listed_too as renamed;

fz_module! { id: "a", version: "1", functions: [listed, renamed] }

fn main() {}
