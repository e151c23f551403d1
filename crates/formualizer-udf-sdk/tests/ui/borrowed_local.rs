use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn shout(text: &str) -> &str {
    let upper = text.to_uppercase();
    &upper
}

fn main() {}
