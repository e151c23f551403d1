//! Messages of rows: distinct texts, and which of them a row has.

use arrow_buffer::ScalarBuffer;
use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

/// A row without a message.
const NONE: u32 = u32::MAX;
/// A row whose message is left out.
const LEFT_OUT: u32 = u32::MAX - 1;
/// What such a row says.
pub(crate) const LEFT_OUT_TEXT: &str = "this message is left out: those of the rows before take all the bytes that the limit `messages_bytes` allows";

/// A message per row, each distinct text held once.
///
/// Where the texts pass a budget, the first row whose text does not fit and every message behind
/// it are left out. A prefix of rows is thereby kept: messages that are gathered in parts, each
/// under the budget, and then put together under it are those that one pass would have kept.
#[derive(Clone, Debug)]
pub(crate) struct Messages {
    texts: Arc<Texts>,
    rows: ScalarBuffer<u32>,
}

/// Texts one behind the other.
#[derive(Debug, Default)]
struct Texts {
    data: String,
    ends: Vec<usize>,
}

impl Texts {
    fn get(&self, index: u32) -> Option<&str> {
        let index = index as usize;
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.data.get(start..end)
    }

    /// The index of a new text; absent where there are too many.
    fn push(&mut self, text: &str) -> Option<u32> {
        let index = u32::try_from(self.ends.len()).ok().filter(|index| *index < LEFT_OUT)?;
        self.data.push_str(text);
        self.ends.push(self.data.len());
        Some(index)
    }
}

impl Messages {
    /// The same message in every row.
    pub(crate) fn repeated(text: &str, rows: usize) -> Self {
        let texts = Texts { data: text.to_owned(), ends: vec![text.len()] };
        Self { texts: Arc::new(texts), rows: vec![0; rows].into() }
    }

    /// The message of a row.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        match *self.rows.get(row)? {
            LEFT_OUT => Some(LEFT_OUT_TEXT),
            index => self.texts.get(index),
        }
    }

    /// Which text a row has: equal for rows with the same message, absent for rows without one.
    pub(crate) fn key(&self, row: usize) -> Option<u32> {
        self.rows.get(row).copied().filter(|index| *index != NONE)
    }

    /// Bytes of the distinct texts.
    pub(crate) fn bytes(&self) -> usize {
        self.texts.data.len()
    }

    /// Rows `start..start + len`; no copy.
    pub(crate) fn slice(&self, start: usize, len: usize) -> Self {
        Self { texts: self.texts.clone(), rows: self.rows.slice(start, len) }
    }
}

/// Gathers messages row by row.
#[derive(Debug)]
pub(crate) struct MessagesBuilder {
    texts: Texts,
    /// Which text has a hash; one whose place is taken by another text has the next number.
    seen: HashMap<u64, u32>,
    hasher: RandomState,
    /// Shorter than the rows where those behind have no message.
    rows: Vec<u32>,
    /// Bytes that the texts may still take.
    left: usize,
    /// Whether a message has been left out.
    is_closed: bool,
}

/// Which texts of a dictionary the builder has already.
pub(crate) struct Known<'m> {
    messages: &'m Messages,
    /// By the text's index there; empty where there are more texts than rows.
    indices: Vec<u32>,
}

impl<'m> Known<'m> {
    pub(crate) fn of(messages: &'m Messages) -> Self {
        let texts = messages.texts.ends.len();
        let indices = if texts <= messages.rows.len() { vec![NONE; texts] } else { Vec::new() };
        Self { messages, indices }
    }
}

impl MessagesBuilder {
    /// Keeps at most `budget` bytes of distinct texts.
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            texts: Texts::default(),
            seen: HashMap::new(),
            hasher: RandomState::new(),
            rows: Vec::new(),
            left: budget,
            is_closed: false,
        }
    }

    /// Bytes of the distinct texts so far.
    pub(crate) fn bytes(&self) -> usize {
        self.texts.data.len()
    }

    /// The message of a row so far.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        match *self.rows.get(row)? {
            LEFT_OUT => Some(LEFT_OUT_TEXT),
            index => self.texts.get(index),
        }
    }

    /// The message of row `row`, behind every row that has one so far.
    pub(crate) fn push(&mut self, row: usize, text: &str) {
        let index = self.intern(text);
        self.put(row, index);
    }

    /// The message that row `of` has in another dictionary.
    pub(crate) fn push_known(&mut self, row: usize, known: &mut Known<'_>, of: usize) {
        let Some(key) = known.messages.key(of) else { return };
        let index = match (known.indices.get(key as usize), known.messages.texts.get(key)) {
            _ if self.is_closed => LEFT_OUT,
            (Some(index), _) if *index != NONE => *index,
            (place, Some(text)) => {
                let remember = place.is_some();
                let index = self.intern(text);
                if remember {
                    known.indices[key as usize] = index;
                }
                index
            }
            (_, None) => self.close(),
        };
        self.put(row, index);
    }

    fn put(&mut self, row: usize, index: u32) {
        self.rows.resize(row, NONE);
        self.rows.push(index);
    }

    fn close(&mut self) -> u32 {
        self.is_closed = true;
        LEFT_OUT
    }

    fn intern(&mut self, text: &str) -> u32 {
        if self.is_closed {
            return LEFT_OUT;
        }
        let same = self.rows.last().and_then(|last| Some((*last, self.texts.get(*last)?)));
        if let Some((last, _)) = same.filter(|(_, before)| *before == text) {
            return last;
        }
        let mut hash = self.hasher.hash_one(text);
        loop {
            match self.seen.entry(hash) {
                Entry::Occupied(found) if self.texts.get(*found.get()) == Some(text) => {
                    return *found.get();
                }
                Entry::Occupied(_) => hash = hash.wrapping_add(1),
                Entry::Vacant(free) => {
                    let Some(left) = self.left.checked_sub(text.len()) else { break };
                    let Some(index) = self.texts.push(text) else { break };
                    self.left = left;
                    return *free.insert(index);
                }
            }
        }
        self.close()
    }

    /// The messages of `rows` rows; absent where none has one.
    pub(crate) fn finish(mut self, rows: usize) -> Option<Messages> {
        if self.rows.is_empty() {
            return None;
        }
        self.rows.resize(rows, NONE);
        self.texts.data.shrink_to_fit();
        Some(Messages { texts: Arc::new(self.texts), rows: self.rows.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, LEFT_OUT_TEXT, Messages, MessagesBuilder};

    fn of(budget: usize, rows: &[Option<&str>]) -> Option<Messages> {
        let mut builder = MessagesBuilder::new(budget);
        for (row, text) in rows.iter().enumerate() {
            if let Some(text) = text {
                builder.push(row, text);
            }
        }
        builder.finish(rows.len())
    }

    fn all(messages: Option<&Messages>, rows: usize) -> Vec<Option<&str>> {
        (0..rows).map(|row| messages.and_then(|m| m.get(row))).collect()
    }

    #[test]
    fn equal_texts_are_held_once() {
        let rows = [Some("a"), None, Some("bc"), Some("a"), Some(""), Some("a"), Some("")];
        let messages = of(3, &rows).unwrap();
        assert_eq!(all(Some(&messages), rows.len()), rows);
        assert_eq!(messages.bytes(), 3);
        assert_eq!(messages.get(rows.len()), None);
        let slice = messages.slice(2, 2);
        assert_eq!(all(Some(&slice), 3), [Some("bc"), Some("a"), None]);
        assert!(of(3, &[None, None]).is_none());
    }

    #[test]
    fn messages_are_left_out_from_the_first_that_does_not_fit() {
        let out = Some(LEFT_OUT_TEXT);
        let rows = [Some("ab"), None, Some("abc"), Some("ab"), None, Some("x")];
        for (budget, expected) in [
            (6, rows),
            (5, [Some("ab"), None, Some("abc"), Some("ab"), None, out]),
            (4, [Some("ab"), None, out, out, None, out]),
            (0, [out, None, out, out, None, out]),
        ] {
            let messages = of(budget, &rows);
            assert_eq!(all(messages.as_ref(), rows.len()), expected, "{budget}");
        }
        assert_eq!(all(of(0, &[Some("")]).as_ref(), 1), [Some("")]);
    }

    #[test]
    fn parts_that_are_put_together_are_what_one_pass_gives() {
        let words = ["", "a", "b", "cc", "ddd", "a", "ü", "eeeeeee"];
        let mut state = 1u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % below
        };
        for case in 0..2_000 {
            let rows: Vec<Option<&str>> =
                (0..next(12)).map(|_| (next(4) > 0).then(|| words[next(words.len())])).collect();
            let budget = next(16);
            let whole = of(budget, &rows);
            let mut builder = MessagesBuilder::new(budget);
            let mut start = 0;
            while start < rows.len() {
                let len = 1 + next(rows.len() - start);
                let Some(part) = of(budget, &rows[start..start + len]) else {
                    start += len;
                    continue;
                };
                let mut known = Known::of(&part);
                for row in 0..len {
                    builder.push_known(start + row, &mut known, row);
                }
                start += len;
            }
            let put_together = builder.finish(rows.len());
            assert_eq!(
                all(put_together.as_ref(), rows.len()),
                all(whole.as_ref(), rows.len()),
                "case {case}: {rows:?} under {budget}"
            );
        }
    }
}
