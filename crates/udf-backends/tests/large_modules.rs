//! Modules that are as large as they may be, or name as much as they can: what inspecting one costs is bounded by its
//! size, and so is what it makes of it.

#[path = "../../udf-abi/tests/shapes/mod.rs"]
mod shapes;

use shapes::{Shape, module, shapes};
use std::time::{Duration, Instant};
use udf_backends::{ModuleInfo, inspect};
use udf_columnar::{Error, ErrorKind, Limits};

/// An unoptimised build takes seconds for the slowest on a busy machine; what is quadratic takes many minutes.
const PATIENCE: Duration = Duration::from_secs(100);

fn soon(name: &str, bytes: &[u8]) -> Result<ModuleInfo, Error> {
    let started = Instant::now();
    let found = inspect(bytes, &Limits::default());
    assert!(started.elapsed() < PATIENCE, "{name}: {:?}", started.elapsed());
    found
}

#[test]
fn modules_with_manifests_of_any_shape_are_inspected_in_proportion_to_their_size() {
    let mut taken = 0;
    for Shape { name, json } in shapes() {
        match soon(name, &module(&json, 256)) {
            Ok(info) => {
                taken += 1;
                for function in &info.manifest.functions {
                    drop(info.signature(function));
                }
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidManifest, "{name}: {error}"),
        }
    }
    assert!(taken >= 10, "only {taken} were taken");
}

#[test]
fn every_function_is_found_among_fifty_thousand_exports() {
    for codec in [1, 2] {
        let functions = (0..256).map(|n| {
            format!(
                r#"{{"id":{n},"name":"F{n}_","export":"f{}","kind":"elementwise","min_args":0,"max_args":0,"params":[],"returns":"f64"}}"#,
                49_000 - n
            )
        });
        let functions: Vec<String> = functions.collect();
        let json = format!(
            r#"{{"schema":"formualizer.udf.module/v1","module":{{"id":"t","version":"1","abi":1,"codec":{codec}}},"functions":[{}]}}"#,
            functions.join(",")
        );
        let info = soon("exports", &module(json.as_bytes(), 49_996)).unwrap();
        assert!(info.manifest.functions.iter().all(|f| info.signature(f).is_ok()));
        assert_eq!(info.export("f48999").unwrap().signature, "(i32, i32) -> i64");
        assert!(info.export("f49996").is_none());
    }
}

#[test]
fn a_bare_module_offers_a_bounded_number_of_functions_and_parameters() {
    let exports = |count: usize, params: usize| {
        let params = "f64 ".repeat(params);
        let names: String = (0..count).map(|n| format!("(export \"f{n}\" (func $f))")).collect();
        let text = format!("(module (func $f (param {params}) (result f64) f64.const 0) {names})");
        soon("bare", &wat::parse_str(text).unwrap()).unwrap()
    };
    assert_eq!(exports(5_000, 2).manifest.functions.len(), 4_096);
    let info = exports(1_000, 255);
    assert_eq!(info.manifest.functions.len(), 65_536 / 255);
    assert!(info.warnings[0].contains("65536 parameters"), "{}", info.warnings[0]);
    assert_eq!(info.warnings.len(), 21);
}

#[test]
fn a_function_with_something_unknown_says_so_where_it_is_called_and_the_others_work() {
    let function = |id: u32, name: &str, more: &str| {
        format!(
            r#"{{"id":{id},"name":"{name}","aliases":["{name}.ALIAS"],"export":"f{id}","min_args":1,"max_args":1,{more}}}"#
        )
    };
    let functions = [
        function(
            0,
            "LOOKUP",
            r#""kind":"table","params":[{"name":"x","type":"f64"}],"returns":"f64""#,
        ),
        function(
            1,
            "PRICE",
            r#""kind":"elementwise","params":[{"name":"x","type":"f64"}],"returns":"decimal128""#,
        ),
        function(
            2,
            "GOOD",
            r#""kind":"elementwise","params":[{"name":"x","type":"f64"}],"returns":"f64""#,
        ),
    ];
    for codec in [1, 2] {
        let json = format!(
            r#"{{"schema":"formualizer.udf.module/v1","module":{{"id":"t","version":"1","abi":1,"codec":{codec}}},"functions":[{}]}}"#,
            functions.join(",")
        );
        let bytes = module(json.as_bytes(), 3);
        let info = inspect(&bytes, &Limits::default()).unwrap();
        assert_eq!(info.warnings.len(), 2, "{:?}", info.warnings);
        for name in udf_backends::engine_names() {
            let runtime = udf_backends::runtime_by_name(name, Limits::default()).unwrap();
            let module = runtime.load(&bytes).unwrap();
            assert_eq!(module.signature("good.alias").unwrap().name(), "GOOD");
            for (called, reason) in [
                (
                    "lookup",
                    "`LOOKUP` is disabled: functions[0].kind: this host does not know functions of kind `table`",
                ),
                (
                    "_xlfn.Price.Alias",
                    "`PRICE` is disabled: functions[1].returns: type `decimal128` is reserved for a later version of the contract",
                ),
            ] {
                let error = module.signature(called).unwrap_err();
                assert_eq!((error.kind(), error.message()), (ErrorKind::Unsupported, reason));
            }
            let unknown = module.signature("PRICES").unwrap_err();
            assert_eq!(unknown.kind(), ErrorKind::UnknownFunction);
            assert!(unknown.message().contains("did you mean PRICE"), "{unknown}");
        }
    }
}
