use formualizer_udf_sdk::fz_udf;

#[fz_udf]
struct NoFunction;

trait T {
    #[fz_udf]
    fn no_body(x: f64) -> f64;
}

fn main() {}
