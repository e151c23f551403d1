//! What the packed answer and the result header may not say.

use crate::{
    guest::{Guest, LARGE_BLOCK, column, header, in_place, own_block, prepared, rows},
    harness::{call, call_evil, counting, on_every_runtime, patient, session},
};
use serde_json::json;
use udf_columnar::ErrorKind::InvalidResult;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// An array function that answers this.
fn answers(ptr: &str, len: &str, phrase: &'static str) {
    let body = format!("(call $pack {ptr} {len})");
    Guest::array(body.clone()).fails(InvalidResult, phrase);
    Guest::elementwise(body).fails(InvalidResult, phrase);
}

#[test]
fn a_result_past_the_end_is_refused() {
    answers("(i32.shl (memory.size) (i32.const 16))", "(i32.const 64)", "pass the memory's end");
}

#[test]
fn a_result_that_wraps_around_4_gib_is_refused() {
    answers("(i32.const 0xFFFFFFF0)", "(i32.const 64)", "pass the memory's end");
    answers("(i32.const 0x80000000)", "(i32.const 0x80000040)", "pass the memory's end");
}

#[test]
fn a_result_as_long_as_the_address_space_is_refused() {
    answers("(i32.const 4096)", "(i32.const 0xFFFFFFFF)", "pass the memory's end");
}

#[test]
fn a_result_too_short_for_its_header_is_refused() {
    answers("(call $own (i32.const 0))", "(i32.const 63)", "hold no result header");
    answers("(call $own (i32.const 0))", "(i32.const 0)", "hold no result header");
}

#[test]
fn the_preallocated_result_is_64_bytes_long() {
    answers("(call $result (local.get $call))", "(i32.const 0)", "hold no result header");
}

#[test]
fn a_result_at_address_zero_is_refused() {
    answers("(i32.const 0)", "(i32.const 0)", "hold no result header");
    answers("(i32.const 0)", "(i32.const 4096)", "hold no result header");
}

#[test]
fn a_misaligned_result_is_refused() {
    answers(
        "(i32.add (i32.const 8) (call $own (i32.const 64)))",
        "(i32.const 128)",
        "not 16-byte aligned",
    );
}

#[test]
fn a_block_that_overlaps_the_request_is_refused() {
    let overlaps = |ptr: &str, len: &str| answers(ptr, len, "overlap the request");
    // Small requests get a block of this many bytes.
    let last = format!("(i32.add (local.get $call) (i32.const {}))", LARGE_BLOCK - 64);
    let before = "(i32.sub (local.get $call) (i32.const 48))";
    // At its start, as it is, longer, and shorter than the request.
    overlaps("(local.get $call)", "(local.get $len)");
    overlaps("(local.get $call)", &format!("(i32.const {})", LARGE_BLOCK + 64));
    overlaps("(local.get $call)", "(i32.const 64)");
    // Inside: the arguments, and the prepared result but for its first bytes.
    overlaps("(i32.add (local.get $call) (i32.const 128))", "(i32.const 64)");
    overlaps("(i32.add (call $result (local.get $call)) (i32.const 16))", "(i32.const 64)");
    // At its end, inside and past it; the end of the block is behind that of the request.
    overlaps(&last, "(i32.const 64)");
    overlaps(&last, "(i32.const 128)");
    // From before it: by some bytes, by one structure, around all of it.
    overlaps(before, "(i32.const 64)");
    overlaps(before, "(i32.const 176)");
    overlaps(before, &format!("(i32.const {})", LARGE_BLOCK + 128));
}

#[test]
fn a_block_that_touches_the_request_is_taken() {
    // Behind it stands what is allocated next; before it, nothing that anyone has allocated.
    let own = "(call $own (i32.const 8))";
    let behind = "(i32.add (local.get $call) (i32.const 65536))";
    let before = "(i32.sub (local.get $call) (i32.const 144))";
    for at in [behind, before] {
        let body = format!(
            "(drop {own})
             (local.set $r {at})
             (memory.fill (local.get $r) (i32.const 0) (i32.const 144))
             (i32.store offset=8 (local.get $r) (i32.const 1))
             (i32.store offset=12 (local.get $r) (i32.add (local.get $r) (i32.const 64)))
             (i32.store offset=16 (local.get $r) (i32.const 1))
             (i32.store offset=20 (local.get $r) (i32.const 1))
             (i32.store16 offset=64 (local.get $r) (i32.const 11))
             (i32.store offset=68 (local.get $r) (i32.const 1))
             (i32.store offset=84 (local.get $r) (i32.add (local.get $r) (i32.const 128)))
             (call $pack (local.get $r) (i32.const 144))"
        );
        on_every_runtime(&patient(), &Guest::array(body), |module| {
            let output = call_evil(module, session(module).as_mut(), 4).unwrap();
            assert_eq!((output.columns.len(), output.rows()), (1, 1));
        });
    }
}

#[test]
fn a_result_in_place_may_say_that_it_is_longer() {
    let body = format!(
        "{} (drop) (call $pack (local.get $r) (i32.sub (local.get $len)
            (i32.sub (local.get $r) (local.get $call))))",
        in_place("")
    );
    Guest::elementwise(body).does_no_harm(4);
}

#[test]
fn a_block_as_long_as_the_rest_of_memory_is_taken_back_whole() {
    let body = "
        (local.set $r (call $own (i32.const 8)))
        (i32.store offset=8 (local.get $r) (i32.const 1))
        (i32.store offset=68 (local.get $r) (i32.const 1))
        (call $pack (local.get $r)
          (i32.sub (i32.shl (memory.size) (i32.const 16)) (local.get $r)))";
    on_every_runtime(&patient(), &Guest::array(body), |module| {
        let output = call_evil(module, session(module).as_mut(), 4).unwrap();
        assert_eq!((output.columns.len(), output.rows()), (1, 1));
    });
}

#[test]
fn a_status_that_does_not_exist_is_refused() {
    for status in [7u32, 2, u32::MAX] {
        Guest::reduce(in_place(&header("status", status))).fails(InvalidResult, "result status");
    }
}

#[test]
fn columns_past_the_end_are_refused() {
    for at in ["0xFFFFFFF0", "0x7FFFFFC0", "0xFFFFFFFF"] {
        Guest::reduce(in_place(&header("columns", at))).fails(InvalidResult, "result columns");
    }
}

#[test]
fn columns_outside_both_blocks_are_refused() {
    let edit = header("columns", 1024);
    Guest::array(own_block(64, &edit)).fails(InvalidResult, "lie neither in");
}

#[test]
fn an_absent_array_of_columns_is_refused() {
    Guest::reduce(in_place(&header("columns", 0))).fails(InvalidResult, "result columns: 64");
}

#[test]
fn a_huge_number_of_columns_is_refused() {
    for count in [32_769u32, 0x0400_0000, u32::MAX] {
        let edit = header("column_count", count);
        Guest::reduce(in_place(&edit)).fails(InvalidResult, "columns; at most 32768 are read");
        let edit = edit + &header("value_columns", count);
        Guest::array(own_block(64, &edit)).fails(InvalidResult, "at most 32768 are read");
    }
    let most = header("column_count", 32_768);
    Guest::reduce(in_place(&most)).fails(InvalidResult, "pass the memory's end");
}

#[test]
fn more_columns_than_there_is_room_for_are_refused() {
    let edit = header("column_count", 5_000);
    Guest::reduce(in_place(&edit)).fails(InvalidResult, "pass the memory's end");
    let edit = header("column_count", 3) + &header("value_columns", 3);
    Guest::array(own_block(64, &edit)).fails(InvalidResult, "lie neither in");
}

#[test]
fn a_wrong_number_of_value_columns_is_refused() {
    for count in [0u32, 2, u32::MAX] {
        let edit = header("value_columns", count);
        Guest::elementwise(in_place(&edit)).fails(InvalidResult, "value columns");
        Guest::reduce(in_place(&edit)).fails(InvalidResult, "value columns");
    }
}

#[test]
fn more_value_columns_than_columns_are_refused() {
    let edit = header("value_columns", 2);
    Guest::array(own_block(64, &edit)).fails(InvalidResult, "value columns");
}

#[test]
fn a_result_without_a_column_is_refused() {
    let none = header("column_count", 0) + &header("value_columns", 0);
    Guest::elementwise(in_place(&none)).fails(InvalidResult, "value columns");
    Guest::reduce(in_place(&none)).fails(InvalidResult, "value columns");
    Guest::array(own_block(64, &none)).fails(InvalidResult, "value columns");
    // The header that the host prepared for an array has no columns either.
    Guest::array(prepared("")).fails(InvalidResult, "value columns");
}

#[test]
fn named_columns_are_all_there_or_the_result_is_refused() {
    let two = json!([{ "name": "a", "type": "f64" }, { "name": "b", "type": "f64" }]);
    Guest::array(own_block(64, "")).returns(two).fails(InvalidResult, "2 are wanted");
}

#[test]
fn a_wrong_number_of_rows_in_the_header_is_refused() {
    for wrong in [0u32, 3, 5, u32::MAX] {
        let edit = header("rows", wrong);
        Guest::elementwise(in_place(&edit)).fails(InvalidResult, "rows, 4 are wanted");
        let edit = edit + &column("len", wrong);
        Guest::elementwise(in_place(&edit)).fails(InvalidResult, "rows, 4 are wanted");
    }
    Guest::reduce(in_place(&rows(2))).fails(InvalidResult, "2 rows, 1 are wanted");
    Guest::reduce(in_place(&rows(0))).fails(InvalidResult, "0 rows, 1 are wanted");
}

#[test]
fn a_wrong_number_of_rows_in_a_column_is_refused() {
    for wrong in [0u32, 3, 5, u32::MAX] {
        let edit = column("len", wrong);
        Guest::elementwise(in_place(&edit)).fails(InvalidResult, "the result has 4");
        Guest::array(own_block(64, &(rows(4) + &edit))).fails(InvalidResult, "the result has 4");
    }
}

#[test]
fn a_guest_that_answers_garbage_harms_its_own_call_only() {
    // The input's numbers are the answer: whatever bits they have.
    let body = "(i64.reinterpret_f64 (call $x (local.get $call) (i32.const 0)))";
    on_every_runtime(&patient(), &Guest::array(body), |module| {
        let mut session = session(module);
        let words = [1, 0x40, 0x40_0000_1000, 0x1_0000_1000, u64::MAX / 3, 0x10_0000_FFFF_FFF0];
        for word in words {
            let x = crate::harness::numbers(vec![f64::from_bits(word)]);
            let error = call(module, session.as_mut(), "EVIL", x).unwrap_err();
            assert_eq!(error.kind(), InvalidResult, "{error}");
            let output = call(module, session.as_mut(), "GOOD", counting(2)).unwrap();
            assert_eq!(crate::harness::values(&output), [2.0, 4.0]);
        }
    });
}
