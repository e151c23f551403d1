//! The aggregates of `SUBTOTAL` and `AGGREGATE`, with values that are worked out by hand.

use formualizer_functions::{
    ErrorCode, ScalarValue,
    aggregation::{Ignored, aggregate, of_aggregate, of_subtotal},
    cells::{Cells, Table},
};

/// 2, 4, text, TRUE, blank, 4, 7, 10 below each other, and an error where asked for.
fn column(error: bool) -> Table {
    let mut cells: Vec<ScalarValue> = vec![
        2.0.into(),
        4.0.into(),
        "text".into(),
        true.into(),
        ScalarValue::Blank,
        4.0.into(),
        7.0.into(),
        10.0.into(),
    ];
    if error {
        cells.insert(3, ErrorCode::Na.into());
    }
    Table::try_new(vec![Cells::of_values(cells)]).unwrap()
}

#[track_caller]
fn holds(number: i64, place: Option<f64>, wanted: f64) {
    let got = aggregate(number, &[&column(false)], place, false).unwrap();
    assert!((got - wanted).abs() < 1e-12, "{number}: {got} and not {wanted}");
    let skipping = aggregate(number, &[&column(true)], place, true).unwrap();
    assert_eq!(got, skipping, "{number} with an error left out");
}

#[test]
fn aggregates_give_what_their_functions_give() {
    // 2, 4, 4, 7, 10: mean 5.4, squares of the differences 11.56 + 1.96 + 1.96 + 2.56 + 21.16 = 39.2.
    holds(1, None, 5.4);
    holds(2, None, 5.0);
    holds(3, None, 7.0);
    holds(4, None, 10.0);
    holds(5, None, 2.0);
    holds(6, None, 2240.0);
    holds(7, None, 9.8_f64.sqrt());
    holds(8, None, 7.84_f64.sqrt());
    holds(9, None, 27.0);
    holds(10, None, 9.8);
    holds(11, None, 7.84);
    holds(12, None, 4.0);
    holds(13, None, 4.0);
    holds(14, Some(2.0), 7.0);
    holds(15, Some(1.0), 2.0);
    // Place 0.3 · 4 = 1.2 from 0; place 0.3 · 6 = 1.8 from 1.
    holds(16, Some(0.3), 4.0);
    holds(16, Some(0.9), 8.8);
    holds(17, Some(3.0), 7.0);
    holds(18, Some(0.3), 3.6);
    holds(19, Some(1.0), 3.0);
    holds(19, Some(3.0), 8.5);
}

#[test]
fn errors_count_only_where_they_are_counted() {
    let (column, blank) = (column(true), Table::try_new(vec![Cells::Blank(3)]).unwrap());
    assert_eq!(aggregate(3, &[&column], None, false), Ok(8.0));
    assert_eq!(aggregate(2, &[&column], None, false), Ok(5.0));
    for number in [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13] {
        assert_eq!(aggregate(number, &[&column], None, false), Err(ErrorCode::Na), "{number}");
    }
    for number in 14..=19 {
        assert_eq!(aggregate(number, &[&column], Some(1.0), false), Err(ErrorCode::Na), "{number}");
        assert_eq!(aggregate(number, &[&column], None, true), Err(ErrorCode::Value), "{number}");
    }
    for (number, wanted) in [
        (1, Err(ErrorCode::Div)),
        (2, Ok(0.0)),
        (3, Ok(0.0)),
        (4, Ok(0.0)),
        (5, Ok(0.0)),
        (6, Ok(0.0)),
        (7, Err(ErrorCode::Div)),
        (8, Err(ErrorCode::Div)),
        (9, Ok(0.0)),
        (10, Err(ErrorCode::Div)),
        (11, Err(ErrorCode::Div)),
        (12, Err(ErrorCode::Num)),
        (13, Err(ErrorCode::Na)),
        (14, Err(ErrorCode::Num)),
        (20, Err(ErrorCode::Value)),
    ] {
        assert_eq!(aggregate(number, &[&blank], Some(1.0), false), wanted, "{number}");
    }
}

#[test]
fn places_beyond_the_ends_are_refused() {
    for (number, place) in [
        (14, 0.0),
        (14, 6.0),
        (15, 0.5),
        (15, 6.0),
        (16, -0.1),
        (16, 1.1),
        (17, 5.0),
        (18, 0.1),
        (18, 0.9),
        (19, 0.0),
        (19, 4.0),
    ] {
        let got = aggregate(number, &[&column(false)], Some(place), false);
        assert_eq!(got, Err(ErrorCode::Num), "{number} {place}");
    }
}

#[test]
fn numbers_of_functions_tell_what_is_left_out() {
    let ignored = |hidden, nested, errors| Ignored { hidden, nested, errors };
    assert_eq!(of_subtotal(9.0), Ok((9, ignored(false, true, false))));
    assert_eq!(of_subtotal(109.9), Ok((9, ignored(true, true, false))));
    for number in [0.0, 12.0, 100.0, 112.0, -1.0] {
        assert_eq!(of_subtotal(number), Err(ErrorCode::Value), "{number}");
    }
    let wanted = [
        (false, true, false),
        (true, true, false),
        (false, true, true),
        (true, true, true),
        (false, false, false),
        (true, false, false),
        (false, false, true),
        (true, false, true),
    ];
    for (option, (hidden, nested, errors)) in wanted.into_iter().enumerate() {
        assert_eq!(of_aggregate(19.0, option as f64), Ok((19, ignored(hidden, nested, errors))));
    }
    assert_eq!(of_aggregate(20.0, 0.0), Err(ErrorCode::Value));
    assert_eq!(of_aggregate(1.0, 8.0), Err(ErrorCode::Value));
}

#[test]
fn blanks_between_numbers_are_passed_over() {
    // Few blanks and many: every 100th cell and every third.
    for step in [100, 3] {
        let cell = |n: usize| match n % step {
            0 => ScalarValue::Blank,
            _ => (n as f64).into(),
        };
        let table = Table::try_new(vec![Cells::of_values((0..2000).map(cell))]).unwrap();
        let numbers = || (0..2000).filter(|n| n % step != 0);
        assert_eq!(aggregate(9, &[&table], None, false), Ok(numbers().sum::<usize>() as f64));
        assert_eq!(aggregate(2, &[&table], None, false), Ok(numbers().count() as f64));
        assert_eq!(aggregate(4, &[&table], None, false), Ok(1999.0));
    }
}
