//! Workbooks as bytes, and back.

use super::Workbook;
use crate::{Error, formula::walking, state};

impl Workbook {
    /// The workbook as bytes, for [`from_state`](Self::from_state): sheets, values, formulas, names, tables, and the file that it was
    /// loaded from, as a later [`save`](Self::save) needs it.
    ///
    /// Functions are not in it: plugins and callbacks are registered again where the state is taken. Nor is what
    /// [`undo`](Self::undo) would take back. The bytes are for keeping a workbook for a while or handing it on (to a worker, a database
    /// or another process of this version); another version may refuse them. Files for others are written by `save`.
    ///
    /// ```
    /// use formualizer_workbook::{Value, Workbook};
    ///
    /// let mut book = Workbook::new();
    /// book.add_sheet("S")?;
    /// book.set_value("S", "A1", 2.0)?;
    /// book.set_formula("S", "B1", "=A1*10")?;
    /// book.recalculate()?;
    /// let copy = Workbook::from_state(&book.to_state()?)?;
    /// assert_eq!(copy.value("S", "B1")?, Value::Number(20.0));
    /// assert_eq!(copy.formula("S", "B1")?.as_deref(), Some("=A1*10"));
    /// # Ok::<(), formualizer_workbook::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Data`](crate::ErrorKind::Data) where memory ends.
    pub fn to_state(&self) -> Result<Vec<u8>, Error> {
        walking(|| state::write(&self.book, &self.load_warnings))
    }

    /// The workbook of what [`to_state`](Self::to_state) gave. Values are there at once; the next
    /// [`recalculate`](Self::recalculate) evaluates every formula.
    ///
    /// # Errors
    /// [`Data`](crate::ErrorKind::Data) where the bytes are no state, damaged, or of another version.
    pub fn from_state(bytes: &[u8]) -> Result<Self, Error> {
        let (book, load_warnings) = walking(|| state::read(bytes))?;
        Ok(Self { book, load_warnings, ..Self::new() })
    }

    /// What the file says that was not taken over, with the cells; at most about a hundred. Empty where the workbook was not loaded.
    #[must_use]
    pub fn load_warnings(&self) -> &[String] {
        &self.load_warnings
    }
}
