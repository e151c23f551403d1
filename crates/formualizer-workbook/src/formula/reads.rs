//! What a lowered formula reads: the areas of its references, but of those whose cells no function looks into.

use super::{Scope, shift::area};
use crate::address::{Area, Cell};
use formualizer_functions::{find, record::Mode};
use formualizer_parse::{ASTNode, ASTNodeType, parser::ReferenceType};

/// The areas that a formula written for a cell reads, each once.
pub(super) fn areas(tree: &ASTNode, at: Cell, scope: &dyn Scope) -> Vec<Area> {
    let mut found = Vec::new();
    // A chain of operators is long on its left side.
    let mut waiting = vec![tree];
    while let Some(node) = waiting.pop() {
        match &node.node_type {
            ASTNodeType::Literal(_) | ASTNodeType::Omitted => {}
            ASTNodeType::Reference { reference, .. } => {
                let named = match reference {
                    ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. } => {
                        sheet.as_deref()
                    }
                    _ => None,
                };
                if let Some(sheet) = named.and_then(|name| scope.sheet(name))
                    && let Some(area) = area(reference, sheet, at)
                    && !found.contains(&area)
                {
                    found.push(area);
                }
            }
            ASTNodeType::UnaryOp { expr, .. } => waiting.push(expr),
            ASTNodeType::BinaryOp { left, right, .. } => waiting.extend([&**right, &**left]),
            ASTNodeType::Function { name, args } => {
                let record = find(name);
                let read = args.iter().enumerate().filter(|(index, arg)| {
                    let mode = record.and_then(|record| record.parameter(*index)).map(|p| p.mode);
                    let place = record.is_some_and(|record| !record.depends.structure)
                        && mode == Some(Mode::Reference);
                    !(place && matches!(arg.node_type, ASTNodeType::Reference { .. }))
                });
                let mut read: Vec<&ASTNode> = read.map(|(_, arg)| arg).collect();
                read.reverse();
                waiting.extend(read);
            }
            ASTNodeType::Call { callee, args } => {
                waiting.extend(args.iter().rev());
                waiting.push(callee);
            }
            ASTNodeType::Array(rows) => waiting.extend(rows.iter().flatten().rev()),
        }
    }
    found
}
