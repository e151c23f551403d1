//! Databases: records that a table of criteria finds.
//!
//! A database has a row of field names and a record in each row below it. A table of criteria has field names, too:
//! a record is found where every criterion of some row holds. Sources: Microsoft, "DSUM function" and its siblings,
//! and "Filter by using advanced criteria".

use crate::{
    call::{Call, Output, Result, text},
    cells::{CellRef, Cells, Table},
    record::{Kernel, Parameter, Prepared, Record, array, value},
    semantics::{Criterion, Scalar, TextRules, fold, parse_number},
};
use std::borrow::Cow;
use udf_abi::ErrorCode;

const PARAMETERS: &[Parameter] = &[array("database"), value("field"), array("criteria")];

pub(super) const RECORDS: &[Record] = &[
    record(
        "DAVERAGE",
        |call, _| folded(call, |found| found.mean()),
        "The average of a field of the records that criteria find.",
    ),
    record(
        "DCOUNT",
        |call, _| counted(call, |cell| matches!(cell, CellRef::Number(..))),
        "How many of the records that criteria find have a number in a field.",
    ),
    record(
        "DCOUNTA",
        |call, _| counted(call, |cell| cell != CellRef::Blank),
        "How many of the records that criteria find are not blank in a field.",
    ),
    record("DGET", |call, _| get(call), "The field of the only record that criteria find."),
    record(
        "DMAX",
        |call, _| folded(call, |found| Ok(found.0.iter().copied().reduce(f64::max).unwrap_or(0.0))),
        "The largest number in a field of the records that criteria find.",
    ),
    record(
        "DMIN",
        |call, _| folded(call, |found| Ok(found.0.iter().copied().reduce(f64::min).unwrap_or(0.0))),
        "The smallest number in a field of the records that criteria find.",
    ),
    record(
        "DPRODUCT",
        |call, _| folded(call, |found| Ok(found.product())),
        "The product of a field of the records that criteria find.",
    ),
    record(
        "DSTDEV",
        |call, _| folded(call, |found| Ok(found.variance(1.0)?.sqrt())),
        "The standard deviation of a population, of which the records that criteria find are a sample.",
    ),
    record(
        "DSTDEVP",
        |call, _| folded(call, |found| Ok(found.variance(0.0)?.sqrt())),
        "The standard deviation of a field of the records that criteria find.",
    ),
    record(
        "DSUM",
        |call, _| folded(call, |found| Ok(found.0.iter().sum())),
        "The sum of a field of the records that criteria find.",
    ),
    record(
        "DVAR",
        |call, _| folded(call, |found| found.variance(1.0)),
        "The variance of a population, of which the records that criteria find are a sample.",
    ),
    record(
        "DVARP",
        |call, _| folded(call, |found| found.variance(0.0)),
        "The variance of a field of the records that criteria find.",
    ),
];

const fn record(
    name: &'static str,
    prepare: for<'a> fn(&Call<'a>, usize) -> Result<Box<Prepared<'a>>>,
    about: &'static str,
) -> Record {
    Record::new(name, PARAMETERS, Kernel::Prepared(prepare), about).differing(
        "Criteria under a name that is no field count as they are in the cell: a formula there is not evaluated for each record.",
    )
}

/// The function that gives what `give` makes of the numbers of the field of the records that are found.
fn folded<'a>(call: &Call<'a>, give: fn(&Numbers) -> Result<f64>) -> Result<Box<Prepared<'a>>> {
    let found = Found::of(call)?;
    Ok(Box::new(move |call| {
        let column = found.field(call)?.ok_or(ErrorCode::Value)?;
        let mut numbers = Vec::new();
        for cell in found.cells(column) {
            match cell.scalar() {
                Scalar::Number(n) => numbers.push(n),
                Scalar::Error(code) => return Err(code),
                _ => {}
            }
        }
        Ok(give(&Numbers(numbers))?.into())
    }))
}

/// The function that counts the records that are found, or those of them whose field `counts`.
fn counted<'a>(call: &Call<'a>, counts: fn(CellRef<'_>) -> bool) -> Result<Box<Prepared<'a>>> {
    let found = Found::of(call)?;
    Ok(Box::new(move |call| {
        let count = match found.field(call)? {
            Some(column) => found.cells(column).filter(|cell| counts(*cell)).count(),
            None => found.rows.len(),
        };
        #[expect(clippy::cast_precision_loss, reason = "rows are far fewer than 2^53")]
        Ok((count as f64).into())
    }))
}

fn get<'a>(call: &Call<'a>) -> Result<Box<Prepared<'a>>> {
    let found = Found::of(call)?;
    Ok(Box::new(move |call| {
        let column = found.field(call)?.ok_or(ErrorCode::Value)?;
        let mut cells = found.cells(column);
        let cell = cells.next().ok_or(ErrorCode::Value)?;
        if cells.next().is_some() {
            return Err(ErrorCode::Num);
        }
        Ok(Output::Value(cell.owned()))
    }))
}

/// Numbers of a field.
#[derive(Debug)]
struct Numbers(Vec<f64>);

impl Numbers {
    #[expect(clippy::cast_precision_loss, reason = "rows are far fewer than 2^53")]
    fn count(&self) -> f64 {
        self.0.len() as f64
    }

    fn mean(&self) -> Result<f64> {
        if self.0.is_empty() {
            return Err(ErrorCode::Div);
        }
        Ok(self.0.iter().sum::<f64>() / self.count())
    }

    /// The product; 0 of nothing.
    fn product(&self) -> f64 {
        if self.0.is_empty() { 0.0 } else { self.0.iter().product() }
    }

    /// The sum of the squares of the distances from the mean, over the count less `lost`.
    fn variance(&self, lost: f64) -> Result<f64> {
        let mean = self.mean()?;
        let degrees = self.count() - lost;
        if degrees <= 0.0 {
            return Err(ErrorCode::Div);
        }
        Ok(self.0.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / degrees)
    }
}

/// The records of a database that criteria find.
#[derive(Debug)]
struct Found<'a> {
    database: Cow<'a, Table>,
    /// Rows of the table, from 1.
    rows: Vec<usize>,
}

impl<'a> Found<'a> {
    fn of(call: &Call<'a>) -> Result<Self> {
        let (database, criteria) = (call.array(0)?, call.array(2)?);
        if criteria.height() < 2 {
            return Err(ErrorCode::Value);
        }
        let mut found = vec![false; database.height()];
        for row in 1..criteria.height() {
            if call.context().cancel.is_cancelled() {
                return Err(ErrorCode::Cancelled);
            }
            // Of the records that are not found yet, those that hold all criteria of the row.
            let mut open: Vec<usize> =
                (1..database.height()).filter(|at| found.get(*at) == Some(&false)).collect();
            for (name, cells) in criteria.columns().iter().map(|c| (c.get(0), c)) {
                let column = column_named(&database, name.scalar())?;
                match Condition::of(cells.get(row).scalar(), column, call.rules()) {
                    Condition::Always => {}
                    Condition::Never => open.clear(),
                    Condition::Of(column, criterion) => {
                        open.retain(|at| criterion.matches(column.get(*at).scalar()));
                    }
                }
            }
            for at in open {
                if let Some(found) = found.get_mut(at) {
                    *found = true;
                }
            }
        }
        let rows = (1..database.height()).filter(|at| found.get(*at) == Some(&true)).collect();
        Ok(Self { database, rows })
    }

    /// The column that the field of a call is: its name, or its number from 1. `None` where no field is given.
    fn field(&self, call: &Call<'_>) -> Result<Option<&Cells>> {
        let column = match call.scalar(1) {
            Scalar::Blank => return Ok(None),
            Scalar::Error(code) => return Err(code),
            Scalar::Text(name) => column_named(&self.database, Scalar::Text(name))?,
            _ => {
                let number = call.integer(1)?;
                let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
                index.and_then(|index| self.database.columns().get(index))
            }
        };
        column.map(Some).ok_or(ErrorCode::Value)
    }

    /// The cells of a column in the records that are found.
    fn cells<'c>(&'c self, column: &'c Cells) -> impl Iterator<Item = CellRef<'c>> {
        self.rows.iter().map(|row| column.get(*row))
    }
}

/// The first column of a name, without its case; numbers and logical values are the texts that they show as.
fn column_named<'t>(database: &'t Table, name: Scalar<'_>) -> Result<Option<&'t Cells>> {
    if name == Scalar::Blank {
        return Ok(None);
    }
    let name = text(name)?;
    let is_named = |column: &&Cells| match column.get(0).scalar() {
        Scalar::Blank => false,
        header => text(header).is_ok_and(|header| fold::eq(&header, &name)),
    };
    Ok(database.columns().iter().find(is_named))
}

/// What a cell of the criteria asks of a record.
enum Condition<'t> {
    Always,
    Never,
    Of(&'t Cells, Criterion),
}

impl<'t> Condition<'t> {
    fn of(cell: Scalar<'_>, column: Option<&'t Cells>, rules: TextRules) -> Self {
        match (cell, column) {
            (Scalar::Blank | Scalar::Text(""), _) => Self::Always,
            (cell, Some(column)) => Self::Of(column, criterion(cell, rules)),
            // Computed criteria, which have a name that is no field.
            (Scalar::Logical(true), None) => Self::Always,
            (Scalar::Number(n), None) if n != 0.0 => Self::Always,
            _ => Self::Never,
        }
    }
}

/// The criterion of a cell: as for `COUNTIF`, but a text without an operator finds what begins with it.
fn criterion(cell: Scalar<'_>, rules: TextRules) -> Criterion {
    let begins = |text: &str| {
        !text.starts_with(['=', '<', '>'])
            && parse_number(text, rules).is_none()
            && !text.eq_ignore_ascii_case("TRUE")
            && !text.eq_ignore_ascii_case("FALSE")
            && ErrorCode::from_text(text).is_none()
    };
    match cell {
        Scalar::Text(text) if begins(text) => {
            // A last `~` that stands for itself would take the meaning from the `*` that is added.
            let tildes = text.len() - text.trim_end_matches('~').len();
            let tilde = if tildes % 2 == 1 { "~" } else { "" };
            Criterion::new(Scalar::Text(&format!("={text}{tilde}*")), rules)
        }
        cell => Criterion::new(cell, rules),
    }
}
