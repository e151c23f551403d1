use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn parse(text: &str) -> Result<f64, Box<dyn std::error::Error>> {
    Ok(text.parse()?)
}

fn main() {}
