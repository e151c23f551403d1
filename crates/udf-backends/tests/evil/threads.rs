//! What another thread does meanwhile: it calls, cancels, or compiles.

use crate::{
    compile::{generous, heavy},
    guest::Guest,
    harness::{
        assert_fails, call, call_evil, compiling, counting, doubles, numbers, on_every_runtime,
        patient, promptly, runtimes, session,
    },
    state::{calls_so_far, counting_guest},
    time::FOREVER,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use udf_columnar::{
    CancelToken, CompileLimits,
    ErrorKind::{Busy, Cancelled, DeadlineExceeded, Trap},
    LoadOptions, SessionOptions,
};

#[test]
fn two_threads_with_two_sessions_disturb_each_other_not() {
    on_every_runtime(&patient(), &counting_guest(), |module| {
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for round in 0..20 {
                        let mut session = session(module);
                        assert_eq!(calls_so_far(module, session.as_mut()), 101.0);
                        doubles(module, session.as_mut(), "GOOD", round);
                        let x = numbers(vec![-1.0]);
                        let result = call(module, session.as_mut(), "EVIL", x);
                        assert_fails(result, Trap, "unreachable");
                        doubles(module, session.as_mut(), "GOOD", round + 1);
                    }
                });
            }
        });
    });
}

#[test]
fn a_call_for_which_no_instance_comes_free_is_told_so() {
    let limits = patient()
        .to_builder()
        .instances(1)
        .batch_deadline(Duration::from_secs(1))
        .call_deadline(Duration::from_millis(100))
        .build()
        .unwrap();
    on_every_runtime(&limits, &Guest::elementwise(FOREVER), |module| {
        std::thread::scope(|scope| {
            let looping = scope.spawn(|| call_evil(module, session(module).as_mut(), 4));
            let mut busy = false;
            while !looping.is_finished() && !busy {
                match call(module, session(module).as_mut(), "GOOD", counting(4)) {
                    Ok(output) => assert_eq!(output.rows(), 4),
                    Err(error) => {
                        busy = true;
                        assert_fails(Err::<(), _>(error), Busy, "stayed busy: raise the limit");
                    }
                }
            }
            assert!(busy, "the only instance was never busy");
            assert_fails(looping.join().unwrap(), DeadlineExceeded, "the batch ran out of time");
        });
        doubles(module, session(module).as_mut(), "GOOD", 4);
    });
}

#[test]
fn a_call_waits_for_the_instance_that_another_session_uses() {
    let limits = patient()
        .to_builder()
        .instances(1)
        .batch_deadline(Duration::from_millis(300))
        .build()
        .unwrap();
    on_every_runtime(&limits, &Guest::elementwise(FOREVER), |module| {
        std::thread::scope(|scope| {
            let looping = scope.spawn(|| call_evil(module, session(module).as_mut(), 4));
            let mut longest = Duration::ZERO;
            while !looping.is_finished() {
                let start = Instant::now();
                doubles(module, session(module).as_mut(), "GOOD", 4);
                longest = longest.max(start.elapsed());
            }
            assert!(longest >= Duration::from_millis(50), "nobody waited: {longest:?}");
            assert_fails(looping.join().unwrap(), DeadlineExceeded, "the batch ran out of time");
        });
    });
}

#[test]
fn cancelling_from_another_thread_stops_a_loop() {
    for guest in [Guest::elementwise(FOREVER), Guest::reduce(FOREVER), Guest::array(FOREVER)] {
        on_every_runtime(&patient(), &guest, |module| {
            let cancel = CancelToken::new();
            let mut stopped = module.open(SessionOptions::default().cancel(cancel.clone()));
            let result = std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(Duration::from_millis(50));
                    cancel.cancel();
                });
                call_evil(module, stopped.as_mut(), 4)
            });
            assert_fails(result, Cancelled, "cancelled");
            doubles(module, session(module).as_mut(), "GOOD", 4);
        });
    }
}

#[test]
fn a_load_ends_at_its_deadline_and_others_go_on() {
    promptly(|| {
        for runtime in runtimes(&generous()) {
            let options = LoadOptions::default().deadline(Duration::from_millis(1));
            assert_fails(
                runtime.load_with(&heavy(), &options),
                DeadlineExceeded,
                "loading the module took longer than 1ms",
            );
            let good = runtime.load(&Guest::harmless().bytes()).unwrap();
            doubles(good.as_ref(), session(good.as_ref()).as_mut(), "GOOD", 4);
        }
    });
}

#[test]
fn the_limits_deadline_holds_where_the_load_names_none() {
    let compile = CompileLimits::default().module_work(u64::MAX).deadline(Duration::from_millis(1));
    let limits = compiling(compile);
    for runtime in runtimes(&limits) {
        assert_fails(runtime.load(&heavy()), DeadlineExceeded, "allow it more time");
    }
}

#[test]
fn a_load_that_was_given_up_is_joined_by_the_next() {
    for runtime in runtimes(&generous()) {
        let bytes = heavy();
        let hasty = LoadOptions::default().deadline(Duration::from_millis(1));
        assert_fails(runtime.load_with(&bytes, &hasty), DeadlineExceeded, "took longer");
        let first = runtime.load(&bytes).unwrap();
        let second = runtime.load(&bytes).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
    }
}

#[test]
fn threads_that_load_the_same_bytes_get_one_module() {
    for runtime in runtimes(&generous()) {
        let bytes = Guest::harmless().bytes();
        let modules: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| runtime.load(&bytes).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(modules.windows(2).all(|pair| Arc::ptr_eq(&pair[0], &pair[1])));
    }
}
