//! What is worth keeping of columns between the calls of a recalculation: hash tables, orders, sums.
//!
//! A column is known by its memory, which an entry keeps alive, so that no other column can come to stand there.
//!
//! | module | what is kept |
//! |---|---|
//! | `slots` | a table of hashes, which the others are made of |
//! | `groups` | rows of equal cells: exact lookups, criteria of equality |
//! | `combined` | rows that are equal in several columns at once |
//! | `ordered` | numbers in order within each group: criteria with `<` and `>` |
//! | `sorted` | the groups of a column in order: the nearest cell below or above a key |
//! | `totals` | sums, counts, extremes of another column for each of those |
//! | `series` | cells of one kind in their places: lookups by binary search |

pub(crate) mod combined;
pub(crate) mod groups;
pub(crate) mod ordered;
pub(crate) mod series;
pub(crate) mod slots;
pub(crate) mod sorted;
pub(crate) mod totals;

use crate::cells::Cells;
use rustc_hash::FxHashMap;
use std::{
    any::{Any, TypeId},
    sync::{Arc, Mutex, PoisonError},
};

/// Bytes of indexes and their columns that are kept; with more, those go that were not asked for longest.
const MOST_BYTES: usize = if cfg!(target_pointer_width = "32") { 1 << 28 } else { 1 << 30 };

/// How many rows may ask for a column before an index of it is worth while: a look at every cell costs a small part
/// of what an index costs.
pub(crate) const FEW: usize = 12;

/// Columns whose askers are counted; with more, counting starts again.
const MOST_COUNTED: usize = 4_096;

/// What is kept of columns.
pub(crate) trait Index: Any + Send + Sync {
    /// The bytes that it takes, those of what it makes later among them, its columns' aside.
    fn memory_size(&self) -> usize;
}

/// The bytes of the elements of a vector.
pub(crate) fn bytes_of<T>(elements: &[T]) -> usize {
    size_of_val(elements)
}

/// Indexes of columns, made when they are first asked for.
#[derive(Debug, Default)]
pub struct Indexes {
    entries: Mutex<Entries>,
    /// How many rows have asked for a column so far, by its memory. A count that a column takes over from one that
    /// stood in the same memory before only makes an index come early.
    asked: Mutex<FxHashMap<[usize; 4], usize>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    index: TypeId,
    columns: Vec<[usize; 4]>,
}

#[derive(Debug)]
struct Entry {
    /// Keeps the memory that the key names.
    _columns: Vec<Cells>,
    index: Arc<dyn Any + Send + Sync>,
    bytes: usize,
    /// When it was asked for last.
    asked: u64,
}

#[derive(Debug, Default)]
struct Entries {
    of_key: FxHashMap<Key, Entry>,
    bytes: usize,
    /// How often something was asked for.
    asked: u64,
}

impl Entries {
    fn find(&mut self, key: &Key) -> Option<Arc<dyn Any + Send + Sync>> {
        self.asked += 1;
        let entry = self.of_key.get_mut(key)?;
        entry.asked = self.asked;
        Some(Arc::clone(&entry.index))
    }

    fn insert(&mut self, key: Key, mut entry: Entry, most: usize) {
        self.asked += 1;
        entry.asked = self.asked;
        self.bytes = self.bytes.saturating_add(entry.bytes);
        if let Some(old) = self.of_key.insert(key, entry) {
            self.bytes = self.bytes.saturating_sub(old.bytes);
        }
        while self.bytes > most && self.of_key.len() > 1 {
            let longest = self.of_key.iter().min_by_key(|(_, entry)| entry.asked);
            let Some(key) = longest.map(|(key, _)| key.clone()) else { break };
            if let Some(old) = self.of_key.remove(&key) {
                self.bytes = self.bytes.saturating_sub(old.bytes);
            }
        }
    }
}

impl Indexes {
    /// Whether an index of a column is worth while for so many more rows that ask for it, those before among them.
    pub fn worth(&self, column: &Cells, rows: usize) -> bool {
        if rows >= FEW {
            return true;
        }
        let Some(name) = column.memory_name() else { return false };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= MOST_COUNTED {
            asked.clear();
        }
        let count = asked.entry(name).or_default();
        *count = count.saturating_add(rows);
        *count >= FEW
    }

    /// The index of type `T` of some columns, made by `make` where there is none yet. Columns whose memory has no
    /// name (of several kinds, or logical) are indexed anew each time.
    ///
    /// # Errors
    ///
    /// What `make` gives.
    pub(crate) fn get<T: Index, E>(
        &self,
        columns: &[Cells],
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let names: Option<Vec<[usize; 4]>> = columns.iter().map(Cells::memory_name).collect();
        let Some(names) = names else { return make().map(Arc::new) };
        let key = Key { index: TypeId::of::<T>(), columns: names };
        let known = self.entries.lock().unwrap_or_else(PoisonError::into_inner).find(&key);
        if let Some(Ok(index)) = known.map(Arc::downcast::<T>) {
            return Ok(index);
        }
        let index = Arc::new(make()?);
        let columns_bytes: usize = columns.iter().map(Cells::memory_size).sum();
        let any: Arc<dyn Any + Send + Sync> = index.clone();
        let entry = Entry {
            _columns: columns.to_vec(),
            bytes: index.memory_size().saturating_add(columns_bytes),
            index: any,
            asked: 0,
        };
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.insert(key, entry, MOST_BYTES);
        Ok(index)
    }

    /// Lets go of everything.
    pub fn clear(&self) {
        *self.entries.lock().unwrap_or_else(PoisonError::into_inner) = Entries::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_asked_for_longest_makes_room() {
        let key = |number: usize| Key { index: TypeId::of::<u8>(), columns: vec![[number; 4]] };
        let entry = |bytes| Entry { _columns: Vec::new(), index: Arc::new(0_u8), bytes, asked: 0 };
        let mut entries = Entries::default();
        for number in 0..3 {
            entries.insert(key(number), entry(30), 100);
        }
        assert!(entries.find(&key(0)).is_some());
        entries.insert(key(3), entry(40), 100);
        assert!(entries.find(&key(1)).is_none());
        assert!([0, 2, 3].iter().all(|number| entries.find(&key(*number)).is_some()));
        assert_eq!(entries.bytes, 100);
        // The same again takes its own place, and one that is too large stays alone.
        entries.insert(key(3), entry(20), 100);
        assert_eq!(entries.bytes, 80);
        entries.insert(key(4), entry(1_000), 100);
        assert_eq!((entries.of_key.len(), entries.bytes), (1, 1_000));
    }
}
