//! Changes of a part's text, which are made together.

use std::ops::Range;

/// Spans and what stands there instead, in any order; they do not overlap.
#[derive(Debug, Default)]
pub(super) struct Patch {
    edits: Vec<(Range<usize>, String)>,
}

impl Patch {
    pub(super) fn replace(&mut self, span: Range<usize>, text: impl Into<String>) {
        self.edits.push((span, text.into()));
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    pub(super) fn remove(&mut self, span: Range<usize>) {
        self.replace(span, "");
    }

    /// How many edits there are.
    pub(super) fn len(&self) -> usize {
        self.edits.len()
    }

    /// Forgets the edits but the first ones.
    pub(super) fn truncate(&mut self, len: usize) {
        self.edits.truncate(len);
    }

    /// The changed text; nothing where there is no change.
    pub(super) fn apply(mut self, text: &str) -> Option<String> {
        if self.edits.is_empty() {
            return None;
        }
        self.edits.sort_by_key(|(span, _)| span.start);
        let mut out = String::with_capacity(text.len() + 256);
        let mut copied = 0;
        for (span, new) in &self.edits {
            out.push_str(text.get(copied..span.start).unwrap_or_default());
            out.push_str(new);
            copied = copied.max(span.end);
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        Some(out)
    }
}

/// A start tag with another value of an attribute, which is quoted already, or without it.
pub(super) fn with_attribute(tag: &str, name: &str, value: Option<&str>) -> String {
    let mut out = tag.to_owned();
    let found = [" ", "\n", "\t", "\r"].iter().find_map(|white| {
        let start = tag.find(&format!("{white}{name}="))?;
        let quote = tag.get(start + name.len() + 2..)?.chars().next()?;
        let value = start + name.len() + 3;
        let end = value + tag.get(value..)?.find(quote)? + 1;
        Some(start..end)
    });
    let written = value.map(|value| format!(" {name}=\"{value}\"")).unwrap_or_default();
    match found {
        Some(span) => out.replace_range(span, &written),
        None => {
            let end = tag.trim_end_matches('>').trim_end_matches('/').trim_end().len();
            out.insert_str(end, &written);
        }
    }
    out
}
