//! Our columns as the sheets that built-in functions read. Nothing is copied where a column is one Arrow array.

use super::Reader;
use crate::{
    address::{Rect, SheetId},
    cells::{CellRef, Cells},
};
use arrow_array::{Array, BooleanArray, Float64Array, StringArray, UInt8Array};
use formualizer_eval::{
    arrow_store::{ArrowColumn, ArrowSheet, ColumnChunk, IngestBuilder, TypeTag, map_error_code},
    engine::range_view::RangeView,
};
use std::sync::{Arc, OnceLock};
use udf_abi::frame::tag;

/// The sheets that one evaluation has read from, each built once for some columns. Views borrow them, so they
/// stand in a list that only grows.
#[derive(Debug, Default)]
pub(crate) struct Sheets(OnceLock<Box<Entry>>);

#[derive(Debug)]
struct Entry {
    /// Sheet, first and last column, number of rows.
    key: (SheetId, u32, u32, u32),
    sheet: ArrowSheet,
    next: Sheets,
}

impl Sheets {
    /// A view of the cells in `rect`.
    pub(crate) fn view(&self, reader: &dyn Reader, sheet: SheetId, rect: &Rect) -> RangeView<'_> {
        let rows = rows(reader, sheet, rect);
        let key = (sheet, rect.left, rect.right, rows);
        let mut list = self;
        loop {
            let entry = list.0.get_or_init(|| {
                let sheet = build(reader, sheet, rect, rows);
                Box::new(Entry { key, sheet, next: Self::default() })
            });
            if entry.key == key {
                let at = |n: u32| n as usize;
                return entry.sheet.range_view(
                    at(rect.top),
                    at(rect.left),
                    at(rect.bottom),
                    at(rect.right),
                );
            }
            list = &entry.next;
        }
    }
}

/// Blank rows that are stored below the used ones, at most. Built-in functions end at the last row that is stored, which for
/// functions of blanks (`COUNTBLANK`, `TEXTJOIN`) must not be before the end of the range.
const BLANK_ROWS: u32 = 1 << 16;

/// The rows to store for a range: the used ones, and those of the range below them.
fn rows(reader: &dyn Reader, id: SheetId, rect: &Rect) -> u32 {
    let used = reader.used_rows(id, rect.cols());
    used.max((rect.bottom + 1).min(used + BLANK_ROWS))
}

/// A sheet whose columns in `rect` are ours and whose others are blank.
fn build(reader: &dyn Reader, id: SheetId, rect: &Rect, rows: u32) -> ArrowSheet {
    let dates = reader.environment().dates;
    let name = reader.sheet_name(id).unwrap_or_default();
    let mut sheet = IngestBuilder::new(name, 0, 1, dates).finish();
    if rows == 0 {
        return sheet;
    }
    let mut skeleton = IngestBuilder::new(name, 1, 1, dates);
    // Only a chunk with a row is written; its lanes are replaced below.
    let appended = skeleton.append_row(&[formualizer_common::LiteralValue::Empty]).is_ok();
    let skeleton = skeleton.finish();
    let chunk = skeleton.columns.first().and_then(|column| column.chunks.first());
    let (Some(chunk), true) = (chunk, appended) else { return sheet };
    sheet.nrows = rows;
    sheet.chunk_starts = vec![0];
    sheet.chunk_rows = rows as usize;
    sheet.columns = (0..=rect.right)
        .map(|index| ArrowColumn {
            chunks: match rect.cols().contains(&index) {
                true => vec![lanes(chunk.clone(), &reader.cells(id, index, 0..rows))],
                false => Vec::new(),
            },
            sparse_chunks: Default::default(),
            index,
        })
        .collect();
    sheet
}

/// A chunk with these cells in its lanes.
fn lanes(mut chunk: ColumnChunk, cells: &Cells) -> ColumnChunk {
    let len = cells.len();
    let tags = |tag: TypeTag, valid: &dyn Array| -> Arc<UInt8Array> {
        Arc::new(UInt8Array::from_iter_values((0..len).map(|row| match valid.is_valid(row) {
            true => tag as u8,
            false => TypeTag::Empty as u8,
        })))
    };
    (chunk.numbers, chunk.booleans, chunk.text, chunk.errors) = (None, None, None, None);
    chunk.format = None;
    chunk.type_tag = match cells {
        Cells::Blank(_) => Arc::new(UInt8Array::from_value(TypeTag::Empty as u8, len)),
        Cells::Numbers(_, array) => {
            chunk.numbers = Some(Arc::new(array.clone()));
            tags(TypeTag::Number, array)
        }
        Cells::Logicals(array) => {
            chunk.booleans = Some(Arc::new(array.clone()));
            tags(TypeTag::Boolean, array)
        }
        Cells::Texts(array) => {
            chunk.text = Some(Arc::new(array.clone()));
            tags(TypeTag::Text, array)
        }
        Cells::Mixed(mixed) => {
            let number = |cell: CellRef<'_>| match cell {
                CellRef::Number(n, _) => Some(n),
                _ => None,
            };
            let logical = |cell: CellRef<'_>| match cell {
                CellRef::Logical(b) => Some(b),
                _ => None,
            };
            let text = |cell| match cell {
                CellRef::Text(text) => Some(text),
                _ => None,
            };
            let error = |cell: CellRef<'_>| match cell {
                CellRef::Error(kind, _) => Some(map_error_code(kind)),
                _ => None,
            };
            chunk.numbers = Some(Arc::new(cells.iter().map(number).collect::<Float64Array>()));
            chunk.booleans = Some(Arc::new(cells.iter().map(logical).collect::<BooleanArray>()));
            chunk.text = Some(Arc::new(cells.iter().map(text).collect::<StringArray>()));
            chunk.errors = Some(Arc::new(cells.iter().map(error).collect::<UInt8Array>()));
            Arc::new(UInt8Array::from_iter_values(mixed.tags.iter().map(|t| {
                (match *t {
                    tag::NUMBER | tag::DATE | tag::DATETIME | tag::TIME | tag::DURATION => {
                        TypeTag::Number
                    }
                    tag::LOGICAL => TypeTag::Boolean,
                    tag::TEXT => TypeTag::Text,
                    tag::ERROR => TypeTag::Error,
                    _ => TypeTag::Empty,
                }) as u8
            })))
        }
    };
    chunk.meta.len = len;
    let count = |lane: Option<usize>| lane.unwrap_or(0);
    chunk.meta.non_null_num = count(chunk.numbers.as_ref().map(|a| len - a.null_count()));
    chunk.meta.non_null_bool = count(chunk.booleans.as_ref().map(|a| len - a.null_count()));
    chunk.meta.non_null_text = count(chunk.text.as_ref().map(|a| len - a.null_count()));
    chunk.meta.non_null_err = count(chunk.errors.as_ref().map(|a| len - a.null_count()));
    chunk
}
