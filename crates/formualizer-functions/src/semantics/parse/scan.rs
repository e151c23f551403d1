//! A text that is read from its start.

/// What is left of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// What lies between here and a later place in the same text.
    pub(super) fn until(&self, later: &Self) -> &'a str {
        &self.rest[..self.rest.len() - later.rest.len()]
    }

    /// Takes a character where it is next.
    pub(super) fn take(&mut self, c: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(c) else { return false };
        self.rest = rest;
        true
    }

    /// Takes one of several characters.
    pub(super) fn take_any(&mut self, any: &[char]) -> Option<char> {
        any.iter().copied().find(|c| self.take(*c))
    }

    /// Takes the spaces that are next and says how many they were.
    pub(super) fn spaces(&mut self) -> usize {
        let rest = self.rest.trim_start_matches(' ');
        let count = self.rest.len() - rest.len();
        self.rest = rest;
        count
    }

    /// Takes the digits that are next, which may be none.
    pub(super) fn digits(&mut self) -> &'a str {
        let end = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
    }

    /// Takes the letters that are next, which may be none.
    pub(super) fn letters(&mut self) -> &'a str {
        let end = self.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (letters, rest) = self.rest.split_at(end);
        self.rest = rest;
        letters
    }
}
