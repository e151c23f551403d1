//! A module's exports made callable through the typed bridge.
//!
//! Every exported function and global gets a second export that takes and leaves numbers only: a
//! `v128` is passed as two i64, and results are left in globals, in pieces of 64 bits, which exports
//! of their own answer.

use crate::extend::{Extra, extend};
use std::collections::HashMap;
use wasm_encoder::{Function, Instruction as I, ValType};
use wasmparser::{ExternalKind, FuncType, Parser, Payload};

/// The export that only makes an instance.
pub(crate) const START: &str = "start probe";

/// A type that values of probes may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    I32,
    I64,
    F32,
    F64,
    V128,
    FuncRef,
}

impl Type {
    fn of(ty: wasmparser::ValType) -> Option<Self> {
        Some(match ty {
            wasmparser::ValType::I32 => Self::I32,
            wasmparser::ValType::I64 => Self::I64,
            wasmparser::ValType::F32 => Self::F32,
            wasmparser::ValType::F64 => Self::F64,
            wasmparser::ValType::V128 => Self::V128,
            wasmparser::ValType::Ref(wasmparser::RefType::FUNCREF) => Self::FuncRef,
            wasmparser::ValType::Ref(_) => return None,
        })
    }

    /// The numbers that pass an argument of this type.
    pub(crate) fn numbers(self) -> &'static [ValType] {
        match self {
            Self::I32 => &[ValType::I32],
            Self::I64 => &[ValType::I64],
            Self::F32 => &[ValType::F32],
            Self::F64 => &[ValType::F64],
            Self::V128 => &[ValType::I64, ValType::I64],
            Self::FuncRef => &[],
        }
    }

    fn local(self) -> ValType {
        match self {
            Self::V128 => ValType::V128,
            Self::FuncRef => ValType::FUNCREF,
            number => number.numbers()[0],
        }
    }

    fn pieces(self) -> u32 {
        if self == Self::V128 { 2 } else { 1 }
    }

    /// From the value on the stack to a piece of it.
    fn piece(self, half: u32) -> &'static [I<'static>] {
        match (self, half) {
            (Self::I32, _) => &[I::I64ExtendI32U],
            (Self::I64, _) => &[],
            (Self::F32, _) => &[I::I32ReinterpretF32, I::I64ExtendI32U],
            (Self::F64, _) => &[I::I64ReinterpretF64],
            (Self::V128, 0) => &[I::I64x2ExtractLane(0)],
            (Self::V128, _) => &[I::I64x2ExtractLane(1)],
            (Self::FuncRef, _) => &[I::RefIsNull, I::I64ExtendI32U],
        }
    }
}

/// An export, and the one that stands for it.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    /// The name of the export that is called.
    pub(crate) name: String,
    pub(crate) params: Vec<Type>,
    pub(crate) results: Vec<Type>,
}

/// A module with probes.
pub(crate) struct Probed {
    pub(crate) bytes: Vec<u8>,
    /// By the name of the export that they stand for.
    pub(crate) functions: HashMap<String, Probe>,
    pub(crate) globals: HashMap<String, Probe>,
    /// Whether a call may leave something behind.
    pub(crate) keeps_state: bool,
}

/// The export that answers a piece of the last results.
pub(crate) fn piece(index: usize) -> String {
    format!("piece {index}")
}

#[derive(Default)]
struct Contents {
    types: Vec<FuncType>,
    functions: Vec<u32>,
    globals: Vec<wasmparser::ValType>,
    exports: Vec<(String, ExternalKind, u32)>,
    keeps_state: bool,
}

fn contents(module: &[u8]) -> Contents {
    let mut contents = Contents::default();
    for payload in Parser::new(0).parse_all(module).flatten() {
        match payload {
            Payload::TypeSection(section) => {
                contents.types.extend(section.into_iter_err_on_gc_types().flatten());
            }
            Payload::FunctionSection(section) => {
                contents.functions.extend(section.into_iter().flatten());
            }
            Payload::TableSection(_) | Payload::MemorySection(_) => contents.keeps_state = true,
            Payload::GlobalSection(section) => {
                for global in section.into_iter().flatten() {
                    contents.keeps_state |= global.ty.mutable;
                    contents.globals.push(global.ty.content_type);
                }
            }
            Payload::ExportSection(section) => {
                let exports = section.into_iter().flatten();
                contents.exports.extend(exports.map(|e| (e.name.to_owned(), e.kind, e.index)));
            }
            _ => {}
        }
    }
    contents
}

/// The module, which must be valid and without imports, with its probes.
pub(crate) fn probed(module: &[u8]) -> Probed {
    let contents = contents(module);
    let first_global = contents.globals.len() as u32;
    let (mut functions, mut globals) = (HashMap::new(), HashMap::new());
    // What is appended: names, types and bodies.
    let mut appended: Vec<(String, Vec<ValType>, Vec<ValType>, Function)> = Vec::new();
    let mut most_pieces = 0;
    for (number, (export, kind, index)) in contents.exports.iter().enumerate() {
        let signature = match kind {
            ExternalKind::Func => {
                let ty = &contents.types[contents.functions[*index as usize] as usize];
                let types = |types: &[wasmparser::ValType]| {
                    types.iter().map(|ty| Type::of(*ty)).collect::<Option<Vec<_>>>()
                };
                types(ty.params()).zip(types(ty.results()))
            }
            ExternalKind::Global => Type::of(contents.globals[*index as usize])
                .map(|content| (Vec::new(), vec![content])),
            _ => None,
        };
        let Some((params, results)) = signature else { continue };
        let name = format!("probe {number}");
        let access = match kind {
            ExternalKind::Func => I::Call(*index),
            _ => I::GlobalGet(*index),
        };
        let body = body(&params, &results, &access, first_global);
        most_pieces = most_pieces.max(results.iter().map(|ty| ty.pieces()).sum());
        let numbers = params.iter().flat_map(|ty| ty.numbers()).copied().collect();
        appended.push((name.clone(), numbers, vec![ValType::I32], body));
        let probe = Probe { name, params, results };
        match kind {
            ExternalKind::Func => functions.insert(export.clone(), probe),
            _ => globals.insert(export.clone(), probe),
        };
    }
    for index in 0..most_pieces {
        let mut body = Function::new([]);
        body.instruction(&I::GlobalGet(first_global + index)).instruction(&I::End);
        appended.push((piece(index as usize), Vec::new(), vec![ValType::I64], body));
    }
    let mut start = Function::new([]);
    start.instruction(&I::I32Const(0)).instruction(&I::End);
    appended.push((START.into(), Vec::new(), vec![ValType::I32], start));
    let extras: Vec<Extra<'_>> = appended
        .iter()
        .map(|(name, params, results, body)| Extra { name, params, results, body: body.clone() })
        .collect();
    let bytes = extend(module, most_pieces, &extras);
    Probed { bytes, functions, globals, keeps_state: contents.keeps_state }
}

/// Makes the arguments, calls or reads, and leaves the results in the globals.
fn body(params: &[Type], results: &[Type], access: &I<'_>, first_global: u32) -> Function {
    let numbers: u32 = params.iter().map(|ty| ty.numbers().len() as u32).sum();
    let mut body = Function::new(results.iter().map(|ty| (1, ty.local())));
    let mut argument = 0;
    for param in params {
        match param {
            Type::V128 => {
                body.instruction(&I::LocalGet(argument)).instruction(&I::I64x2Splat);
                body.instruction(&I::LocalGet(argument + 1)).instruction(&I::I64x2ReplaceLane(1));
            }
            Type::FuncRef => {
                body.instruction(&I::RefNull(wasm_encoder::HeapType::FUNC));
            }
            _ => {
                body.instruction(&I::LocalGet(argument));
            }
        }
        argument += param.numbers().len() as u32;
    }
    body.instruction(access);
    for result in (0..results.len() as u32).rev() {
        body.instruction(&I::LocalSet(numbers + result));
    }
    let mut global = first_global;
    for (result, ty) in (0u32..).zip(results) {
        for half in 0..ty.pieces() {
            body.instruction(&I::LocalGet(numbers + result));
            for instruction in ty.piece(half) {
                body.instruction(instruction);
            }
            body.instruction(&I::GlobalSet(global));
            global += 1;
        }
    }
    body.instruction(&I::I32Const(0)).instruction(&I::End);
    body
}
