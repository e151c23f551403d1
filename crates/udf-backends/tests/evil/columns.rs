//! What the descriptors of result columns may not say, and what fixed-width buffers may not hold.

use crate::{
    guest::{Guest, address, column, header, in_place, own_block, prepared, rows},
    harness::{assert_fails, call_evil, doubles, on_every_runtime, patient, session},
};
use arrow_array::{Array, cast::AsArray, types::Float64Type};
use udf_columnar::ErrorKind::InvalidResult;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Elementwise, in place, four rows.
fn elementwise(edit: &str, phrase: &'static str) {
    Guest::elementwise(in_place(edit)).fails(InvalidResult, phrase);
}

/// An array of four rows in a block of the guest's own.
fn array(edit: &str, phrase: &'static str) {
    Guest::array(own_block(64, &(rows(4) + edit))).fails(InvalidResult, phrase);
}

#[test]
fn a_wrong_dtype_is_refused() {
    elementwise(&column("dtype", 5), "is i64, f64 is wanted");
    elementwise(&column("dtype", 17), "is duration, f64 is wanted");
    array(&column("dtype", 0), "is null, f64 is wanted");
    array(&column("dtype", 1), "is bool, f64 is wanted");
}

#[test]
fn dtypes_that_do_not_exist_are_refused() {
    for id in [20, 32, 38, 40, 0xFFFF] {
        elementwise(&column("dtype", id), "does not exist");
        array(&column("dtype", id), "does not exist");
    }
}

#[test]
fn values_past_the_end_are_refused() {
    for at in ["0xFFFFFFF0", "0xFFFFFFFF", "0x00FFFFF0", "(i32.shl (memory.size) (i32.const 16))"] {
        elementwise(&column("values", at), "values: 32 bytes");
        array(&column("values", at), "values: 32 bytes");
    }
}

#[test]
fn values_that_end_past_the_end_are_refused() {
    let at = "(i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 24))";
    elementwise(&column("values", at), "pass the memory's end");
}

#[test]
fn values_outside_the_request_and_the_returned_block_are_refused() {
    for at in ["1024", "(global.get $top)"] {
        array(&column("values", at), "lie neither in the request");
    }
}

#[test]
fn absent_values_are_refused() {
    elementwise(&column("values", 0), "values: 32 bytes at address 0");
    array(&column("values", 0), "values: 32 bytes at address 0");
}

#[test]
fn values_that_pass_the_end_of_the_returned_block_are_refused() {
    let edit = column("values", "(i32.add (local.get $r) (i32.const 168))");
    array(&edit, "lie neither in the request");
}

#[test]
fn values_that_lie_in_the_input_are_a_valid_answer() {
    let x = "(i32.load offset=20 (call $input (local.get $call)))";
    let guest = Guest::elementwise(in_place(&column("values", x)));
    on_every_runtime(&patient(), &guest, |module| {
        let output = call_evil(module, session(module).as_mut(), 3).unwrap();
        assert_eq!(crate::harness::values(&output), [1.0, 2.0, 3.0]);
    });
}

#[test]
fn validity_outside_is_refused() {
    for at in ["0", "0xFFFFFFFF", "(i32.shl (memory.size) (i32.const 16))"] {
        let edit = column("null_count", 1) + &column("validity", at);
        elementwise(&edit, "validity: 1 bytes");
        array(&edit, "validity: 1 bytes");
    }
}

#[test]
fn values_in_memory_of_the_guests_own_are_a_valid_answer_in_place() {
    let guest = Guest::elementwise(in_place(&column("values", 1024)))
        .item(r#"(data (i32.const 1030) "\f0\3f\00\00\00\00\00\00\00\40")"#);
    on_every_runtime(&patient(), &guest, |module| {
        let output = call_evil(module, session(module).as_mut(), 3).unwrap();
        assert_eq!(crate::harness::values(&output), [1.0, 2.0, 0.0]);
    });
}

#[test]
fn a_null_count_that_is_too_large_is_counted_again() {
    let edit = column("null_count", u32::MAX)
        + &format!("(i32.store8 {} (i32.const 0xF5))", address("validity"));
    on_every_runtime(&patient(), &Guest::elementwise(in_place(&edit)), |module| {
        let output = call_evil(module, session(module).as_mut(), 4).unwrap();
        let array = output.columns[0].array().as_primitive::<Float64Type>();
        assert_eq!(array.iter().collect::<Vec<_>>(), [Some(2.0), None, Some(6.0), None]);
    });
}

#[test]
fn validity_and_errors_outside_the_returned_block_are_refused() {
    array(&(column("null_count", 1) + &column("validity", 1024)), "lie neither in the request");
    array(&(column("error_count", 1) + &column("errors", 1024)), "lie neither in the request");
}

#[test]
fn validity_is_not_read_where_nothing_is_null() {
    Guest::elementwise(in_place(&column("validity", "0xFFFFFFF0"))).does_no_harm(4);
}

#[test]
fn errors_outside_are_refused() {
    for at in ["0", "0xFFFFFFFE", "(i32.shl (memory.size) (i32.const 16))"] {
        let edit = column("error_count", 1) + &column("errors", at);
        elementwise(&edit, "errors: 4 bytes");
        array(&edit, "errors: 4 bytes");
    }
}

#[test]
fn unknown_error_numbers_are_refused() {
    for number in [15, 127, 132, 255] {
        let edit = column("error_count", 1)
            + &format!("(i32.store {} (i32.const {}))", address("errors"), number << 16);
        elementwise(&edit, "is no error number");
        Guest::reduce(in_place(&edit.replace(&format!("{}", number << 16), &number.to_string())))
            .fails(InvalidResult, "is no error number");
    }
}

#[test]
fn an_error_count_that_is_wrong_is_counted_again() {
    let edit = column("error_count", 7)
        + &format!("(i32.store {} (i32.const 0x00000600))", address("errors"));
    on_every_runtime(&patient(), &Guest::elementwise(in_place(&edit)), |module| {
        let output = call_evil(module, session(module).as_mut(), 4).unwrap();
        assert_eq!(output.columns[0].errors().unwrap().codes(), [0, 6, 0, 0]);
        assert_eq!(output.columns[0].array().null_count(), 1);
    });
}

#[test]
fn unknown_numbers_in_an_error_column_are_refused() {
    let edit = format!("(i32.store {} (i32.const 0x00630702))", address("values"));
    Guest::elementwise(prepared(&edit)).returns("error").fails(InvalidResult, "is no error number");
    // Zero is "no error" and stands for a row that is null, which this one is not.
    let edit = format!("(i32.store {} (i32.const 0x07070007))", address("values"));
    Guest::elementwise(prepared(&edit)).returns("error").fails(InvalidResult, "is no error number");
}

#[test]
fn an_instance_that_answered_an_invalid_error_column_is_thrown_away() {
    // The first call is invalid; an instance that survived would remember that it was called.
    let edit = format!(
        "(i32.store8 {} (select (i32.const 7) (i32.const 99) (global.get $called)))
         (global.set $called (i32.const 1))",
        address("values")
    );
    let guest = Guest::elementwise(prepared(&edit))
        .returns("error")
        .item("(global $called (mut i32) (i32.const 0))");
    on_every_runtime(&patient(), &guest, |module| {
        let mut session = session(module);
        for _ in 0..3 {
            let result = call_evil(module, session.as_mut(), 1);
            assert_fails(result, InvalidResult, "99 is no error number");
        }
    });
}

#[test]
fn a_flag_or_a_reserved_field_that_is_set_does_not_matter() {
    let edit = "(i32.store16 offset=2 (local.get $c) (i32.const 0xFFFF))
        (i64.store offset=56 (local.get $c) (i64.const -1))
        (memory.fill (i32.add (local.get $r) (i32.const 32)) (i32.const 0xFF) (i32.const 32))";
    Guest::elementwise(in_place(edit)).does_no_harm(4);
}

#[test]
fn the_capacities_of_the_host_are_not_believed_back() {
    let edit = "(i64.store offset=44 (local.get $c) (i64.const -1))";
    Guest::elementwise(in_place(edit)).does_no_harm(4);
}

#[test]
fn columns_that_overlap_their_header_are_read_as_what_they_are() {
    // Column 0 begins inside the result header: some bytes stand for both.
    let edit = header("columns", "(local.get $r)");
    on_every_runtime(&patient(), &Guest::elementwise(in_place(&edit)), |module| {
        let mut session = session(module);
        assert_fails(call_evil(module, session.as_mut(), 4), InvalidResult, "column 0");
        doubles(module, session.as_mut(), "GOOD", 4);
    });
}
