//! References: cells and ranges, on the formula's sheet and on others ([MS-XLS] 2.5.198.84 and those that follow).

use super::{
    Reading, Standing, Unread,
    layout::{Corner, Layout},
    links::Place,
};
use crate::address::column_letters;

const GONE: &str = "#REF!";

impl Reading<'_> {
    /// A reference to the formula's sheet, or what stands around several.
    pub(super) fn reference(&mut self, which: u8) -> Result<(), Unread> {
        match which {
            0x04 => self.cells::<1>(self.standing),
            0x05 => self.cells::<2>(self.standing),
            // Values of an expression that were kept; what follows is the expression. A list of their ranges stands behind the formula.
            0x06 => {
                self.kept()?;
                let (count, width) = match self.layout {
                    Layout::Biff5 => (self.extra.u16()?.into(), 6),
                    Layout::Biff8 => (self.extra.u16()?.into(), 8),
                    Layout::Biff12 => {
                        (usize::try_from(self.extra.u32()?).map_err(|_| Unread::Damaged)?, 16)
                    }
                };
                let bytes = count.checked_mul(width).ok_or(Unread::Damaged)?;
                self.extra.take(bytes).map(|_| ())
            }
            0x07 | 0x08 => self.kept(),
            0x09 => self.tokens.u16().map(|_| ()),
            0x0A | 0x0B => {
                self.tokens.take(self.layout.width(which == 0x0B))?;
                self.operands.atom(GONE.to_owned())
            }
            0x0C => self.cells::<1>(Standing::Anywhere),
            0x0D => self.cells::<2>(Standing::Anywhere),
            _ => Err(Unread::Damaged),
        }
    }

    fn kept(&mut self) -> Result<(), Unread> {
        self.tokens.take(6).map(|_| ())
    }

    fn cells<const N: usize>(&mut self, standing: Standing) -> Result<(), Unread> {
        let text = self.corners::<N>(standing)?;
        self.operands.atom(text)
    }

    /// A reference to another sheet, or several.
    pub(super) fn reference_elsewhere(&mut self, which: u8) -> Result<(), Unread> {
        let place = self.place()?;
        let range = matches!(which, 0x1B | 0x1D);
        if matches!(which, 0x1C | 0x1D) {
            self.tokens.take(self.layout.width(range))?;
            return match place {
                Place::External => Err(Unread::External),
                _ => self.operands.atom(GONE.to_owned()),
            };
        }
        let cells = match range {
            true => self.corners::<2>(self.standing)?,
            false => self.corners::<1>(self.standing)?,
        };
        match place {
            Place::External => Err(Unread::External),
            Place::Gone => self.operands.atom(GONE.to_owned()),
            Place::Sheets(sheets) => self.operands.atom(format!("{sheets}!{cells}")),
        }
    }

    /// The sheets that a reference names.
    fn place(&mut self) -> Result<Place, Unread> {
        if self.layout != Layout::Biff5 {
            let link = self.tokens.u16()?;
            return self.links.place(link);
        }
        // Excel 5.0 writes the sheets of its own workbook beside the number, which is negative then.
        let own = self.tokens.u16()? >= 0x8000;
        self.tokens.take(8)?;
        let (first, last) = (self.tokens.u16()?, self.tokens.u16()?);
        match own {
            true => Ok(self.links.sheets(sheet(first), sheet(last))),
            false => Ok(Place::External),
        }
    }

    /// The cell or range of the next bytes as it is typed.
    fn corners<const N: usize>(&mut self, standing: Standing) -> Result<String, Unread> {
        let layout = self.layout;
        let mut corners: [Corner; N] = layout.corners(&mut self.tokens)?;
        if standing == Standing::Anywhere {
            corners = corners.map(|corner| corner.from(self.at, layout));
        }
        if !corners.iter().all(|corner| corner.is_possible(layout)) {
            return Err(Unread::Damaged);
        }
        let (rows, cols) = layout.size();
        let row = |corner: &Corner| {
            let sign = if corner.row_moves { "" } else { "$" };
            format!("{sign}{}", corner.row + 1)
        };
        let col = |corner: &Corner| {
            let sign = if corner.col_moves { "" } else { "$" };
            format!("{sign}{}", column_letters(corner.col))
        };
        Ok(match corners.as_slice() {
            [first, last] if first.row == 0 && last.row == rows - 1 => {
                format!("{}:{}", col(first), col(last))
            }
            [first, last] if first.col == 0 && last.col == cols - 1 => {
                format!("{}:{}", row(first), row(last))
            }
            corners => {
                let cells: Vec<String> =
                    corners.iter().map(|corner| col(corner) + &row(corner)).collect();
                cells.join(":")
            }
        })
    }
}

/// The place of a sheet; those from the last one on stand for something else.
fn sheet(number: u16) -> i32 {
    match number {
        0xFFFF => -1,
        0xFFFE => -2,
        number => number.into(),
    }
}
