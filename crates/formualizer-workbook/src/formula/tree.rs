//! Trees that are kept, and the stack that walking a tree takes.

use formualizer_parse::{ASTNode, ASTNodeType};
use std::ops::{Deref, DerefMut};
use udf_columnar::stack;

/// Stack for whatever walks a tree: parsing, lowering, writing, evaluating, cloning and dropping recurse once per level, of
/// which there are 256 at most.
const ROOM: usize = (1 << 20) + (256 << 10);

/// Runs what walks a tree, on a stack that has room for that whatever the thread's own is.
pub(crate) fn walking<R>(walk: impl FnOnce() -> R) -> R {
    stack::grown(ROOM, walk)
}

/// A tree that is kept. Cloning and dropping it walk it.
#[derive(Debug, PartialEq)]
pub(crate) struct Tree(ASTNode);

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
