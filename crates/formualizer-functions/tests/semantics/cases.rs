//! One test a subject.

use crate::table::{check, error, same, scalar};
use formualizer_functions::semantics::{
    Criterion, Format, arithmetic, calendar, compare, general, parse_number, round,
};
use serde_json::{Value, json};
use std::cmp::Ordering;

#[test]
fn numbers_are_the_texts_that_excel_makes_of_them() {
    check("number_text", "text", |case| general::to_text(case.number("number")).into());
}

#[test]
fn general_shows_eleven_characters() {
    check("general", "text", |case| general::shown(case.number("number")).into());
}

#[test]
fn texts_are_the_numbers_that_excel_reads() {
    check("number_of_text", "number", |case| {
        let wanted = &case.value["number"];
        match parse_number(case.text("text"), case.rules()) {
            // The wanted quotient may be a neighbour of the sum of its parts.
            Some(n)
                if wanted
                    .as_f64()
                    .is_some_and(|wanted| (wanted - n).abs() <= wanted.abs() * 1e-15) =>
            {
                wanted.clone()
            }
            Some(n) => n.into(),
            None => Value::Null,
        }
    });
}

#[test]
fn values_are_ordered_as_operators_order_them() {
    check("comparison", "order", |case| {
        let (left, right) = (case.scalar("left"), case.scalar("right"));
        let found = compare::order(left, right);
        assert_eq!(compare::equal(left, right), found.map(Ordering::is_eq), "{}", case.value);
        if let Ok(order) = found {
            assert_eq!(compare::order(right, left), Ok(order.reverse()), "{}", case.value);
        }
        match found {
            Ok(Ordering::Less) => "less".into(),
            Ok(Ordering::Equal) => "equal".into(),
            Ok(Ordering::Greater) => "greater".into(),
            Err(code) => error(code),
        }
    });
}

#[test]
fn differences_that_are_noise_are_zero() {
    check("difference", "difference", |case| {
        let (left, right) = (case.number("left"), case.number("right"));
        let found = arithmetic::subtract(left, right);
        assert_eq!(arithmetic::add(left, -right), found, "{}", case.value);
        same(found, &case.value["difference"])
    });
}

#[test]
fn criteria_find_the_cells_that_countif_counts() {
    check("criteria", "found", |case| {
        let criterion = Criterion::new(case.scalar("criterion"), case.rules());
        let cells = case.value["cells"].as_array().unwrap();
        cells.iter().map(|cell| criterion.matches(scalar(cell))).collect()
    });
}

#[test]
fn rounding_goes_by_the_digits_that_show() {
    check("rounding", "result", |case| {
        let arguments: Vec<f64> = case.value["arguments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_f64().unwrap())
            .collect();
        let places = || round::places(arguments[1]);
        let found = match case.text("function") {
            "ROUND" => Some(round::round(arguments[0], places())),
            "ROUNDUP" => Some(round::round_up(arguments[0], places())),
            "ROUNDDOWN" => Some(round::round_down(arguments[0], places())),
            "INT" => Some(round::int(arguments[0])),
            "MOD" => round::modulo(arguments[0], arguments[1]),
            other => panic!("{other}"),
        };
        found.map_or(Value::Null, |found| same(found, &case.value["result"]))
    });
}

#[test]
fn serials_are_the_days_that_excel_shows() {
    check("calendar", "day", |case| {
        let serial = case.value["serial"].as_i64().unwrap();
        let dates = case.rules().dates;
        let Some(day) = calendar::day(serial, dates) else { return Value::Null };
        if day.day > 0 {
            assert_eq!(calendar::serial(day.year, day.month, day.day, dates), Some(serial));
        }
        json!([day.year, day.month, day.day, day.weekday])
    });
}

#[test]
fn formats_show_what_text_gives() {
    check("format", "text", |case| {
        let shown = Format::parse(case.text("format"))
            .and_then(|format| format.show(case.scalar("value"), case.rules()));
        shown.map_or_else(|refused| error(refused.into()), Value::from)
    });
}
