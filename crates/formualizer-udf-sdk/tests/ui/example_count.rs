use formualizer_udf_sdk::fz_udf;

#[fz_udf(examples = [(1) => 2, (1, 2, 3) => 6, () => 0])]
fn add(x: f64, y: f64) -> f64 {
    x + y
}

#[fz_udf(examples = [() => 0])]
fn at_least_one(#[variadic(min = 1)] x: &[f64]) -> i64 {
    x.len() as i64
}

fn main() {}
