//! What the versions of binary files write differently.

use super::{Unread, bytes::Bytes};
use crate::address::Cell;

/// A version of binary files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Layout {
    /// `.xls` of Excel 5.0 and 95.
    Biff5,
    /// `.xls` of Excel 97 to 2003.
    Biff8,
    /// `.xlsb`.
    Biff12,
}

/// A corner of a reference: its cell, or how far away it is, and whether row and column stay when the formula moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Corner {
    pub(super) row: u32,
    pub(super) col: u32,
    pub(super) row_moves: bool,
    pub(super) col_moves: bool,
}

impl Layout {
    /// Rows and columns of a sheet.
    pub(super) fn size(self) -> (u32, u32) {
        match self {
            Self::Biff5 => (1 << 14, 1 << 8),
            Self::Biff8 => (1 << 16, 1 << 8),
            Self::Biff12 => (1 << 20, 1 << 14),
        }
    }

    /// Rows of the bytes, then columns: one of each for a cell, two for a range.
    pub(super) fn corners<const N: usize>(
        self,
        bytes: &mut Bytes<'_>,
    ) -> Result<[Corner; N], Unread> {
        let blank = Corner { row: 0, col: 0, row_moves: false, col_moves: false };
        let mut corners = [blank; N];
        for corner in &mut corners {
            let row = match self {
                Self::Biff5 | Self::Biff8 => bytes.u16()?.into(),
                Self::Biff12 => bytes.u32()?,
            };
            corner.row = row;
            if self == Self::Biff5 {
                corner.row = row & 0x3FFF;
                (corner.col_moves, corner.row_moves) = (row & 0x4000 != 0, row & 0x8000 != 0);
            }
        }
        for corner in &mut corners {
            if self == Self::Biff5 {
                corner.col = bytes.u8()?.into();
                continue;
            }
            let col = u32::from(bytes.u16()?);
            corner.col = col & 0x3FFF;
            (corner.col_moves, corner.row_moves) = (col & 0x4000 != 0, col & 0x8000 != 0);
        }
        Ok(corners)
    }

    /// Bytes of a cell, and of a range where `range`.
    pub(super) fn width(self, range: bool) -> usize {
        let one = match self {
            Self::Biff5 => 3,
            Self::Biff8 => 4,
            Self::Biff12 => 6,
        };
        if range { 2 * one } else { one }
    }
}

impl Corner {
    /// The cell of a corner that says how far away it is from `at`. Sheets go on at their other side.
    pub(super) fn from(self, at: Cell, layout: Layout) -> Self {
        let (rows, cols) = layout.size();
        let mut here = self;
        if self.row_moves {
            here.row = at.row.wrapping_add(self.row) & (rows - 1);
        }
        if self.col_moves {
            here.col = at.col.wrapping_add(self.col) & (cols - 1);
        }
        here
    }

    /// Whether there is such a cell.
    pub(super) fn is_possible(self, layout: Layout) -> bool {
        let (rows, cols) = layout.size();
        self.row < rows && self.col < cols
    }
}
