//! Names that a formula would take for something else.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::LazyLock,
};
use udf_abi::manifest::normalise_name;

/// Functions that spreadsheets have of their own.
static BUILT_IN: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("built_in.txt").split_whitespace().collect());

/// The last column and the last row of a sheet.
const LAST_COLUMN: u32 = 16_384;
const LAST_ROW: u64 = 1_048_576;

/// Whether a spreadsheet has a function of this name.
pub(super) fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(normalise_name(name).as_str())
}

/// Whether a formula reads this name as a cell: `AB12`, or `R1C1` in the other notation.
pub(super) fn is_cell(name: &str) -> bool {
    let name = normalise_name(name);
    let letters = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let (column, row) = name.split_at(letters);
    let column_number = column.bytes().take(4).fold(0, |n, c| n * 26 + u32::from(c - b'A') + 1);
    let is_a1 = (1..=3).contains(&letters)
        && column_number <= LAST_COLUMN
        && row.parse::<u64>().is_ok_and(|row| (1..=LAST_ROW).contains(&row))
        && row.bytes().all(|c| c.is_ascii_digit());
    let is_r1c1 = name.strip_prefix('R').and_then(|rest| rest.split_once('C')).is_some_and(
        |(row, column)| [row, column].iter().all(|n| n.bytes().all(|c| c.is_ascii_digit())),
    );
    is_a1 || is_r1c1 || name == "R" || name == "C"
}

/// What is unusual about a name that formulas can hold.
pub(super) fn oddity(name: &str) -> Option<&'static str> {
    if name.chars().any(char::is_lowercase) {
        Some("has small letters, and spreadsheets show names in capitals")
    } else if !name.is_ascii() {
        Some("has letters that not every keyboard has")
    } else if name.contains('.') {
        Some("has a dot, which SQL and Python read as a path")
    } else if normalise_name(name).len() < name.len() {
        Some("has a prefix that spreadsheet files add by themselves")
    } else {
        None
    }
}

/// Most candidates that are compared; names that are all alike have a million pairs.
const MAX_COMPARED: usize = 100_000;

/// A name as [`near`] compares names.
struct Typed {
    key: String,
    without_digits: String,
    length: usize,
}

impl Typed {
    fn of(name: &str) -> Self {
        let key = normalise_name(name);
        let without_digits = key.chars().filter(|c| !c.is_ascii_digit()).collect();
        let length = key.chars().count();
        Self { key, without_digits, length }
    }

    /// Whether the names are one slip of the finger apart: not those that differ in a number.
    fn is_near(&self, other: &Self) -> bool {
        self.length.min(other.length) >= 4
            && self.without_digits != other.without_digits
            && strsim::osa_distance(&self.key, &other.key) == 1
    }
}

/// The first pairs, at most `most` of them, of names of different functions that are one slip of the finger
/// apart, one for each pair of functions: where they stand in the list. A name comes with the number of its function.
///
/// Names that are near have a text in common, which either is when it lacks a character, or are equal
/// but for two neighbours that have changed places: nothing is compared that has neither in common.
pub(super) fn near(names: &[(usize, &str)], most: usize) -> Vec<(usize, usize)> {
    let typed: Vec<Typed> = names.iter().map(|(_, name)| Typed::of(name)).collect();
    let mut alike: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut candidates = BTreeSet::new();
    for (at, name) in typed.iter().enumerate().filter(|(_, name)| name.length >= 4) {
        let mut traces = traces(&name.key);
        traces.sort_unstable();
        traces.dedup();
        for trace in traces {
            let others = alike.entry(trace).or_default();
            let room = MAX_COMPARED.saturating_sub(candidates.len());
            let of_others = others.iter().filter(|other| {
                names[**other].0 != names[at].0
                    && typed[**other].without_digits != name.without_digits
            });
            candidates.extend(of_others.take(room).map(|other| (*other, at)));
            others.push(at);
        }
    }
    let mut told = HashSet::new();
    let near = candidates.into_iter().filter(|(a, b)| typed[*a].is_near(&typed[*b]));
    let near = near.filter(|(a, b)| told.insert((names[*a].0, names[*b].0)));
    near.take(most).collect()
}

/// Hashes of a text, of the text without each of its characters, and of the text with each two
/// neighbours sorted: names one slip apart share one. That others do too costs a comparison.
fn traces(text: &str) -> Vec<u64> {
    /// Of a polynomial over the characters: any large odd number will do.
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    let chars: Vec<u64> = text.chars().map(|c| u64::from(u32::from(c)) + 1).collect();
    let join = |head: u64, tail: &[u64]| {
        tail.iter().fold(head, |hash, c| hash.wrapping_mul(BASE).wrapping_add(*c))
    };
    let mut heads = vec![0];
    for c in &chars {
        heads.push(join(heads[heads.len() - 1], &[*c]));
    }
    // The hash of a text's end, and what the hash of all before it is multiplied with.
    let mut ends = vec![(0u64, 1u64)];
    for c in chars.iter().rev() {
        let (hash, power) = ends[ends.len() - 1];
        ends.push((c.wrapping_mul(power).wrapping_add(hash), power.wrapping_mul(BASE)));
    }
    let whole = |head: u64, from: usize| {
        let (hash, power) = ends[chars.len() - from];
        head.wrapping_mul(power).wrapping_add(hash)
    };
    let mut traces = vec![heads[chars.len()]];
    for (at, head) in heads.iter().enumerate().take(chars.len()) {
        traces.push(whole(*head, at + 1));
        if let Some(&[a, b]) = chars.get(at..at + 2)
            && a > b
        {
            traces.push(whole(join(*head, &[b, a]), at + 2));
        }
    }
    traces
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, Typed, is_built_in, is_cell, near};

    #[test]
    fn built_in_functions_are_known_in_any_case() {
        for name in ["SUM", "sum", "_xlfn.XLOOKUP", "STDEV.S", "LAMBDA", "ZTEST"] {
            assert!(is_built_in(name), "{name}");
        }
        for name in ["BS_CALL", "SUMS", "SPEED"] {
            assert!(!is_built_in(name), "{name}");
        }
        assert!(BUILT_IN.len() > 450, "{}", BUILT_IN.len());
        assert!(BUILT_IN.iter().all(|n| *n == n.to_uppercase()));
    }

    #[test]
    fn names_that_are_cells_are_told() {
        for name in ["A1", "xfd1048576", "AB12", "R1C1", "RC", "R", "c", "R2C"] {
            assert!(is_cell(name), "{name}");
        }
        for name in ["XFE1", "A1048577", "A0", "ABCD1", "A", "A1B", "BS_CALL", "RATE", "A_1", "RXC"]
        {
            assert!(!is_cell(name), "{name}");
        }
    }

    fn are_near(a: &str, b: &str) -> bool {
        let found = !near(&[(0, a), (1, b)], 20).is_empty();
        assert_eq!(found, Typed::of(a).is_near(&Typed::of(b)), "{a} and {b}");
        found
    }

    #[test]
    fn slips_of_the_finger_are_near() {
        assert!(are_near("PRICE", "PRICES"));
        assert!(are_near("PRICE", "pirce"));
        assert!(are_near("PIRCE", "price"));
        assert!(are_near("BOND", "BONDS"));
        assert!(are_near("PRICE", "PRIZE"));
        assert!(are_near("GRÖSSE", "große"));
        assert!(!are_near("LOG2", "LOG1"));
        assert!(!are_near("ID_I8", "ID_I16"));
        assert!(!are_near("BUY", "BAY"));
        assert!(!are_near("PRICE", "SPREAD"));
    }

    #[test]
    fn a_pair_of_functions_is_told_once_and_a_function_is_not_near_itself() {
        let names = [(0, "PRICE"), (0, "PRICES"), (1, "PRIZE"), (1, "PRIZES"), (2, "OTHER")];
        assert_eq!(near(&names, 20), [(0, 2)]);
        assert!(near(&names, 0).is_empty());
    }

    #[test]
    fn of_names_by_the_thousand_that_are_all_alike_few_pairs_are_told() {
        let stem = "X".repeat(124);
        let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
        let names: Vec<String> = (0..2_000)
            .map(|n| format!("{stem}{}{}{}", letter(n / 676), letter(n / 26), letter(n)))
            .collect();
        let names: Vec<_> = names.iter().map(String::as_str).enumerate().collect();
        assert_eq!(near(&names, 20).len(), 20);
    }
}
