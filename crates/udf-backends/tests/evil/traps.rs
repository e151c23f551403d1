//! Traps, what `fz_panic` says of them, and calls that fail by status 1.

use crate::{
    guest::{Guest, LARGE_BLOCK, MEMORY_END, column, header, in_place, own_block},
    harness::{assert_fails, call_evil, doubles, on_every_runtime, patient, session},
};
use udf_abi::ErrorCode;
use udf_columnar::ErrorKind::{Function, InvalidResult, Trap, Unsupported};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn unreachable_is_a_trap() {
    Guest::reduce("(unreachable)").fails(Trap, "unreachable");
    Guest::array("(unreachable)").fails(Trap, "unreachable");
}

#[test]
fn every_way_to_trap_is_a_trap() {
    // A reduce call has one row.
    let zero = "(i32.sub (call $rows (local.get $call)) (i32.const 1))";
    for (body, phrase) in [
        ("(i64.load (i32.const -8))".into(), "out of bounds memory"),
        (format!("(i64.extend_i32_u (i32.div_s (i32.const 1) {zero}))"), "divide by zero"),
        ("(i64.trunc_f64_s (f64.const nan))".into(), "conversion to integer"),
        ("(i64.trunc_f64_s (f64.const 1e300))".into(), "overflow"),
        ("(i64.div_s (i64.const 0x8000000000000000) (i64.const -1))".into(), "overflow"),
        ("(call_indirect (result i64) (i32.const 0))".into(), "uninitialized element"),
        ("(call_indirect (result i64) (i32.const 9))".into(), "out of bounds"),
    ] {
        Guest::reduce(body).item("(table 1 funcref)").fails(Trap, phrase);
    }
}

#[test]
fn a_panic_message_is_read_after_a_trap() {
    Guest::reduce("(unreachable)")
        .panic_at(64, r#"(data (i32.const 64) "\0e\00\00\00rate below 0 %")"#)
        .fails(Trap, "rate below 0 %");
}

#[test]
fn a_panic_message_past_the_end_is_ignored() {
    for at in [MEMORY_END - 3, MEMORY_END, 0xFFFF_FFF0, 0xFFFF_FFFD, u32::MAX] {
        Guest::reduce("(unreachable)").panic_at(at, "").fails(Trap, "unreachable");
    }
}

#[test]
fn a_panic_message_that_ends_past_the_end_is_ignored() {
    Guest::reduce("(unreachable)")
        .panic_at(MEMORY_END - 16, r#"(data (i32.const 0x3FFF0) "\ff\00\00\00abc")"#)
        .fails(Trap, "unreachable");
}

#[test]
fn a_panic_message_of_4_gib_is_cut() {
    let guest = Guest::reduce("(unreachable)")
        .panic_at(64, r#"(data (i32.const 64) "\ff\ff\ff\ffendless")"#);
    on_every_runtime(&patient(), &guest, |module| {
        let error = call_evil(module, session(module).as_mut(), 4).unwrap_err();
        assert_eq!(error.kind(), Trap);
        assert!(error.message().starts_with("endless"));
        assert_eq!(error.message().chars().count(), patient().message_bytes);
    });
}

#[test]
fn a_panic_message_that_is_no_utf8_is_decoded_lossily() {
    Guest::reduce("(unreachable)")
        .panic_at(64, r#"(data (i32.const 64) "\05\00\00\00a\ff\fe\c3b")"#)
        .fails(Trap, "a\u{FFFD}\u{FFFD}\u{FFFD}b");
}

#[test]
fn a_panic_address_that_is_no_address_is_ignored() {
    for item in [
        r#"(global (export "fz_panic") i64 (i64.const 64))"#,
        r#"(global (export "fz_panic") f32 (f32.const 64))"#,
        r#"(func (export "fz_panic"))"#,
        r#"(table (export "fz_panic") 1 funcref)"#,
    ] {
        Guest::reduce("(unreachable)").item(item).fails(Trap, "unreachable");
    }
}

#[test]
fn a_trap_in_fz_free_is_a_trap() {
    let body = own_block(2 * LARGE_BLOCK, &column("len", 0));
    Guest::array(body).free("(unreachable)").fails(Trap, "unreachable");
}

#[test]
fn a_block_is_freed_once_with_its_own_length() {
    // Freeing anything but the 131 200 bytes that lie on top traps.
    let body = own_block(2 * LARGE_BLOCK, "");
    let guest = Guest::array(body).free(
        "(if (i32.or
            (i32.ne (local.get $len) (i32.const 131200))
            (i32.ne (global.get $top) (i32.add (local.get $ptr) (local.get $len))))
          (then (unreachable)))
         (global.set $top (local.get $ptr))",
    );
    on_every_runtime(&patient(), &guest, |module| {
        let mut session = session(module);
        for _ in 0..3 {
            assert_eq!(call_evil(module, session.as_mut(), 4).unwrap().rows(), 0);
            doubles(module, session.as_mut(), "GOOD", 4);
        }
    });
}

#[test]
fn a_module_of_another_contract_version_is_refused() {
    for version in [0u32, 2, u32::MAX] {
        let guest = Guest::harmless().version(&format!("(i32.const {version})"));
        on_every_runtime(&patient(), &guest, |module| {
            let mut session = session(module);
            for _ in 0..2 {
                let result = call_evil(module, session.as_mut(), 4);
                assert_fails(result, Unsupported, "fz_abi_version answered");
            }
        });
    }
}

#[test]
fn a_module_that_cannot_be_instantiated_fails_as_a_whole() {
    for guest in [
        Guest::harmless().item(r#"(data (i32.const 0x3FFFF) "ab")"#),
        Guest::harmless().item("(table 1 funcref) (elem (i32.const 1) $bump)"),
        Guest::harmless().version("(unreachable)"),
    ] {
        on_every_runtime(&patient(), &guest, |module| {
            // No row is at fault: it is not looked for among 50 000.
            let result = call_evil(module, session(module).as_mut(), 50_000);
            assert_fails(result, Trap, "the module does not start");
        });
    }
}

/// Status 1 with this message.
fn says(edit: &str) -> Guest {
    Guest::reduce(in_place(&(header("status", 1) + &header("error_kind", 6) + edit)))
}

#[test]
fn status_1_is_the_error_of_the_function() {
    let text = r#"(data (i32.const 64) "below 0")"#;
    let edit = "(memory.copy (call $input (local.get $call)) (i32.const 64) (i32.const 7))";
    let message = header("message", "(call $input (local.get $call))") + &header("message_len", 7);
    says(&(edit.to_owned() + &message)).item(text).fails(Function(ErrorCode::Num), "below 0");
    says("").fails(Function(ErrorCode::Num), "#NUM!");
}

#[test]
fn an_error_number_that_does_not_exist_is_the_general_error() {
    for number in [0u32, 99, 256 + 6, u32::MAX] {
        says(&header("error_kind", number)).fails(Function(ErrorCode::Error), "");
    }
}

#[test]
fn an_error_message_outside_is_refused() {
    for at in ["0", "0xFFFFFFF0", "(i32.shl (memory.size) (i32.const 16))"] {
        let edit = header("message", at) + &header("message_len", 64);
        says(&edit).fails(InvalidResult, "error message: 64 bytes");
    }
    let at = "(i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 9999))";
    let edit = header("message", at) + &header("message_len", u32::MAX);
    says(&edit).fails(InvalidResult, "error message: 10000 bytes");
}

#[test]
fn an_error_message_that_is_no_utf8_is_decoded_lossily() {
    let edit = "(i32.store (call $input (local.get $call)) (i32.const 0x62C3FF61))".to_owned()
        + &header("message", "(call $input (local.get $call))")
        + &header("message_len", 4);
    says(&edit).fails(Function(ErrorCode::Num), "a\u{FFFD}\u{FFFD}b");
}

#[test]
fn an_error_message_of_a_mebibyte_is_cut() {
    let edit = header("status", 1)
        + &header("error_kind", 2)
        + "(memory.fill (local.get $c) (i32.const 0x78) (i32.const 0x100000))"
        + &header("message", "(local.get $c)")
        + &header("message_len", 0x10_0000);
    let guest = Guest::array(own_block(0x10_0000, &edit));
    on_every_runtime(&patient(), &guest, |module| {
        let mut session = session(module);
        let error = call_evil(module, session.as_mut(), 4).unwrap_err();
        assert_eq!(error.kind(), Function(ErrorCode::Div));
        assert_eq!(error.message(), "x".repeat(patient().message_bytes));
        doubles(module, session.as_mut(), "GOOD", 4);
    });
}
