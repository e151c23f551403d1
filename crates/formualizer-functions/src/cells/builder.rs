//! Building vectors cell by cell.

use super::{CellRef, Cells, Mixed, NumberKind, code_of_kind};
use arrow_array::{Array, BooleanArray, Float64Array, StringArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use udf_abi::{ErrorCode, frame::tag};
use udf_columnar::{RowErrors, RowErrorsBuilder};

/// Collects cells; what comes out is one array where they are of one kind.
#[derive(Debug, Default)]
pub struct Builder {
    tags: Vec<u8>,
    numbers: Vec<f64>,
    /// Bytes of the texts so far.
    text: Vec<u8>,
    /// The end of each row's text; empty while there was none.
    ends: Vec<i32>,
    /// Absent while no row was in error.
    errors: Option<RowErrorsBuilder>,
    /// Bit `1 << tag` for every tag that was pushed.
    seen: u16,
}

impl Builder {
    /// An empty builder with room for so many cells.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        Self {
            tags: Vec::with_capacity(rows),
            numbers: Vec::with_capacity(rows),
            ..Self::default()
        }
    }

    /// A builder that begins with numbers of a kind.
    pub(crate) fn of_numbers(kind: NumberKind, numbers: Vec<f64>) -> Self {
        let mut tags = Vec::with_capacity(numbers.capacity());
        tags.resize(numbers.len(), kind.tag());
        let seen = if numbers.is_empty() { 0 } else { 1 << kind.tag() };
        Self { tags, numbers, seen, ..Self::default() }
    }

    /// The cell pushed as `row`; blank beyond the last.
    pub fn get(&self, row: usize) -> CellRef<'_> {
        let Some(tag) = self.tags.get(row) else { return CellRef::Blank };
        let text = || {
            let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
            let end = self.ends.get(row).copied().unwrap_or(0);
            let range = usize::try_from(start.unwrap_or(0)).ok()?..usize::try_from(end).ok()?;
            std::str::from_utf8(self.text.get(range)?).ok()
        };
        let error = || self.errors.as_ref()?.get(row);
        super::cell_of(*tag, self.numbers[row], || text().unwrap_or_default(), error)
    }

    /// Adds a cell.
    #[inline]
    pub fn push(&mut self, cell: CellRef<'_>) {
        match cell {
            CellRef::Blank => self.row(tag::BLANK, 0.0, ""),
            CellRef::Number(n, kind) => self.row(kind.tag(), n, ""),
            CellRef::Logical(b) => self.row(tag::LOGICAL, f64::from(u8::from(b)), ""),
            CellRef::Text(text) => self.row(tag::TEXT, 0.0, text),
            CellRef::Error(kind, message) => self.error(code_of_kind(kind), message),
        }
    }

    /// Adds cells.
    pub fn extend(&mut self, cells: &Cells) {
        match cells {
            Cells::Numbers(kind, array) if array.null_count() == 0 => {
                self.tags.resize(self.tags.len() + array.len(), kind.tag());
                self.numbers.extend_from_slice(array.values());
                self.seen |= 1 << kind.tag();
                if !self.ends.is_empty() {
                    self.ends.resize(self.tags.len(), self.end());
                }
            }
            other => other.iter().for_each(|cell| self.push(cell)),
        }
    }

    fn end(&self) -> i32 {
        i32::try_from(self.text.len()).unwrap_or(i32::MAX)
    }

    /// A row in error. Who gave the messages has bounded them; each is held once.
    fn error(&mut self, code: ErrorCode, message: Option<&str>) {
        let errors = self.errors.get_or_insert_with(|| RowErrors::builder(usize::MAX));
        errors.push_none(self.tags.len().saturating_sub(errors.len()));
        errors.push(code, message.filter(|text| !text.is_empty()));
        self.row(tag::ERROR, 0.0, "");
    }

    #[inline]
    fn row(&mut self, tag: u8, number: f64, text: &str) {
        // Texts of one vector stay below 2 GiB, which Arrow's offsets reach; a sheet's column has at
        // most 2^20 cells of 32 767 characters in Excel, and what is longer is cut to an error.
        if self.text.len() + text.len() > i32::MAX as usize {
            return self.error(ErrorCode::Value, Some("the texts of one column pass 2 GiB"));
        }
        if !text.is_empty() && self.ends.is_empty() {
            self.ends.resize(self.tags.len(), 0);
        }
        let any_text = !text.is_empty() || !self.ends.is_empty();
        self.text.extend_from_slice(text.as_bytes());
        self.tags.push(tag);
        self.numbers.push(number);
        self.seen |= 1 << tag;
        if any_text {
            self.ends.push(self.end());
        }
    }

    /// What was pushed.
    pub fn finish(self) -> Cells {
        const BLANK: u16 = 1 << tag::BLANK;
        const TEXT: u16 = 1 << tag::TEXT;
        const LOGICAL: u16 = 1 << tag::LOGICAL;
        let filled = self.seen & !BLANK;
        if filled == 0 {
            return Cells::Blank(self.tags.len());
        }
        if let Some(kind) = NumberKind::ALL.into_iter().find(|kind| filled == 1 << kind.tag()) {
            let nulls = self.nulls();
            return Cells::Numbers(kind, Float64Array::new(self.numbers.into(), nulls));
        }
        if filled == LOGICAL {
            let bits = BooleanBuffer::collect_bool(self.tags.len(), |row| self.numbers[row] != 0.0);
            return Cells::Logicals(BooleanArray::new(bits, self.nulls()));
        }
        let nulls = self.nulls();
        let Self { tags, numbers, text, mut ends, errors, .. } = self;
        let errors = errors.and_then(|mut errors| {
            errors.push_none(tags.len().saturating_sub(errors.len()));
            errors.finish()
        });
        ends.resize(tags.len(), ends.last().copied().unwrap_or(0));
        ends.insert(0, 0);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        let text = Buffer::from_vec(text);
        if filled == TEXT {
            return match StringArray::try_new(offsets, text, nulls) {
                Ok(array) => Cells::Texts(array),
                Err(_) => Cells::Blank(tags.len()),
            };
        }
        match StringArray::try_new(offsets, text, None) {
            Ok(texts) => {
                let (tags, numbers) = (tags.into(), numbers.into());
                Cells::Mixed(Mixed { tags, numbers, texts, errors })
            }
            Err(_) => Cells::Blank(tags.len()),
        }
    }

    fn nulls(&self) -> Option<NullBuffer> {
        (self.seen & (1 << tag::BLANK) != 0).then(|| {
            NullBuffer::new(BooleanBuffer::collect_bool(self.tags.len(), |row| {
                self.tags[row] != tag::BLANK
            }))
        })
    }
}
