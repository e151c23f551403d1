//! Manifests that the SDK makes, held against `docs/manifest.schema.json` and the reader's rules.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::{fs, path::Path};

use formualizer_udf_sdk::{
    AnyRange, ColumnView, Context, Date, ErrorCode, OwnedValue, RangeView, UdfError, Value,
    fz_module, fz_udf,
};
use jsonschema::Validator;
use serde_json::{Value as Json, json};
use udf_abi::{exports::MANIFEST_SECTION, manifest::Manifest};
use wasmparser::{Parser, Payload};

/// Everything that a row can be.
///
/// With "quotes", a \ and an é.
#[fz_udf(
    name = "ROWS.ALL",
    aliases = ["ROWSALL", "größe"],
    deterministic = false,
    thread_safe,
    hints(memory = 0x10_0000, deadline_ms = 18_446_744_073_709_551_615),
    examples = [
        (1, "a\"\\\n") => error("#NUM!", "no \"é\""),
        ([1.5, null], [null, "b"], [true, false], b"\x00\xff", "2024-01-31", 3, -5) => [-1e300, null],
        (-0.5, null, null, null, date("2024-01-31"), [f64::NAN, -f64::INFINITY]) => [1, 2],
    ],
)]
fn rows(
    /// A number.
    x: f64,
    text: Option<&str>,
    flag: Option<bool>,
    bytes: Option<&[u8]>,
    day: Option<Date>,
    /// The one with a \default\.
    #[default = -1.25]
    factor: f32,
    #[variadic] rest: &[Option<i8>],
) -> Result<Option<f64>, UdfError> {
    let _ = (text, flag, bytes, day, factor, rest);
    Ok(Some(x))
}

#[fz_udf]
fn defaults(
    #[default = 3] a: u8,
    #[default = "x\"y"] b: &str,
    #[default = true] c: bool,
    #[default = 1] d: f64,
) -> String {
    format!("{a}{b}{c}{d}")
}

#[fz_udf(volatile, examples = [(error("#N/A")) => null])]
fn draw(context: Context, error: Option<ErrorCode>) -> OwnedValue {
    let _ = error;
    OwnedValue::Number(context.random(0))
}

#[fz_udf(kind = "reduce", examples = [([[1, 2], [3, 4]], [1], [["a", null]], time("12:00:00")) => 2])]
fn reduced(
    range: RangeView<'_, f64>,
    column: Option<ColumnView<'_, i64>>,
    #[variadic(min = 1)] more: &[AnyRange<'_>],
) -> i32 {
    let _ = (range, column);
    more.len() as i32
}

type Table = (Vec<Option<f64>>, Vec<Result<String, ErrorCode>>);

#[fz_udf(kind = "array", columns = ["x", "the \"label\""], examples = [(2) => [[1, "a"], [null, error("#N/A")]]])]
fn table(value: Value<'_>) -> Result<Table, String> {
    let _ = value;
    Ok((vec![Some(1.0), None], vec![Ok("a".into()), Err(ErrorCode::Na)]))
}

fz_module! {
    id: "example.every-feature",
    version: env!("CARGO_PKG_VERSION"),
    description: "Every feature of a manifest,\nin \"one\" module.",
    functions: [rows, defaults, draw, reduced, table],
}

fn validator() -> Validator {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manifest.schema.json");
    let schema: Json = serde_json::from_slice(&fs::read(schema).unwrap()).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[track_caller]
fn check(name: &str, json: &[u8]) -> Manifest {
    let value: Json = serde_json::from_slice(json).unwrap();
    let validator = validator();
    let errors = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path()));
    assert_eq!(errors.collect::<Vec<_>>(), [""; 0], "{name}");
    let parsed = Manifest::parse(json).unwrap();
    assert_eq!(parsed.warnings, [""; 0], "{name}");
    parsed.manifest
}

#[test]
fn every_feature_is_in_a_manifest_that_keeps_the_schema() {
    let manifest = check("this test", MANIFEST.as_bytes());
    assert_eq!(manifest.module.description, "Every feature of a manifest,\nin \"one\" module.");
    let [rows, defaults, draw, reduced, table] = manifest.functions.as_slice() else {
        panic!("five functions")
    };

    assert_eq!((rows.min_args, rows.max_args), (1, None));
    assert_eq!((rows.volatile, rows.deterministic, rows.thread_safe), (false, false, true));
    assert_eq!(rows.hints.memory, Some(1 << 20));
    assert_eq!(rows.hints.deadline_ms, Some(u64::MAX));
    assert_eq!(rows.params[5].default, Some(json!(-1.25)));
    assert_eq!(rows.params[5].description, "The one with a \\default\\.");
    assert!(rows.params[6].variadic && rows.params[6].optional);
    assert_eq!(rows.examples[0].args, [json!(1), json!("a\"\\\n")]);
    assert_eq!(rows.examples[0].result, json!({ "error": "#NUM!", "message": "no \"é\"" }));
    let args = json!([[1.5, null], [null, "b"], [true, false], "00ff", "2024-01-31", 3, -5]);
    assert_eq!(Json::from(rows.examples[1].args.clone()), args);
    assert_eq!(rows.examples[1].result, json!([-1e300, null]));
    assert_eq!(rows.examples[2].args[4], json!({ "date": "2024-01-31" }));
    let not_finite = json!([{ "number": "NaN" }, { "number": "-Infinity" }]);
    assert_eq!(rows.examples[2].args[5], not_finite);

    let found: Vec<_> =
        defaults.params.iter().map(|param| param.default.clone().unwrap()).collect();
    assert_eq!(found, [json!(3), json!("x\"y"), json!(true), json!(1.0)]);
    assert_eq!((defaults.min_args, defaults.max_args), (0, Some(4)));

    assert!(draw.volatile && !draw.deterministic);
    assert_eq!((reduced.min_args, reduced.max_args), (3, None));
    assert!(reduced.params[2].variadic && !reduced.params[2].optional);

    let returned = serde_json::to_value(&table.returns).unwrap();
    let columns =
        json!([{ "name": "x", "type": "f64" }, { "name": "the \"label\"", "type": "utf8" }]);
    assert_eq!(returned, columns);
}

#[test]
fn the_manifests_of_all_plugins_keep_the_schema() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "wasm") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for payload in Parser::new(0).parse_all(&bytes) {
            if let Payload::CustomSection(section) = payload.unwrap()
                && section.name() == MANIFEST_SECTION
            {
                check(&path.display().to_string(), section.data());
                count += 1;
            }
        }
    }
    assert!(count >= 3, "only {count} plugins");
}

#[test]
fn functions_with_attributes_are_called_as_they_are_written() {
    assert_eq!(rows(2.0, None, None, None, None, 1.0, &[]), Ok(Some(2.0)));
    assert_eq!(defaults(3, "x", true, 1.0), "3xtrue1");
    assert_eq!(draw(Context::new(1, 2, 3), None), draw(Context::new(1, 2, 3), None));
    assert_eq!(reduced(RangeView::of(&[]), None, &[]), 0);
    assert!(table(Value::Blank).is_ok());
}
