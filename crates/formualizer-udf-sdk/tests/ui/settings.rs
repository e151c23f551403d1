use formualizer_udf_sdk::{fz_module, fz_udf};

#[fz_udf("SPEED")]
fn unnamed(x: f64) -> f64 {
    x
}

#[fz_udf(name: "SPEED")]
fn colon(x: f64) -> f64 {
    x
}

#[fz_udf(alias = "KMH", description = "Speed.", reduce, example = (1) => 2, default = 1)]
fn taken_for_granted(x: f64) -> f64 {
    x
}

#[fz_udf(kind = reduce, name = SPEED, aliases = "KMH", volatile = "yes")]
fn unquoted(x: f64) -> f64 {
    x
}

#[fz_udf(=)]
fn nonsense(x: f64) -> f64 {
    x
}

#[fz_udf]
fn defaults(
    #[default] a: f64,
    #[default(1)] b: f64,
    #[default = 2.0 * 3.0] c: f64,
    #[default = 0.1f64] d: f64,
    #[default = None] e: Option<f64>,
) -> f64 {
    a
}

fz_module! {
    id: "a",
    version: "1",
    functions: [unnamed, colon, taken_for_granted, unquoted, nonsense, defaults],
}

fn main() {}
