//! How often plugins are called, and for which rows.

use crate::{
    count_down, engines, expect, gives, on_every_runtime, put, runtimes, with_conformance,
};
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, cast::AsArray, types::Float64Type};
use formualizer_workbook::{RecalcOptions, Value};
use std::sync::Arc;

#[test]
fn a_filled_column_is_one_call_for_all_rows() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 1000);
        book.set_formulas("S", "B1:B1000", "=MULADD(A1,2)").unwrap();
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows, report.regions), (1, 1000, 1));
        expect(&book, &[("B1", "3"), ("B500", "1001"), ("B1000", "2001")]);
    });
}

#[test]
fn only_dirty_rows_are_passed_again() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 1000);
        book.set_formulas("S", "B1:B1000", "=MULADD(A1,2)").unwrap();
        book.recalculate().unwrap();
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.cells), (0, 0));
        put(&mut book, &[("A5", "50")]);
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows), (1, 1));
        expect(&book, &[("B4", "9"), ("B5", "101"), ("B6", "13")]);
    });
}

#[test]
fn nested_functions_pass_their_columns_on() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 100);
        book.set_formulas("S", "B1:B100", "=MULADD(MULADD(A1,2),MULADD(A1,0))").unwrap();
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows), (3, 300));
        expect(&book, &[("B1", "4"), ("B100", "202")]);
    });
}

#[test]
fn built_ins_take_what_plugins_give() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 3);
        book.set_formulas("S", "B1:B3", "=IF(A1>1,MULADD(A1,2),-A1)").unwrap();
        book.set_formulas("S", "C1:C3", "=LET(x,MULADD(A1,2),x+x)").unwrap();
        book.set_formulas("S", "D1:D3", "=IFERROR(SQRT_CHECKED(1-A1),\"none\")").unwrap();
        put(
            &mut book,
            &[
                ("E1", "=SUM(MULADD(A1:A3,2))"),
                ("E2", "=MULADD(SUM(A1:A3),2)"),
                ("E3", "=JOIN(UPPER(\"a\"),\"b\")&\"c\""),
            ],
        );
        gives(&mut book, &[("B1", "-1"), ("B2", "5"), ("B3", "7"), ("C1", "6"), ("C3", "14")]);
        expect(&book, &[("D1", "0"), ("D2", "none"), ("E1", "15"), ("E2", "13"), ("E3", "Abc")]);
    });
}

#[test]
fn a_row_not_chosen_by_if_is_not_evaluated() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 4);
        book.set_formulas("S", "B1:B4", "=IF(A1>2,PANIC_IF(A1,3),0)").unwrap();
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows), (1, 2));
        expect(&book, &[("B1", "0"), ("B3", "3"), ("B4", "#VALUE!")]);
    });
}

#[test]
fn the_size_of_a_column_does_not_matter() {
    // About 27 000 rows of this function are a batch.
    for runtime in runtimes() {
        for rows in [1usize, 2, 27_306, 27_307, 100_000] {
            let mut book = with_conformance(&runtime);
            let numbers: ArrayRef =
                Arc::new(Float64Array::from_iter_values((0..rows).map(|n| n as f64)));
            book.set_columns("S", "A1", &[numbers]).unwrap();
            let last = u32::try_from(rows).unwrap();
            book.set_formulas("S", ((1, 2), (last, 2)), "=MULADD(A1,3)").unwrap();
            let report = book.recalculate().unwrap();
            assert_eq!((report.udf_calls, report.udf_rows), (1, rows as u64), "{rows}");
            let batches = book.read_columns("S", ((1, 2), (last, 2))).unwrap();
            assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), rows);
            let read: Vec<f64> = batches
                .iter()
                .flat_map(|batch| batch.column(0).as_primitive::<Float64Type>().values().to_vec())
                .collect();
            assert!(batches.iter().all(|batch| batch.column(0).null_count() == 0));
            let wrong = read.iter().enumerate().find(|(n, x)| **x != *n as f64 * 3.0 + 1.0);
            assert_eq!(wrong, None, "{rows} rows on {}", runtime.name());
        }
    }
}

#[test]
fn volatile_functions_are_called_every_time_and_others_are_not() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 3);
        book.set_formulas("S", "B1:B3", "=DICE(1)").unwrap();
        book.set_formulas("S", "C1:C3", "=MULADD(A1,2)").unwrap();
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows), (2, 6));
        let first = book.values("S", "B1:B3").unwrap();
        assert_ne!(first[0], first[1]);
        let report = book.recalculate().unwrap();
        assert_eq!((report.udf_calls, report.udf_rows), (1, 3));
        assert_ne!(book.values("S", "B1:B3").unwrap(), first);
    });
}

#[test]
fn a_seed_and_a_clock_make_volatile_functions_repeatable() {
    for runtime in runtimes() {
        let run = |seed, threads| {
            let mut book = with_conformance(&runtime);
            book.set_formulas("S", "A1:C50", "=DICE(1)").unwrap();
            let options = RecalcOptions::default().volatile(seed, 0).threads(threads);
            book.recalculate_with(&options).unwrap();
            book.values("S", "A1:C50").unwrap()
        };
        assert_eq!(run(7, 1), run(7, 2), "{}", runtime.name());
        assert_ne!(run(7, 1), run(8, 1), "{}", runtime.name());
    }
}

#[test]
fn texts_of_all_scripts_go_in_and_out() {
    on_every_runtime(|mut book| {
        let texts = ["naïve", "東京タワー", "🦀🧪", "", "e\u{301}", "a\u{0}b", "שלום"];
        let values: Vec<Vec<Value>> =
            texts.iter().map(|text| vec![Value::Text((*text).into())]).collect();
        book.set_values("S", "A1", &values).unwrap();
        book.set_formulas("S", "B1:B7", "=REVERSE(A1)").unwrap();
        book.set_formulas("S", "C1:C7", "=STRLEN(JOIN(A1,\"é\"))").unwrap();
        book.recalculate().unwrap();
        for (row, text) in (1u32..).zip(texts) {
            let reversed = Value::Text(text.chars().rev().collect());
            assert_eq!(book.value("S", (row, 2)).unwrap(), reversed);
            let length = Value::Number(text.chars().count() as f64 + 1.0);
            assert_eq!(book.value("S", (row, 3)).unwrap(), length);
        }
    });
}

#[test]
fn engines_give_the_bits_that_native_functions_give() {
    let bits = |runtime: &Arc<_>| {
        let mut book = with_conformance(runtime);
        let numbers = Float64Array::from_iter_values((0..5000).map(|n| f64::from(n).sin() * 1e3));
        book.set_columns("S", "A1", &[Arc::new(numbers)]).unwrap();
        book.set_formulas("S", "B1:B5000", "=SQRT_CHECKED(MULADD(A1,A2)/3)").unwrap();
        book.recalculate().unwrap();
        book.values("S", "B1:B5000").unwrap()
    };
    let native = bits(&runtimes()[0]);
    for engine in engines() {
        assert_eq!(bits(&engine), native, "{}", engine.name());
    }
}
