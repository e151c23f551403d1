//! How much work a module makes for a compiler, estimated before an engine sees it.
//!
//! Compilers take time and memory that grow with products: branches times the values that live
//! across them, locals times blocks. A pass over a function's instructions counts the factors;
//! their products, weighed by what the engines were measured to take at worst, are its work.
//! A unit is about a nanosecond of one processor, and at most a fifth of a byte while its function
//! is compiled. The formula stands in `docs/abi.md`, "Compile work", the
//! measurements in ADR 15.

mod meter;
#[cfg(test)]
mod tests;

use super::scan::Refusal;
use meter::Meter;
use wasmparser::{BlockType, FuncType, FunctionBody};

/// A byte of code.
const BYTE: u64 = 1_000;
/// An instruction that becomes a sequence of the processor's.
const EXPANDED: u64 = 500;
/// A function, whatever is in it.
const FUNCTION: u64 = 100_000;
/// A declared local.
const LOCAL: u64 = 120;
/// A signature in the type section: engines make a trampoline for it.
const SIGNATURE: u64 = 100_000;
/// A parameter or result of a signature.
const SIGNATURE_VALUE: u64 = 5_000;
/// A parameter or result of a call or a function.
const VALUE_PASSED: u64 = 4_000;
/// A function that can be called from outside or through a table.
const ENTRANCE: u64 = 150_000;
/// A block or an `if`, or a conditional branch.
const BLOCK: u64 = 6_000;
/// A loop, at which the engine looks at the clock.
const LOOP: u64 = 30_000;
/// An entry of a `br_table`.
const TABLE_ENTRY: u64 = 6_000;
/// A call.
const CALL: u64 = 5_000;
/// An instruction that is a call of the engine's own: bulk memory, growth, tables.
const ENGINE_CALL: u64 = 150_000;
/// A branch times a local that is used.
const BRANCH_LOCAL: u64 = 100;
/// A branch times a local that is set within the block it leaves or repeats.
const BRANCH_SET: u64 = 1_000;
/// A block times a local or block parameter.
const BLOCK_LOCAL: u64 = 20;
/// A branch times a parameter of its target.
const BRANCH_PARAMETER: u64 = 100;
/// A block or call times a value on the operand stack.
const BLOCK_HELD: u64 = 40;
/// An entry of a `br_table` times its different targets times a local that is used.
const TABLE_LOCAL: u64 = 1;
/// A byte of the global section.
const GLOBAL_BYTE: u64 = 1_000;

/// What an optimising compiler takes for what costs a plain one a unit.
const OPTIMISED: u64 = 3;
/// What an optimising compiler takes for two values that meet at joins, one times the other.
const OPTIMISED_PAIR: u64 = 2;
/// What an optimising compiler takes for a use of a local times a block.
const OPTIMISED_USE: u64 = 8;
/// What an optimising compiler takes for an instruction that becomes a sequence; most of it is memory.
const OPTIMISED_EXPANDED: u64 = 25_000;
/// What an optimising compiler takes for two values of one signature.
const OPTIMISED_SIGNATURE: u64 = 25;
/// What an optimising compiler takes for two loops of a function.
const OPTIMISED_LOOPS: u64 = 50;
/// What an optimising compiler takes for a loop in another, times a local that is used.
const OPTIMISED_NEST: u64 = 700;

/// The work of a module so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ModuleWork {
    /// Of a compiler that translates an instruction after the other.
    pub(super) plain: u64,
    /// Of one that optimises.
    optimised: u64,
    /// The most that one function takes of the former.
    pub(super) function: u64,
    /// The most that one function takes of the latter.
    optimised_function: u64,
}

impl ModuleWork {
    fn add(&mut self, plain: u64) {
        self.plain = self.plain.saturating_add(plain);
        self.optimised = self.optimised.saturating_add(plain.saturating_mul(OPTIMISED));
    }

    pub(super) fn add_signature(&mut self, ty: &FuncType) {
        let arity = (ty.params().len() + ty.results().len()) as u64;
        self.add(SIGNATURE.saturating_add(SIGNATURE_VALUE.saturating_mul(arity)));
        self.optimised = self.optimised.saturating_add(signature_pairs(arity));
    }

    /// Functions that are exported, or stand in tables.
    pub(super) fn add_entrances(&mut self, functions: u64) {
        self.add(ENTRANCE.saturating_mul(functions));
    }

    pub(super) fn add_globals(&mut self, bytes: usize) {
        self.add(GLOBAL_BYTE.saturating_mul(bytes as u64));
    }

    pub(super) fn add_function(&mut self, function: &FunctionWork) {
        let plain = function.plain();
        self.plain = self.plain.saturating_add(plain);
        self.function = self.function.max(plain);
        let optimised = function.optimised();
        self.optimised = self.optimised.saturating_add(optimised);
        self.optimised_function = self.optimised_function.max(optimised);
    }

    /// Work that an optimising compiler must be allowed for the module. One function may make half of it: it
    /// keeps a single thread busy.
    pub(super) fn to_optimise(self) -> u64 {
        self.optimised.max(self.optimised_function.saturating_mul(2))
    }
}

/// What an optimising compiler takes for passing so many values on.
fn signature_pairs(arity: u64) -> u64 {
    OPTIMISED_SIGNATURE.saturating_mul(arity.saturating_mul(arity))
}

/// The work of one function.
#[derive(Clone, Copy, Debug)]
pub(super) struct FunctionWork {
    count: Counts,
}

/// The factors of a function's work. All but the products are bounded by its size times the
/// operands of one instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    bytes: u64,
    locals: u64,
    locals_used: u64,
    /// Gets and sets of locals.
    accesses: u64,
    sets: u64,
    blocks: u64,
    loops: u64,
    /// Sum over loops: loops around each.
    nesting: u64,
    branches: u64,
    /// Sum over blocks: branches to where it ends (or begins, a loop) times locals set in it.
    branch_sets: u64,
    /// Sum over branches: values that they pass.
    branch_parameters: u64,
    /// Sum over blocks: parameters and results.
    block_parameters: u64,
    table_entries: u64,
    /// Sum over branch tables: entries times different targets.
    table_pairs: u64,
    calls: u64,
    engine_calls: u64,
    expanded: u64,
    /// Sum over calls and returns: parameters and results.
    passed: u64,
    /// Parameters and results of the function itself.
    signature: u64,
    /// Sum over blocks and calls: values on the operand stack.
    held: u64,
}

/// What a function's work comes from.
#[derive(Clone, Copy, Debug)]
enum Cause {
    Code,
    Locals,
    Control,
    Calls,
    Merges,
    Values,
    Passed,
    Held,
    Tables,
}

impl FunctionWork {
    fn causes(&self) -> [(Cause, u64); 9] {
        let n = &self.count;
        let times = |a: u64, b: u64| a.saturating_mul(b);
        let sum = |parts: [u64; 3]| parts.into_iter().fold(0, u64::saturating_add);
        let control =
            [times(BLOCK, n.blocks), times(LOOP, n.loops), times(TABLE_ENTRY, n.table_entries)];
        let calls = [
            times(CALL, n.calls),
            times(ENGINE_CALL, n.engine_calls),
            times(VALUE_PASSED, n.passed.saturating_add(n.signature)),
        ];
        let merges = times(BRANCH_LOCAL, times(n.branches, n.locals_used));
        [
            (Cause::Code, sum([FUNCTION, times(BYTE, n.bytes), times(EXPANDED, n.expanded)])),
            (Cause::Locals, times(LOCAL, n.locals)),
            (Cause::Control, sum(control)),
            (Cause::Calls, sum(calls)),
            (Cause::Merges, merges.saturating_add(times(BRANCH_SET, n.branch_sets))),
            (Cause::Values, times(BLOCK_LOCAL, times(n.blocks, n.values()))),
            (Cause::Passed, times(BRANCH_PARAMETER, n.branch_parameters)),
            (Cause::Held, times(BLOCK_HELD, n.held)),
            (Cause::Tables, times(TABLE_LOCAL, times(n.table_pairs, n.locals_used))),
        ]
    }

    pub(super) fn plain(&self) -> u64 {
        self.causes().into_iter().fold(0, |sum, (_, work)| sum.saturating_add(work))
    }

    fn optimised(&self) -> u64 {
        let n = &self.count;
        let met = n.branch_sets.saturating_add(n.block_parameters);
        let pairs = OPTIMISED_PAIR.saturating_mul(met.saturating_mul(met));
        let uses = OPTIMISED_USE.saturating_mul(n.accesses.saturating_mul(n.blocks));
        let loops = OPTIMISED_LOOPS.saturating_mul(n.loops.saturating_mul(n.loops));
        let nests = OPTIMISED_NEST.saturating_mul(n.nesting.saturating_mul(n.locals_used + 1));
        let plain = self.plain().saturating_mul(OPTIMISED);
        let expanded = OPTIMISED_EXPANDED.saturating_mul(n.expanded);
        let signature = signature_pairs(n.signature);
        [pairs, uses, loops, nests, expanded, signature]
            .into_iter()
            .fold(plain, u64::saturating_add)
    }

    /// What most of the work comes from, and how to have less of it.
    pub(super) fn reason(&self) -> (String, &'static str) {
        let n = &self.count;
        let most = self.causes().into_iter().max_by_key(|(_, work)| *work);
        match most.map_or(Cause::Code, |(cause, _)| cause) {
            Cause::Code => (format!("{} bytes of code", n.bytes), "split it"),
            Cause::Locals => (format!("{} declared locals", n.locals), "declare fewer"),
            Cause::Control => (
                format!(
                    "{} blocks and branches, {} loops and {} entries of branch tables",
                    n.blocks, n.loops, n.table_entries
                ),
                "split it",
            ),
            Cause::Calls => (
                format!(
                    "{} calls that pass {} values, and {} calls through tables or of memory and table operations",
                    n.calls, n.passed, n.engine_calls
                ),
                "split it, or pass fewer values",
            ),
            Cause::Merges => (
                format!("{} branches across {} locals", n.branches, n.locals_used),
                "split it, or keep its values in memory",
            ),
            Cause::Values => (
                format!("{} blocks across {} locals and values of blocks", n.blocks, n.values()),
                "split it, or keep its values in memory",
            ),
            Cause::Passed => (
                format!("{} values that branches pass to blocks", n.branch_parameters),
                "pass fewer values to blocks",
            ),
            Cause::Held => (
                format!("{} values on the stack across blocks and calls", n.held),
                "keep fewer values on the stack",
            ),
            Cause::Tables => (
                format!(
                    "branch tables of {} entries across {} locals",
                    n.table_entries, n.locals_used
                ),
                "split it, or use smaller branch tables",
            ),
        }
    }
}

impl Counts {
    /// Locals, and values that blocks take and give.
    fn values(&self) -> u64 {
        self.locals_used.saturating_add(self.block_parameters)
    }
}

/// Index spaces that instructions refer to.
pub(super) struct Signatures<'s> {
    pub(super) types: &'s [Option<FuncType>],
    pub(super) functions: &'s [u32],
}

impl Signatures<'_> {
    /// Numbers of parameters and results.
    fn of_type(&self, index: u32) -> (u64, u64) {
        let ty = self.types.get(index as usize).and_then(Option::as_ref);
        ty.map_or((0, 0), |ty| (ty.params().len() as u64, ty.results().len() as u64))
    }

    fn of_function(&self, index: u32) -> (u64, u64) {
        self.functions.get(index as usize).map_or((0, 0), |ty| self.of_type(*ty))
    }

    fn of_block(&self, ty: BlockType) -> (u64, u64) {
        match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => self.of_type(index),
        }
    }
}

/// Estimates a function with so many locals, parameters included, and refuses one that names references to
/// the host. Where its blocks alone are more than `most` units, the rest of it is not looked at.
pub(super) fn of_function(
    body: &FunctionBody<'_>,
    function: usize,
    locals: u32,
    signatures: &Signatures<'_>,
    most: u64,
) -> Result<FunctionWork, Refusal> {
    let (params, results) = signatures.of_function(u32::try_from(function).unwrap_or(u32::MAX));
    let mut meter = Meter::new(signatures, locals, results);
    let mut operators = body.get_operators_reader()?;
    let (bytes, start) = (body.as_bytes(), body.range().start);
    while !operators.eof() && meter.count.blocks <= most / BLOCK {
        let opcode = bytes.get(operators.original_position() - start);
        meter.count.expanded += u64::from(opcode.is_some_and(|opcode| is_expanded(*opcode)));
        operators.visit_operator(&mut meter)??;
    }
    let count = Counts {
        bytes: (operators.original_position() - start) as u64,
        locals: locals.into(),
        signature: params + results,
        ..meter.count
    };
    Ok(FunctionWork { count })
}

/// Whether an instruction starts with this byte that the processor has several for, or checks around:
/// counts of bits, divisions, rounding, square roots, conversions, and those with a prefix, lanes among them.
fn is_expanded(opcode: u8) -> bool {
    matches!(
        opcode,
        0x67..=0x69
            | 0x6D..=0x70
            | 0x79..=0x7B
            | 0x7F..=0x82
            | 0x8B..=0x91 | 0x99..=0x9F | 0xA7..=0xBF | 0xFC | 0xFD
    )
}
