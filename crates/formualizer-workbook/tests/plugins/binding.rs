//! Names of formulas: bound, bound anew, unbound.

use crate::{
    CONFORMANCE, bare, count_down, engines, expect, gives, plugin, put, runtimes, shown, tells,
    with_conformance,
};
use formualizer_workbook::{
    BindPolicy, CustomFnOptions, ErrorKind, ExcelError, OverridePolicy, Value, WasmFunctionSpec,
    Workbook,
};
use std::sync::Arc;

fn callback(number: f64) -> Arc<impl Fn(&[Value]) -> Result<Value, ExcelError>> {
    Arc::new(move |_: &[Value]| Ok(Value::Number(number)))
}

#[test]
fn attaching_binds_nothing_and_binding_dirties_the_formulas_that_name_the_function() {
    for runtime in runtimes() {
        let mut book = bare(&runtime);
        count_down(&mut book, 3);
        book.set_formulas("S", "B1:B3", "=TWICE_AND_ONE(A1,2)").unwrap();
        book.set_formulas("S", "C1:C3", "=A1+1").unwrap();
        put(&mut book, &[("D1", "=SUM(B1:B3)")]);
        gives(&mut book, &[("B1", "#NAME?"), ("D1", "#NAME?")]);
        let info = book.attach_wasm_module_bytes(None, &plugin("conformance")).unwrap();
        assert_eq!(info.module_id, CONFORMANCE);
        assert!(info.functions.iter().all(|function| function.bound_as.is_empty()));
        assert_eq!(book.recalculate().unwrap().cells, 0);

        let spec = WasmFunctionSpec::new("twice_and_one", "Formualizer.Conformance", "MULADD");
        assert!(book.register_wasm_function(&spec).unwrap());
        let report = book.recalculate().unwrap();
        assert_eq!((report.cells, report.udf_calls, report.udf_rows), (4, 1, 3));
        expect(&book, &[("B3", "7"), ("D1", "15")]);
        let bound = &book.list_custom_functions()[0];
        assert_eq!(
            (bound.name.as_str(), bound.module_id.as_deref()),
            ("TWICE_AND_ONE", Some(CONFORMANCE))
        );

        book.unregister_custom_function("Twice_And_One").unwrap();
        assert_eq!(book.recalculate().unwrap().cells, 4);
        expect(&book, &[("B3", "#NAME?"), ("D1", "#NAME?"), ("C3", "4")]);
    }
}

#[test]
fn unregistering_a_module_takes_its_names_and_no_others() {
    for runtime in runtimes() {
        let mut book = with_conformance(&runtime);
        count_down(&mut book, 5);
        book.register_custom_function("KEPT", CustomFnOptions::default(), callback(7.0)).unwrap();
        book.set_formulas("S", "B1:B5", "=MULADD(A1,2)").unwrap();
        book.set_formulas("S", "C1:C5", "=KEPT(A1)").unwrap();
        book.recalculate().unwrap();
        book.unregister_wasm_module(CONFORMANCE).unwrap();
        let report = book.recalculate().unwrap();
        assert_eq!((report.cells, report.udf_calls), (5, 0));
        expect(&book, &[("B1", "#NAME?"), ("C1", "7")]);
        assert!(book.list_wasm_modules().is_empty());
        assert_eq!(book.list_custom_functions().len(), 1);
        // And it comes back.
        book.register_wasm_module_bytes(&plugin("conformance"), BindPolicy::SKIP).unwrap();
        gives(&mut book, &[("B5", "11")]);
    }
}

#[test]
fn a_built_in_is_there_again_when_what_took_its_name_is_gone() {
    for runtime in runtimes() {
        let mut book = with_conformance(&runtime);
        put(&mut book, &[("A1", "=ABS(-3)"), ("A2", "=SIGN(-3)"), ("A3", "=abs(-4)")]);
        gives(&mut book, &[("A1", "3"), ("A2", "-1"), ("A3", "4")]);
        let spec = WasmFunctionSpec::new("ABS", CONFORMANCE, "NULL_IF_NEG");
        let refused = book.bind_wasm_function(&spec).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Function);
        let skip = spec.clone().policy(BindPolicy::SKIP);
        assert!(!book.bind_wasm_function(&skip).unwrap());
        assert_eq!(book.recalculate().unwrap().cells, 0);
        assert!(book.bind_wasm_function(&spec.policy(BindPolicy::OVERRIDE)).unwrap());
        assert_eq!(book.recalculate().unwrap().cells, 2);
        expect(&book, &[("A1", ""), ("A2", "-1"), ("A3", "")]);
        book.unregister_custom_function("ABS").unwrap();
        assert_eq!(book.recalculate().unwrap().cells, 2);
        expect(&book, &[("A1", "3"), ("A3", "4")]);

        let taking = CustomFnOptions { allow_override_builtin: true, ..CustomFnOptions::default() };
        let error = book
            .register_custom_function("abs", CustomFnOptions::default(), callback(0.0))
            .unwrap_err();
        assert!(error.to_string().contains("allow_override_builtin"), "{error}");
        book.register_custom_function("_xlfn.abs", taking, callback(8.0)).unwrap();
        gives(&mut book, &[("A1", "8"), ("A3", "8")]);
    }
}

#[test]
fn the_policy_says_what_becomes_of_names_that_are_taken() {
    for runtime in runtimes() {
        // GCD, RAND and NOW are built-ins.
        let register = |book: &mut Workbook, policy| {
            book.register_wasm_module_bytes(&plugin("conformance"), policy)
        };
        let mut book = bare(&runtime);
        put(&mut book, &[("A1", "=GCD(12,18)"), ("A2", "=MULADD(1,2)"), ("A3", "=MULP(1,2)")]);
        let error = register(&mut book, BindPolicy::REFUSE).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Function);
        assert!(book.list_wasm_modules().is_empty() && book.list_custom_functions().is_empty());
        gives(&mut book, &[("A1", "6"), ("A2", "#NAME?")]);

        let mine = CustomFnOptions::default();
        book.register_custom_function("MULADD", mine, callback(-1.0)).unwrap();
        let keep =
            BindPolicy { builtins: OverridePolicy::Override, bindings: OverridePolicy::Skip };
        let info = register(&mut book, keep).unwrap();
        let report = book.recalculate().unwrap();
        expect(&book, &[("A1", "6"), ("A2", "-1"), ("A3", "3")]);
        assert_eq!((report.cells, report.udf_calls), (3, 3));
        let muladd = info.functions.iter().find(|function| function.name == "MULADD").unwrap();
        assert_eq!(muladd.bound_as, ["MULP"]);

        book.unregister_wasm_module(CONFORMANCE).unwrap();
        register(&mut book, BindPolicy::OVERRIDE).unwrap();
        gives(&mut book, &[("A2", "3")]);
        // What it took the name from does not come back.
        book.unregister_wasm_module(CONFORMANCE).unwrap();
        gives(&mut book, &[("A1", "6"), ("A2", "#NAME?"), ("A3", "#NAME?")]);
    }
}

#[test]
fn a_name_is_bound_once() {
    for runtime in runtimes() {
        let mut book = with_conformance(&runtime);
        let options = CustomFnOptions::default();
        let error =
            book.register_custom_function(" muladd ", options.clone(), callback(1.0)).unwrap_err();
        assert!(error.to_string().contains("already registered"), "{error}");
        book.register_custom_function(" mine ", options.clone(), callback(1.0)).unwrap();
        assert!(book.register_custom_function("MINE", options.clone(), callback(2.0)).is_err());
        for name in ["", "1A", "A B", "A(", "Ä+"] {
            let error = book.register_custom_function(name, options.clone(), callback(1.0));
            assert_eq!(error.unwrap_err().kind(), ErrorKind::Function, "{name}");
        }
        assert!(book.unregister_custom_function("NOT_THERE").is_err());
    }
}

#[test]
fn bindings_are_undone_like_other_edits() {
    for runtime in runtimes() {
        let mut book = with_conformance(&runtime);
        book.set_undo_limit(5);
        put(&mut book, &[("A1", "=MULADD(1,2)")]);
        book.recalculate().unwrap();
        book.unregister_wasm_module(CONFORMANCE).unwrap();
        gives(&mut book, &[("A1", "#NAME?")]);
        assert!(book.undo());
        gives(&mut book, &[("A1", "3")]);
        assert!(book.redo());
        gives(&mut book, &[("A1", "#NAME?")]);
    }
}

#[test]
fn a_function_that_this_version_does_not_know_says_so_in_its_cells_and_the_others_work() {
    let manifest = r#"{"schema":"formualizer.udf.module/v1","module":{"id":"t","version":"1","abi":1,"codec":2},
        "functions":[
            {"id":1,"name":"PRICE_OF","aliases":["COST_OF"],"export":"f","kind":"elementwise","min_args":1,"max_args":1,
             "params":[{"name":"x","type":"f64"}],"returns":"decimal128"},
            {"id":2,"name":"NOTHING_OF","export":"g","kind":"elementwise","min_args":1,"max_args":1,
             "params":[{"name":"x","type":"f64"}],"returns":"f64"}]}"#;
    let manifest: String = manifest.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let bytes = wat::parse_str(format!(
        r#"(module (memory (export "memory") 4)
            (func (export "fz_abi_version") (result i32) i32.const 1)
            (func (export "fz_alloc") (param i32) (result i32) i32.const 1024)
            (func (export "fz_free") (param i32 i32))
            (func (export "g") (param i32 i32) (result i64) unreachable)
            (@custom "formualizer.udf.manifest.v1" "{manifest}"))"#
    ))
    .unwrap();
    for runtime in engines() {
        let mut book = bare(&runtime);
        let info = book.register_wasm_module_bytes(&bytes, BindPolicy::REFUSE).unwrap();
        let told: Vec<_> = info.functions.iter().map(|f| (f.name.as_str(), f.callable)).collect();
        assert_eq!(told, [("PRICE_OF", false), ("NOTHING_OF", true)]);
        assert!(info.functions[0].signature.contains("decimal128"));
        put(
            &mut book,
            &[("A1", "=PRICE_OF(1)"), ("A2", "=cost_of(A1, 2)"), ("A3", "=NOTHING_OF(1)")],
        );
        book.recalculate().unwrap();
        tells(&book, "A1", "type `decimal128` is reserved for a later version");
        tells(&book, "A3", "unreachable");
        assert!(shown(&book, "A2").starts_with('#'), "{}", shown(&book, "A2"));
        let spec = WasmFunctionSpec::new("OTHER", "t", "PRICE_OF");
        let error = book.bind_wasm_function(&spec).unwrap_err();
        assert!(error.to_string().contains("decimal128"), "{error}");
    }
}
