use formualizer_udf_sdk::{fz_module, fz_udf};

struct S;

impl S {
    #[fz_udf]
    fn associated(x: f64) -> f64 {
        x
    }
}

fz_module! { id: "a", version: "1", functions: [S::associated] }

fn main() {}
