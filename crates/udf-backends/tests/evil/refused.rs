//! Modules that are refused when they are loaded, before anything of them runs.

use crate::{
    guest::{Guest, manifest_section},
    harness::{assert_fails, doubles, on_every_runtime, patient, promptly, runtimes, session},
    kept,
};
use std::error::Error as _;
use udf_columnar::ErrorKind::{self, InvalidManifest, InvalidModule, Unsupported};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Inspection and every engine refuse these bytes like this, and load a good module afterwards.
fn refused(bytes: Vec<u8>, kind: ErrorKind, phrases: &'static [&'static str]) {
    kept::keep(&bytes);
    promptly(move || {
        for phrase in phrases {
            assert_fails(udf_backends::inspect(&bytes, &patient()), kind, phrase);
        }
        for runtime in runtimes(&patient()) {
            let error = runtime.load(&bytes).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.is_refusal());
            let module = runtime.load(&Guest::harmless().bytes()).unwrap();
            doubles(module.as_ref(), session(module.as_ref()).as_mut(), "GOOD", 4);
        }
    });
}

/// A harmless guest with this change.
fn guest(guest: Guest, kind: ErrorKind, phrases: &'static [&'static str]) {
    refused(guest.bytes(), kind, phrases);
}

/// A harmless guest with one more item.
fn item(item: &str, kind: ErrorKind, phrases: &'static [&'static str]) {
    guest(Guest::harmless().item(item), kind, phrases);
}

#[test]
fn imports_are_listed() {
    guest(
        Guest::harmless()
            .import(r#"(import "env" "clock" (func)) (import "env" "base" (global i32))"#),
        InvalidModule,
        &["imports 2 items", "env.clock", "env.base", "cannot call its host"],
    );
}

#[test]
fn an_imported_memory_is_an_import() {
    guest(
        Guest::harmless()
            .import(r#"(import "env" "memory" (memory 1))"#)
            .memory(r#"(export "memory" (memory 0))"#),
        InvalidModule,
        &["imports 1 items", "env.memory"],
    );
}

#[test]
fn wasi_is_told_the_other_target() {
    guest(
        Guest::harmless().import(
            r#"(import "wasi_snapshot_preview1" "fd_write"
                 (func (param i32 i32 i32 i32) (result i32)))"#,
        ),
        InvalidModule,
        &["wasi_snapshot_preview1.fd_write", "build for wasm32-unknown-unknown"],
    );
}

#[test]
fn what_an_import_comes_from_has_its_own_mend() {
    const PLAIN: &str = "a plugin cannot call its host";
    for (module, name, mend) in [
        ("wasi_unstable", "fd_write", "it was built for WASI"),
        ("__wbindgen_placeholder__", "throw", "leave that crate and its dependents out"),
        ("env", "abort", "compile with `--use abort=`"),
        ("gojs", "syscall/js.valueGet", "TinyGo for the target wasm-unknown"),
        ("env", "runtime.ticks", "TinyGo for the target wasm-unknown"),
        // Neither the module nor the name alone tells.
        ("other", "abort", PLAIN),
        ("other", "runtime.ticks", PLAIN),
        ("env", "clock", PLAIN),
    ] {
        let import = format!("(import \"{module}\" \"{name}\" (func))");
        let bytes = Guest::harmless().import(&import).bytes();
        assert_fails(udf_backends::inspect(&bytes, &patient()), InvalidModule, mend);
    }
}

#[test]
fn thousands_of_imports_are_summed_up() {
    let imports = r#"(import "env" "f" (func))"#.repeat(5_000);
    guest(Guest::harmless().import(&imports), InvalidModule, &["imports 5000", "and 4980 more"]);
}

#[test]
fn a_start_function_does_not_run() {
    item("(func $main unreachable) (start $main)", InvalidModule, &["start function", "cdylib"]);
}

#[test]
fn missing_exports_are_named_with_their_signatures() {
    let bytes = wat::parse_str("(module (memory 1))").unwrap();
    refused(
        bytes,
        InvalidModule,
        &[
            "`memory` (memory) is missing",
            "`fz_abi_version` (() -> i32) is missing",
            "`fz_alloc` ((i32) -> i32) is missing",
            "`fz_free` ((i32, i32)) is missing",
        ],
    );
}

#[test]
fn a_missing_function_is_named() {
    let manifest = Guest::harmless().manifest().to_string().replace("fn_evil", "fn_gone");
    guest(Guest::harmless().manifests(&[&manifest]), InvalidManifest, &["fn_gone"]);
}

#[test]
fn exports_of_the_wrong_signature_are_named_with_both() {
    let text = r#"(module (memory (export "memory") 1)
        (func (export "fz_abi_version") (result i64) i64.const 1)
        (func (export "fz_alloc") (param i32 i32) (result i32) i32.const 0)
        (global (export "fz_free") i32 (i32.const 0)))"#;
    refused(
        wat::parse_str(text).unwrap(),
        InvalidModule,
        &[
            "`fz_abi_version` is () -> i64, () -> i32 is wanted",
            "`fz_alloc` is (i32, i32) -> i32, (i32) -> i32 is wanted",
            "`fz_free` is global i32, (i32, i32) is wanted",
        ],
    );
}

#[test]
fn a_function_of_the_wrong_signature_is_refused() {
    for wrong in [
        r#"(func (export "fn_other") (param i32) (result i64) i64.const 0)"#,
        r#"(func (export "fn_other") (param i32 i32) (result i32) i32.const 0)"#,
        r#"(func (export "fn_other") (param i32 i32) (result i64 i64) i64.const 0 i64.const 0)"#,
        r#"(table (export "fn_other") 1 funcref)"#,
    ] {
        let manifest = Guest::harmless().manifest().to_string().replace("fn_evil", "fn_other");
        guest(
            Guest::harmless().item(wrong).manifests(&[&manifest]),
            InvalidManifest,
            &["fn_other", "(i32, i32) -> i64"],
        );
    }
}

#[test]
fn features_outside_the_contract_are_named_with_the_mend() {
    for (change, phrases) in [
        (
            Guest::harmless().memory(r#"(memory (export "memory") i64 1)"#),
            &["memory64", "build for wasm32"] as &[&str],
        ),
        (
            Guest::harmless().memory(r#"(memory (export "memory") 1 2 shared)"#),
            &["shared memory", "+atomics"],
        ),
        (
            Guest::harmless().item("(func (drop (i32.atomic.load (i32.const 0))))"),
            &["threads", "+atomics"],
        ),
        (
            Guest::harmless().item(
                "(func (param v128) (result v128)
                   (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))",
            ),
            &["relaxed-simd", "+relaxed-simd"],
        ),
        (Guest::harmless().item("(func $tail (return_call $tail))"), &["tail-call", "+tail-call"]),
        (Guest::harmless().item("(tag $oops)"), &["exceptions", "panic = \"abort\""]),
    ] {
        guest(change, Unsupported, phrases);
    }
}

#[test]
fn garbage_collected_types_are_refused() {
    item("(type (struct (field i32)))", InvalidModule, &["contract's features"]);
}

#[test]
fn references_to_things_of_a_host_are_refused_wherever_they_stand() {
    for change in [
        "(type (func (param i32 externref)))",
        "(type (func (result externref)))",
        "(func (param externref))",
        "(func (local i32 externref))",
        "(global externref (ref.null extern))",
        "(table 1 externref)",
        "(elem externref (ref.null extern))",
        "(func (drop (ref.null extern)))",
        "(func (drop (ref.is_null (ref.null extern))))",
        "(func (drop (block (result externref) (unreachable))))",
        "(func (drop (loop (result externref) (unreachable))))",
        "(func (drop (if (result externref) (i32.const 0) (then (unreachable)) (else (unreachable)))))",
        "(func (unreachable) (drop (select (result externref))))",
        "(func (unreachable) (block (param externref) (drop)))",
    ] {
        let phrases =
            &["externref", "references to functions only (funcref)", "build without them"];
        item(change, Unsupported, phrases);
    }
}

#[test]
fn references_to_functions_are_admitted_wherever_they_stand() {
    let items = "(table 2 funcref) (elem (i32.const 0) funcref (ref.null func) (ref.func $same))
        (global $g (mut funcref) (ref.null func)) (elem declare func $same)
        (func $same (param funcref) (result funcref) (local funcref)
          (local.set 1 (ref.func $same)) (global.set $g (local.get 1))
          (drop (select (result funcref) (local.get 0) (local.get 1) (i32.const 1)))
          (block (result funcref) (table.set (i32.const 1) (local.get 1)) (local.get 0)))";
    let body = crate::guest::in_place(
        "(if (i32.eqz (ref.is_null (call $same (ref.null func)))) (then (unreachable)))",
    );
    Guest::elementwise(body).item(items).does_no_harm(4);
}

#[test]
fn two_memories_are_refused() {
    item("(memory 1)", InvalidModule, &["2 memories, the limit is 1"]);
}

#[test]
fn a_memory_that_starts_above_the_limit_is_refused() {
    for pages in [2049, 65_536] {
        let memory = format!(r#"(memory (export "memory") {pages})"#);
        guest(
            Guest::harmless().memory(&memory),
            InvalidModule,
            &["memory starts with", "the limit is 134217728", "shrink its data"],
        );
    }
}

#[test]
fn a_table_above_the_limit_is_refused() {
    item("(table 10001 funcref)", InvalidModule, &["10001 elements, the limit is 10000"]);
    item("(table 0xFFFFFFFF funcref)", InvalidModule, &["the limit is 10000"]);
    item("(table 1 funcref) (table 1 funcref)", InvalidModule, &["2 tables, the limit is 1"]);
}

#[test]
fn more_than_20_000_functions_are_refused() {
    item(&"(func)".repeat(20_001), InvalidModule, &["functions, the limit is 20000"]);
}

#[test]
fn more_than_50_000_locals_are_refused() {
    let locals = format!("(func (local {}))", "i32 ".repeat(50_001));
    item(&locals, InvalidModule, &["50001 locals in one function, the limit is 50000"]);
}

#[test]
fn four_billion_locals_in_six_bytes_are_refused() {
    // One body whose locals are 0xFFFFFFFF × i32, twice.
    let mut bytes = wat::parse_str("(module (func))").unwrap();
    let body = bytes.len() - 3;
    assert_eq!(bytes[body..], [2, 0, 0x0b]);
    let locals = [2, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x0b];
    bytes.truncate(body - 2);
    bytes.extend([locals.len() as u8 + 2, 1, locals.len() as u8]);
    bytes.extend(locals);
    refused(bytes, InvalidModule, &["locals"]);
}

#[test]
fn a_module_above_the_limit_is_refused() {
    let mut bytes = Guest::harmless().bytes();
    bytes.resize((10 << 20) + 1, 0);
    refused(bytes, InvalidModule, &["10485761 bytes, the limit is 10485760", "strip"]);
}

#[test]
fn many_exports_of_a_function_with_many_parameters_fill_no_memory() {
    // Written out, the signatures of these exports would take 4 GiB.
    let mut section = Vec::new();
    leb(&mut section, 900_000);
    for _ in 0..900_000 {
        section.extend([0, 0, 0]);
    }
    let params = "i64 ".repeat(1000);
    let mut bytes = wat::parse_str(format!("(module (func (param {params})))")).unwrap();
    // The exports stand before the code section, which begins 6 bytes from the end.
    let code = bytes.split_off(bytes.len() - 6);
    assert_eq!(code[0], 10);
    bytes.push(7);
    leb(&mut bytes, section.len());
    bytes.extend(section);
    bytes.extend(code);
    refused(bytes, InvalidModule, &["exports"]);
}

fn leb(out: &mut Vec<u8>, mut value: usize) {
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

#[test]
fn a_module_without_a_manifest_is_refused() {
    guest(Guest::harmless().manifests(&[]), InvalidManifest, &["no custom section", "SDK"]);
}

#[test]
fn the_mend_of_no_manifest_or_two_is_that_of_the_language() {
    let mend = |language: &str, manifests: &[&str]| {
        let made = format!("(@producers (language \"{language}\" \"1\"))");
        let bytes = Guest::harmless().item(&made).manifests(manifests).bytes();
        udf_backends::inspect(&bytes, &patient()).unwrap_err().message().to_owned()
    };
    for (manifests, of_rust) in [
        (&[][..], "list its functions in the SDK's fz_module!"),
        (&["{}", "{}"], "use fz_module! once"),
    ] {
        assert!(mend("Rust", manifests).contains(of_rust), "{}", mend("Rust", manifests));
        assert!(!mend("C11", manifests).contains("fz_module!"), "{}", mend("C11", manifests));
    }
}

#[test]
fn exports_are_told_with_mistakes_of_a_manifest_where_its_codec_needs_them() {
    let details = |codec: u32| {
        let manifest = format!(
            r#"{{"schema": "formualizer.udf.module/v1", "functions": [{{"id": 0}}],
                "module": {{"id": "m", "version": "1", "abi": 1, "codec": {codec}}}}}"#
        );
        let bytes = wat::parse_str(format!("(module {})", manifest_section(&manifest))).unwrap();
        udf_backends::inspect(&bytes, &patient()).unwrap_err().details().join("\n")
    };
    assert!(details(2).contains("`fz_alloc` ((i32) -> i32) is missing"), "{}", details(2));
    assert!(!details(1).is_empty() && !details(1).contains("fz_alloc"), "{}", details(1));
}

#[test]
fn two_manifests_are_refused_even_where_they_agree() {
    let json = Guest::harmless().manifest().to_string();
    guest(
        Guest::harmless().manifests(&[&json, &json]),
        InvalidManifest,
        &["2 custom sections", "one is wanted"],
    );
}

#[test]
fn manifests_that_are_no_json_are_refused() {
    for text in ["", "{", "[]", "null", "\u{0}", "{\"schema\": 1}", "\u{FEFF}{}"] {
        guest(Guest::harmless().manifests(&[text]), InvalidManifest, &["manifest"]);
    }
    let deep = "[".repeat(100_000);
    guest(Guest::harmless().manifests(&[&deep]), InvalidManifest, &["manifest"]);
}

#[test]
fn a_manifest_above_a_mebibyte_is_refused() {
    let large = " ".repeat((1 << 20) + 1);
    guest(Guest::harmless().manifests(&[&large]), InvalidManifest, &["1048577 bytes"]);
}

#[test]
fn types_that_look_like_structs_are_unknown_types_and_disable_their_function() {
    for name in ["x:struct A", r#"A="x:struct A""#, "A=x:struct A", "struct", "f64 ", "F64"] {
        let set = |manifest: &mut serde_json::Value, pointer: &str| {
            *manifest.pointer_mut(pointer).unwrap() = name.into();
        };
        for (pointer, field) in [
            ("/functions/1/params/0/type", "functions[1].params[0].type"),
            ("/functions/1/returns", "functions[1].returns"),
        ] {
            let mut manifest = Guest::harmless().manifest();
            set(&mut manifest, pointer);
            let guest = Guest::harmless().manifests(&[&manifest.to_string()]);
            on_every_runtime(&patient(), &guest, move |module| {
                assert_fails(module.signature("EVIL"), Unsupported, field);
                doubles(module, session(module).as_mut(), "GOOD", 4);
            });
        }
    }
}

#[test]
fn a_manifest_of_many_mistakes_is_refused_in_time() {
    let mut manifest = Guest::harmless().manifest();
    let wrong = manifest["functions"][1].clone();
    manifest["functions"] = vec![wrong; 3_000].into();
    let text = manifest.to_string();
    guest(Guest::harmless().manifests(&[&text]), InvalidManifest, &["256"]);
}

#[test]
fn a_component_is_told_what_to_build() {
    let component = b"\0asm\x0d\0\x01\0".to_vec();
    refused(component, Unsupported, &["component", "wasm32-unknown-unknown"]);
}

#[test]
fn what_is_no_wasm_is_refused() {
    for bytes in [b"".as_slice(), b"\0asm", b"MZ\x90\0", b"#!/bin/sh", b"\0asm\x02\0\0\0"] {
        refused(bytes.to_vec(), InvalidModule, &["not a WebAssembly module"]);
    }
}

#[test]
fn a_refusal_gives_the_error_that_it_comes_from() {
    let cut = udf_backends::inspect(b"\0asm\x01\0\0\0\x01\x7f", &patient()).unwrap_err();
    assert!(cut.source().unwrap().is::<wasmparser::BinaryReaderError>(), "{cut:?}");
    let invalid = wat::parse_str("(module (func (result i32)))").unwrap();
    let invalid = udf_backends::inspect(&invalid, &patient()).unwrap_err();
    assert!(invalid.source().unwrap().is::<wasmparser::BinaryReaderError>(), "{invalid:?}");
    let manifest = Guest::harmless().manifests(&["{ no JSON"]).bytes();
    let manifest = udf_backends::inspect(&manifest, &patient()).unwrap_err();
    let rules = manifest.source().unwrap();
    assert!(rules.is::<udf_abi::manifest::ManifestError>());
    assert!(rules.source().unwrap().is::<serde_json::Error>());
}
