//! Whether a formula may give an array, as far as that can be told without evaluating it.

use super::function_key;
use crate::functions::{Functions, Kind};
use formualizer_common::LiteralValue;
use formualizer_functions::find;
use formualizer_parse::{
    ASTNode, ASTNodeType, BinaryOperator, UnaryOperator, parser::ReferenceType,
};

/// The arguments of which `OFFSET` and `INDIRECT` make references, an array of them where one is an array.
fn makes_references(node: &ASTNode) -> &[ASTNode] {
    match &node.node_type {
        ASTNodeType::Function { name, args } => match function_key(name).as_str() {
            "INDIRECT" => args,
            "OFFSET" => args.get(1..).unwrap_or_default(),
            _ => &[],
        },
        _ => &[],
    }
}

/// Whether the value of a lowered formula may be an array. Never `false` of one that is.
pub(super) fn may_give_array(tree: &ASTNode, functions: &Functions) -> bool {
    let mut waiting = vec![tree];
    let (mut names, mut calls) = (false, false);
    while let Some(node) = waiting.pop() {
        match &node.node_type {
            ASTNodeType::Literal(LiteralValue::Array(_)) | ASTNodeType::Array(_) => return true,
            ASTNodeType::Literal(_) | ASTNodeType::Omitted => {}
            ASTNodeType::Reference { reference, .. } => match reference {
                // A name of LET stands for its value, which is looked at, too.
                ReferenceType::Cell { .. } | ReferenceType::NamedRange(_) => {}
                _ => return true,
            },
            ASTNodeType::UnaryOp { op: UnaryOperator::Spill, .. } | ASTNodeType::Call { .. } => {
                return true;
            }
            ASTNodeType::UnaryOp { op: UnaryOperator::ImplicitIntersection, .. } => {}
            ASTNodeType::UnaryOp { expr, .. } => waiting.push(expr),
            ASTNodeType::BinaryOp { op, left, right } => match op {
                BinaryOperator::Range | BinaryOperator::Union | BinaryOperator::Intersection => {
                    return true;
                }
                _ => waiting.extend([&**left, &**right]),
            },
            ASTNodeType::Function { name, args } => {
                let key = function_key(name);
                if let Some(bound) = functions.get(&key) {
                    match bound.kind() {
                        Kind::Array | Kind::Callback => return true,
                        Kind::Elementwise => waiting.extend(args),
                        Kind::Reduce => {}
                    }
                    continue;
                }
                match key.as_str() {
                    "SINGLE" => continue,
                    "LET" => {
                        names = true;
                        waiting.extend(args);
                        continue;
                    }
                    _ => {}
                }
                let Some(record) = find(&key) else {
                    calls = true;
                    waiting.extend(args);
                    continue;
                };
                if record.may_spread(args.len(), |_| false) {
                    return true;
                }
                let handed_on = |index: &usize| record.may_spread(args.len(), |at| at == *index);
                for (index, arg) in args.iter().enumerate() {
                    match handed_on(&index) {
                        true => waiting.push(arg),
                        // Arrays of references are taken one by one, whatever the function does with cells.
                        false => waiting.extend(makes_references(arg)),
                    }
                }
            }
        }
    }
    // A function that a name of LET stands for.
    names && calls
}
