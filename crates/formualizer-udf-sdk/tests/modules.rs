//! What the SDK makes of the sample plugins, read from the `.wasm` files.
//!
//! Reads the committed files, or those of the folder in `FZ_REBUILT_PLUGINS`.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

use udf_abi::{
    exports::{EXPORT_PANIC, FUNCTION_SIGNATURE, MANIFEST_SECTION},
    manifest::Manifest,
};
use wasmparser::{ExternalKind, Operator, Parser, Payload, Validator, WasmFeatures};

/// What the contract admits (docs/abi.md, "Module").
const FEATURES: WasmFeatures =
    WasmFeatures::LIME1.union(WasmFeatures::REFERENCE_TYPES).union(WasmFeatures::SIMD);

const PLUGINS: [&str; 3] = ["conformance", "finance", "kitchen_sink"];

fn plugin(name: &str) -> Vec<u8> {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let folder = env::var_os("FZ_REBUILT_PLUGINS").map_or(committed, Into::into);
    fs::read(folder.join(format!("{name}.wasm"))).unwrap()
}

/// The module's parts that tests look at.
#[derive(Default)]
struct Module {
    imports: usize,
    memories: usize,
    exports: BTreeMap<String, (ExternalKind, u32)>,
    manifests: Vec<Vec<u8>>,
    /// Names of the vector instructions, and the functions called, of each function.
    bodies: Vec<(BTreeSet<&'static str>, BTreeSet<u32>)>,
}

fn read(bytes: &[u8]) -> Module {
    let mut module = Module::default();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.unwrap() {
            Payload::ImportSection(section) => module.imports += section.count() as usize,
            Payload::MemorySection(section) => module.memories += section.count() as usize,
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.unwrap();
                    module.exports.insert(export.name.into(), (export.kind, export.index));
                }
            }
            Payload::CustomSection(section) if section.name() == MANIFEST_SECTION => {
                module.manifests.push(section.data().to_vec());
            }
            Payload::CodeSectionEntry(body) => {
                let (mut vectors, mut calls) = (BTreeSet::new(), BTreeSet::new());
                for operator in body.get_operators_reader().unwrap() {
                    match operator.unwrap() {
                        Operator::F64x2Mul => drop(vectors.insert("f64x2.mul")),
                        Operator::F64x2Add => drop(vectors.insert("f64x2.add")),
                        Operator::Call { function_index } => drop(calls.insert(function_index)),
                        _ => {}
                    }
                }
                module.bodies.push((vectors, calls));
            }
            _ => {}
        }
    }
    module
}

#[test]
fn modules_use_what_the_contract_admits_and_nothing_else() {
    for name in PLUGINS {
        let bytes = plugin(name);
        Validator::new_with_features(FEATURES).validate_all(&bytes).unwrap();
        let module = read(&bytes);
        assert_eq!((module.imports, module.memories), (0, 1), "{name}");
    }
}

#[test]
fn manifests_keep_every_rule_and_name_what_is_exported() {
    for name in PLUGINS {
        let module = read(&plugin(name));
        let [manifest] = module.manifests.as_slice() else { panic!("{name}: one section") };
        let parsed = Manifest::parse(manifest).unwrap();
        assert_eq!(parsed.warnings, Vec::<String>::new(), "{name}");
        let exported = |export: &str| match module.exports.get(export)? {
            (ExternalKind::Func, _) => Some(FUNCTION_SIGNATURE),
            _ => Some("no function"),
        };
        parsed.manifest.check_exports(exported).unwrap();
    }
}

#[test]
fn the_panic_note_is_an_exported_global() {
    for name in PLUGINS {
        let module = read(&plugin(name));
        assert_eq!(module.exports[EXPORT_PANIC].0, ExternalKind::Global, "{name}");
    }
}

#[test]
fn loops_of_arithmetic_are_vectorised() {
    let module = read(&plugin("conformance"));
    for export in ["fz_fn_muladd", "fz_fn_muladd_total"] {
        let (_, index) = module.exports[export];
        // The loop stands in the export, or in what it calls.
        let (own, calls) = &module.bodies[index as usize];
        let mut found = own.clone();
        calls.iter().for_each(|call| found.extend(&module.bodies[*call as usize].0));
        assert!(found.is_superset(&["f64x2.mul", "f64x2.add"].into()), "{export}: {found:?}");
    }
}

#[test]
fn no_path_of_a_machine_is_inside() {
    let home = env::var("HOME").unwrap_or("/home".into());
    for name in PLUGINS {
        let bytes = plugin(name);
        let text = String::from_utf8_lossy(&bytes);
        for path in [env!("CARGO_MANIFEST_DIR"), &home, "/home/", "/Users/", ".cargo"] {
            assert!(
                !text.contains(path),
                "{name}.wasm holds `{path}`: build it with xtask plugins"
            );
        }
    }
}
