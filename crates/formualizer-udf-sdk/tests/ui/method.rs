use formualizer_udf_sdk::fz_udf;

struct S;

impl S {
    #[fz_udf]
    fn method(&self, x: f64) -> f64 {
        x
    }
}

fn main() {}
