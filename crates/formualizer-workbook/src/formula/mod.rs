//! Formulas: text to templates that can be filled over a region, and back.
//!
//! ```text
//! source  … as typed: names, tables, `[@Column]`
//! lowered … names, tables and structured references are plain references; every reference names its sheet
//! areas   … the rectangles that the lowered formula reads, relative to the cell that it stands in
//! ```
//!
//! ```text
//! parse    … text to the source            names    … what may be a name; what a name stands for
//! lower    … source to lowered             tables   … structured references to rectangles
//! reads    … what a lowered formula reads          spread   … whether it may give an array
//! shift    … trees moved with their cell   sheets   … trees that follow renamed and deleted sheets
//! intersect … ranges where one value is wanted
//! limits   … what Excel allows a formula to have
//! text     … trees to text and keys        addressed … texts that name cells, for INDIRECT
//! follow   … texts of filled formulas              tree     … trees that are kept, and the stack they take
//! moved    … where cells are after rows and columns were inserted or deleted, or cells moved
//! restructure … trees that follow
//! ```

mod addressed;
#[cfg(feature = "files")]
mod follow;
mod intersect;
mod limits;
mod lower;
mod moved;
mod names;
mod parse;
mod reads;
mod restructure;
mod sheets;
mod shift;
mod spread;
mod tables;
mod text;
mod tree;

#[cfg(test)]
mod tests;

pub(crate) use addressed::addressed;
#[cfg(feature = "files")]
pub(crate) use follow::Follower;
#[cfg(feature = "files")]
pub(crate) use limits::MAX_LENGTH;
pub(crate) use moved::{Block, Change, Lines};
pub(crate) use names::{parse_named, validate_name, validate_table};
pub(crate) use restructure::{Place, Rewriting, Rewritten, TableChanges, source_key};
pub(crate) use sheets::{Deleted, delete_in, rename_in};
use tree::make_room;
pub(crate) use tree::{Tree, walking};

use crate::{
    Error,
    address::{Area, Cell, Rect, SheetId},
    functions::Functions,
};
#[cfg(any(test, feature = "files"))]
use formualizer_parse::ASTNode;
use shift::Offset;
use text::Style;

/// Mentioned by formulas with 3-D references: lower them again when sheets are added or moved.
pub(crate) const SHEET_ORDER: &str = "*sheets";
/// Mentioned by formulas with `[@Column]` and the like, which mean the table around them: lower them again
/// when a table is added, moved, resized or deleted.
pub(crate) const TABLE_PLACES: &str = "*tables";

/// What becomes of an array that a formula gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Arrays {
    /// It fills the cells around: a formula as it is typed today.
    #[default]
    Spill,
    /// One value of it is taken: a formula of a file that has no mark of dynamic arrays. Ranges where one value is
    /// wanted mean the cell in the formula's row or column.
    Single,
    /// It fills these cells, whatever its size: an array formula entered with Ctrl+Shift+Enter.
    Fixed {
        /// Rows that it fills.
        height: u32,
        /// Columns that it fills.
        width: u32,
    },
}

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
    /// What becomes of its arrays; part of the key.
    pub(crate) arrays: Arrays,
    /// As typed.
    pub(crate) source: Tree,
    /// For evaluation, through [`ast_at`](Self::ast_at): no names, tables or structured references; what cannot be resolved is an error literal.
    /// Open ranges (`A:A`, `A1:A`) stay open; readers end them at the last used row.
    pub(crate) lowered: Tree,
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
    /// The cells for which `lowered` is right, moved: all but where it depends on the table around the cell
    /// or on the cell's row of one. Filling beyond it compiles the text again.
    pub(crate) holds: Rect,
    /// What the evaluator made of it.
    pub(crate) program: crate::eval::ProgramSlot,
}

/// Compiles a formula, with or without `=`, for the cell `at` of a sheet.
///
/// # Errors
/// [`ErrorKind::Formula`](crate::ErrorKind::Formula) with the place where the text stops being a formula. What it mentions need
/// not exist: that is an error value of the cell.
pub(crate) fn compile(
    text: &str,
    sheet: SheetId,
    at: Cell,
    scope: &dyn Scope,
) -> Result<Template, Error> {
    compile_as(text, Arrays::Spill, sheet, at, scope)
}

/// The same for a formula whose arrays are treated otherwise.
///
/// # Errors
/// As [`compile`].
pub(crate) fn compile_as(
    text: &str,
    arrays: Arrays,
    sheet: SheetId,
    at: Cell,
    scope: &dyn Scope,
) -> Result<Template, Error> {
    Ok(Template::of(parse::parse(text)?, arrays, sheet, at, scope))
}

impl Template {
    fn of(source: Tree, arrays: Arrays, sheet: SheetId, origin: Cell, scope: &dyn Scope) -> Self {
        let levels = make_room(source.height());
        walking(|| Self::of_tree(source, arrays, (sheet, origin), scope, levels))
    }

    fn of_tree(
        source: Tree,
        arrays: Arrays,
        (sheet, origin): (SheetId, Cell),
        scope: &dyn Scope,
        levels: usize,
    ) -> Self {
        let mut key = text::write(&source, Style::Key { origin });
        let mut lowered = lower::lower(&source, sheet, origin, scope, levels);
        if arrays == Arrays::Single {
            intersect::intersect(&mut lowered, origin);
        }
        let areas = reads::areas(&lowered.tree, origin, scope);
        for decided in &lowered.context {
            key.push_str(" | ");
            key.push_str(decided);
        }
        match arrays {
            Arrays::Spill => {}
            Arrays::Single => key.push_str(" | single"),
            Arrays::Fixed { height, width } => key.push_str(&format!(" | {height}×{width}")),
        }
        Self {
            key,
            origin,
            sheet,
            arrays,
            source,
            lowered: lowered.tree.into(),
            areas,
            functions: lowered.functions,
            mentions: lowered.mentions,
            volatile: lowered.volatile,
            dynamic: lowered.dynamic,
            holds: lowered.holds,
            program: Default::default(),
        }
    }

    /// Whether the formula may give an array that fills more cells than its own. Never `false` of one that does.
    pub(crate) fn may_spill(&self, functions: &Functions) -> bool {
        match self.arrays {
            Arrays::Single => false,
            Arrays::Fixed { height, width } => (height, width) != (1, 1),
            Arrays::Spill => spread::may_give_array(&self.lowered, functions),
        }
    }

    /// The lowered formula as it stands in a cell; a reference beyond the sheet is `#REF!`.
    #[cfg(test)]
    pub(crate) fn ast_at(&self, cell: Cell) -> ASTNode {
        let mut ast = (*self.lowered).clone();
        move_references(&self.lowered, &mut ast, self.origin, cell);
        ast
    }

    /// The formula with `=` as it stands in a cell: names and tables as typed, sheets as they are named now.
    pub(crate) fn text_at(&self, cell: Cell, scope: &dyn Scope) -> String {
        let by = Offset::between(self.origin, cell);
        walking(|| format!("={}", text::write(&self.source, Style::Shown { by, scope })))
    }

    /// The same formula after one of its [`mentions`](Self::mentions) changed.
    pub(crate) fn relower(&self, scope: &dyn Scope) -> Self {
        Self::of(self.source.clone(), self.arrays, self.sheet, self.origin, scope)
    }

    /// The formula after a sheet was renamed, which the scope knows already; `None` where that does not matter to it.
    pub(crate) fn rename_sheet(&self, old: &str, new: &str, scope: &dyn Scope) -> Option<Self> {
        let mut source = self.source.clone();
        let changed = rename_in(&mut source, old, new);
        (changed || self.mentions_any(&[old, new]))
            .then(|| Self::of(source, self.arrays, self.sheet, self.origin, scope))
    }

    /// The formula after a sheet was deleted, which the scope does not have any more; `None` where that does not matter to it.
    pub(crate) fn delete_sheet(&self, deleted: Deleted<'_>, scope: &dyn Scope) -> Option<Self> {
        let mut source = self.source.clone();
        let changed = delete_in(&mut source, deleted);
        (changed || self.mentions_any(&[deleted.name, SHEET_ORDER]))
            .then(|| Self::of(source, self.arrays, self.sheet, self.origin, scope))
    }

    /// Whether the formula mentions one of these names, tables or sheets, in any case.
    pub(crate) fn mentions_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.mentions.contains(&name.to_lowercase()))
    }
}

/// Makes `to`, a clone of `from` that may have been moved before, the formula that `from` in `origin` is in `cell`. A
/// reference beyond the sheet is `#REF!`, ranges have their first corner first.
#[cfg(test)]
pub(crate) fn move_references(from: &ASTNode, to: &mut ASTNode, origin: Cell, cell: Cell) {
    walking(|| shift::write(from, to, Offset::between(origin, cell)));
}

/// The area of a reference that names its sheet, as seen from the cell that it is written for.
pub(crate) fn area_of(
    reference: &formualizer_parse::parser::ReferenceType,
    sheet: SheetId,
    own: Cell,
) -> Option<Area> {
    shift::area(reference, sheet, own)
}

/// Visits the references of a formula.
#[cfg(feature = "files")]
pub(crate) fn each_reference(
    node: &mut ASTNode,
    visit: &mut dyn FnMut(&mut formualizer_parse::parser::ReferenceType),
) {
    shift::each_node(node, &mut |node| {
        if let formualizer_parse::ASTNodeType::Reference { reference, .. } = node {
            visit(reference);
        }
    });
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

/// What the names begin with that spreadsheet programs keep for themselves: print areas, filters.
pub(crate) const OWN_NAMES: &str = "_xlnm.";

/// What a defined name stands for: a formula without `=`, parsed; references in it are as typed at A1, and
/// absolute ones are the usual case. A value is a literal, a range a reference.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) source: Tree,
    /// The sheet that unqualified references mean.
    pub(crate) sheet: SheetId,
}

impl Named {
    /// What the name stands for as text with `=`, as seen from A1.
    pub(crate) fn text(&self, scope: &dyn Scope) -> String {
        let by = Offset { rows: 0, cols: 0 };
        walking(|| format!("={}", text::write(&self.source, Style::Shown { by, scope })))
    }
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
