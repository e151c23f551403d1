//! Functions in all the places where formulas may have them.

use crate::{
    CONFORMANCE, count_down, expect, gives, on_every_runtime, put, runtimes, shown, tells,
    with_conformance,
};
use formualizer_workbook::{RecalcOptions, Value};

#[test]
fn a_name_may_stand_for_a_call() {
    on_every_runtime(|mut book| {
        book.add_sheet("Other").unwrap();
        book.set_value("Other", "A1", 5.0).unwrap();
        book.define_name("priced", "=MULADD(Other!$A$1,2)").unwrap();
        put(&mut book, &[("A1", "=priced+1"), ("A2", "=1+1")]);
        gives(&mut book, &[("A1", "12")]);
        book.set_value("Other", "A1", 6.0).unwrap();
        gives(&mut book, &[("A1", "14")]);
        book.unregister_wasm_module(CONFORMANCE).unwrap();
        assert_eq!(book.recalculate().unwrap().cells, 1);
        expect(&book, &[("A1", "#NAME?"), ("A2", "2")]);
    });
}

#[test]
fn references_made_at_run_time_are_followed() {
    on_every_runtime(|mut book| {
        count_down(&mut book, 10);
        book.set_formulas("S", "B1:B10", "=MULADD(A1,2)").unwrap();
        book.set_formulas("S", "C1:C10", "=MULADD(INDIRECT(\"B\"&ROW()),1)").unwrap();
        gives(&mut book, &[("C1", "4"), ("C10", "22")]);
        put(&mut book, &[("A10", "20")]);
        gives(&mut book, &[("C9", "20"), ("C10", "42")]);
    });
}

#[test]
fn a_column_may_read_its_own_earlier_rows() {
    on_every_runtime(|mut book| {
        put(&mut book, &[("A1", "1")]);
        book.set_formulas("S", "A2:A50", "=MULADD(A1,1)").unwrap();
        gives(&mut book, &[("A2", "2"), ("A50", "50")]);
        put(&mut book, &[("A1", "11")]);
        gives(&mut book, &[("A2", "12"), ("A50", "60")]);
    });
}

#[test]
fn a_call_that_reads_its_own_cell_is_circular() {
    on_every_runtime(|mut book| {
        put(
            &mut book,
            &[("A1", "=MULADD(B1,1)"), ("B1", "=MULADD(A1,1)"), ("C1", "=SUM_RANGE(C1:C2)")],
        );
        gives(&mut book, &[("A1", "#CIRC!"), ("B1", "#CIRC!"), ("C1", "#CIRC!")]);
        tells(&book, "A1", "B1");
        put(&mut book, &[("B1", "2")]);
        gives(&mut book, &[("A1", "3"), ("B1", "2")]);
    });
}

#[test]
fn empty_columns_are_ranges_without_rows() {
    on_every_runtime(|mut book| {
        put(&mut book, &[("A1", "=SUM_RANGE(Z:Z)"), ("A2", "=SUM(MULADD(Z1:Z3,2))")]);
        gives(&mut book, &[("A1", "0"), ("A2", "3")]);
        put(&mut book, &[("Z7", "4")]);
        gives(&mut book, &[("A1", "4"), ("A2", "3")]);
    });
}

#[test]
fn columns_side_by_side_call_one_module_on_several_threads() {
    for runtime in runtimes() {
        let values = |threads| {
            let mut book = with_conformance(&runtime);
            count_down(&mut book, 1000);
            for col in 2..22u32 {
                let formula = format!("=MULADD($A1,{col})+DICE(1)");
                book.set_formulas("S", ((1, col), (1000, col)), &formula).unwrap();
            }
            let options = RecalcOptions::default().threads(threads).volatile(1, 1);
            let report = book.recalculate_with(&options).unwrap();
            assert_eq!(report.udf_rows, 40_000);
            book.values("S", "A1:V1000").unwrap()
        };
        assert!(values(1) == values(4), "{}", runtime.name());
    }
}

#[test]
fn volatile_calls_differ_wherever_they_stand() {
    on_every_runtime(|mut book| {
        book.set_formulas("S", "A1:B10", "=DICE(1)").unwrap();
        book.set_formulas("S", "C1:C10", "=DICE(1)-DICE(1)").unwrap();
        put(&mut book, &[("E1", "=LET(x,DICE(1),x)"), ("E2", "=LET(x,DICE(1),y,DICE(1),x-y)")]);
        put(&mut book, &[("F1", "=DICE(SEQUENCE(3,1,1,0))")]);
        book.recalculate().unwrap();
        let cells = [book.values("S", "A1:C10").unwrap(), book.values("S", "E1:F3").unwrap()];
        let mut numbers: Vec<f64> = cells
            .iter()
            .flatten()
            .flatten()
            .filter_map(|value| match value {
                Value::Number(number) => Some(*number),
                _ => None,
            })
            .collect();
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        assert_eq!(numbers.len(), 35);
        assert!(!numbers.contains(&0.0));
    });
}

#[test]
fn names_of_functions_are_the_same_in_any_case_and_with_their_prefixes() {
    on_every_runtime(|mut book| {
        put(
            &mut book,
            &[("A1", "=muladd(1,2)"), ("A2", "=_xlfn.MulAdd(1,2)"), ("A3", "=mulp(1,2)")],
        );
        gives(&mut book, &[("A1", "3"), ("A2", "3"), ("A3", "3")]);
        assert!(!shown(&book, "A1").is_empty());
    });
}
