//! The engines that are compiled in and run here: by name, and the one to take unasked.

use std::sync::Arc;
use udf_columnar::{Error, ErrorKind, Limits, WasmUdfRuntime};

/// The engines that this kind of host can have, in order of preference. The name is also that of the
/// cargo feature.
const KNOWN: [&str; 2] =
    if cfg!(target_family = "wasm") { ["js", "wasmi"] } else { ["wasmtime", "wasmi"] };

/// Names of the engines that are compiled in, the preferred one first; empty without an engine
/// feature.
///
/// ```
/// for name in udf_backends::engine_names() {
///     let runtime = udf_backends::runtime_by_name(name, udf_columnar::Limits::default())?;
///     assert_eq!(runtime.name(), *name);
/// }
/// # Ok::<(), udf_columnar::Error>(())
/// ```
#[must_use]
pub fn engine_names() -> &'static [&'static str] {
    &[
        #[cfg(feature = "wasmtime")]
        "wasmtime",
        #[cfg(all(feature = "js", target_family = "wasm"))]
        "js",
        #[cfg(feature = "wasmi")]
        "wasmi",
    ]
}

/// The preferred engine that is compiled in, with these limits: wasmtime, else `js`, else wasmi.
///
/// # Errors
/// [`Unsupported`](ErrorKind::Unsupported) where no engine is compiled in; those of
/// [`runtime_by_name`].
pub fn default_runtime(limits: Limits) -> Result<Arc<dyn WasmUdfRuntime>, Error> {
    match engine_names().first() {
        Some(name) => runtime_by_name(name, limits),
        None => Err(Error::new(
            ErrorKind::Unsupported,
            format!(
                "no engine is compiled in: enable the feature `{}` of udf-backends",
                KNOWN.join("` or `")
            ),
        )),
    }
}

/// The engine of this name (`wasmtime`, `js`, `wasmi`), with these limits.
///
/// # Errors
/// [`Unsupported`](ErrorKind::Unsupported), naming the feature to enable and the engines that are
/// compiled in, where this one is not; [`Internal`](ErrorKind::Internal) where it does not run on
/// this machine.
pub fn runtime_by_name(name: &str, limits: Limits) -> Result<Arc<dyn WasmUdfRuntime>, Error> {
    match (name, limits) {
        #[cfg(feature = "wasmtime")]
        ("wasmtime", limits) => Ok(Arc::new(crate::WasmtimeRuntime::new(limits)?)),
        #[cfg(all(feature = "js", target_family = "wasm"))]
        ("js", limits) => Ok(Arc::new(crate::JsRuntime::new(limits))),
        #[cfg(feature = "wasmi")]
        ("wasmi", limits) => Ok(Arc::new(crate::WasmiRuntime::new(limits))),
        (other, _) => Err(not_compiled_in(other)),
    }
}

fn not_compiled_in(name: &str) -> Error {
    let present = match engine_names() {
        [] => "no engine is compiled in".to_owned(),
        names => format!("compiled in: {}", names.join(", ")),
    };
    let message = if name == "js" && !cfg!(target_family = "wasm") {
        format!("the engine `js` runs on hosts of JavaScript, this is none ({present})")
    } else if name == "wasmtime" && cfg!(target_family = "wasm") {
        format!("the engine `wasmtime` does not run on hosts of JavaScript ({present})")
    } else if KNOWN.contains(&name) {
        format!(
            "the engine `{name}` is not compiled in: enable the feature `{name}` of udf-backends ({present})"
        )
    } else {
        format!("there is no engine `{name}`: take {} ({present})", KNOWN.join(" or "))
    };
    Error::new(ErrorKind::Unsupported, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_engine_is_the_first_that_is_compiled_in() {
        match (default_runtime(Limits::default()), engine_names().first()) {
            (Ok(runtime), Some(name)) => assert_eq!(runtime.name(), *name),
            (Err(error), None) => {
                assert_eq!(error.kind(), ErrorKind::Unsupported);
                assert!(error.message().contains("enable the feature `"));
                assert!(error.message().contains("` or `wasmi`"));
            }
            (found, name) => panic!("{found:?} and {name:?}"),
        }
    }

    #[test]
    fn a_known_engine_is_there_or_its_feature_is_named() {
        for name in KNOWN {
            match runtime_by_name(name, Limits::default()) {
                Ok(runtime) => assert!(engine_names().contains(&runtime.name())),
                Err(error) => {
                    assert!(!engine_names().contains(&name));
                    assert_eq!(error.kind(), ErrorKind::Unsupported);
                    let mend = format!("enable the feature `{name}`");
                    assert!(error.message().contains(&mend), "{error}");
                }
            }
        }
    }

    #[test]
    fn an_unknown_engine_names_the_known_ones() {
        let error = runtime_by_name("WASMTIME ", Limits::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let [preferred, other] = KNOWN;
        let known = format!("no engine `WASMTIME `: take {preferred} or {other}");
        assert!(error.message().contains(&known), "{error}");
    }

    #[test]
    fn an_engine_of_another_kind_of_host_says_so() {
        let name = if cfg!(target_family = "wasm") { "wasmtime" } else { "js" };
        let error = runtime_by_name(name, Limits::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains("hosts of JavaScript"), "{error}");
    }

    #[test]
    fn limits_are_those_that_were_given() {
        let limits = Limits::builder().memory_bytes(1 << 20).build().unwrap();
        for name in engine_names() {
            assert_eq!(runtime_by_name(name, limits.clone()).unwrap().limits(), &limits);
        }
    }
}
