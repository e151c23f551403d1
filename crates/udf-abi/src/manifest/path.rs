//! Where in a manifest something stands.

use core::fmt;

/// The path of a field, such as `functions[2].params[0].type`: a chain on the stack, written out only
/// where somebody is going to read it. A manifest has hundreds of thousands of fields at most, and
/// hardly ever one that is wrong.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    /// The manifest.
    Root,
    /// A field of an object.
    Field(&'a Path<'a>, &'a str),
    /// An item of a list.
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(super) fn field(&'a self, name: &'a str) -> Self {
        Self::Field(self, name)
    }

    pub(super) fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(Path::Root, name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// Most bytes of a manifest's text that a message repeats.
const MAX_SHOWN_BYTES: usize = 128;

/// A text of the manifest as messages repeat it: cut, since hundreds of messages may repeat the same
/// one.
pub(super) struct Shown<'a>(pub(super) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.floor_char_boundary(MAX_SHOWN_BYTES);
        f.write_str(&self.0[..end])?;
        if end < self.0.len() { f.write_str("…") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Path, Shown};
    use alloc::string::ToString;

    #[test]
    fn paths_are_written_as_the_document_has_them() {
        let functions = Path::Root.field("functions");
        let function = functions.item(2);
        let params = function.field("params");
        let param = params.item(0);
        assert_eq!(param.field("type").to_string(), "functions[2].params[0].type");
        assert_eq!(Path::Root.to_string(), "");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(Shown("ü").to_string(), "ü");
        let long = "aü".repeat(100);
        let shown = Shown(&long).to_string();
        assert!(shown.len() <= 128 + "…".len() && shown.ends_with("a…"), "{shown}");
    }
}
