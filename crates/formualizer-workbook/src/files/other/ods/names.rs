//! Names (`table:named-range`, `table:named-expression`).

use super::{Reading, TABLE, formula};
use crate::{
    Error,
    address::Cell,
    files::{
        other::FoundName,
        xlsx::{scan, xml::Tag},
    },
};

impl<'a> Reading<'a> {
    /// Takes the names of the workbook, or of a sheet by its place.
    pub(super) fn names(&mut self, tag: &Tag<'a>, sheet: Option<usize>) -> Result<(), Error> {
        self.within(tag, |reading, tag| {
            let text = match (tag.space, tag.local) {
                (TABLE, "named-range") => reading.of(tag, TABLE, "cell-range-address"),
                (TABLE, "named-expression") => reading.of(tag, TABLE, "expression"),
                _ => return reading.pieces.skip(tag),
            };
            let name = reading.of(tag, TABLE, "name").unwrap_or_default().into_owned();
            let base = reading.of(tag, TABLE, "base-cell-address");
            let base = base.as_deref().and_then(cell_of).unwrap_or(Cell::new(0, 0));
            let text = text.and_then(|text| formula::named(&text));
            reading.contents.names.push(FoundName { name, sheet, text, base });
            reading.pieces.skip(tag)
        })
    }
}

/// The cell of an address with its sheet.
fn cell_of(address: &str) -> Option<Cell> {
    scan::reference(&address.rsplit('.').next()?.replace('$', ""))
}
