//! Random modules of numbers, within the contract.

use super::{
    extend::{Extra, extend},
    random::Random,
};
use arbitrary::Unstructured;
use std::fmt::Write;
use wasm_encoder::{BlockType, Function, Instruction as I, MemArg, ValType};
use wasm_smith::{Config, InstructionKind, InstructionKinds, MemoryOffsetChoices};
use wasmparser::{Parser, Payload};

/// The export that answers what memory, globals and table hold, as one number.
pub(crate) const STATE: &str = "state";
/// Loops and calls that a module may do in its instance's life, then it traps.
const FUEL: u32 = 1_000;
/// Largest memory that a module declares, in bytes.
const MEMORY: u64 = 1 << 20;
const TYPES: [&str; 4] = ["i32", "i64", "f32", "f64"];

/// A module; none where the bytes make none.
pub(crate) fn module(random: &mut Random, data: &[u8]) -> Option<Vec<u8>> {
    let config = config(random);
    let mut module = wasm_smith::Module::new(config, &mut Unstructured::new(data)).ok()?;
    module.ensure_termination(FUEL).ok()?;
    Some(with_state(&module.to_bytes()))
}

/// What the contract admits; and of that, now this and now that.
fn config(random: &mut Random) -> Config {
    let shape = shape(random);
    Config {
        max_imports: 0,
        // One that is exported comes on top.
        max_memories: usize::from(!shape.contains("memory")),
        exports: wat::parse_str(shape).ok(),
        max_tables: 1,
        max_tags: 0,
        max_funcs: 12,
        max_globals: 12,
        max_types: 20,
        max_data_segments: 5,
        max_element_segments: 5,
        max_memory32_bytes: MEMORY,
        max_table_elements: 1_000,
        max_instructions: random.pick(&[20, 100, 100, 400]),
        allowed_instructions: instructions(random),
        memory_offset_choices: random.pick(&[
            MemoryOffsetChoices(90, 9, 1),
            MemoryOffsetChoices(40, 40, 20),
            MemoryOffsetChoices(10, 80, 10),
        ]),
        disallow_traps: !random.one_in(3),
        canonicalize_nans: true,
        allow_start_export: false,
        // A module with a reference that is none to a function is refused, and tells nothing.
        reference_types_enabled: random.one_in(8),
        gc_enabled: false,
        threads_enabled: false,
        memory64_enabled: false,
        exceptions_enabled: false,
        tail_call_enabled: false,
        relaxed_simd_enabled: false,
        custom_page_sizes_enabled: false,
        wide_arithmetic_enabled: false,
        shared_everything_threads_enabled: false,
        ..Config::default()
    }
}

fn instructions(random: &mut Random) -> InstructionKinds {
    if random.one_in(2) {
        return InstructionKinds::all();
    }
    let kinds = [
        InstructionKind::Numeric,
        InstructionKind::Vector,
        InstructionKind::Parametric,
        InstructionKind::Variable,
        InstructionKind::Memory,
        InstructionKind::Control,
        InstructionKind::Table,
        InstructionKind::Reference,
    ];
    let some: Vec<_> = kinds.into_iter().filter(|_| random.one_in(2)).collect();
    InstructionKinds::new(&some)
}

/// A module with the exports that the random one is to have.
fn shape(random: &mut Random) -> String {
    let mut text = String::from("(module");
    for name in ["a", "b", "c", "d"].iter().take(1 + random.below(4)) {
        let params: String =
            (0..random.below(6)).map(|_| format!(" {}", random.pick(&TYPES))).collect();
        let result = random.pick(&TYPES);
        write!(text, "(func (export \"{name}\") (param{params}) (result {result}) unreachable)")
            .expect("a text takes more");
    }
    if !random.one_in(4) {
        let first = random.below(4);
        let most = random.pick(&["", " 3", " 16"]);
        write!(text, "(memory (export \"memory\") {first}{most})").expect("a text takes more");
    }
    text + ")"
}

/// The module with one more export, `() -> i64`, which mixes all that calls may leave behind.
fn with_state(module: &[u8]) -> Vec<u8> {
    let (mut globals, mut memory, mut table) = (Vec::new(), false, false);
    for payload in Parser::new(0).parse_all(module).flatten() {
        match payload {
            Payload::GlobalSection(section) => {
                globals.extend(section.into_iter().flatten().map(|g| g.ty.content_type));
            }
            Payload::MemorySection(section) => memory = section.count() > 0,
            Payload::TableSection(section) => table = section.count() > 0,
            _ => {}
        }
    }
    let (at, end, sum) = (0, 1, 2);
    let mut body = Function::new([(2, ValType::I32), (1, ValType::I64)]);
    let mix = [I::I64Xor, I::I64Const(0x0000_0100_0000_01B3), I::I64Mul, I::LocalSet(sum)];
    let mut push = |instructions: &[I<'_>]| {
        for instruction in instructions {
            body.instruction(instruction);
        }
    };
    push(&[I::I64Const(0xCBF2_9CE4_8422_2325_u64.cast_signed()), I::LocalSet(sum)]);
    if memory {
        push(&[I::MemorySize(0), I::I32Const(16), I::I32Shl, I::LocalSet(end)]);
        push(&[I::Block(BlockType::Empty), I::Loop(BlockType::Empty)]);
        push(&[I::LocalGet(at), I::LocalGet(end), I::I32GeU, I::BrIf(1), I::LocalGet(sum)]);
        push(&[I::LocalGet(at), I::I64Load(MemArg { offset: 0, align: 0, memory_index: 0 })]);
        push(&mix);
        push(&[I::LocalGet(at), I::I32Const(8), I::I32Add, I::LocalSet(at), I::Br(0)]);
        push(&[I::End, I::End, I::LocalGet(sum), I::LocalGet(end), I::I64ExtendI32U]);
        push(&mix);
    }
    if table {
        push(&[I::LocalGet(sum), I::TableSize(0), I::I64ExtendI32U]);
        push(&mix);
    }
    for (index, ty) in (0u32..).zip(globals) {
        let bits: &[I<'_>] = match ty {
            wasmparser::ValType::I32 => &[I::I64ExtendI32U],
            wasmparser::ValType::I64 => &[],
            wasmparser::ValType::F32 => &[I::I32ReinterpretF32, I::I64ExtendI32U],
            wasmparser::ValType::F64 => &[I::I64ReinterpretF64],
            wasmparser::ValType::V128 => &[I::I64x2ExtractLane(1)],
            wasmparser::ValType::Ref(_) => &[I::RefIsNull, I::I64ExtendI32U],
        };
        push(&[I::LocalGet(sum), I::GlobalGet(index)]);
        push(bits);
        push(&mix);
        if ty == wasmparser::ValType::V128 {
            push(&[I::LocalGet(sum), I::GlobalGet(index), I::I64x2ExtractLane(0)]);
            push(&mix);
        }
    }
    push(&[I::LocalGet(sum), I::End]);
    extend(module, 0, &[Extra { name: STATE, params: &[], results: &[ValType::I64], body }])
}
