//! Vectors of cells: what a column of a sheet holds, what an expression is evaluated to, what goes
//! to functions and comes back.
//!
//! ```text
//! cells.rs … [`Cells`]      a vector, one Arrow array where all cells are of one kind
//! builder  … [`Builder`]    cell by cell
//! gather   …                cells picked by their positions
//! value    … [`CellRef`]    one cell, borrowed; conversions from and to [`LiteralValue`](formualizer_common::LiteralValue)
//! arrow    …                Arrow arrays in and out
//! columns  …                columns of calls in and out
//! dates    …                serial numbers and days since 1970
//! ```

mod arrow;
mod builder;
mod columns;
pub mod dates;
mod gather;
mod table;
mod value;

pub use arrow::{ConversionError, texts_of};
pub use builder::Builder;
pub use table::Table;
pub use value::{CellRef, NumberKind, code_of_kind, error_of_code, kind_of_code};

use arrow_array::{Array, BooleanArray, Float64Array, StringArray};
use arrow_buffer::ScalarBuffer;
use udf_abi::{ErrorCode, frame::tag};
use udf_columnar::RowErrors;

/// Cells one below the other. Cloning and slicing copy nothing.
///
/// Numbers are finite; null in an array is a blank cell.
#[derive(Clone, Debug)]
pub enum Cells {
    /// So many blank cells.
    Blank(usize),
    /// Numbers and blanks; dates and times are serial numbers of the workbook's date system.
    Numbers(NumberKind, Float64Array),
    /// Logical values and blanks.
    Logicals(BooleanArray),
    /// Texts and blanks.
    Texts(StringArray),
    /// Cells of several kinds, or errors.
    Mixed(Mixed),
}

/// Cells of several kinds, in the lanes of the contract's `any` columns.
#[derive(Clone, Debug)]
pub struct Mixed {
    /// A [`tag`] per row.
    pub tags: ScalarBuffer<u8>,
    /// The number or serial; 0 or 1 of a logical value; otherwise 0.
    pub numbers: ScalarBuffer<f64>,
    /// The text; otherwise empty. Without nulls.
    pub texts: StringArray,
    /// The rows in error, where any is.
    pub errors: Option<RowErrors>,
}

impl Cells {
    /// The same number everywhere.
    pub fn number(value: f64, len: usize) -> Self {
        Self::Numbers(NumberKind::Number, Float64Array::from_value(value, len))
    }

    /// Cells of these values.
    pub fn of<'a, I: IntoIterator<Item = CellRef<'a>>>(cells: I) -> Self {
        let mut builder = Builder::default();
        for cell in cells {
            builder.push(cell);
        }
        builder.finish()
    }

    /// Cells of values that are owned.
    pub fn of_values<I: IntoIterator<Item = crate::ScalarValue>>(values: I) -> Self {
        let mut builder = Builder::default();
        for value in values {
            builder.push(value.cell());
        }
        builder.finish()
    }

    /// The same cell `len` times.
    pub fn repeat(cell: CellRef<'_>, len: usize) -> Self {
        match cell {
            CellRef::Blank => Self::Blank(len),
            CellRef::Number(value, kind) => {
                Self::Numbers(kind, Float64Array::from_value(value, len))
            }
            other => Self::of(std::iter::repeat_n(other, len)),
        }
    }

    /// How many cells there are.
    #[inline]
    pub fn len(&self) -> usize {
        match self {
            Self::Blank(len) => *len,
            Self::Numbers(_, array) => array.len(),
            Self::Logicals(array) => array.len(),
            Self::Texts(array) => array.len(),
            Self::Mixed(mixed) => mixed.tags.len(),
        }
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell at `row`; blank beyond the end.
    #[inline]
    pub fn get(&self, row: usize) -> CellRef<'_> {
        if row >= self.len() {
            return CellRef::Blank;
        }
        match self {
            Self::Blank(_) => CellRef::Blank,
            Self::Numbers(kind, array) if array.is_valid(row) => {
                CellRef::Number(array.value(row), *kind)
            }
            Self::Logicals(array) if array.is_valid(row) => CellRef::Logical(array.value(row)),
            Self::Texts(array) if array.is_valid(row) => CellRef::Text(array.value(row)),
            Self::Mixed(mixed) => mixed.get(row),
            _ => CellRef::Blank,
        }
    }

    /// Every cell in order.
    pub fn iter(&self) -> impl Iterator<Item = CellRef<'_>> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Rows `start..start + len`, which must be there; no copy.
    pub fn slice(&self, start: usize, len: usize) -> Self {
        match self {
            Self::Blank(_) => Self::Blank(len),
            Self::Numbers(kind, array) => Self::Numbers(*kind, array.slice(start, len)),
            Self::Logicals(array) => Self::Logicals(array.slice(start, len)),
            Self::Texts(array) => Self::Texts(array.slice(start, len)),
            Self::Mixed(mixed) => Self::Mixed(Mixed {
                tags: mixed.tags.slice(start, len),
                numbers: mixed.numbers.slice(start, len),
                texts: mixed.texts.slice(start, len),
                errors: mixed.errors.as_ref().map(|errors| errors.slice(start, len)),
            }),
        }
    }

    /// Bytes of the buffers, shared ones included.
    pub fn memory_size(&self) -> usize {
        match self {
            Self::Blank(_) => 0,
            Self::Numbers(_, array) => array.get_buffer_memory_size(),
            Self::Logicals(array) => array.get_buffer_memory_size(),
            Self::Texts(array) => array.get_buffer_memory_size(),
            Self::Mixed(mixed) => {
                let errors = mixed.errors.as_ref();
                let errors = errors.map_or(0, |errors| errors.len() * 5 + errors.message_bytes());
                mixed.tags.len() * 9 + mixed.texts.get_buffer_memory_size() + errors
            }
        }
    }

    /// Whether no cell holds anything.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Blank(_) => true,
            Self::Numbers(_, array) => array.null_count() == array.len(),
            Self::Logicals(array) => array.null_count() == array.len(),
            Self::Texts(array) => array.null_count() == array.len(),
            Self::Mixed(mixed) => mixed.tags.iter().all(|t| *t == tag::BLANK),
        }
    }

    /// Whether all cells are equal, kind, text and message included.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Numbers(a_kind, a), Self::Numbers(b_kind, b)) if a_kind == b_kind => a == b,
            (Self::Logicals(a), Self::Logicals(b)) => a == b,
            (Self::Texts(a), Self::Texts(b)) => a == b,
            _ => self.len() == other.len() && self.iter().eq(other.iter()),
        }
    }

    /// Whether both are the same part of the same buffers, so that nothing needs to be compared.
    pub fn is_same_memory(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Blank(a), Self::Blank(b)) => a == b,
            (Self::Numbers(a_kind, a), Self::Numbers(b_kind, b)) => {
                a_kind == b_kind && a.to_data().ptr_eq(&b.to_data())
            }
            (Self::Logicals(a), Self::Logicals(b)) => a.to_data().ptr_eq(&b.to_data()),
            (Self::Texts(a), Self::Texts(b)) => a.to_data().ptr_eq(&b.to_data()),
            _ => false,
        }
    }

    /// Where the memory of the cells starts, and how many they are: the same for the same part of the same buffers.
    /// `None` for cells whose memory says less than they are.
    pub(crate) fn memory_name(&self) -> Option<[usize; 4]> {
        let validity = |array: &dyn Array| {
            array.nulls().map_or((0, 0), |nulls| (nulls.buffer().as_ptr() as usize, nulls.offset()))
        };
        let (start, (nulls, offset)) = match self {
            Self::Numbers(_, array) => (array.values().inner().as_ptr() as usize, validity(array)),
            Self::Texts(array) => {
                (array.offsets().inner().inner().as_ptr() as usize, validity(array))
            }
            Self::Mixed(mixed) => (mixed.tags.inner().as_ptr() as usize, (0, 0)),
            Self::Blank(_) | Self::Logicals(_) => return None,
        };
        Some([start, nulls, offset, self.len()])
    }

    /// These cells one after the other.
    pub fn concat(parts: &[Self]) -> Self {
        let parts: Vec<&Self> = parts.iter().filter(|part| !part.is_empty()).collect();
        let Some(first) = parts.first() else { return Self::Blank(0) };
        if let [only] = parts.as_slice() {
            return (*only).clone();
        }
        let len = parts.iter().map(|part| part.len()).sum();
        let kind = parts.iter().find_map(|part| part.array_kind());
        let Some(kind) = kind else { return Self::Blank(len) };
        let alike = |part: &&&Self| part.array_kind().is_none_or(|k| k == kind);
        if !matches!(first, Self::Mixed(_))
            && parts.iter().all(|part| alike(&part))
            && let Some(joined) = arrow::concat_alike(&parts, kind)
        {
            return joined;
        }
        let mut builder = Builder::with_capacity(len);
        for part in parts {
            builder.extend(part);
        }
        builder.finish()
    }

    fn array_kind(&self) -> Option<ArrayKind> {
        Some(match self {
            Self::Blank(_) => return None,
            Self::Numbers(kind, _) => ArrayKind::Numbers(*kind),
            Self::Logicals(_) => ArrayKind::Logicals,
            Self::Texts(_) => ArrayKind::Texts,
            Self::Mixed(_) => ArrayKind::Mixed,
        })
    }
}

/// The variants of [`Cells`] that hold something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArrayKind {
    Numbers(NumberKind),
    Logicals,
    Texts,
    Mixed,
}

impl Mixed {
    /// The number in a row, whatever it shows as; `None` where something else is there.
    pub(crate) fn number(&self, row: usize) -> Option<f64> {
        let number = matches!(
            self.tags.get(row)?,
            &(tag::NUMBER | tag::DATE | tag::DATETIME | tag::TIME | tag::DURATION)
        );
        if number { self.numbers.get(row).copied() } else { None }
    }

    /// The cell in a row, which must be there.
    pub(crate) fn get(&self, row: usize) -> CellRef<'_> {
        let error = || self.errors.as_ref()?.get(row);
        cell_of(self.tags[row], self.numbers[row], || self.texts.value(row), error)
    }
}

/// The cell of a row of lanes.
fn cell_of<'a>(
    tag: u8,
    number: f64,
    text: impl FnOnce() -> &'a str,
    error: impl FnOnce() -> Option<(ErrorCode, Option<&'a str>)>,
) -> CellRef<'a> {
    match tag {
        tag::NUMBER => CellRef::Number(number, NumberKind::Number),
        tag::DATE => CellRef::Number(number, NumberKind::Date),
        tag::DATETIME => CellRef::Number(number, NumberKind::DateTime),
        tag::TIME => CellRef::Number(number, NumberKind::Time),
        tag::DURATION => CellRef::Number(number, NumberKind::Duration),
        tag::LOGICAL => CellRef::Logical(number != 0.0),
        tag::TEXT => CellRef::Text(text()),
        tag::ERROR => {
            let (code, message) = error().unwrap_or((ErrorCode::Error, None));
            CellRef::Error(error_of_code(code), message)
        }
        _ => CellRef::Blank,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formualizer_common::ExcelErrorKind;

    fn every_kind() -> Vec<CellRef<'static>> {
        vec![
            CellRef::Blank,
            CellRef::Number(1.5, NumberKind::Number),
            CellRef::Number(45_000.0, NumberKind::Date),
            CellRef::Logical(true),
            CellRef::Text("naïve"),
            CellRef::Text(""),
            CellRef::Error(ExcelErrorKind::Div, None),
            CellRef::Error(ExcelErrorKind::Value, Some("why")),
        ]
    }

    #[test]
    fn cells_of_every_kind_come_back() {
        let cells = Cells::of(every_kind());
        assert!(cells.iter().eq(every_kind()));
        assert!(cells.slice(2, 3).iter().eq(every_kind()[2..5].iter().copied()));
        assert_eq!(cells.get(100), CellRef::Blank);
    }

    #[test]
    fn cells_of_one_kind_are_one_array() {
        let numbers = [CellRef::Blank, CellRef::Number(2.0, NumberKind::Number)];
        assert!(
            matches!(Cells::of(numbers), Cells::Numbers(NumberKind::Number, a) if a.null_count() == 1)
        );
        assert!(matches!(Cells::of([CellRef::Blank; 3]), Cells::Blank(3)));
        assert!(matches!(Cells::of([CellRef::Text("a"), CellRef::Blank]), Cells::Texts(_)));
        assert!(matches!(Cells::of([CellRef::Logical(false)]), Cells::Logicals(_)));
    }

    #[test]
    fn parts_of_any_kind_are_joined() {
        let parts = [
            Cells::Blank(2),
            Cells::number(1.0, 2),
            Cells::of(every_kind()),
            Cells::of([CellRef::Text("x")]),
        ];
        for upto in 0..=parts.len() {
            let joined = Cells::concat(&parts[..upto]);
            assert!(joined.iter().eq(parts[..upto].iter().flat_map(Cells::iter)));
        }
        assert!(matches!(Cells::concat(&parts[..2]), Cells::Numbers(..)));
    }

    #[test]
    fn the_message_of_many_cells_is_held_once() {
        let long = "é".repeat(1_000);
        let error = CellRef::Error(ExcelErrorKind::Num, Some(&long));
        let rows = [CellRef::Blank, error, CellRef::Text("x"), error];
        let cells = Cells::of((0..100_000).map(|row| rows[row % 4]));
        assert!(cells.memory_size() < 4 << 20, "{}", cells.memory_size());
        let joined = Cells::concat(&[cells.slice(1, 50_001), Cells::Blank(1), cells.clone()]);
        assert!(joined.memory_size() < 8 << 20, "{}", joined.memory_size());
        for (row, from) in [(0, 1), (50_000, 50_001), (50_002, 0), (50_003, 1), (150_001, 99_999)] {
            assert_eq!(joined.get(row), cells.get(from), "{row}");
        }
        assert_eq!(Cells::repeat(error, 1_000_000).get(999_999), error);
    }

    #[test]
    fn sameness_does_not_depend_on_the_representation() {
        let mixed = Cells::of(every_kind()).slice(1, 1);
        assert!(mixed.same(&Cells::number(1.5, 1)));
        assert!(!mixed.same(&Cells::number(2.5, 1)));
        assert!(!mixed.same(&Cells::number(1.5, 2)));
        assert!(Cells::Blank(1).same(&Cells::of(every_kind()).slice(0, 1)));
    }
}
