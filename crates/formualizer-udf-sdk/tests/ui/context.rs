use formualizer_udf_sdk::{Context, fz_udf};

#[fz_udf]
fn not_volatile(context: Context, x: f64) -> f64 {
    context.random(0) * x
}

#[fz_udf(volatile)]
fn not_first(x: f64, context: Context) -> f64 {
    context.random(0) * x
}

fn main() {}
