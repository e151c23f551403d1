//! Little address space: modules load and calls work as long as there is any, and then the cause is told.
#![cfg(all(target_os = "linux", feature = "wasmtime"))]
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use arrow_array::{Float64Array, Int64Array, cast::AsArray, types::Float64Type};
use std::{env, path::PathBuf, process::Command, sync::Arc};
use udf_columnar::{
    Argument, Call, Error, ErrorKind, Limits, Output, SessionOptions, UdfModule, WasmUdfRuntime,
};

/// What this process does as a child.
const ROLE: &str = "FZ_SPACE_TEST_ROLE";

/// Starts this program again as a child with so many KiB of address space.
fn child(role: &str, kib: &str) {
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v {kib} && exec \"$0\" \"$@\"")])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "modules_load_and_calls_work_in_little_address_space", "--nocapture"])
        .args(["--test-threads", "1"])
        .env(ROLE, role)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{role} in {kib} KiB: {}\n{errors}", output.status);
}

fn runtime() -> Arc<dyn WasmUdfRuntime> {
    udf_backends::runtime_by_name("wasmtime", Limits::default()).unwrap()
}

fn conformance(runtime: &dyn WasmUdfRuntime) -> Arc<dyn UdfModule> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    runtime.load(&std::fs::read(folder.join("conformance.wasm")).unwrap()).unwrap()
}

fn muladd(module: &dyn UdfModule, threads: usize) -> Result<Output, Error> {
    let x =
        Argument::column(Arc::new(Float64Array::from_iter_values((0..100_000).map(f64::from))))?;
    let y = Argument::scalar(Arc::new(Float64Array::from(vec![2.0])))?;
    let mut session =
        module.open(SessionOptions::default().threads(threads).batch_rows(Some(1000)));
    session.call(&module.signature("MULADD")?, Call::new(vec![x, y]))
}

fn works(module: &dyn UdfModule, threads: usize) {
    let output = muladd(module, threads).unwrap();
    assert_eq!((output.failed_rows, output.rows()), (0, 100_000));
    assert!(output.columns[0].array().as_primitive::<Float64Type>().value(7) > 0.0);
}

#[test]
fn modules_load_and_calls_work_in_little_address_space() {
    match env::var(ROLE).as_deref() {
        Ok("calls") => {
            let runtime = runtime();
            let module = conformance(runtime.as_ref());
            for threads in [1, 2, 4] {
                works(module.as_ref(), threads);
            }
        }
        Ok("runtimes") => {
            // Each reserves what it can get; the last ones reserve nothing.
            let runtimes: Vec<_> = (0..80).map(|_| runtime()).collect();
            for runtime in [runtimes.first(), runtimes.last()].into_iter().flatten() {
                works(conformance(runtime.as_ref()).as_ref(), 2);
            }
        }
        Ok("lack") => lacks(),
        Ok("memory") => memory_that_the_machine_lacks_is_no_trap(),
        Ok("result") => a_result_that_the_machine_has_no_room_for_is_an_error(),
        _ => {
            for gib in [300u64, 64, 8, 4, 2, 1] {
                child("calls", &(gib << 20).to_string());
            }
            child("lack", &(1 << 20).to_string());
            child("memory", &(1 << 20).to_string());
            child("result", &(1 << 20).to_string());
            child("runtimes", "unlimited");
        }
    }
}

/// Holds the address space that is left, so that no instance can be made, then lets go of it.
fn lacks() {
    let runtime = runtime();
    let module = conformance(runtime.as_ref());
    let mut held = Vec::new();
    while let Ok(block) = block(16 << 20) {
        held.push(block);
    }
    held.truncate(held.len() - 1);
    let error = loop {
        match muladd(module.as_ref(), 1) {
            Ok(_) => held.push(block(1 << 20).unwrap()),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    for phrase in [
        "no address space for another instance",
        "`ulimit -v` is 1073741824 bytes",
        "were asked for",
        "use fewer threads",
    ] {
        assert!(error.message().contains(phrase), "{error}");
    }
    drop(held);
    works(module.as_ref(), 2);
}

/// The limits allow a guest 4 GiB, of which the machine has one.
fn memory_that_the_machine_lacks_is_no_trap() {
    let minute = std::time::Duration::from_secs(60);
    let limits = Limits::builder().memory_bytes(4 << 30).batch_deadline(minute).build().unwrap();
    let runtime = udf_backends::runtime_by_name("wasmtime", limits).unwrap();
    let module = conformance(runtime.as_ref());
    let kib = |kib: i64| Argument::scalar(Arc::new(Int64Array::from(vec![kib])));
    let mut session = module.open(SessionOptions::default().threads(1));
    let mut grow = |asked: i64| {
        let call = Call::new(vec![kib(asked)?]);
        session.call(&module.signature("GROW")?, call)
    };
    let output = grow(3 << 19).unwrap();
    let (code, message) = output.columns[0].error(0).unwrap();
    let message = message.unwrap();
    assert_eq!(code, udf_abi::ErrorCode::Value);
    assert!(message.contains("its limit allows and this machine does not have"), "{message}");
    assert_eq!(grow(10).unwrap().columns[0].error(0), None);
    works(module.as_ref(), 1);
}

/// The host's copy of it does not fit.
fn a_result_that_the_machine_has_no_room_for_is_an_error() {
    let runtime = runtime();
    let module = conformance(runtime.as_ref());
    let one = || Argument::scalar(Arc::new(Float64Array::from(vec![1.0])));
    let call = Call::new(vec![one().unwrap(), one().unwrap()]).rows(200_000_000);
    let mut session = module.open(SessionOptions::default());
    let error = session.call(&module.signature("MULADD").unwrap(), call).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    assert!(error.message().contains("no memory for a result of 1600000000 bytes"), "{error}");
    works(module.as_ref(), 2);
}

fn block(bytes: usize) -> Result<Vec<u8>, std::collections::TryReserveError> {
    let mut block = Vec::new();
    block.try_reserve_exact(bytes).map(|()| block)
}
