//! Guests that never return, in every entry; deadlines and cancellation.

use crate::{
    guest::{Guest, LARGE_BLOCK, MANY_ROWS, in_place, own_block},
    harness::{
        assert_fails, call, call_evil, counting, doubles, hasty, on_every_runtime, patient,
        session, wait,
    },
};
use std::time::Duration;
use udf_columnar::{
    CancelToken,
    ErrorKind::{Cancelled, DeadlineExceeded},
    Limits, SessionOptions,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

pub(crate) const FOREVER: &str = "(loop $forever (br $forever)) (unreachable)";

/// A loop that ends after as many rounds.
fn rounds(count: u64) -> String {
    format!(
        "(local.set $i (i32.const {count}))
         (loop $next
           (local.set $i (i32.sub (local.get $i) (i32.const 1)))
           (br_if $next (local.get $i)))"
    )
}

fn never_returns(guest: Guest, rows: usize, phrase: &'static str) {
    guest.fails_on(rows, &hasty(), DeadlineExceeded, phrase);
}

#[test]
fn a_function_that_never_returns_runs_out_of_time() {
    never_returns(Guest::elementwise(FOREVER), 4, "the batch ran out of time");
    never_returns(Guest::reduce(FOREVER), 4, "the call ran out of time");
    never_returns(Guest::array(FOREVER), 4, "the call ran out of time");
}

#[test]
fn a_function_that_asks_for_less_time_gets_less() {
    let hint = |guest: Guest| guest.hints(serde_json::json!({ "deadline_ms": 30 }));
    let phrase = "the call (hint `deadline_ms`) ran out of time: the limit is 30ms";
    for guest in [Guest::elementwise(FOREVER), Guest::reduce(FOREVER), Guest::array(FOREVER)] {
        hint(guest).fails_on(4, &patient(), DeadlineExceeded, phrase);
    }
}

#[test]
fn a_function_that_asks_for_more_time_does_not_get_it() {
    let guest = Guest::reduce(FOREVER).hints(serde_json::json!({ "deadline_ms": 1_000_000 }));
    never_returns(guest, 4, "the call ran out of time");
    let guest =
        Guest::elementwise(in_place("")).hints(serde_json::json!({ "deadline_ms": u64::MAX }));
    on_every_runtime(&patient(), &guest, |module| {
        doubles(module, session(module).as_mut(), "EVIL", 4);
    });
}

#[test]
fn a_loop_over_bulk_operations_runs_out_of_time() {
    let fill = "(loop $forever
        (memory.fill (i32.const 0) (i32.const 0) (i32.const 0x10000)) (br $forever))
        (unreachable)";
    never_returns(Guest::reduce(fill), 4, "the call ran out of time");
}

#[test]
fn calls_that_never_end_run_out_of_time() {
    let flat = "(loop $forever (drop (call $bump (i32.const 0))) (br $forever)) (unreachable)";
    never_returns(Guest::reduce(flat), 4, "the call ran out of time");
    // The binary tree of calls is 4 000 deep at most and has 2^4000 leaves.
    let tree = "(func $tree (param $n i32)
        (if (local.get $n) (then
          (call $tree (i32.sub (local.get $n) (i32.const 1)))
          (call $tree (i32.sub (local.get $n) (i32.const 1))))))";
    let guest = Guest::reduce("(call $tree (i32.const 4000)) (i64.const 0)").item(tree);
    never_returns(guest, 4, "the call ran out of time");
}

#[test]
fn an_allocator_that_never_returns_runs_out_of_time() {
    let guest = Guest::reduce(in_place("")).alloc(FOREVER);
    never_returns(guest, MANY_ROWS, "the call ran out of time");
    let guest = Guest::elementwise(in_place("")).alloc(FOREVER);
    never_returns(guest, MANY_ROWS, "the batch ran out of time");
}

#[test]
fn a_free_that_never_returns_runs_out_of_time() {
    let guest = Guest::array(own_block(2 * LARGE_BLOCK, "")).free(FOREVER);
    never_returns(guest, 4, "the call ran out of time");
}

#[test]
fn a_version_that_never_returns_runs_out_of_time() {
    on_every_runtime(&hasty(), &Guest::harmless().version(FOREVER), |module| {
        let mut session = session(module);
        for name in ["GOOD", "EVIL"] {
            let result = call(module, session.as_mut(), name, counting(4));
            assert_fails(result, DeadlineExceeded, "ran out of time");
        }
    });
}

#[test]
fn an_instantiation_that_takes_its_time_ends() {
    // Nothing of a module runs when it is instantiated but its segments; these are many.
    let segments: String =
        (0..20_000).map(|n| format!("(data (i32.const {}) \"{:0>8}\")", n % 4096, n)).collect();
    Guest::harmless().item(&segments).does_no_harm(4);
}

#[test]
fn a_loop_on_two_threads_runs_out_of_time() {
    on_every_runtime(&hasty(), &Guest::elementwise(FOREVER), |module| {
        let options = SessionOptions::default().threads(2).batch_rows(Some(10));
        let mut session = module.open(options);
        let result = call_evil(module, session.as_mut(), 1000);
        assert_fails(result, DeadlineExceeded, "the batch ran out of time");
        doubles(module, session.as_mut(), "GOOD", 1000);
    });
}

#[test]
fn a_cancelled_session_takes_no_more_calls() {
    for guest in [Guest::harmless(), Guest::reduce(in_place("")), Guest::array(own_block(64, ""))] {
        on_every_runtime(&patient(), &guest, |module| {
            let cancel = CancelToken::new();
            let mut session = module.open(SessionOptions::default().cancel(cancel.clone()));
            doubles(module, session.as_mut(), "GOOD", 4);
            cancel.cancel();
            for name in ["EVIL", "GOOD"] {
                let result = call(module, session.as_mut(), name, counting(4));
                assert_fails(result, Cancelled, "cancelled");
            }
        });
    }
}

#[test]
fn a_session_past_its_deadline_takes_no_more_calls() {
    for guest in [Guest::harmless(), Guest::reduce(in_place("")), Guest::array(own_block(64, ""))] {
        on_every_runtime(&patient(), &guest, |module| {
            let short = Some(Duration::from_millis(1));
            let mut session = module.open(SessionOptions::default().deadline(short));
            wait(Duration::from_millis(5));
            for name in ["EVIL", "GOOD"] {
                let result = call(module, session.as_mut(), name, counting(4));
                assert_fails(result, DeadlineExceeded, "the evaluation ran out of time");
            }
        });
    }
}

#[test]
fn the_deadline_of_a_session_stops_a_call_that_may_run_longer() {
    for guest in [Guest::elementwise(FOREVER), Guest::reduce(FOREVER)] {
        on_every_runtime(&patient(), &guest, |module| {
            let short = Some(Duration::from_millis(150));
            let mut stopped = module.open(SessionOptions::default().deadline(short));
            let result = call_evil(module, stopped.as_mut(), 4);
            assert_fails(result, DeadlineExceeded, "the evaluation ran out of time");
            doubles(module, session(module).as_mut(), "GOOD", 4);
        });
    }
}

#[test]
fn the_deadline_of_the_limits_is_that_of_a_session_without_its_own() {
    let limits = patient().to_builder().total_deadline(Duration::from_millis(150)).build().unwrap();
    Guest::reduce(FOREVER).fails_once_per_session(&limits);
}

#[test]
fn the_deadline_of_a_session_ends_the_halving_of_batches() {
    // Every row takes its time and then traps: 8 000 rows would take minutes.
    let guest = Guest::elementwise(format!("{} (unreachable)", rounds(20_000_000)));
    on_every_runtime(&patient(), &guest, |module| {
        let short = Some(Duration::from_millis(200));
        let mut stopped = module.open(SessionOptions::default().deadline(short));
        let result = call_evil(module, stopped.as_mut(), 8_000);
        assert_fails(result, DeadlineExceeded, "the evaluation ran out of time");
        doubles(module, session(module).as_mut(), "GOOD", 4);
    });
}

impl Guest {
    fn fails_once_per_session(self, limits: &Limits) {
        on_every_runtime(limits, &self, |module| {
            for _ in 0..2 {
                let result = call_evil(module, session(module).as_mut(), 4);
                assert_fails(result, DeadlineExceeded, "the evaluation ran out of time");
                doubles(module, session(module).as_mut(), "GOOD", 4);
            }
        });
    }
}
