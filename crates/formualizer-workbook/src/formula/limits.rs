//! What Excel allows a formula to have (its "specifications and limits"): with more, it takes the whole file for damaged.

use formualizer_parse::{ASTNode, ASTNodeType};

use crate::Value;

/// Characters of a formula, with its `=`.
pub(crate) const MAX_LENGTH: usize = 8192;
/// Arguments of a call.
const MAX_ARGUMENTS: usize = 255;
/// Calls within one another.
const MAX_NESTING: usize = 64;
/// Characters of a text between quotes, as UTF-16 has them.
const MAX_TEXT: usize = 255;

/// Refuses a formula that has more, in words for behind its cell.
pub(super) fn check(node: &ASTNode) -> Result<(), String> {
    super::walking(|| within(node, 0))
}

fn within(node: &ASTNode, nesting: usize) -> Result<(), String> {
    match &node.node_type {
        ASTNodeType::Literal(Value::Text(text)) => text_of(text),
        ASTNodeType::Function { name, args } => call(&super::function_key(name), args, nesting + 1),
        ASTNodeType::Call { callee, args } => {
            within(callee, nesting)?;
            call("a LAMBDA", args, nesting + 1)
        }
        ASTNodeType::UnaryOp { expr, .. } => within(expr, nesting),
        ASTNodeType::BinaryOp { left, right, .. } => {
            within(left, nesting)?;
            within(right, nesting)
        }
        ASTNodeType::Array(rows) => {
            rows.iter().flatten().try_for_each(|item| within(item, nesting))
        }
        ASTNodeType::Literal(_) | ASTNodeType::Reference { .. } | ASTNodeType::Omitted => Ok(()),
    }
}

fn call(name: &str, args: &[ASTNode], nesting: usize) -> Result<(), String> {
    if args.len() > MAX_ARGUMENTS {
        return Err(format!(
            "{name} has {} arguments, of which Excel allows {MAX_ARGUMENTS}",
            args.len()
        ));
    }
    if nesting > MAX_NESTING {
        return Err(format!("functions are nested deeper than the {MAX_NESTING} levels of Excel"));
    }
    args.iter().try_for_each(|arg| within(arg, nesting))
}

fn text_of(text: &str) -> Result<(), String> {
    // Bytes first: most are short.
    if text.len() <= MAX_TEXT {
        return Ok(());
    }
    match text.encode_utf16().count() {
        count if count > MAX_TEXT => Err(format!(
            "a text in it has {count} characters, of which Excel allows {MAX_TEXT}: join shorter ones with &"
        )),
        _ => Ok(()),
    }
}
