//! A table of hashes with open addressing: from a tag of 64 bits to the number of a group.
//!
//! A tag that says all, such as the bits of a number, needs nothing else; for one that does not, such as the hash
//! of a text, the asker says whether a group is the right one.

use super::bytes_of;
use crate::semantics::fold;

/// No group.
const NONE: u32 = u32::MAX;

/// Slots up to which a table grows fast.
const FAST: usize = 1 << 16;

/// Groups by their tags.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    /// A power of two of them, at most half of them taken.
    slots: Vec<(u64, u32)>,
    taken: usize,
}

impl Default for Slots {
    fn default() -> Self {
        Self { slots: vec![(0, NONE); 16], taken: 0 }
    }
}

impl Slots {
    /// The bytes of the table.
    pub(super) fn memory_size(&self) -> usize {
        bytes_of(&self.slots)
    }

    /// The group of a tag which `is` says is the right one.
    pub(crate) fn find(&self, tag: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.probe(tag, is).ok()
    }

    /// The same, or else `new` from now on.
    pub(crate) fn find_or_insert(&mut self, tag: u64, is: impl Fn(u32) -> bool, new: u32) -> u32 {
        match self.probe(tag, is) {
            Ok(group) => group,
            Err(free) => {
                if let Some(slot) = self.slots.get_mut(free) {
                    *slot = (tag, new);
                }
                self.taken += 1;
                if self.taken * 2 > self.slots.len() {
                    self.grow();
                }
                new
            }
        }
    }

    /// The group, or where it would be put.
    fn probe(&self, tag: u64, is: impl Fn(u32) -> bool) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut at = start(tag, self.slots.len());
        loop {
            // At most half of the slots are taken, so that there is a free one.
            match self.slots.get(at) {
                Some((_, NONE)) | None => return Err(at),
                Some((other, group)) if *other == tag && is(*group) => return Ok(*group),
                Some(_) => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        // A small table grows fast; a large one should not be larger than it must, for the sake of the caches.
        let len = self.slots.len() * if self.slots.len() < FAST { 4 } else { 2 };
        let old = std::mem::replace(&mut self.slots, vec![(0, NONE); len]);
        for (tag, group) in old.into_iter().filter(|(_, group)| *group != NONE) {
            let mut at = start(tag, len);
            while let Some(slot) = self.slots.get_mut(at) {
                if slot.1 == NONE {
                    *slot = (tag, group);
                    break;
                }
                at = (at + 1) & (len - 1);
            }
        }
    }
}

/// An odd number whose bits look random (2^64 divided by the golden ratio).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The first slot of a tag.
fn start(tag: u64, len: usize) -> usize {
    let mixed = (tag ^ (tag >> 32)).wrapping_mul(GOLDEN);
    let shift = 64 - len.trailing_zeros();
    usize::try_from(mixed >> shift).unwrap_or(0)
}

/// The tag of a number: its bits, zero without a sign.
pub(crate) fn of_number(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// The tag of a text: a hash of its letters without their case.
pub(crate) fn of_text(text: &str) -> u64 {
    if text.is_ascii() { hash(text.as_bytes()) } else { hash(fold::fold(text).as_bytes()) }
}

/// A hash of bytes in which capital letters of ASCII count as small ones.
fn hash(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64;
    let mut eat = |chunk: u64| {
        hash = (hash.rotate_left(29) ^ small(chunk)).wrapping_mul(GOLDEN);
    };
    let (chunks, rest) = bytes.as_chunks::<8>();
    for chunk in chunks {
        eat(u64::from_le_bytes(*chunk));
    }
    if !rest.is_empty() {
        eat(rest.iter().fold(0, |chunk, byte| chunk << 8 | u64::from(*byte)));
    }
    hash ^ (hash >> 29)
}

/// Eight bytes with the capital letters of ASCII made small, all at once.
fn small(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let low = bytes & (0x7F * EACH);
    // The high bit of a byte is set where it is at least `A`, and where it is beyond `Z`.
    let from_a = low + (0x80 - 0x41) * EACH;
    let beyond_z = low + (0x80 - 0x5B) * EACH;
    let capital = (from_a ^ beyond_z) & !bytes & (0x80 * EACH);
    bytes | (capital >> 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_change_the_tag_of_a_text() {
        for text in ["Straße 12 @[`{Zz", "ÉCOLE", "", "a", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "K"] {
            assert_eq!(of_text(text), of_text(&fold::fold(text)), "{text}");
        }
        assert_ne!(of_text("a@"), of_text("a`"));
        assert_eq!(of_number(-0.0), of_number(0.0));
    }

    #[test]
    fn what_was_put_in_is_found() {
        let mut slots = Slots::default();
        for n in 0..10_000_u32 {
            assert_eq!(slots.find_or_insert(of_number(f64::from(n % 700)), |_| true, n), n % 700);
        }
        // The same tag for two groups.
        let mut slots = Slots::default();
        assert_eq!(slots.find_or_insert(5, |_| false, 0), 0);
        assert_eq!(slots.find_or_insert(5, |g| g == 1, 1), 1);
        assert_eq!(slots.find(5, |g| g == 0), Some(0));
        assert_eq!(slots.find(6, |_| true), None);
    }
}
