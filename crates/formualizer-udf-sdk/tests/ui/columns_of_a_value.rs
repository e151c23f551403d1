use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "reduce", columns = ["x"])]
fn one(x: f64) -> f64 {
    x
}

fn main() {}
