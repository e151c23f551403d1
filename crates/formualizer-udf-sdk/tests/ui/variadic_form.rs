use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn no_slice(#[variadic] x: f64) -> f64 {
    x
}

#[fz_udf]
fn too_many(#[variadic(min = 3)] x: &[f64]) -> i64 {
    x.len() as i64
}

#[fz_udf]
fn unknown(#[variadic(max = 3)] x: &[f64]) -> i64 {
    x.len() as i64
}

fn main() {}
