use super::*;
use crate::{
    CustomFnOptions, ErrorKind, ExcelError, OverridePolicy, WasmFunctionSpec, functions::Kind,
};
use std::fs;

const NAMES: [&str; 8] = ["ADD2", "DICE", "ECHO", "GRID", "LATER", "PICKY", "PLUS2", "TOTAL"];

fn one_function(id: &str, name: &str) -> Vec<u8> {
    let function = format!(
        r#"{{"id":1,"name":"{name}","export":"f1","kind":"elementwise","min_args":2,"max_args":2,
            "params":[{{"name":"a","type":"f64"}},{{"name":"b","type":"f64"}}],"returns":"f64"}}"#
    );
    module::module(id, &function, 1)
}

fn callback(manager: &mut WasmPluginManager, name: &str) -> Result<(), crate::Error> {
    let one = |_: &[Value]| -> Result<Value, ExcelError> { Ok(Value::Number(1.0)) };
    manager.register_custom_function(name, CustomFnOptions::default(), Arc::new(one))
}

#[test]
fn inspection_changes_nothing() {
    let manager = manager();
    let info = manager.inspect_wasm_module_bytes(&demo("demo")).unwrap();
    assert_eq!((info.module_id.as_str(), info.functions.len()), ("demo", 7));
    assert!(!info.functions[6].callable && info.functions[0].callable);
    assert!(manager.list_wasm_modules().is_empty());
    assert_eq!(manager.functions().revision(), 0);
    let error = manager.inspect_wasm_module_bytes(b"not wasm").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Plugin);
}

#[test]
fn attaching_binds_nothing_and_registering_binds_names_and_aliases() {
    let mut manager = manager();
    manager.attach_wasm_module_bytes(Some("DEMO"), &demo("demo")).unwrap();
    assert!(manager.list_custom_functions().is_empty() && manager.take_changed().is_empty());
    manager.unregister_wasm_module("Demo").unwrap();
    let info =
        manager.register_wasm_module_bytes(None, &demo("demo"), BindPolicy::default()).unwrap();
    assert_eq!(info.functions[0].bound_as, ["ADD2", "PLUS2"]);
    assert_eq!(manager.take_changed(), NAMES);
    assert!(manager.take_changed().is_empty());
    let kind = |key: &str| manager.functions().get(key).unwrap().kind();
    assert_eq!(kind("PLUS2"), Kind::Elementwise);
    assert_eq!((kind("TOTAL"), kind("GRID")), (Kind::Reduce, Kind::Array));
    assert!(manager.functions().get("TOTAL").unwrap().takes_range(0));
    assert!(manager.functions().get("DICE").unwrap().volatile());
}

#[test]
fn ids_are_unique_and_those_of_the_manifest() {
    let mut manager = demo_manager();
    for (given, bytes, wanted) in [
        (None, demo("DEMO"), "already registered"),
        (Some("else"), demo("other"), "is `other` by its manifest"),
        (Some(" other"), demo("other"), "no id"),
        (Some(""), demo("other"), "no id"),
    ] {
        let error = manager.attach_wasm_module_bytes(given, &bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Plugin);
        assert!(error.to_string().contains(wanted), "{error}");
    }
    assert_eq!(manager.list_wasm_modules().len(), 1);
    let error = manager.unregister_wasm_module("nope").unwrap_err();
    assert!(error.to_string().contains("registered: demo"), "{error}");
}

#[test]
fn a_name_that_is_taken_follows_the_policy() {
    use OverridePolicy::{Override, Refuse, Skip};
    for (builtins, bindings, wanted) in [
        (Refuse, Refuse, None),
        (Skip, Refuse, None),
        (Refuse, Override, None),
        (Skip, Skip, Some(vec![])),
        (Override, Skip, Some(vec!["SUM"])),
        (Skip, Override, Some(vec!["MINE"])),
        (Override, Override, Some(vec!["MINE", "SUM"])),
    ] {
        let mut manager = manager();
        callback(&mut manager, "mine").unwrap();
        manager.take_changed();
        let function = |id: u32, name: &str| {
            format!(
                r#"{{"id":{id},"name":"{name}","export":"f{id}","kind":"elementwise","min_args":0,"max_args":0,"params":[],"returns":"f64"}}"#
            )
        };
        let functions = [function(1, "SUM"), function(2, "MINE")].join(",");
        let bytes = module::module("other", &functions, 2);
        let policy = BindPolicy { builtins, bindings };
        let result = manager.register_wasm_module_bytes(None, &bytes, policy);
        match wanted {
            None => {
                assert_eq!(result.unwrap_err().kind(), ErrorKind::Function);
                assert!(
                    manager.list_wasm_modules().is_empty() && manager.take_changed().is_empty()
                );
            }
            Some(keys) => {
                result.unwrap();
                assert_eq!(manager.take_changed(), keys);
            }
        }
    }
}

#[test]
fn a_function_is_bound_under_another_name() {
    let mut manager = manager();
    manager.attach_wasm_module_bytes(None, &demo("demo")).unwrap();
    for (name, function) in [("mine", "add2"), (" _xlfn.Yours ", "PLUS2"), ("EXPORTED", "f1")] {
        assert!(
            manager.bind_wasm_function(&WasmFunctionSpec::new(name, "Demo", function)).unwrap()
        );
    }
    assert_eq!(manager.take_changed(), ["EXPORTED", "MINE", "YOURS"]);
    let cells = call_rows(&manager, "YOURS", vec![rows(&[1.0, 2.0]), number(10.0)], 2);
    assert!(cells.same(&Cells::of([11.0, 12.0].map(CellRef::number))));
    for (name, module, function, wanted) in [
        ("MINE", "demo", "ADD2", ErrorKind::Function),
        ("SUM", "demo", "ADD2", ErrorKind::Function),
        ("1X", "demo", "ADD2", ErrorKind::Function),
        ("", "demo", "ADD2", ErrorKind::Function),
        ("FREE", "nope", "ADD2", ErrorKind::Plugin),
        ("FREE", "demo", "ADD3", ErrorKind::Plugin),
        ("FREE", "demo", "LATER", ErrorKind::Plugin),
    ] {
        let spec = WasmFunctionSpec::new(name, module, function);
        assert_eq!(manager.bind_wasm_function(&spec).unwrap_err().kind(), wanted, "{spec:?}");
    }
    let skip = BindPolicy { builtins: OverridePolicy::Skip, ..BindPolicy::default() };
    let spec = WasmFunctionSpec::new("SUM", "demo", "ADD2").policy(skip);
    assert!(!manager.bind_wasm_function(&spec).unwrap());
    assert!(manager.take_changed().is_empty());
}

#[test]
fn a_module_that_goes_takes_its_bindings_along() {
    let mut manager = demo_manager();
    callback(&mut manager, "KEPT").unwrap();
    manager.bind_wasm_function(&WasmFunctionSpec::new("EXTRA", "demo", "ADD2")).unwrap();
    manager.take_changed();
    manager.unregister_wasm_module("demo").unwrap();
    let mut gone: Vec<&str> = NAMES.to_vec();
    gone.insert(3, "EXTRA");
    assert_eq!(manager.take_changed(), gone);
    assert_eq!(manager.list_custom_functions().len(), 1);
    // What was bound and went again in between is no change.
    callback(&mut manager, "BRIEF").unwrap();
    manager.unregister_custom_function("brief").unwrap();
    assert!(manager.take_changed().is_empty());
}

#[test]
fn a_folder_is_loaded_in_order_and_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("b.WASM"), one_function("demo", "B")).unwrap();
    fs::write(file("a.wasm"), one_function("other", "A")).unwrap();
    fs::write(file("notes.txt"), "no module").unwrap();
    fs::create_dir(file("deeper.wasm")).unwrap();
    fs::write(file("deeper.wasm/c.wasm"), "not looked at").unwrap();
    let mut manager = manager();
    let policy = BindPolicy::default();
    let infos = manager.register_wasm_modules_dir(folder.path(), policy).unwrap();
    let ids: Vec<_> = infos.iter().map(|info| info.module_id.as_str()).collect();
    assert_eq!(ids, ["other", "demo"]);

    fs::write(file("c.wasm"), "broken").unwrap();
    let mut manager = super::manager();
    let error = manager.register_wasm_modules_dir(folder.path(), policy).unwrap_err();
    assert!(error.to_string().contains("c.wasm"), "{error}");
    assert!(manager.list_wasm_modules().is_empty() && manager.take_changed().is_empty());
    let error = manager.register_wasm_modules_dir(file("nowhere"), policy).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let error = manager.register_wasm_module_file(file("nowhere"), policy).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[test]
fn another_runtime_loads_the_modules_again_or_is_refused() {
    let mut manager = demo_manager();
    manager.bind_wasm_function(&WasmFunctionSpec::new("EXTRA", "demo", "PLUS2")).unwrap();
    manager.take_changed();
    let before = manager.runtime().unwrap().clone();
    let stranger = NativeRuntime::new(Limits::default());
    let error = manager.set_runtime(Arc::new(stranger)).unwrap_err();
    assert!(error.to_string().contains("module `demo`"), "{error}");
    assert!(Arc::ptr_eq(manager.runtime().unwrap(), &before));
    assert!(manager.take_changed().is_empty());

    let other = demo_functions(NativeRuntime::new(Limits::default()), "demo");
    manager.set_runtime(Arc::new(other)).unwrap();
    assert!(manager.take_changed().contains(&"EXTRA".to_owned()));
    let cells = call_rows(&manager, "EXTRA", vec![number(1.0), number(2.0)], 1);
    assert_eq!(cells.get(0), CellRef::number(3.0));
}

#[test]
fn the_default_runtime_is_one_for_all_workbooks() {
    let mut one = WasmPluginManager::default();
    let mut two = WasmPluginManager::default();
    assert!(one.runtime().is_none());
    let results = [&mut one, &mut two].map(|manager| {
        manager.register_wasm_module_bytes(None, &one_function("demo", "A"), BindPolicy::default())
    });
    match udf_backends::engine_names() {
        [] => {
            for result in results {
                assert!(result.unwrap_err().to_string().contains("enable the feature"));
            }
            assert!(one.use_wasmi_runtime().is_err() && one.use_wasmtime_runtime().is_err());
        }
        _ => {
            assert!(results.iter().all(Result::is_ok));
            assert!(Arc::ptr_eq(one.runtime().unwrap(), two.runtime().unwrap()));
        }
    }
}

#[test]
fn exports_of_a_bare_module_are_functions_where_formulas_can_name_them() {
    let runtime = NativeRuntime::new(Limits::default());
    let id = manager().inspect_wasm_module_bytes(&module::bare()).unwrap().module_id;
    let runtime = runtime.with(
        &id,
        "SUM2",
        NativeFunction::rowwise(|row| {
            Ok(Cell::Number(row.f64(0).unwrap_or(0.0) + row.f64(1).unwrap_or(0.0)))
        }),
    );
    let mut manager = WasmPluginManager::default();
    manager.set_runtime(Arc::new(runtime)).unwrap();
    let policy = BindPolicy::default();
    let info = manager.register_wasm_module_bytes(Some("maths"), &module::bare(), policy).unwrap();
    assert_eq!(info.module_id, "maths");
    assert_eq!(manager.take_changed(), ["SUM2"]);
    let cells = call_rows(&manager, "SUM2", vec![rows(&[1.0, 2.0]), number(0.5)], 2);
    assert!(cells.same(&Cells::of([1.5, 2.5].map(CellRef::number))));
    // Written exactly, the others can be bound under a name of their own.
    assert!(manager.bind_wasm_function(&WasmFunctionSpec::new("D", "maths", "Dup")).unwrap());
}

#[test]
fn names_of_callbacks_are_checked() {
    let mut manager = manager();
    callback(&mut manager, "  _xlfn.Mine ").unwrap();
    assert_eq!(manager.list_custom_functions()[0].name, "MINE");
    for name in ["mine", "SUM", "_XLFN.sum", "", "  ", "A B", "A(", "1A", &"X".repeat(300)] {
        assert_eq!(callback(&mut manager, name).unwrap_err().kind(), ErrorKind::Function, "{name}");
    }
    assert_eq!(manager.take_changed(), ["MINE"]);
    let one = |_: &[Value]| -> Result<Value, ExcelError> { Ok(Value::Number(1.0)) };
    let options = CustomFnOptions { allow_override_builtin: true, ..CustomFnOptions::default() };
    manager.register_custom_function("sum", options, Arc::new(one)).unwrap();
    assert_eq!(manager.take_changed(), ["SUM"]);
    manager.unregister_custom_function("Sum").unwrap();
    assert_eq!(manager.take_changed(), ["SUM"]);
    assert!(manager.unregister_custom_function("SUM").is_err());
    let options = CustomFnOptions { min_args: 2, max_args: Some(1), ..CustomFnOptions::default() };
    assert!(manager.register_custom_function("X", options, Arc::new(one)).is_err());
}
