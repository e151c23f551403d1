//! Formulas of files without a mark of dynamic arrays: a range where one value is wanted means its cell in the row or
//! column of the formula (implicit intersection).

use super::{
    Scope,
    lower::Lowered,
    shift::{area, error_literal},
};
use crate::address::{Area, Cell, Rect};
use formualizer_common::ExcelErrorKind;
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

/// Functions of one value in each argument.
const OF_VALUES: &[&str] = &[
    "ABS",
    "ACOS",
    "ACOSH",
    "ASIN",
    "ASINH",
    "ATAN",
    "ATAN2",
    "ATANH",
    "BASE",
    "CEILING",
    "CEILING.MATH",
    "CHAR",
    "CLEAN",
    "CODE",
    "COS",
    "COSH",
    "COT",
    "CSC",
    "DATE",
    "DATEDIF",
    "DATEVALUE",
    "DAY",
    "DAYS",
    "DAYS360",
    "DECIMAL",
    "DEGREES",
    "DOLLAR",
    "EDATE",
    "EOMONTH",
    "ERROR.TYPE",
    "EVEN",
    "EXACT",
    "EXP",
    "FACT",
    "FIND",
    "FIXED",
    "FLOOR",
    "FLOOR.MATH",
    "HOUR",
    "IF",
    "IFERROR",
    "IFNA",
    "INT",
    "ISBLANK",
    "ISERR",
    "ISERROR",
    "ISEVEN",
    "ISLOGICAL",
    "ISNA",
    "ISNONTEXT",
    "ISNUMBER",
    "ISODD",
    "ISOWEEKNUM",
    "ISTEXT",
    "LEFT",
    "LEN",
    "LN",
    "LOG",
    "LOG10",
    "LOWER",
    "MID",
    "MINUTE",
    "MOD",
    "MONTH",
    "MROUND",
    "N",
    "NOT",
    "NUMBERVALUE",
    "ODD",
    "POWER",
    "PROPER",
    "QUOTIENT",
    "RADIANS",
    "REPLACE",
    "REPT",
    "RIGHT",
    "ROMAN",
    "ROUND",
    "ROUNDDOWN",
    "ROUNDUP",
    "SEARCH",
    "SEC",
    "SECOND",
    "SIGN",
    "SIN",
    "SINH",
    "SQRT",
    "SUBSTITUTE",
    "T",
    "TAN",
    "TANH",
    "TEXT",
    "TIME",
    "TIMEVALUE",
    "TRIM",
    "TRUNC",
    "UNICHAR",
    "UNICODE",
    "UPPER",
    "VALUE",
    "WEEKDAY",
    "WEEKNUM",
    "YEAR",
    "YEARFRAC",
];

/// Functions of ranges, and which of their arguments are one value.
const OF_RANGES: &[(&str, &[usize])] = &[
    ("AND", &[]),
    ("AVERAGE", &[]),
    ("AVERAGEA", &[]),
    ("AVERAGEIF", &[1]),
    ("AVERAGEIFS", &[2, 4, 6, 8]),
    ("CONCAT", &[]),
    ("COUNT", &[]),
    ("COUNTA", &[]),
    ("COUNTBLANK", &[]),
    ("COUNTIF", &[1]),
    ("COUNTIFS", &[1, 3, 5, 7]),
    ("HLOOKUP", &[0, 2, 3]),
    ("INDEX", &[1, 2, 3]),
    ("IRR", &[1]),
    ("LARGE", &[1]),
    ("MATCH", &[0, 2]),
    ("MAX", &[]),
    ("MAXIFS", &[2, 4, 6, 8]),
    ("MEDIAN", &[]),
    ("MIN", &[]),
    ("MINIFS", &[2, 4, 6, 8]),
    ("NPV", &[0]),
    ("OR", &[]),
    ("PERCENTILE", &[1]),
    ("PRODUCT", &[]),
    ("QUARTILE", &[1]),
    ("RANK", &[0, 2]),
    ("SMALL", &[1]),
    ("STDEV", &[]),
    ("STDEV.P", &[]),
    ("STDEV.S", &[]),
    ("STDEVP", &[]),
    ("SUM", &[]),
    ("SUMIF", &[1]),
    ("SUMIFS", &[2, 4, 6, 8]),
    ("SUMSQ", &[]),
    ("VAR", &[]),
    ("VAR.P", &[]),
    ("VAR.S", &[]),
    ("VARP", &[]),
    ("VLOOKUP", &[0, 2, 3]),
];

/// Replaces ranges where one value is wanted by their cells.
pub(super) fn intersect(lowered: &mut Lowered, at: Cell, scope: &dyn Scope) {
    let mut tree = std::mem::replace(&mut lowered.tree, ASTNode::new(ASTNodeType::Omitted, None));
    let mut walk = Walk { at, lowered, changed: false };
    walk.node(&mut tree, Wants::One);
    let changed = walk.changed;
    lowered.tree = tree;
    if changed {
        lowered.areas.clear();
        areas(&lowered.tree, at, scope, &mut lowered.areas);
    }
}

struct Walk<'a> {
    at: Cell,
    lowered: &'a mut Lowered,
    changed: bool,
}

impl Walk<'_> {
    fn node(&mut self, node: &mut ASTNode, wants: Wants) {
        let inner = if wants == Wants::Array { Wants::Array } else { Wants::One };
        match &mut node.node_type {
            ASTNodeType::Reference { reference, .. } if wants == Wants::One => {
                if let Some(other) = self.one(reference) {
                    node.node_type = other;
                    self.changed = true;
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
                let ranges = OF_RANGES.iter().find(|(known, _)| known == name);
                let values = OF_VALUES.contains(&name.as_str());
                for (index, arg) in args.iter_mut().enumerate() {
                    let wanted = match ranges {
                        _ if wants == Wants::Array => Wants::Array,
                        _ if values => Wants::One,
                        Some((_, of_value)) if of_value.contains(&index) => Wants::One,
                        Some(_) => Wants::Range,
                        None => Wants::Array,
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

/// The areas of a tree whose references name their sheets.
fn areas(node: &ASTNode, at: Cell, scope: &dyn Scope, found: &mut Vec<Area>) {
    let mut tree = node.clone();
    super::shift::each_node(&mut tree, &mut |node| {
        if let ASTNodeType::Reference { reference, .. } = node
            && let ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. } =
                &*reference
            && let Some(id) = sheet.as_deref().and_then(|name| scope.sheet(name))
            && let Some(area) = area(reference, id, at)
            && !found.contains(&area)
        {
            found.push(area);
        }
    });
}
