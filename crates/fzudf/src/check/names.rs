//! Names that a formula would take for something else.

use std::collections::HashSet;
use std::sync::LazyLock;
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

/// Whether two names are one slip of the finger apart: not those that differ in a number.
pub(super) fn are_near(a: &str, b: &str) -> bool {
    let (a, b) = (normalise_name(a), normalise_name(b));
    let without_digits =
        |s: &str| -> String { s.chars().filter(|c| !c.is_ascii_digit()).collect() };
    a.chars().count().min(b.chars().count()) >= 4
        && without_digits(&a) != without_digits(&b)
        && strsim::osa_distance(&a, &b) == 1
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, are_near, is_built_in, is_cell};

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

    #[test]
    fn slips_of_the_finger_are_near() {
        assert!(are_near("PRICE", "PRICES"));
        assert!(are_near("PRICE", "pirce"));
        assert!(!are_near("LOG2", "LOG1"));
        assert!(!are_near("ID_I8", "ID_I16"));
        assert!(!are_near("BUY", "BAY"));
        assert!(!are_near("PRICE", "SPREAD"));
    }
}
