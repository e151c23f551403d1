//! Wildcards: `*` is any characters, `?` is one, `~` takes the meaning from the character behind it.
//!
//! Sources: Microsoft, "Using wildcard characters in searches"; stored values of `SEARCH`. Case is ignored.

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
                // What it stands before is itself; behind the last character it is nothing (stored values of `SEARCH`).
                '~' => match chars.next() {
                    Some(next) => Part::Char(fold_char(next)),
                    None => continue,
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
        let (mut first, mut at) = (None, from);
        // What stands between stars is found one after the other, each as early as can be: if the rest is not
        // behind the first place of a part, it is behind no later one.
        for segment in self.parts.split(|part| *part == Part::Any) {
            let fits = |start: &usize| {
                let Some(text) = text.get(*start..*start + segment.len()) else { return false };
                segment
                    .iter()
                    .zip(text)
                    .all(|(part, c)| *part == Part::One || *part == Part::Char(*c))
            };
            let last = text.len().checked_sub(segment.len())?;
            let start = (at..=last).find(fits)?;
            first.get_or_insert(start);
            at = start + segment.len();
        }
        first
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
