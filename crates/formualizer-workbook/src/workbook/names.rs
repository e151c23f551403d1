//! Defined names and tables.

use super::{IntoRange, Workbook};
use crate::{
    Error, ErrorKind,
    address::SheetId,
    formula::{OWN_NAMES, Scope, TableDef, parse_named, validate_name, validate_table},
};

/// What a table has beside its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableOptions {
    /// The first row has the names of the columns; otherwise they are `Column1`, `Column2`, …
    pub headers: bool,
    /// The last row has totals, which are no data.
    pub totals: bool,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self { headers: true, totals: false }
    }
}

impl TableOptions {
    /// Sets [`headers`](Self::headers).
    #[must_use]
    pub fn headers(mut self, headers: bool) -> Self {
        self.headers = headers;
        self
    }

    /// Sets [`totals`](Self::totals).
    #[must_use]
    pub fn totals(mut self, totals: bool) -> Self {
        self.totals = totals;
        self
    }
}

impl Workbook {
    /// Defines a name for the whole workbook: a value (`"0.03"`), a range (`"Prices!$A$2:$A$100"`) or a formula
    /// (`"SUM(Prices!$A:$A)"`). References without a sheet mean the first one; relative references move with the cell
    /// that uses the name, as seen from A1. A name that was defined before is replaced.
    ///
    /// # Errors
    /// [`Name`](ErrorKind::Name) where the name is not allowed, [`Formula`](ErrorKind::Formula) where the text does
    /// not parse.
    pub fn define_name(&mut self, name: &str, refers_to: &str) -> Result<(), Error> {
        let first = self.book.order.first().copied();
        let sheet = first.ok_or_else(|| {
            Error::new(ErrorKind::Sheet, "the workbook has no sheet yet: add one before names")
        })?;
        self.define(None, sheet, name, refers_to)
    }

    /// Defines a name for one sheet, where it comes before a workbook's name.
    ///
    /// # Errors
    /// As [`define_name`](Self::define_name), and where there is no such sheet.
    pub fn define_sheet_name(
        &mut self,
        sheet: &str,
        name: &str,
        refers_to: &str,
    ) -> Result<(), Error> {
        let sheet = self.book.known_sheet(sheet)?;
        self.define(Some(sheet), sheet, name, refers_to)
    }

    fn define(
        &mut self,
        scope: Option<SheetId>,
        sheet: SheetId,
        name: &str,
        refers_to: &str,
    ) -> Result<(), Error> {
        validate_name(name)?;
        if self.book.table(name).is_some() {
            return Err(Error::new(ErrorKind::Name, format!("{name:?} is the name of a table")));
        }
        let named = parse_named(name, refers_to, sheet)?;
        self.remember();
        self.book.names.named.insert((scope, name.to_lowercase()), named);
        self.book.relower(&[&name.to_lowercase()]);
        Ok(())
    }

    /// Removes a name of the whole workbook, or of one sheet; formulas that use it become `#NAME?`.
    ///
    /// # Errors
    /// [`Name`](ErrorKind::Name) where there is no such name.
    pub fn remove_name(&mut self, sheet: Option<&str>, name: &str) -> Result<(), Error> {
        let scope = sheet.map(|sheet| self.book.known_sheet(sheet)).transpose()?;
        let key = (scope, name.to_lowercase());
        if !self.book.names.named.contains_key(&key) {
            return Err(Error::new(ErrorKind::Name, format!("there is no name {name:?}")));
        }
        self.remember();
        self.book.names.named.remove(&key);
        self.book.relower(&[&key.1]);
        Ok(())
    }

    /// The defined names: the sheet that they belong to, if it is one, the name, and what it stands for as text with `=`;
    /// sorted.
    #[must_use]
    pub fn names(&self) -> Vec<(Option<String>, String, String)> {
        let sheet =
            |id: &Option<SheetId>| id.and_then(|id| self.book.sheet_name(id)).map(str::to_owned);
        let mut names: Vec<_> = self
            .book
            .names
            .named
            .iter()
            .filter(|((_, key), _)| !key.starts_with(OWN_NAMES))
            .map(|((scope, _), named)| (sheet(scope), named.name.clone(), named.text(&self.book)))
            .collect();
        names.sort();
        names
    }

    /// Makes a range a table, for structured references such as `Prices[Close]` and `[@Close]`. Names of columns are
    /// taken from the first row as it is now.
    ///
    /// # Errors
    /// [`Name`](ErrorKind::Name) where the name is not allowed or taken, the range has no row of data or meets another
    /// table, or two columns have the same name.
    pub fn add_table(
        &mut self,
        name: &str,
        sheet: &str,
        range: impl IntoRange,
        options: TableOptions,
    ) -> Result<(), Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        validate_name(name)?;
        let taken = self.book.table(name).is_some()
            || self.book.names.named.contains_key(&(None, name.to_lowercase()));
        if taken {
            return Err(Error::new(ErrorKind::Name, format!("the name {name:?} is taken")));
        }
        let meets = self
            .book
            .names
            .tables
            .values()
            .find(|t| t.sheet == sheet && t.rect.intersection(&rect).is_some());
        if let Some(other) = meets {
            let message = format!("{rect} meets the table {} in {}", other.name, other.rect);
            return Err(Error::new(ErrorKind::Name, message));
        }
        let grid = self.book.sheets.get(&sheet).map(|sheet| &sheet.grid);
        let column = |(index, col): (usize, u32)| {
            let header = crate::address::Cell::new(rect.top, col);
            let cell = grid.filter(|_| options.headers).map(|grid| grid.get(header));
            let name = cell.map(|cell| cell.value(self.book.dates).to_string());
            name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("Column{}", index + 1))
        };
        let table = TableDef {
            name: name.to_owned(),
            sheet,
            rect,
            columns: rect.cols().enumerate().map(column).collect(),
            headers: options.headers,
            totals: options.totals,
        };
        validate_table(&table)?;
        self.remember();
        self.book.names.tables.insert(name.to_lowercase(), table);
        self.book.relower_tables(&name.to_lowercase());
        Ok(())
    }

    /// Makes a table a plain range again; formulas that mention it become `#NAME?`.
    ///
    /// # Errors
    /// [`Name`](ErrorKind::Name) where there is no such table.
    pub fn remove_table(&mut self, name: &str) -> Result<(), Error> {
        let key = name.to_lowercase();
        if !self.book.names.tables.contains_key(&key) {
            return Err(Error::new(ErrorKind::Name, format!("there is no table {name:?}")));
        }
        self.remember();
        self.book.names.tables.remove(&key);
        self.book.relower_tables(&key);
        Ok(())
    }

    /// The tables: name, sheet, range, names of the columns; sorted by name.
    #[must_use]
    pub fn tables(&self) -> Vec<(String, String, String, Vec<String>)> {
        let sheet = |id| self.book.sheet_name(id).unwrap_or_default().to_owned();
        let mut tables: Vec<_> = self
            .book
            .names
            .tables
            .values()
            .map(|t| (t.name.clone(), sheet(t.sheet), t.rect.to_string(), t.columns.clone()))
            .collect();
        tables.sort();
        tables
    }
}
