//! How large the arrays of a formula would become. The Interpreter broadcasts a column against a row without asking.

use super::Reader;
use crate::{MAX_COLS, MAX_ROWS, address::MAX_ARRAY_CELLS};
use formualizer_parse::{ASTNode, ASTNodeType, BinaryOperator, parser::ReferenceType};

/// Whether an operator of the formula would give more cells than can be held.
pub(super) fn is_too_large(reader: &dyn Reader, ast: &ASTNode) -> bool {
    let mut too_large = false;
    extent(reader, ast, &mut too_large);
    too_large
}

/// Rows and columns of what a node gives, as far as references and operators tell.
fn extent(reader: &dyn Reader, ast: &ASTNode, too_large: &mut bool) -> (u64, u64) {
    match &ast.node_type {
        ASTNodeType::Reference {
            reference: ReferenceType::Range { sheet, start_row, start_col, end_row, end_col, .. },
            ..
        } => {
            let sheet = sheet.as_deref().and_then(|name| reader.sheet(name));
            let used = sheet.map_or((MAX_ROWS, MAX_COLS), |sheet| reader.used(sheet));
            let span = |first: Option<u32>, last: Option<u32>, used: u32| {
                let (first, last) = (first.unwrap_or(1), last.unwrap_or(used));
                u64::from(first.abs_diff(last)) + 1
            };
            (span(*start_row, *end_row, used.0), span(*start_col, *end_col, used.1))
        }
        ASTNodeType::UnaryOp { expr, .. } => extent(reader, expr, too_large),
        ASTNodeType::BinaryOp { op, left, right } => {
            let (a, b) = (extent(reader, left, too_large), extent(reader, right, too_large));
            if matches!(
                op,
                BinaryOperator::Range | BinaryOperator::Union | BinaryOperator::Intersection
            ) {
                return (1, 1);
            }
            let (rows, cols) = (a.0.max(b.0), a.1.max(b.1));
            *too_large |= rows * cols > MAX_ARRAY_CELLS;
            (rows, cols)
        }
        ASTNodeType::Function { args, .. } => {
            args.iter().for_each(|arg| _ = extent(reader, arg, too_large));
            (1, 1)
        }
        ASTNodeType::Call { callee, args } => {
            extent(reader, callee, too_large);
            args.iter().for_each(|arg| _ = extent(reader, arg, too_large));
            (1, 1)
        }
        _ => (1, 1),
    }
}
