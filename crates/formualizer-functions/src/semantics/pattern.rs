//! Wildcards: `*` is any characters, `?` is one, `~` takes the meaning from the next of the three.
//!
//! A `~` before another character is itself (Microsoft, "Using wildcard characters in searches"). Case is ignored.

use super::fold::{fold, fold_char};

/// A part of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Char(char),
    One,
    Any,
}

/// A text with wildcards, ready to be held against many texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

impl Pattern {
    /// The pattern that a text stands for.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut parts = Vec::with_capacity(text.len());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let part = match c {
                '*' if parts.last() == Some(&Part::Any) => continue,
                '*' => Part::Any,
                '?' => Part::One,
                '~' => match chars.next_if(|next| matches!(next, '*' | '?' | '~')) {
                    Some(next) => Part::Char(next),
                    None => Part::Char('~'),
                },
                c => Part::Char(fold_char(c)),
            };
            parts.push(part);
        }
        Self { parts }
    }

    /// The text that the pattern stands for where it has no wildcards, without case.
    #[must_use]
    pub fn literal(&self) -> Option<String> {
        let char = |part: &Part| match part {
            Part::Char(c) => Some(*c),
            _ => None,
        };
        self.parts.iter().map(char).collect()
    }

    /// Whether the whole text is one that the pattern stands for.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = fold(text).chars().collect();
        self.ends(&text, 0).any(|end| end == text.len())
    }

    /// Where the pattern is found first at or after a character: the number of characters before it.
    #[must_use]
    pub fn find(&self, text: &str, from: usize) -> Option<usize> {
        let text: Vec<char> = fold(text).chars().collect();
        (from..=text.len()).find(|start| self.ends(&text, *start).next().is_some())
    }

    /// Where a match that starts at a character may end; all ends are tried at once, so that the time is text
    /// times pattern.
    fn ends(&self, text: &[char], start: usize) -> impl Iterator<Item = usize> {
        let rest = text.get(start..).unwrap_or_default();
        // `at[i]`: the parts so far match `rest[..i]`.
        let mut at = vec![false; rest.len() + 1];
        at[0] = true;
        for part in &self.parts {
            match part {
                Part::Any => {
                    let mut open = false;
                    for here in &mut at {
                        open |= *here;
                        *here = open;
                    }
                }
                Part::One | Part::Char(_) => {
                    for i in (0..rest.len()).rev() {
                        at[i + 1] = at[i] && (*part == Part::One || *part == Part::Char(rest[i]));
                    }
                    at[0] = false;
                }
            }
        }
        let ends: Vec<usize> = (0..at.len()).filter(|i| at[*i]).map(|i| start + i).collect();
        ends.into_iter()
    }
}
