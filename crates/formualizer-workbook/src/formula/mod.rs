//! Formulas: text to templates that can be filled over a region, and back.
//!
//! ```text
//! source  … as typed: names, tables, `[@Column]`
//! lowered … names, tables and structured references are plain references; every reference names its sheet
//! areas   … the rectangles that the lowered formula reads, relative to the cell that it stands in
//! ```

use crate::address::{Area, Cell, Rect, SheetId};
use formualizer_parse::ASTNode;

/// A formula as it stands in every cell of a region.
#[derive(Debug)]
pub(crate) struct Template {
    /// The source with references relative to the cell: equal for formulas filled from one another
    /// on one sheet.
    pub(crate) key: String,
    /// The cell that the references of `source` and `lowered` are written for.
    pub(crate) origin: Cell,
    /// The sheet that unqualified references mean.
    pub(crate) sheet: SheetId,
    /// As typed.
    pub(crate) source: ASTNode,
    /// For evaluation: no names, tables or structured references; what cannot be resolved is an error literal.
    /// Open ranges (`A:A`, `A1:A`) stay open; readers end them at the last used row.
    pub(crate) lowered: ASTNode,
    /// What the lowered formula reads, open ranges to the end of the sheet.
    pub(crate) areas: Vec<Area>,
    /// Functions that it calls, as [`function_key`] writes them, each once.
    pub(crate) functions: Vec<String>,
    /// Names, tables and sheets that the source mentions, in lower case, each once: when one of them
    /// changes, the template is lowered again.
    pub(crate) mentions: Vec<String>,
    /// Whether a built-in among its functions gives another value at every recalculation.
    pub(crate) volatile: bool,
    /// Whether it reads what only evaluating it tells (`INDIRECT`, `OFFSET`).
    pub(crate) dynamic: bool,
    /// What the evaluator made of it.
    pub(crate) program: crate::eval::ProgramSlot,
}

/// What a formula may mention, as the workbook knows it.
pub(crate) trait Scope {
    /// The sheet of this name, in any case.
    fn sheet(&self, name: &str) -> Option<SheetId>;
    /// The name of a sheet.
    fn sheet_name(&self, sheet: SheetId) -> Option<&str>;
    /// The sheets from one to another in workbook order, for 3-D references.
    fn sheets_between(&self, first: SheetId, last: SheetId) -> Vec<SheetId>;
    /// What a name stands for on a sheet: the sheet's own name first, then the workbook's.
    fn name(&self, sheet: SheetId, name: &str) -> Option<&Named>;
    /// The table of this name, in any case.
    fn table(&self, name: &str) -> Option<&TableDef>;
    /// The table that a cell lies in, for `[@Column]`.
    fn table_at(&self, sheet: SheetId, cell: Cell) -> Option<&TableDef>;
}

/// What a defined name stands for: a formula without `=`, parsed; references in it are as typed at A1, and
/// absolute ones are the usual case. A value is a literal, a range a reference.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) source: ASTNode,
    /// The sheet that unqualified references mean.
    pub(crate) sheet: SheetId,
}

/// A table: a rectangle with a row of column names.
#[derive(Clone, Debug)]
pub(crate) struct TableDef {
    pub(crate) name: String,
    pub(crate) sheet: SheetId,
    /// Headers and totals included.
    pub(crate) rect: Rect,
    pub(crate) columns: Vec<String>,
    pub(crate) headers: bool,
    pub(crate) totals: bool,
}

/// The key of a function's name: upper case, trimmed, without `_xlfn.`, `_xlws.`, `_xludf.`, `_xll.`.
pub(crate) fn function_key(name: &str) -> String {
    let mut key = name.trim().to_uppercase();
    while let Some(rest) =
        ["_XLFN.", "_XLWS.", "_XLUDF.", "_XLL."].iter().find_map(|prefix| key.strip_prefix(prefix))
    {
        key = rest.to_owned();
    }
    key
}
// STUBS
use crate::Error;
pub(crate) fn compile(_t: &str, _s: SheetId, _a: Cell, _scope: &dyn Scope) -> Result<Template, Error> { Err(Error::new(crate::ErrorKind::Formula, "stub")) }
impl Template {
    pub(crate) fn relower(&self, _s: &dyn Scope) -> Template { todo!() }
    pub(crate) fn text_at(&self, _c: Cell, _s: &dyn Scope) -> String { String::new() }
    pub(crate) fn rename_sheet(&self, _o: &str, _n: &str, _s: &dyn Scope) -> Option<Template> { None }
    pub(crate) fn delete_sheet(&self, _o: Deleted<'_>, _s: &dyn Scope) -> Option<Template> { None }
}
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deleted<'a> { pub(crate) name: &'a str, pub(crate) previous: Option<&'a str>, pub(crate) next: Option<&'a str> }
pub(crate) fn delete_in(_a: &mut ASTNode, _d: Deleted<'_>) -> bool { false }
pub(crate) fn rename_in(_a: &mut ASTNode, _o: &str, _n: &str) -> bool { false }
pub(crate) fn parse_named(_n: &str, _t: &str, _s: SheetId) -> Result<Named, Error> { Err(Error::new(crate::ErrorKind::Formula, "stub")) }
pub(crate) fn validate_name(_n: &str) -> Result<(), Error> { Ok(()) }
pub(crate) fn validate_table(_n: &TableDef) -> Result<(), Error> { Ok(()) }
