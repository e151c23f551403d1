//! What is wrong with a manifest, as it is found.

use super::{
    error::{ManifestError, Problem, Rule},
    path::Path,
};
use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{
    fmt::{self, Write as _},
    ops::Bound,
};

/// Most problems, and most warnings of unknown fields, reported of one manifest. A hostile one could
/// have them by the hundred thousand; nobody reads past the first ones.
pub(super) const MAX_PROBLEMS: usize = 100;

/// Problems and warnings of one manifest. Neither finding nor asking works in proportion to what
/// was found before.
#[derive(Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
    /// The fields of what was found.
    fields: BTreeSet<String>,
    /// Those of them that have a value of the wrong JSON type.
    of_wrong_type: BTreeSet<String>,
    warnings: Vec<String>,
    /// Warnings that were one too many.
    more_warnings: usize,
    /// A path that is looked up, kept for its allocation.
    looked_up: String,
}

impl Problems {
    pub(super) fn problem(&mut self, rule: Rule, path: Path<'_>, message: impl fmt::Display) {
        if self.is_full() || self.in_wrong_type(path) {
            return;
        }
        let field = path.to_string();
        self.fields.insert(field.clone());
        if rule == Rule::WrongType {
            self.of_wrong_type.insert(field.clone());
        }
        self.found.push(Problem { rule, field, message: message.to_string() });
    }

    pub(super) fn warn(&mut self, warning: impl fmt::Display) {
        match self.warnings.len() < MAX_PROBLEMS {
            true => self.warnings.push(warning.to_string()),
            false => self.more_warnings += 1,
        }
    }

    /// Whether a field at or below `path` is already known to be wrong, or `path` stands in
    /// something that is. What is found when there are enough problems is of no interest.
    pub(super) fn is_broken(&mut self, path: Path<'_>) -> bool {
        if self.found.is_empty() || self.is_full() {
            return !self.found.is_empty();
        }
        let field = self.look_up(path);
        let from = (Bound::Included(field.as_str()), Bound::Unbounded);
        let below = self.fields.range::<str, _>(from).next();
        let is_broken = below.is_some_and(|f| f.starts_with(&field)) || self.stands_in(&field);
        self.looked_up = field;
        is_broken
    }

    /// Ends with everything that was found, or with what else there is to say.
    pub(super) fn finish(self) -> Result<Vec<String>, ManifestError> {
        ManifestError::check(self.found)?;
        let mut warnings = self.warnings;
        if self.more_warnings > 0 {
            warnings.push(format!("{} more unknown fields, kept and ignored", self.more_warnings));
        }
        Ok(warnings)
    }

    fn is_full(&self) -> bool {
        self.found.len() >= MAX_PROBLEMS
    }

    fn look_up(&mut self, path: Path<'_>) -> String {
        let mut field = core::mem::take(&mut self.looked_up);
        field.clear();
        // A String takes everything.
        let _infallible = write!(field, "{path}");
        field
    }

    fn in_wrong_type(&mut self, path: Path<'_>) -> bool {
        if self.of_wrong_type.is_empty() {
            return false;
        }
        let field = self.look_up(path);
        let stands = self.stands_in(&field);
        self.looked_up = field;
        stands
    }

    /// Whether a field belongs to a value that was reported as being of the wrong JSON type.
    fn stands_in(&self, field: &str) -> bool {
        let steps = field.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'.' | b'['));
        !self.of_wrong_type.is_empty()
            && steps.into_iter().any(|(at, _)| self.of_wrong_type.contains(&field[..at]))
    }
}
