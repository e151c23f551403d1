//! Indexes find what a look at every cell finds.

use super::{Asked, Wanted, asked::Read, indexed::Part};
use crate::{
    ScalarValue,
    call::{Context, Output, Result},
    cells::Cells,
    indexes::Indexes,
    semantics::{Criterion, DateSystem, Scalar, TextRules},
};
use proptest::{prelude::*, sample::select};
use udf_abi::ErrorCode;
use udf_columnar::CancelToken;

const RULES: TextRules = TextRules { dates: DateSystem::Excel1900, year: 2026 };

fn number() -> impl Strategy<Value = ScalarValue> {
    select(vec![-0.0, 0.0, 1.0, 2.0, 2.5, -3.0, 1e6])
        .prop_map(|n| ScalarValue::Number(n, crate::cells::NumberKind::Number))
}

fn text() -> impl Strategy<Value = ScalarValue> {
    select(vec!["a", "A", "b", "é", "É", "1", "01", "2.5", "", "ab", "a*", "TRUE", "longer text"])
        .prop_map(ScalarValue::from)
}

fn any_cell() -> impl Strategy<Value = ScalarValue> {
    prop_oneof![
        4 => number(),
        4 => text(),
        1 => Just(ScalarValue::Blank),
        1 => any::<bool>().prop_map(ScalarValue::from),
        1 => select(vec![ErrorCode::Na, ErrorCode::Div]).prop_map(ScalarValue::from),
    ]
}

/// A column of one kind, of one kind with blanks, or of all kinds.
fn column(rows: usize) -> impl Strategy<Value = Cells> {
    let of = |cell: BoxedStrategy<ScalarValue>| {
        prop::collection::vec(cell, rows).prop_map(Cells::of_values)
    };
    let blank = || Just(ScalarValue::Blank);
    prop_oneof![
        of(number().boxed()),
        of(text().boxed()),
        of(prop_oneof![number(), blank()].boxed()),
        of(prop_oneof![text(), blank()].boxed()),
        of(any_cell().boxed()),
    ]
}

fn criterion() -> impl Strategy<Value = ScalarValue> {
    let texts = vec![
        "<2", ">=1", ">1", "<=2.5", ">-9", "<>1", "<>a", "a*", "", "=", "<>", "=1", "#N/A",
        "<>#N/A", ">a", "<>*", "?", "<>2.5", "*b*", "<TRUE", "=TRUE", "<>zzz", "~*",
    ];
    prop_oneof![
        3 => any_cell(),
        3 => select(texts).prop_map(ScalarValue::from),
    ]
}

fn wanted() -> impl Strategy<Value = Wanted> {
    use Wanted::{Average, Count, Greatest, Least, Sum};
    select(vec![Average, Count, Greatest, Least, Sum])
}

/// Columns of criteria and of values, and the criteria of several rows.
fn questions() -> impl Strategy<Value = (Vec<Cells>, Cells, Vec<Vec<ScalarValue>>)> {
    (1..40_usize, 1..4_usize).prop_flat_map(|(rows, count)| {
        let columns = (prop::collection::vec(column(rows), count), any::<bool>()).prop_map(
            |(mut columns, twice)| {
                // The same column for two criteria: between two bounds.
                if let (true, Some(first)) = (twice, columns.first().cloned()) {
                    columns.push(first);
                }
                columns
            },
        );
        (columns, column(rows)).prop_flat_map(|(columns, values)| {
            let asked = prop::collection::vec(criterion(), columns.len());
            let asked = prop::collection::vec(asked, 1..8);
            (Just(columns), Just(values), asked)
        })
    })
}

fn shown(result: Result<Output>) -> String {
    match result {
        Ok(Output::Value(ScalarValue::Number(n, _))) => format!("{}", n + 0.0),
        other => format!("{other:?}"),
    }
}

/// The answer by the rules alone.
fn naive(columns: &[Cells], values: &Cells, criteria: &[ScalarValue], wanted: Wanted) -> String {
    let tests: Vec<Criterion> =
        criteria.iter().map(|value| Criterion::new(value.scalar(), RULES)).collect();
    let (mut numbers, mut rows) = (Vec::new(), 0.0);
    let mut error = None;
    for row in 0..values.len() {
        if tests.iter().zip(columns).all(|(test, cells)| test.matches(cells.get(row).scalar())) {
            rows += 1.0;
            match values.get(row).scalar() {
                Scalar::Number(n) => numbers.push(n),
                Scalar::Error(code) => error = error.or(Some(code)),
                _ => {}
            }
        }
    }
    if wanted == Wanted::Count {
        return format!("{rows}");
    }
    if let Some(code) = error {
        return format!("{:?}", Result::<Output>::Err(code));
    }
    let sum: f64 = numbers.iter().sum();
    let least = numbers.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let greatest = numbers.iter().copied().reduce(f64::max).unwrap_or(0.0);
    let count = numbers.len() as f64;
    match wanted {
        Wanted::Average if numbers.is_empty() => {
            format!("{:?}", Result::<Output>::Err(ErrorCode::Div))
        }
        Wanted::Average => format!("{}", sum / count + 0.0),
        Wanted::Sum => format!("{}", sum + 0.0),
        Wanted::Least => format!("{}", least + 0.0),
        Wanted::Greatest => format!("{}", greatest + 0.0),
        Wanted::Count => unreachable!(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..Default::default() })]

    #[test]
    fn indexes_find_what_a_look_at_every_cell_finds(
        (columns, values, rows) in questions(), wanted in wanted(),
    ) {
        let (indexes, cancel) = (Indexes::default(), CancelToken::new());
        let context = Context { rules: RULES, now: 0.0, seed: 0, indexes: &indexes, cancel: &cancel, platform: Default::default() };
        let read = Read::default();
        let summed = (wanted != Wanted::Count).then(|| values.clone());
        let part = Part::new(columns.clone(), summed, values.len(), wanted, context, 1_000);
        // Twice, since what is asked again is kept.
        for criteria in rows.iter().chain(&rows).chain(&rows) {
            let asked: Vec<Asked<'_>> =
                criteria.iter().map(|value| Asked::of(value.scalar(), RULES, &read).unwrap()).collect();
            let answer = |total: crate::indexes::totals::Total| {
                shown(part.check(&total).and_then(|()| wanted.output(&total)))
            };
            let by_rules = naive(&columns, &values, criteria, wanted);
            prop_assert_eq!(answer(part.scan(&asked)), by_rules.clone(), "scan of {:?}", criteria);
            prop_assert_eq!(answer(part.look_up(&asked)), by_rules, "indexes for {:?}", criteria);
        }
    }
}
