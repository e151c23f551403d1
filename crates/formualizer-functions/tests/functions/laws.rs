//! What must be true of every function, whatever its arguments are.
//!
//! Arguments are drawn anew for each record of the table, so that no family is left out. `LAWS=text` tries only the
//! functions whose name has the text; `LAWS_CASES=number` draws so many calls of each.

use crate::{Shared, naive::Operand};
use formualizer_functions::{
    ErrorCode, Record, ScalarValue, all,
    call::{Argument, Lambda, Output, Result},
    cells::{Cells, Table},
    lift::{Rows, Split},
    record::{Kernel, Mode},
};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

/// Longest time of a call.
const LONGEST: Duration = Duration::from_secs(1);

/// Values of every kind: small and huge, texts that are numbers and dates, long texts, errors.
fn scalars() -> BoxedStrategy<ScalarValue> {
    let special = prop::sample::select(vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        1e-300,
        1e300,
        -1e300,
        1.797e308,
        255.0,
        256.0,
        4_294_967_296.0,
        9_007_199_254_740_993.0,
        1e18,
        2_958_465.0,
        2_958_466.0,
        45_000.75,
        60.0,
        1900.0,
        1e-7,
    ]);
    let texts = prop::sample::select(vec![
        String::new(),
        " ".into(),
        "a".into(),
        "abc".into(),
        "12".into(),
        "-1.5e3".into(),
        "1/2/2024".into(),
        "12:30".into(),
        "TRUE".into(),
        "é😀\u{301}ß".into(),
        "#N/A".into(),
        "*~?[".into(),
        "0.00;(0.00);@".into(),
        ">=3".into(),
        "1+2i".into(),
        "x,y;z".into(),
        "0".repeat(400),
        "ab ".repeat(3_000),
        "日".repeat(32_767),
    ]);
    let codes = prop::sample::select(vec![
        ErrorCode::Na,
        ErrorCode::Div,
        ErrorCode::Value,
        ErrorCode::Ref,
        ErrorCode::Num,
    ]);
    prop_oneof![
        2 => Just(ScalarValue::Blank),
        6 => (-3..12_i32).prop_map(|n| f64::from(n).into()),
        2 => (-50.0..50.0_f64).prop_map(ScalarValue::from),
        3 => special.prop_map(ScalarValue::from),
        3 => texts.prop_map(ScalarValue::from),
        2 => any::<bool>().prop_map(ScalarValue::from),
        1 => codes.prop_map(ScalarValue::from),
    ]
    .boxed()
}

/// Mostly numbers, so that functions of numbers get as far as their numbers.
fn likely() -> BoxedStrategy<ScalarValue> {
    prop_oneof![
        5 => (-2..10_i32).prop_map(|n| f64::from(n).into()),
        2 => (0.0..2.0_f64).prop_map(ScalarValue::from),
        3 => scalars(),
    ]
    .boxed()
}

fn tables() -> BoxedStrategy<Table> {
    (1..=4_usize, 1..=4_usize, any::<bool>())
        .prop_flat_map(|(height, width, plain)| {
            let cell = if plain {
                (-9..9_i32).prop_map(|n| f64::from(n).into()).boxed()
            } else {
                likely()
            };
            prop::collection::vec(cell, height * width).prop_map(move |cells| {
                Table::from_fn(height, width, |row, col| cells[row * width + col].clone()).unwrap()
            })
        })
        .boxed()
}

/// A function that gives its first argument, or the number of its arguments.
#[derive(Debug)]
struct First {
    fewest: usize,
    most: usize,
}

impl Lambda for First {
    fn arity(&self) -> (usize, usize) {
        (self.fewest, self.most)
    }

    fn call(&self, arguments: &[Argument<'_>]) -> Result<Output> {
        if !(self.fewest..=self.most).contains(&arguments.len()) {
            return Err(ErrorCode::Value);
        }
        match arguments.first() {
            Some(Argument::Value(cell)) => Ok(Output::Value(cell.owned())),
            Some(Argument::Array(table)) if table.width() > 2 => Ok((*table).clone().into()),
            Some(Argument::Array(table)) => Ok(Output::Value(table.get(0, 0).owned())),
            _ => Ok((arguments.len() as f64).into()),
        }
    }
}

fn lambdas() -> BoxedStrategy<Operand> {
    (0..=2_usize, 0..=2_usize)
        .prop_map(|(fewest, more)| Operand::Lambda(Arc::new(First { fewest, most: fewest + more })))
        .boxed()
}

/// Draws one thing after another, the same in each run.
struct Draw(TestRunner);

impl Draw {
    /// The draws for a function: others in the table do not change them.
    fn new(record: &Record) -> Self {
        let mut seed = [7; 32];
        for (at, byte) in record.name.bytes().enumerate() {
            seed[at % 32] ^= byte;
        }
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    fn of<T: std::fmt::Debug>(&mut self, strategy: &BoxedStrategy<T>) -> T {
        strategy.new_tree(&mut self.0).unwrap().current()
    }

    fn below(&mut self, count: usize) -> usize {
        self.of(&(0..count.max(1)).boxed())
    }
}

/// The strategies, made once.
struct Kinds {
    scalars: BoxedStrategy<ScalarValue>,
    likely: BoxedStrategy<ScalarValue>,
    tables: BoxedStrategy<Table>,
    lambdas: BoxedStrategy<Operand>,
}

impl Kinds {
    fn new() -> Self {
        Self { scalars: scalars(), likely: likely(), tables: tables(), lambdas: lambdas() }
    }

    /// Arguments as a formula would give them, all value parameters scalars.
    fn fitting(&self, draw: &mut Draw, record: &Record) -> Vec<Operand> {
        let fewest = record.fewest();
        let usual = record.parameters.len() + usize::from(record.last.is_some());
        let most = record.most().min(usual.max(fewest) + 2 * record.repeats);
        let count = fewest + draw.below(most - fewest + 1);
        (0..count)
            .map(|index| match record.parameter_among(index, count).map(|p| p.mode) {
                Some(Mode::Lambda) => draw.of(&self.lambdas),
                Some(Mode::Array | Mode::Range) if draw.below(5) > 0 => {
                    Operand::Array(draw.of(&self.tables))
                }
                _ if index >= fewest && draw.below(8) == 0 => Operand::Empty,
                _ => Operand::Scalar(draw.of(&self.likely)),
            })
            .collect()
    }

    /// Any arguments, of any number.
    fn any(&self, draw: &mut Draw, record: &Record) -> Vec<Operand> {
        let usual = record.parameters.len() + usize::from(record.last.is_some()) + 2;
        let count = draw.below(usual + 1);
        (0..count)
            .map(|_| match draw.below(10) {
                0 => Operand::Empty,
                1 => draw.of(&self.lambdas),
                2..=5 => Operand::Array(draw.of(&self.tables)),
                _ => Operand::Scalar(draw.of(&self.scalars)),
            })
            .collect()
    }
}

/// The functions that are called, and how often.
fn tried() -> impl Iterator<Item = &'static Record> {
    let only = std::env::var("LAWS").unwrap_or_default();
    all().filter(move |record| {
        record.name.contains(&only) && !matches!(record.kernel, Kernel::Evaluator | Kernel::Kept)
    })
}

fn cases(default: usize) -> usize {
    std::env::var("LAWS_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

fn called(
    record: &Record,
    operands: &[Operand],
    rows: Rows,
) -> std::result::Result<Operand, Split> {
    let shared = Shared::default();
    let context = shared.context(2026, 45_000.5, 7);
    record.call(operands, rows, context)
}

fn one(record: &Record, operands: &[Operand], row: u64) -> Operand {
    called(record, operands, Rows { first: row, len: 1 }).unwrap()
}

/// The value of a single row, or its first cell where it is an array.
fn first(operand: &Operand) -> ScalarValue {
    match operand {
        Operand::Scalar(value) => value.clone(),
        Operand::Array(table) => table.get(0, 0).owned(),
        Operand::Rows(cells) => cells.get(0).owned(),
        other => panic!("{other:?} is no result"),
    }
}

/// Messages of errors are not compared; a cell that is not filled is blank.
fn alike(a: &ScalarValue, b: &ScalarValue) -> bool {
    match (a, b) {
        (ScalarValue::Error(a, _), ScalarValue::Error(b, _)) => a == b,
        _ => a == b,
    }
}

fn shown(operands: &[Operand]) -> String {
    let mut text = String::new();
    for operand in operands {
        let one = match operand {
            Operand::Rows(cells) => format!("{:?}", cells.iter().collect::<Vec<_>>()),
            Operand::Array(table) => format!(
                "{}x{} {:?}",
                table.height(),
                table.width(),
                table.iter().collect::<Vec<_>>()
            ),
            other => format!("{other:?}"),
        };
        text.push_str("\n    ");
        text.extend(one.chars().take(300));
    }
    text
}

fn report(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} calls:\n{}",
        wrong.len(),
        wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn over_arrays_a_function_is_called_element_by_element() {
    let (kinds, mut wrong) = (Kinds::new(), Vec::new());
    for record in tried().filter(|record| !record.depends.volatile) {
        let mut draw = Draw::new(record);
        for _ in 0..cases(24) {
            let mut operands = kinds.fitting(&mut draw, record);
            let lifted: Vec<usize> = (0..operands.len())
                .filter(|index| {
                    record.lifts(*index) && matches!(operands[*index], Operand::Scalar(_))
                })
                .filter(|_| draw.below(3) > 0)
                .collect();
            for index in &lifted {
                operands[*index] = Operand::Array(draw.of(&kinds.tables));
            }
            let size = |of: fn(&Table) -> usize| {
                lifted
                    .iter()
                    .filter_map(|index| match &operands[*index] {
                        Operand::Array(table) => Some(of(table)),
                        _ => None,
                    })
                    .max()
            };
            let (Some(height), Some(width)) = (size(Table::height), size(Table::width)) else {
                continue;
            };
            let result = one(record, &operands, 0);
            let result = match &result {
                Operand::Array(table) => table.clone(),
                other => Table::single(first(other).cell()),
            };
            if (result.height(), result.width()) != (height, width) {
                wrong.push(format!("{}: not {height}x{width}{}", record.name, shown(&operands)));
                continue;
            }
            for (row, col) in (0..height).flat_map(|row| (0..width).map(move |col| (row, col))) {
                let mut cells = operands.clone();
                for index in &lifted {
                    let Operand::Array(table) = &operands[*index] else { continue };
                    let row = if table.height() == 1 { 0 } else { row };
                    let col = if table.width() == 1 { 0 } else { col };
                    cells[*index] = if row < table.height() && col < table.width() {
                        Operand::Scalar(table.get(row, col).owned())
                    } else {
                        Operand::error(ErrorCode::Na)
                    };
                }
                let wanted = first(&one(record, &cells, 0));
                let got = result.get(row, col).owned();
                if !alike(&got, &wanted) {
                    let of = shown(&cells);
                    wrong.push(format!("{}: {got:?} and not {wanted:?}{of}", record.name));
                }
            }
        }
    }
    report(&wrong);
}

#[test]
fn for_many_rows_a_function_is_called_row_by_row() {
    let (kinds, mut wrong) = (Kinds::new(), Vec::new());
    for record in tried() {
        let mut draw = Draw::new(record);
        for _ in 0..cases(24) {
            let mut operands = kinds.fitting(&mut draw, record);
            let len = 1 + draw.below(6);
            for (index, operand) in operands.iter_mut().enumerate() {
                let lifts = record.lifts(index) && matches!(operand, Operand::Scalar(_));
                if lifts && draw.below(3) > 0 {
                    let values = (0..len).map(|_| draw.of(&kinds.likely));
                    *operand = Operand::Rows(Cells::of_values(values.collect::<Vec<_>>()));
                }
            }
            let single = |row: usize| {
                let cells: Vec<Operand> = operands
                    .iter()
                    .map(|operand| match operand {
                        Operand::Rows(cells) => Operand::Scalar(cells.get(row).owned()),
                        other => other.clone(),
                    })
                    .collect();
                one(record, &cells, 5 + row as u64)
            };
            let result = match called(record, &operands, Rows { first: 5, len }) {
                Ok(result) => result,
                Err(Split) => {
                    if !(0..len).any(|row| matches!(single(row), Operand::Array(_))) {
                        wrong.push(format!(
                            "{}: split without an array{}",
                            record.name,
                            shown(&operands)
                        ));
                    }
                    continue;
                }
            };
            for row in 0..len {
                let got = match &result {
                    Operand::Rows(cells) => cells.get(row).owned(),
                    Operand::Array(_) if len == 1 => first(&result),
                    other => first(other),
                };
                let wanted = first(&single(row));
                if !alike(&got, &wanted) {
                    wrong.push(format!(
                        "{} row {row}: {got:?} and not {wanted:?}{}",
                        record.name,
                        shown(&operands)
                    ));
                }
            }
        }
    }
    report(&wrong);
}

#[test]
fn no_function_panics_or_takes_long() {
    let (kinds, mut wrong) = (Kinds::new(), Vec::new());
    for record in tried() {
        let mut draw = Draw::new(record);
        for case in 0..cases(60) {
            let operands = if case % 2 == 0 {
                kinds.any(&mut draw, record)
            } else {
                kinds.fitting(&mut draw, record)
            };
            let timed = || {
                let start = Instant::now();
                let call = AssertUnwindSafe(|| one(record, &operands, 0));
                let result = catch_unwind(call);
                (start.elapsed(), result.is_ok())
            };
            let (mut elapsed, went_well) = timed();
            if !went_well {
                wrong.push(format!("{} panics{}", record.name, shown(&operands)));
                continue;
            }
            // A busy machine may take long once.
            for _ in 0..3 {
                if elapsed > LONGEST {
                    elapsed = elapsed.min(timed().0);
                }
            }
            if elapsed > LONGEST {
                wrong.push(format!("{} takes {elapsed:?}{}", record.name, shown(&operands)));
            }
        }
    }
    report(&wrong);
}
