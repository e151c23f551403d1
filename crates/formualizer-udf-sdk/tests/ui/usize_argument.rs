use formualizer_udf_sdk::fz_udf;

#[fz_udf]
fn sizes(x: usize, _y: isize, _z: char) -> usize {
    x
}

fn main() {}
