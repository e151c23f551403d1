//! Dataframes in and out.

use super::{
    core::Core,
    place::{CellArg, RangeArg},
    refuse,
    report::python_part,
    value, vector,
};
use crate::{
    error,
    input::capsule,
    output::{Outcome, Shape},
};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray, cast::AsArray, new_empty_array};
use arrow_schema::{DataType, Field, Schema};
use formualizer_workbook::{
    Error, IntoCell, IntoRange, MAX_COLS, MAX_ROWS, Value, Workbook as Book, value_text,
};
use pyo3::{prelude::*, types::PyList};
use std::{collections::HashSet, sync::Arc};
use udf_abi::DType;
use udf_columnar::{Column, Output};

/// A column of a frame.
enum Given {
    Array(ArrayRef),
    /// Values of several kinds.
    Values(Vec<Value>),
}

impl Given {
    fn len(&self) -> usize {
        match self {
            Self::Array(array) => array.len(),
            Self::Values(values) => values.len(),
        }
    }
}

/// A frame with the names of its columns, where they have any.
struct Frame {
    names: Option<Vec<String>>,
    columns: Vec<Given>,
}

fn wrong(py: Python<'_>, message: &str) -> PyErr {
    error::argument(py, "write_frame", &format!("write_frame: {message}"))
}

/// What a frame of any library holds.
fn understand(frame: &Bound<'_, PyAny>, index: bool, core: &Core) -> PyResult<Frame> {
    let py = frame.py();
    let found = python_part(py, "columns", (frame, index))?;
    let (names, columns): (Option<Vec<String>>, Bound<'_, PyAny>) = found.extract()?;
    if let Ok(list) = columns.cast::<PyList>() {
        let columns = list.iter().enumerate();
        let column = |(at, column): (usize, Bound<'_, PyAny>)| {
            let name = names.as_ref().and_then(|names| names.get(at));
            let place = match name {
                Some(name) => format!("column {name:?}"),
                None => format!("column {}", at + 1),
            };
            column_of(&column, &place, core)
        };
        let columns = columns.map(column).collect::<PyResult<Vec<Given>>>()?;
        return Ok(Frame { names, columns });
    }
    // A table of a library that is not known by name.
    let odd = |error: PyErr| {
        wrong(py, &format!("the table cannot be taken through Arrow: {}", error.value(py)))
    };
    let capsule::Imported { chunks, data_type, .. } = capsule::import(&columns).map_err(odd)?;
    let DataType::Struct(fields) = data_type else {
        return Err(wrong(py, &format!("an array of {data_type} is no table")));
    };
    let tables: Vec<&StructArray> =
        chunks.iter().filter_map(|chunk| chunk.as_struct_opt()).collect();
    if tables.iter().any(|table| table.null_count() > 0) {
        return Err(wrong(py, "rows of the table are null as a whole: take such rows out"));
    }
    let names = fields.iter().map(|field| field.name().clone()).collect();
    let mut arrays = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let chunks: Vec<ArrayRef> = tables.iter().map(|table| table.column(at).clone()).collect();
        let place = format!("column {:?}", field.name());
        arrays.push(Given::Array(joined(py, &chunks, field.data_type(), &place)?));
    }
    Ok(Frame { names: Some(names), columns: arrays })
}

/// A column as the Python side has found it: how to take it, and what it is.
fn column_of(found: &Bound<'_, PyAny>, place: &str, core: &Core) -> PyResult<Given> {
    let py = found.py();
    let (how, column): (String, Bound<'_, PyAny>) = found.extract()?;
    if how == "values" {
        let values = column.try_iter()?.enumerate().map(|(row, object)| {
            value::argument(&object?, &format!("{place}, row {row}"), core.dates)
        });
        return Ok(Given::Values(values.collect::<PyResult<_>>()?));
    }
    if how == "arrow" {
        let odd = |error: PyErr| {
            refuse(py, "data", &format!("write_frame: {place}: {}", error.value(py)))
        };
        let capsule::Imported { chunks, data_type, .. } = capsule::import(&column).map_err(odd)?;
        return joined(py, &chunks, &data_type, place).map(Given::Array);
    }
    match vector::columns(&column)? {
        Ok(mut columns) if columns.len() == 1 => {
            let array = columns.pop();
            array.map(Given::Array).ok_or_else(|| wrong(py, &format!("{place} is empty")))
        }
        Ok(_) => Err(wrong(py, &format!("{place} is not one column"))),
        Err(error) => Err(wrong(py, &format!("{place}: {}", error.message().unwrap_or_default()))),
    }
}

/// The chunks as one array; the array itself where there is one.
fn joined(
    py: Python<'_>,
    chunks: &[ArrayRef],
    data_type: &DataType,
    place: &str,
) -> PyResult<ArrayRef> {
    if matches!(data_type, DataType::Timestamp(_, Some(_))) {
        let message = format!(
            "write_frame: {place} has a time zone, which a cell does not know: convert it to the zone you want, and take that off (pandas: .dt.tz_localize(None), polars: .dt.replace_time_zone(None))"
        );
        return Err(refuse(py, "data", &message));
    }
    match chunks {
        [] => Ok(new_empty_array(data_type)),
        [one] => Ok(one.clone()),
        many => {
            let parts: Vec<&dyn Array> = many.iter().map(AsRef::as_ref).collect();
            arrow_select::concat::concat(&parts)
                .map_err(|e| refuse(py, "data", &format!("write_frame: {place}: {e}")))
        }
    }
}

/// Writes a frame; gives the range that it fills.
pub(super) fn write(
    py: Python<'_>,
    core: &Arc<Core>,
    (sheet, cell): (String, CellArg),
    frame: &Bound<'_, PyAny>,
    header: bool,
    index: bool,
) -> PyResult<Option<String>> {
    let Frame { names, columns } = understand(frame, index, core)?;
    let rows = columns.first().map_or(0, Given::len);
    if let Some(at) = columns.iter().position(|column| column.len() != rows) {
        let message = format!(
            "column {} has {} rows, the first one {rows}: columns of a frame are of one length",
            at + 1,
            columns[at].len()
        );
        return Err(wrong(py, &message));
    }
    let names = match (header, names) {
        (false, _) => None,
        (true, Some(names)) => Some(names),
        (true, None) => {
            return Err(wrong(
                py,
                "the columns have no names: pass header=False, or a dict of columns",
            ));
        }
    };
    let dates = core.dates;
    core.slow(py, move |book| {
        let (top, left) = cell.clone().into_cell()?;
        let height = rows + usize::from(names.is_some());
        let width = columns.len();
        let arrays: Option<Vec<ArrayRef>> = columns
            .iter()
            .map(|column| match column {
                Given::Array(array) => Some(array.clone()),
                Given::Values(_) => None,
            })
            .collect();
        match (arrays, names) {
            (Some(arrays), None) => book.set_columns(&sheet, cell, &arrays)?,
            (Some(arrays), Some(names)) => match batch(&names, arrays) {
                Some(batch) => book.set_batch(&sheet, cell, &batch, true)?,
                None => return Ok(None),
            },
            (None, names) => {
                let mut cells = Vec::with_capacity(height);
                cells.extend(names.map(|names| names.into_iter().map(Value::Text).collect()));
                cells.extend(table(&columns, rows, dates)?);
                book.set_values(&sheet, cell, &cells)?;
            }
        }
        Ok((height > 0 && width > 0).then(|| range_text(top, left, height, width)))
    })
}

fn batch(names: &[String], arrays: Vec<ArrayRef>) -> Option<RecordBatch> {
    let fields: Vec<Field> = names
        .iter()
        .zip(&arrays)
        .map(|(name, array)| Field::new(name, array.data_type().clone(), true))
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).ok()
}

/// Rows of values of columns, some of which are values already.
fn table(
    columns: &[Given],
    rows: usize,
    dates: formualizer_workbook::DateSystem,
) -> Result<Vec<Vec<Value>>, Error> {
    let mut table: Vec<Vec<Value>> = (0..rows).map(|_| Vec::with_capacity(columns.len())).collect();
    for column in columns {
        match column {
            Given::Values(values) => {
                table.iter_mut().zip(values).for_each(|(row, value)| row.push(value.clone()));
            }
            Given::Array(array) => {
                let values = vector::values(std::slice::from_ref(array), dates)?;
                table.iter_mut().zip(values).for_each(|(row, value)| row.extend(value));
            }
        }
    }
    Ok(table)
}

fn range_text(top: u32, left: u32, height: usize, width: usize) -> String {
    let letters = |mut column: usize| {
        let mut text = String::new();
        while column > 0 {
            column -= 1;
            text.insert(0, char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
            column /= 26;
        }
        text
    };
    let (top, left) = (top as usize, left as usize);
    format!("{}{}:{}{}", letters(left + 1), top + 1, letters(left + width), top + height)
}

/// What was read: the names of the columns, and parts of so many rows, each with an array per column.
type Read = (Vec<String>, Vec<Vec<ArrayRef>>);

/// Reads a range as a frame of a library.
pub(super) fn read<'py>(
    py: Python<'py>,
    core: &Arc<Core>,
    sheet: String,
    range: Option<RangeArg>,
    header: bool,
    kind: &str,
) -> PyResult<Bound<'py, PyAny>> {
    if !["pandas", "polars", "pyarrow", "numpy"].contains(&kind) {
        let message = format!(
            "read_frame: as_={kind:?}: give \"pandas\", \"polars\", \"pyarrow\" or \"numpy\""
        );
        return Err(error::argument(py, "read_frame", &message));
    }
    let (names, parts) = core.slow(py, move |book| read_book(book, &sheet, range, header))?;
    let column = |array: &ArrayRef| {
        Column::try_new(array.clone()).map_err(|e| error::internal(py, e.message()))
    };
    let mut outputs = Vec::new();
    for part in &parts {
        let columns = part.iter().map(column).collect::<PyResult<Vec<_>>>()?;
        outputs.push(Output::new(columns));
    }
    if outputs.is_empty() {
        let columns = names.iter().map(|_| Column::new_null(DType::Null, 0)).collect();
        outputs.push(Output::new(columns));
    }
    let outcome = Outcome::new(outputs, Some(names), Shape::Table);
    python_part(py, "frame", (outcome, kind))
}

fn read_book(
    book: &mut Book,
    sheet: &str,
    range: Option<RangeArg>,
    header: bool,
) -> Result<Read, Error> {
    let used = book.used_range(sheet)?.map(|used| used.as_str().into_range()).transpose()?;
    let whole = ((0, 0), (MAX_ROWS - 1, MAX_COLS - 1));
    let (one, other) = range.map(IntoRange::into_range).transpose()?.unwrap_or(whole);
    let (top, mut bottom) = (one.0.min(other.0), one.0.max(other.0));
    let (left, mut right) = (one.1.min(other.1), one.1.max(other.1));
    let Some((_, (last_row, last_col))) = used else { return Ok((Vec::new(), Vec::new())) };
    // Whole columns and rows end where the sheet does.
    if (top, bottom) == (0, MAX_ROWS - 1) {
        bottom = last_row;
    }
    if (left, right) == (0, MAX_COLS - 1) {
        right = last_col;
    }
    let part = |first: u32, last: u32| ((first + 1, left + 1), (last + 1, right + 1));
    let names = match header {
        true => header_names(&book.values(sheet, part(top, top))?),
        false => {
            let first = book.read_columns(sheet, part(top, top))?;
            let letters = first.first().map(|batch| batch.schema());
            let letters = letters.iter().flat_map(|schema| schema.fields().iter());
            letters.map(|field| field.name().clone()).collect()
        }
    };
    let first = top + u32::from(header);
    if first > bottom {
        return Ok((names, Vec::new()));
    }
    let batches = book.read_columns(sheet, part(first, bottom))?;
    let mut parts: Vec<Vec<ArrayRef>> =
        batches.iter().map(|batch| batch.columns().to_vec()).collect();
    for (at, column) in (left..=right).enumerate() {
        let range = ((first + 1, column + 1), (bottom + 1, column + 1));
        if shows_other_kinds(book, sheet, &parts, at, range.0)? {
            for (part, array) in parts.iter_mut().zip(of_one_kind(book, sheet, range)?) {
                part[at] = array;
            }
        }
    }
    Ok((names, parts))
}

/// Whether a column of texts is one of other values: its first one is no text. A sheet that keeps a header and logical values together
/// gives the texts that they show.
fn shows_other_kinds(
    book: &Book,
    sheet: &str,
    parts: &[Vec<ArrayRef>],
    at: usize,
    (mut row, column): (u32, u32),
) -> Result<bool, Error> {
    for array in parts.iter().filter_map(|part| part.get(at)) {
        if array.data_type() != &DataType::Utf8 {
            return Ok(false);
        }
        if let Some(filled) = (0..array.len()).find(|row| array.is_valid(*row)) {
            row += u32::try_from(filled).unwrap_or(0);
            return Ok(!matches!(book.value(sheet, (row, column))?, Value::Text(_)));
        }
        row += u32::try_from(array.len()).unwrap_or(0);
    }
    Ok(false)
}

/// A column read by itself: of the kind of its values, if they are of one. Errors are null, and dates beside datetimes are such.
fn of_one_kind(
    book: &Book,
    sheet: &str,
    range: ((u32, u32), (u32, u32)),
) -> Result<Vec<ArrayRef>, Error> {
    let mut rows = book.values(sheet, range)?;
    let cells = || rows.iter().flatten();
    let timed = cells().any(|value| matches!(value, Value::DateTime(_)))
        && cells().all(|v| {
            matches!(v, Value::Empty | Value::Error(_) | Value::Date(_) | Value::DateTime(_))
        });
    for value in rows.iter_mut().flatten() {
        match value {
            Value::Error(_) => *value = Value::Empty,
            Value::Date(date) if timed => {
                *value = Value::DateTime((*date).and_time(chrono::NaiveTime::MIN));
            }
            _ => {}
        }
    }
    let mut scratch = Book::with_date_system(book.date_system());
    scratch.add_sheet("S")?;
    scratch.set_values("S", (1, 1), &rows)?;
    let last = range.1.0 - range.0.0 + 1;
    let batches = scratch.read_columns("S", ((1, 1), (last, 1)))?;
    Ok(batches.iter().map(|batch| batch.column(0).clone()).collect())
}

/// The texts of a row, each of them once: blank ones are named by their place, those that are there twice get a number.
fn header_names(row: &[Vec<Value>]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut names = Vec::new();
    for (at, value) in row.first().into_iter().flatten().enumerate() {
        let text = value_text(value);
        let wanted = if text.is_empty() { format!("column {}", at + 1) } else { text };
        let mut unique = wanted.clone();
        let mut number = 2;
        while !taken.insert(unique.clone()) {
            unique = format!("{wanted} {number}");
            number += 1;
        }
        names.push(unique);
    }
    names
}
