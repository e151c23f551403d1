//! A column on its way into a frame: here, or where it stands.

use super::{
    align,
    encode::{self, Cursor},
};
use crate::{Column, foreign::ForeignView, view::ColumnView};
use udf_abi::Column as ColumnHeader;

#[derive(Clone, Copy, Debug)]
pub(super) enum Input<'a> {
    Here(ColumnView<'a>),
    Foreign(ForeignView<'a>),
}

impl<'a> Input<'a> {
    pub(super) fn of(column: &'a Column) -> Self {
        match ForeignView::of(column) {
            None => Self::Here(ColumnView::of(column)),
            Some(view) => Self::Foreign(view),
        }
    }

    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Here(view) => view.rows,
            Self::Foreign(view) => view.rows,
        }
    }

    /// Rows `start..start + len`.
    pub(super) fn slice(&self, start: usize, len: usize) -> Self {
        match self {
            Self::Here(view) => Self::Here(view.slice(start, len)),
            Self::Foreign(view) => Self::Foreign(view.slice(start, len)),
        }
    }

    /// Bytes that its buffers take, each one padded.
    pub(super) fn buffer_bytes(&self) -> usize {
        match self {
            Self::Here(view) => encode::buffer_bytes(view),
            Self::Foreign(view) => align(view.size()),
        }
    }

    /// Writes its buffers and answers its descriptor.
    pub(super) fn write(&self, cursor: &mut Cursor<'_>) -> ColumnHeader {
        match self {
            Self::Here(view) => encode::column(view, cursor),
            Self::Foreign(view) => ColumnHeader {
                dtype: view.dtype.id(),
                len: view.rows as u32,
                values: cursor.copy_foreign(view),
                ..ColumnHeader::default()
            },
        }
    }
}
