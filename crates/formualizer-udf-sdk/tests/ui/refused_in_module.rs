use formualizer_udf_sdk::{Context, UdfError, fz_module, fz_udf};

#[fz_udf]
fn owned(text: String) -> String {
    text
}

#[fz_udf(kind = "aggregate")]
pub fn aggregate(x: f64) -> f64 {
    x
}

#[fz_udf]
fn nothing(x: f64) {}

#[fz_udf(volatil)]
fn misspelt(x: f64) -> f64 {
    x
}

#[fz_udf]
fn context(context: Context) -> f64 {
    context.random(0)
}

#[fz_udf]
async fn waits(x: f64) -> f64 {
    x
}

#[fz_udf]
fn generic<T: Copy>(x: T) -> T {
    x
}

#[fz_udf]
extern "C" fn foreign(x: f64) -> f64 {
    x
}

#[fz_udf]
fn pattern((a, b): (f64, f64)) -> f64 {
    a + b
}

#[fz_udf]
fn default(#[default = RATE] rate: f64) -> f64 {
    rate
}

const RATE: f64 = 0.1;

mod inner {
    #[formualizer_udf_sdk::fz_udf]
    pub fn column(x: Vec<f64>) -> f64 {
        x.len() as f64
    }
}

#[fz_udf]
struct NoFunction;

#[fz_udf]
fn right(x: f64) -> Result<f64, UdfError> {
    Ok(x)
}

fz_module! {
    id: "a",
    version: "1",
    functions: [
        owned, aggregate, nothing, misspelt, context, waits, generic, foreign, pattern, default,
        inner::column, NoFunction, right,
    ],
}

fn main() {
    // Refused functions are still there for what calls them.
    assert_eq!(owned("a".into()), "a");
    assert_eq!(misspelt(1.0) + aggregate(1.0), default(RATE));
    assert!(!MANIFEST.is_empty());
}
