//! Guests whose instructions take far longer than an instruction should, or stand where an engine
//! looks at the clock too late: none keeps its caller waiting, none loses its place.

use crate::{
    guest::{Guest, in_place},
    harness::{call, hasty, numbers, on_every_runtime, patient, session, values},
};
use std::fmt::Write;
use udf_columnar::ErrorKind::{DeadlineExceeded, StackExhausted, Trap};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Nearly all the memory that an instance may have.
const GROW_TO_120_MIB: &str =
    "(if (i32.eq (i32.const -1) (memory.grow (i32.const 1900))) (then (unreachable)))";

fn never_returns(guest: Guest) {
    guest.fails_on(4, &hasty(), DeadlineExceeded, "the call ran out of time");
}

fn forever(body: &str) -> String {
    format!("(loop $forever {body} (br $forever)) (unreachable)")
}

#[test]
fn a_loop_that_fills_or_copies_all_memory_runs_out_of_time() {
    for operation in [
        "(memory.fill (i32.const 0) (i32.const 0) (i32.const 0x7600000))",
        "(memory.copy (i32.const 0) (i32.const 8) (i32.const 0x7600000))",
    ] {
        never_returns(Guest::reduce(format!("{GROW_TO_120_MIB} {}", forever(operation))));
    }
}

#[test]
fn a_fill_or_copy_past_the_end_traps_before_it_is_paid_for() {
    for operation in [
        "(memory.fill (i32.const 1) (i32.const 0) (i32.const 0xFFFFFFFF))",
        "(memory.copy (i32.const 0) (i32.const 1) (i32.const 0xFFFFFFFF))",
        "(memory.copy (i32.const 0xFFFFFFFF) (i32.const 0) (i32.const 2))",
        "(memory.init $segment (i32.const 0) (i32.const 0) (i32.const 0xFFFFFFFF))",
    ] {
        let guest = Guest::reduce(format!("{operation} (unreachable)"));
        guest.item(r#"(data $segment "abc")"#).fails(Trap, "out of bounds memory access");
    }
}

#[test]
fn a_loop_over_table_operations_runs_out_of_time() {
    let table = "(table $t 10000 funcref) (elem $e funcref (ref.null func) (ref.null func))";
    for operation in [
        "(table.fill $t (i32.const 0) (ref.null func) (i32.const 10000))",
        "(table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 9999))",
        "(table.init $t $e (i32.const 0) (i32.const 0) (i32.const 2))",
    ] {
        never_returns(Guest::reduce(forever(operation)).item(table));
    }
}

#[test]
fn a_loop_of_refused_growth_runs_out_of_time() {
    never_returns(Guest::reduce(forever("(drop (memory.grow (i32.const 1)))")));
    let grow = "(drop (table.grow $t (ref.null func) (i32.const 700)))";
    never_returns(Guest::reduce(forever(grow)).item("(table $t 1 funcref)"));
}

#[test]
fn a_loop_of_indirect_calls_runs_out_of_time() {
    let items = "(type $nothing (func)) (table 1 funcref) (func $idle) (elem (i32.const 0) $idle)";
    never_returns(
        Guest::reduce(forever("(call_indirect (type $nothing) (i32.const 0))")).item(items),
    );
}

/// A function of thirty thousand locals, each of which is set to zero when it is called.
fn wide(body: &str) -> String {
    format!("(func $wide (param i32) (result i32) (local{}) {body})", " i64".repeat(29_999))
}

#[test]
fn a_loop_that_calls_a_function_of_30_000_locals_runs_out_of_time() {
    let guest = Guest::reduce(forever("(drop (call $wide (i32.const 1)))"));
    never_returns(guest.item(&wide("(i32.const 1)")));
}

#[test]
fn a_recursion_with_30_000_locals_exhausts_the_stack() {
    let body = wide("(i32.add (i32.const 1) (call $wide (local.get 0)))");
    let guest = Guest::reduce("(drop (call $wide (i32.const 1))) (unreachable)").item(&body);
    guest.fails(StackExhausted, "nested deeper than");
}

#[test]
fn two_functions_that_call_each_other_without_end_exhaust_the_stack() {
    let items = "(func $a (param i64 f64) (result i64) (i64.add (local.get 0)
          (call $b (local.get 1) (local.get 0))))
        (func $b (param f64 i64) (result i64) (i64.mul (local.get 1)
          (call $a (local.get 1) (local.get 0))))";
    let guest = Guest::reduce("(call $a (i64.const 1) (f64.const 1))").item(items);
    guest.fails(StackExhausted, "nested deeper than");
}

/// What is left to do after each of 5 000 nested calls stands in no loop and starts no function:
/// an interpreter that counts on the host's stack for it overflows that.
#[test]
fn long_returns_of_5_000_nested_calls_need_no_stack_of_the_host() {
    let mut after = String::new();
    for offset in (0..400).step_by(8) {
        write!(
            after,
            "(i64.store offset={offset} (i32.const 1024)
               (i64.add (i64.extend_i32_u (local.get $n)) (i64.load offset={offset} (i32.const 1024))))"
        )
        .unwrap();
    }
    let deep = format!(
        "(func $deep (param $n i32)
           (if (local.get $n) (then (call $deep (i32.sub (local.get $n) (i32.const 1)))))
           {after})"
    );
    let body = in_place(
        "(memory.fill (i32.const 1024) (i32.const 0) (i32.const 400))
         (call $deep (i32.const 5000))
         (if (i64.ne (i64.load offset=392 (i32.const 1024)) (i64.const 12502500))
           (then (unreachable)))",
    );
    Guest::elementwise(body).item(&deep).does_no_harm(4);
}

#[test]
fn a_body_of_100_000_instructions_without_a_loop_runs() {
    let step = "(local.set $i (i32.add (i32.mul (local.get $i) (i32.const 3)) (i32.const 1)))";
    // i becomes 3i + 1 so many times, modulo 2^32.
    let wanted = (0..25_000).fold(0u32, |i, _| i.wrapping_mul(3).wrapping_add(1));
    let check = format!("(if (i32.ne (local.get $i) (i32.const {wanted})) (then (unreachable)))");
    Guest::elementwise(in_place(&(step.repeat(25_000) + &check))).does_no_harm(4);
}

#[test]
fn a_branch_table_of_10_000_targets_branches() {
    let targets: String = (0..9_999).map(|n| if n % 2 == 0 { " $even" } else { " $odd" }).collect();
    let branch = format!(
        "(block $odd (block $even (br_table{targets} $odd (local.get $i))) (return (i32.const 0)))
         (i32.const 1)"
    );
    let parity = format!("(func $parity (param $i i32) (result i32) {branch})");
    let check = |n: u32, parity: u32| {
        format!(
            "(if (i32.ne (call $parity (i32.const {n})) (i32.const {parity})) (then (unreachable)))"
        )
    };
    let checks = check(0, 0) + &check(9_997, 1) + &check(9_998, 0) + &check(u32::MAX, 1);
    Guest::elementwise(in_place(&checks)).item(&parity).does_no_harm(4);
    let spin = forever("(drop (call $parity (local.get $i)))");
    never_returns(Guest::reduce(spin).item(&parity));
}

/// A table that grows at any moment, that of an engine's look at the clock included.
#[test]
fn growth_of_a_table_is_done_once_whenever_it_comes() {
    let body = in_place(
        "(local.set $i (i32.trunc_f64_u (call $x (local.get $call) (i32.const 0))))
         (loop $burn (if (local.get $i) (then
           (local.set $i (i32.sub (local.get $i) (i32.const 1))) (br $burn))))
         (if (i32.ne (i32.const 1) (table.grow $t (ref.null func) (i32.const 9000)))
           (then (unreachable)))
         (if (i32.ne (i32.const 9001) (table.size $t)) (then (unreachable)))
         (if (global.get $grown) (then (unreachable)))
         (global.set $grown (i32.const 1))",
    );
    let guest =
        Guest::reduce(body).item("(table $t 1 funcref) (global $grown (mut i32) (i32.const 0))");
    on_every_runtime(&patient(), &guest, |module| {
        for burn in (0..3_000).step_by(40) {
            let x = numbers(vec![f64::from(burn)]);
            let output = call(module, session(module).as_mut(), "EVIL", x).unwrap();
            assert_eq!(values(&output), [2.0 * f64::from(burn)]);
        }
    });
}

/// Between two loops or calls wasmtime does not look at the clock; fuel is paid by the byte.
#[cfg(feature = "wasmi")]
#[test]
fn fills_one_after_the_other_run_out_of_time_on_wasmi() {
    use crate::harness::{assert_fails, call_evil, doubles, promptly, runtimes};
    let fill = "(memory.fill (i32.const 0) (i32.const 0) (i32.const 0x7600000))";
    let guest = Guest::reduce(format!("{GROW_TO_120_MIB} {} (unreachable)", fill.repeat(4_000)));
    promptly(move || {
        let runtimes = runtimes(&hasty());
        let runtime = runtimes.iter().find(|runtime| runtime.name() == "wasmi").unwrap();
        let module = runtime.load(&guest.bytes()).unwrap();
        let mut session = session(module.as_ref());
        let result = call_evil(module.as_ref(), session.as_mut(), 4);
        assert_fails(result, DeadlineExceeded, "the call ran out of time");
        doubles(module.as_ref(), session.as_mut(), "GOOD", 4);
    });
}
