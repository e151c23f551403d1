//! Failures as error cells.

use crate::{
    Value,
    cells::{CellRef, Cells, Table, error_of_code},
};
use formualizer_common::{ExcelError, ExcelErrorKind};
use formualizer_functions::cells::ConversionError;
use std::any::Any;

/// Most bytes of a message in a cell.
const MESSAGE_BYTES: usize = 1_000;

/// A failure that is the result of a whole call.
#[derive(Clone, Debug)]
pub(super) struct CallFailure {
    pub(super) kind: ExcelErrorKind,
    pub(super) message: String,
}

impl CallFailure {
    /// `#VALUE!` with this message.
    pub(super) fn value(message: impl Into<String>) -> Self {
        Self::new(ExcelErrorKind::Value, message)
    }

    pub(super) fn new(kind: ExcelErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: cut(message.into(), MESSAGE_BYTES) }
    }

    /// The cell that shows it.
    pub(super) fn cell(&self) -> CellRef<'_> {
        CellRef::Error(self.kind, (!self.message.is_empty()).then_some(self.message.as_str()))
    }

    /// It in so many cells, which hold its message once.
    pub(super) fn cells(&self, rows: usize) -> Cells {
        Cells::repeat(self.cell(), rows)
    }

    pub(super) fn table(&self) -> Table {
        Table::single(self.cell())
    }

    pub(super) fn to_value(&self) -> Value {
        Value::Error(ExcelError::new(self.kind).with_message(self.message.clone()))
    }
}

impl From<udf_columnar::Error> for CallFailure {
    fn from(error: udf_columnar::Error) -> Self {
        Self::new(error_of_code(error.cell_error()), error.to_string())
    }
}

impl From<ConversionError> for CallFailure {
    fn from(error: ConversionError) -> Self {
        Self::value(error.into_parts().0)
    }
}

impl From<&ExcelError> for CallFailure {
    fn from(error: &ExcelError) -> Self {
        Self::new(error.kind, error.message().unwrap_or_default())
    }
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it gave no message")
}

/// The text without what is beyond so many bytes.
pub(super) fn cut(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
        text.push('…');
    }
    text
}
