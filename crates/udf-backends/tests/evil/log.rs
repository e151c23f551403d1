//! What guests log, by `fz_log`.

use crate::{
    guest::{Guest, LARGE_BLOCK, MANY_ROWS, MEMORY_END, in_place},
    harness::{call_evil, doubles, numbers, on_every_runtime, patient, session},
};
use udf_abi::exports::MAX_LOG_BYTES;
use udf_columnar::{
    Call, Error, ErrorKind, KEPT_LOG_LINES, Log, Output, SessionOptions, UdfModule,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ADDRESS: &str = r#"(global (export "fz_log") i32 (i32.const 64))"#;

/// Logs a letter for each row, A for 0, and traps behind that of a row that is negative.
fn letters() -> String {
    in_place(
        "(i64.store (i32.const 64) (i64.const 0))
         (block $done (loop $next
           (br_if $done (i32.ge_u (local.get $i) (call $rows (local.get $call))))
           (i32.store8 offset=72 (i32.load (i32.const 64)) (i32.add (i32.const 65) (i32.rem_u
             (i32.trunc_f64_s (f64.abs (call $x (local.get $call) (local.get $i)))) (i32.const 26))))
           (i32.store8 offset=73 (i32.load (i32.const 64)) (i32.const 10))
           (i32.store (i32.const 64) (i32.add (i32.const 2) (i32.load (i32.const 64))))
           (if (f64.lt (call $x (local.get $call) (local.get $i)) (f64.const 0))
             (then (unreachable)))
           (local.set $i (i32.add (local.get $i) (i32.const 1)))
           (br $next)))",
    )
}

fn letter(row: usize) -> String {
    char::from(b'A' + (row % 26) as u8).to_string()
}

/// Rows 0, 1, 2, …, of which these are negative.
fn run(
    module: &dyn UdfModule,
    rows: usize,
    negative: &[usize],
    options: SessionOptions,
) -> Result<Output, Error> {
    let x = (0..rows).map(|n| if negative.contains(&n) { -(n as f64) } else { n as f64 });
    let call = Call::new(vec![numbers(x.collect())]);
    module.open(options).call(&module.signature("EVIL")?, call)
}

#[test]
fn each_row_logs_once_in_the_order_of_rows_however_the_call_is_cut_and_whatever_traps() {
    let guest = Guest::elementwise(letters()).item(ADDRESS);
    on_every_runtime(&patient(), &guest, |module| {
        let wanted: Vec<String> = (0..150).map(letter).collect();
        for negative in [&[][..], &[149], &[3, 4, 100]] {
            for (threads, size) in
                [(1, Some(1)), (1, Some(7)), (2, Some(7)), (2, Some(64)), (1, None)]
            {
                let options = SessionOptions::default().threads(threads).batch_rows(size);
                let output = run(module, 150, negative, options).unwrap();
                assert_eq!(output.failed_rows, negative.len() as u64);
                assert_eq!(output.log.lines(), wanted, "{threads} threads, {size:?} rows");
                assert_eq!(output.log.more(), 0);
            }
        }
    });
}

#[test]
fn a_call_that_fails_has_what_was_logged_before() {
    let guest = Guest::elementwise(letters()).volatile().item(ADDRESS);
    on_every_runtime(&patient(), &guest, |module| {
        let options = SessionOptions::default().threads(1).batch_rows(Some(4));
        let error = run(module, 20, &[9], options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Trap);
        assert_eq!(error.log().lines(), (0..10).map(letter).collect::<Vec<_>>());
    });
    let logged = r#"(data (i32.const 64) "\04\00\00\00\00\00\00\00last")"#;
    let guest = Guest::reduce("(unreachable)").item(ADDRESS).item(logged);
    on_every_runtime(&patient(), &guest, |module| {
        let error = call_evil(module, session(module).as_mut(), 4).unwrap_err();
        assert_eq!(error.log().lines(), ["last"]);
    });
}

#[test]
fn what_a_call_logs_is_bounded_and_the_rest_is_counted() {
    let guest = Guest::elementwise(letters()).item(ADDRESS);
    on_every_runtime(&patient(), &guest, |module| {
        for (threads, size) in [(1, 7), (2, 7), (2, 64)] {
            let options = SessionOptions::default().threads(threads).batch_rows(Some(size));
            let log = run(module, 2 * KEPT_LOG_LINES, &[], options).unwrap().log;
            let wanted: Vec<String> = (0..KEPT_LOG_LINES).map(letter).collect();
            assert_eq!((log.lines(), log.more()), (&wanted[..], KEPT_LOG_LINES as u64));
        }
    });
}

/// `EVIL` doubles all the same, and this is its log.
fn logs(guest: Guest, expected: impl Fn(&Log) + Clone + Send + 'static) {
    on_every_runtime(&patient(), &guest, move |module| {
        let mut here = session(module);
        for _ in 0..2 {
            expected(&call_evil(module, here.as_mut(), 4).unwrap().log);
            doubles(module, here.as_mut(), "EVIL", 4);
            doubles(module, here.as_mut(), "GOOD", 4);
        }
    });
}

#[test]
fn a_log_out_of_bounds_is_none() {
    for at in [MEMORY_END - 3, MEMORY_END, 0xFFFF_FFF0, 0xFFFF_FFFD, u32::MAX] {
        let item = format!(r#"(global (export "fz_log") i32 (i32.const {at}))"#);
        logs(Guest::harmless().item(&item), |log| assert!(log.is_empty()));
    }
    let at = MEMORY_END - 16;
    let item = format!(r#"(global (export "fz_log") i32 (i32.const {at}))"#);
    let data = format!(r#"(data (i32.const {at}) "\09\00\00\00\00\00\00\00abcdefgh")"#);
    logs(Guest::harmless().item(&item).item(&data), |log| assert!(log.is_empty()));
}

#[test]
fn a_log_that_is_no_address_is_none() {
    for item in [
        r#"(global (export "fz_log") i64 (i64.const 64))"#,
        r#"(global (export "fz_log") f32 (f32.const 64))"#,
        r#"(func (export "fz_log"))"#,
        r#"(table (export "fz_log") 1 funcref)"#,
    ] {
        let data = r#"(data (i32.const 64) "\01\00\00\00\00\00\00\00x")"#;
        logs(Guest::harmless().item(item).item(data), |log| assert!(log.is_empty()));
    }
}

#[test]
fn a_log_of_4_gib_is_cut_and_nothing_in_it_reaches_a_terminal() {
    let data = r#"(data (i32.const 64) "\ff\ff\ff\ff\ff\ff\ff\ffa\ff\1b[2J\r\nb\00")"#;
    logs(Guest::harmless().item(ADDRESS).item(data), |log| {
        assert_eq!(log.lines().len(), 2);
        assert_eq!(log.lines()[0], "a\u{FFFD}\u{FFFD}[2J\u{FFFD}");
        assert!(log.lines()[1].starts_with("b\u{FFFD}") && !log.lines()[1].contains('\0'));
        let kept: usize = log.lines().iter().map(|line| line.chars().count() + 1).sum();
        assert_eq!((kept, log.more()), (MAX_LOG_BYTES + 1, u64::from(u32::MAX) + 1));
    });
}

#[test]
fn a_call_that_does_not_reach_the_function_has_no_log_of_the_one_before() {
    let logged = r#"(data (i32.const 64) "\04\00\00\00\00\00\00\00last")"#;
    let guest = Guest::reduce(in_place("")).item(ADDRESS).item(logged).alloc("(unreachable)");
    on_every_runtime(&patient(), &guest, |module| {
        const { assert!(MANY_ROWS * 8 > LARGE_BLOCK) };
        let mut here = session(module);
        assert_eq!(call_evil(module, here.as_mut(), 4).unwrap().log.lines(), ["last"]);
        let error = call_evil(module, here.as_mut(), MANY_ROWS).unwrap_err();
        assert!(error.is_trap() && error.log().is_empty(), "{error}");
    });
}
