use super::*;
use arrow_array::{Array, Float64Array};
use udf_columnar::AnyValue;

fn call_with(
    sessions: &Sessions,
    manager: &WasmPluginManager,
    key: &str,
    arguments: Vec<Argument>,
    rows: usize,
) -> Cells {
    let bound = manager.functions().get(key).unwrap();
    bound.call_rows(sessions, &environment(), arguments, rows).unwrap()
}

#[test]
fn a_column_is_one_call_and_is_counted() {
    let manager = demo_manager();
    let sessions = Sessions::default();
    let column: Vec<f64> = (0..1000).map(f64::from).collect();
    let cells = call_with(&sessions, &manager, "ADD2", vec![rows(&column), number(1.0)], 1000);
    assert_eq!(cells.get(999), CellRef::number(1000.0));
    assert!(matches!(cells, Cells::Numbers(..)));
    let counts = sessions.counts();
    assert_eq!((counts.calls, counts.rows, counts.guest_calls), (1, 1000, 1));
}

#[test]
fn equal_arguments_everywhere_are_one_row_unless_the_function_is_volatile() {
    let manager = demo_manager();
    let cells = call_rows(&manager, "ADD2", vec![number(1.0), number(2.0)], 500);
    assert!(cells.same(&Cells::number(3.0, 500)));
    let dice = call_rows(&manager, "DICE", vec![], 3);
    assert!(dice.same(&Cells::of([0.0, 1.0, 2.0].map(CellRef::number))));
    assert_eq!(call_rows(&manager, "ADD2", vec![number(1.0), number(2.0)], 0).len(), 0);
}

#[test]
fn two_columns_of_a_volatile_function_differ() {
    let (manager, sessions) = (demo_manager(), Sessions::default());
    let dice = |place| {
        let environment = Environment { place, ..environment() };
        manager
            .functions()
            .get("DICE")
            .unwrap()
            .call_rows(&sessions, &environment, vec![], 3)
            .unwrap()
    };
    let (first, second) = (dice(0), dice(1_000));
    assert!(!first.same(&second));
}

#[test]
fn rows_fail_alone() {
    let manager = demo_manager();
    let cells = Cells::of([
        CellRef::number(4.0),
        CellRef::number(-1.0),
        CellRef::number(1e7),
        CellRef::Text("9"),
        CellRef::Text("nine"),
        CellRef::Error(ExcelErrorKind::Ref, None),
        CellRef::Blank,
    ]);
    let results = call_rows(&manager, "PICKY", vec![Argument::Rows(cells)], 7);
    assert_eq!(results.get(0), CellRef::number(2.0));
    assert_eq!(error_of(results.get(1)), (ExcelErrorKind::Num, "negative".to_owned()));
    let (kind, message) = error_of(results.get(2));
    assert!(kind == ExcelErrorKind::Value && message.contains("too much"), "{message}");
    assert_eq!(results.get(3), CellRef::number(3.0));
    let (kind, message) = error_of(results.get(4));
    assert!(kind == ExcelErrorKind::Value && message.contains("nine"), "{message}");
    assert_eq!(error_of(results.get(5)).0, ExcelErrorKind::Ref);
    assert_eq!(results.get(6), CellRef::number(0.0));
}

#[test]
fn any_parameters_see_cells_as_they_are() {
    let manager = demo_manager();
    let cells = Cells::of([
        CellRef::Blank,
        CellRef::Number(45_000.0, crate::cells::NumberKind::Date),
        CellRef::Text("x"),
        CellRef::Logical(true),
        CellRef::Error(ExcelErrorKind::Div, Some("why")),
    ]);
    let results = call_rows(&manager, "ECHO", vec![Argument::Rows(cells.clone())], 5);
    assert!(results.same(&cells));
}

#[test]
fn ranges_reach_reductions_without_their_texts() {
    let manager = demo_manager();
    assert_eq!(
        call_whole(&manager, "TOTAL", vec![range(&[&[1.0, 2.0], &[3.0, 4.0]])]),
        [[Value::Number(10.0)]]
    );
    let mixed = Cells::of([
        CellRef::number(5.0),
        CellRef::Text("7"),
        CellRef::Logical(true),
        CellRef::Blank,
    ]);
    let mixed = Argument::Range(Table::try_new(vec![mixed]).unwrap());
    assert_eq!(call_whole(&manager, "TOTAL", vec![mixed]), [[Value::Number(5.0)]]);
    let broken = Cells::of([CellRef::number(5.0), CellRef::Error(ExcelErrorKind::Na, None)]);
    let broken = Argument::Range(Table::try_new(vec![broken]).unwrap());
    let bound = manager.functions().get("TOTAL").unwrap();
    let table = bound.call_whole(&Sessions::default(), &environment(), vec![broken.clone()]);
    assert_eq!(error_of(table.get(0, 0)).0, ExcelErrorKind::Na);
    // The same for every row of a column of formulas.
    let cells = call_rows(&manager, "TOTAL", vec![broken], 2);
    assert_eq!(error_of(cells.get(1)).0, ExcelErrorKind::Na);
}

#[test]
fn an_array_is_what_the_function_answers() {
    let numbers = |row: [f64; 2]| row.map(Value::Number).to_vec();
    let grid = vec![numbers([1.0, 10.0]), numbers([2.0, 11.0])];
    assert_eq!(call_whole(&demo_manager(), "GRID", vec![]), grid);
    let manager = demo_manager();
    let bound = manager.functions().get("GRID").unwrap();
    let rows = bound.call_rows(&Sessions::default(), &environment(), vec![], 1).unwrap_err();
    assert_eq!(rows, [Value::Array(grid)]);
}

#[test]
fn an_elementwise_function_spreads_over_arrays_as_in_excel() {
    let manager = demo_manager();
    let column = range(&[&[1.0, 2.0, 3.0]]);
    let row = range(&[&[10.0], &[20.0]]);
    let sums = call_whole(&manager, "ADD2", vec![column, row.clone()]);
    let numbers = |row: [f64; 2]| row.map(Value::Number).to_vec();
    assert_eq!(sums, [numbers([11.0, 21.0]), numbers([12.0, 22.0]), numbers([13.0, 23.0])]);
    let short = range(&[&[1.0, 2.0], &[3.0, 4.0], &[5.0, 6.0]]);
    let bound = manager.functions().get("ADD2").unwrap();
    let table = bound.call_whole(&Sessions::default(), &environment(), vec![short, row]);
    assert_eq!((table.height(), table.width()), (2, 3));
    assert_eq!(error_of(table.get(0, 2)).0, ExcelErrorKind::Na);
    assert_eq!(table.get(1, 1), CellRef::number(24.0));
    assert_eq!(
        call_whole(&manager, "ADD2", vec![number(1.0), rows(&[2.0])]),
        [[Value::Number(3.0)]]
    );
}

#[test]
fn ranges_and_rows_that_do_not_fit_are_errors_with_the_reason() {
    let manager = demo_manager();
    for (key, arguments, rows_wanted, wanted) in [
        ("ADD2", vec![range(&[&[1.0, 2.0]]), number(1.0)], 2, "argument 1 `a`: takes one value"),
        ("ADD2", vec![rows(&[1.0, 2.0]), number(1.0)], 3, "2 rows of an argument for 3"),
    ] {
        let cells = call_rows(&manager, key, arguments, rows_wanted);
        let (kind, message) = error_of(cells.get(0));
        assert_eq!((kind, cells.len()), (ExcelErrorKind::Value, rows_wanted));
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn functions_of_kinds_that_are_not_run_are_not_implemented() {
    let cells = call_rows(&demo_manager(), "LATER", vec![number(1.0)], 2);
    let (kind, message) = error_of(cells.get(1));
    assert_eq!(kind, ExcelErrorKind::NImpl);
    assert!(message.contains("scan"), "{message}");
}

#[test]
fn a_cancelled_recalculation_says_so() {
    let manager = demo_manager();
    let environment = environment();
    environment.cancel.cancel();
    let bound = manager.functions().get("ADD2").unwrap();
    let arguments = vec![rows(&[1.0, 2.0]), number(1.0)];
    let cells = bound.call_rows(&Sessions::default(), &environment, arguments, 2).unwrap();
    assert_eq!(error_of(cells.get(1)).0, ExcelErrorKind::Cancelled);
}

#[test]
fn sessions_are_shared_by_threads() {
    let manager = demo_manager();
    let sessions = Sessions::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let arguments = vec![rows(&[1.0, 2.0]), number(1.0)];
                    let cells = call_with(&sessions, &manager, "ADD2", arguments, 2);
                    assert_eq!(cells.get(1), CellRef::number(3.0));
                }
            });
        }
    });
    assert_eq!(sessions.counts().calls, 80);
}

#[test]
fn a_numeric_column_is_not_copied_on_its_way_back() {
    let array = Float64Array::from(vec![1.0, 2.0]);
    let column = Column::try_new(Arc::new(array.clone())).unwrap();
    assert_eq!(column.array().null_count(), 0);
    let cells = Cells::from_column(&column, false, DateSystem::Excel1900).unwrap();
    let Cells::Numbers(_, shared) = cells else { panic!() };
    assert_eq!(shared.values().as_ptr(), array.values().as_ptr());
}

/// Functions of codec 1: `ONE` doubles or sums a range, `MANY` answers an array where it is called alone.
fn json_manager() -> WasmPluginManager {
    let doubled = |call: &udf_backends::native::NativeCall<'_>| {
        let cells: Vec<Cell> = match &call.arguments()[0] {
            Passed::Range(columns) => {
                let cells = columns.iter().filter_map(Column::to_any).flatten();
                let sum = cells.map(|cell| match cell {
                    AnyValue::Number(n) => n,
                    _ => 0.0,
                });
                vec![Cell::Any(AnyValue::Number(sum.sum()))]
            }
            _ => (0..call.rows())
                .map(|row| match call.row(row).any(0) {
                    Some(AnyValue::Number(n)) => Cell::Any(AnyValue::Number(2.0 * n)),
                    other => Cell::Any(other.unwrap_or(AnyValue::Blank)),
                })
                .collect(),
        };
        Ok(vec![udf_backends::native::column_of(udf_abi::DType::Any, &cells)?])
    };
    let pair = |_: &udf_backends::native::NativeCall<'_>| {
        let cells = [1.0, 2.0].map(|n| Cell::Any(AnyValue::Number(n)));
        Ok(vec![udf_backends::native::column_of(udf_abi::DType::Any, &cells)?])
    };
    let runtime = NativeRuntime::new(Limits::default())
        .with("json", "ONE", NativeFunction::new(doubled))
        .with("json", "MANY", NativeFunction::new(pair));
    let mut manager = WasmPluginManager::default();
    manager.set_runtime(Arc::new(runtime)).unwrap();
    let functions = r#"{"id":1,"name":"ONE","export":"f1","min_args":1,"max_args":2},
                       {"id":2,"name":"MANY","export":"f2","min_args":1}"#;
    let bytes = module::module_of_codec("json", 1, functions, 2);
    manager.register_wasm_module_bytes(None, &bytes, BindPolicy::default()).unwrap();
    manager
}

#[test]
fn functions_of_codec_1_take_values_and_whole_ranges() {
    let manager = json_manager();
    let bound = manager.functions().get("ONE").unwrap();
    assert_eq!(bound.kind(), crate::functions::Kind::Callback);
    assert!(bound.takes_range(0) && bound.refuses(3).is_some());
    let mixed =
        Cells::of([CellRef::number(1.0), CellRef::Text("x"), CellRef::Blank, CellRef::number(4.0)]);
    let cells = call_rows(&manager, "ONE", vec![Argument::Rows(mixed)], 4);
    let wanted =
        Cells::of([CellRef::number(2.0), CellRef::Text("x"), CellRef::Blank, CellRef::number(8.0)]);
    assert!(cells.same(&wanted), "{cells:?}");
    assert!(call_rows(&manager, "ONE", vec![number(3.0)], 3).same(&Cells::number(6.0, 3)));
    let sum = vec![range(&[&[1.0, 2.0], &[3.0, 4.0]]), rows(&[0.0, 0.0])];
    assert!(call_rows(&manager, "ONE", sum, 2).same(&Cells::number(10.0, 2)));
    assert_eq!(call_whole(&manager, "ONE", vec![number(1.5)]), [[Value::Number(3.0)]]);
}

#[test]
fn arrays_of_functions_of_codec_1_spill_from_every_row() {
    let manager = json_manager();
    let bound = manager.functions().get("MANY").unwrap();
    let arguments = vec![rows(&[1.0, 2.0, 3.0])];
    let values = bound.call_rows(&Sessions::default(), &environment(), arguments, 3).unwrap_err();
    let pair = Value::Array(vec![vec![Value::Number(1.0)], vec![Value::Number(2.0)]]);
    assert_eq!(values, vec![pair; 3]);
}
