//! Function names, as docs/manifest.md has them.

use udf_abi::exports::{MAX_NAME_BYTES, NAME_PREFIXES};

/// How a name is compared: without the prefixes of spreadsheet files, in upper case.
pub(crate) fn key(name: &str) -> String {
    strip(name).to_uppercase()
}

fn strip(mut name: &str) -> &str {
    while let Some(rest) = NAME_PREFIXES.iter().find_map(|prefix| {
        let head = name.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then(|| &name[prefix.len()..])
    }) {
        name = rest;
    }
    name
}

/// What is wrong with a name, if anything.
pub(crate) fn problem(name: &str) -> Option<String> {
    if name.len() > MAX_NAME_BYTES {
        return Some(format!("{} bytes; a name has at most {MAX_NAME_BYTES}", name.len()));
    }
    let mut chars = strip(name).chars();
    let good = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    (!good).then(|| {
        format!(
            "`{name}` cannot be called in a formula: start with a letter or `_`, then letters, \
             digits, `_` and `.`"
        )
    })
}

/// What is wrong with the name of a column or a parameter, if anything.
pub(crate) fn label_problem(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("a name is not empty".into());
    }
    if name.trim() != name {
        return Some(format!("`{name}` starts or ends with white space: remove it"));
    }
    let long = name.len() > MAX_NAME_BYTES;
    long.then(|| format!("{} bytes; a name has at most {MAX_NAME_BYTES}", name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_and_prefixes() {
        assert_eq!(key("_xlfn._XLL.größe"), "GRÖSSE");
    }

    #[test]
    fn names_of_columns_are_any_text_without_white_space_at_its_ends() {
        assert_eq!(label_problem("upper band (%)"), None);
        for bad in ["", " a", "a ", &"A".repeat(129)] {
            assert!(label_problem(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn names_that_a_formula_cannot_hold_are_told() {
        for good in ["A", "_x", "STDEV.S", "größe"] {
            assert_eq!(problem(good), None);
        }
        for bad in ["", "1A", "A B", "_xlfn.", &"A".repeat(129)] {
            assert!(problem(bad).is_some(), "{bad}");
        }
    }
}
