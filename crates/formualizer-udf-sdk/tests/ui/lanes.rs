use formualizer_udf_sdk::{
    Context, fz_udf,
    simd::{f64x2, f64x4},
};

#[fz_udf]
fn one_value(a: f64x4, b: f64) -> f64x4 {
    a * f64x4::splat(b)
}

#[fz_udf]
fn other_lanes(a: f64x2) -> f64x4 {
    f64x4::splat(a.to_array()[0])
}

#[fz_udf(volatile)]
fn with_context(context: Context, a: f64x2) -> f64x2 {
    a * f64x2::splat(context.random(0))
}

#[fz_udf(kind = "reduce")]
fn not_elementwise(a: f64x2) -> f64 {
    a.to_array()[0]
}

fn main() {}
