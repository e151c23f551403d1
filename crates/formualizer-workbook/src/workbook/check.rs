//! Formulas looked at before they are put anywhere.

use super::{IntoCell, Workbook};
use crate::{Error, formula::compile, functions::is_builtin};

/// What a formula is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormulaCheck {
    /// The functions that it calls, in upper case, each once.
    pub functions: Vec<String>,
    /// Those among them that are neither built in nor bound: the cell would be `#NAME?`.
    pub unknown_functions: Vec<String>,
    /// Whether it would be evaluated at every recalculation.
    pub volatile: bool,
}

impl Workbook {
    /// Looks whether a text is a formula that a cell takes, without putting it there.
    ///
    /// ```
    /// use formualizer_workbook::Workbook;
    ///
    /// let mut book = Workbook::new();
    /// book.add_sheet("S")?;
    /// let check = book.validate_formula("S", "A1", "=SUM(B1:B3) + NO_SUCH(1)")?;
    /// assert_eq!(check.unknown_functions, ["NO_SUCH"]);
    /// assert!(book.validate_formula("S", "A1", "=1+").is_err());
    /// # Ok::<(), formualizer_workbook::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Formula`](crate::ErrorKind::Formula) with the place where it stops being one; where there is no such sheet or cell.
    pub fn validate_formula(
        &self,
        sheet: &str,
        cell: impl IntoCell,
        formula: &str,
    ) -> Result<FormulaCheck, Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        let template = compile(formula, sheet, cell, &self.book)?;
        let bound = |name: &String| self.book.functions.get(name);
        let unknown = |name: &&String| bound(name).is_none() && !is_builtin(name);
        let volatile = |name: &String| bound(name).is_some_and(|function| function.volatile());
        Ok(FormulaCheck {
            unknown_functions: template.functions.iter().filter(unknown).cloned().collect(),
            volatile: template.volatile
                || template.dynamic
                || template.functions.iter().any(volatile),
            functions: template.functions,
        })
    }
}
