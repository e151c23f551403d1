//! The sample plugins, in formulas.

use crate::{bare, count_down, engines, expect, gives, plugin, put, tells};
use chrono::NaiveDate;
use formualizer_workbook::{BindPolicy, OverridePolicy, Value, Workbook};

/// Runs a test with a plugin on every engine.
fn with(name: &str, test: impl Fn(&mut Workbook)) {
    // XNPV is a built-in, and others may become one: the plugin's are meant.
    let policy = BindPolicy { builtins: OverridePolicy::Override, ..BindPolicy::REFUSE };
    for runtime in engines() {
        eprintln!("on {}:", runtime.name());
        let mut book = bare(&runtime);
        book.register_wasm_module_bytes(&plugin(name), policy).unwrap();
        test(&mut book);
    }
}

fn dates(book: &mut Workbook, column: u32, dates: &[(i32, u32, u32)]) {
    for (row, (year, month, day)) in (1u32..).zip(dates) {
        let date = NaiveDate::from_ymd_opt(*year, *month, *day).unwrap();
        book.set_value("S", (row, column), date).unwrap();
    }
}

#[test]
fn option_prices_come_back_as_volatilities() {
    with("finance", |book| {
        count_down(book, 500);
        book.set_formulas("S", "B1:B500", "=BS_CALL(100,50+A1/5,0.03,0.25,1)").unwrap();
        book.set_formulas("S", "C1:C500", "=IMPLIED_VOL(B1,100,50+A1/5,0.03,1)").unwrap();
        put(book, &[("D1", "=AND(C1:C500>0.249999,C1:C500<0.250001)")]);
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows), (2, 1000));
        expect(book, &[("D1", "TRUE")]);
    });
}

#[test]
fn cash_flows_at_dates_have_a_present_value() {
    with("finance", |book| {
        dates(book, 2, &[(2008, 1, 1), (2008, 3, 1), (2008, 10, 30), (2009, 2, 15), (2009, 4, 1)]);
        for (row, flow) in (1u32..).zip([-10_000.0, 2750.0, 4250.0, 3250.0, 2750.0]) {
            book.set_value("S", (row, 1), flow).unwrap();
        }
        put(book, &[("D1", "=ROUND(XNPV(0.09,A1:A5,B1:B5),4)"), ("D2", "=XNPV(-2,A1:A5,B1:B5)")]);
        gives(book, &[("D1", "2086.6476"), ("D2", "#NUM!")]);
        tells(book, "D2", "rate is -2");
    });
}

#[test]
fn a_moving_average_spills_beside_its_series() {
    with("finance", |book| {
        put(book, &[("A1", "1"), ("A2", "2"), ("A4", "4"), ("B1", "=EMA(A1:A4,0.5)")]);
        gives(book, &[("B1", "1"), ("B2", "1.5"), ("B3", ""), ("B4", "2.75")]);
        put(book, &[("B1", "=EMA(A1:A4,0)")]);
        gives(book, &[("B1", "#NUM!"), ("B2", "")]);
        tells(book, "B1", "alpha is 0");
    });
}

#[test]
fn texts_are_turned_and_counted() {
    with("text", |book| {
        put(book, &[("A1", "Crème Brûlée!"), ("A2", "größe"), ("A3", "a🇩🇪")]);
        book.set_formulas("S", "B1:B4", "=SLUGIFY(A1)").unwrap();
        book.set_formulas("S", "C1:C4", "=REVERSE(A1)").unwrap();
        book.set_formulas("S", "D1:D4", "=LEVENSHTEIN(A1,\"grösse\")").unwrap();
        book.set_formulas("S", "E1:E4", "=WORD_COUNT(A1)").unwrap();
        gives(book, &[("B1", "creme-brulee"), ("C2", "eßörg"), ("C3", "🇩🇪a"), ("D2", "2")]);
        expect(book, &[("D4", "6"), ("C4", ""), ("E1", "2"), ("E4", "0")]);
    });
}

#[test]
fn places_are_measured_and_named() {
    with("geo", |book| {
        put(book, &[("A1", "0"), ("A2", "91")]);
        book.set_formulas("S", "B1:B2", "=ROUND(HAVERSINE(A1,0,0,180),0)").unwrap();
        gives(book, &[("B1", "20015114"), ("B2", "#NUM!")]);
        tells(book, "B2", "latitude is 91");
    });
}

#[test]
fn dates_go_in_as_dates_and_come_out_as_dates() {
    with("kitchen_sink", |book| {
        dates(book, 1, &[(2024, 2, 28), (1970, 1, 1), (1900, 3, 1)]);
        book.set_formulas("S", "B1:B3", "=ADD_DAYS(A1,2)").unwrap();
        book.set_formulas("S", "C1:C3", "=ADD_DAYS(A1)").unwrap();
        book.recalculate().unwrap();
        let date = |y, m, d| Value::Date(NaiveDate::from_ymd_opt(y, m, d).unwrap());
        assert_eq!(book.value("S", "B1").unwrap(), date(2024, 3, 1));
        assert_eq!(book.value("S", "C1").unwrap(), date(2024, 2, 29));
        assert_eq!(book.value("S", "B3").unwrap(), date(1900, 3, 3));
        put(
            book,
            &[("D1", "=B1-A1"), ("D2", "=ADD_DAYS(\"2024-02-28\",1)-A1"), ("D3", "=ADD_DAYS(-5)")],
        );
        gives(book, &[("D1", "2"), ("D2", "1"), ("D3", "#NUM!")]);
        tells(book, "D3", "date");
    });
}

#[test]
fn plugins_of_the_upstream_project_run_as_they_are() {
    with("upstream_json", |book| {
        count_down(book, 3);
        book.set_formulas("S", "B1:B3", "=ANNUITY(0,A1,10)").unwrap();
        book.set_formulas("S", "C1:C3", "=STRICT(A1-2)").unwrap();
        put(
            book,
            &[
                ("D1", "=TITLE(\"ünder the SEA\")"),
                ("D2", "=FLIP(A1:A3)"),
                ("D3", "=FLOWS_VALUE(0,A1:A3,4)"),
                ("D4", "=KIND(A1:A3)"),
                ("D5", "=KIND(\"x\")"),
                ("D6", "=ANNUITY(-2,1,1)"),
                ("D7", "=ANNUITY(1)"),
            ],
        );
        gives(book, &[("B1", "10"), ("B3", "30"), ("C1", "#VALUE!"), ("C2", "0"), ("C3", "1")]);
        expect(
            book,
            &[("D1", "Ünder The Sea"), ("D2", "1"), ("E2", "2"), ("F2", "3"), ("D3", "10")],
        );
        expect(book, &[("D4", "array"), ("D5", "text"), ("D6", "#NUM!"), ("D7", "#VALUE!")]);
        tells(book, "C1", "unreachable");
        tells(book, "D6", "a rate of -2");
        tells(book, "D7", "ANNUITY expects at least 3 argument(s), got 1");
    });
}
