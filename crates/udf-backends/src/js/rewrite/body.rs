//! One function: fuel at its entry and at the heads of its loops, and the operations that take long or trap unlike elsewhere.

use super::{
    Encoded, Rewriter,
    helpers::{self, Helpers},
};
use wasm_encoder::{BlockType, CodeSection, Function, Instruction, ValType, reencode::Reencode};
use wasmparser::{FunctionBody, Operator};

/// Instructions, and locals that are set to zero at an entry, for a unit of work.
const PER_UNIT: u32 = 32;

/// Adds the function, whose parameters are so many, to the code.
pub(super) fn rewrite(
    rewriter: &mut Rewriter,
    code: &mut CodeSection,
    function: &FunctionBody<'_>,
    params: u32,
) -> Encoded<()> {
    let helpers = rewriter.helpers.unwrap_or_default();
    let survey = Survey::of(function)?;
    let mut locals = Vec::new();
    let mut count = params;
    for group in function.get_locals_reader()? {
        let (same, ty) = group?;
        locals.push((same, rewriter.val_type(ty)?));
        count += same;
    }
    let mut works = survey.works.into_iter();
    let entry = works.next().unwrap_or_default().saturating_add(count);
    let scratch = Scratch { fuel: count, f32: count + 1, f64: count + 2 };
    locals.push((1, ValType::I32));
    if survey.converts {
        locals.extend([(1, ValType::F32), (1, ValType::F64)]);
    }

    let mut new = Function::new(locals);
    charge(&helpers, &mut new, entry, scratch.fuel);
    let mut reader = function.get_operators_reader()?;
    while !reader.eof() {
        let instruction = rewriter.parse_instruction(&mut reader)?;
        match instruction {
            Instruction::Loop(_) => {
                new.instruction(&instruction);
                charge(&helpers, &mut new, works.next().unwrap_or_default(), scratch.fuel);
            }
            Instruction::CallIndirect { .. } => {
                let element = scratch.fuel;
                let mut f = new.instructions();
                f.local_tee(element).local_get(element).global_set(helpers.called);
                new.instruction(&instruction);
            }
            Instruction::MemoryGrow(_) => {
                new.instructions().call(helpers.grow);
            }
            Instruction::TableGrow(_) => {
                new.instructions().call(helpers.grow_table);
            }
            Instruction::MemoryFill(_)
            | Instruction::MemoryCopy { .. }
            | Instruction::MemoryInit { .. } => {
                new.instructions().call(helpers.bytes);
                new.instruction(&instruction);
            }
            Instruction::TableFill(_)
            | Instruction::TableCopy { .. }
            | Instruction::TableInit { .. } => {
                new.instructions().call(helpers.elements);
                new.instruction(&instruction);
            }
            Instruction::I32TruncF32S
            | Instruction::I32TruncF32U
            | Instruction::I64TruncF32S
            | Instruction::I64TruncF32U => {
                let x = scratch.f32;
                new.instructions().local_tee(x).local_get(x).local_get(x).f32_ne();
                no_number(&mut new);
                new.instruction(&instruction);
            }
            Instruction::I32TruncF64S
            | Instruction::I32TruncF64U
            | Instruction::I64TruncF64S
            | Instruction::I64TruncF64U => {
                let x = scratch.f64;
                new.instructions().local_tee(x).local_get(x).local_get(x).f64_ne();
                no_number(&mut new);
                new.instruction(&instruction);
            }
            _ => {
                new.instruction(&instruction);
            }
        }
    }
    code.function(&new);
    Ok(())
}

/// Locals behind the function's own.
struct Scratch {
    fuel: u32,
    f32: u32,
    f64: u32,
}

/// What is known of a function before it is written again.
#[derive(Default)]
struct Survey {
    /// Instructions from its entry, and from the head of each of its loops, in order: those of inner loops are theirs.
    works: Vec<u32>,
    /// Whether it has conversions to integers that trap.
    converts: bool,
}

impl Survey {
    fn of(function: &FunctionBody<'_>) -> Encoded<Self> {
        let mut survey = Self { works: vec![0], converts: false };
        // For each block that is open, where its instructions count.
        let mut places = vec![0];
        let mut reader = function.get_operators_reader()?;
        while !reader.eof() {
            let operator = reader.read()?;
            let here = places.last().copied().unwrap_or_default();
            survey.works[here] = survey.works[here].saturating_add(1);
            match operator {
                Operator::Block { .. } | Operator::If { .. } => places.push(here),
                Operator::Loop { .. } => {
                    places.push(survey.works.len());
                    survey.works.push(0);
                }
                Operator::End => {
                    places.pop();
                }
                Operator::I32TruncF32S
                | Operator::I32TruncF32U
                | Operator::I64TruncF32S
                | Operator::I64TruncF32U
                | Operator::I32TruncF64S
                | Operator::I32TruncF64U
                | Operator::I64TruncF64S
                | Operator::I64TruncF64U => survey.converts = true,
                _ => {}
            }
        }
        Ok(survey)
    }
}

/// Takes the fuel of so many instructions.
fn charge(helpers: &Helpers, new: &mut Function, instructions: u32, local: u32) {
    let units = (instructions / PER_UNIT + 1).cast_signed();
    let mut f = new.instructions();
    f.global_get(helpers.fuel).i32_const(units).i32_sub();
    helpers.take(&mut f, local);
}

/// Stops the guest where the condition on the stack holds.
fn no_number(new: &mut Function) {
    new.instructions().if_(BlockType::Empty).call(helpers::NO_NUMBER).end();
}
