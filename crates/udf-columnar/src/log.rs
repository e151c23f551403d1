//! What plugins log while they are called.

use crate::text::is_unseen;
use std::fmt;

/// Most lines of one call that are kept.
pub const KEPT_LOG_LINES: usize = 1_000;
/// Most bytes of one call's lines that are kept, a line feed behind each counted in.
pub const KEPT_LOG_BYTES: usize = 64 << 10;

/// Lines that a plugin logged during a call, in the order of the rows they came from, for whoever
/// called it. Bounded: of what is beyond the bounds only the number of lines is kept.
///
/// The lines are a plugin's: text, never markup. They hold none of the characters that
/// [`OneLine`](crate::OneLine) spells out; U+FFFD stands for each, and a space for a tab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    lines: Vec<String>,
    // Invariant: the sum of the lines' bytes and one for each.
    bytes: usize,
    more: u64,
}

impl Log {
    /// The lines of a text, whether a line feed stands behind the last one or not, and the number
    /// of further ones that are not in it.
    #[must_use]
    pub fn new(text: &str, more: u64) -> Self {
        let mut log = Self { more, ..Self::default() };
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            log.push(line.chars().map(visible).collect());
        }
        log
    }

    fn push(&mut self, line: String) {
        let bytes = self.bytes + line.len() + 1;
        if self.lines.len() < KEPT_LOG_LINES && bytes <= KEPT_LOG_BYTES {
            self.bytes = bytes;
            self.lines.push(line);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Appends the lines of another one, as far as there is room.
    pub fn append(&mut self, other: Self) {
        self.more = self.more.saturating_add(other.more);
        for line in other.lines {
            self.push(line);
        }
    }

    /// Counts lines that are not kept.
    pub fn skip(&mut self, lines: u64) {
        self.more = self.more.saturating_add(lines);
    }

    /// The lines that are kept.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Bytes of the lines, a line feed behind each counted in.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Number of lines that are not kept.
    #[must_use]
    pub fn more(&self) -> u64 {
        self.more
    }

    /// Whether nothing was logged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.more == 0
    }

    /// How many lines are not kept, as a line for a person; nothing where all are.
    #[must_use]
    pub fn rest(&self) -> Option<String> {
        match self.more {
            0 => None,
            1 => Some("… and 1 more line".to_owned()),
            more => Some(format!("… and {more} more lines")),
        }
    }

    /// The lines that are kept, and [`rest`](Self::rest) behind them.
    pub fn shown(&self) -> impl Iterator<Item = String> {
        self.lines.iter().cloned().chain(self.rest())
    }

    /// The same lines with `context` before each, as in `context: line`.
    #[must_use]
    pub fn context(&self, context: impl fmt::Display) -> Self {
        let mut log = Self { more: self.more, ..Self::default() };
        for line in &self.lines {
            log.push(format!("{context}: {line}"));
        }
        log
    }
}

impl fmt::Display for Log {
    /// A line for each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// The character, or what stands for it where it would do something other than being seen.
fn visible(c: char) -> char {
    match c {
        '\t' => ' ',
        c if is_unseen(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> Log {
        Log::new(&vec!["line"; count].join("\n"), 0)
    }

    #[test]
    fn a_text_is_lines_without_control_characters() {
        let log = Log::new("a\tb\r\n\u{1b}[2Jc\n\u{202e}d\u{200b} é", 0);
        assert_eq!(log.lines(), ["a b\u{fffd}", "\u{fffd}[2Jc", "\u{fffd}d\u{fffd} é"]);
        assert_eq!(log.to_string(), "a b\u{fffd}\n\u{fffd}[2Jc\n\u{fffd}d\u{fffd} é\n");
        assert_eq!(Log::new("a\n", 0), Log::new("a", 0));
        assert!(!Log::new("", 0).is_empty() && Log::default().is_empty());
    }

    #[test]
    fn lines_beyond_the_bounds_are_counted() {
        let mut log = lines(KEPT_LOG_LINES - 1);
        log.append(lines(3));
        assert_eq!((log.lines().len(), log.more()), (KEPT_LOG_LINES, 2));
        assert_eq!(log.shown().last().unwrap(), "… and 2 more lines");

        let long = "x".repeat(KEPT_LOG_BYTES - 1);
        let mut log = Log::new(&long, 0);
        assert_eq!((log.lines().len(), log.bytes(), log.more()), (1, KEPT_LOG_BYTES, 0));
        log.append(Log::new("", u64::MAX));
        assert_eq!((log.lines().len(), log.more()), (1, u64::MAX));
        assert_eq!(Log::new(&format!("{long}x"), 0).shown().last().unwrap(), "… and 1 more line");
    }
}
