//! Summaries by groups.
//!
//! ```text
//! options … what the arguments ask for, and the data without its headers and the rows filtered out
//! axis    … groups of rows in their order, with subtotals and the total: the lines of a summary
//! summary … the lines and their values as one array
//! ```
//!
//! `GROUPBY` is a `PIVOTBY` without column fields. Sources: Microsoft, "GROUPBY function", "PIVOTBY function",
//! "PERCENTOF function". Not documented, and chosen here: names of generated headers, and how the headers of a
//! pivot stand above its columns. Several functions at once (`HSTACK(SUM,COUNT)`) are not taken yet.

mod axis;
mod options;
mod summary;

use crate::{
    call::{Call, Output, Result},
    record::{Kernel, Mode, Parameter, Record, array, value},
};
use options::Options;
use udf_abi::ErrorCode;

/// Fields that may be empty between commas.
const fn fields(name: &'static str) -> Parameter {
    Parameter { optional: false, ..array(name).skippable() }
}

const FUNCTION: Parameter = value("function").of(Mode::Lambda);

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "GROUPBY",
        &[
            array("row_fields"),
            array("values"),
            FUNCTION,
            value("field_headers").skippable(),
            value("total_depth").skippable(),
            array("sort_order").skippable(),
            array("filter_array").skippable(),
            value("field_relationship").skippable(),
        ],
        Kernel::OfRow(group_by),
        "What a function gives for the values of each group of rows.",
    ).giving_arrays()
    .future()
    .differing("Takes one function, not a vector of functions."),
    Record::new(
        "PIVOTBY",
        &[
            fields("row_fields"),
            fields("col_fields"),
            array("values"),
            FUNCTION,
            value("field_headers").skippable(),
            value("row_total_depth").skippable(),
            array("row_sort_order").skippable(),
            value("col_total_depth").skippable(),
            array("col_sort_order").skippable(),
            array("filter_array").skippable(),
            value("relative_to").skippable(),
        ],
        Kernel::OfRow(pivot_by),
        "What a function gives for the values of each group of rows in each group of columns.",
    ).giving_arrays()
    .future()
    .differing(
        "Takes one function, not a vector of functions; how headers stand above the columns is not documented.",
    ),
    Record::new(
        "PERCENTOF",
        &[array("data_subset"), array("data_all")],
        Kernel::OfRow(percent_of),
        "The sum of some values as a part of the sum of all.",
    )
    .future(),
];

fn group_by(call: &Call<'_>) -> Result<Output> {
    let relationship = call.integer_or(7, 0)?;
    let hierarchy = match relationship {
        0 => true,
        1 => false,
        _ => return Err(ErrorCode::Value),
    };
    let options = Options::read(call, [Some(0), None, Some(1), Some(2), Some(3), Some(6)])?;
    let rows = options.axis(call, &options.rows, Some(4), Some(5), hierarchy)?;
    let columns = options.axis(call, &options.columns, None, None, true)?;
    // Parts are of all values.
    summary::summary(call, &options, &rows, &columns, 2)
}

fn pivot_by(call: &Call<'_>) -> Result<Output> {
    let options = Options::read(call, [Some(0), Some(1), Some(2), Some(3), Some(4), Some(9)])?;
    let rows = options.axis(call, &options.rows, Some(5), Some(6), true)?;
    let columns = options.axis(call, &options.columns, Some(7), Some(8), true)?;
    let relative_to = call.integer_or(10, 0)?;
    if !(0..=4).contains(&relative_to) {
        return Err(ErrorCode::Value);
    }
    summary::summary(call, &options, &rows, &columns, relative_to)
}

fn percent_of(call: &Call<'_>) -> Result<Output> {
    let sum = |index| -> Result<f64> {
        let mut sum = 0.0;
        call.each_number_of(index, &mut |n| sum += n)?;
        Ok(sum)
    };
    let (part, all) = (sum(0)?, sum(1)?);
    if all == 0.0 { Err(ErrorCode::Div) } else { Ok((part / all).into()) }
}
