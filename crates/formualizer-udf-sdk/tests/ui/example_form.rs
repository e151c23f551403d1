use formualizer_udf_sdk::fz_udf;

#[fz_udf(examples = [1.0 => 2.0, (1.0), (None) => 2.0, (1f64) => 2.0, (x) => 2.0, (1) => error("#NUM")])]
fn form(x: f64) -> f64 {
    x
}

#[fz_udf(examples = (1.0) => 2.0)]
fn list(x: f64) -> f64 {
    x
}

fn main() {}
