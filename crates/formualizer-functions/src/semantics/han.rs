//! The order of Chinese characters: those in common use by how they are read, the others behind them.
//!
//! `han.txt` has the 3 755 characters of level one of GB/T 2312-1980 in the order of that standard, which is by pinyin, then by
//! strokes: how Chinese editions of Excel sort. Characters of other levels keep the order of Unicode.

use std::sync::LazyLock;

/// The characters that may be in the list: CJK Unified Ideographs.
const FIRST: u32 = 0x4E00;
const LAST: u32 = 0x9FFF;
/// Places for the characters of the list, before those that are not in it.
const LISTED: u32 = 0x1000;

/// One more than where a character stands in the list, or 0, from [`FIRST`] on.
static PLACES: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut places = vec![0; (LAST - FIRST + 1) as usize];
    let listed = include_str!("han.txt").chars().filter(|c| *c != '\n');
    for (c, place) in listed.zip(1..) {
        if let Some(entry) = places.get_mut((u32::from(c) - FIRST) as usize) {
            *entry = place;
        }
    }
    places
});

/// A number for each character, in the order of Unicode but for what the list orders.
pub(super) fn place(c: char) -> u32 {
    match u32::from(c) {
        c @ ..FIRST => c,
        c @ FIRST..=LAST => match PLACES.get((c - FIRST) as usize) {
            Some(place @ 1..) => FIRST + u32::from(*place),
            _ => c + LISTED,
        },
        c => c + LISTED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn common_characters_are_in_the_order_of_their_reading() {
        // a, bei jing, hu, ke, ren, shang hai, yi, yuan, zuo.
        let read = "啊北护京科人上海医员座";
        let mut sorted: Vec<char> = read.chars().collect();
        sorted.sort_by_key(|c| place(*c));
        assert_eq!(sorted.iter().collect::<String>(), "啊北海护京科人上医员座");
        // One that is not in common use stands behind, before other scripts.
        assert!(
            place('座') < place('丂') && place('丂') < place('한') && place('ん') < place('啊')
        );
    }

    #[test]
    fn no_two_characters_have_the_same_place() {
        let places: HashSet<u32> = ('\0'..=char::MAX).map(place).collect();
        assert_eq!(places.len(), ('\0'..=char::MAX).count());
        assert_eq!(PLACES.iter().filter(|place| **place > 0).count(), 3755);
    }
}
