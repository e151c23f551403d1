use formualizer_udf_sdk::{ColumnView, RangeView, fz_udf};

#[fz_udf(examples = [([1, 2], [1, 2, 3]) => [2, 4], ([1, 2], 1) => 2, (1, 2) => [3]])]
fn rows(x: f64, y: f64) -> f64 {
    x + y
}

#[fz_udf(kind = "reduce", examples = [([1], [[1, 2], [3]], [4]) => [1], ([[1]], 1, 1) => 1])]
fn whole(_x: ColumnView<'_, f64>, _y: RangeView<'_, f64>, _z: f64) -> f64 {
    0.0
}

#[fz_udf(kind = "array", columns = ["a", "b"], examples = [(1) => 2, (1) => [[1, "a"], [2], ["b", 1]]])]
fn table(x: f64) -> (Vec<f64>, Vec<String>) {
    (vec![x], vec![String::new()])
}

fn main() {}
