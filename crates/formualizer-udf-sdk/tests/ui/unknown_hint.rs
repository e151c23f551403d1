use formualizer_udf_sdk::fz_udf;

#[fz_udf(hints(fule = 1, memory = "16 MiB", deadline_ms = 5, deadline_ms = 6))]
fn misspelt(_x: f64) -> f64 {
    0.0
}

#[fz_udf(hints = 5)]
fn form(_x: f64) -> f64 {
    0.0
}

fn main() {}
