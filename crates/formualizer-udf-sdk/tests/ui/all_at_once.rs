use formualizer_udf_sdk::fz_udf;

#[fz_udf(nmae = "A", total = 1, examples = [(1, 2) => [3], (1) => 4])]
fn many(x: String, #[default = "b"] y: f64, #[variadic] z: &[f64], w: f64) -> Vec<f64> {
    vec![y; x.len()]
}

fn main() {}
