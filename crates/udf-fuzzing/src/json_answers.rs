//! Answers of plugins of codec 1: a module on the interpreter that answers the bytes, whatever it is asked.

use crate::valid;
use arrow_array::Float64Array;
use std::sync::{Arc, LazyLock};
use udf_backends::WasmiRuntime;
use udf_columnar::{Argument, Call, Limits, SessionOptions, UdfModule, WasmUdfRuntime};
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, ExportKind, ExportSection, Function,
    FunctionSection, MemorySection, MemoryType, Module, TypeSection, ValType,
};

/// Where the answer stands; requests are written behind it.
const ANSWER_AT: u32 = 1024;
/// Longest answer.
const MOST: usize = 60_000;
/// What the functions answer.
const TYPES: [&str; 11] = [
    "any",
    "f64",
    "i64",
    "u8",
    "utf8",
    "bool",
    "date32",
    "timestamp",
    "time64",
    "duration",
    "error",
];

static RUNTIME: LazyLock<WasmiRuntime> = LazyLock::new(|| {
    let limits = Limits::builder().memory_bytes(1 << 20).build().expect("limits in range");
    WasmiRuntime::new(limits)
});

pub(crate) fn hold(data: &[u8]) {
    let Some((choice, answer)) = data.split_first() else { return };
    let answer = &answer[..answer.len().min(MOST)];
    let (returns, whole) = (TYPES[usize::from(*choice >> 1) % TYPES.len()], choice & 1 == 1);
    let module = match RUNTIME.load(&guest(returns, whole, answer)) {
        Ok(module) => module,
        Err(error) => panic!("the guest is a module: {error}"),
    };
    call(module.as_ref(), whole);
}

fn call(module: &dyn UdfModule, whole: bool) {
    let x = Argument::column(Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0]))).expect("a column");
    let signature = module.signature("F").expect("the guest has F");
    let mut session = module.open(SessionOptions::default().threads(1));
    match session.call(&signature, Call::new(vec![x])) {
        Ok(output) => {
            let rows = (!whole).then_some(3);
            output.columns.iter().for_each(|column| valid::column(column, rows));
        }
        Err(error) => assert!(!error.message().is_empty()),
    }
}

fn guest(returns: &str, whole: bool, answer: &[u8]) -> Vec<u8> {
    let kind = if whole { "array" } else { "elementwise" };
    let manifest = serde_json::json!({
        "schema": "formualizer.udf.module/v1",
        "module": { "id": "answers", "version": "1", "abi": 1, "codec": 1 },
        "functions": [{
            "id": 1, "name": "F", "export": "f", "kind": kind, "min_args": 1, "max_args": 1,
            "params": [{ "name": "x", "type": "any" }], "returns": returns,
        }],
    });
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I32, ValType::I32], []);
    types.ty().function([ValType::I32, ValType::I32], [ValType::I64]);
    let mut functions = FunctionSection::new();
    for index in 0..3 {
        functions.function(index);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 2,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    for (index, name) in (0..).zip(["fz_alloc", "fz_free", "f"]) {
        exports.export(name, ExportKind::Func, index);
    }
    let packed = u64::from(ANSWER_AT) | (answer.len() as u64) << 32;
    let mut code = CodeSection::new();
    let body = |write: &dyn Fn(&mut wasm_encoder::InstructionSink<'_>)| {
        let mut body = Function::new([]);
        write(&mut body.instructions());
        body
    };
    code.function(&body(&|i| {
        i.i32_const(65_536).end();
    }));
    code.function(&body(&|i| {
        i.end();
    }));
    code.function(&body(&|i| {
        i.i64_const(packed.cast_signed()).end();
    }));
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(ANSWER_AT.cast_signed()), answer.iter().copied());

    let json = manifest.to_string();
    let name = udf_abi::exports::MANIFEST_SECTION;
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports);
    module.section(&code).section(&data);
    module.section(&CustomSection { name: name.into(), data: json.as_bytes().into() });
    module.finish()
}
