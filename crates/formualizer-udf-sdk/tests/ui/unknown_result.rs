use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn letter(x: f64) -> char {
    if x > 0.0 { 'a' } else { 'b' }
}

fn main() {}
