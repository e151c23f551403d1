use formualizer_udf_sdk::fz_udf;

#[fz_udf(nmae = "A", kind = "reduced", volatile = 1, kind = "array", aliases = "B")]
fn many_mistakes(x: f64) -> f64 {
    x
}

#[fz_udf(name = "1ST", aliases = ["OK", "_xlfn.ok"])]
fn names(x: f64) -> f64 {
    x
}

#[fz_udf(kind = "aggregate", total)]
fn not_yet(x: f64) -> f64 {
    x
}

#[fz_udf(kind = "reduce", total)]
fn total_is_of_rows(x: f64) -> f64 {
    x
}

fn main() {}
