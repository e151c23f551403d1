//! What `fz_alloc` may not answer. It is good for small blocks, so `GOOD` still works.

use crate::{
    guest::{Guest, MANY_ROWS, in_place, own_block},
    harness::{call_evil, doubles, on_every_runtime, patient, session},
};
use udf_columnar::ErrorKind::{InvalidResult, MemoryLimitExceeded, Trap};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn check(answer: &str, kind: udf_columnar::ErrorKind, phrase: &'static str) {
    Guest::reduce(in_place("")).alloc(answer).fails_on(MANY_ROWS, &patient(), kind, phrase);
}

#[test]
fn a_block_eight_bytes_before_4_gib_is_refused() {
    check("(i32.const 0xFFFFFFF8)", InvalidResult, "not 16-byte aligned");
}

#[test]
fn a_block_that_wraps_around_4_gib_is_refused() {
    check("(i32.const 0xFFFFFFF0)", InvalidResult, "past the memory's end");
}

#[test]
fn a_misaligned_block_is_refused() {
    check(
        "(i32.add (i32.const 8) (call $bump (local.get $len)))",
        InvalidResult,
        "not 16-byte aligned",
    );
}

#[test]
fn a_block_behind_the_memory_is_refused() {
    check("(i32.shl (memory.size) (i32.const 16))", InvalidResult, "past the memory's end");
}

#[test]
fn a_block_that_begins_inside_and_ends_outside_is_refused() {
    check(
        "(i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 16))",
        InvalidResult,
        "past the memory's end",
    );
}

#[test]
fn an_answer_of_zero_means_that_memory_is_short() {
    check("(i32.const 0)", MemoryLimitExceeded, "fz_alloc refused");
}

#[test]
fn a_trap_in_the_allocator_is_a_trap() {
    check("(unreachable)", Trap, "unreachable");
}

#[test]
fn an_allocator_that_refuses_large_blocks_gets_smaller_batches() {
    let guest = Guest::harmless().alloc("(i32.const 0)");
    on_every_runtime(&patient(), &guest, |module| {
        let mut session = session(module);
        doubles(module, session.as_mut(), "EVIL", MANY_ROWS);
        let output = call_evil(module, session.as_mut(), MANY_ROWS).unwrap();
        assert!(output.guest_calls > 1, "the batch was halved");
    });
}

#[test]
fn a_block_over_the_guests_own_statics_harms_nobody_else() {
    Guest::harmless().alloc("(i32.const 16)").does_no_harm(MANY_ROWS);
}

#[test]
fn the_request_answered_as_the_result_is_refused() {
    let body = own_block(64, "").replace("(call $own (i32.const 64))", "(local.get $call)");
    Guest::array(body).fails(InvalidResult, "overlap the request");
}
