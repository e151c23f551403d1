//! Objects with the Arrow PyCapsule interface.

use super::{Given, Kind, Place, Understood, capsule};
use arrow_array::{Array, ArrayRef, cast::AsArray, new_empty_array};
use arrow_schema::DataType;
use pyo3::{intern, prelude::*};
use udf_columnar::Column;

/// Arrays, streams of chunks, and tables (structs of columns).
pub(super) fn understand(object: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Understood> {
    let py = object.py();
    let import =
        |e: PyErr| super::of_library(py, e, object, place, "cannot be taken through Arrow");
    let capsule::Imported { chunks, data_type, is_array } =
        capsule::import(object).map_err(import)?;
    let kind = Kind::Arrow { like: object.clone().unbind(), chunked: !is_array };
    // A table comes as a struct; so do the cells of an `any` column.
    let is_table = matches!(data_type, DataType::Struct(_))
        && (object.hasattr(intern!(py, "schema"))? || object.hasattr(intern!(py, "columns"))?);
    let given = match is_table {
        true => Given::Range(columns(py, &chunks, &data_type, place)?),
        false => Given::Column(column(py, &chunks, &data_type, place)?),
    };
    Ok(Understood { given, kind: Some(kind) })
}

fn column(
    py: Python<'_>,
    chunks: &[ArrayRef],
    data_type: &DataType,
    place: Place<'_>,
) -> PyResult<Vec<Column>> {
    let mut first_row = 0;
    let chunks = chunks.iter().filter(|chunk| !chunk.is_empty()).map(|chunk| {
        let place = place.at_row(first_row);
        first_row += chunk.len();
        place.column(py, chunk.clone())
    });
    let mut columns: Vec<Column> = chunks.collect::<PyResult<_>>()?;
    if columns.is_empty() {
        columns.push(place.column(py, new_empty_array(data_type))?);
    }
    Ok(columns)
}

fn columns(
    py: Python<'_>,
    chunks: &[ArrayRef],
    data_type: &DataType,
    place: Place<'_>,
) -> PyResult<Vec<Vec<Column>>> {
    let DataType::Struct(fields) = data_type else { return Ok(Vec::new()) };
    let structs: Vec<_> = chunks.iter().filter_map(|chunk| chunk.as_struct_opt()).collect();
    for table in &structs {
        if let Some(row) = (0..table.len()).find(|row| table.is_null(*row)) {
            let why = format!(
                "row {row} of the table is null as a whole, which no row of a table is: take such rows out, or pass the columns"
            );
            return Err(place.refuse(py, &why));
        }
    }
    let of = |(index, field): (usize, &arrow_schema::FieldRef)| {
        let arrays: Vec<ArrayRef> = structs.iter().map(|s| s.column(index).clone()).collect();
        column(py, &arrays, field.data_type(), place)
    };
    fields.iter().enumerate().map(of).collect()
}
