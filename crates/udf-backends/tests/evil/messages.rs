//! Messages of very many rows.

use crate::{
    guest::{Guest, column, header},
    harness::{counting, numbers, patient, runtimes},
};
use arrow_array::{Array, Float64Array};
use std::sync::Arc;
use udf_abi::ErrorCode;
use udf_columnar::{Argument, Call, Error, Limits, Output, RowErrors, SessionOptions, UdfModule};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const LEFT_OUT: &str = "this message is left out";

/// Every row is `#NUM!` with a message of `len` bytes, which starts with the number of the row where
/// `distinct` says so.
fn guest(len: usize, distinct: bool) -> Guest {
    // Six letters for the number that the argument is.
    let letters: String = (0..6)
        .map(|nibble| {
            format!(
                "(i32.store8 offset={nibble} (local.get $at) (i32.add (i32.const 65) (i32.and (i32.const 15)
                   (i32.shr_u (i32.trunc_f64_u (call $x (local.get $call) (local.get $i))) (i32.const {})))))",
                4 * nibble
            )
        })
        .collect();
    let body = format!(
        "(local $n i32) (local $offsets i32) (local $data i32) (local $at i32)
         (local.set $n (call $rows (local.get $call)))
         (local.set $r (call $own (i32.add (i32.const 128)
           (i32.mul (local.get $n) (i32.const {row})))))
         (local.set $c (i32.add (local.get $r) (i32.const 64)))
         {header}{columns}
         (i32.store offset=20 (local.get $c) (i32.add (local.get $r) (i32.const 192)))
         (local.set $at (i32.add (i32.add (local.get $r) (i32.const 192)) (i32.shl (local.get $n) (i32.const 3))))
         (i32.store offset=36 (local.get $c) (local.get $at))
         (memory.fill (local.get $at) (i32.const 6) (local.get $n))
         (local.set $offsets (i32.and (i32.const -4) (i32.add (i32.const 3) (i32.add (local.get $at) (local.get $n)))))
         (local.set $data (i32.add (i32.const 4) (i32.add (local.get $offsets) (i32.shl (local.get $n) (i32.const 2)))))
         (i32.store16 offset=128 (local.get $r) (i32.const 12))
         (i32.store offset=132 (local.get $r) (local.get $n))
         (i32.store offset=152 (local.get $r) (local.get $offsets))
         (i32.store offset=156 (local.get $r) (local.get $data))
         (i32.store offset=160 (local.get $r) (i32.mul (local.get $n) (i32.const {len})))
         (memory.fill (local.get $data) (i32.const 109) (i32.mul (local.get $n) (i32.const {len})))
         (block $done (loop $next
           (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
           (local.set $at (i32.add (local.get $data) (i32.mul (local.get $i) (i32.const {len}))))
           (i32.store (i32.add (local.get $offsets) (i32.shl (local.get $i) (i32.const 2)))
             (i32.sub (local.get $at) (local.get $data)))
           {letters}
           (local.set $i (i32.add (local.get $i) (i32.const 1)))
           (br $next)))
         (i32.store (i32.add (local.get $offsets) (i32.shl (local.get $n) (i32.const 2)))
           (i32.mul (local.get $n) (i32.const {len})))
         (call $pack (local.get $r) (i32.add (i32.const 256) (i32.mul (local.get $n) (i32.const {row}))))",
        row = len + 13,
        header = header("column_count", 2) + &header("rows", "(local.get $n)"),
        columns = column("len", "(local.get $n)")
            + &column("error_count", "(local.get $n)")
            + &column("error_text", 2),
        letters = if distinct { letters.as_str() } else { "" },
    );
    Guest::elementwise(body)
}

fn call(
    module: &dyn UdfModule,
    threads: usize,
    batch_rows: usize,
    x: Argument,
) -> Result<Output, Error> {
    let options = SessionOptions::default().threads(threads).batch_rows(Some(batch_rows));
    module.open(options).call(&module.signature("EVIL")?, Call::new(vec![x]))
}

/// The errors of one column on each engine, in batches of several sizes on one thread and on many:
/// all are the same.
fn errors(limits: &Limits, guest: &Guest, x: &Argument) -> RowErrors {
    let mut first: Option<RowErrors> = None;
    for runtime in runtimes(limits) {
        let module = runtime.load(&guest.bytes()).unwrap();
        for (threads, batch_rows) in [(1, 20_000), (1, 999), (4, 501), (4, 3_000)] {
            let output = call(module.as_ref(), threads, batch_rows, x.clone()).unwrap();
            let found = output.columns[0].errors().unwrap();
            let first = first.get_or_insert_with(|| found.clone());
            assert!(found == first, "{} in batches of {batch_rows}", runtime.name());
        }
    }
    first.unwrap()
}

#[test]
fn a_message_of_a_million_rows_is_held_once() {
    const ROWS: usize = 1_000_000;
    let guest = guest(2_300, false);
    for runtime in runtimes(&patient()) {
        let module = runtime.load(&guest.bytes()).unwrap();
        let output = call(module.as_ref(), 2, 20_000, counting(ROWS)).unwrap();
        let column = &output.columns[0];
        assert_eq!((column.len(), column.array().null_count()), (ROWS, ROWS));
        let errors = column.errors().unwrap();
        assert_eq!((errors.count(), errors.message_bytes()), (ROWS, 2_300));
        let (code, message) = errors.get(ROWS - 1).unwrap();
        assert_eq!((code, message), (ErrorCode::Num, Some("m".repeat(2_300).as_str())));
        // As texts they are longer than a column may be, which is an error and no panic.
        assert!(errors.texts_of_rows().unwrap_err().message().contains("pass fewer rows"));
        assert_eq!(errors.texts().unwrap().values().len(), 1);
    }
}

#[test]
fn messages_past_the_budget_are_left_out_in_the_order_of_rows() {
    let errors = errors(&patient(), &guest(2_300, true), &counting(20_000));
    let kept = (8 << 20) / 2_300;
    assert_eq!(errors.message_bytes(), kept * 2_300);
    assert_eq!(errors.count(), 20_000);
    let message = |row: usize| errors.get(row).unwrap().1.unwrap();
    assert!(message(kept - 1).starts_with("P"), "{}", &message(kept - 1)[..6]);
    assert_ne!(message(0), message(1));
    for row in [kept, kept + 1, 19_999] {
        assert!(message(row).starts_with(LEFT_OUT), "{row}");
    }
}

#[test]
fn the_budget_is_a_limit() {
    let limits = patient().to_builder().messages_bytes(100).build().unwrap();
    let errors = errors(&limits, &guest(20, true), &counting(5_000));
    let message = |row: usize| errors.get(row).unwrap().1.unwrap();
    assert_eq!(errors.message_bytes(), 100);
    assert_eq!((message(0).len(), message(4).len()), (20, 20));
    assert!(message(5).starts_with(LEFT_OUT));
}

#[test]
fn what_the_function_says_of_hidden_rows_takes_no_room() {
    let limits = patient().to_builder().messages_bytes(100).build().unwrap();
    // Every second row is null, and whatever the guest answers for it does not count.
    let values: Float64Array =
        (0..5_000u32).map(|n| (n % 2 == 1).then_some(f64::from(n))).collect();
    let x = Argument::column(Arc::new(values)).unwrap();
    let errors = errors(&limits, &guest(20, true), &x);
    assert_eq!(errors.get(0), None);
    assert_eq!(errors.get(9).unwrap().1.unwrap().len(), 20);
    assert!(errors.get(11).unwrap().1.unwrap().starts_with(LEFT_OUT));
}

#[test]
fn errors_of_arguments_and_of_the_function_share_the_room() {
    let limits = patient().to_builder().messages_bytes(100).build().unwrap();
    let texts: Vec<Option<String>> =
        (0..5_000).map(|row| (row % 2 == 0).then(|| format!("{row:010}"))).collect();
    let codes: Vec<u8> =
        texts.iter().map(|t| t.as_ref().map_or(0, |_| ErrorCode::Na.code())).collect();
    let of_argument = RowErrors::try_new(codes.into(), Some(texts.into())).unwrap();
    let Argument::Column(x) = numbers((0..5_000).map(f64::from).collect()) else { unreachable!() };
    let x = Argument::Column(x.with_errors(of_argument).unwrap());
    let errors = errors(&limits, &guest(20, true), &x);
    // 10 bytes and 20 bytes by turns: seven rows are 100.
    assert_eq!(errors.message_bytes(), 100);
    assert_eq!(errors.get(0), Some((ErrorCode::Na, Some("0000000000"))));
    assert_eq!(
        errors.get(5).map(|(code, text)| (code, text.unwrap().len())),
        Some((ErrorCode::Num, 20))
    );
    assert_eq!(errors.get(6), Some((ErrorCode::Na, Some("0000000006"))));
    assert!(errors.get(7).unwrap().1.unwrap().starts_with(LEFT_OUT));
    assert_eq!(errors.get(8).unwrap().0, ErrorCode::Na);
}

#[test]
fn an_error_beside_a_million_rows_is_held_once() {
    let long = "é".repeat(5_000);
    let scalar = RowErrors::repeated(ErrorCode::Ref, Some(&long), 1);
    let column = udf_columnar::Column::new_null(udf_abi::DType::F64, 1);
    let x = Argument::Scalar(column.with_errors(scalar).unwrap());
    for runtime in runtimes(&patient()) {
        let module = runtime.load(&guest(8, false).bytes()).unwrap();
        let mut session = module.open(SessionOptions::default());
        let call = Call::new(vec![x.clone()]).rows(1_000_000);
        let output = session.call(&module.signature("EVIL").unwrap(), call).unwrap();
        let errors = output.columns[0].errors().unwrap();
        assert_eq!((errors.count(), errors.message_bytes()), (1_000_000, long.len()));
        assert_eq!(errors.get(999_999), Some((ErrorCode::Ref, Some(long.as_str()))));
    }
}

#[test]
fn no_rows_have_no_messages() {
    for runtime in runtimes(&patient()) {
        let module = runtime.load(&guest(8, true).bytes()).unwrap();
        let output = call(module.as_ref(), 1, 10, numbers(Vec::new())).unwrap();
        assert_eq!((output.columns[0].len(), output.columns[0].errors()), (0, None));
    }
}
