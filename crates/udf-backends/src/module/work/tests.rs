//! The estimate against numbers worked out by hand from `docs/abi.md`, "Compile work".

use super::{Counts, FunctionWork, ModuleWork, Signatures, is_expanded, of_function};
use wasmparser::{CompositeInnerType, FuncType, Parser, Payload, ValType};

/// What the function under test stands in: its signature is the last but one type.
const AROUND: &str = "
    (type $mixed (func (param i32 i64) (result i32)))
    (type $one (func (param i32) (result i32)))
    (type $sum (func (param i32 i32) (result i32)))
    (memory 1) (table 1 funcref) (data \"\") (elem func $callee)
    (func $callee (type $mixed) unreachable)";

/// The function with this head and body, estimated with so many units to spend.
fn estimate(head: &str, body: &str, most: u64) -> Counts {
    let text = format!("(module {AROUND} (func {head} {body}))");
    let module = wat::parse_str(&text).unwrap_or_else(|e| panic!("{body}: {e}"));
    let (mut types, mut functions, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(&module) {
        match payload.unwrap() {
            Payload::TypeSection(reader) => {
                types.extend(reader.into_iter().flat_map(|group| group.unwrap().into_types()).map(
                    |ty| match ty.composite_type.inner {
                        CompositeInnerType::Func(ty) => Some(ty),
                        _ => None,
                    },
                ));
            }
            Payload::FunctionSection(reader) => functions.extend(reader.into_iter().flatten()),
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    let signatures = Signatures { types: &types, functions: &functions };
    let locals: u32 =
        bodies[1].get_locals_reader().unwrap().into_iter().map(|l| l.unwrap().0).sum();
    let params = signatures.of_function(1).0 as u32;
    match of_function(&bodies[1], 1, params + locals, &signatures, most) {
        Ok(work) => work.count,
        Err(_) => panic!("{body} is refused"),
    }
}

/// The counts of a body in a function that takes an `i32`; those that every such function has are left out.
fn counted(body: &str) -> Counts {
    let mut count = estimate("(param i32)", body, u64::MAX);
    assert_eq!((count.locals, count.signature), (1, 1), "{body}");
    assert!(count.bytes > 0, "{body}");
    (count.bytes, count.locals, count.signature) = (0, 0, 0);
    count
}

const NONE: Counts = Counts {
    bytes: 0,
    locals: 0,
    locals_used: 0,
    accesses: 0,
    sets: 0,
    blocks: 0,
    loops: 0,
    nesting: 0,
    branches: 0,
    branch_sets: 0,
    branch_parameters: 0,
    block_parameters: 0,
    table_entries: 0,
    table_pairs: 0,
    calls: 0,
    engine_calls: 0,
    expanded: 0,
    passed: 0,
    signature: 0,
    held: 0,
};

#[track_caller]
fn assert_counts(body: &str, expected: Counts) {
    assert_eq!(counted(body), expected, "{body}");
}

#[test]
fn the_end_of_a_function_is_reached_by_its_last_instruction_unless_that_leaves() {
    assert_counts("", Counts { branches: 1, ..NONE });
    assert_counts("unreachable", NONE);
    assert_counts("return", NONE);
    assert_counts("br 0", Counts { branches: 1, ..NONE });
}

#[test]
fn locals_count_once_as_used_and_at_each_get_and_set() {
    let used = Counts { locals_used: 1, branches: 1, ..NONE };
    assert_counts("local.get 0 drop", Counts { accesses: 1, ..used });
    assert_counts("local.get 0 local.set 0", Counts { accesses: 2, sets: 1, ..used });
    assert_counts("local.get 0 local.tee 0 drop", Counts { accesses: 2, sets: 1, ..used });
    let two =
        estimate("(param i32) (local i64 f32)", "local.get 0 drop local.get 2 drop", u64::MAX);
    assert_eq!((two.locals, two.locals_used, two.accesses), (3, 2, 2));
}

#[test]
fn values_on_the_stack_are_held_across_the_start_and_the_end_of_blocks() {
    let around = Counts { accesses: 1, locals_used: 1, blocks: 1, branches: 2, held: 2, ..NONE };
    assert_counts("local.get 0 block end drop", around);
    let tee = Counts { accesses: 2, sets: 1, ..around };
    assert_counts("local.get 0 local.tee 0 block end drop", tee);
    // A set takes the value.
    assert_counts("local.get 0 local.set 0 block end", Counts { held: 0, ..tee });
}

#[test]
fn sets_in_a_block_count_for_each_way_to_its_end() {
    let set = "local.get 0 local.set 0";
    let block = Counts {
        blocks: 1,
        branches: 2,
        accesses: 2,
        sets: 1,
        locals_used: 1,
        branch_sets: 1,
        ..NONE
    };
    assert_counts(&format!("block {set} end"), block);
    // Another set of the same local does not make another local.
    let twice = Counts { accesses: 4, sets: 2, ..block };
    assert_counts(&format!("block {set} {set} end"), twice);
    // A set before the block is none in it.
    assert_counts(&format!("{set} block end"), Counts { branch_sets: 0, ..block });
    let left = Counts { blocks: 2, branches: 4, accesses: 3, branch_sets: 2, ..block };
    assert_counts(&format!("block local.get 0 br_if 0 {set} end"), left);
    // The end cannot be walked to, the branch before goes there.
    let jumped = Counts { branch_sets: 1, ..block };
    assert_counts(&format!("block {set} br 0 end"), Counts { branches: 2, ..jumped });
}

#[test]
fn a_loop_has_three_blocks_and_its_start_is_where_its_sets_meet() {
    let bare = Counts { loops: 1, blocks: 3, branches: 5, ..NONE };
    assert_counts("loop end", bare);
    let set = Counts { accesses: 2, sets: 1, locals_used: 1, branch_sets: 2, branches: 5, ..bare };
    assert_counts("loop local.get 0 local.set 0 br 0 end", set);
    assert_counts("loop local.get 0 local.set 0 end", Counts { branch_sets: 1, ..set });
    let two = Counts { loops: 2, blocks: 6, branches: 9, ..NONE };
    assert_counts("loop end loop end", two);
    assert_counts("loop loop end end", Counts { nesting: 1, ..two });
    let three = Counts { loops: 3, blocks: 9, branches: 13, nesting: 3, ..NONE };
    assert_counts("loop loop loop end end end", three);
    assert_counts("loop loop end loop end end", Counts { nesting: 2, ..three });
}

#[test]
fn an_if_has_three_blocks_and_a_way_around_it_unless_there_is_an_else() {
    let one = Counts { accesses: 1, locals_used: 1, blocks: 3, branches: 4, ..NONE };
    assert_counts("local.get 0 if end", one);
    let set = Counts { accesses: 3, sets: 1, branch_sets: 2, ..one };
    assert_counts("local.get 0 if local.get 0 local.set 0 end", set);
    assert_counts("local.get 0 if else end", Counts { branches: 5, ..one });
    let both = Counts { branches: 5, ..set };
    assert_counts("local.get 0 if local.get 0 local.set 0 else end", both);
    let left = Counts { branches: 4, branch_sets: 1, ..set };
    assert_counts("local.get 0 if return else local.get 0 local.set 0 end", left);
}

#[test]
fn an_else_starts_with_the_parameters_of_its_if() {
    let expected = Counts {
        accesses: 1,
        locals_used: 1,
        blocks: 4,
        branches: 6,
        block_parameters: 2,
        branch_parameters: 2,
        held: 4,
        ..NONE
    };
    let body = "i32.const 7 local.get 0 if (type $one) drop i32.const 1 else block end end drop";
    assert_counts(body, expected);
}

#[test]
fn values_that_branches_and_ends_pass_are_counted() {
    let results = Counts {
        accesses: 1,
        locals_used: 1,
        blocks: 3,
        branches: 5,
        block_parameters: 1,
        branch_parameters: 2,
        held: 1,
        ..NONE
    };
    assert_counts("local.get 0 if (result i32) i32.const 1 else i32.const 2 end drop", results);
    // One of the ways does not arrive.
    let one = Counts { branches: 4, branch_parameters: 1, ..results };
    assert_counts("local.get 0 if (result i32) unreachable else i32.const 2 end drop", one);
    let left = Counts {
        blocks: 1,
        branches: 2,
        block_parameters: 1,
        branch_parameters: 1,
        held: 1,
        ..NONE
    };
    assert_counts("block (result i32) i32.const 1 br 0 end drop", left);
    // Back to the start of a loop go its parameters, out of a block its results.
    let repeated = Counts {
        loops: 1,
        blocks: 3,
        branches: 5,
        block_parameters: 3,
        branch_parameters: 2,
        held: 3,
        ..NONE
    };
    assert_counts("i32.const 1 i32.const 2 loop (type $sum) br 0 end drop", repeated);
    let added = Counts {
        blocks: 1,
        branches: 2,
        block_parameters: 3,
        branch_parameters: 1,
        held: 5,
        ..NONE
    };
    let body = "i32.const 9 i32.const 1 i32.const 2 block (type $sum) i32.add end drop drop";
    assert_counts(body, added);
}

#[test]
fn a_branch_table_counts_its_entries_and_different_targets() {
    let expected = Counts {
        accesses: 1,
        locals_used: 1,
        blocks: 4,
        branches: 8,
        table_entries: 4,
        table_pairs: 8,
        ..NONE
    };
    assert_counts("block block local.get 0 br_table 0 1 0 1 end end", expected);
    // The index is taken, what is below it is not.
    let held = Counts { blocks: 3, branches: 5, table_entries: 2, table_pairs: 2, ..expected };
    let body = "block local.get 0 br_table 0 0 block end end i32.const 1 block end drop";
    assert_counts(body, Counts { held: 2, ..held });
}

#[test]
fn what_cannot_be_reached_counts_for_nothing() {
    assert_counts(
        "unreachable block loop local.get 0 drop end end i32.const 1 memory.grow drop",
        NONE,
    );
    let block = Counts { blocks: 1, branches: 2, ..NONE };
    assert_counts("block br 0 i32.const 0 if call $callee else return end end", block);
    let after = Counts { accesses: 1, locals_used: 1, ..block };
    assert_counts("block br 0 block block end end end local.get 0 drop", after);
}

#[test]
fn calls_count_what_they_pass_and_hold() {
    let call = Counts { branches: 1, calls: 1, passed: 3, held: 1, ..NONE };
    assert_counts("i32.const 1 i64.const 2 call $callee drop", call);
    let held = Counts { held: 2, ..call };
    assert_counts("f64.const 0 i32.const 1 i64.const 2 call $callee drop drop", held);
    let through =
        Counts { accesses: 1, locals_used: 1, engine_calls: 1, blocks: 2, held: 2, ..call };
    assert_counts("i32.const 1 i64.const 2 local.get 0 call_indirect (type $mixed) drop", through);
}

#[test]
fn returns_pass_the_results_of_the_function() {
    let head = "(param i64 i32) (result i32)";
    let returned = estimate(head, "i32.const 1 return", u64::MAX);
    assert_eq!((returned.passed, returned.signature, returned.branches), (1, 3, 0));
    let branched = estimate(head, "i32.const 1 br 0", u64::MAX);
    assert_eq!((branched.passed, branched.branch_parameters, branched.branches), (0, 1, 1));
    let inner = estimate(head, "block i32.const 1 return end i32.const 2", u64::MAX);
    assert_eq!((inner.passed, inner.branches, inner.blocks), (1, 1, 1));
}

#[test]
fn operations_on_memory_and_tables_are_calls_of_the_engine() {
    let zero = "i32.const 0 ";
    let null = "ref.null func ";
    for (body, held, expanded) in [
        (format!("{zero}{zero}{zero}{zero}memory.copy drop"), 1, 1),
        (format!("{zero}{zero}memory.grow drop drop"), 2, 0),
        (format!("{zero}{zero}{zero}memory.fill"), 0, 1),
        (format!("{zero}{zero}{zero}memory.init 0"), 0, 1),
        ("data.drop 0".to_owned(), 0, 1),
        (format!("{zero}table.get 0 drop"), 1, 0),
        (format!("{zero}{null}table.set 0"), 0, 0),
        (format!("{null}{zero}table.grow 0 drop"), 1, 1),
        (format!("{zero}{null}{zero}table.fill 0"), 0, 1),
        (format!("{zero}{zero}{zero}table.copy 0 0"), 0, 1),
        (format!("{zero}{zero}{zero}table.init 0 0"), 0, 1),
        ("elem.drop 0".to_owned(), 0, 1),
        ("ref.func $callee drop".to_owned(), 1, 0),
    ] {
        let expected = Counts { branches: 1, engine_calls: 1, blocks: 2, held, expanded, ..NONE };
        assert_counts(&body, expected);
    }
    assert_counts("table.size 0 drop", Counts { branches: 1, expanded: 1, ..NONE });
}

#[test]
fn instructions_that_become_several_are_told_by_their_first_byte() {
    let end = Counts { branches: 1, ..NONE };
    assert_counts("i32.const 8 i32.const 2 i32.add drop", end);
    let divided = "i32.const 8 i32.const 2 i32.div_u i32.const 2 i32.rem_s drop";
    assert_counts(divided, Counts { expanded: 2, ..end });
    let ranges = [0x67..=0x69, 0x6D..=0x70, 0x79..=0x7B, 0x7F..=0x82, 0x8B..=0x91, 0x99..=0x9F];
    for opcode in 0..=255 {
        let expected = ranges.iter().any(|range| range.contains(&opcode))
            || (0xA7..=0xBF).contains(&opcode)
            || [0xFC, 0xFD].contains(&opcode);
        assert_eq!(is_expanded(opcode), expected, "{opcode:#x}");
    }
}

#[test]
fn a_function_is_read_until_its_blocks_are_too_many() {
    let body = "block end ".repeat(100);
    let whole = estimate("(param i32)", &body, u64::MAX);
    // Two bytes and an empty type for each block, one for the end; the count of runs of locals.
    assert_eq!((whole.bytes, whole.blocks), (302, 100));
    let part = estimate("(param i32)", &body, 6_000 * 10 + 5_999);
    assert_eq!((part.bytes, part.blocks), (33, 11));
    assert_eq!(estimate("(param i32)", &body, 6_000 * 100).bytes, 302);
}

/// Every count different, so that no two terms can be mistaken for each other.
const DIFFERENT: Counts = Counts {
    bytes: 2,
    locals: 3,
    locals_used: 5,
    accesses: 7,
    sets: 11,
    blocks: 13,
    loops: 17,
    nesting: 19,
    branches: 23,
    branch_sets: 29,
    branch_parameters: 31,
    block_parameters: 37,
    table_entries: 41,
    table_pairs: 43,
    calls: 47,
    engine_calls: 53,
    expanded: 59,
    passed: 61,
    signature: 67,
    held: 71,
};

/// The sum of the table in `docs/abi.md` for [`DIFFERENT`].
const PLAIN: u64 = 100_000
    + 1_000 * 2
    + 500 * 59
    + 120 * 3
    + 6_000 * 13
    + 30_000 * 17
    + 6_000 * 41
    + 5_000 * 47
    + 4_000 * (61 + 67)
    + 150_000 * 53
    + 100 * 23 * 5
    + 1_000 * 29
    + 20 * 13 * (5 + 37)
    + 100 * 31
    + 40 * 71
    + 43 * 5;

/// The same for a compiler that optimises: three times as much, and what grows with squares.
const OPTIMISED: u64 = 3 * PLAIN
    + 2 * (29 + 37) * (29 + 37)
    + 8 * 7 * 13
    + 50 * 17 * 17
    + 700 * 19 * (5 + 1)
    + 25_000 * 59
    + 25 * 67 * 67;

#[test]
fn the_work_of_a_function_is_the_sum_of_its_counts_times_their_units() {
    let function = FunctionWork { count: DIFFERENT };
    assert_eq!((function.plain(), function.optimised()), (PLAIN, OPTIMISED));
    let mut module = ModuleWork::default();
    module.add_function(&function);
    module.add_function(&FunctionWork { count: NONE });
    assert_eq!((module.plain, module.function), (PLAIN + 100_000, PLAIN));
    assert_eq!(module.to_optimise(), OPTIMISED * 2);
    module.add_function(&function);
    module.add_function(&function);
    assert_eq!(module.to_optimise(), OPTIMISED * 3 + 300_000);
}

#[test]
fn a_module_adds_for_signatures_entrances_and_globals() {
    let mut module = ModuleWork::default();
    module.add_signature(&FuncType::new([ValType::I32; 3], [ValType::I64; 2]));
    let signature = 100_000 + 5 * 5_000;
    assert_eq!((module.plain, module.to_optimise()), (signature, 3 * signature + 25 * 25));
    let mut module = ModuleWork::default();
    module.add_entrances(3);
    module.add_globals(7);
    assert_eq!((module.plain, module.function), (3 * 150_000 + 7 * 1_000, 0));
    assert_eq!(module.to_optimise(), 3 * module.plain);
}

#[test]
fn nothing_that_is_counted_overflows() {
    let most = u64::MAX / 2;
    let count = Counts { branches: most, locals_used: most, blocks: most, held: most, ..DIFFERENT };
    let function = FunctionWork { count };
    let mut module = ModuleWork::default();
    module.add_function(&function);
    module.add_function(&function);
    assert_eq!((module.plain, module.to_optimise()), (u64::MAX, u64::MAX));
}

#[test]
fn the_reason_is_what_makes_most_of_the_work() {
    let many = 1_000_000;
    for (count, reason, mend) in [
        (Counts { bytes: many, ..NONE }, "1000000 bytes of code", "split it"),
        (Counts { locals: many, ..NONE }, "1000000 declared locals", "declare fewer"),
        (
            Counts { loops: many, ..NONE },
            "0 blocks and branches, 1000000 loops and 0 entries of branch tables",
            "split it",
        ),
        (
            Counts { calls: many, passed: 2, ..NONE },
            "1000000 calls that pass 2 values, and 0 calls through tables or of memory and table operations",
            "split it, or pass fewer values",
        ),
        (
            Counts { branches: many, locals_used: 9, ..NONE },
            "1000000 branches across 9 locals",
            "split it, or keep its values in memory",
        ),
        (
            Counts { blocks: many, locals_used: 900, block_parameters: 3, ..NONE },
            "1000000 blocks across 903 locals and values of blocks",
            "split it, or keep its values in memory",
        ),
        (
            Counts { branch_parameters: many, ..NONE },
            "1000000 values that branches pass to blocks",
            "pass fewer values to blocks",
        ),
        (
            Counts { held: many, ..NONE },
            "1000000 values on the stack across blocks and calls",
            "keep fewer values on the stack",
        ),
        (
            Counts { table_entries: 4, table_pairs: many, locals_used: 7, ..NONE },
            "branch tables of 4 entries across 7 locals",
            "split it, or use smaller branch tables",
        ),
    ] {
        assert_eq!(FunctionWork { count }.reason(), (reason.to_owned(), mend));
    }
}
