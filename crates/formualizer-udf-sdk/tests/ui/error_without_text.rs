use formualizer_udf_sdk::{UdfError, fz_module, fz_udf};

struct Failure;

fn fails() -> Result<f64, Failure> {
    Err(Failure)
}

#[fz_udf]
fn answers(x: f64) -> Result<f64, Failure> {
    fails()
}

#[fz_udf]
fn passes_on(x: f64) -> Result<f64, UdfError> {
    Ok(x + fails()?)
}

fz_module! { id: "a", version: "1", functions: [answers, passes_on] }

fn main() {}
