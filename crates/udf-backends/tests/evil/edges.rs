//! Modules that reach a limit and do not pass it: they are admitted, and one more is refused.

use crate::{
    guest::Guest,
    harness::{compiling, patient},
};
use udf_backends::{ModuleInfo, inspect};
use udf_columnar::{CompileLimits, Error, Limits};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, Module, TypeSection, ValType,
};

fn with(item: &str) -> Result<ModuleInfo, Error> {
    inspect(&Guest::harmless().item(item).bytes(), &patient())
}

/// A module without a manifest.
fn bare(items: &str) -> Result<ModuleInfo, Error> {
    inspect(&wat::parse_str(format!("(module {items})")).unwrap(), &patient())
}

/// A function of numbers, so that the module is taken for its exports.
const OFFERED: &str = "(func (export \"f\") (param i32) (result i32) local.get 0)";

#[test]
fn counts_at_their_limits_are_admitted() {
    let harmless = Guest::harmless();
    let functions = inspect(&harmless.bytes(), &patient()).unwrap().functions as usize;
    with("(table 10000 funcref)").unwrap();
    with(&"(func)".repeat(20_000 - functions)).unwrap();
    assert!(with(&"(func)".repeat(20_001 - functions)).is_err());
    with(&format!("(func (local {}))", "i32 ".repeat(50_000))).unwrap();
    let most = harmless.clone().memory("(memory (export \"memory\") 2048)");
    assert_eq!(inspect(&most.bytes(), &patient()).unwrap().memory_pages, 2048);
    let bytes = harmless.bytes();
    let sized = |n| Limits::builder().module_bytes(n).build().unwrap();
    inspect(&bytes, &sized(bytes.len())).unwrap();
    assert!(inspect(&bytes, &sized(bytes.len() - 1)).is_err());
}

#[test]
fn the_bytes_of_code_and_data_are_counted() {
    let info = |body: &str, data: &str| {
        let text = format!("{OFFERED} (func {body}) (memory 1) (data (i32.const 0) \"{data}\")");
        let info = bare(&text).unwrap();
        (info.code_bytes, info.data_bytes)
    };
    let (code, data) = info("", "");
    // Two bodies: `local.get 0`, and none.
    assert_eq!((code, data), (1 + 5 + 3, 1 + 5));
    assert_eq!(info("nop nop", "abc"), (code + 2, data + 3));
}

#[test]
fn a_manifest_of_a_mebibyte_is_read() {
    let mut manifest = Guest::harmless().manifest().to_string();
    manifest.push_str(&" ".repeat((1 << 20) - manifest.len()));
    inspect(&Guest::harmless().manifests(&[&manifest]).bytes(), &patient()).unwrap();
}

/// `f() -> i32`, whose body has so many bytes.
fn body(bytes: usize) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, 0);
    // No locals, `i32.const 0` and the end are four bytes.
    let mut function = Function::new([]);
    function.raw(std::iter::repeat_n(0x01, bytes - 4)).raw([0x41, 0, 0x0B]);
    let mut code = CodeSection::new();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&exports).section(&code);
    module.finish()
}

#[test]
fn a_body_of_four_mebibytes_is_admitted() {
    let generous = compiling(CompileLimits::default().function_work(u64::MAX));
    inspect(&body(4 << 20), &generous).unwrap();
    let error = inspect(&body((4 << 20) + 1), &generous).unwrap_err();
    assert!(error.message().contains("4194305 bytes, at most 4194304"), "{error}");
}

#[test]
fn a_constant_expression_of_a_hundred_instructions_is_admitted() {
    let global = |adds: usize| {
        let (one, add) = ("i32.const 1 ".repeat(adds + 1), "i32.add ".repeat(adds));
        bare(&format!("{OFFERED} (global i32 {one}{add})"))
    };
    global(49).unwrap();
    global(50).unwrap_err();
}

#[test]
fn the_work_of_a_module_is_the_sum_that_the_contract_says() {
    let signature = 100_000 + 2 * 5_000;
    // Four bytes with the count of its locals; one local; the way to the end, which passes a value.
    let function = 100_000 + 4 * 1_000 + 120 + 100 + 100 + 2 * 4_000;
    let info = bare(OFFERED).unwrap();
    assert_eq!(info.function_work, function);
    assert_eq!(info.compile_work, signature + 150_000 + function);
    // Exported twice it is entered by one way.
    let twice = bare(&format!("{OFFERED} (export \"g\" (func 0))")).unwrap();
    assert_eq!(twice.compile_work, info.compile_work);
    // A global of five bytes, counts and all.
    let global = bare(&format!("{OFFERED} (global i32 i32.const 1)")).unwrap();
    assert_eq!(global.compile_work, info.compile_work + 6 * 1_000);
}

#[test]
fn functions_in_tables_are_entered_by_one_way_each() {
    let work = |segments: &str| {
        let others = "(func) (func) (func) (func)";
        bare(&format!("{OFFERED} {others} (table 9 funcref) {segments}")).unwrap().compile_work
    };
    let none = work("");
    for (segments, entrances) in [
        ("(elem (i32.const 0) 0 1)", 2),
        ("(elem func 0 1) (elem func 2)", 3),
        ("(elem funcref (ref.func 0) (ref.func 1))", 2),
        ("(elem func 0) (elem funcref (ref.func 0) (ref.func 1)) (elem funcref (ref.func 2))", 4),
        // As many as there are functions.
        ("(elem (i32.const 0) 0 1 2 3 4 0 1 2 3)", 5),
    ] {
        assert_eq!(work(segments), none + entrances * 150_000, "{segments}");
    }
}

#[test]
fn work_at_its_limits_is_admitted_and_one_unit_more_is_not() {
    let bytes = wat::parse_str(format!("(module {OFFERED} (func) (func (local i64)))")).unwrap();
    let info = inspect(&bytes, &patient()).unwrap();
    let fill = "local.get 0 drop ".repeat(400);
    let large = format!("(module {OFFERED} (func (param i32) {fill}) (func (param i32) {fill}))");
    let large = wat::parse_str(large).unwrap();
    let work = inspect(&large, &patient()).unwrap();
    let usual = CompileLimits::default();
    inspect(&large, &compiling(usual.function_work(work.function_work))).unwrap();
    inspect(&large, &compiling(usual.module_work(work.compile_work))).unwrap();
    let error =
        inspect(&large, &compiling(usual.function_work(work.function_work - 1))).unwrap_err();
    assert!(error.message().starts_with("function 1 makes at least"), "{error}");
    // Of two that cost the same, the first is named.
    let error = inspect(&large, &compiling(usual.module_work(work.compile_work - 1))).unwrap_err();
    assert!(error.message().contains("most of it is function 1, "), "{error}");
    let at = |units| inspect(&bytes, &compiling(usual.optimised_work(units))).unwrap().optimised;
    assert!(at(info.optimised_work));
    assert!(!at(info.optimised_work - 1));
}

#[test]
fn the_costliest_function_is_named_wherever_it_stands() {
    let fill = |n: usize| format!("(func (param i32) {})", "local.get 0 drop ".repeat(n));
    for (order, named) in [([200, 400, 300], 2), ([400, 300, 200], 1), ([200, 300, 400], 3)] {
        let functions: String = order.into_iter().map(fill).collect();
        let bytes = wat::parse_str(format!("(module {OFFERED} {functions})")).unwrap();
        let work = inspect(&bytes, &patient()).unwrap().compile_work;
        let tight = compiling(CompileLimits::default().module_work(work - 1));
        let error = inspect(&bytes, &tight).unwrap_err();
        assert!(error.message().contains(&format!("is function {named}, ")), "{error}");
    }
}

#[test]
fn functions_are_numbered_behind_those_that_are_imported() {
    let text = format!(
        "(module (import \"a\" \"b\" (func (param f64 f64 f64))) (import \"a\" \"c\" (func))
        (func (param i32) {}))",
        "local.get 0 drop ".repeat(100_000)
    );
    let tight = compiling(CompileLimits::default().function_work(1_000_000));
    let error = inspect(&wat::parse_str(text).unwrap(), &tight).unwrap_err();
    assert!(error.message().starts_with("function 2 makes at least"), "{error}");
}

#[test]
fn sixteen_parameters_are_shown_and_255_are_called() {
    let info = |n: usize| {
        let params = "i32 ".repeat(n);
        bare(&format!("{OFFERED} (func (export \"g\") (param {params}) (result i32) i32.const 0)"))
    };
    let shown = |n: usize| info(n).unwrap().export("g").unwrap().signature.clone();
    assert!(!shown(16).contains("more"), "{}", shown(16));
    assert!(shown(17).contains("i32, and 1 more) -> i32"), "{}", shown(17));
    let called = |n: usize| info(n).unwrap().export("g").unwrap().numbers.is_some();
    assert!(called(255) && !called(256));
}

#[test]
fn twenty_imports_are_listed_and_more_are_summed_up() {
    let details = |n: usize| {
        let imports: String = (0..n).map(|at| format!("(import \"a\" \"f{at}\" (func))")).collect();
        bare(&imports).unwrap_err().details().to_vec()
    };
    assert_eq!(details(20).len(), 20);
    assert_eq!(details(20)[19], "a.f19");
    assert_eq!(details(21)[20], "and 1 more");
}

#[test]
fn parameters_of_exports_are_offered_up_to_65_536() {
    let export = |name: &str, params: usize| {
        let params = "i32 ".repeat(params);
        format!("(func (export \"{name}\") (param {params}) (result i32) i32.const 0)")
    };
    let mut items: String = (0..257).map(|at| export(&format!("wide{at}"), 255)).collect();
    for (name, params) in [("two", 2), ("one", 1), ("more", 1), ("none", 0)] {
        items += &export(name, params);
    }
    let info = bare(&items).unwrap();
    let functions = &info.manifest.functions;
    let names: Vec<&str> = functions.iter().skip(257).map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["one", "none"]);
    assert_eq!(info.warnings.len(), 2);
    assert!(info.warnings[0].contains("65536 parameters in all"), "{}", info.warnings[0]);
}

#[test]
fn a_module_is_known_by_its_hash() {
    let info = bare(OFFERED).unwrap();
    let digits: String = info.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(info.sha256_hex(), digits);
    assert_eq!(info.manifest.module.id, format!("bare:{}", &digits[..16]));
}
