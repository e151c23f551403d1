//! Modules: files, folders, ids, runtimes, several workbooks.

use crate::{
    CONFORMANCE, bare, count_down, engines, expect, gives, plugin, plugin_path, put, runtimes,
    with_conformance,
};
use formualizer_workbook::{BindPolicy, ErrorKind, FunctionOrigin, Workbook};
use std::fs;

#[test]
fn a_module_has_one_id() {
    for runtime in runtimes() {
        let mut book = with_conformance(&runtime);
        let bytes = plugin("conformance");
        let error = book.register_wasm_module_bytes(&bytes, BindPolicy::OVERRIDE).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Plugin);
        assert!(error.to_string().contains("already registered"), "{error}");
        book.unregister_wasm_module("FORMUALIZER.conformance").unwrap();
        let error =
            book.register_wasm_module_bytes_as("another.id", &bytes, BindPolicy::SKIP).unwrap_err();
        assert!(error.to_string().contains(CONFORMANCE), "{error}");
        book.register_wasm_module_bytes_as(CONFORMANCE, &bytes, BindPolicy::SKIP).unwrap();
        let error = book.unregister_wasm_module("nobody").unwrap_err();
        assert!(error.to_string().contains(CONFORMANCE), "{error}");
    }
}

#[test]
fn inspecting_keeps_nothing() {
    let book = Workbook::new();
    let info = book.inspect_wasm_module_file(plugin_path("finance")).unwrap();
    assert_eq!(info.module_id, "formualizer.finance");
    let names: Vec<_> = info.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["BS_CALL", "IMPLIED_VOL", "XNPV", "EMA"]);
    assert_eq!(info, book.inspect_wasm_module_bytes(&plugin("finance")).unwrap());
    assert!(book.list_wasm_modules().is_empty());
}

#[test]
fn a_folder_is_loaded_in_order_and_without_its_subfolders() {
    let folder = tempfile::tempdir().unwrap();
    let put_file = |name: &str, of: &str| fs::write(folder.path().join(name), plugin(of)).unwrap();
    put_file("b.wasm", "finance");
    put_file("a.WASM", "text");
    fs::create_dir(folder.path().join("more.wasm")).unwrap();
    fs::write(folder.path().join("more.wasm/geo.wasm"), plugin("geo")).unwrap();
    fs::write(folder.path().join("notes.txt"), "no plugin").unwrap();
    let policy =
        BindPolicy { builtins: formualizer_workbook::OverridePolicy::Skip, ..BindPolicy::REFUSE };
    for runtime in engines() {
        let mut book = bare(&runtime);
        let infos = book.register_wasm_modules_dir(folder.path(), policy).unwrap();
        let ids: Vec<_> = infos.iter().map(|info| info.module_id.as_str()).collect();
        assert_eq!(ids, ["formualizer.text", "formualizer.finance"]);
        put(&mut book, &[("A1", "=SLUGIFY(\"Hello World\")"), ("A2", "=HAVERSINE(0,0,0,0)")]);
        gives(&mut book, &[("A1", "hello-world"), ("A2", "#NAME?")]);
    }
}

#[test]
fn a_folder_is_loaded_wholly_or_not_at_all_and_the_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.wasm"), plugin("finance")).unwrap();
    fs::write(folder.path().join("z.wasm"), "broken").unwrap();
    for runtime in engines() {
        let mut book = bare(&runtime);
        let error = book.register_wasm_modules_dir(folder.path(), BindPolicy::SKIP).unwrap_err();
        assert!(error.to_string().contains("z.wasm"), "{error}");
        assert!(book.list_wasm_modules().is_empty() && book.list_custom_functions().is_empty());
        let error = book.register_wasm_modules_dir(folder.path().join("none"), BindPolicy::SKIP);
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Io);
    }
}

#[test]
fn modules_are_registered_together_or_not_at_all() {
    let (finance, text) = (plugin("finance"), plugin("text"));
    for runtime in engines() {
        let mut book = bare(&runtime);
        let both = [("finance", finance.as_slice()), ("broken", b"broken".as_slice())];
        let error = book.register_wasm_modules(&both, BindPolicy::SKIP).unwrap_err();
        assert!(error.to_string().starts_with("broken: "), "{error}");
        assert!(book.list_wasm_modules().is_empty() && book.list_custom_functions().is_empty());
        let both = [("finance", finance.as_slice()), ("text", text.as_slice())];
        let infos = book.register_wasm_modules(&both, BindPolicy::SKIP).unwrap();
        assert_eq!(infos.len(), 2);
        put(&mut book, &[("A1", "=SLUGIFY(\"Hello World\")")]);
        gives(&mut book, &[("A1", "hello-world")]);
    }
}

#[test]
fn plugins_tell_what_their_manifest_says_of_a_function() {
    for runtime in engines() {
        let mut book = bare(&runtime);
        book.register_wasm_module_bytes(&plugin("finance"), BindPolicy::SKIP).unwrap();
        let details = book.function_details("bs_call").unwrap();
        assert_eq!(details.origin, FunctionOrigin::Plugin);
        assert_eq!(details.module_id.as_deref(), Some("formualizer.finance"));
        assert!(!details.description.is_empty());
        let names: Vec<_> = details.params.iter().map(|param| param.name.as_str()).collect();
        assert_eq!(details.signature, format!("BS_CALL({})", names.join(", ")));
        assert!(details.params.iter().all(|param| param.type_name == "f64" && !param.range));
        assert!(book.function_details("EMA").unwrap().params.iter().any(|param| param.range));
    }
}

#[test]
fn another_runtime_takes_the_modules_over() {
    let all = runtimes();
    let mut book = with_conformance(&all[0]);
    count_down(&mut book, 3);
    book.set_formulas("S", "B1:B3", "=MULADD(A1,2)").unwrap();
    book.recalculate().unwrap();
    for (number, runtime) in (10..).zip(all.iter().rev()) {
        book.set_runtime(runtime.clone()).unwrap();
        // What is on another runtime is calculated again.
        let report = book.recalculate().unwrap();
        assert_eq!(report.udf_rows, 3, "{}", runtime.name());
        put(&mut book, &[("A2", &number.to_string())]);
        gives(&mut book, &[("B1", "3"), ("B2", &(number * 2 + 1).to_string()), ("B3", "7")]);
    }
}

#[test]
fn a_runtime_that_refuses_a_module_changes_nothing() {
    for engine in engines() {
        let mut book = bare(&engine);
        book.register_wasm_module_bytes(&plugin("text"), BindPolicy::SKIP).unwrap();
        put(&mut book, &[("A1", "=TITLE_CASE(\"ab\")")]);
        gives(&mut book, &[("A1", "Ab")]);
        // The native runtime has no functions of this module.
        assert_eq!(book.set_runtime(runtimes()[0].clone()).unwrap_err().kind(), ErrorKind::Plugin);
        put(&mut book, &[("A1", "=TITLE_CASE(\"cd\")")]);
        gives(&mut book, &[("A1", "Cd")]);
    }
}

#[test]
fn engines_are_chosen_by_name() {
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    let has = |name: &str| udf_backends::engine_names().contains(&name);
    assert_eq!(book.use_wasmtime_runtime().is_ok(), has("wasmtime"));
    assert_eq!(book.use_wasmi_runtime().is_ok(), has("wasmi"));
    if udf_backends::engine_names().is_empty() {
        return;
    }
    book.register_wasm_module_file(plugin_path("finance"), BindPolicy::SKIP).unwrap();
    put(&mut book, &[("A1", "=ROUND(BS_CALL(42,40,0.1,0.2,0.5),6)")]);
    gives(&mut book, &[("A1", "4.759422")]);
}

#[test]
fn workbooks_have_functions_of_their_own() {
    for runtime in runtimes() {
        let (mut one, mut other) = (with_conformance(&runtime), with_conformance(&runtime));
        for book in [&mut one, &mut other] {
            put(book, &[("A1", "=MULADD(1,2)")]);
            gives(book, &[("A1", "3")]);
        }
        one.unregister_wasm_module(CONFORMANCE).unwrap();
        gives(&mut one, &[("A1", "#NAME?")]);
        put(&mut other, &[("A1", "=MULADD(2,2)")]);
        gives(&mut other, &[("A1", "5")]);
    }
}

#[test]
fn two_threads_calculate_two_workbooks() {
    for runtime in runtimes() {
        std::thread::scope(|scope| {
            for factor in 1..=4 {
                let runtime = &runtime;
                scope.spawn(move || {
                    let mut book = with_conformance(runtime);
                    count_down(&mut book, 2000);
                    let formula = format!("=MULADD(A1,{factor})");
                    book.set_formulas("S", "B1:B2000", &formula).unwrap();
                    for _ in 0..3 {
                        put(&mut book, &[("A2000", "5")]);
                        book.recalculate().unwrap();
                        put(&mut book, &[("A2000", "6")]);
                        book.recalculate().unwrap();
                    }
                    let last = (factor * 6 + 1).to_string();
                    expect(&book, &[("B1", &(factor + 1).to_string()), ("B2000", &last)]);
                });
            }
        });
    }
}
