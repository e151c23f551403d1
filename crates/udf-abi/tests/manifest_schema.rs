//! `docs/manifest.schema.json` held against the parser's fixtures.
#![cfg(feature = "manifest")]
#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails the test")]

use jsonschema::Validator;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::PathBuf};
use udf_abi::{
    DType,
    exports::{
        MANIFEST_SCHEMA, MAX_ALIASES, MAX_FUNCTIONS, MAX_NAME_BYTES, MAX_PARAMS, MAX_REQUIRES,
        RESERVED_EXPORTS,
    },
    manifest::{COLUMN_FIELDS, FUNCTION_FIELDS, PARAM_FIELDS},
};

/// Rules that a schema can state: a fixture of one of them must be refused by the schema.
const STRUCTURAL: [&str; 20] = [
    "missing",
    "wrong-type",
    "schema",
    "abi",
    "codec",
    "requires",
    "empty",
    "padded",
    "too-long",
    "bad-name",
    "no-functions",
    "reserved-export",
    "unknown-type",
    "unsupported-type",
    "unknown-shape",
    "unknown-field",
    "too-many-aliases",
    "bad-shape",
    "returns",
    "volatile",
];

/// Fixtures of those rules that a schema cannot refuse, and why.
const BEYOND_A_SCHEMA: [(&str, &str); 4] = [
    ("too-long-in-bytes", "a schema counts characters"),
    ("wrong-type-min-args-decimal-point", "1.0 is an integer to a schema"),
    ("bad-name-prefix-only", "prefixes are stripped before the name is looked at"),
    ("bad-name-prefixed-digit", "prefixes are stripped before the name is looked at"),
];

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn schema() -> Value {
    serde_json::from_slice(&fs::read(root().join("docs/manifest.schema.json")).unwrap()).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn fixtures(folder: &str) -> Vec<(String, Value)> {
    fs::read_dir(root().join("testdata/manifests").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_slice(&fs::read(&path).unwrap()).unwrap())
        })
        .collect()
}

#[test]
fn the_schema_is_a_draft_2020_12_schema() {
    assert!(jsonschema::draft202012::meta::is_valid(&schema()));
}

#[test]
fn every_valid_manifest_satisfies_the_schema() {
    let validator = validator();
    for (name, manifest) in fixtures("valid") {
        let errors: Vec<_> = validator
            .iter_errors(&manifest)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn every_structural_mistake_is_refused_by_the_schema() {
    let validator = validator();
    let mut refused = 0;
    for (name, fixture) in fixtures("invalid").into_iter().chain(fixtures("disabled")) {
        let structural = STRUCTURAL.contains(&fixture["error"].as_str().unwrap());
        let beyond = BEYOND_A_SCHEMA.iter().any(|(beyond, _)| *beyond == name);
        let manifest = match fixture["raw"].as_str() {
            Some(raw) => match serde_json::from_str(raw) {
                Ok(value) => value,
                Err(_) => continue,
            },
            None => fixture["manifest"].clone(),
        };
        let accepted = validator.is_valid(&manifest);
        if structural {
            assert_eq!(accepted, beyond, "{name}: the schema takes it: {accepted}");
            refused += u32::from(!accepted);
        }
    }
    assert!(refused >= 80, "only {refused} structural fixtures");
}

#[test]
fn mistakes_of_the_module_are_no_mistakes_of_the_manifest() {
    let validator = validator();
    for (name, fixture) in fixtures("invalid") {
        if fixture.get("exports").is_some() {
            assert!(validator.is_valid(&fixture["manifest"]), "{name}");
        }
    }
}

#[test]
fn the_schema_names_the_dtypes_limits_and_reserved_exports_of_the_source() {
    let schema = schema();
    let texts = |pointer: &str| -> Vec<String> {
        let list = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not there"));
        list.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
    };
    let dtypes: Vec<_> = DType::ALL.iter().map(|d| d.name()).collect();
    assert_eq!(texts("/$defs/dtype/enum"), dtypes);
    let reserved = "/$defs/function/properties/export/allOf/1/not/enum";
    assert_eq!(texts(reserved), RESERVED_EXPORTS);

    for (pointer, limit) in [
        ("/properties/functions/maxItems", MAX_FUNCTIONS),
        ("/$defs/function/properties/params/maxItems", MAX_PARAMS),
        ("/$defs/function/properties/aliases/maxItems", MAX_ALIASES),
        ("/$defs/module/properties/requires/maxItems", MAX_REQUIRES),
        ("/$defs/text/maxLength", MAX_NAME_BYTES),
        ("/$defs/functionName/maxLength", MAX_NAME_BYTES),
    ] {
        assert_eq!(
            schema.pointer(pointer).and_then(Value::as_u64),
            Some(limit as u64),
            "{pointer}"
        );
    }
    assert_eq!(schema["properties"]["schema"]["const"], MANIFEST_SCHEMA);
    assert_eq!(schema["$id"], "urn:formualizer:udf:manifest:v1");
    let described = schema["$defs"]["dtype"]["description"].as_str().unwrap();
    for name in DType::RESERVED_NAMES {
        assert!(described.contains(name), "{name} is not called reserved");
    }
}

#[test]
fn the_schema_offers_the_capabilities_of_the_source() {
    let schema = schema();
    let source = include_str!("../src/manifest/rules.rs");
    let list = source.split_once("const CAPABILITIES").unwrap().1;
    let list = list.split_once('=').unwrap().1.split_once(';').unwrap().0;
    let of_source: Value = serde_json::from_str(list.trim()).unwrap();
    assert_eq!(schema["$defs"]["module"]["properties"]["requires"]["items"]["enum"], of_source);
}

#[test]
fn the_schema_has_the_fields_of_the_source() {
    let schema = schema();
    for (definitions, known) in [
        (&["function", "codec2Function"][..], &FUNCTION_FIELDS[..]),
        (&["param"], &PARAM_FIELDS),
        (&["returnColumn"], &COLUMN_FIELDS),
    ] {
        let fields = |of: &&str| schema["$defs"][*of]["properties"].as_object().unwrap().keys();
        let of_schema: BTreeSet<&str> =
            definitions.iter().flat_map(fields).map(String::as_str).collect();
        assert_eq!(of_schema, known.iter().copied().collect(), "{definitions:?}");
    }
}
