use formualizer_udf_sdk::fz_udf;

#[fz_udf(name = "1ST", aliases = ["A B", "OK", "_xlfn.ok"])]
fn names(_x: f64) -> f64 {
    0.0
}

fn main() {}
