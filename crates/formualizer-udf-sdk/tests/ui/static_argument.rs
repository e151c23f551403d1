use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn keeps(x: &'static str) -> i64 {
    x.len() as i64
}

fn main() {}
