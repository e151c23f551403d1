use formualizer_udf_sdk::fz_module;

enum plain {}

fz_module! { id: "a", version: "1", functions: [plain, absent] }

fn main() {}
