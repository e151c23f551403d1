//! A plugin and a callback that do the same give the same: one table over both.

use super::*;
use crate::{CustomFnOptions, ExcelError};

/// `ADD2` and `PICKY` of the module, as callbacks.
fn callbacks() -> WasmPluginManager {
    let mut manager = manager();
    let numbers = |args: &[Value]| -> Result<Vec<f64>, ExcelError> {
        args.iter()
            .map(|arg| match arg {
                Value::Error(error) => Err(error.clone()),
                other => {
                    let cell = CellRef::of(other, DateSystem::Excel1900).unwrap();
                    formualizer_functions::call::number(cell.scalar(), environment().rules())
                        .map_err(|_| ExcelError::new(ExcelErrorKind::Value))
                }
            })
            .collect()
    };
    let add = move |args: &[Value]| -> Result<Value, ExcelError> {
        numbers(args).map(|n| Value::Number(n[0] + n[1]))
    };
    let picky = move |args: &[Value]| -> Result<Value, ExcelError> {
        let n = numbers(args)?[0];
        assert!(n <= 1e6, "too much");
        match n < 0.0 {
            true => Err(ExcelError::new(ExcelErrorKind::Num).with_message("negative")),
            false => Ok(Value::Number(n.sqrt())),
        }
    };
    let options = |arity| CustomFnOptions {
        min_args: arity,
        max_args: Some(arity),
        thread_safe: true,
        ..CustomFnOptions::default()
    };
    manager.register_custom_function("ADD2", options(2), Arc::new(add)).unwrap();
    manager.register_custom_function("PICKY", options(1), Arc::new(picky)).unwrap();
    manager
}

#[test]
fn plugins_and_callbacks_agree() {
    let text = |text: &str| Argument::Scalar(Value::Text(text.to_owned()));
    let error = |kind| Argument::Scalar(Value::Error(ExcelError::new(kind)));
    let several = Argument::Rows(Cells::of([
        CellRef::number(9.0),
        CellRef::Blank,
        CellRef::Logical(true),
        CellRef::Text("16"),
        CellRef::Text("x"),
        CellRef::Error(ExcelErrorKind::Div, None),
        CellRef::number(-1.0),
        CellRef::number(1e9),
    ]));
    let cases: Vec<(&str, Vec<Argument>, usize)> = vec![
        ("ADD2", vec![], 1),
        ("ADD2", vec![number(1.0)], 3),
        ("ADD2", vec![number(1.0), number(2.0), number(3.0)], 2),
        ("ADD2", vec![number(1.0), number(2.0)], 3),
        ("ADD2", vec![rows(&[1.0, 2.0]), number(2.0)], 2),
        ("ADD2", vec![number(f64::MAX), number(f64::MAX)], 2),
        ("ADD2", vec![text("1.5"), Argument::Omitted], 1),
        ("ADD2", vec![text("word"), number(2.0)], 2),
        ("ADD2", vec![error(ExcelErrorKind::Na), error(ExcelErrorKind::Ref)], 2),
        ("ADD2", vec![range(&[&[1.0]]), number(2.0)], 1),
        ("PICKY", vec![several], 8),
        ("PICKY", vec![number(-4.0)], 2),
    ];
    let (plugins, callbacks) = (demo_manager(), callbacks());
    for (key, arguments, count) in cases {
        let a = call_rows(&plugins, key, arguments.clone(), count);
        let b = call_rows(&callbacks, key, arguments.clone(), count);
        assert_eq!((a.len(), b.len()), (count, count));
        for row in 0..count {
            match (a.get(row), b.get(row)) {
                (CellRef::Error(a, said), CellRef::Error(b, also)) => {
                    assert_eq!(a, b, "{key} {arguments:?} {row}");
                    if said.is_some_and(|said| said.contains("expects at")) {
                        assert_eq!(said, also);
                    }
                }
                (a, b) => assert_eq!(a, b, "{key} {arguments:?} {row}"),
            }
        }
    }
}

#[test]
fn a_wrong_number_of_arguments_has_upstreams_words() {
    for manager in [demo_manager(), callbacks()] {
        let bound = manager.functions().get("ADD2").unwrap();
        assert!(bound.refuses(2).is_none());
        for (given, wanted) in [
            (1, "ADD2 expects at least 2 argument(s), got 1"),
            (3, "ADD2 expects at most 2 argument(s), got 3"),
        ] {
            let Some(Value::Error(error)) = bound.refuses(given) else { panic!() };
            assert_eq!((error.kind, error.message()), (ExcelErrorKind::Value, Some(wanted)));
            let cells = call_rows(&manager, "ADD2", vec![number(1.0); given], 2);
            assert_eq!(error_of(cells.get(1)), (ExcelErrorKind::Value, wanted.to_owned()));
            let whole =
                bound.call_whole(&Sessions::default(), &environment(), vec![number(1.0); given]);
            assert_eq!(error_of(whole.get(0, 0)).1, wanted);
        }
    }
}
