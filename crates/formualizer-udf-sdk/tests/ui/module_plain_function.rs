use formualizer_udf_sdk::fz_module;

enum Plain {}

fz_module! { id: "a", version: "1", functions: [Plain] }

fn main() {}
