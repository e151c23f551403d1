//! The committed sample plugins: what they give, and that their source still gives the same.
//!
//! `cargo xtask test` rebuilds the plugins and names their folder in `FZ_REBUILT_PLUGINS`; without
//! it the comparison with the rebuilt ones has nothing to compare and says so.
#![cfg(any(feature = "wasmtime", feature = "wasmi"))]
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use arrow_array::{Array, ArrayRef, Date32Array, Float64Array, cast::AsArray, types::Float64Type};
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
fn a_plugin_rebuilt_from_source_has_the_committed_manifest() {
    for name in ["finance", "conformance", "kitchen_sink"] {
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
