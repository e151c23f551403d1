use formualizer_udf_sdk::fz_udf;

#[fz_udf(kind = "reduce", volatile, kind = "array", volatile)]
fn twice(_x: f64) -> f64 {
    0.0
}

fn main() {}
