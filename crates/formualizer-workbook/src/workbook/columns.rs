//! Arrow in and out.

use super::{IntoCell, IntoRange, Workbook, values::room};
use crate::{
    Error, ErrorKind,
    address::{Cell, Rect},
    cells::Cells,
};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema};
use std::sync::Arc;

/// Rows of a batch that [`Workbook::read_columns`] gives.
const BATCH_ROWS: usize = 1 << 16;

impl Workbook {
    /// Stores arrays as columns from a cell on. Float64 (without infinities and NaN), Boolean and Utf8 arrays are shared,
    /// not copied; other types are converted once. Null is a blank cell, a number that is not finite
    /// `#NUM!`.
    ///
    /// # Errors
    /// Where arrays have different lengths or reach beyond the sheet, where cells cannot hold the type, or where an integer
    /// is beyond 2^53; nothing is stored then, and the message names the column.
    pub fn set_columns(
        &mut self,
        sheet: &str,
        at: impl IntoCell,
        columns: &[ArrayRef],
    ) -> Result<(), Error> {
        let (sheet, at) = self.cell_of(sheet, at)?;
        let Some(first) = columns.first() else { return Ok(()) };
        let rows = first.len();
        if let Some(at) = columns.iter().position(|column| column.len() != rows) {
            let len = columns[at].len();
            return Err(Error::new(
                ErrorKind::Data,
                format!("column {} has {len} rows, the first one {rows}", at + 1),
            ));
        }
        if rows == 0 {
            return Ok(());
        }
        let rect = room(at, rows, columns.len())?;
        let converted = self.converted(columns)?;
        self.book.check_write(sheet, &rect)?;
        self.remember();
        self.put_columns(sheet, &rect, converted);
        Ok(())
    }

    /// Stores a batch from a cell on, with the names of its columns in the first row where `headers`.
    ///
    /// # Errors
    /// As [`set_columns`](Self::set_columns).
    pub fn set_batch(
        &mut self,
        sheet: &str,
        at: impl IntoCell,
        batch: &RecordBatch,
        headers: bool,
    ) -> Result<(), Error> {
        let (id, at) = self.cell_of(sheet, at)?;
        let rows = batch.num_rows() + usize::from(headers);
        if rows == 0 || batch.num_columns() == 0 {
            return Ok(());
        }
        let rect = room(at, rows, batch.num_columns())?;
        let converted = self.converted(batch.columns())?;
        self.book.check_write(id, &rect)?;
        self.remember();
        if headers {
            let names = batch.schema();
            for (col, field) in rect.cols().zip(names.fields()) {
                let name = crate::cells::CellRef::Text(field.name());
                self.book.put_value(id, Cell::new(at.row, col), name);
            }
        }
        if batch.num_rows() > 0 {
            let below = Rect { top: rect.top + u32::from(headers), ..rect };
            self.put_columns(id, &below, converted);
        }
        Ok(())
    }

    fn converted(&self, columns: &[ArrayRef]) -> Result<Vec<Cells>, Error> {
        let convert = |(index, column): (usize, &ArrayRef)| {
            Cells::from_arrow(column, self.book.dates).map_err(|error| {
                Error::of_conversion(error, data).context(format_args!("column {}", index + 1))
            })
        };
        columns.iter().enumerate().map(convert).collect()
    }

    /// The cells of a range as batches of at most 65 536 rows, the columns named by their letters. Columns of numbers, logical
    /// values and texts share the sheet's buffers; dates and times have Arrow's types; a column of several kinds is
    /// numbers where everything else in it is blank or in error, and otherwise the texts that show. Blanks and
    /// errors are null.
    ///
    /// # Errors
    /// Where there is no such sheet or range, or the texts of a column are longer than an array holds.
    pub fn read_columns(
        &self,
        sheet: &str,
        range: impl IntoRange,
    ) -> Result<Vec<RecordBatch>, Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        let Some(rect) = self.used_part(sheet, &rect) else { return Ok(Vec::new()) };
        let Some(table) = self.table(sheet, &rect) else { return Ok(Vec::new()) };
        let arrays: Vec<ArrayRef> = table
            .columns()
            .iter()
            .map(|cells| cells.to_arrow(self.book.dates))
            .collect::<Result<_, _>>()
            .map_err(|e| Error::of_conversion(e, data))?;
        let field = |(col, array): (u32, &ArrayRef)| {
            Field::new(crate::address::column_letters(col), array.data_type().clone(), true)
        };
        let fields: Vec<Field> = rect.cols().zip(&arrays).map(field).collect();
        let schema = Arc::new(Schema::new(fields));
        let rows = table.height();
        (0..rows)
            .step_by(BATCH_ROWS)
            .map(|start| {
                let len = BATCH_ROWS.min(rows - start);
                let parts = arrays.iter().map(|array| array.slice(start, len)).collect();
                let options = RecordBatchOptions::new().with_row_count(Some(len));
                RecordBatch::try_new_with_options(Arc::clone(&schema), parts, &options)
                    .map_err(|e| data(e.to_string()).with_source(e))
            })
            .collect()
    }

    /// Bytes of the buffers that hold a sheet's values; shared ones are counted for each column that uses
    /// them.
    ///
    /// # Errors
    /// Where there is no such sheet.
    pub fn memory_size(&self, sheet: &str) -> Result<usize, Error> {
        let sheet = self.book.known_sheet(sheet)?;
        Ok(self.book.sheets.get(&sheet).map_or(0, |sheet| sheet.grid.memory_size()))
    }
}

fn data(message: String) -> Error {
    Error::new(ErrorKind::Data, message)
}
