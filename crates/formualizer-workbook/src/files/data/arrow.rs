//! Arrow IPC and Parquet.

use super::{Columns, Written, check_cells, ipc, refused, typed};
use crate::{
    Error,
    address::{MAX_COLS, MAX_ROWS},
    cells::Cells,
    files::ImportOptions,
};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_cast::cast;
use arrow_ipc::{
    reader::{FileReader, StreamReader},
    writer::FileWriter,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat;
use formualizer_common::DateSystem;
use std::{io::Cursor, sync::Arc};

pub(super) fn read_ipc(
    bytes: &[u8],
    dates: DateSystem,
    options: &ImportOptions,
) -> Result<Columns, Error> {
    let failed = |e: ArrowError| refused(format!("the file is no Arrow IPC: {e}")).with_source(e);
    if bytes.starts_with(b"FEA1") {
        return Err(refused("Feather of version 1, which is not Arrow IPC: write version 2"));
    }
    ipc::check(bytes, &options.limits)?;
    if bytes.starts_with(ipc::MAGIC) {
        let reader = FileReader::try_new(Cursor::new(bytes), None).map_err(failed)?;
        let schema = reader.schema();
        return collected(&schema, reader.map(|batch| batch.map_err(failed)), dates, options);
    }
    let reader = StreamReader::try_new(Cursor::new(bytes), None).map_err(failed)?;
    let schema = reader.schema();
    collected(&schema, reader.map(|batch| batch.map_err(failed)), dates, options)
}

#[cfg(feature = "parquet")]
pub(super) fn read_parquet(
    bytes: &[u8],
    dates: DateSystem,
    options: &ImportOptions,
) -> Result<Columns, Error> {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes)
        .map_err(|e| refused(format!("the file is no Parquet: {e}")).with_source(e))?;
    let rows = builder.metadata().file_metadata().num_rows();
    room(usize::try_from(rows).unwrap_or(usize::MAX), builder.schema().fields().len(), options)?;
    let schema = Arc::clone(builder.schema());
    let reader = builder
        .with_batch_size(1 << 16)
        .build()
        .map_err(|e| refused(format!("the file cannot be read: {e}")).with_source(e))?;
    let failed = |e: ArrowError| refused(format!("the file is damaged: {e}")).with_source(e);
    collected(&schema, reader.map(|batch| batch.map_err(failed)), dates, options)
}

#[cfg(not(feature = "parquet"))]
pub(super) fn read_parquet(_: &[u8], _: DateSystem, _: &ImportOptions) -> Result<Columns, Error> {
    Err(refused("this program was built without Parquet: its feature is `parquet`"))
}

fn room(rows: usize, columns: usize, options: &ImportOptions) -> Result<(), Error> {
    if rows > MAX_ROWS as usize || columns > MAX_COLS as usize {
        return Err(refused(format!(
            "{rows} rows of {columns} columns: a sheet has {MAX_ROWS} rows and {MAX_COLS} columns"
        )));
    }
    check_cells(rows, columns, options)
}

fn collected(
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, Error>>,
    dates: DateSystem,
    options: &ImportOptions,
) -> Result<Columns, Error> {
    let mut parts: Vec<Vec<ArrayRef>> = vec![Vec::new(); schema.fields().len()];
    let mut rows = 0_usize;
    for batch in batches {
        let batch = batch?;
        rows = rows.saturating_add(batch.num_rows());
        room(rows, parts.len(), options)?;
        for (part, column) in parts.iter_mut().zip(batch.columns()) {
            part.push(Arc::clone(column));
        }
    }
    let mut cells = Vec::with_capacity(parts.len());
    for (field, part) in schema.fields().iter().zip(&parts) {
        let named = |e: String| refused(format!("the column {:?}: {e}", field.name()));
        let slices: Vec<&dyn arrow_array::Array> = part.iter().map(AsRef::as_ref).collect();
        let whole = match slices.is_empty() {
            true => arrow_array::new_empty_array(field.data_type()),
            false => concat(&slices).map_err(|e| named(e.to_string()).with_source(e))?,
        };
        let decimal = |t: &DataType| {
            matches!(
                t,
                DataType::Decimal32(..)
                    | DataType::Decimal64(..)
                    | DataType::Decimal128(..)
                    | DataType::Decimal256(..)
            )
        };
        let whole = match decimal(whole.data_type()) {
            true => {
                cast(&whole, &DataType::Float64).map_err(|e| named(e.to_string()).with_source(e))?
            }
            false => whole,
        };
        cells.push(Cells::from_arrow(&whole, dates).map_err(|e| Error::of_conversion(e, named))?);
    }
    let names = match options.headers {
        true => schema.fields().iter().map(|field| field.name().clone()).collect(),
        false => Vec::new(),
    };
    Ok(Columns { names, cells })
}

/// One batch of everything.
fn batch(columns: &Written<'_>) -> Result<RecordBatch, Error> {
    let arrays: Vec<ArrayRef> = columns
        .cells
        .iter()
        .map(|cells| typed::array(cells, columns.dates, columns.errors_as_null))
        .collect::<Result<_, _>>()
        .map_err(|e| Error::of_conversion(e, refused))?;
    let field =
        |(name, array): (&String, &ArrayRef)| Field::new(name, array.data_type().clone(), true);
    let fields: Vec<Field> = columns.names.iter().zip(&arrays).map(field).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(columns.rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
        .map_err(|e| refused(e.to_string()).with_source(e))
}

pub(super) fn write_ipc(columns: &Written<'_>) -> Result<Vec<u8>, Error> {
    let batch = batch(columns)?;
    let write = || -> Result<Vec<u8>, ArrowError> {
        let mut writer = FileWriter::try_new(Vec::new(), &batch.schema())?;
        writer.write(&batch)?;
        writer.finish()?;
        writer.into_inner()
    };
    write().map_err(|e| refused(e.to_string()).with_source(e))
}

#[cfg(feature = "parquet")]
pub(super) fn write_parquet(columns: &Written<'_>) -> Result<Vec<u8>, Error> {
    use parquet::{
        arrow::ArrowWriter, basic::Compression, errors::ParquetError,
        file::properties::WriterProperties,
    };
    let batch = batch(columns)?;
    let write = || -> Result<Vec<u8>, ParquetError> {
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties))?;
        writer.write(&batch)?;
        writer.into_inner()
    };
    write().map_err(|e| refused(e.to_string()).with_source(e))
}

#[cfg(not(feature = "parquet"))]
pub(super) fn write_parquet(_: &Written<'_>) -> Result<Vec<u8>, Error> {
    Err(refused("this program was built without Parquet: its feature is `parquet`"))
}
