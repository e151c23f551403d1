//! What a guest remembers, what it writes where it should not, and who shares its module.

use crate::{
    guest::{Guest, MANY_ROWS, in_place, prepared},
    harness::{
        assert_fails, call, call_evil, counting, doubles, numbers, on_every_runtime, patient,
        promptly, runtimes, session, values,
    },
};
use udf_columnar::{
    Call,
    ErrorKind::{InvalidArgument, InvalidResult, Trap},
    SessionOptions, UdfModule,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// `EVIL(x)` counts its calls in a global and in static memory and answers both, added; it traps
/// where the first x is negative and answers something invalid where it is 0.
pub(crate) fn counting_guest() -> Guest {
    let body = in_place(
        "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
         (i32.store (i32.const 512) (i32.add (i32.load (i32.const 512)) (i32.const 100)))
         (if (f64.lt (call $x (local.get $call) (i32.const 0)) (f64.const 0))
           (then (unreachable)))
         (if (f64.eq (call $x (local.get $call) (i32.const 0)) (f64.const 0))
           (then (i32.store (local.get $r) (i32.const 9))))
         (f64.store (i32.load offset=20 (local.get $c)) (f64.convert_i32_u
           (i32.add (global.get $calls) (i32.load (i32.const 512)))))",
    );
    Guest::reduce(body).item("(global $calls (mut i32) (i32.const 0))")
}

pub(crate) fn calls_so_far(module: &dyn UdfModule, session: &mut dyn udf_columnar::Session) -> f64 {
    values(&call_evil(module, session, 1).unwrap())[0]
}

#[test]
fn nothing_is_remembered_across_sessions() {
    on_every_runtime(&patient(), &counting_guest(), |module| {
        for _ in 0..3 {
            let mut session = session(module);
            assert_eq!(calls_so_far(module, session.as_mut()), 101.0);
            assert_eq!(calls_so_far(module, session.as_mut()), 202.0);
        }
    });
}

#[test]
fn two_open_sessions_share_nothing() {
    on_every_runtime(&patient(), &counting_guest(), |module| {
        let (mut one, mut other) = (session(module), session(module));
        assert_eq!(calls_so_far(module, one.as_mut()), 101.0);
        assert_eq!(calls_so_far(module, other.as_mut()), 101.0);
        assert_eq!(calls_so_far(module, one.as_mut()), 202.0);
    });
}

#[test]
fn nothing_is_remembered_after_a_trap_or_an_invalid_result() {
    on_every_runtime(&patient(), &counting_guest(), |module| {
        let mut session = session(module);
        for (x, kind, phrase) in
            [(-1.0, Trap, "unreachable"), (0.0, InvalidResult, "result status 9")]
        {
            assert_eq!(calls_so_far(module, session.as_mut()), 101.0);
            let result = call(module, session.as_mut(), "EVIL", numbers(vec![x]));
            assert_fails(result, kind, phrase);
            assert_eq!(calls_so_far(module, session.as_mut()), 101.0);
            let result = call(module, session.as_mut(), "EVIL", numbers(vec![x]));
            assert_fails(result, kind, phrase);
        }
    });
}

#[test]
fn a_guest_may_overwrite_its_own_request() {
    // Header, arguments and input columns; then the input values.
    let body = in_place(
        "(memory.fill
           (i32.load offset=20 (call $input (local.get $call)))
           (i32.const 0xFF)
           (i32.shl (call $rows (local.get $call)) (i32.const 3)))
         (memory.fill (local.get $call) (i32.const 0xFF)
           (i32.sub (local.get $r) (local.get $call)))",
    );
    let guest = Guest::elementwise(body);
    guest.clone().does_no_harm(MANY_ROWS);
    on_every_runtime(&patient(), &guest, |module| {
        let options = SessionOptions::default().threads(1).batch_rows(Some(7));
        let mut session = module.open(options);
        doubles(module, session.as_mut(), "EVIL", MANY_ROWS);
        doubles(module, session.as_mut(), "EVIL", MANY_ROWS + 500);
    });
}

#[test]
fn a_guest_may_write_zeros_over_all_memory_but_its_answer() {
    let body = in_place(
        "(memory.fill (i32.const 0) (i32.const 0) (local.get $r))
         (local.set $i (i32.add (i32.load offset=20 (local.get $c)) (i32.const 32)))
         (memory.fill (local.get $i) (i32.const 0)
           (i32.sub (i32.shl (memory.size) (i32.const 16)) (local.get $i)))",
    );
    Guest::elementwise(body).does_no_harm(4);
}

#[test]
fn sessions_at_rest_make_room_for_those_of_other_modules() {
    // Together more than wasmtime has slots for.
    let limits = patient().to_builder().instances(400).build().unwrap();
    for runtime in runtimes(&limits) {
        let modules = [Guest::harmless(), counting_guest()];
        let modules = modules.map(|guest| runtime.load(&guest.bytes()).unwrap());
        let mut at_rest = Vec::new();
        for module in &modules {
            for _ in 0..400 {
                let mut session = session(module.as_ref());
                doubles(module.as_ref(), session.as_mut(), "GOOD", 2);
                at_rest.push((module, session));
            }
        }
        for (module, session) in &mut at_rest {
            doubles(module.as_ref(), session.as_mut(), "GOOD", 3);
        }
    }
}

#[test]
fn more_threads_than_instances_share_them() {
    let limits = patient().to_builder().instances(1).build().unwrap();
    on_every_runtime(&limits, &Guest::harmless(), |module| {
        let options = SessionOptions::default().threads(8).batch_rows(Some(10));
        doubles(module, module.open(options).as_mut(), "GOOD", MANY_ROWS);
    });
}

#[test]
fn a_function_of_another_module_is_refused_and_the_session_goes_on() {
    promptly(|| {
        for runtime in runtimes(&patient()) {
            let own = runtime.load(&Guest::harmless().bytes()).unwrap();
            let other = runtime.load(&Guest::reduce(prepared("")).bytes()).unwrap();
            let mut here = session(own.as_ref());
            let call = Call::new(vec![counting(4)]);
            let foreign = here.call(&other.signature("EVIL").unwrap(), call.clone());
            assert_fails(foreign, InvalidArgument, "not a function of this session's");
            // The same content is the same module, whoever loaded it.
            let again = runtime.load(&Guest::harmless().bytes()).unwrap();
            here.call(&again.signature("GOOD").unwrap(), call).unwrap();
            doubles(own.as_ref(), here.as_mut(), "GOOD", 4);
        }
    });
}
