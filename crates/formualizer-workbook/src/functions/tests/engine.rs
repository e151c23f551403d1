//! The sample plugins on a real engine.

use super::*;
use crate::OverridePolicy;

fn plugin(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins").join(name)
}

fn on_wasmi(name: &str) -> WasmPluginManager {
    let mut manager = WasmPluginManager::default();
    manager.use_wasmi_runtime().unwrap();
    // `XNPV` of the finance plugin is a built-in too.
    let policy = BindPolicy { builtins: OverridePolicy::Skip, ..BindPolicy::default() };
    manager.register_wasm_module_file(plugin(name), policy).unwrap();
    manager
}

#[test]
fn a_column_of_option_prices_is_one_call() {
    let manager = on_wasmi("finance.wasm");
    let spots = rows(&[100.0, 110.0, 0.0]);
    let arguments = vec![spots, number(100.0), number(0.05), number(0.2), number(1.0)];
    let sessions = Sessions::default();
    let bound = manager.functions().get("BLACK_SCHOLES").unwrap();
    let prices = bound.call_rows(&sessions, &environment(), arguments, 3).unwrap();
    let CellRef::Number(price, _) = prices.get(0) else { panic!("{prices:?}") };
    assert!((price - 10.450_583_572).abs() < 1e-6, "{price}");
    assert_eq!(sessions.counts().guest_calls, 1);
    // The same module in another workbook is compiled already.
    let other = on_wasmi("finance.wasm");
    assert!(Arc::ptr_eq(manager.runtime().unwrap(), other.runtime().unwrap()));
}

#[test]
fn a_plugin_for_upstream_takes_values_and_ranges() {
    let manager = on_wasmi("upstream_json.wasm");
    let words = Argument::Rows(Cells::of([
        CellRef::Text("the quick"),
        CellRef::number(1.0),
        CellRef::Error(ExcelErrorKind::Na, None),
    ]));
    let key = |export: &str| {
        let infos = manager.list_wasm_modules();
        let function = infos[0].functions.iter().find(|f| f.export.contains(export));
        function.unwrap().name.to_uppercase()
    };
    let titles = call_rows(&manager, &key("title"), vec![words], 3);
    assert_eq!(titles.get(0), CellRef::Text("The Quick"));
    assert_eq!(error_of(titles.get(1)), (ExcelErrorKind::Value, "no text".to_owned()));
    let flipped = call_whole(&manager, &key("flip"), vec![range(&[&[1.0, 2.0, 3.0]])]);
    assert_eq!(flipped, [[1.0, 2.0, 3.0].map(Value::Number)]);
}
