//! What was read of texts lately, so that a formula that is filled down reads its format or pattern once.

use rustc_hash::FxHashMap;

/// How many texts are kept; where there are more, all are forgotten.
const MOST: usize = 64;

/// What the last texts were read as.
#[derive(Debug)]
pub(super) struct Recent<T>(FxHashMap<Box<str>, T>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(FxHashMap::default())
    }
}

impl<T: Clone> Recent<T> {
    /// What a text was read as, or is read as now.
    pub(super) fn get(&mut self, text: &str, read: impl FnOnce(&str) -> T) -> T {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let new = read(text);
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(text.into(), new.clone());
        new
    }
}
