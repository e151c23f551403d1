use formualizer_udf_sdk::{Date, fz_udf};

#[fz_udf(examples = [
    ("1", "a", 1, "2024-01-31") => 1.0,
    (1, 2, true, 5) => 1.0,
    (1.5, "a", true, [true, null]) => [1.0, "b"],
    (1, "a", true, "2024-01-31") => "c",
])]
fn typed(n: u8, _text: &str, _flag: bool, _day: Date) -> f64 {
    n.into()
}

fn main() {}
