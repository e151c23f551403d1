//! Planes and exponential curves through points: `LINEST`, `LOGEST`, `TREND`, `GROWTH`.
//!
//! The exponential ones are the others with the logarithms of y (Microsoft, "LOGEST function").

use super::{
    fit::Fit,
    float,
    points::{Layout, Points, given, variables},
};
use crate::{
    ErrorCode, Record, ScalarValue,
    call::{Call, Output, Result},
    cells::Table,
    record::{Kernel, Parameter, array, value},
};

const LINE: &[Parameter] = &[
    array("known_y's"),
    array("known_x's").skippable(),
    value("const").skippable(),
    value("stats").optional(),
];
const CURVE: &[Parameter] = &[
    array("known_y's"),
    array("known_x's").skippable(),
    array("new_x's").skippable(),
    value("const").skippable(),
];

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "LINEST",
        LINE,
        Kernel::OfRow(linest),
        "The coefficients of the line or plane through points, and how well it lies there.",
    )
    .giving_arrays()
    .of_arrays()
    .differing(COLLINEAR),
    Record::new(
        "LOGEST",
        LINE,
        Kernel::OfRow(logest),
        "The coefficients of the exponential curve through points, and how well it lies there.",
    )
    .giving_arrays()
    .of_arrays()
    .differing(COLLINEAR),
    Record::new(
        "TREND",
        CURVE,
        Kernel::OfRow(trend),
        "The values of the line or plane through points.",
    )
    .giving_arrays()
    .of_arrays(),
    Record::new(
        "GROWTH",
        CURVE,
        Kernel::OfRow(growth),
        "The values of the exponential curve through points.",
    )
    .giving_arrays()
    .of_arrays(),
];

const COLLINEAR: &str = "Of columns that depend on each other, which one gets 0 is not documented; \
    here it is the one that is left over when the longest is taken first.";

/// Whether y is taken as it is, or its logarithms.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Straight,
    Exponential,
}

impl Kind {
    fn value(self, straight: f64) -> f64 {
        if self == Self::Exponential { straight.exp() } else { straight }
    }
}

/// The points, and the plane through them.
fn fitted(call: &Call<'_>, constant: usize, kind: Kind) -> Result<(Points, Fit)> {
    let mut points = Points::of(call)?;
    if kind == Kind::Exponential {
        for y in &mut points.y {
            if *y <= 0.0 {
                return Err(ErrorCode::Num);
            }
            *y = y.ln();
        }
    }
    let constant = call.logical_or(constant, true)?;
    let cancel = call.context().cancel;
    let fit = Fit::new(&points.y, &points.variables, constant, cancel)?;
    Ok((points, fit))
}

fn linest(call: &Call<'_>) -> Result<Output> {
    coefficients(call, Kind::Straight)
}

fn logest(call: &Call<'_>) -> Result<Output> {
    coefficients(call, Kind::Exponential)
}

/// Coefficients from the last variable to the first, then the constant; below them the statistics.
fn coefficients(call: &Call<'_>, kind: Kind) -> Result<Output> {
    let (_, fit) = fitted(call, 2, kind)?;
    let stats = call.logical_or(3, false)?;
    let last = fit.slopes.len();
    let spread = fit.explained / float(fit.rank) / (fit.rest / fit.freedom);
    let cell = |row: usize, col: usize| -> ScalarValue {
        let variable = last.checked_sub(col + 1);
        match (row, col, variable) {
            (0, _, Some(at)) => kind.value(fit.slopes.get(at).copied().unwrap_or(0.0)).into(),
            (0, _, None) => kind.value(fit.constant).into(),
            (1, _, Some(at)) => fit.error(at).into(),
            (1, _, None) => fit.constant_error().map_or(ErrorCode::Na.into(), ScalarValue::from),
            (2, 0, _) => (fit.explained / (fit.explained + fit.rest)).into(),
            (2, 1, _) => fit.deviation().into(),
            (3, 0, _) if fit.freedom <= 0.0 => ErrorCode::Num.into(),
            (3, 0, _) => spread.into(),
            (3, 1, _) => fit.freedom.max(0.0).into(),
            (4, 0, _) => fit.explained.into(),
            (4, 1, _) => fit.rest.into(),
            _ => ErrorCode::Na.into(),
        }
    };
    let table = Table::from_fn(if stats { 5 } else { 1 }, last + 1, cell);
    Ok(table.ok_or(ErrorCode::Value)?.into())
}

fn trend(call: &Call<'_>) -> Result<Output> {
    values(call, Kind::Straight)
}

fn growth(call: &Call<'_>) -> Result<Output> {
    values(call, Kind::Exponential)
}

/// The values at new x, or at those that are known.
fn values(call: &Call<'_>, kind: Kind) -> Result<Output> {
    let (points, fit) = fitted(call, 3, kind)?;
    let (shape, columns) = match given(call, 2)? {
        None => (points.shape, points.variables),
        Some(new) => {
            let size = (new.height(), new.width());
            let (shape, count) = match points.layout {
                Layout::One => (size, 1),
                Layout::Columns => ((size.0, 1), size.1),
                Layout::Rows => ((1, size.1), size.0),
            };
            if count != points.variables.len() {
                return Err(ErrorCode::Ref);
            }
            (shape, variables(&new, points.layout)?)
        }
    };
    let at = |row: usize, col: usize| {
        let point = row * shape.1 + col;
        kind.value(fit.at(columns.iter().map(|x| x.get(point).copied().unwrap_or(0.0))))
    };
    Ok(Table::from_fn(shape.0, shape.1, at).ok_or(ErrorCode::Value)?.into())
}
