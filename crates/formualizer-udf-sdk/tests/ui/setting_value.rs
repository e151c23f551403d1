use formualizer_udf_sdk::fz_udf;

#[fz_udf(name = 1, aliases = "B", kind = reduce, volatile = 1, thread_safe(yes), deterministic =)]
fn values(_x: f64) -> f64 {
    0.0
}

fn main() {}
