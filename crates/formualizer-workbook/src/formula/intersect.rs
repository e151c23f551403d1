//! Formulas of files without a mark of dynamic arrays: a range where one value is wanted means its cell in the row or
//! column of the formula (implicit intersection).

use super::{lower::Lowered, shift::error_literal};
use crate::address::{Cell, Rect};
use formualizer_common::ExcelErrorKind;
use formualizer_functions::{find, record::Mode};
use formualizer_parse::{
    ASTNode, ASTNodeType, BinaryOperator, UnaryOperator, parser::ReferenceType,
};

/// What the place of a node wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
    /// One value.
    One,
    /// A range as it is; operators within give one value.
    Range,
    /// Arrays, all the way down.
    Array,
}

/// Replaces ranges where one value is wanted by their cells.
pub(super) fn intersect(lowered: &mut Lowered, at: Cell) {
    let mut tree = std::mem::replace(&mut lowered.tree, ASTNode::new(ASTNodeType::Omitted, None));
    Walk { at, lowered }.node(&mut tree, Wants::One);
    lowered.tree = tree;
}

struct Walk<'a> {
    at: Cell,
    lowered: &'a mut Lowered,
}

impl Walk<'_> {
    fn node(&mut self, node: &mut ASTNode, wants: Wants) {
        let inner = if wants == Wants::Array { Wants::Array } else { Wants::One };
        match &mut node.node_type {
            ASTNodeType::Reference { reference, .. } if wants == Wants::One => {
                if let Some(other) = self.one(reference) {
                    node.node_type = other;
                }
            }
            ASTNodeType::UnaryOp { op: UnaryOperator::ImplicitIntersection, .. } => {}
            ASTNodeType::UnaryOp { expr, .. } => self.node(expr, inner),
            ASTNodeType::BinaryOp {
                op: BinaryOperator::Range | BinaryOperator::Union | BinaryOperator::Intersection,
                ..
            } => {}
            ASTNodeType::BinaryOp { left, right, .. } => {
                self.node(left, inner);
                self.node(right, inner);
            }
            ASTNodeType::Function { name, args } => {
                let record = find(name);
                let count = args.len();
                for (index, arg) in args.iter_mut().enumerate() {
                    let mode = record
                        .and_then(|record| record.parameter_among(index, count))
                        .map(|p| p.mode);
                    let wanted = match mode {
                        _ if wants == Wants::Array => Wants::Array,
                        Some(Mode::Value | Mode::Criterion) => Wants::One,
                        // IF and its like hand on what they are given.
                        Some(Mode::Lazy) => wants,
                        Some(Mode::Array) if record.is_some_and(|record| record.arrays) => {
                            Wants::Array
                        }
                        Some(Mode::First | Mode::Array | Mode::Range | Mode::Reference) => {
                            Wants::Range
                        }
                        Some(Mode::Lambda | Mode::Name) | None => Wants::Array,
                    };
                    self.node(arg, wanted);
                }
            }
            _ => {}
        }
    }

    /// What stands for a range of several cells; `None` where it is one cell.
    fn one(&mut self, reference: &ReferenceType) -> Option<ASTNodeType> {
        let ReferenceType::Range {
            sheet,
            start_row,
            start_col,
            end_row,
            end_col,
            start_row_abs,
            start_col_abs,
            end_row_abs,
            end_col_abs,
        } = reference
        else {
            return None;
        };
        let row = Side::of((*start_row, *start_row_abs), (*end_row, *end_row_abs), self.at.row + 1);
        let col = Side::of((*start_col, *start_col_abs), (*end_col, *end_col_abs), self.at.col + 1);
        let (row, col, kept) = match (row, col) {
            (Side::One(row, row_abs), Side::One(col, col_abs)) => {
                ((row, row_abs), (col, col_abs), None)
            }
            (Side::Own(rows), Side::One(col, col_abs)) => {
                let kept =
                    Rect { left: 0, right: crate::MAX_COLS - 1, top: rows.0, bottom: rows.1 };
                ((self.at.row + 1, false), (col, col_abs), Some(kept))
            }
            (Side::One(row, row_abs), Side::Own(cols)) => {
                let kept =
                    Rect { top: 0, bottom: crate::MAX_ROWS - 1, left: cols.0, right: cols.1 };
                ((row, row_abs), (self.at.col + 1, false), Some(kept))
            }
            _ => {
                // Another row may have a cell: what is found here holds here only.
                self.lowered.holds = self.at.into();
                let decided = format!("beside {}", self.at);
                self.lowered.context.push(decided);
                let why = "one value is wanted: no single cell of the range is in the row or column of the formula";
                return Some(error_literal(ExcelErrorKind::Value, why));
            }
        };
        if let Some(kept) = kept {
            self.lowered.holds =
                self.lowered.holds.intersection(&kept).unwrap_or_else(|| self.at.into());
        }
        Some(ASTNodeType::Reference {
            original: String::new(),
            reference: ReferenceType::cell_with_abs(sheet.clone(), row.0, col.0, row.1, col.1),
        })
    }
}

/// The rows or columns of a range, as seen from the formula.
enum Side {
    /// One, from 1, and whether it is absolute.
    One(u32, bool),
    /// The formula's own is among them; first and last formula row, from 0, for which that is so.
    Own((u32, u32)),
    None,
}

impl Side {
    fn of(start: (Option<u32>, bool), end: (Option<u32>, bool), own: u32) -> Self {
        match (start, end) {
            ((Some(first), first_abs), (Some(last), last_abs)) => {
                if first == last {
                    return Self::One(first, first_abs);
                }
                if !(first.min(last)..=first.max(last)).contains(&own) {
                    return Self::None;
                }
                // Absolute ends stay where they are when the formula moves, relative ones move along.
                match (first_abs, last_abs) {
                    (false, false) => Self::Own((0, u32::MAX)),
                    (true, true) => Self::Own((first.min(last) - 1, first.max(last) - 1)),
                    (true, false) => Self::Own((first - 1, u32::MAX)),
                    (false, true) => Self::Own((0, last - 1)),
                }
            }
            ((None, _), (None, _)) => Self::Own((0, u32::MAX)),
            ((Some(first), _), (None, _)) | ((None, _), (Some(first), _)) => {
                // From a row on to the end of the sheet.
                if own < first { Self::None } else { Self::Own((first - 1, u32::MAX)) }
            }
        }
    }
}
