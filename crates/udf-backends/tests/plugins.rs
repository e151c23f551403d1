//! The committed sample plugins: what they give, and that their source still gives the same.
//!
//! `cargo xtask test` rebuilds the plugins and names their folder in `FZ_REBUILT_PLUGINS`; without
//! it the comparison with the rebuilt ones has nothing to compare and says so.
#![cfg(any(feature = "wasmtime", feature = "wasmi"))]
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use arrow_array::{
    Array, ArrayRef, Date32Array, Float64Array, Int64Array, StringArray,
    cast::AsArray,
    types::{Float64Type, Int64Type},
};
use std::{path::PathBuf, sync::Arc};
use udf_abi::ErrorCode;
use udf_columnar::{Argument, Call, Column, Limits, SessionOptions, UdfModule};

fn committed(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    std::fs::read(folder.join(format!("{name}.wasm"))).unwrap()
}

fn rebuilt(name: &str) -> Option<Vec<u8>> {
    let folder = PathBuf::from(std::env::var_os("FZ_REBUILT_PLUGINS")?);
    Some(std::fs::read(folder.join(format!("{name}.wasm"))).unwrap())
}

/// The committed module, and the one built from source where there is one, on every engine.
fn modules(name: &str) -> Vec<Arc<dyn UdfModule>> {
    let builds: Vec<_> = std::iter::once(committed(name)).chain(rebuilt(name)).collect();
    let load = |engine: &&str| {
        let runtime = udf_backends::runtime_by_name(engine, Limits::default()).unwrap();
        builds.iter().map(|bytes| runtime.load(bytes).unwrap()).collect::<Vec<_>>()
    };
    udf_backends::engine_names().iter().flat_map(load).collect()
}

fn numbers(values: impl IntoIterator<Item = f64>) -> ArrayRef {
    Arc::new(values.into_iter().map(Some).collect::<Float64Array>())
}

fn column(values: impl IntoIterator<Item = f64>) -> Argument {
    Argument::column(numbers(values)).unwrap()
}

fn scalar(value: f64) -> Argument {
    Argument::scalar(numbers([value])).unwrap()
}

fn call(module: &dyn UdfModule, name: &str, arguments: Vec<Argument>) -> Column {
    let signature = module.signature(name).unwrap();
    let mut session = module.open(SessionOptions::default().threads(1));
    session.call(&signature, Call::new(arguments)).unwrap().into_column().unwrap()
}

fn values(column: &Column) -> Vec<f64> {
    column.array().as_primitive::<Float64Type>().values().to_vec()
}

fn assert_near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-6, "{wanted} is wanted, found {found}");
}

#[test]
fn errors_as_values_are_not_looked_for_in_rows_that_an_argument_decides() {
    for module in modules("kitchen_sink") {
        let texts =
            Argument::column(Arc::new(StringArray::from(vec![Some("#N/A"), None]))).unwrap();
        let signature = module.signature("AS_ERROR").unwrap();
        let options = SessionOptions::default().threads(1).batch_rows(Some(1));
        let output = module.open(options).call(&signature, Call::new(vec![texts])).unwrap();
        let codes = output.into_column().unwrap();
        let codes = codes.array().as_primitive::<arrow_array::types::UInt8Type>();
        assert_eq!(codes.iter().collect::<Vec<_>>(), [Some(ErrorCode::Na.code()), None]);
    }
}

#[test]
fn a_plugin_rebuilt_from_source_has_the_committed_manifest() {
    for name in ["finance", "conformance", "geo", "kitchen_sink", "text", "upstream_json"] {
        let Some(rebuilt) = rebuilt(name) else {
            eprintln!("FZ_REBUILT_PLUGINS is not set: run `cargo xtask test` to compare {name}");
            continue;
        };
        let manifest =
            |bytes: &[u8]| udf_backends::inspect(bytes, &Limits::default()).unwrap().manifest;
        assert_eq!(manifest(&committed(name)), manifest(&rebuilt), "run `cargo xtask plugins`");
    }
}

/// Hull, Options, Futures, and Other Derivatives: S = 42, K = 40, r = 0.1, σ = 0.2, T = 0.5.
#[test]
fn bs_call_prices_the_textbook_option() {
    for module in modules("finance") {
        let arguments =
            vec![column([42.0, 42.0]), scalar(40.0), scalar(0.1), column([0.2, 0.0]), scalar(0.5)];
        let prices = values(&call(module.as_ref(), "BS_CALL", arguments));
        assert!((prices[0] - 4.76).abs() < 0.005, "{}", prices[0]);
        assert_near(prices[1], 42.0 - 40.0 * (-0.05f64).exp());
    }
}

#[test]
fn implied_vol_finds_the_volatility_and_says_per_row_why_there_is_none() {
    for module in modules("finance") {
        let vols = [0.1, 0.2, 0.35, 0.8];
        let arguments = vec![scalar(100.0), scalar(95.0), scalar(0.03), column(vols), scalar(0.75)];
        let mut prices = values(&call(module.as_ref(), "BS_CALL", arguments));
        prices.push(200.0);
        let arguments =
            vec![column(prices), scalar(100.0), scalar(95.0), scalar(0.03), scalar(0.75)];
        let found = call(module.as_ref(), "IMPLIED_VOL", arguments);
        for (found, wanted) in values(&found).iter().zip(vols) {
            assert_near(*found, wanted);
        }
        let (code, message) = found.error(4).unwrap();
        assert_eq!(code, ErrorCode::Num);
        assert!(message.is_some_and(|text| !text.is_empty()));
        assert!(found.array().is_null(4));
    }
}

/// The example of Microsoft's documentation of XNPV.
#[test]
fn xnpv_gives_what_excel_documents() {
    for module in modules("finance") {
        let flows = Argument::Range(vec![
            Column::try_new(numbers([-10_000.0, 2_750.0, 4_250.0, 3_250.0, 2_750.0])).unwrap(),
        ]);
        // 1 January, 1 March and 30 October 2008, 15 February and 1 April 2009.
        let days = Date32Array::from(vec![13_879, 13_939, 14_182, 14_290, 14_335]);
        let dates = Argument::Range(vec![Column::try_new(Arc::new(days)).unwrap()]);
        let result = call(module.as_ref(), "XNPV", vec![scalar(0.09), flows, dates]);
        assert_near(values(&result)[0], 2_086.647_602);
    }
}

#[test]
fn ema_smooths_a_series() {
    for module in modules("finance") {
        let result = call(module.as_ref(), "EMA", vec![column([1.0, 2.0, 4.0]), scalar(0.5)]);
        assert_eq!(values(&result), [1.0, 1.5, 2.75]);
    }
}

#[test]
fn both_builds_give_the_same_prices_over_a_grid() {
    let results: Vec<Vec<f64>> = modules("finance")
        .iter()
        .map(|module| {
            let grid =
                |from: f64, step: f64| column((0..5000).map(move |n| from + f64::from(n) * step));
            let arguments = vec![
                grid(50.0, 0.02),
                scalar(100.0),
                scalar(0.02),
                grid(0.05, 0.0001),
                grid(0.1, 0.0005),
            ];
            values(&call(module.as_ref(), "BS_CALL", arguments))
        })
        .collect();
    // Another compiler may bring another libm: the last bits may differ, prices may not.
    for pair in results.windows(2) {
        for (a, b) in pair[0].iter().zip(&pair[1]) {
            assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{a} and {b}");
        }
    }
}

fn texts(values: &[Option<&str>]) -> Argument {
    Argument::column(Arc::new(StringArray::from(values.to_vec()))).unwrap()
}

#[test]
fn texts_go_in_and_out_with_their_nulls() {
    let given = [Some("Crème Brûlée!"), None, Some(""), Some("don't 東京")];
    for module in modules("text") {
        let strings = |name: &str| {
            let column = call(module.as_ref(), name, vec![texts(&given)]);
            let array: &StringArray = column.array().as_string();
            array.iter().map(|text| text.map(ToOwned::to_owned)).collect::<Vec<_>>()
        };
        let owned =
            |texts: [Option<&str>; 4]| texts.map(|text| text.map(ToOwned::to_owned)).to_vec();
        assert_eq!(
            strings("SLUGIFY"),
            owned([Some("creme-brulee"), None, Some(""), Some("dont-dong-jing")])
        );
        assert_eq!(
            strings("REVERSE"),
            owned([Some("!eélûrB emèrC"), None, Some(""), Some("京東 t'nod")])
        );
        assert_eq!(
            strings("TITLE_CASE"),
            owned([Some("Crème Brûlée!"), None, Some(""), Some("Don't 東京")])
        );
        let counts = |column: Column| {
            let array: &Int64Array = column.array().as_primitive::<Int64Type>();
            array.iter().collect::<Vec<_>>()
        };
        let tokens = call(module.as_ref(), "TOKEN_COUNT", vec![texts(&given)]);
        assert_eq!(counts(tokens), [Some(2), None, Some(0), Some(3)]);
        let one = Argument::scalar(Arc::new(StringArray::from(vec!["creme"]))).unwrap();
        let distances = call(module.as_ref(), "LEVENSHTEIN", vec![texts(&given), one]);
        assert_eq!(counts(distances), [Some(10), None, Some(5), Some(8)]);
    }
}

#[test]
fn places_that_are_not_on_earth_are_errors_of_their_rows() {
    for module in modules("geo") {
        let arguments = vec![column([0.0, 91.0, 0.0]), scalar(0.0), scalar(0.0), scalar(180.0)];
        let found = call(module.as_ref(), "HAVERSINE", arguments);
        let half_way_round = std::f64::consts::PI * 6_371_008.771_4;
        assert_near(values(&found)[0], half_way_round);
        assert_near(values(&found)[2], half_way_round);
        let (code, message) = found.error(1).unwrap();
        assert_eq!(code, ErrorCode::Num);
        assert!(message.is_some_and(|text| text.contains("latitude is 91")));

        let hashes = call(module.as_ref(), "GEOHASH", vec![column([57.64911]), scalar(10.40744)]);
        assert_eq!(hashes.array().as_string::<i32>().value(0), "u4pruydqq");
        let given = [Some("u4pruydqq"), None, Some("a")];
        let lats = call(module.as_ref(), "GEOHASH_LAT", vec![texts(&given)]);
        assert!((values(&lats)[0] - 57.64911).abs() < 1e-4);
        assert!(lats.array().is_null(1) && lats.error(1).is_none());
        assert_eq!(lats.error(2).unwrap().0, ErrorCode::Value);
    }
}
