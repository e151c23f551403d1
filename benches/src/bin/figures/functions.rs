//! Excel's functions over a million rows, filled down; loading is not counted.

use crate::{
    Figures, MILLION, Result,
    workbook::{Columns, SHEET},
};
use arrow_array::{ArrayRef, Float64Array, StringArray};
use formualizer_workbook::{RecalcOptions, Workbook};
use fz_benches::{median, seconds};
use std::sync::Arc;

/// Runs of each figure.
const RUNS: usize = 3;

/// Functions that workbooks use most, over a number in A, one in B, a text in E and a whole number in F.
const USUAL: &[&str] = &[
    "=ABS(A1)",
    "=SIGN(A1)",
    "=INT(A1)",
    "=TRUNC(A1)",
    "=ROUND(A1,1)",
    "=ROUNDUP(A1,1)",
    "=ROUNDDOWN(A1,1)",
    "=MOD(A1,7)",
    "=SQRT(A1)",
    "=EXP(B1/100)",
    "=LN(A1+1)",
    "=LOG10(A1+1)",
    "=LOG(A1+1,3)",
    "=POWER(A1,2)",
    "=SIN(A1)",
    "=COS(A1)",
    "=TAN(A1)",
    "=ATAN(A1)",
    "=ATAN2(A1,B1+1)",
    "=RADIANS(A1)",
    "=DEGREES(A1)",
    "=EVEN(A1)",
    "=ODD(A1)",
    "=CEILING(A1,5)",
    "=FLOOR(A1,5)",
    "=MROUND(A1,5)",
    "=QUOTIENT(A1,3)",
    "=GCD(F1,12)",
    "=FACT(MOD(F1,10))",
    "=COMBIN(20,MOD(F1,10))",
    "=SUM(A1:B1)",
    "=AVERAGE(A1:B1)",
    "=MIN(A1:B1)",
    "=MAX(A1:B1)",
    "=COUNT(A1:B1)",
    "=COUNTA(A1:B1)",
    "=SUM(A1,B1)",
    "=PRODUCT(A1,B1)",
    "=MEDIAN(A1:B1)",
    "=SUMSQ(A1,B1)",
    "=STDEV(A1:B1)",
    "=IF(A1>50,A1,B1)",
    "=IFERROR(A1/B1,0)",
    "=IFNA(A1,0)",
    "=AND(A1>1,B1>1)",
    "=OR(A1>1,B1>1)",
    "=NOT(A1>1)",
    "=XOR(A1>1,B1>1)",
    "=IFS(A1>50,1,A1>20,2,TRUE,3)",
    "=SWITCH(MOD(F1,3),0,\"a\",1,\"b\",\"c\")",
    "=CHOOSE(MOD(F1,3)+1,1,2,3)",
    "=ISNUMBER(A1)",
    "=ISTEXT(E1)",
    "=ISBLANK(A1)",
    "=ISERROR(A1)",
    "=ISNA(A1)",
    "=ISEVEN(F1)",
    "=ISODD(F1)",
    "=N(A1)",
    "=T(E1)",
    "=LEN(E1)",
    "=LEFT(E1,3)",
    "=RIGHT(E1,3)",
    "=MID(E1,2,3)",
    "=UPPER(E1)",
    "=LOWER(E1)",
    "=PROPER(E1)",
    "=TRIM(E1)",
    "=CLEAN(E1)",
    "=EXACT(E1,\"abc\")",
    "=FIND(\"e\",E1)",
    "=SEARCH(\"E\",E1)",
    "=SUBSTITUTE(E1,\"e\",\"x\")",
    "=REPLACE(E1,1,2,\"x\")",
    "=REPT(\"x\",3)",
    "=CONCATENATE(E1,\"!\")",
    "=CONCAT(E1,\"!\")",
    "=E1&\"!\"",
    "=A1&\"\"",
    "=TEXT(A1,\"0.00\")",
    "=TEXT(A1,\"#,##0\")",
    "=VALUE(\"12\")",
    "=CODE(E1)",
    "=CHAR(MOD(F1,26)+65)",
    "=DATE(2024,MOD(F1,12)+1,1)",
    "=YEAR(F1+40000)",
    "=MONTH(F1+40000)",
    "=DAY(F1+40000)",
    "=WEEKDAY(F1+40000)",
    "=WEEKNUM(F1+40000)",
    "=HOUR(A1)",
    "=MINUTE(A1)",
    "=SECOND(A1)",
    "=EDATE(F1+40000,1)",
    "=EOMONTH(F1+40000,0)",
    "=DAYS(F1+40000,40000)",
    "=DATEDIF(40000,F1+40000,\"m\")",
    "=NETWORKDAYS(40000,F1+40000)",
    "=WORKDAY(40000,F1)",
    "=YEARFRAC(40000,F1+40000)",
    "=TIME(MOD(F1,24),0,0)",
    "=PMT(0.05/12,360,A1)",
    "=FV(0.05,10,-A1)",
    "=PV(0.05,10,-A1)",
    "=NPER(0.05,-A1-1,1)",
    "=SLN(A1,1,10)",
    "=NPV(0.05,A1,B1)",
    "=ROW()",
    "=COLUMN()",
    "=NORM.S.DIST(A1/100,TRUE)",
    "=NORMSINV(A1/101+0.001)",
    "=BITAND(F1,255)",
    "=DEC2HEX(F1)",
    "=CONVERT(A1,\"m\",\"ft\")",
    "=A1+B1",
    "=A1*B1",
    "=A1/(B1+1)",
    "=A1^2",
    "=A1>B1",
    "=E1=\"abc\"",
    "=-A1",
];

/// Columns A and B of numbers, D of sorted numbers, E of texts, F of whole numbers to `rows`.
fn columns(rows: usize) -> Result<Columns> {
    let mut columns = Columns::new(rows)?;
    let sorted: Vec<f64> = (0..rows).map(|row| row as f64 * 1.5).collect();
    let texts: Vec<String> = (0..rows).map(|row| format!("name {}", row % 5000)).collect();
    let whole: Vec<f64> = (0..rows).map(|row| ((row * 7919) % rows) as f64).collect();
    let arrays: [ArrayRef; 3] = [
        Arc::new(Float64Array::from(sorted)),
        Arc::new(StringArray::from(texts)),
        Arc::new(Float64Array::from(whole)),
    ];
    columns.book.set_columns(SHEET, "D1", &arrays)?;
    Ok(columns)
}

/// Seconds of calculating a formula filled down over column H.
fn filled(book: &mut Workbook, formula: &str, rows: usize, threads: usize) -> Result<f64> {
    let range = format!("H1:H{rows}");
    let mut times = Vec::new();
    for _ in 0..RUNS {
        book.clear(SHEET, range.as_str())?;
        book.recalculate()?;
        book.set_formulas(SHEET, range.as_str(), formula)?;
        let options = RecalcOptions::default().threads(threads);
        let (time, report) = seconds(|| book.recalculate_with(&options));
        report?;
        times.push(time);
    }
    Ok(median(times))
}

/// The figures whose names begin with `fn_`.
pub(crate) fn figures(figures: &mut Figures) -> Result<()> {
    let mut data = columns(MILLION)?;
    let book = &mut data.book;
    let mut each = Vec::new();
    let mut worst = ("", 0.0);
    for formula in USUAL {
        let ns = filled(book, formula, MILLION, 1)? * 1e9 / MILLION as f64;
        eprintln!("{formula:<40} {ns:8.1} ns a row");
        if ns > worst.1 {
            worst = (formula, ns);
        }
        each.push(ns);
    }
    eprintln!("the slowest: {}", worst.0);
    figures.set("fn_median_ns_per_row", median(each));
    figures.set("fn_worst_ns_per_row", worst.1);
    for (name, formula) in [
        ("fn_sumifs_1m_s", "=SUMIFS(B$1:B$1000000,E$1:E$1000000,E1)"),
        ("fn_countif_1m_s", "=COUNTIF(F$1:F$1000000,F1)"),
        ("fn_xlookup_1m_s", "=XLOOKUP(F1,F$1:F$1000000,B$1:B$1000000)"),
        ("fn_match_approx_1m_s", "=MATCH(F1,D$1:D$1000000,1)"),
        ("fn_rank_1m_s", "=RANK(F1,F$1:F$1000000)"),
        ("fn_countif_running_1m_s", "=COUNTIF(E$1:E1,E1)"),
        ("fn_large_1m_s", "=LARGE(A$1:A$1000000,ROW())"),
    ] {
        let time = filled(book, formula, MILLION, 2)?;
        eprintln!("{name} {time:.3}");
        figures.set(name, time);
    }
    figures.set("fn_rand_1m_ms", filled(book, "=RAND()", MILLION, 2)? * 1e3);
    figures.set("fn_unknown_1m_ms", filled(book, "=NOSUCH(A1)", MILLION, 2)? * 1e3);
    let dear = "=NORM.S.DIST(SIN(A1)*COS(B1),TRUE)";
    let (one, two) = (filled(book, dear, MILLION, 1)?, filled(book, dear, MILLION, 2)?);
    figures.set("fn_threads2_speedup", one / two);
    let mut small = columns(20_000)?;
    let condition = "=SUMPRODUCT((F$1:F$20000=F1)*B$1:B$20000)";
    figures.set("fn_sumproduct_cond_20k_s", filled(&mut small.book, condition, 20_000, 2)?);
    Ok(())
}
