//! The manifest parser held against the fixtures in `testdata/manifests`.
//!
//! A file in `valid/` is a manifest. A file in `invalid/` is an object:
//!
//! | field | what it says |
//! |---|---|
//! | `error`, `field` | the rule and the path that must be among the problems, exactly once |
//! | `also` | the other problems, as objects with `error` and `field`; none where absent |
//! | `manifest` or `raw` | the manifest, or a text that is no manifest at all |
//! | `exports` | what the module exports, name to signature: the rules of `check_exports` are meant |
//!
//! A file in `disabled/` is such an object too: its problems are the reasons why functions of the manifest,
//! which is taken otherwise, are disabled.
#![cfg(feature = "manifest")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a fixture that cannot be read fails the test"
)]

use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};
use udf_abi::{
    DType,
    exports::{
        MAX_ALIASES, MAX_FUNCTIONS, MAX_MANIFEST_BYTES, MAX_MANIFEST_VALUES, MAX_MODULE_ALIASES,
        MAX_PARAMS,
    },
    manifest::{FunctionKind, Manifest, ManifestError, Param, Problem, Return, Shape, TypeName},
};

/// Every rule; those that need too large a file are tested without a fixture.
const RULES: [&str; 35] = [
    "json",
    "too-large",
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
    "too-many-functions",
    "too-many-aliases",
    "duplicate-id",
    "duplicate-export",
    "duplicate-name",
    "duplicate-param",
    "reserved-export",
    "arity",
    "params-arity",
    "unknown-kind",
    "unknown-type",
    "unsupported-type",
    "unknown-shape",
    "unknown-field",
    "bad-shape",
    "variadic-not-last",
    "default",
    "returns",
    "example",
    "volatile",
    "export-missing",
    "export-signature",
];
/// The rules that disable a function, and do not refuse its manifest.
const DISABLING: [&str; 5] =
    ["unknown-kind", "unknown-type", "unsupported-type", "unknown-shape", "unknown-field"];
const WITHOUT_FIXTURE: [&str; 2] = ["too-large", "too-many-functions"];

/// Name and JSON of every fixture in `testdata/manifests/<folder>`, in the order of their names.
fn fixtures(folder: &str) -> Vec<(String, Value)> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/manifests"));
    let mut found: Vec<_> = fs::read_dir(path.join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let json = fs::read(&path).unwrap();
            let value = serde_json::from_slice(&json)
                .unwrap_or_else(|e| panic!("{name}: the fixture itself is not JSON: {e}"));
            (name, value)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn valid(name: &str) -> Manifest {
    parsed(name).0
}

/// A valid fixture and its warnings.
fn parsed(name: &str) -> (Manifest, Vec<String>) {
    let (_, value) = fixtures("valid").into_iter().find(|f| f.0 == name).unwrap();
    let parsed = Manifest::parse(value.to_string().as_bytes()).unwrap();
    (parsed.manifest, parsed.warnings)
}

/// The problems of `json` as (rule, field), sorted.
fn problems(outcome: Result<(), ManifestError>) -> Vec<(String, String)> {
    outcome.err().map_or(Vec::new(), |error| pairs(error.problems()))
}

/// Problems as (rule, field), sorted.
#[expect(single_use_lifetimes, reason = "`impl Trait` takes no anonymous lifetime")]
fn pairs<'p>(problems: impl IntoIterator<Item = &'p Problem>) -> Vec<(String, String)> {
    let mut found: Vec<_> = problems
        .into_iter()
        .map(|problem| {
            assert!(!problem.message.is_empty(), "{problem:?} says nothing");
            (problem.rule.code().to_owned(), problem.field.clone())
        })
        .collect();
    found.sort();
    found
}

/// Parses `json` and wants exactly these problems, in any order.
#[track_caller]
fn check(json: &[u8], expected: &[(&str, &str)]) {
    let mut expected: Vec<_> =
        expected.iter().map(|(rule, field)| ((*rule).to_owned(), (*field).to_owned())).collect();
    expected.sort();
    assert_eq!(problems(Manifest::parse(json).map(drop)), expected);
}

/// A manifest whose one function has these fields besides the usual ones.
fn with_function(fields: Value) -> Value {
    let mut function = json!({
        "id": 1, "name": "F", "export": "f", "kind": "elementwise", "min_args": 1, "max_args": 1,
        "params": [{ "name": "x", "type": "f64" }], "returns": "f64"
    });
    function.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    with_functions(vec![function])
}

fn with_functions(functions: Vec<Value>) -> Value {
    json!({
        "schema": "formualizer.udf.module/v1",
        "module": { "id": "t", "version": "1", "abi": 1, "codec": 2 },
        "functions": functions
    })
}

fn many_functions(count: usize) -> Value {
    with_functions(
        (0..count)
            .map(|n| {
                json!({
                    "id": n, "name": format!("F{n}"), "export": format!("f{n}"),
                    "kind": "elementwise", "min_args": 0, "max_args": 0, "params": [],
                    "returns": "f64"
                })
            })
            .collect(),
    )
}

fn many_params(count: usize) -> Value {
    let params: Vec<_> =
        (0..count).map(|n| json!({ "name": format!("x{n}"), "type": "f64" })).collect();
    with_function(json!({ "min_args": count, "max_args": count, "params": params }))
}

#[test]
fn valid_manifests_survive_a_round_trip() {
    let fixtures = fixtures("valid");
    assert!(fixtures.len() >= 10, "only {} valid fixtures", fixtures.len());
    for (name, value) in fixtures {
        let first = Manifest::parse(value.to_string().as_bytes())
            .unwrap_or_else(|e| panic!("{name} is refused: {e}"))
            .manifest;
        let written = serde_json::to_vec(&first).unwrap();
        let second = Manifest::parse(&written)
            .unwrap_or_else(|e| panic!("{name}: what was written is refused: {e}"))
            .manifest;
        assert_eq!(first, second, "{name} changes when it is written and read again");
    }
}

/// What a fixture names, as [`problems`] has it.
fn expected(fixture: &Value) -> Vec<(String, String)> {
    let of = |value: &Value| {
        let text = |key: &str| value[key].as_str().unwrap().to_owned();
        (text("error"), text("field"))
    };
    let also = fixture["also"].as_array().cloned().unwrap_or_default();
    let mut expected: Vec<_> = also.iter().map(of).collect();
    expected.push(of(fixture));
    expected.sort();
    expected
}

/// Decimals that a hasty reader takes for the number beside them.
#[test]
fn numbers_are_read_exactly() {
    for decimals in ["1.9262967213718827", "0.9812852326851965", "-1.3375258150570377e-300"] {
        let json = format!(
            r#"{{"schema": "formualizer.udf.module/v1",
            "module": {{"id": "m", "version": "1", "abi": 1, "codec": 2}},
            "functions": [{{"id": 1, "name": "F", "export": "f", "kind": "elementwise",
                "min_args": 0, "max_args": 1, "returns": "f64",
                "params": [{{"name": "x", "type": "f64", "optional": true, "default": {decimals}}}]}}]}}"#
        );
        let manifest = Manifest::parse(json.as_bytes()).unwrap().manifest;
        let default = manifest.functions[0].params[0].default.clone().unwrap();
        let exact: f64 = decimals.parse().unwrap();
        assert_eq!(default.as_f64().map(f64::to_bits), Some(exact.to_bits()), "{decimals}");
    }
}

#[test]
fn functions_with_something_unknown_are_disabled_for_exactly_the_reasons_they_name() {
    let fixtures = fixtures("disabled");
    assert!(fixtures.len() >= 15, "only {} fixtures", fixtures.len());
    for (name, fixture) in fixtures {
        let parsed = Manifest::parse(fixture["manifest"].to_string().as_bytes())
            .unwrap_or_else(|e| panic!("{name} is refused: {e}"));
        let manifest = parsed.manifest;
        let reasons = manifest.disabled.iter().flat_map(|function| &function.reasons);
        assert_eq!(pairs(reasons), expected(&fixture), "{name}");

        // Each is warned of by name, and is written as it was read; the others are what they were.
        assert_eq!(parsed.warnings.len(), manifest.disabled.len(), "{name}");
        let written = serde_json::to_value(&manifest).unwrap();
        let functions = fixture["manifest"]["functions"].as_array().unwrap();
        for (function, warning) in manifest.disabled.iter().zip(&parsed.warnings) {
            assert!(
                warning.starts_with(&format!("`{}` is disabled: ", function.name)),
                "{warning}"
            );
            assert_eq!(functions[function.index]["name"], function.name, "{name}");
            assert_eq!(written["functions"][function.index], functions[function.index], "{name}");
        }
        for (index, function) in manifest.indexed() {
            assert_eq!(functions[index]["name"], function.name, "{name}");
        }
        assert_eq!(manifest.functions.len() + manifest.disabled.len(), functions.len(), "{name}");
        // They are not held to their exports either.
        let mut asked = 0;
        let count = manifest.functions.len();
        drop(manifest.check_exports(|_| {
            asked += 1;
            None
        }));
        assert_eq!(asked, count, "{name}");
        let again = Manifest::parse(written.to_string().as_bytes()).unwrap().manifest;
        assert_eq!(again, manifest, "{name} changes when it is written and read again");
    }
}

#[test]
fn invalid_manifests_break_exactly_the_rules_they_name() {
    let fixtures = fixtures("invalid");
    assert!(fixtures.len() >= 40, "only {} invalid fixtures", fixtures.len());
    for (name, fixture) in fixtures {
        let expected = expected(&fixture);
        let json = match &fixture["raw"] {
            Value::String(raw) => raw.clone(),
            _ => fixture["manifest"].to_string(),
        };
        let parsed = Manifest::parse(json.as_bytes());
        let found = match fixture.get("exports") {
            None => problems(parsed.map(drop)),
            Some(exports) => {
                let manifest = parsed.unwrap_or_else(|e| panic!("{name}: refused: {e}")).manifest;
                problems(manifest.check_exports(|name| exports[name].as_str()))
            }
        };
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn every_rule_is_shown_by_a_fixture() {
    let known: BTreeSet<_> = RULES.into_iter().collect();
    assert_eq!(known.len(), RULES.len());
    let mut shown: BTreeMap<String, u32> = BTreeMap::new();
    for (_, fixture) in fixtures("invalid").into_iter().chain(fixtures("disabled")) {
        *shown.entry(fixture["error"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    for rule in shown.keys() {
        assert!(known.contains(rule.as_str()), "no such rule: {rule}");
    }
    for rule in known {
        let wanted = !WITHOUT_FIXTURE.contains(&rule);
        assert_eq!(shown.contains_key(rule), wanted, "{rule}");
    }
    for (name, fixture) in fixtures("invalid") {
        let refused = expected(&fixture).iter().all(|(rule, _)| !DISABLING.contains(&&**rule));
        assert!(refused, "{name}");
    }
}

#[test]
fn the_list_of_rules_here_is_that_of_the_source() {
    let source = include_str!("../src/manifest/error.rs");
    let codes: BTreeSet<_> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => \""))
        .map(|(_, code)| code.trim_end_matches("\","))
        .collect();
    assert_eq!(codes, RULES.into_iter().collect());
}

#[test]
fn a_manifest_of_more_than_a_mebibyte_is_refused_unread() {
    let mut json = with_function(json!({})).to_string().into_bytes();
    json.resize(MAX_MANIFEST_BYTES, b' ');
    check(&json, &[]);
    json.push(b' ');
    check(&json, &[("too-large", "")]);
    check(&vec![0xff; MAX_MANIFEST_BYTES + 1], &[("too-large", "")]);
}

#[test]
fn a_manifest_of_more_than_50_000_values_is_refused_unread() {
    let with_values = |values: usize| {
        let base =
            with_function(json!({ "x-text": "commas, [brackets] {and \\ \"quotes\", escaped" }));
        let values_of = |text: &str| {
            let in_texts = text.matches([',', '[', '{']).count();
            // One comma, one bracket and one brace of the text above, and a comma in the escaped part.
            1 + in_texts - 4
        };
        let mut object = base.as_object().unwrap().clone();
        object.insert("x-list".into(), json!([]));
        let had = values_of(&Value::Object(object.clone()).to_string());
        // A list of n items has n - 1 commas.
        object.insert("x-list".into(), json!(vec![0; values + 1 - had]));
        Value::Object(object).to_string()
    };
    check(with_values(MAX_MANIFEST_VALUES).as_bytes(), &[]);
    check(with_values(MAX_MANIFEST_VALUES + 1).as_bytes(), &[("too-large", "")]);
    check(&vec![b'['; MAX_MANIFEST_VALUES], &[("too-large", "")]);
    check(&vec![b'['; MAX_MANIFEST_VALUES - 1], &[("json", "")]);
}

#[test]
fn a_module_has_at_most_256_functions() {
    check(many_functions(MAX_FUNCTIONS).to_string().as_bytes(), &[]);
    check(
        many_functions(MAX_FUNCTIONS + 1).to_string().as_bytes(),
        &[("too-many-functions", "functions")],
    );
}

#[test]
fn a_function_has_at_most_255_parameters() {
    check(many_params(MAX_PARAMS).to_string().as_bytes(), &[]);
    check(
        many_params(MAX_PARAMS + 1).to_string().as_bytes(),
        &[("params-arity", "functions[0].params")],
    );
}

#[test]
fn bytes_that_are_not_utf8_are_no_json() {
    check(b"{\"schema\": \"\xff\"}", &[("json", "")]);
    check(b"\xef\xbb\xbf{}", &[("json", "")]);
    check(b"", &[("json", "")]);
}

#[test]
fn a_flood_of_problems_is_cut() {
    let functions = vec![json!(0); MAX_FUNCTIONS];
    let error = Manifest::parse(with_functions(functions).to_string().as_bytes()).unwrap_err();
    assert_eq!(error.problems().len(), 100);
}

#[test]
fn problems_name_the_place_they_stand_in_even_after_a_value_of_the_wrong_type() {
    let params = json!([{ "name": "x", "type": "f64" }, 1, { "name": "", "type": "money" }]);
    check(
        with_function(json!({ "min_args": 3, "max_args": 3, "params": params }))
            .to_string()
            .as_bytes(),
        &[("wrong-type", "functions[0].params[1]"), ("empty", "functions[0].params[2].name")],
    );
    check(
        with_function(json!({ "aliases": [false, "B C"] })).to_string().as_bytes(),
        &[("wrong-type", "functions[0].aliases[0]"), ("bad-name", "functions[0].aliases[1]")],
    );
    let returns = json!(["f64", { "name": " a", "type": "f64" }]);
    check(
        with_function(json!({ "kind": "array", "returns": returns })).to_string().as_bytes(),
        &[("wrong-type", "functions[0].returns[0]"), ("padded", "functions[0].returns[1].name")],
    );
}

#[test]
fn messages_name_the_field_and_the_first_owner() {
    let mut functions = many_functions(2);
    functions["functions"][1]["name"] = json!("f0");
    let error = Manifest::parse(functions.to_string().as_bytes()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("functions[1].name: `f0` is already taken by functions[0].name"),
        "{text}"
    );
}

#[test]
fn defaults_are_filled_in() {
    let manifest = valid("minimal");
    assert_eq!((manifest.module.abi, manifest.module.codec), (1, 2));
    let function = &manifest.functions[0];
    assert!(function.aliases.is_empty() && function.examples.is_empty());
    assert_eq!(
        (function.volatile, function.deterministic, function.thread_safe),
        (false, true, false)
    );
    let param = &function.params[0];
    assert_eq!((param.shape, param.optional, param.variadic), (Shape::Scalar, false, false));
    assert_eq!(function.hints.memory, None);
}

#[test]
fn volatile_alone_means_not_deterministic() {
    let json = with_function(json!({ "volatile": true }));
    let function =
        Manifest::parse(json.to_string().as_bytes()).unwrap().manifest.functions.remove(0);
    assert!(function.volatile && !function.deterministic);
}

#[test]
fn every_dtype_can_be_taken_and_returned() {
    let manifest = valid("every-dtype");
    let taken: Vec<_> = manifest.functions.iter().map(|f| f.params[0].dtype.0).collect();
    let returned: Vec<_> = manifest.functions.iter().flat_map(|f| f.returns.dtypes()).collect();
    assert_eq!(taken, DType::ALL);
    assert_eq!(returned, DType::ALL);
}

#[test]
fn fields_that_change_no_call_are_kept_and_those_without_x_are_warned_of() {
    let (manifest, warnings) = parsed("unknown-fields");
    assert_eq!(manifest.unknown["origin"]["tool"], "hand");
    assert_eq!(manifest.module.unknown["licence"], "MIT");
    assert_eq!(manifest.functions[0].unknown["x-category"], "Maths");
    assert_eq!(manifest.functions[0].params[0].unknown["x-unit"], "metres");
    assert_eq!(manifest.functions[0].examples[0].unknown["note"], "from the book");
    assert_eq!(manifest.functions[0].hints.unknown["threads"], 4);
    let Return::Columns(columns) = &manifest.functions[1].returns else { panic!("columns") };
    assert_eq!(columns[0].unknown["x-unit"], "seconds");
    let fields: BTreeSet<_> = warnings.iter().map(|w| w.split(':').next().unwrap()).collect();
    let expected =
        ["origin", "module.licence", "functions[0].examples[0].note", "functions[0].hints.threads"];
    assert_eq!(fields, expected.into_iter().collect());
}

#[test]
fn an_unknown_kind_disables_its_function_only() {
    let (manifest, warnings) = parsed("unknown-kind");
    assert_eq!(manifest.functions[0].kind, FunctionKind::Elementwise);
    assert_eq!((manifest.functions.len(), manifest.disabled[0].index), (1, 1));
    assert_eq!(
        warnings,
        [
            "`THRICE` is disabled: functions[1].kind: this host does not know functions of kind `window`"
        ]
    );
}

#[test]
fn reasons_and_warnings_of_a_manifest_are_few_however_much_is_unknown() {
    let params: Vec<_> =
        (0..255).map(|n| json!({ "name": format!("x{n}"), "type": "money", "unit": 1 })).collect();
    let hints: serde_json::Map<_, _> = (0..255).map(|n| (format!("h{n}"), json!(1))).collect();
    let functions = (0..3).map(|n| {
        json!({ "id": n, "name": format!("F{n}"), "export": format!("f{n}"), "kind": "elementwise",
                "min_args": 255, "max_args": 255, "params": params, "returns": "f64",
                "hints": hints })
    });
    let json = with_functions(functions.collect());
    let parsed = Manifest::parse(json.to_string().as_bytes()).unwrap();
    assert!(parsed.manifest.disabled.iter().all(|f| f.reasons.len() == 10));
    assert_eq!(parsed.warnings.len(), 3 + 100 + 1);
    assert_eq!(parsed.warnings[103], "665 more unknown fields, kept and ignored");
}

#[test]
fn a_function_with_a_field_that_is_not_known_says_which_it_is() {
    let json = with_function(json!({ "params": [{ "name": "x", "type": "f64", "unit": "m" }] }));
    let parsed = Manifest::parse(json.to_string().as_bytes()).unwrap();
    assert!(parsed.manifest.functions.is_empty());
    let [warning] = parsed.warnings.as_slice() else { panic!("{:?}", parsed.warnings) };
    assert!(warning.contains("is disabled: functions[0].params[0].unit: "), "{warning}");
    assert!(warning.contains("begins with `x-`"), "{warning}");
}

#[test]
fn codec_1_ignores_fields_of_functions_with_a_warning() {
    let param = json!({ "name": "x", "unit": "m", "kinds": ["number"], "x-note": 1 });
    let mut json = with_function(json!({ "category": "Maths", "params": [param] }));
    json["module"]["codec"] = json!(1);
    let parsed = Manifest::parse(json.to_string().as_bytes()).unwrap();
    assert_eq!(parsed.manifest.functions.len(), 1);
    assert_eq!(
        parsed.warnings,
        [
            "functions[0].category: unknown field, kept and ignored",
            "functions[0].params[0].unit: unknown field, kept and ignored",
        ]
    );
}

#[test]
fn a_hint_of_fuel_is_an_unknown_field() {
    let (manifest, warnings) = parsed("fuel-hint");
    assert_eq!(manifest.functions[0].hints.unknown["fuel"], 1000);
    assert_eq!(warnings, ["functions[0].hints.fuel: unknown field, kept and ignored"]);
}

#[test]
fn a_function_and_a_module_have_a_limited_number_of_aliases() {
    let with_aliases = |counts: &[usize]| {
        let mut json = many_functions(counts.len());
        for (index, count) in counts.iter().enumerate() {
            let aliases: Vec<_> = (0..*count).map(|n| format!("A{index}_{n}")).collect();
            json["functions"][index]["aliases"] = json!(aliases);
        }
        json.to_string()
    };
    let full = [MAX_ALIASES; MAX_MODULE_ALIASES / MAX_ALIASES];
    check(with_aliases(&full).as_bytes(), &[]);
    check(
        with_aliases(&[MAX_ALIASES + 1]).as_bytes(),
        &[("too-many-aliases", "functions[0].aliases")],
    );
    let one_more: Vec<_> = full.into_iter().chain([1]).collect();
    let last = format!("functions[{}].aliases", full.len());
    check(with_aliases(&one_more).as_bytes(), &[("too-many-aliases", &last)]);
}

#[test]
fn a_default_is_a_value_of_the_parameters_type() {
    let default_of = |dtype: &str, default: Value| {
        let param = json!({ "name": "x", "type": dtype, "optional": true, "default": default });
        let json = with_function(json!({ "min_args": 0, "params": [param] }));
        problems(Manifest::parse(json.to_string().as_bytes()).map(drop))
    };
    for (dtype, default) in [
        ("i8", json!(-128)),
        ("u8", json!(255)),
        ("i64", json!(i64::MIN)),
        ("u64", json!(u64::MAX)),
        ("f64", json!(0.1)),
        ("f32", json!(1)),
        ("bool", json!(false)),
        ("utf8", json!("")),
        ("date32", json!("2024-01-31")),
        ("duration", json!(-0.5)),
        ("any", json!("x")),
    ] {
        assert_eq!(default_of(dtype, default.clone()), [], "{dtype} {default}");
    }
    let wrong = [("default".to_owned(), "functions[0].params[0].default".to_owned())];
    for (dtype, default) in [
        ("i8", json!(128)),
        ("i8", json!(-129)),
        ("u8", json!(-1)),
        ("i64", json!(u64::MAX)),
        ("i32", json!(1.5)),
        ("f64", json!("1")),
        ("bool", json!(0)),
        ("utf8", json!(1)),
        ("binary", json!("00")),
        ("error", json!("#N/A")),
        ("null", json!(1)),
    ] {
        assert_eq!(default_of(dtype, default.clone()), wrong, "{dtype} {default}");
    }
}

#[test]
fn codec_1_keeps_a_default_as_an_unknown_field() {
    let mut json = with_function(json!({ "params": [{ "name": "x", "default": [1] }] }));
    json["module"]["codec"] = json!(1);
    let parsed = Manifest::parse(json.to_string().as_bytes()).unwrap();
    let param = &parsed.manifest.functions[0].params[0];
    assert_eq!((&param.default, &param.unknown["default"]), (&None, &json!([1])));
}

#[test]
fn an_aggregate_has_four_exports() {
    let mut asked = Vec::new();
    valid("aggregate")
        .check_exports(|name| {
            asked.push(name.to_owned());
            Some("(i32, i32) -> i64")
        })
        .unwrap();
    assert_eq!(asked, ["wmean_init", "wmean_update", "wmean_merge", "wmean_finish"]);
}

#[test]
fn codec_1_takes_a_manifest_written_for_upstream() {
    let (manifest, warnings) = parsed("codec-1-upstream");
    assert_eq!(warnings, Vec::<String>::new());
    let function = &manifest.functions[0];
    assert_eq!(function.kind, FunctionKind::Elementwise);
    assert_eq!(function.params.len(), 3);
    assert!(function.params.iter().all(|p: &Param| p.dtype == TypeName(DType::Any)));
    assert_eq!(function.returns, Return::One(TypeName(DType::Any)));
    manifest.check_exports(|_| Some("(f64, f64) -> f64")).unwrap();
}

#[test]
fn codec_1_takes_a_volatile_function_for_one_whatever_else_it_says() {
    let function = &valid("codec-1-volatile-and-deterministic").functions[0];
    assert!(function.volatile && !function.deterministic);
}

#[test]
fn functions_are_found_by_any_name_case_and_prefix() {
    let manifest = valid("prefixed-aliases");
    for name in ["TWICE", "twice", "_xlfn.Twice", "double", "_xludf._xlfn.DOUBLE", "TwoFold"] {
        assert_eq!(manifest.find(name).map(|f| f.id), Some(1), "{name}");
    }
    assert!(manifest.find("THRICE").is_none());
    assert!(valid("unicode-names").find("größe").is_some());
}

#[test]
fn a_variadic_parameter_takes_every_argument_that_follows() {
    let manifest = valid("variadic-unbounded");
    let function = &manifest.functions[0];
    assert_eq!(function.param_of(0).unwrap().name, "separator");
    for index in [1, 2, 250] {
        assert_eq!(function.param_of(index).unwrap().name, "part");
    }
    assert!(valid("minimal").functions[0].param_of(1).is_none());
}

#[test]
fn manifests_in_the_prose_are_valid() {
    let docs = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"));
    for file in ["manifest.md", "abi.md"] {
        let prose = fs::read_to_string(docs.join(file)).unwrap();
        let manifests: Vec<_> = prose
            .split("```json\n")
            .skip(1)
            .map(|rest| rest.split_once("```").unwrap().0)
            .filter(|json| json.contains("\"schema\":"))
            .collect();
        assert_eq!(manifests.len(), 1, "{file}");
        check(manifests[0].as_bytes(), &[]);
    }
}

#[test]
fn the_prose_names_every_rule() {
    let prose = include_str!("../../../docs/manifest.md");
    for rule in RULES {
        assert!(prose.contains(&format!("*{rule}*")), "{rule}");
    }
}

#[test]
fn an_error_shows_all_problems_and_gives_what_the_parser_said() {
    use std::error::Error as _;
    let error = |bytes: &[u8]| Manifest::parse(bytes).unwrap_err();
    let open = error(b"{");
    let cause = open.source().unwrap().downcast_ref::<serde_json::Error>().unwrap();
    assert!(open.to_string().ends_with(&cause.to_string()), "{open}");
    let empty = error(b"{}");
    assert!(empty.source().is_none() && empty.problems().len() > 1);
    let lines: Vec<String> = empty.problems().iter().map(ToString::to_string).collect();
    assert_eq!(empty.to_string(), lines.join("; "));
    assert!(open == error(b"{") && open != empty);
}
