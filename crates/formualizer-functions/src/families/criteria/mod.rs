//! Cells counted and summed by criteria.
//!
//! | module | what it is |
//! |---|---|
//! | [`layout`] | which argument is what, and the columns that belong together |
//! | [`asked`] | a criterion as it is asked for one row |
//! | [`scan`] | an answer by a look at every cell |
//! | [`indexed`] | an answer by indexes |
//!
//! Sources: Microsoft, "COUNTIF function", "SUMIFS function" and the pages of the others. What a criterion finds is
//! [`Criterion`](crate::semantics::Criterion)'s. Errors in cells that are found and summed are results; texts and
//! logical values in them are passed over.

mod asked;
mod indexed;
mod layout;
mod scan;
#[cfg(test)]
mod tests;

use crate::{
    call::{Call, Output, Result},
    cells::Cells,
    indexes::totals::Total,
    record::{Gives, Kernel, Mode, Parameter, Prepared, Record, array, value},
    semantics::TextRules,
    value::ScalarValue,
};
use asked::Asked;
use layout::{Layout, Shape};
use udf_abi::ErrorCode;

const fn range(name: &'static str) -> Parameter {
    array(name).of(Mode::Range)
}

const fn criterion(name: &'static str) -> Parameter {
    value(name).of(Mode::Criterion)
}

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "COUNTIF",
        &[range("range"), criterion("criteria")],
        Kernel::Prepared(|call, rows| prepare(call, rows, Shape::One(None), Wanted::Count)),
        "How many cells meet a criterion.",
    )
    .taking_errors()
    .growing(),
    Record::new(
        "COUNTIFS",
        &[range("criteria_range1"), criterion("criteria1")],
        Kernel::Prepared(|call, rows| prepare(call, rows, Shape::Counted, Wanted::Count)),
        "How many rows meet all of several criteria.",
    )
    .repeating(2)
    .taking_errors()
    .growing(),
    // The evaluator gives `sum_range` the shape of `range`, from its top left cell on.
    Record::new(
        "SUMIF",
        &[range("range"), criterion("criteria"), range("sum_range").like(0).optional()],
        Kernel::Prepared(|call, rows| prepare(call, rows, Shape::One(Some(2)), Wanted::Sum)),
        "The sum of the cells that meet a criterion, or of those beside them.",
    )
    .taking_errors()
    .growing(),
    // The evaluator gives `average_range` the shape of `range`, from its top left cell on.
    Record::new(
        "AVERAGEIF",
        &[range("range"), criterion("criteria"), range("average_range").like(0).optional()],
        Kernel::Prepared(|call, rows| prepare(call, rows, Shape::One(Some(2)), Wanted::Average)),
        "The mean of the cells that meet a criterion, or of those beside them.",
    )
    .taking_errors()
    .growing(),
    Record::new(
        "SUMIFS",
        &[range("sum_range"), range("criteria_range1"), criterion("criteria1")],
        Kernel::Prepared(|call, rows| prepare(call, rows, Shape::Summed, Wanted::Sum)),
        "The sum of the cells whose rows meet all of several criteria.",
    )
    .repeating(2)
    .taking_errors()
    .growing(),
    Record::new(
        "AVERAGEIFS",
        &[range("average_range"), range("criteria_range1"), criterion("criteria1")],
        Kernel::Prepared(|call, rows| prepare(call, rows, Shape::Summed, Wanted::Average)),
        "The mean of the cells whose rows meet all of several criteria.",
    )
    .repeating(2)
    .taking_errors()
    .growing(),
    Record::new(
        "MAXIFS",
        &[range("max_range"), range("criteria_range1"), criterion("criteria1")],
        Kernel::Prepared(|call, rows| prepare(call, rows, Shape::Summed, Wanted::Greatest)),
        "The greatest number whose row meets all of several criteria.",
    )
    .giving(Gives::LikeFirst)
    .repeating(2)
    .taking_errors()
    .growing()
    .future(),
    Record::new(
        "MINIFS",
        &[range("min_range"), range("criteria_range1"), criterion("criteria1")],
        Kernel::Prepared(|call, rows| prepare(call, rows, Shape::Summed, Wanted::Least)),
        "The least number whose row meets all of several criteria.",
    )
    .giving(Gives::LikeFirst)
    .repeating(2)
    .taking_errors()
    .growing()
    .future(),
];

/// The rows, counted from 0, of columns of one length that meet a criterion each.
///
/// # Errors
///
/// `#VALUE!` where a criterion is too long.
pub fn matching_rows(
    columns: &[Cells],
    criteria: &[ScalarValue],
    rules: TextRules,
) -> Result<Vec<u32>> {
    let read = asked::Read::default();
    let asked = criteria.iter().map(|one| Asked::of(one.cell().scalar(), rules, &read));
    let rows = columns.iter().map(Cells::len).min().unwrap_or(0);
    Ok(scan::rows(columns, &asked.collect::<Result<Vec<_>>>()?, rows))
}

/// What is wanted of the cells that are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Count,
    Sum,
    Average,
    Greatest,
    Least,
}

fn prepare<'a>(
    call: &Call<'a>,
    rows: usize,
    shape: Shape,
    wanted: Wanted,
) -> Result<Box<Prepared<'a>>> {
    let layout = Layout::of(call, rows, shape, wanted)?;
    Ok(Box::new(move |call| answer(&layout, call)))
}

fn answer(layout: &Layout<'_>, call: &Call<'_>) -> Result<Output> {
    let (rules, seen) = (call.rules(), call.seen());
    match layout.criteria() {
        [index] => layout.answer(&[Asked::of(call.scalar(*index), rules, layout.read())?], seen),
        many => {
            let asked: Result<Vec<Asked<'_>>> = many
                .iter()
                .map(|index| Asked::of(call.scalar(*index), rules, layout.read()))
                .collect();
            layout.answer(&asked?, seen)
        }
    }
}

impl Wanted {
    fn output(self, total: &Total) -> Result<Output> {
        let count = f64::from(total.count);
        Ok(match self {
            Self::Count => count,
            Self::Sum => total.sum.value(),
            Self::Average if total.count == 0 => return Err(ErrorCode::Div),
            Self::Average => total.sum.value() / count,
            Self::Greatest | Self::Least if total.count == 0 => 0.0,
            Self::Greatest => total.greatest,
            Self::Least => total.least,
        }
        .into())
    }
}
