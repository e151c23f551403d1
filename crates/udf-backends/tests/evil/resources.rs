//! Memory, table, stack and the budget of a result.

use crate::{
    guest::{Guest, MANY_ROWS, address, column, header, in_place, own_block, prepared, rows},
    harness::{assert_fails, call_evil, doubles, on_every_runtime, patient, session},
};
use arrow_array::cast::AsArray;
use udf_columnar::{
    ErrorKind::{self, InvalidResult, MemoryLimitExceeded, StackExhausted, Trap},
    Limits, SessionOptions,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Eight pages of 64 KiB.
fn small_memory() -> Limits {
    patient().to_builder().memory_bytes(8 << 16).build().unwrap()
}

const GROW_TOO_FAR: &str = "(memory.grow (i32.const 7))";

#[test]
fn a_refused_growth_and_then_a_trap_is_a_lack_of_memory() {
    let body = format!("(if (i32.eq (i32.const -1) {GROW_TOO_FAR}) (then (unreachable)))")
        + "(i64.const 0)";
    let phrase = "asked for 720896 bytes of memory, the limit is 524288";
    Guest::reduce(body.clone()).fails_on(4, &small_memory(), MemoryLimitExceeded, phrase);
    // What the guest says of it is kept.
    Guest::reduce(body)
        .panic_at(64, r#"(data (i32.const 64) "\0d\00\00\00out of memory")"#)
        .fails_on(4, &small_memory(), MemoryLimitExceeded, "(out of memory)");
}

#[test]
fn a_function_that_asks_for_less_memory_gets_less_in_its_calls_alone() {
    let body =
        format!("(if (i32.eq (i32.const -1) {GROW_TOO_FAR}) (then (unreachable)))") + &in_place("");
    let hints = |bytes: u64| serde_json::json!({ "memory": bytes });
    let phrase = "asked for 720896 bytes of memory, the function's own hint `memory` is 524288";
    let guest = Guest::reduce(body.clone()).hints(hints(8 << 16));
    guest.fails_on(4, &patient(), MemoryLimitExceeded, phrase);
    // More than the limit is not given, and what a module starts with is never refused.
    let phrase = "asked for 720896 bytes of memory, the limit is 524288";
    let guest = Guest::reduce(body.clone()).hints(hints(64 << 16));
    guest.fails_on(4, &small_memory(), MemoryLimitExceeded, phrase);
    on_every_runtime(&patient(), &Guest::reduce(in_place("")).hints(hints(1)), |module| {
        assert_eq!(call_evil(module, session(module).as_mut(), 4).unwrap().rows(), 1);
    });
    on_every_runtime(&patient(), &Guest::reduce(body).hints(hints(11 << 16)), |module| {
        assert_eq!(call_evil(module, session(module).as_mut(), 4).unwrap().rows(), 1);
    });
}

#[test]
fn a_trap_without_a_refused_growth_before_it_in_the_same_call_is_a_trap() {
    // The first call is refused memory and takes it well; the second one traps.
    let body = format!(
        "(if (global.get $called) (then (unreachable)))
         (global.set $called (i32.const 1)) (drop {GROW_TOO_FAR}) {}",
        in_place("")
    );
    let guest = Guest::reduce(body).item("(global $called (mut i32) (i32.const 0))");
    on_every_runtime(&small_memory(), &guest, |module| {
        let mut session = session(module);
        assert_eq!(call_evil(module, session.as_mut(), 4).unwrap().rows(), 1);
        assert_fails(call_evil(module, session.as_mut(), 4), Trap, "unreachable");
        doubles(module, session.as_mut(), "GOOD", 4);
    });
}

#[test]
fn a_growth_by_4_gib_is_refused() {
    for pages in ["0xFFFF", "0xFFFFFFFF", "0x10000"] {
        let body = format!(
            "(if (i32.eq (i32.const -1) (memory.grow (i32.const {pages}))) (then (unreachable)))
             (i64.const 0)"
        );
        on_every_runtime(&patient(), &Guest::reduce(body), |module| {
            let mut session = session(module);
            // Beyond 4 GiB it is not the host that refuses.
            assert_fails(call_evil(module, session.as_mut(), 4), Trap, "unreachable");
            doubles(module, session.as_mut(), "GOOD", 4);
        });
    }
}

/// Runs the guest's first function on every engine, and holds the error against this whole text.
fn says_everywhere(guest: Guest, limits: &Limits, kind: ErrorKind, text: &'static str) {
    on_every_runtime(limits, &guest, move |module| {
        let mut session = session(module);
        let error = call_evil(module, session.as_mut(), 4).unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, text));
        doubles(module, session.as_mut(), "GOOD", 4);
    });
}

#[test]
fn growth_that_the_modules_own_maximum_refuses_names_that_and_not_a_limit() {
    let grow = |pages: u32| {
        Guest::reduce(format!(
            "(if (i32.eq (i32.const -1) (memory.grow (i32.const {pages}))) (then (unreachable)))
             (i64.const 0)"
        ))
        .memory(r#"(memory (export "memory") 4 6)"#)
    };
    let own = "the guest asked for 458752 bytes of memory, its own module declares at most 393216 (wasm `unreachable` instruction executed)";
    // Below the limit, and above it: it is the module that refuses, whatever the limit.
    says_everywhere(grow(3), &patient(), Trap, own);
    let tight = patient().to_builder().memory_bytes(6 << 16).build().unwrap();
    says_everywhere(grow(3), &tight, Trap, own);
    // The limit is below what the module declares, and so is the growth.
    let tighter = patient().to_builder().memory_bytes(5 << 16).build().unwrap();
    let limit = "the guest asked for 393216 bytes of memory, the limit is 327680 (wasm `unreachable` instruction executed)";
    says_everywhere(grow(2), &tighter, MemoryLimitExceeded, limit);
    // What is admitted is granted.
    let fits = "(if (i32.eq (i32.const -1) (memory.grow (i32.const 2))) (then (unreachable)))";
    let fits = Guest::reduce(in_place(fits)).memory(r#"(memory (export "memory") 4 6)"#);
    on_every_runtime(&patient(), &fits, |module| {
        assert_eq!(call_evil(module, session(module).as_mut(), 4).unwrap().rows(), 1);
    });
}

#[test]
fn growth_of_a_table_that_the_modules_own_maximum_refuses_names_that_and_not_a_limit() {
    let grow = |by: u32, table: &str| {
        Guest::reduce(format!(
            "(if (i32.eq (i32.const -1) (table.grow (ref.null func) (i32.const {by})))
               (then (unreachable)))
             (i64.const 0)"
        ))
        .item(table)
    };
    let own = "the guest asked for a table of 9 elements, its own module declares at most 8 (wasm `unreachable` instruction executed)";
    says_everywhere(grow(8, "(table 1 8 funcref)"), &patient(), Trap, own);
    let limit = "the guest asked for a table of 10001 elements, the limit is 10000 (wasm `unreachable` instruction executed)";
    for table in ["(table 1 funcref)", "(table 1 20000 funcref)"] {
        says_everywhere(grow(10_000, table), &patient(), MemoryLimitExceeded, limit);
    }
    // More than 32 bits count: no engine asks.
    let beyond = grow(u32::MAX, "(table 1 funcref)");
    says_everywhere(beyond, &patient(), Trap, "wasm `unreachable` instruction executed");
}

#[test]
fn a_request_that_does_not_fit_the_modules_own_maximum_names_that() {
    let guest = || Guest::reduce(in_place("")).memory(r#"(memory (export "memory") 4 8)"#);
    guest().fails_on(100_000, &patient(), Trap, "its own module declares at most 524288");
    guest().fails_on(100_000, &patient(), Trap, "fz_alloc refused");
}

#[test]
fn a_refused_growth_that_the_guest_takes_well_is_no_failure() {
    let guest = Guest::elementwise(in_place(&format!("(drop {GROW_TOO_FAR})")));
    on_every_runtime(&small_memory(), &guest, |module| {
        doubles(module, session(module).as_mut(), "EVIL", 4);
    });
}

#[test]
fn a_request_that_does_not_fit_the_memory_is_a_lack_of_memory() {
    let guest = Guest::reduce(in_place(""));
    guest.fails_on(100_000, &small_memory(), MemoryLimitExceeded, "fz_alloc refused");
    let guest = Guest::reduce(in_place(""));
    guest.fails_on(100_000, &small_memory(), MemoryLimitExceeded, "the limit is 524288");
}

#[test]
fn a_growth_during_the_call_moves_nothing() {
    let grow = "(if (i32.eq (i32.const -1) (memory.grow (i32.const 2))) (then (unreachable)))";
    // In a fresh instance 4 pages become 6 and then 8.
    let guest = Guest::elementwise(in_place(grow));
    on_every_runtime(&small_memory(), &guest, |module| {
        let mut session = session(module);
        doubles(module, session.as_mut(), "EVIL", 4);
        doubles(module, session.as_mut(), "EVIL", 4);
    });
}

#[test]
fn a_table_grows_to_its_limit_only() {
    let grow = |by: u32| {
        format!(
            "(if (i32.eq (i32.const -1) (table.grow (ref.null func) (i32.const {by})))
               (then (unreachable)))"
        )
    };
    let table = "(table 1 funcref)";
    let guest = Guest::reduce(in_place(&grow(10_000))).item(table);
    guest.fails(MemoryLimitExceeded, "a table of 10001 elements, the limit is 10000");
    let guest = Guest::reduce(in_place(&grow(0xFFFF_FFF0))).item(table);
    guest.fails_on(4, &patient(), MemoryLimitExceeded, "elements, the limit is 10000");
    Guest::elementwise(in_place(&grow(100))).item(table).does_no_harm(4);
}

const RECURSION: &str = "(func $deep (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get $n) (i32.const 1)))))
      (else (i32.const 0))))";

#[test]
fn a_runaway_recursion_exhausts_the_stack() {
    for body in ["(drop (call $deep (i32.const -1)))", "(drop (call $deep (i32.const 10000000)))"] {
        let guest = Guest::reduce(in_place(body)).item(RECURSION);
        guest.fails(StackExhausted, "nested deeper than");
    }
}

#[test]
fn a_runaway_recursion_on_a_worker_thread_exhausts_the_stack() {
    let body = "(if (i32.eq (i32.const 100) (call $rows (local.get $call)))
        (then (drop (call $deep (i32.const -1)))))";
    let guest = Guest::elementwise(in_place(body)).volatile().item(RECURSION);
    on_every_runtime(&patient(), &guest, |module| {
        let mut session = module.open(SessionOptions::default().threads(2).batch_rows(Some(100)));
        let result = call_evil(module, session.as_mut(), MANY_ROWS);
        assert_fails(result, StackExhausted, "nested deeper than");
        doubles(module, session.as_mut(), "GOOD", MANY_ROWS);
        doubles(module, session.as_mut(), "EVIL", 99);
    });
}

#[test]
fn calls_nest_5_000_deep() {
    let body = "(if (i32.ne (i32.const 5000) (call $deep (i32.const 5000))) (then (unreachable)))";
    Guest::elementwise(in_place(body)).item(RECURSION).does_no_harm(4);
}

#[test]
fn a_result_of_4_gib_rows_is_refused() {
    for dtype in ["f64", "bool", "i8", "utf8", "any", "null", "error"] {
        let id = udf_abi::DType::from_name(dtype).unwrap().id();
        let edit = rows(u32::MAX) + &column("dtype", id);
        let guest = Guest::array(own_block(64, &edit)).returns(dtype);
        guest.fails(MemoryLimitExceeded, "the result takes more than the");
    }
}

#[test]
fn a_result_within_the_budget_but_past_the_memory_is_refused() {
    Guest::array(own_block(64, &rows(1 << 20))).fails(InvalidResult, "pass the memory's end");
}

#[test]
fn a_result_may_take_its_budget_and_no_byte_more() {
    let limits = patient().to_builder().result_bytes(8 * 1024).build().unwrap();
    let result = |count| Guest::array(own_block(8 * 1025, &rows(count)));
    on_every_runtime(&limits, &result(1024), |module| {
        assert_eq!(call_evil(module, session(module).as_mut(), 4).unwrap().rows(), 1024);
    });
    let phrase = "more than the 8192 bytes";
    result(1025).fails_on(4, &limits, MemoryLimitExceeded, phrase);
    // Errors, nulls and further columns count, also where they are the same bytes again.
    let edit = rows(1000) + &column("error_count", 1) + &column("errors", address("values"));
    Guest::array(own_block(8 * 1000, &edit)).fails_on(4, &limits, MemoryLimitExceeded, phrase);
    let twice = rows(1000)
        + &header("column_count", 2)
        + &header("value_columns", 2)
        + "(memory.copy (i32.add (local.get $c) (i32.const 64)) (local.get $c) (i32.const 64))";
    Guest::array(own_block(8 * 1000, &twice)).fails_on(4, &limits, MemoryLimitExceeded, phrase);
}

/// Nine rows of a type cost exactly so many bytes of the budget: the table of docs/abi.md, "The size of a
/// result". All buffers are the same zeros, 192 bytes behind the header.
fn costs(dtype: &'static str, edit: &str, bytes: u64) {
    let id = udf_abi::DType::from_name(dtype).unwrap().id();
    let zeros = "(i32.add (local.get $r) (i32.const 192))";
    let mut all = rows(9) + &column("dtype", id);
    for field in ["validity", "values", "offsets", "data", "errors", "tags"] {
        all += &column(field, zeros);
    }
    let guest = Guest::array(own_block(256, &(all + edit))).returns(dtype);
    let limits = |bytes| patient().to_builder().result_bytes(bytes).build().unwrap();
    on_every_runtime(&limits(bytes), &guest, |module| {
        assert_eq!(call_evil(module, session(module).as_mut(), 4).unwrap().rows(), 9);
    });
    on_every_runtime(&limits(bytes - 1), &guest, |module| {
        let result = call_evil(module, session(module).as_mut(), 4);
        assert_fails(result, MemoryLimitExceeded, "the result takes more than");
    });
}

#[test]
fn a_result_costs_the_buffers_that_are_read_and_nothing_else() {
    let (nulls, errors) = (column("null_count", 1), column("error_count", 1));
    costs("f64", "", 72);
    costs("f64", &nulls, 72 + 2);
    costs("f64", &errors, 72 + 9);
    costs("f64", &(nulls.clone() + &errors), 72 + 2 + 9);
    costs("i16", "", 18);
    costs("bool", "", 2);
    costs("null", "", 2);
    costs("null", &nulls, 2);
    costs("utf8", "", 40);
    // Bytes that no row uses.
    costs("utf8", &column("data_len", 7), 40 + 7);
    costs("binary", &column("data_len", 1), 40 + 1);
    costs("any", "", 9 + 72 + 40);
    costs("any", &nulls, 9 + 72 + 40);
    // A column of messages, which is read where there are errors.
    let messages = header("column_count", 2)
        + &column("error_text", 2)
        + "(i32.store16 offset=128 (local.get $r) (i32.const 12))
           (i32.store offset=132 (local.get $r) (i32.const 9))
           (i32.store offset=152 (local.get $r) (i32.add (local.get $r) (i32.const 192)))";
    costs("f64", &messages, 72);
    costs("f64", &(messages + &errors), 72 + 9 + 40);
}

#[test]
fn a_million_columns_without_rows_are_refused() {
    // They take no bytes of buffers, but the host would keep an array for each.
    let copies = "(local.set $i (i32.const 64))
        (loop $double
          (memory.copy (i32.add (local.get $c) (local.get $i)) (local.get $c) (local.get $i))
          (local.set $i (i32.shl (local.get $i) (i32.const 1)))
          (br_if $double (i32.lt_u (local.get $i) (i32.const 64000000))))";
    let edit = header("column_count", 1_000_000) + &header("value_columns", 1_000_000) + copies;
    Guest::array(own_block(1 << 26, &edit)).fails(InvalidResult, "columns");
}

#[test]
fn text_beyond_its_room_may_lie_in_memory_that_grew() {
    let body = prepared(
        &("(local.set $i (call $bump (i32.const 0x100000)))
           (memory.fill (local.get $i) (i32.const 0x61) (i32.const 0x100000))"
            .to_owned()
            + &format!("(i32.store {} (i32.const 0))", address("offsets"))
            + &format!("(i32.store offset=4 {} (i32.const 0x100000))", address("offsets"))
            + &column("data", "(local.get $i)")
            + &column("data_len", 0x10_0000)),
    );
    on_every_runtime(&patient(), &Guest::reduce(body).returns("utf8"), |module| {
        let output = call_evil(module, session(module).as_mut(), 4).unwrap();
        assert_eq!(output.columns[0].array().as_string::<i32>().value(0), "a".repeat(1 << 20));
    });
}
