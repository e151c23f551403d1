//! The evaluator's own functions where all arguments are there: over arrays, and called alone.
//!
//! In a formula a branch that is not taken is not evaluated. Here every argument is a value already, so that these are
//! functions of values like others. Sources: Microsoft's page of each function.

use crate::{
    aggregation::{aggregate, of_aggregate, of_subtotal, takes_place},
    call::{Call, Output, Result},
    cells::Table,
    record::{Kernel, Mode, Record, array, value},
    semantics::{Scalar, compare},
};
use udf_abi::ErrorCode;

/// `IF`; without its last argument `FALSE` where the test does not hold.
pub static IF: Record = Record::new(
    "IF",
    &[value("logical_test"), value("value_if_true"), value("value_if_false").optional()],
    Kernel::OfRow(|call| match call.logical(0)? {
        true => taken(call, 1),
        false if call.is_missing(2) => Ok(false.into()),
        false => taken(call, 2),
    }),
    "",
)
.taking_errors();

/// `IFERROR`.
pub static IFERROR: Record = Record::new(
    "IFERROR",
    &[value("value"), value("value_if_error")],
    Kernel::OfRow(|call| taken(call, usize::from(matches!(call.scalar(0), Scalar::Error(_))))),
    "",
)
.taking_errors();

/// `IFNA`.
pub static IFNA: Record = Record::new(
    "IFNA",
    &[value("value"), value("value_if_na")],
    Kernel::OfRow(|call| taken(call, usize::from(call.scalar(0) == Scalar::Error(ErrorCode::Na)))),
    "",
)
.taking_errors();

static IFS: Record =
    Record::new("IFS", &[value("logical_test1"), value("value_if_true1")], Kernel::OfRow(ifs), "")
        .repeating(2)
        .taking_errors();

static SWITCH: Record = Record::new(
    "SWITCH",
    &[
        value("expression"),
        value("value1"),
        value("result1"),
        value("default_or_value2").optional(),
        value("result2").optional(),
    ],
    Kernel::OfRow(switch),
    "",
)
.repeating(2)
.taking_errors();

static CHOOSE: Record = Record::new(
    "CHOOSE",
    &[value("index_num"), value("value1"), value("value2").optional()],
    Kernel::OfRow(choose),
    "",
)
.repeating(1)
.taking_errors();

/// Columns have no rows that are hidden, and no cells that are subtotals themselves.
static SUBTOTAL: Record = Record::new(
    "SUBTOTAL",
    &[
        value("function_num"),
        value("ref1").of(Mode::Range),
        value("ref2").of(Mode::Range).optional(),
    ],
    Kernel::OfRow(|call| {
        let (function, ignored) = of_subtotal(call.number(0)?)?;
        total(call, function, 1..call.len(), None, ignored.errors)
    }),
    "",
)
.repeating(1);

static AGGREGATE: Record = Record::new(
    "AGGREGATE",
    &[value("function_num"), value("options"), array("ref1"), array("ref2_or_k").optional()],
    Kernel::OfRow(|call| {
        let (function, ignored) = of_aggregate(call.number(0)?, call.number(1)?)?;
        match takes_place(function) {
            false => total(call, function, 2..call.len(), None, ignored.errors),
            true if call.len() == 4 => {
                total(call, function, 2..3, Some(call.number(3)?), ignored.errors)
            }
            true => Err(ErrorCode::Value),
        }
    }),
    "",
)
.repeating(1);

static ROWS: Record = Record::new(
    "ROWS",
    &[array("array")],
    Kernel::OfRow(|call| Ok((call.array(0)?.height() as f64).into())),
    "",
);

static COLUMNS: Record = Record::new(
    "COLUMNS",
    &[array("array")],
    Kernel::OfRow(|call| Ok((call.array(0)?.width() as f64).into())),
    "",
);

/// A record that is one of the evaluator's own, as a function of values; `None` where it needs what only a workbook
/// has.
#[must_use]
pub fn of(record: &Record) -> Option<&'static Record> {
    let known =
        [&IF, &IFERROR, &IFNA, &IFS, &SWITCH, &CHOOSE, &SUBTOTAL, &AGGREGATE, &ROWS, &COLUMNS];
    known.into_iter().find(|known| known.name == record.name)
}

/// Whether a value of `SWITCH` is the one that is looked for: of the same kind, a blank being 0 (stored values).
///
/// # Errors
///
/// The error that one of them is.
pub fn is_switched(a: Scalar<'_>, b: Scalar<'_>) -> Result<bool> {
    let filled = |value| match value {
        Scalar::Blank => Scalar::Number(0.0),
        other => other,
    };
    let (a, b) = (filled(a), filled(b));
    if let Some(code) = [a, b].into_iter().find_map(|value| match value {
        Scalar::Error(code) => Some(code),
        _ => None,
    }) {
        return Err(code);
    }
    Ok(std::mem::discriminant(&a) == std::mem::discriminant(&b) && compare::equal(a, b)?)
}

/// The value of an argument, errors included.
fn taken(call: &Call<'_>, index: usize) -> Result<Output> {
    Ok(Output::Value(call.cell(index).owned()))
}

fn ifs(call: &Call<'_>) -> Result<Output> {
    if !call.len().is_multiple_of(2) {
        return Err(ErrorCode::Na);
    }
    for index in (0..call.len()).step_by(2) {
        if call.logical(index)? {
            return taken(call, index + 1);
        }
    }
    Err(ErrorCode::Na)
}

fn switch(call: &Call<'_>) -> Result<Output> {
    let of = call.scalar(0);
    let mut index = 1;
    while index + 1 < call.len() {
        if is_switched(of, call.scalar(index))? {
            return taken(call, index + 1);
        }
        index += 2;
    }
    match (of, index < call.len()) {
        (Scalar::Error(code), _) => Err(code),
        (_, true) => taken(call, index),
        (_, false) => Err(ErrorCode::Na),
    }
}

fn choose(call: &Call<'_>) -> Result<Output> {
    match usize::try_from(call.integer(0)?) {
        Ok(index) if (1..call.len()).contains(&index) => taken(call, index),
        _ => Err(ErrorCode::Value),
    }
}

fn total(
    call: &Call<'_>,
    function: i64,
    arguments: std::ops::Range<usize>,
    place: Option<f64>,
    skip_errors: bool,
) -> Result<Output> {
    let tables = arguments.map(|index| call.array(index)).collect::<Result<Vec<_>>>()?;
    let tables: Vec<&Table> = tables.iter().map(AsRef::as_ref).collect();
    Ok(aggregate(function, &tables, place, skip_errors)?.into())
}
