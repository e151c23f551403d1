//! Sheets: added, renamed, deleted.

use super::Workbook;
use crate::{Error, ErrorKind, address::validate_sheet_name, formula::Scope};

impl Workbook {
    /// Adds an empty sheet behind the others. Formulas that mentioned its name before and were `#REF!` find it.
    ///
    /// # Errors
    /// [`Sheet`](ErrorKind::Sheet) where the name is not allowed (1 to 31 characters, none of `[ ] : * ? / \`) or taken, in
    /// any case.
    pub fn add_sheet(&mut self, name: &str) -> Result<(), Error> {
        self.free_sheet_name(name, None)?;
        self.remember();
        self.book.add_sheet(name);
        Ok(())
    }

    /// Renames a sheet; formulas, names and tables follow.
    ///
    /// # Errors
    /// [`Sheet`](ErrorKind::Sheet) where there is no such sheet, or the new name is not allowed or taken.
    pub fn rename_sheet(&mut self, name: &str, new: &str) -> Result<(), Error> {
        let sheet = self.book.known_sheet(name)?;
        self.free_sheet_name(new, Some(name))?;
        self.remember();
        self.book.rename_sheet(sheet, new);
        Ok(())
    }

    /// Deletes a sheet with everything on it; references to it become `#REF!`.
    ///
    /// # Errors
    /// [`Sheet`](ErrorKind::Sheet) where there is no such sheet.
    pub fn delete_sheet(&mut self, name: &str) -> Result<(), Error> {
        let sheet = self.book.known_sheet(name)?;
        self.remember();
        self.book.delete_sheet(sheet);
        Ok(())
    }

    /// The names of the sheets as their tabs stand.
    #[must_use]
    pub fn sheet_names(&self) -> Vec<String> {
        self.book
            .order
            .iter()
            .filter_map(|id| self.book.sheet_name(*id))
            .map(str::to_owned)
            .collect()
    }

    fn free_sheet_name(&self, name: &str, but: Option<&str>) -> Result<(), Error> {
        validate_sheet_name(name)?;
        let taken = Scope::sheet(&self.book, name);
        let own = but.and_then(|but| Scope::sheet(&self.book, but));
        if taken.is_some() && taken != own {
            return Err(Error::new(ErrorKind::Sheet, format!("there is a sheet {name:?} already")));
        }
        Ok(())
    }
}
