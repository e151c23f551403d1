//! Trees that are kept, and the stack that walking a tree takes.

use formualizer_parse::{ASTNode, ASTNodeType};
use std::{
    ops::{Deref, DerefMut},
    sync::atomic::{AtomicUsize, Ordering},
};
use udf_columnar::stack;

/// Stack that a level of a tree takes: parsing, lowering, writing, evaluating, cloning and dropping recurse once per level.
const LEVEL: usize = 5 << 10;
/// Levels for which there is room from the beginning.
const USUAL: usize = 256;
/// Levels of the tallest tree: a chain such as `1+1+1` nests to the left, and a text of 8 192 characters has 4 096 operators at most.
const TALLEST: usize = if cfg!(target_family = "wasm") { USUAL } else { 4_096 + USUAL };

/// Levels for which there is room.
static LEVELS: AtomicUsize = AtomicUsize::new(USUAL);

/// Levels that a tree may have which needs as many by itself, once there is room for them in whatever walks trees from now on: few
/// workbooks have a formula of more than the usual ones.
pub(super) fn make_room(levels: usize) -> usize {
    let levels = levels.clamp(USUAL, TALLEST);
    LEVELS.fetch_max(levels, Ordering::Relaxed);
    levels
}

/// Runs what walks a tree, on a stack that has room for that whatever the thread's own is.
pub(crate) fn walking<R>(walk: impl FnOnce() -> R) -> R {
    stack::grown(LEVELS.load(Ordering::Relaxed) * LEVEL, walk)
}

/// A tree that is kept. Cloning and dropping it walk it.
#[derive(Debug, PartialEq)]
pub(crate) struct Tree(ASTNode);

impl Tree {
    /// Its levels.
    pub(super) fn height(&self) -> usize {
        let (mut level, mut height) = (vec![&self.0], 0);
        while !level.is_empty() {
            height += 1;
            level = level.into_iter().flat_map(below).collect();
        }
        height
    }
}

/// The nodes right below one.
fn below(node: &ASTNode) -> Vec<&ASTNode> {
    match &node.node_type {
        ASTNodeType::Literal(_) | ASTNodeType::Omitted | ASTNodeType::Reference { .. } => {
            Vec::new()
        }
        ASTNodeType::UnaryOp { expr, .. } => vec![expr],
        ASTNodeType::BinaryOp { left, right, .. } => vec![left, right],
        ASTNodeType::Function { args, .. } => args.iter().collect(),
        ASTNodeType::Call { callee, args } => std::iter::once(&**callee).chain(args).collect(),
        ASTNodeType::Array(rows) => rows.iter().flatten().collect(),
    }
}

impl Deref for Tree {
    type Target = ASTNode;

    fn deref(&self) -> &ASTNode {
        &self.0
    }
}

impl DerefMut for Tree {
    fn deref_mut(&mut self) -> &mut ASTNode {
        &mut self.0
    }
}

impl From<ASTNode> for Tree {
    fn from(root: ASTNode) -> Self {
        Self(root)
    }
}

impl Clone for Tree {
    fn clone(&self) -> Self {
        walking(|| Self(self.0.clone()))
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let root = std::mem::replace(&mut self.0, ASTNode::new(ASTNodeType::Omitted, None));
        walking(|| drop(root));
    }
}
