//! What is added to a module: imports before its functions, helpers and the counter behind.

use super::{IMPORTS, Sections};
use wasm_encoder::{
    CodeSection, ConstExpr, EntityType, ExportKind, Function, GlobalType, InstructionSink, ValType,
};

/// Units of work between two looks at the clock: some hundred microseconds of ordinary code, of which looking costs less than a
/// hundredth.
pub(super) const SLICE: i32 = 10_000;
/// Bytes of a bulk operation on memory for a unit, as a power of two, and elements of one on tables.
const BYTES_PER_UNIT: i32 = 9;
const ELEMENTS_PER_UNIT: i32 = 5;
/// Units of a growth.
const GROWTH: i32 = 1_000;

/// The exports by which a host tells an empty element from one of another type; `guest.js` has the same.
const CALLED: &str = "fz:called";
const TABLE: &str = "fz:table";

/// The imports, by their index: names and types.
const TICK: u32 = 0;
const MAY_GROW: u32 = 1;
const MAY_GROW_TABLE: u32 = 2;
const LACKED: u32 = 3;
/// Stops a guest that converts a NaN to an integer.
pub(super) const NO_NUMBER: u32 = 4;
/// How many there are: a function's index moves by this.
pub(super) const IMPORTED: u32 = 5;

/// Where the module's helpers stand. Indices are those of the new module.
#[derive(Clone, Copy, Default)]
pub(super) struct Helpers {
    /// `(mut i32)`: units until the next look at the clock.
    pub(super) fuel: u32,
    /// `(mut i32)`: the element of the table that was called last.
    pub(super) called: u32,
    /// `() -> ()`: a slice of fuel, and a look at the clock.
    pub(super) refuel: u32,
    /// `(i32) -> i32`: takes the fuel of a bulk operation over so many bytes, which it gives back.
    pub(super) bytes: u32,
    /// The same for elements of a table.
    pub(super) elements: u32,
    /// `(i32) -> i32`: `memory.grow`, where the module has a memory.
    pub(super) grow: u32,
    /// `(funcref, i32) -> i32`: `table.grow`, where the module has a table.
    pub(super) grow_table: u32,
    has_memory: bool,
    has_table: bool,
}

impl Helpers {
    /// Adds their types, imports and indices behind what the sections have.
    pub(super) fn declare(new: &mut Sections) -> Self {
        let nothing = new.types.len();
        new.types.ty().function([], []);
        let ask = nothing + 1;
        new.types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
        let count = nothing + 2;
        new.types.ty().function([ValType::I32], [ValType::I32]);
        let grow_table = nothing + 3;
        new.types.ty().function([ValType::FUNCREF, ValType::I32], [ValType::I32]);

        let imports = [
            ("tick", nothing),
            ("grow", ask),
            ("grow_table", ask),
            ("lacked", nothing),
            ("nan", nothing),
        ];
        for (name, of) in imports {
            new.imports.import(IMPORTS, name, EntityType::Function(of));
        }
        let mut next = IMPORTED + new.functions.len();
        let mut function = |of: u32| {
            new.functions.function(of);
            next += 1;
            next - 1
        };
        let (has_memory, has_table) = (!new.memories.is_empty(), !new.tables.is_empty());
        let helpers = Self {
            fuel: new.globals.len(),
            called: new.globals.len() + 1,
            refuel: function(nothing),
            bytes: function(count),
            elements: function(count),
            grow: if has_memory { function(count) } else { 0 },
            grow_table: if has_table { function(grow_table) } else { 0 },
            has_memory,
            has_table,
        };
        let counter = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        new.globals.global(counter, &ConstExpr::i32_const(SLICE));
        new.globals.global(counter, &ConstExpr::i32_const(0));
        if has_table {
            new.exports.export(CALLED, ExportKind::Global, helpers.called);
            new.exports.export(TABLE, ExportKind::Table, 0);
        }
        helpers
    }

    /// Adds their bodies, in the order of their indices.
    pub(super) fn define(&self, code: &mut CodeSection) {
        let mut define = |locals: &[(u32, ValType)], write: &dyn Fn(&mut InstructionSink<'_>)| {
            let mut function = Function::new(locals.iter().copied());
            write(&mut function.instructions());
            function.instructions().end();
            code.function(&function);
        };
        define(&[], &|f| {
            f.i32_const(SLICE).global_set(self.fuel).call(TICK);
        });
        for shift in [BYTES_PER_UNIT, ELEMENTS_PER_UNIT] {
            define(&[(1, ValType::I32)], &|f| {
                f.global_get(self.fuel).local_get(0).i32_const(shift).i32_shr_u().i32_sub();
                self.take(f, 1);
                f.local_get(0);
            });
        }
        let grow = |f: &mut InstructionSink<'_>, left: u32| {
            f.global_get(self.fuel).i32_const(GROWTH).i32_sub();
            self.take(f, left);
        };
        if self.has_memory {
            define(&[(1, ValType::I32)], &|f| {
                grow(f, 1);
                f.memory_size(0).local_get(0).call(MAY_GROW);
                refused(f);
                f.local_get(0).memory_grow(0).local_tee(1);
                lacked(f);
                f.local_get(1);
            });
        }
        if self.has_table {
            define(&[(1, ValType::I32)], &|f| {
                grow(f, 2);
                f.table_size(0).local_get(1).call(MAY_GROW_TABLE);
                refused(f);
                f.local_get(0).local_get(1).table_grow(0).local_tee(2);
                lacked(f);
                f.local_get(2);
            });
        }
    }

    /// Stores the fuel on the stack, by way of a local, and asks for more below zero.
    pub(super) fn take(&self, f: &mut InstructionSink<'_>, local: u32) {
        f.local_tee(local).global_set(self.fuel).local_get(local).i32_const(0).i32_lt_s();
        f.if_(wasm_encoder::BlockType::Empty).call(self.refuel).end();
    }
}

/// Answers −1 where the host does not allow it.
fn refused(f: &mut InstructionSink<'_>) {
    f.i32_eqz().if_(wasm_encoder::BlockType::Empty).i32_const(-1).return_().end();
}

/// Tells the host where the engine did not have what was allowed.
fn lacked(f: &mut InstructionSink<'_>) {
    f.i32_const(-1).i32_eq().if_(wasm_encoder::BlockType::Empty).call(LACKED).end();
}
