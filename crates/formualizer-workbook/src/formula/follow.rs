//! Texts of formulas that were filled: told apart without compiling each.

use crate::address::Cell;
use formualizer_parse::template_lex::{
    RelocatedMatch, TemplateLexeme, lex_template_for_certified_ast,
};

/// A formula's text, to compare others with.
#[derive(Debug)]
pub(crate) struct Follower {
    text: String,
    at: Cell,
    /// Where its references stand; `None` where that cannot be told without parsing.
    lexeme: Option<TemplateLexeme>,
}

impl Follower {
    /// The formula that stands in a cell, with `=`.
    pub(crate) fn new(text: &str, at: Cell) -> Self {
        Self { text: text.to_owned(), at, lexeme: lex_template_for_certified_ast(text) }
    }

    /// Whether the text of another cell is this one filled to there. `false` says nothing.
    pub(crate) fn matches(&self, text: &str, at: Cell) -> bool {
        let by = |to: u32, from: u32| i64::from(to) - i64::from(from);
        let (rows, cols) = (by(at.row, self.at.row), by(at.col, self.at.col));
        self.lexeme.as_ref().is_some_and(|lexeme| {
            lexeme.match_relocated(&self.text, text, rows, cols) == RelocatedMatch::Match
        })
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_formula_is_known_by_its_text() {
        let first = Follower::new("=IF(A2>$B$1,LOG10(A2),Sheet2!C2&\"A2\")", Cell::new(1, 3));
        let third = "=IF(A4>$B$1,LOG10(A4),Sheet2!C4&\"A2\")";
        assert!(first.matches(third, Cell::new(3, 3)));
        assert!(!first.matches(third, Cell::new(2, 3)));
        assert!(!first.matches("=IF(A4>$B$1,LOG10(A4),Sheet2!C4&\"A4\")", Cell::new(3, 3)));
        assert!(
            !Follower::new("=Table1[x]", Cell::new(0, 0)).matches("=Table1[x]", Cell::new(0, 0))
        );
    }
}
