//! Rows on which an elementwise function traps: exactly those fail, however the call is cut.

use crate::{
    guest::{Guest, in_place},
    harness::{assert_fails, numbers, on_every_runtime, patient},
};
use arrow_array::{Array, cast::AsArray, types::Float64Type};
use std::time::Duration;
use udf_abi::ErrorCode;
use udf_columnar::{
    Call, Error,
    ErrorKind::{
        self, DeadlineExceeded, Function, InvalidResult, MemoryLimitExceeded, StackExhausted, Trap,
    },
    MAX_FAILURES, Output, SessionOptions, UdfModule,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const BATCH_ROWS: [Option<usize>; 4] = [Some(1), Some(3), Some(64), None];
const ROWS: usize = 200;

/// Doubles, and does `evil` where a row is negative.
fn where_negative(evil: &str) -> String {
    in_place(&format!(
        "(block $done (loop $next
           (br_if $done (i32.ge_u (local.get $i) (call $rows (local.get $call))))
           (if (f64.lt (call $x (local.get $call) (local.get $i)) (f64.const 0)) (then {evil}))
           (local.set $i (i32.add (local.get $i) (i32.const 1)))
           (br $next)))"
    ))
}

fn negative_at(rows: &[usize]) -> Vec<f64> {
    (0..ROWS).map(|n| if rows.contains(&n) { -(n as f64) - 1.0 } else { n as f64 }).collect()
}

fn run(
    module: &dyn UdfModule,
    x: &[f64],
    threads: usize,
    batch_rows: Option<usize>,
) -> Result<Output, Error> {
    let options = SessionOptions::default().threads(threads).batch_rows(batch_rows);
    let call = Call::new(vec![numbers(x.to_vec())]).row_offset(1000);
    module.open(options).call(&module.signature("EVIL")?, call)
}

/// Exactly the negative rows fail like this, on 1 and 2 threads, at every size of a batch.
fn negative_rows_fail(guest: Guest, kind: ErrorKind, phrase: &'static str) {
    let cases =
        [vec![], vec![0], vec![199], vec![3, 4, 5, 63, 64, 65, 127, 198], (90..110).collect()];
    on_every_runtime(&patient(), &guest, move |module| {
        for failing in &cases {
            let x = negative_at(failing);
            for threads in [1, 2] {
                for batch_rows in BATCH_ROWS {
                    let output = run(module, &x, threads, batch_rows).unwrap();
                    assert_rows_failed(&output, &x, failing, kind, phrase);
                }
            }
        }
    });
}

fn assert_rows_failed(
    output: &Output,
    x: &[f64],
    failing: &[usize],
    kind: ErrorKind,
    phrase: &str,
) {
    let column = &output.columns[0];
    let array = column.array().as_primitive::<Float64Type>();
    assert_eq!(array.len(), ROWS);
    for (row, x) in x.iter().enumerate() {
        if !failing.contains(&row) {
            assert_eq!((array.is_valid(row), array.value(row)), (true, 2.0 * x), "row {row}");
            assert_eq!(column.error(row), None, "row {row}");
            continue;
        }
        assert!(array.is_null(row), "row {row}");
        let (code, message) = column.error(row).unwrap();
        assert_eq!(code, if let Function(code) = kind { code } else { ErrorCode::Value });
        assert!(message.unwrap().contains(phrase), "row {row}: {message:?}");
    }
    // An error that the function answers itself is no failure.
    let failed = if matches!(kind, Function(_)) { &[] } else { failing };
    assert_eq!(output.failed_rows, failed.len() as u64);
    let found: Vec<_> = output.failures.iter().map(|f| (f.row as usize - 1000, f.kind)).collect();
    assert_eq!(found, failed.iter().map(|row| (*row, kind)).collect::<Vec<_>>());
    assert!(output.failures.iter().all(|f| f.message.contains(phrase)));
}

#[test]
fn rows_that_trap_fail_alone() {
    let guest = Guest::elementwise(where_negative("(unreachable)"));
    negative_rows_fail(guest, Trap, "unreachable");
}

#[test]
fn rows_that_panic_fail_with_their_message() {
    let guest = Guest::elementwise(where_negative("(unreachable)"))
        .panic_at(64, r#"(data (i32.const 64) "\10\00\00\00x below zero, no")"#);
    negative_rows_fail(guest, Trap, "x below zero, no");
}

#[test]
fn rows_that_answer_status_1_have_that_error() {
    let evil = "(i64.store (local.get $r) (i64.const 0x600000001))
        (i32.store offset=24 (local.get $r) (i32.const 64))
        (i32.store offset=28 (local.get $r) (i32.const 12))";
    let guest =
        Guest::elementwise(where_negative(evil)).item(r#"(data (i32.const 64) "x below zero")"#);
    negative_rows_fail(guest, Function(ErrorCode::Num), "x below zero");
}

#[test]
fn rows_that_exhaust_the_stack_fail_alone() {
    let deep = "(func $deep (param i32) (result i32)
        (i32.add (i32.const 1) (call $deep (local.get 0))))";
    let guest = Guest::elementwise(where_negative("(drop (call $deep (i32.const 0)))")).item(deep);
    negative_rows_fail(guest, StackExhausted, "nested deeper than");
}

#[test]
fn rows_that_ask_for_too_much_memory_fail_alone() {
    let evil = "(if (i32.eq (i32.const -1) (memory.grow (i32.const 3000))) (then (unreachable)))";
    let guest = Guest::elementwise(where_negative(evil));
    negative_rows_fail(guest, MemoryLimitExceeded, "the guest asked for");
}

#[test]
fn text_rows_that_trap_fail_alone() {
    // The text of a row is `a`.
    let evil = where_negative("(unreachable)").replace(
        "(call $double (local.get $call))",
        "(local.set $r (call $result (local.get $call)))
         (local.set $c (call $column (local.get $call)))
         (loop $fill
           (i32.store (i32.add (i32.load offset=24 (local.get $c))
             (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
           (local.set $i (i32.add (local.get $i) (i32.const 1)))
           (br_if $fill (i32.le_u (local.get $i) (call $rows (local.get $call)))))
         (local.set $i (i32.const 0))
         (memory.fill (i32.load offset=28 (local.get $c)) (i32.const 0x61)
           (call $rows (local.get $call)))
         (i32.store offset=32 (local.get $c) (call $rows (local.get $call)))",
    );
    on_every_runtime(&patient(), &Guest::elementwise(evil).returns("utf8"), |module| {
        let failing = [0, 3, 64, 65, 199];
        let x = negative_at(&failing);
        for threads in [1, 2] {
            for batch_rows in BATCH_ROWS {
                let output = run(module, &x, threads, batch_rows).unwrap();
                let texts = output.columns[0].array().as_string::<i32>();
                for row in 0..ROWS {
                    let wanted = if failing.contains(&row) { None } else { Some("a") };
                    assert_eq!(texts.is_valid(row).then(|| texts.value(row)), wanted);
                    let error = output.columns[0].error(row);
                    assert_eq!(error.map(|e| e.0), wanted.is_none().then_some(ErrorCode::Value));
                }
                assert_eq!(output.failed_rows, 5);
            }
        }
    });
}

#[test]
fn failures_are_counted_to_the_end_and_listed_to_a_limit() {
    let guest = Guest::elementwise(where_negative("(unreachable)"));
    on_every_runtime(&patient(), &guest, |module| {
        let x = negative_at(&(0..ROWS).collect::<Vec<_>>());
        for batch_rows in BATCH_ROWS {
            let output = run(module, &x, 2, batch_rows).unwrap();
            assert_eq!(output.failed_rows, ROWS as u64);
            let listed: Vec<u64> = output.failures.iter().map(|f| f.row).collect();
            assert_eq!(listed, (1000..1000 + MAX_FAILURES as u64).collect::<Vec<_>>());
            assert_eq!(output.columns[0].errors().unwrap().count(), ROWS);
        }
    });
}

#[test]
fn a_volatile_function_that_traps_fails_as_a_whole() {
    let guest = Guest::elementwise(where_negative("(unreachable)")).volatile();
    on_every_runtime(&patient(), &guest, |module| {
        for threads in [1, 2] {
            for batch_rows in BATCH_ROWS {
                let result = run(module, &negative_at(&[100]), threads, batch_rows);
                assert_fails(result, Trap, "unreachable");
                let output = run(module, &negative_at(&[]), threads, batch_rows).unwrap();
                assert_eq!(output.failed_rows, 0);
            }
        }
    });
}

#[test]
fn a_reduction_that_traps_fails_as_a_whole() {
    let guest = Guest::reduce(in_place("(unreachable)")).returns("f64");
    on_every_runtime(&patient(), &guest, |module| {
        for threads in [1, 2] {
            assert_fails(run(module, &negative_at(&[3]), threads, None), Trap, "unreachable");
        }
    });
}

#[test]
fn an_invalid_answer_is_not_looked_for_row_by_row() {
    let guest = Guest::elementwise(where_negative("(i32.store (local.get $r) (i32.const 5))"));
    on_every_runtime(&patient(), &guest, |module| {
        for threads in [1, 2] {
            for batch_rows in BATCH_ROWS {
                let result = run(module, &negative_at(&[100]), threads, batch_rows);
                assert_fails(result, InvalidResult, "result status 5");
            }
        }
    });
}

#[test]
fn a_batch_whose_halves_burn_time_and_trap_ends_with_the_time_of_a_call() {
    let burn = "(local.set $i (i32.const 0))
        (loop $burn
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $burn (i32.lt_u (local.get $i) (i32.const 20000000))))
        (unreachable)";
    let limits = patient().to_builder().call_deadline(Duration::from_millis(300)).build().unwrap();
    on_every_runtime(&limits, &Guest::elementwise(burn), |module| {
        let x = vec![1.0; 4096];
        let result = run(module, &x, 1, Some(4096));
        assert_fails(result, DeadlineExceeded, "halving a batch that traps ran out of time");
    });
}
