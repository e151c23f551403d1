//! Data files into sheets, and ranges into data files.

use super::{IntoCell, IntoRange, Workbook, open::read_file, values::room};
use crate::{
    Error, ErrorKind,
    address::{Cell, Rect, column_letters},
    cells::CellRef,
    files::{DataFormat, ExportOptions, ImportOptions, atomic, data},
    formula::walking,
};
use rustc_hash::FxHashSet;
use std::path::Path;

/// What was imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Rows of data, without names.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// The cells that were filled, as in `A1:C10`; nothing where the file has none.
    pub range: Option<String>,
}

impl Workbook {
    /// Puts the data of a file into a sheet, from a cell on; the extension tells the format ([`DataFormat::of`]). One edit, which can be undone.
    ///
    /// In CSV and TSV, texts that look like numbers, ISO dates, `TRUE` and `FALSE`, and errors are those; digits with zeros in front and
    /// whole numbers of more than 15 digits stay texts. In JSON, null is a blank cell, and a nested value its text. Arrow and Parquet columns are taken as
    /// [`set_columns`](Self::set_columns) takes them, and decimals as numbers.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where the file cannot be read, [`File`](ErrorKind::File) where it is damaged, beyond the limits or
    /// larger than a sheet, with the line or column; nothing is stored then.
    pub fn import(
        &mut self,
        sheet: &str,
        at: impl IntoCell,
        path: impl AsRef<Path>,
        options: &ImportOptions,
    ) -> Result<ImportReport, Error> {
        let path = path.as_ref();
        let named = |error: Error| error.context(path.display());
        let format = format_of(path)?;
        let bytes = read_file(path, options.limits.file_bytes).map_err(named)?;
        self.import_bytes(sheet, at, format, &bytes, options).map_err(named)
    }

    /// The same of bytes.
    ///
    /// # Errors
    /// As [`import`](Self::import).
    pub fn import_bytes(
        &mut self,
        sheet: &str,
        at: impl IntoCell,
        format: DataFormat,
        bytes: &[u8],
        options: &ImportOptions,
    ) -> Result<ImportReport, Error> {
        let (sheet, at) = self.cell_of(sheet, at)?;
        let columns = walking(|| data::read(format, bytes, self.book.dates, options))?;
        let (rows, width) = (columns.rows(), columns.cells.len());
        let names = usize::from(!columns.names.is_empty());
        if width == 0 || rows + names == 0 {
            return Ok(ImportReport::default());
        }
        let rect = room(at, rows + names, width)?;
        self.book.check_write(sheet, &rect)?;
        self.remember();
        for (col, name) in rect.cols().zip(&columns.names) {
            let name = if name.is_empty() { CellRef::Blank } else { CellRef::Text(name) };
            self.book.put_value(sheet, Cell::new(at.row, col), name);
        }
        if rows > 0 {
            let top = rect.top + u32::try_from(names).unwrap_or(0);
            self.put_columns(sheet, &Rect { top, ..rect }, columns.cells);
        }
        Ok(ImportReport { rows, columns: width, range: Some(rect.to_string()) })
    }

    /// Writes the values of a range into a file; the extension tells the format ([`DataFormat::of`]). The file appears when it is complete.
    ///
    /// Columns of one kind have its type in Arrow and Parquet, where blanks are null; columns of several kinds, and those with errors unless
    /// [`errors_as_null`](ExportOptions::errors_as_null), are texts. In JSON dates and errors are texts. The part of the range behind the last used row and column is left out.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where the file cannot be written; where there is no such sheet or range.
    pub fn export(
        &self,
        sheet: &str,
        range: impl IntoRange,
        path: impl AsRef<Path>,
        options: &ExportOptions,
    ) -> Result<(), Error> {
        let path = path.as_ref();
        let bytes = self.export_bytes(sheet, range, format_of(path)?, options)?;
        atomic::write(path, &bytes)
    }

    /// The bytes that [`export`](Self::export) writes.
    ///
    /// # Errors
    /// As [`export`](Self::export).
    pub fn export_bytes(
        &self,
        sheet: &str,
        range: impl IntoRange,
        format: DataFormat,
        options: &ExportOptions,
    ) -> Result<Vec<u8>, Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        let (dates, errors_as_null) = (self.book.dates, options.errors_as_null);
        let written = |names, cells| data::Written { names, cells, dates, errors_as_null };
        let Some(used) = self.used_part(sheet, &rect) else {
            return walking(|| data::write(format, &written(Vec::new(), &[]), *options));
        };
        let headers = options.headers && !matches!(format, DataFormat::Csv | DataFormat::Tsv);
        let names = match headers {
            true => self.header_names(sheet, &used),
            false => used.cols().map(column_letters).collect(),
        };
        let below = Rect { top: used.top + u32::from(headers), ..used };
        let table = match below.top <= below.bottom {
            true => self.table(sheet, &below),
            false => None,
        };
        let empty: Vec<crate::cells::Cells>;
        let cells = match &table {
            Some(table) => table.columns(),
            None => {
                empty = names.iter().map(|_| crate::cells::Cells::Blank(0)).collect();
                &empty
            }
        };
        walking(|| data::write(format, &written(names, cells), *options))
    }

    /// The texts of a range's first row, each of them once: what is blank is named by its place, as in `column 3`, what is there twice gets a
    /// number, as in `price 2`.
    fn header_names(&self, sheet: crate::address::SheetId, rect: &Rect) -> Vec<String> {
        let mut taken = FxHashSet::default();
        let grid = self.book.sheets.get(&sheet).map(|sheet| &sheet.grid);
        let name = |col: u32| {
            let cell = Cell::new(rect.top, col);
            let value = grid.map(|grid| grid.get(cell).value(self.book.dates));
            let text = value.map(|value| data::value_text(&value)).unwrap_or_default();
            if text.is_empty() { format!("column {}", col - rect.left + 1) } else { text }
        };
        let mut names = Vec::new();
        for col in rect.cols() {
            let wanted = name(col);
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
}

fn format_of(path: &Path) -> Result<DataFormat, Error> {
    DataFormat::of(path).ok_or_else(|| {
        Error::new(
            ErrorKind::File,
            format!(
                "{}: the extension names no format of data: .csv, .tsv, .json, .ndjson, .arrow or .parquet",
                path.display()
            ),
        )
    })
}
