use formualizer_udf_sdk::{ColumnView, TextRange, fz_udf};

#[fz_udf]
fn whole(_x: ColumnView<'_, f64>, _y: Option<TextRange<'_>>) -> f64 {
    0.0
}

fn main() {}
