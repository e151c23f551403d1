//! The files that belong to the repository.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{
    cmd::Cmd,
    error::{Context, Result},
};

/// Files by their path from the repository's folder, with `/` between the parts.
pub(super) struct Tree(BTreeMap<String, Vec<u8>>);

impl Tree {
    /// What git tracks, and new files that it does not ignore: they are about to be tracked.
    ///
    /// # Errors
    /// When git is missing or this is no clone, or a file cannot be read.
    pub(super) fn tracked(root: &Path) -> Result<Self> {
        let git = Cmd::new(root, "git")
            .arg("-c")
            // A clone may belong to someone else, as in a container.
            .arg(format!("safe.directory={}", root.display()))
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let names = git.output().context("tidy asks git for the files: run it in a clone")?;
        let mut files = BTreeMap::new();
        for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
            let name = String::from_utf8_lossy(name).into_owned();
            let path = root.join(&name);
            // Deleted but not committed, or a link to a folder: nothing to read.
            if path.is_file() {
                let bytes = fs::read(&path).context(format_args!("cannot read {name}"))?;
                files.insert(name, bytes);
            }
        }
        Ok(Self(files))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is a file or a folder of this name.
    pub(super) fn contains(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        path.is_empty()
            || self.0.contains_key(path)
            || self
                .0
                .range(inside.clone()..)
                .next()
                .is_some_and(|(name, _)| name.starts_with(&inside))
    }

    /// The text of one file.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        as_text(self.0.get(path)?)
    }

    /// Every file that is text.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(path, bytes)| Some((path.as_str(), as_text(bytes)?)))
    }

    /// Every text file whose name ends so.
    pub(super) fn texts_ending(&self, end: &'static str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| path.ends_with(end))
    }

    /// Every file whose name ends so, as bytes.
    pub(super) fn bytes_ending(&self, end: &'static str) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .filter(move |(path, _)| path.ends_with(end))
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    #[cfg(test)]
    pub(super) fn made_up<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Self {
        Self(
            files
                .iter()
                .map(|(path, bytes)| ((*path).to_owned(), bytes.as_ref().to_owned()))
                .collect(),
        )
    }
}

fn as_text(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) { None } else { std::str::from_utf8(bytes).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_contained_and_prefixes_of_names_are_not() {
        let tree = Tree::made_up(&[("docs/abi.md", "")]);
        assert!(tree.contains("docs") && tree.contains("docs/abi.md") && tree.contains(""));
        assert!(!tree.contains("doc") && !tree.contains("docs/abi"));
    }

    #[test]
    fn bytes_that_are_no_text_are_left_out_of_the_texts() {
        let tree = Tree::made_up(&[("a", &b"x"[..]), ("b", b"\0asm"), ("c", b"\xff")]);
        assert_eq!(tree.texts().map(|(path, _)| path).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn new_files_count_and_ignored_ones_do_not() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [(".gitignore", "/out\n"), ("new", "x"), ("out", "x")] {
            fs::write(dir.path().join(name), text).unwrap();
        }
        Cmd::new(dir.path(), "git").args(["init", "--quiet"]).run().unwrap();
        let tree = Tree::tracked(dir.path()).unwrap();
        assert!(tree.contains("new") && !tree.contains("out"));
    }
}
