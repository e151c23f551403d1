//! A criterion as it is asked for one row: without a copy where it is a value to be equal to.

use crate::{
    call::Result,
    semantics::{Criterion, Question, Scalar, TextRules, fold, parse_number},
};
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, PoisonError};
use udf_abi::ErrorCode;

/// Longer criteria are `#VALUE!`, as keys of lookups are.
const LONGEST: usize = 255;

/// A criterion.
#[derive(Clone, Debug)]
pub(super) enum Asked<'a> {
    /// A number, a logical value, an error, or a text that means itself.
    Equal(Scalar<'a>, TextRules),
    /// Another text, and what it means.
    Criterion(&'a str, Arc<Criterion>),
    /// The rows before one, of a column of the numbers of rows.
    Before(f64),
}

/// Criteria that have been read, by their texts: rows often ask with the same ones.
#[derive(Debug, Default)]
pub(super) struct Read(Mutex<FxHashMap<Box<str>, Arc<Criterion>>>);

/// Criteria that are kept.
const MOST_READ: usize = 1 << 12;

impl Read {
    fn criterion(&self, text: &str, rules: TextRules) -> Arc<Criterion> {
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(criterion) = read.get(text) {
            return Arc::clone(criterion);
        }
        let criterion = Arc::new(Criterion::new(Scalar::Text(text), rules));
        if read.len() < MOST_READ {
            read.insert(text.into(), Arc::clone(&criterion));
        }
        criterion
    }
}

/// How an index can answer a criterion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Class {
    /// By the groups of equal cells.
    Equal,
    /// By a stretch of numbers in order: below a bound or above it, with it or without it.
    Order((bool, bool, f64)),
    /// All but some groups.
    Unequal,
    /// Only by a look at each cell.
    Rest,
}

impl<'a> Asked<'a> {
    pub(super) fn of(value: Scalar<'a>, rules: TextRules, read: &Read) -> Result<Self> {
        Ok(match value {
            Scalar::Blank => Self::Equal(Scalar::Number(0.0), rules),
            Scalar::Text(text) => {
                if text.len() > LONGEST && text.encode_utf16().count() > LONGEST {
                    return Err(ErrorCode::Value);
                }
                if Criterion::is_plain(text, rules) {
                    Self::Equal(value, rules)
                } else {
                    Self::Criterion(text, read.criterion(text, rules))
                }
            }
            value => Self::Equal(value, rules),
        })
    }

    /// How an index can answer it.
    pub(super) fn class(&self) -> Class {
        let criterion = match self {
            Self::Criterion(_, criterion) => criterion,
            Self::Before(row) => return Class::Order((true, false, *row)),
            Self::Equal(..) => return Class::Equal,
        };
        match criterion.question() {
            Question::NumberOrder { less, equal, bound } if !criterion.is_negated() => {
                Class::Order((less, equal, bound))
            }
            Question::NumberOrder { .. } | Question::Other => Class::Rest,
            _ if criterion.is_negated() => Class::Unequal,
            _ => Class::Equal,
        }
    }

    /// What equal cells are asked for.
    pub(super) fn question(&self) -> Question<'_> {
        match self {
            Self::Equal(Scalar::Number(n), _) => Question::Number(*n),
            Self::Equal(Scalar::Text(text), _) => Question::Text(text),
            Self::Equal(Scalar::Logical(b), _) => Question::Logical(*b),
            Self::Equal(Scalar::Error(code), _) => Question::Error(*code),
            Self::Equal(Scalar::Blank, _) => Question::Blank,
            Self::Criterion(_, criterion) => criterion.question(),
            Self::Before(row) => Question::NumberOrder { less: true, equal: false, bound: *row },
        }
    }

    /// Whether a cell is one that the criterion finds.
    pub(super) fn matches(&self, cell: Scalar<'_>) -> bool {
        match self {
            Self::Criterion(_, criterion) => criterion.matches(cell),
            Self::Before(row) => matches!(cell, Scalar::Number(n) if n < *row),
            Self::Equal(value, rules) => match (*value, cell) {
                (Scalar::Number(n), Scalar::Text(text)) => parse_number(text, *rules) == Some(n),
                (Scalar::Text(a), Scalar::Text(b)) => fold::eq(a, b),
                (a, b) => a == b,
            },
        }
    }
}
