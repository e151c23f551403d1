use crate::{
    cells::{CellRef, Cells, NumberKind},
    functions::input::{Place, column},
};
use arrow_array::{Array, cast::AsArray, types as t};
use formualizer_common::{DateSystem, ExcelErrorKind};
use formualizer_functions::semantics::TextRules;
use udf_abi::{DType, ErrorCode, manifest::Param};
use udf_columnar::Column;

const RULES: TextRules = TextRules { dates: DateSystem::Excel1900, year: 2026 };

fn param(dtype: DType, optional: bool) -> Param {
    Param { optional, ..Param::scalar("p".to_owned(), dtype) }
}

fn doubles(cells: &Cells, optional: bool, place: Place) -> (Vec<Option<f64>>, Column) {
    let column = column(cells, &param(DType::F64, optional), place, RULES).unwrap();
    (column.array().as_primitive::<t::Float64Type>().iter().collect(), column)
}

#[test]
fn numbers_without_blanks_are_shared() {
    let Cells::Numbers(_, array) = Cells::number(1.5, 100) else { panic!() };
    for kind in [NumberKind::Number, NumberKind::Date] {
        let cells = Cells::Numbers(kind, array.clone());
        let (_, column) = doubles(&cells, false, Place::Value);
        let shared = column.array().as_primitive::<t::Float64Type>();
        assert_eq!(shared.values().as_ptr(), array.values().as_ptr());
    }
}

#[test]
fn cells_of_every_kind_reach_numbers_as_in_excel() {
    let cells = Cells::of([
        CellRef::Blank,
        CellRef::number(2.5),
        CellRef::Logical(true),
        CellRef::Text(" 12.5% "),
        CellRef::Text("2024-01-01"),
        CellRef::Text("ten"),
        CellRef::Error(ExcelErrorKind::Div, Some("why")),
        CellRef::Number(45_292.0, NumberKind::Date),
    ]);
    let (values, column) = doubles(&cells, false, Place::Value);
    let wanted = [Some(0.0), Some(2.5), Some(1.0), Some(0.125), Some(45_292.0), None, None];
    assert_eq!(values[..7], wanted);
    assert_eq!(values[7], Some(45_292.0));
    assert_eq!(column.error(5), Some((ErrorCode::Value, Some("\"ten\" is no number"))));
    assert_eq!(column.error(6), Some((ErrorCode::Div, Some("why"))));
    assert_eq!(doubles(&cells, true, Place::Value).0[0], None);
    let (values, column) = doubles(&cells, false, Place::Range);
    assert_eq!(values[..6], [None, Some(2.5), None, None, None, None]);
    assert_eq!((column.error(5), column.errors().unwrap().count()), (None, 1));
}

#[test]
fn blanks_are_the_zero_of_the_type_or_no_value() {
    for dtype in DType::ALL {
        if matches!(dtype, DType::Null | DType::Error | DType::Any) {
            continue;
        }
        let blank = Cells::Blank(2);
        let zero = column(&blank, &param(dtype, false), Place::Value, RULES).unwrap();
        assert_eq!((zero.len(), zero.array().null_count()), (2, 0), "{dtype}");
        let none = column(&blank, &param(dtype, true), Place::Value, RULES).unwrap();
        assert_eq!(none.array().null_count(), 2, "{dtype}");
        let range = column(&blank, &param(dtype, false), Place::Range, RULES).unwrap();
        assert_eq!(range.array().null_count(), 2, "{dtype}");
        assert_eq!(range.dtype(), dtype);
    }
}

#[test]
fn numbers_that_a_type_does_not_hold_are_errors_of_their_row() {
    let cells = Cells::of([300.0, -2.9, 1e300].map(CellRef::number));
    let bytes = column(&cells, &param(DType::I8, false), Place::Value, RULES).unwrap();
    assert_eq!(bytes.array().as_primitive::<t::Int8Type>().value(1), -2);
    assert_eq!(bytes.error(0).unwrap().0, ErrorCode::Num);
    assert_eq!(bytes.error(2).unwrap().0, ErrorCode::Num);
    let dates = column(&cells, &param(DType::Date32, false), Place::Value, RULES).unwrap();
    assert_eq!(dates.error(1).unwrap().0, ErrorCode::Num);
    assert_eq!(dates.array().as_primitive::<t::Date32Type>().value(0), 300 - 25_569);
}

#[test]
fn dates_of_1904_workbooks_are_the_same_days() {
    let cells = Cells::of([CellRef::Number(43_830.25, NumberKind::DateTime)]);
    let system = DateSystem::Excel1904;
    let day = column(
        &cells,
        &param(DType::Date32, false),
        Place::Value,
        TextRules { dates: system, ..RULES },
    )
    .unwrap();
    assert_eq!(day.array().as_primitive::<t::Date32Type>().value(0), 19_723);
    let any = column(
        &cells,
        &param(DType::Any, false),
        Place::Value,
        TextRules { dates: system, ..RULES },
    )
    .unwrap();
    assert_eq!(any.to_any().unwrap(), [udf_columnar::AnyValue::DateTime(45_292.25)]);
    let serial = column(
        &cells,
        &param(DType::F64, false),
        Place::Value,
        TextRules { dates: system, ..RULES },
    )
    .unwrap();
    assert_eq!(serial.array().as_primitive::<t::Float64Type>().value(0), 43_830.25);
}

#[test]
fn any_sees_every_cell_as_it_is() {
    use udf_columnar::AnyValue as A;
    let cells = Cells::of([
        CellRef::Blank,
        CellRef::number(1.0),
        CellRef::Logical(true),
        CellRef::Text("ä"),
        CellRef::Error(ExcelErrorKind::Na, Some("gone")),
    ]);
    let any = column(&cells, &param(DType::Any, false), Place::Value, RULES).unwrap();
    let wanted = [
        A::Blank,
        A::Number(1.0),
        A::Logical(true),
        A::Text("ä".to_owned()),
        A::Error(ErrorCode::Na),
    ];
    assert_eq!(any.to_any().unwrap(), wanted);
    assert_eq!(any.error(4), Some((ErrorCode::Na, Some("gone"))));
}

#[test]
fn numbers_become_the_texts_that_excel_makes() {
    let numbers = [0.0, -1.5, 0.1 + 0.2, 1e20, 1.0 / 3e6].map(Some);
    let cells = Cells::Numbers(NumberKind::Number, numbers.into_iter().collect());
    let texts = column(&cells, &param(DType::Utf8, false), Place::Value, RULES).unwrap();
    let wanted = ["0", "-1.5", "0.3", "1E+20", "3.33333333333333E-07"];
    assert!(texts.array().as_string::<i32>().iter().eq(wanted.map(Some)), "{texts:?}");
}

/// Cells as they come, of every kind.
fn cells() -> impl proptest::strategy::Strategy<Value = Vec<OwnedCell>> {
    use proptest::prelude::*;
    let kinds = [
        NumberKind::Number,
        NumberKind::Date,
        NumberKind::DateTime,
        NumberKind::Time,
        NumberKind::Duration,
    ];
    let number = prop_oneof![
        proptest::num::f64::NORMAL,
        -1e5..3e6f64,
        Just(0.0),
        Just(2_958_465.999_999_999_9),
        Just(60.0)
    ];
    let cell = prop_oneof![
        Just(OwnedCell::Blank),
        (number, proptest::sample::select(kinds.to_vec()))
            .prop_map(|(n, k)| OwnedCell::Number(n, k)),
        any::<bool>().prop_map(OwnedCell::Logical),
        "[ -~äß\u{1F600}]{0,6}|-?[0-9]{1,9}(\\.[0-9]{1,3})?%?|2[0-9]{3}-[01][0-9]-[0-3][0-9]"
            .prop_map(OwnedCell::Text),
        proptest::option::of("[a-z]{1,5}").prop_map(OwnedCell::Error),
    ];
    proptest::collection::vec(cell, 0..20)
}

#[derive(Clone, Debug)]
enum OwnedCell {
    Blank,
    Number(f64, NumberKind),
    Logical(bool),
    Text(String),
    Error(Option<String>),
}

fn built(cells: &[OwnedCell]) -> Cells {
    Cells::of(cells.iter().map(|cell| match cell {
        OwnedCell::Blank => CellRef::Blank,
        OwnedCell::Number(n, kind) => CellRef::Number(*n, *kind),
        OwnedCell::Logical(b) => CellRef::Logical(*b),
        OwnedCell::Text(text) => CellRef::Text(text),
        OwnedCell::Error(message) => CellRef::Error(ExcelErrorKind::Na, message.as_deref()),
    }))
}

proptest::proptest! {
    #[test]
    fn every_cell_has_its_row_whatever_the_type(of in cells(), skip in 0usize..3) {
        let all = built(&of);
        let skip = skip.min(all.len());
        let cells = all.slice(skip, all.len() - skip);
        for dtype in DType::ALL {
            for (optional, place) in
                [(false, Place::Value), (true, Place::Value), (false, Place::Range)]
            {
                let column = column(&cells, &param(dtype, optional), place, RULES).unwrap();
                assert_eq!(column.len(), cells.len());
                if dtype == DType::Any || dtype == DType::Null || dtype == DType::Error {
                    continue;
                }
                assert_eq!(column.dtype(), dtype);
                for (row, cell) in cells.iter().enumerate() {
                    let in_error = column.error(row).is_some();
                    assert!(in_error || !matches!(cell, CellRef::Error(..)));
                    assert!(!in_error || column.array().is_null(row));
                    let blank = matches!(cell, CellRef::Blank);
                    let null = optional || place == Place::Range;
                    assert!(!blank || column.array().is_null(row) == null);
                }
            }
        }
    }

    #[test]
    fn what_any_parameters_see_is_what_cells_show(of in cells()) {
        let cells = built(&of);
        for dates in [DateSystem::Excel1900, DateSystem::Excel1904] {
            let any = column(&cells, &param(DType::Any, false), Place::Value, TextRules { dates, year: 2026 }).unwrap();
            let any = udf_columnar::coerce(any, DType::Any).unwrap();
            let back = Cells::from_column(&any, true, dates).unwrap();
            let near = |a: CellRef<'_>, b: CellRef<'_>| match (a, b) {
                (CellRef::Number(a, k), CellRef::Number(b, l)) => {
                    k == l && (a - b).abs() <= 1e-9 * a.abs().max(1e4)
                }
                (a, b) => a == b,
            };
            assert!(cells.iter().zip(back.iter()).all(|(a, b)| near(a, b)), "{cells:?} {back:?}");
            assert_eq!(cells.len(), back.len());
        }
    }
}
