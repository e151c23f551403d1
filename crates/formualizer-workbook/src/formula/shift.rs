//! References moved with their formula, and the areas that they cover.

use super::walking;
use crate::address::{Area, Axis, Cell, MAX_COLS, MAX_ROWS, SheetId};
use formualizer_common::{ExcelError, ExcelErrorKind, LiteralValue};
use formualizer_parse::{ASTNode, ASTNodeType, parser::ReferenceType};

/// How far a formula moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    pub(super) rows: i64,
    pub(super) cols: i64,
}

impl Offset {
    pub(super) fn between(from: Cell, to: Cell) -> Self {
        Self {
            rows: i64::from(to.row) - i64::from(from.row),
            cols: i64::from(to.col) - i64::from(from.col),
        }
    }
}

/// The literal of an error, with what led to it.
pub(super) fn error_literal(kind: ExcelErrorKind, message: &str) -> ASTNodeType {
    let error = match message.is_empty() {
        true => ExcelError::new(kind),
        false => ExcelError::new(kind).with_message(message),
    };
    ASTNodeType::Literal(LiteralValue::Error(error))
}

/// A row or a column of a reference, from 1 as the parser counts.
pub(super) struct Bound<'a> {
    pub(super) at: &'a mut u32,
    /// Written with `$`.
    pub(super) fixed: bool,
    pub(super) is_row: bool,
}

/// Visits the rows and columns of a reference; false as soon as `each` is.
pub(super) fn bounds(
    reference: &mut ReferenceType,
    each: &mut dyn FnMut(Bound<'_>) -> bool,
) -> bool {
    match reference {
        ReferenceType::Cell { row, col, row_abs, col_abs, .. }
        | ReferenceType::Cell3D { row, col, row_abs, col_abs, .. } => {
            each(Bound { at: row, fixed: *row_abs, is_row: true })
                && each(Bound { at: col, fixed: *col_abs, is_row: false })
        }
        ReferenceType::Range {
            start_row,
            start_col,
            end_row,
            end_col,
            start_row_abs,
            start_col_abs,
            end_row_abs,
            end_col_abs,
            ..
        }
        | ReferenceType::Range3D {
            start_row,
            start_col,
            end_row,
            end_col,
            start_row_abs,
            start_col_abs,
            end_row_abs,
            end_col_abs,
            ..
        } => {
            let mut visit = |at: &mut Option<u32>, fixed: bool, is_row: bool| match at {
                Some(at) => each(Bound { at, fixed, is_row }),
                None => true,
            };
            visit(start_row, *start_row_abs, true)
                && visit(start_col, *start_col_abs, false)
                && visit(end_row, *end_row_abs, true)
                && visit(end_col, *end_col_abs, false)
        }
        ReferenceType::External(_) | ReferenceType::Table(_) | ReferenceType::NamedRange(_) => true,
    }
}

/// Moves a bound; `None` beyond the sheet.
fn moved(at: u32, fixed: bool, is_row: bool, by: Offset) -> Option<u32> {
    let (by, max) = if is_row { (by.rows, MAX_ROWS) } else { (by.cols, MAX_COLS) };
    let to = i64::from(at) + if fixed { 0 } else { by };
    u32::try_from(to).ok().filter(|to| (1..=max).contains(to))
}

/// Moves the bounds of a reference that have no `$`; false where one lies beyond the sheet then.
pub(super) fn shift_reference(reference: &mut ReferenceType, by: Offset) -> bool {
    bounds(reference, &mut |bound| {
        let to = moved(*bound.at, bound.fixed, bound.is_row, by);
        *bound.at = to.unwrap_or(*bound.at);
        to.is_some()
    })
}

/// The same, but around the edges of the sheet: how references of names are relative to A1, so that
/// `XFD1` is the cell on the left.
pub(super) fn wrap_reference(reference: &mut ReferenceType, by: Cell) {
    bounds(reference, &mut |bound| {
        if !bound.fixed {
            let (by, max) = if bound.is_row { (by.row, MAX_ROWS) } else { (by.col, MAX_COLS) };
            // A bound beyond the sheet stays there and is refused later.
            if (1..=max).contains(&*bound.at) {
                *bound.at = (*bound.at - 1 + by) % max + 1;
            }
        }
        true
    });
}

/// Whether every bound lies on a sheet.
pub(super) fn on_sheet(reference: &mut ReferenceType) -> bool {
    shift_reference(reference, Offset { rows: 0, cols: 0 })
}

/// Moves the relative references of a tree in place; one beyond the sheet becomes `#REF!` for good.
#[cfg(test)]
pub(crate) fn shift(ast: &mut ASTNode, rows: i64, cols: i64) {
    let by = Offset { rows, cols };
    each_node(ast, &mut |node| {
        if let ASTNodeType::Reference { reference, .. } = node
            && !shift_reference(reference, by)
        {
            *node = error_literal(ExcelErrorKind::Ref, "");
        }
    });
}

/// Visits every node of a tree, each before what is below it.
pub(super) fn each_node(root: &mut ASTNode, visit: &mut dyn FnMut(&mut ASTNodeType)) {
    walking(|| each_below(root, visit));
}

fn each_below(node: &mut ASTNode, visit: &mut dyn FnMut(&mut ASTNodeType)) {
    visit(&mut node.node_type);
    match &mut node.node_type {
        ASTNodeType::Literal(_) | ASTNodeType::Omitted | ASTNodeType::Reference { .. } => {}
        ASTNodeType::UnaryOp { expr, .. } => each_below(expr, visit),
        ASTNodeType::BinaryOp { left, right, .. } => {
            each_below(left, visit);
            each_below(right, visit);
        }
        ASTNodeType::Function { args, .. } => {
            args.iter_mut().for_each(|arg| each_below(arg, visit));
        }
        ASTNodeType::Call { callee, args } => {
            each_below(callee, visit);
            args.iter_mut().for_each(|arg| each_below(arg, visit));
        }
        ASTNodeType::Array(rows) => {
            rows.iter_mut().flatten().for_each(|item| each_below(item, visit));
        }
    }
}

/// Sets the references of `to`, a clone of `from` that may have been moved before, to those of `from`
/// moved. Nothing is allocated unless a reference comes back from beyond the sheet.
#[cfg(test)]
pub(super) fn write(from: &ASTNode, to: &mut ASTNode, by: Offset) {
    match (&from.node_type, &mut to.node_type) {
        (ASTNodeType::Reference { reference, .. }, target) => {
            write_reference(reference, target, by);
        }
        (ASTNodeType::UnaryOp { expr: from, .. }, ASTNodeType::UnaryOp { expr: to, .. }) => {
            write(from, to, by);
        }
        (
            ASTNodeType::BinaryOp { left: a, right: b, .. },
            ASTNodeType::BinaryOp { left, right, .. },
        ) => {
            write(a, left, by);
            write(b, right, by);
        }
        (ASTNodeType::Function { args: from, .. }, ASTNodeType::Function { args: to, .. }) => {
            from.iter().zip(to).for_each(|(from, to)| write(from, to, by));
        }
        (
            ASTNodeType::Call { callee: a, args: from },
            ASTNodeType::Call { callee: b, args: to },
        ) => {
            write(a, b, by);
            from.iter().zip(to).for_each(|(from, to)| write(from, to, by));
        }
        (ASTNodeType::Array(from), ASTNodeType::Array(to)) => {
            let (from, to) = (from.iter().flatten(), to.iter_mut().flatten());
            from.zip(to).for_each(|(from, to)| write(from, to, by));
        }
        _ => {}
    }
}

#[cfg(test)]
fn write_reference(from: &ReferenceType, target: &mut ASTNodeType, by: Offset) {
    if !matches!(target, ASTNodeType::Reference { .. }) {
        *target = ASTNodeType::Reference { original: String::new(), reference: from.clone() };
    }
    let ASTNodeType::Reference { reference: to, .. } = target else { return };
    if !place(from, to, by) {
        *target = error_literal(ExcelErrorKind::Ref, "");
    }
}

/// Sets the rows and columns of `to` to those of `from` moved, first corner first.
#[cfg(test)]
fn place(from: &ReferenceType, to: &mut ReferenceType, by: Offset) -> bool {
    match (from, to) {
        (
            ReferenceType::Cell { row, col, row_abs, col_abs, .. },
            ReferenceType::Cell { row: to_row, col: to_col, .. },
        ) => {
            let row = moved(*row, *row_abs, true, by);
            let col = moved(*col, *col_abs, false, by);
            let (Some(row), Some(col)) = (row, col) else { return false };
            (*to_row, *to_col) = (row, col);
            true
        }
        (
            ReferenceType::Range {
                start_row,
                start_col,
                end_row,
                end_col,
                start_row_abs,
                start_col_abs,
                end_row_abs,
                end_col_abs,
                ..
            },
            ReferenceType::Range {
                start_row: top,
                start_col: left,
                end_row: bottom,
                end_col: right,
                ..
            },
        ) => {
            // An end that is open stays open; one that leaves the sheet takes the reference with it.
            let end = |at: &Option<u32>, fixed: bool, is_row: bool| match at {
                Some(at) => moved(*at, fixed, is_row, by).map(Some),
                None => Some(None),
            };
            let (Some(a), Some(b), Some(c), Some(d)) = (
                end(start_row, *start_row_abs, true),
                end(start_col, *start_col_abs, false),
                end(end_row, *end_row_abs, true),
                end(end_col, *end_col_abs, false),
            ) else {
                return false;
            };
            (*top, *bottom) = in_order(a, c);
            (*left, *right) = in_order(b, d);
            true
        }
        _ => true,
    }
}

#[cfg(test)]
fn in_order(a: Option<u32>, b: Option<u32>) -> (Option<u32>, Option<u32>) {
    match (a, b) {
        (Some(first), Some(last)) if first > last => (b, a),
        ends => ends,
    }
}

/// The area of a cell or range on `sheet` in the formula at `own`; open ends reach to the end of the sheet.
pub(super) fn area(reference: &ReferenceType, sheet: SheetId, own: Cell) -> Option<Area> {
    let axis = |at: u32, fixed: bool, own: u32| {
        let at = at.checked_sub(1)?;
        match fixed {
            true => Some(Axis::Fixed(at)),
            false => i32::try_from(i64::from(at) - i64::from(own)).ok().map(Axis::Moving),
        }
    };
    match reference {
        ReferenceType::Cell { row, col, row_abs, col_abs, .. } => {
            let (row, col) = (axis(*row, *row_abs, own.row)?, axis(*col, *col_abs, own.col)?);
            Some(Area { sheet, top: row, left: col, bottom: row, right: col })
        }
        ReferenceType::Range {
            start_row,
            start_col,
            end_row,
            end_col,
            start_row_abs,
            start_col_abs,
            end_row_abs,
            end_col_abs,
            ..
        } => {
            let end = |at: &Option<u32>, fixed: bool, own: u32, open: u32| match at {
                Some(at) => axis(*at, fixed, own),
                None => Some(Axis::Fixed(open)),
            };
            Some(Area {
                sheet,
                top: end(start_row, *start_row_abs, own.row, 0)?,
                left: end(start_col, *start_col_abs, own.col, 0)?,
                bottom: end(end_row, *end_row_abs, own.row, MAX_ROWS - 1)?,
                right: end(end_col, *end_col_abs, own.col, MAX_COLS - 1)?,
            })
        }
        _ => None,
    }
}
