use formualizer_udf_sdk::{fz_module, fz_udf};

#[fz_udf]
enum Choice {
    One,
}

#[fz_udf]
const CLOSURE: fn(f64) -> f64 = |x| x;

#[fz_udf]
mod functions {}

#[fz_udf]
impl Choice {}

#[fz_udf]
trait Shape {}

#[fz_udf]
type Alias = f64;

fz_module! { id: "a", version: "1", functions: [Choice] }

fn main() {}
