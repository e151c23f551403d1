//! Trees whose references follow cells that are somewhere else now.

use super::{
    Named, Scope, Template, Tree,
    moved::Change,
    sheets::same,
    shift::{Offset, area, bounds, each_node, error_literal, shift_reference},
    text::{Style, write},
    walking,
};
use crate::address::{Area, Cell, MAX_COLS, MAX_ROWS, Rect, SheetId};
use formualizer_common::ExcelErrorKind;
use formualizer_parse::{
    ASTNode, ASTNodeType, BinaryOperator, UnaryOperator,
    parser::{ReferenceType, TableReference, TableSpecifier},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// What became of tables, by their names in lower case.
#[derive(Debug, Default)]
pub(crate) struct TableChanges {
    pub(crate) removed: FxHashSet<String>,
    /// The columns that a table had, and whether each is still there.
    pub(crate) columns: FxHashMap<String, Vec<(String, bool)>>,
}

/// A change with everything that trees need of it.
#[derive(Clone, Copy)]
pub(crate) struct Rewriting<'a> {
    pub(crate) change: &'a Change,
    pub(crate) tables: &'a TableChanges,
    /// The workbook, in which the change of names and tables has happened.
    pub(crate) scope: &'a dyn Scope,
}

/// Where a formula is before and after.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) from: (SheetId, Cell),
    pub(crate) to: (SheetId, Cell),
    /// The table that was around it, and whether it is still there.
    pub(crate) table: Option<(&'a str, bool)>,
}

/// A rewritten formula.
pub(crate) struct Rewritten {
    pub(crate) source: Tree,
    /// Whether a reference was lost.
    pub(crate) lost: bool,
}

impl Template {
    /// The formula that this one in a cell has become.
    pub(crate) fn rewritten(&self, place: &Place<'_>, with: &Rewriting<'_>) -> Rewritten {
        walking(|| self.rewritten_here(place, with))
    }

    fn rewritten_here(&self, place: &Place<'_>, with: &Rewriting<'_>) -> Rewritten {
        let (mut source, _) = self.settled(place.from.1);
        let mut lost = false;
        // A name could be a parameter where there are any; then it is left as it is.
        let parameters = self.functions.iter().any(|f| f == "LET" || f == "LAMBDA");
        each_node(&mut source, &mut |node| {
            let ASTNodeType::Reference { reference, .. } = node else { return };
            let stays = match reference {
                ReferenceType::Table(table) => follow_table(table, place.table, with.tables),
                ReferenceType::NamedRange(name) => {
                    parameters || !is_removed_table(name, place.from.0, with)
                }
                _ => follow(reference, place.from.0, place.to.0, with),
            };
            if !stays {
                *node = error_literal(ExcelErrorKind::Ref, "");
                lost = true;
            }
        });
        collapse(&mut source);
        Rewritten { source, lost }
    }

    /// The source as it stands in a cell, where references beyond the sheet are `#REF!` for good; whether there were any.
    pub(crate) fn settled(&self, cell: Cell) -> (Tree, bool) {
        walking(|| self.settled_here(cell))
    }

    fn settled_here(&self, cell: Cell) -> (Tree, bool) {
        let mut source = self.source.clone();
        let by = Offset::between(self.origin, cell);
        let mut beyond = false;
        each_node(&mut source, &mut |node| {
            if let ASTNodeType::Reference { reference, .. } = node
                && !shift_reference(reference, by)
            {
                *node = error_literal(ExcelErrorKind::Ref, "");
                beyond = true;
            }
        });
        if beyond {
            collapse(&mut source);
        }
        (source, beyond)
    }

    /// What the references of the source cover, whatever becomes of them when they are lowered.
    pub(crate) fn source_areas(&self, scope: &dyn Scope) -> Vec<Area> {
        let mut areas = Vec::new();
        let mut visit = |reference: &ReferenceType| {
            let (ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. }) =
                reference
            else {
                return;
            };
            let sheet = sheet.as_deref().map_or(Some(self.sheet), |name| scope.sheet(name));
            areas.extend(sheet.and_then(|sheet| area(reference, sheet, self.origin)));
        };
        walking(|| each_reference(&self.source, &mut visit));
        areas
    }

    /// The part of the key that the source alone decides.
    pub(crate) fn source_key(&self) -> String {
        source_key(&self.source, self.origin)
    }

    /// The same formula with another source, for another cell.
    pub(crate) fn with_source(
        &self,
        source: Tree,
        sheet: SheetId,
        origin: Cell,
        scope: &dyn Scope,
    ) -> Self {
        Self::of(source, self.arrays, sheet, origin, scope)
    }

    /// Whether it takes the cell in its own row or column of a range.
    pub(crate) fn intersects(&self) -> bool {
        let mut found = self.arrays == super::Arrays::Single;
        let mut visit = |node: &ASTNodeType| {
            found |= matches!(
                node,
                ASTNodeType::UnaryOp { op: UnaryOperator::ImplicitIntersection, .. }
            );
        };
        walking(|| each(&self.lowered, &mut visit));
        found
    }
}

/// The key of a source tree as far as it decides it.
pub(crate) fn source_key(source: &ASTNode, origin: Cell) -> String {
    walking(|| write(source, Style::Key { origin }))
}

impl Named {
    /// Lets what a name stands for follow; relative references stay as they are. Whether it changed, and whether a
    /// reference was lost.
    pub(crate) fn follow(&mut self, with: &Rewriting<'_>) -> (bool, bool) {
        walking(|| self.follow_here(with))
    }

    fn follow_here(&mut self, with: &Rewriting<'_>) -> (bool, bool) {
        let (mut changed, mut lost) = (false, false);
        let sheet = self.sheet;
        each_node(&mut self.source, &mut |node| {
            let ASTNodeType::Reference { reference, .. } = node else { return };
            let before = reference.clone();
            let stays = if let ReferenceType::Table(table) = reference {
                follow_table(table, None, with.tables)
            } else if let ReferenceType::NamedRange(name) = reference {
                !is_removed_table(name, sheet, with)
            } else {
                !is_fixed(reference, with.change) || follow(reference, sheet, sheet, with)
            };
            changed |= !stays || *reference != before;
            lost |= !stays;
            if !stays {
                *node = error_literal(ExcelErrorKind::Ref, "");
            }
        });
        collapse(&mut self.source);
        (changed, lost)
    }
}

/// Whether a word is the name of a table that is gone.
fn is_removed_table(name: &str, sheet: SheetId, with: &Rewriting<'_>) -> bool {
    with.tables.removed.contains(&name.to_lowercase()) && with.scope.name(sheet, name).is_none()
}

/// Whether the bounds that a change moves are all written with `$`.
fn is_fixed(reference: &mut ReferenceType, change: &Change) -> bool {
    bounds(reference, &mut |bound| match change {
        Change::Lines(lines) => bound.fixed || bound.is_row != lines.rows,
        Change::Block(_) => bound.fixed,
    })
}

/// Lets a reference to cells follow in a formula that goes from one sheet to another; false where it is lost.
fn follow(
    reference: &mut ReferenceType,
    home: SheetId,
    new_home: SheetId,
    with: &Rewriting<'_>,
) -> bool {
    let named = match reference {
        ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. } => sheet.clone(),
        // References over several sheets mean the same cells of each: one sheet's changes do not move them.
        _ => return true,
    };
    let sheet = match &named {
        None => home,
        Some(name) => match with.scope.sheet(name) {
            Some(sheet) => sheet,
            None => return true,
        },
    };
    let Some(rect) = rect_of(reference) else { return true };
    let Some((new_sheet, new_rect)) = with.change.reference(sheet, &rect) else { return false };
    if new_rect != rect {
        put(reference, &rect, &new_rect);
    }
    let qualified = match named {
        None => new_sheet != new_home,
        Some(_) => new_sheet != sheet,
    };
    if qualified
        && let ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. } = reference
    {
        *sheet = with.scope.sheet_name(new_sheet).map(str::to_owned);
    }
    true
}

/// The cells of a reference, open ends to the end of the sheet; `None` where a bound is not on it.
fn rect_of(reference: &ReferenceType) -> Option<Rect> {
    let line = |at: u32, max: u32| at.checked_sub(1).filter(|at| *at < max);
    let end = |at: Option<u32>, max: u32, open: u32| match at {
        Some(at) => line(at, max),
        None => Some(open),
    };
    let (a, b) = match reference {
        ReferenceType::Cell { row, col, .. } => {
            let cell = Cell::new(line(*row, MAX_ROWS)?, line(*col, MAX_COLS)?);
            (cell, cell)
        }
        ReferenceType::Range { start_row, start_col, end_row, end_col, .. } => (
            Cell::new(end(*start_row, MAX_ROWS, 0)?, end(*start_col, MAX_COLS, 0)?),
            Cell::new(
                end(*end_row, MAX_ROWS, MAX_ROWS - 1)?,
                end(*end_col, MAX_COLS, MAX_COLS - 1)?,
            ),
        ),
        _ => return None,
    };
    Some(Rect::between(a, b))
}

/// Puts other bounds in a reference; open ends stay open, corners in the order in which they were written.
fn put(reference: &mut ReferenceType, old: &Rect, new: &Rect) {
    match reference {
        ReferenceType::Cell { row, col, .. } => (*row, *col) = (new.top + 1, new.left + 1),
        ReferenceType::Range { start_row, start_col, end_row, end_col, .. } => {
            let set = |first: &mut Option<u32>, last: &mut Option<u32>, low, old_low, high| {
                let turned =
                    matches!((&first, &last), (Some(first), Some(_)) if *first != old_low + 1);
                let (a, b) = if turned { (high, low) } else { (low, high) };
                if let Some(first) = first {
                    *first = a + 1;
                }
                if let Some(last) = last {
                    *last = b + 1;
                }
            };
            set(start_row, end_row, new.top, old.top, new.bottom);
            set(start_col, end_col, new.left, old.left, new.right);
        }
        _ => {}
    }
}

/// Lets a structured reference follow its table; false where what it names is gone.
fn follow_table(
    reference: &mut TableReference,
    around: Option<(&str, bool)>,
    changes: &TableChanges,
) -> bool {
    let implicit = reference.name.is_empty();
    let table = match around {
        Some((table, _)) if implicit => table.to_owned(),
        _ => reference.name.clone(),
    };
    let key = table.to_lowercase();
    if changes.removed.contains(&key) {
        return false;
    }
    if implicit && let Some((table, false)) = around {
        table.clone_into(&mut reference.name);
    }
    match (changes.columns.get(&key), &mut reference.specifier) {
        (Some(columns), Some(specifier)) => follow_columns(specifier, columns),
        _ => true,
    }
}

fn follow_columns(specifier: &mut TableSpecifier, columns: &[(String, bool)]) -> bool {
    let place =
        |name: &str| columns.iter().position(|(column, _)| same(column.trim(), name.trim()));
    let stays = |at: usize| columns.get(at).is_some_and(|(_, stays)| *stays);
    match specifier {
        TableSpecifier::Column(name) => place(name).is_none_or(stays),
        TableSpecifier::ColumnRange(first, last) => {
            let (Some(a), Some(b)) = (place(first), place(last)) else { return true };
            let (low, high) = (a.min(b), a.max(b));
            let rest: Vec<usize> = (low..=high).filter(|at| stays(*at)).collect();
            let (Some(low), Some(high)) = (rest.first(), rest.last()) else { return false };
            let (low, high) = if a <= b { (low, high) } else { (high, low) };
            let name = |at: &usize| columns.get(*at).map(|(name, _)| name.clone());
            if let (Some(low), Some(high)) = (name(low), name(high)) {
                (*first, *last) = (low, high);
            }
            true
        }
        TableSpecifier::Combination(parts) => {
            parts.iter_mut().all(|part| follow_columns(part, columns))
        }
        _ => true,
    }
}

/// Makes `#REF!` of what is made of references that are lost: `A1#` and `A1:B2` with operators.
fn collapse(node: &mut ASTNode) {
    let lost = |node: &ASTNode| matches!(&node.node_type, ASTNodeType::Literal(crate::Value::Error(e)) if e.kind == ExcelErrorKind::Ref);
    match &mut node.node_type {
        ASTNodeType::Literal(_) | ASTNodeType::Omitted | ASTNodeType::Reference { .. } => {}
        ASTNodeType::UnaryOp { op, expr } => {
            collapse(expr);
            if *op == UnaryOperator::Spill && lost(expr) {
                node.node_type = error_literal(ExcelErrorKind::Ref, "");
            }
        }
        ASTNodeType::BinaryOp { op, left, right } => {
            collapse(left);
            collapse(right);
            if matches!(op, BinaryOperator::Range | BinaryOperator::Intersection)
                && (lost(left) || lost(right))
            {
                node.node_type = error_literal(ExcelErrorKind::Ref, "");
            }
        }
        ASTNodeType::Function { args, .. } => args.iter_mut().for_each(collapse),
        ASTNodeType::Call { callee, args } => {
            collapse(callee);
            args.iter_mut().for_each(collapse);
        }
        ASTNodeType::Array(rows) => rows.iter_mut().flatten().for_each(collapse),
    }
}

fn each_reference(node: &ASTNode, visit: &mut dyn FnMut(&ReferenceType)) {
    each(node, &mut |node| {
        if let ASTNodeType::Reference { reference, .. } = node {
            visit(reference);
        }
    });
}

/// Visits every node of a tree that stays as it is.
fn each(node: &ASTNode, visit: &mut dyn FnMut(&ASTNodeType)) {
    visit(&node.node_type);
    match &node.node_type {
        ASTNodeType::Literal(_) | ASTNodeType::Omitted | ASTNodeType::Reference { .. } => {}
        ASTNodeType::UnaryOp { expr, .. } => each(expr, visit),
        ASTNodeType::BinaryOp { left, right, .. } => {
            each(left, visit);
            each(right, visit);
        }
        ASTNodeType::Function { args, .. } => args.iter().for_each(|arg| each(arg, visit)),
        ASTNodeType::Call { callee, args } => {
            each(callee, visit);
            args.iter().for_each(|arg| each(arg, visit));
        }
        ASTNodeType::Array(rows) => rows.iter().flatten().for_each(|item| each(item, visit)),
    }
}
