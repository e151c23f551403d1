//! Function names as spreadsheets compare them.

use crate::exports::NAME_PREFIXES;
use alloc::string::String;

/// The key under which a function name is looked up: without the prefixes of spreadsheet files
/// (`_xlfn.`, `_xludf.`, `_xll.`, in any case, however many) and in upper case.
///
/// ```
/// use udf_abi::manifest::normalise_name;
/// assert_eq!(normalise_name("_xlfn._XLL.Bs_Call"), "BS_CALL");
/// ```
#[must_use]
pub fn normalise_name(name: &str) -> String {
    strip_prefixes(name).to_uppercase()
}

fn strip_prefixes(mut name: &str) -> &str {
    while let Some(rest) = NAME_PREFIXES.iter().find_map(|prefix| {
        let head = name.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then(|| &name[prefix.len()..])
    }) {
        name = rest;
    }
    name
}

/// Whether a formula can call a function by this name: a letter or `_` first, then letters,
/// digits, `_` and `.` (Unicode letters included), prefixes aside.
pub(super) fn is_callable(name: &str) -> bool {
    let mut chars = strip_prefixes(name).chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::{is_callable, normalise_name};

    #[test]
    fn prefixes_are_stripped_in_any_case_and_number() {
        for name in ["bs", "_xlfn.bs", "_XLFN.BS", "_xll._xludf.Bs"] {
            assert_eq!(normalise_name(name), "BS");
        }
        assert_eq!(normalise_name("xlfn.bs"), "XLFN.BS");
        assert_eq!(normalise_name("größe"), "GRÖSSE");
    }

    #[test]
    fn names_that_a_formula_cannot_hold_are_told() {
        for good in ["A", "_x", "BS_CALL", "STDEV.S", "größe", "_xlfn.FOO"] {
            assert!(is_callable(good), "{good}");
        }
        for bad in ["", "1A", "A B", "A(", "A-B", "_xlfn.", ".A", "A!B", "A\n"] {
            assert!(!is_callable(bad), "{bad}");
        }
    }
}
