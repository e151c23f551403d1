//! What is refused, before anything changes.

use crate::{
    Error, ErrorKind,
    address::{Cell, Rect, SheetId, column_letters},
    book::{Book, Region},
    formula::{Arrays, Block, Lines},
};

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Data, message)
}

impl Region {
    /// The cells of an array formula that was entered for all of them.
    fn fixed(&self) -> Option<Rect> {
        match self.template.arrays {
            Arrays::Fixed { height, width } => {
                Rect::sized(self.anchor(), height as usize, width as usize)
            }
            Arrays::Spill | Arrays::Single => None,
        }
    }
}

impl Book {
    /// Refuses to insert or delete lines where cells would leave the sheet, an array formula or the headers of a table would
    /// be torn.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] with what is in the way.
    pub(crate) fn check_lines(&self, lines: &Lines) -> Result<(), Error> {
        let what = if lines.rows { "rows" } else { "columns" };
        let ends =
            Rect { top: 0, left: 0, bottom: crate::MAX_ROWS - 1, right: crate::MAX_COLS - 1 };
        let end = match lines.deleted {
            true => lines.end(),
            false => lines.at + 1,
        };
        // Inserted before its first line, an array only moves.
        let torn = |rect: &Rect| {
            let (first, last) = lines.of(rect);
            match lines.deleted {
                true => {
                    let some = first < end && last >= lines.at;
                    let all = first >= lines.at && last < end;
                    some && !all
                }
                false => first < lines.at && last >= lines.at,
            }
        };
        self.fixed_arrays(lines.sheet, torn)?;
        if !lines.deleted {
            let first = lines.max().saturating_sub(lines.count).max(lines.at);
            let pushed = lines.with(&ends, (first, lines.max() - 1));
            if let Some(cell) = self.first_used(lines.sheet, &pushed) {
                let message = format!(
                    "{} {what} cannot be inserted: {cell} is not blank and would be pushed off the sheet; clear or delete what stands in its last {what} first",
                    lines.count
                );
                return Err(refused(message));
            }
            return Ok(());
        }
        for table in self.names.tables.values().filter(|table| table.sheet == lines.sheet) {
            let gone = lines.with(&ends, (lines.at, end - 1));
            let header = Rect { bottom: table.rect.top, ..table.rect };
            let whole = gone.covers(&table.rect);
            if lines.rows && table.headers && !whole && gone.intersection(&header).is_some() {
                let message = format!(
                    "row {} has the headers of the table {}: delete all of the table ({}) or leave its headers",
                    table.rect.top + 1,
                    table.name,
                    table.rect
                );
                return Err(refused(message));
            }
        }
        Ok(())
    }

    /// Refuses to move a block where an array formula or a table would be torn or written over.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] with what is in the way.
    pub(crate) fn check_block(&self, block: &Block) -> Result<(), Error> {
        let torn = |area: Rect| {
            move |rect: &Rect| rect.intersection(&area).is_some() && !area.covers(rect)
        };
        self.fixed_arrays(block.sheet, torn(block.from))?;
        self.check_over(block.to_sheet, &block.to)?;
        let tables = || self.names.tables.values();
        let moves = |table: &&crate::formula::TableDef| block.takes(table.sheet, &table.rect);
        for moved in tables().filter(moves) {
            let to = block.carried_rect(&moved.rect);
            let met = tables().filter(|table| !moves(table)).find(|table| {
                table.sheet == block.to_sheet && table.rect.intersection(&to).is_some()
            });
            if let Some(met) = met {
                let message =
                    format!("the table {} would come to lie on the table {}", moved.name, met.name);
                return Err(refused(message));
            }
        }
        let covered = tables()
            .filter(|table| !moves(table))
            .find(|table| table.sheet == block.to_sheet && block.to.covers(&table.rect));
        match covered {
            None => Ok(()),
            Some(table) => Err(refused(format!(
                "the table {} in {} would be written over: remove it first",
                table.name, table.rect
            ))),
        }
    }

    /// Refuses to write over a part of an array formula that was entered for several cells.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] with the cells of the array.
    pub(crate) fn check_over(&self, sheet: SheetId, rect: &Rect) -> Result<(), Error> {
        self.fixed_arrays(sheet, |array| array.intersection(rect).is_some() && !rect.covers(array))
    }

    /// Refuses to write over a part of what one array formula fills.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] with the cells of the array.
    pub(crate) fn check_write(&self, sheet: SheetId, rect: &Rect) -> Result<(), Error> {
        let Some(known) = self.sheets.get(&sheet) else { return Ok(()) };
        let filled = known.spills.within(rect).into_iter();
        let mut arrays = filled.filter_map(|id| self.regions.get(id)?.fixed());
        match arrays.find(|array| !rect.covers(array)) {
            None => Ok(()),
            Some(array) => Err(torn_apart(&array)),
        }
    }

    fn fixed_arrays(&self, sheet: SheetId, torn: impl Fn(&Rect) -> bool) -> Result<(), Error> {
        let mut arrays = self
            .regions
            .iter()
            .filter(|(_, region)| region.sheet == sheet)
            .filter_map(|(_, region)| region.fixed());
        match arrays.find(|array| torn(array)) {
            None => Ok(()),
            Some(array) => Err(torn_apart(&array)),
        }
    }

    /// The first cell of a rectangle that holds a value, a formula or part of a table.
    fn first_used(&self, sheet: SheetId, rect: &Rect) -> Option<Cell> {
        let known = self.sheets.get(&sheet)?;
        let regions = known
            .regions
            .within(rect)
            .into_iter()
            .filter_map(|id| Some(self.regions.get(id)?.rect.intersection(rect)?.top_left()));
        let tables = self.names.tables.values().filter(|table| table.sheet == sheet);
        let tables = tables.filter_map(|table| Some(table.rect.intersection(rect)?.top_left()));
        regions.chain(tables).chain(known.grid.first_filled(rect)).min()
    }
}

fn torn_apart(array: &Rect) -> Error {
    refused(format!(
        "{array} is filled by one array formula, of which no part can be changed alone: clear or change all of it"
    ))
}

impl Block {
    /// Where a rectangle within the block comes to lie.
    pub(super) fn carried_rect(&self, rect: &Rect) -> Rect {
        let top = rect.top - self.from.top + self.to.top;
        let left = rect.left - self.from.left + self.to.left;
        Rect { top, left, bottom: top + rect.height() - 1, right: left + rect.width() - 1 }
    }
}

impl Lines {
    /// The lines as they are called: `rows 3:5`, `columns C:D`.
    ///
    /// # Errors
    /// [`ErrorKind::Address`] where they are not on a sheet.
    pub(crate) fn check_place(&self) -> Result<(), Error> {
        let max = self.max();
        let fits = self.at < max && (!self.deleted || self.count <= max - self.at);
        if fits && self.count <= max {
            return Ok(());
        }
        let (what, last) = match self.rows {
            true => ("rows", max.to_string()),
            false => ("columns", column_letters(max - 1)),
        };
        let first = match self.rows {
            true => (u64::from(self.at) + 1).to_string(),
            false if self.at < max => column_letters(self.at),
            false => (u64::from(self.at) + 1).to_string(),
        };
        let message = format!("{} {what} from {first} on: a sheet ends at {last}", self.count);
        Err(Error::new(ErrorKind::Address, message))
    }
}
