use formualizer_udf_sdk::fz_udf;

#[fz_udf]
async fn generic<T>(x: T, (a, b): (f64, f64), _: f64) {}

#[fz_udf]
fn twice_the_same(x: f64, X: f64) -> f64 {
    x + X
}

struct S;

impl S {
    #[fz_udf]
    fn method(&self, x: f64) -> f64 {
        x
    }
}

#[fz_udf]
struct NoFunction;

fn main() {}
