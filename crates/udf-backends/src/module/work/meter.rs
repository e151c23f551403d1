//! The one pass over a function's instructions: it counts the factors of their work, and refuses references
//! that the contract does not admit.

use super::{
    super::{references, scan::Refusal},
    Counts, Signatures,
};
use std::collections::HashSet;
use wasmparser::{BinaryReaderError, BlockType, BrTable, VisitOperator, VisitSimdOperator};

/// A block that is open.
struct Frame {
    is_loop: bool,
    /// An `if` whose `else` has not come.
    may_skip: bool,
    /// Height of the operand stack below its parameters.
    base: u64,
    params: u64,
    results: u64,
    /// Branches to its label.
    branches: u64,
    /// Sets of locals before it.
    sets_before: u64,
}

impl Frame {
    /// Values that a branch to its label passes.
    fn passed(&self) -> u64 {
        if self.is_loop { self.params } else { self.results }
    }
}

/// Counts the factors of a function's work in one pass.
pub(super) struct Meter<'s> {
    signatures: &'s Signatures<'s>,
    frames: Vec<Frame>,
    /// Height of the operand stack.
    height: u64,
    /// Blocks opened in code that cannot be reached, none of which is compiled.
    dead: Option<u64>,
    used: Vec<bool>,
    /// Loops that are open.
    depth: u64,
    pub(super) count: Counts,
}

impl<'s> Meter<'s> {
    pub(super) fn new(signatures: &'s Signatures<'s>, locals: u32, results: u64) -> Self {
        let body = Frame {
            is_loop: false,
            may_skip: false,
            base: 0,
            params: 0,
            results,
            branches: 0,
            sets_before: 0,
        };
        Self {
            signatures,
            frames: vec![body],
            height: 0,
            dead: None,
            used: vec![false; locals as usize],
            depth: 0,
            count: Counts::default(),
        }
    }

    /// An instruction that takes and gives so many values.
    fn fixed(&mut self, taken: u64, given: u64) {
        self.height = self.height.saturating_sub(taken) + given;
    }

    fn get(&mut self, local: u32) {
        self.access(local);
        self.height += 1;
    }

    fn set(&mut self, local: u32, taken: u64) {
        self.access(local);
        self.count.sets += 1;
        self.height = self.height.saturating_sub(taken);
    }

    fn jump(&mut self, depth: u32) {
        self.branch(depth);
        self.unreachable();
    }

    fn branch_if(&mut self, depth: u32) {
        self.height = self.height.saturating_sub(1);
        self.branch(depth);
        self.count.branches += 1;
        self.block();
    }

    fn leave(&mut self) {
        let results = self.frames.first().map_or(0, |body| body.results);
        self.count.passed = self.count.passed.saturating_add(results);
        self.unreachable();
    }

    fn call_indirect(&mut self, ty: u32) {
        self.height = self.height.saturating_sub(1);
        self.call(self.signatures.of_type(ty));
        self.engine_call(0, 0);
    }

    fn access(&mut self, local: u32) {
        self.count.accesses += 1;
        if let Some(used) = self.used.get_mut(local as usize)
            && !*used
        {
            *used = true;
            self.count.locals_used += 1;
        }
    }

    /// The values on the operand stack live on in another block.
    fn block(&mut self) {
        self.count.blocks += 1;
        self.count.held = self.count.held.saturating_add(self.height);
    }

    fn open(&mut self, ty: BlockType, is_loop: bool, is_if: bool) {
        if let Some(depth) = &mut self.dead {
            *depth += 1;
            return;
        }
        self.height = self.height.saturating_sub(u64::from(is_if));
        let (params, results) = self.signatures.of_block(ty);
        self.block();
        if is_loop {
            self.count.loops += 1;
            self.count.nesting += self.depth;
            self.depth += 1;
            // The look at the clock is two more.
            self.count.blocks += 2;
            self.count.branches += 3;
        }
        if is_if {
            self.count.blocks += 2;
            self.count.branches += 2;
        }
        self.count.block_parameters = self.count.block_parameters.saturating_add(params + results);
        self.frames.push(Frame {
            is_loop,
            may_skip: is_if,
            base: self.height.saturating_sub(params),
            params,
            results,
            branches: 0,
            sets_before: self.count.sets,
        });
    }

    /// Where the way to here goes on behind the block.
    fn arrive(&mut self) {
        self.count.branches += 1;
        if let Some(frame) = self.frames.last_mut() {
            frame.branches += u64::from(!frame.is_loop);
            self.count.branch_parameters =
                self.count.branch_parameters.saturating_add(frame.results);
        }
    }

    fn alternative(&mut self) {
        match self.dead.take() {
            None => self.arrive(),
            Some(0) => {}
            // The `else` of an `if` that is not compiled.
            inner => {
                self.dead = inner;
                return;
            }
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.may_skip = false;
            self.height = frame.base + frame.params;
        }
    }

    fn end(&mut self) {
        match self.dead.take() {
            None => self.arrive(),
            Some(0) => {}
            Some(depth) => {
                self.dead = Some(depth - 1);
                return;
            }
        }
        let Some(frame) = self.frames.pop() else { return };
        self.depth -= u64::from(frame.is_loop);
        let arriving = frame.branches + u64::from(frame.may_skip) + u64::from(frame.is_loop);
        self.height = frame.base + frame.results;
        // Behind the body of the function no local lives.
        if !self.frames.is_empty() {
            let sets = (self.count.sets - frame.sets_before).min(self.count.locals_used);
            self.count.branch_sets =
                self.count.branch_sets.saturating_add(arriving.saturating_mul(sets));
            self.count.held = self.count.held.saturating_add(self.height);
        }
    }

    fn unreachable(&mut self) {
        self.dead = Some(0);
    }

    fn target(&mut self, depth: u32) -> Option<&mut Frame> {
        let index = self.frames.len().checked_sub(depth as usize + 1)?;
        self.frames.get_mut(index)
    }

    fn branch(&mut self, depth: u32) {
        self.count.branches += 1;
        let passed = self.target(depth).map_or(0, |frame| {
            frame.branches += 1;
            frame.passed()
        });
        self.count.branch_parameters = self.count.branch_parameters.saturating_add(passed);
    }

    fn branch_table(&mut self, targets: &BrTable<'_>) -> Result<(), BinaryReaderError> {
        self.height = self.height.saturating_sub(1);
        let mut different = HashSet::from([targets.default()]);
        for depth in targets.targets() {
            different.insert(depth?);
        }
        let entries = u64::from(targets.len()) + 1;
        let count = different.len() as u64;
        for depth in different {
            self.branch(depth);
        }
        self.count.branches += entries;
        self.count.table_entries += entries;
        self.count.table_pairs =
            self.count.table_pairs.saturating_add(entries.saturating_mul(count));
        // Where values are passed, each target gets a block of its own.
        self.count.blocks += count;
        self.unreachable();
        Ok(())
    }

    fn call(&mut self, (params, results): (u64, u64)) {
        self.count.calls += 1;
        self.count.passed = self.count.passed.saturating_add(params + results);
        self.height = self.height.saturating_sub(params) + results;
        self.count.held = self.count.held.saturating_add(self.height);
    }

    /// An instruction that is a call of the engine's own.
    fn engine_call(&mut self, taken: u64, given: u64) {
        self.fixed(taken, given);
        self.count.engine_calls += 1;
        self.count.blocks += 2;
        self.count.held = self.count.held.saturating_add(self.height);
    }
}

/// Modules are not validated yet: what does not fit is taken for nothing.
macro_rules! visit {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($arity:tt)*))*) => {
        $(fn $visit(&mut self $($(, $arg: $ty)*)?) -> Self::Output {
            $($(let _ = &$arg;)*)?
            refer!($op $($($arg)*)?);
            meter!(self $op $($($arg)*)?; $($arity)*);
            Ok(())
        })*
    };
}

/// What of an instruction names a type; code that is not reached is no exception.
macro_rules! refer {
    (RefNull $ty:ident) => {
        references::check_heap($ty)?
    };
    (TypedSelect $ty:ident) => {
        references::check($ty)?
    };
    (TypedSelectMulti $types:ident) => {
        $types.iter().copied().try_for_each(references::check)?
    };
    (Block $ty:ident) => {
        references::check_block($ty)?
    };
    (Loop $ty:ident) => {
        references::check_block($ty)?
    };
    (If $ty:ident) => {
        references::check_block($ty)?
    };
    ($op:ident $($arg:ident)*) => {};
}

/// What an instruction adds.
macro_rules! meter {
    ($m:ident Block $ty:ident; $($_:tt)*) => { $m.open($ty, false, false) };
    ($m:ident Loop $ty:ident; $($_:tt)*) => { $m.open($ty, true, false) };
    ($m:ident If $ty:ident; $($_:tt)*) => { $m.open($ty, false, true) };
    ($m:ident Else; $($_:tt)*) => { $m.alternative() };
    ($m:ident End; $($_:tt)*) => { $m.end() };
    ($m:ident $op:ident $($arg:ident)*; $($arity:tt)*) => {
        if $m.dead.is_none() {
            reached!($m $op $($arg)*; $($arity)*);
        }
    };
}

/// The same of one that control reaches and that opens or closes no block.
macro_rules! reached {
    ($m:ident LocalGet $local:ident; $($_:tt)*) => {
        $m.get($local)
    };
    ($m:ident LocalSet $local:ident; $($_:tt)*) => {
        $m.set($local, 1)
    };
    ($m:ident LocalTee $local:ident; $($_:tt)*) => {
        $m.set($local, 0)
    };
    ($m:ident Br $depth:ident; $($_:tt)*) => {
        $m.jump($depth)
    };
    ($m:ident BrIf $depth:ident; $($_:tt)*) => {
        $m.branch_if($depth)
    };
    ($m:ident BrTable $targets:ident; $($_:tt)*) => {
        $m.branch_table(&$targets)?
    };
    ($m:ident Return; $($_:tt)*) => {
        $m.leave()
    };
    ($m:ident Unreachable; $($_:tt)*) => {
        $m.unreachable()
    };
    ($m:ident Call $function:ident; $($_:tt)*) => {
        $m.call($m.signatures.of_function($function))
    };
    ($m:ident CallIndirect $ty:ident $table:ident; $($_:tt)*) => {
        $m.call_indirect($ty)
    };
    ($m:ident TableGrow $table:ident; arity $taken:tt -> $given:tt) => {
        $m.engine_call($taken, $given);
    };
    ($m:ident MemoryGrow $a:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident MemoryFill $a:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident MemoryCopy $a:ident $b:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident MemoryInit $a:ident $b:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident DataDrop $a:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident TableGet $a:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident TableSet $a:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident TableFill $a:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident TableCopy $a:ident $b:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident TableInit $a:ident $b:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident ElemDrop $a:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident RefFunc $a:ident; arity $t:tt -> $g:tt) => {
        $m.engine_call($t, $g)
    };
    ($m:ident $op:ident $($arg:ident)*; arity custom) => {};
    ($m:ident $op:ident $($arg:ident)*; arity $taken:tt -> $given:tt) => {
        $m.fixed($taken, $given)
    };
}

impl<'a> VisitOperator<'a> for Meter<'_> {
    type Output = Result<(), Refusal>;

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = Self::Output>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(visit);
}

impl VisitSimdOperator<'_> for Meter<'_> {
    wasmparser::for_each_visit_simd_operator!(visit);
}
