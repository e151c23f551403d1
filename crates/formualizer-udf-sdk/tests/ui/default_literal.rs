use formualizer_udf_sdk::{ColumnView, Date, fz_udf};

#[fz_udf]
fn literals(
    #[default = "a"] _a: f64,
    #[default = 1.5] _b: i64,
    #[default = 300] _c: u8,
    #[default = 1] _d: bool,
    #[default = f64::MAX] _e: f64,
    #[default] _f: f64,
) -> f64 {
    0.0
}

#[fz_udf]
fn types(#[default = 1] _a: Option<f64>, #[default = "2024-01-31"] _b: Date) -> f64 {
    0.0
}

#[fz_udf(kind = "reduce")]
fn columns(#[default = 1] _a: ColumnView<'_, f64>) -> f64 {
    0.0
}

fn main() {}
