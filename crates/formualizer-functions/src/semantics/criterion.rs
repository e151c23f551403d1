//! Criteria of `COUNTIF`, `SUMIFS` and their family.
//!
//! | criterion | what it finds |
//! |---|---|
//! | a number, or a text that is one: `12`, `"12"`, `"=12"`, `"$12"`, `"1/2/2024"` | that number, and texts that are that number |
//! | `"<12"`, `">=12"` | numbers only |
//! | `TRUE`, `"TRUE"` | that logical value |
//! | `"#N/A"`, an error | that error |
//! | a text | the same text but for case, with wildcards |
//! | `"<m"`, `">=m"` | texts only, in the order of texts |
//! | `""` | blanks and empty texts |
//! | `"="` | blanks only |
//! | a blank cell | 0 |
//! | `"<>…"` | everything that `…` does not find, blanks and errors among it; `"<>"` what is not blank |
//!
//! Sources: Microsoft, "COUNTIF function" and "SUMIFS function"; stored values of both, which show each line but
//! those of logical order and of dates. Numbers are compared exactly.

use super::{Pattern, Scalar, TextRules, compare, fold, parse_number};
use std::cmp::Ordering;
use udf_abi::ErrorCode;

/// A criterion, made once and held against many cells.
#[derive(Clone, Debug)]
pub struct Criterion {
    test: Test,
    negated: bool,
    rules: TextRules,
}

#[derive(Clone, Debug)]
enum Test {
    Blank,
    BlankOrEmpty,
    Number(f64),
    Logical(bool),
    Error(ErrorCode),
    /// Without case.
    Text(String),
    Pattern(Pattern),
    NumberOrder(Holds, f64),
    TextOrder(Holds, String),
    LogicalOrder(Holds, bool),
    Never,
}

/// Which orders a comparison holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Holds {
    less: bool,
    equal: bool,
}

impl Holds {
    fn holds(self, order: Ordering) -> bool {
        match order {
            Ordering::Equal => self.equal,
            Ordering::Less => self.less,
            Ordering::Greater => !self.less,
        }
    }
}

/// What a criterion asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Question<'a> {
    /// Blank cells.
    Blank,
    /// Blank cells and empty texts.
    BlankOrEmpty,
    /// A number, and texts that are that number.
    Number(f64),
    /// A logical value.
    Logical(bool),
    /// An error.
    Error(ErrorCode),
    /// A text, without its case.
    Text(&'a str),
    /// Numbers on one side of a bound.
    NumberOrder {
        /// Those below it; otherwise those above.
        less: bool,
        /// The bound itself, too.
        equal: bool,
        /// The bound.
        bound: f64,
    },
    /// Something else, which each cell has to be held against.
    Other,
}

impl Criterion {
    /// The criterion that a value stands for.
    #[must_use]
    pub fn new(value: Scalar<'_>, rules: TextRules) -> Self {
        let (test, negated) = match value {
            Scalar::Blank => (Test::Number(0.0), false),
            Scalar::Number(n) => (Test::Number(n), false),
            Scalar::Logical(b) => (Test::Logical(b), false),
            Scalar::Error(error) => (Test::Error(error), false),
            Scalar::Text(text) => of_text(text, rules),
        };
        Self { test, negated, rules }
    }

    /// Whether a cell is one that the criterion finds.
    #[must_use]
    pub fn matches(&self, cell: Scalar<'_>) -> bool {
        self.finds(cell) != self.negated
    }

    /// The number that cells have to be equal to, where the criterion asks for one: what an index of numbers
    /// can answer.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self.test {
            Test::Number(n) if !self.negated => Some(n),
            _ => None,
        }
    }

    /// What the criterion asks for, as far as an index can answer it. Where [`Self::is_negated`], the cells that
    /// it does not find are meant.
    #[must_use]
    pub fn question(&self) -> Question<'_> {
        match &self.test {
            Test::Blank => Question::Blank,
            Test::BlankOrEmpty => Question::BlankOrEmpty,
            Test::Number(n) => Question::Number(*n),
            Test::Logical(b) => Question::Logical(*b),
            Test::Error(error) => Question::Error(*error),
            Test::Text(text) => Question::Text(text),
            Test::NumberOrder(Holds { less, equal }, n) => {
                Question::NumberOrder { less: *less, equal: *equal, bound: *n }
            }
            Test::Pattern(_) | Test::TextOrder(..) | Test::LogicalOrder(..) | Test::Never => {
                Question::Other
            }
        }
    }

    /// Whether the criterion finds what its question does not.
    #[must_use]
    pub fn is_negated(&self) -> bool {
        self.negated
    }

    /// Whether a text stands for itself as a criterion: no operator, no wildcard, no number, logical value or error.
    #[must_use]
    pub fn is_plain(text: &str, rules: TextRules) -> bool {
        let Some(first) = text.bytes().next() else { return false };
        !matches!(first, b'<' | b'>' | b'=' | b'#')
            && !text.bytes().any(|byte| matches!(byte, b'*' | b'?' | b'~'))
            && !text.eq_ignore_ascii_case("TRUE")
            && !text.eq_ignore_ascii_case("FALSE")
            && parse_number(text, rules).is_none()
    }

    fn finds(&self, cell: Scalar<'_>) -> bool {
        match (&self.test, cell) {
            (Test::Blank | Test::BlankOrEmpty, Scalar::Blank) => true,
            (Test::BlankOrEmpty, Scalar::Text(text)) => text.is_empty(),
            (Test::Number(n), Scalar::Number(cell)) => *n == cell,
            (Test::Number(n), Scalar::Text(text)) => parse_number(text, self.rules) == Some(*n),
            (Test::Logical(b), Scalar::Logical(cell)) => *b == cell,
            (Test::Error(error), Scalar::Error(cell)) => *error == cell,
            (Test::Text(text), Scalar::Text(cell)) => fold::eq(text, cell),
            (Test::Pattern(pattern), Scalar::Text(cell)) => pattern.matches(cell),
            (Test::NumberOrder(holds, n), Scalar::Number(cell)) => {
                cell.partial_cmp(n).is_some_and(|order| holds.holds(order))
            }
            (Test::TextOrder(holds, text), Scalar::Text(cell)) => {
                holds.holds(compare::texts(cell, text))
            }
            (Test::LogicalOrder(holds, b), Scalar::Logical(cell)) => holds.holds(cell.cmp(b)),
            _ => false,
        }
    }
}

fn of_text(text: &str, rules: TextRules) -> (Test, bool) {
    let order = |less, equal| Some(Holds { less, equal });
    let (holds, negated, operand) = match text.as_bytes() {
        [b'<', b'>', ..] => (None, true, &text[2..]),
        [b'<', b'=', ..] => (order(true, true), false, &text[2..]),
        [b'>', b'=', ..] => (order(false, true), false, &text[2..]),
        [b'<', ..] => (order(true, false), false, &text[1..]),
        [b'>', ..] => (order(false, false), false, &text[1..]),
        [b'=', ..] => (None, false, &text[1..]),
        [] => return (Test::BlankOrEmpty, false),
        _ => (None, false, text),
    };
    let operand = Operand::of(operand, rules);
    let test = match (holds, operand) {
        (None, Operand::Empty) => Test::Blank,
        (None, Operand::Number(n)) => Test::Number(n),
        (None, Operand::Logical(b)) => Test::Logical(b),
        (None, Operand::Error(error)) => Test::Error(error),
        (None, Operand::Text(text)) => {
            let pattern = Pattern::new(text);
            pattern.literal().map_or(Test::Pattern(pattern), Test::Text)
        }
        (Some(holds), Operand::Empty) => Test::TextOrder(holds, String::new()),
        (Some(holds), Operand::Number(n)) => Test::NumberOrder(holds, n),
        (Some(holds), Operand::Logical(b)) => Test::LogicalOrder(holds, b),
        (Some(Holds { equal: true, .. }), Operand::Error(error)) => Test::Error(error),
        (Some(_), Operand::Error(_)) => Test::Never,
        (Some(holds), Operand::Text(text)) => Test::TextOrder(holds, text.to_owned()),
    };
    (test, negated)
}

/// What stands behind the operator.
enum Operand<'a> {
    Empty,
    Number(f64),
    Logical(bool),
    Error(ErrorCode),
    Text(&'a str),
}

impl<'a> Operand<'a> {
    fn of(text: &'a str, rules: TextRules) -> Self {
        if text.is_empty() {
            Self::Empty
        } else if let Some(n) = parse_number(text, rules) {
            Self::Number(n)
        } else if text.eq_ignore_ascii_case("TRUE") {
            Self::Logical(true)
        } else if text.eq_ignore_ascii_case("FALSE") {
            Self::Logical(false)
        } else {
            ErrorCode::from_text(text).map_or(Self::Text(text), Self::Error)
        }
    }
}
