//! Arguments in chunks as calls.

use crate::{
    error,
    input::{Given, Place},
};
use arrow_array::Array;
use pyo3::prelude::*;
use udf_columnar::{Argument, Call, Column};

/// Rows of the longest argument.
pub(crate) fn largest(arguments: &[Argument]) -> usize {
    arguments
        .iter()
        .map(|argument| match argument {
            Argument::Column(column) => column.len(),
            Argument::Range(columns) => columns.first().map_or(0, Column::len),
            _ => 1,
        })
        .max()
        .unwrap_or(1)
}

/// The chunks as one column.
fn whole(py: Python<'_>, chunks: Vec<Column>, place: Place<'_>) -> PyResult<Column> {
    if chunks.len() == 1 {
        let mut chunks = chunks;
        return chunks.pop().ok_or_else(|| error::internal(py, "a column without chunks"));
    }
    let arrays: Vec<&dyn Array> = chunks.iter().map(|c| c.array().as_ref()).collect();
    let array = arrow_select::concat::concat(&arrays)
        .map_err(|e| place.refuse(py, &format!("its chunks cannot be put together: {e}")))?;
    place.column(py, array)
}

/// One call for every stretch of rows in which no column's chunk ends.
pub(super) fn split(
    py: Python<'_>,
    given: Vec<Given>,
    places: &[Place<'_>],
) -> PyResult<Vec<Call>> {
    let lengths = |chunks: &[Column]| chunks.iter().map(Column::len).sum::<usize>();
    let totals: Vec<usize> = given
        .iter()
        .filter_map(|g| match g {
            Given::Column(chunks) => Some(lengths(chunks)),
            _ => None,
        })
        .collect();
    let chunked = given.iter().any(|g| matches!(g, Given::Column(chunks) if chunks.len() > 1));
    let even = totals.windows(2).all(|pair| pair[0] == pair[1]);
    if !chunked || !even {
        return Ok(vec![Call::new(together(py, given, places)?)]);
    }
    let total = totals.first().copied().unwrap_or(0);
    let mut ends: Vec<usize> = Vec::new();
    for chunks in given.iter().filter_map(|g| match g {
        Given::Column(chunks) => Some(chunks),
        _ => None,
    }) {
        let mut end = 0;
        for chunk in chunks {
            end += chunk.len();
            ends.push(end);
        }
    }
    ends.sort_unstable();
    ends.dedup();
    ends.retain(|end| *end > 0);
    let fixed: Vec<Option<Argument>> = given
        .iter()
        .map(|g| match g {
            Given::Omitted => Ok(Some(Argument::Omitted)),
            Given::Scalar(column) => Ok(Some(Argument::Scalar(column.clone()))),
            Given::Column(_) => Ok(None),
            Given::Range(_) => Err(error::argument(
                py,
                places.first().map_or("", |p| p.function),
                "a frame cannot be passed beside columns in chunks",
            )),
        })
        .collect::<PyResult<_>>()?;
    let mut calls = Vec::with_capacity(ends.len());
    let mut start = 0;
    for end in ends.into_iter().filter(|end| *end <= total) {
        let arguments = given
            .iter()
            .zip(&fixed)
            .map(|(g, fixed)| match (g, fixed) {
                (_, Some(argument)) => argument.clone(),
                (Given::Column(chunks), None) => Argument::Column(stretch(chunks, start, end)),
                _ => Argument::Omitted,
            })
            .collect();
        calls.push(Call::new(arguments).row_offset(start as u64));
        start = end;
    }
    Ok(calls)
}

/// Rows `start..end`, which lie in one chunk.
fn stretch(chunks: &[Column], start: usize, end: usize) -> Column {
    let mut first = 0;
    for chunk in chunks {
        if start < first + chunk.len() {
            return chunk.slice(start - first, end - start);
        }
        first += chunk.len();
    }
    Column::new_null(udf_abi::DType::Null, end - start)
}

/// The arguments of one call, chunks put together.
pub(crate) fn together(
    py: Python<'_>,
    given: Vec<Given>,
    places: &[Place<'_>],
) -> PyResult<Vec<Argument>> {
    given
        .into_iter()
        .zip(places)
        .map(|(given, place)| {
            Ok(match given {
                Given::Omitted => Argument::Omitted,
                Given::Scalar(column) => Argument::Scalar(column),
                Given::Column(chunks) => Argument::Column(whole(py, chunks, *place)?),
                Given::Range(columns) => Argument::Range(
                    columns
                        .into_iter()
                        .map(|chunks| whole(py, chunks, *place))
                        .collect::<PyResult<_>>()?,
                ),
            })
        })
        .collect()
}
