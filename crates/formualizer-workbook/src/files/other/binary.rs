//! Which formulas of binary files are taken.
//!
//! calamine 0.38 gives wrong places for references to other sheets (its issue 719) and, in `.xlsb`, for ranges; it gives no text for shared and
//! array formulas, and placeholders for some constants. A wrong formula would be calculated without a word, so those keep their
//! values. Names are references to sheets, too, and with them the formulas that use them.

use rustc_hash::FxHashSet;

/// What holds for the formulas of a file.
pub(super) struct Trust {
    /// Names of the workbook, in lower case.
    names: FxHashSet<String>,
    /// Whether ranges are right.
    ranges: bool,
}

impl Trust {
    pub(super) fn new(names: &[(String, String)], ranges: bool) -> Self {
        Self { names: names.iter().map(|(name, _)| name.to_lowercase()).collect(), ranges }
    }

    /// The formula, where its text can be relied on.
    pub(super) fn formula(&self, text: &str) -> Option<String> {
        if text.is_empty() || text.starts_with("Unrecognised formula") {
            return None;
        }
        // What stands between quotes is a text; doubled quotes within make two.
        let code: String = text.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        let wrong = |c: char| matches!(c, '{' | '[' | '\'') || (c == ':' && !self.ranges);
        // Errors have a `!` of their own.
        let plain = code.replace("#REF!", "").replace("#DIV/0!", "").replace("#NUM!", "");
        let plain = plain.replace("#NULL!", "").replace("#VALUE!", "");
        if plain.contains('!') || plain.contains(wrong) {
            return None;
        }
        let word = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | '?'));
        let named = plain.split(word).any(|word| self.names.contains(&word.to_lowercase()));
        (!named).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_wrong_is_not_taken() {
        let names = [("Total".to_owned(), String::new())];
        let (xls, xlsb) = (Trust::new(&names, true), Trust::new(&names, false));
        for text in ["A1+1", "IF(A1=\"Total!\",#REF!,\"a\"\"b:[\")", "TOTALS(A1)", "#N/A"] {
            assert_eq!(xls.formula(text).as_deref(), Some(text));
            assert_eq!(xlsb.formula(text).as_deref(), Some(text));
        }
        assert!(xls.formula("SUM(A1:B2)").is_some() && xlsb.formula("SUM(A1:B2)").is_none());
        for text in
            ["", "Data!A1", "total*2", "{PtgArray}", "[PtgNameX]", "Unrecognised formula for"]
        {
            assert_eq!(xls.formula(text), None, "{text}");
        }
    }
}
