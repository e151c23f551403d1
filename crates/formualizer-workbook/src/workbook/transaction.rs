//! Several edits as one: done together or not at all, taken back in one step, recalculated once.

use super::{RecalcOptions, Workbook, undo::State};
use crate::{Error, RecalcReport};

/// Takes everything back unless it was told that all went well: also where the edits panic.
struct Guard<'a> {
    workbook: &'a mut Workbook,
    /// What was before the edits.
    before: Option<State>,
    /// Whether there had been edits in the transaction around this one.
    edited: bool,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            self.workbook.come_back_to(before);
            self.workbook.history.leave(self.edited);
        }
    }
}

impl Workbook {
    /// Makes edits together: one step for [`undo`](Self::undo), one recalculation at the end. Where the closure gives an error
    /// or panics, everything is taken back.
    ///
    /// Within another `edit`, an error takes back what this one did; undoing and recalculating are left to the outermost, so that
    /// the report here is empty. [`undo`](Self::undo) and [`redo`](Self::redo) do nothing within an edit.
    ///
    /// ```
    /// use formualizer_workbook::{Value, Workbook};
    ///
    /// let mut book = Workbook::new();
    /// book.add_sheet("S")?;
    /// let (sum, report) = book.edit(|book| {
    ///     book.set_value("S", "A1", 2.0)?;
    ///     book.set_formula("S", "B1", "=A1*10")?;
    ///     book.insert_rows("S", 1, 1)?;
    ///     Ok("B2")
    /// })?;
    /// assert_eq!(book.value("S", sum)?, Value::Number(20.0));
    /// assert_eq!(report.cells, 1);
    /// # Ok::<(), formualizer_workbook::Error>(())
    /// ```
    ///
    /// # Errors
    /// The closure's; [`Reentrant`](crate::ErrorKind::Reentrant) within a callback of this workbook.
    pub fn edit<T>(
        &mut self,
        edits: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<(T, RecalcReport), Error> {
        self.edit_with(&RecalcOptions::default(), edits)
    }

    /// The same, recalculated as the options say.
    ///
    /// # Errors
    /// As [`edit`](Self::edit); [`Cancelled`](crate::ErrorKind::Cancelled) where the recalculation was cancelled: the edits are made
    /// then.
    pub fn edit_with<T>(
        &mut self,
        options: &RecalcOptions<'_>,
        edits: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<(T, RecalcReport), Error> {
        self.not_within_a_callback()?;
        let before = Some(self.state());
        let edited = self.history.enter();
        let mut guard = Guard { workbook: self, before, edited };
        // An error, or a panic, drops the guard with what was before.
        let result = edits(guard.workbook)?;
        let before = guard.before.take();
        drop(guard);
        if self.history.leave_done(edited)
            && let Some(before) = before
        {
            self.history.push(before);
        }
        let report = match self.history.is_within() {
            true => RecalcReport::default(),
            false => self.recalculate_with(options)?,
        };
        Ok((result, report))
    }
}
