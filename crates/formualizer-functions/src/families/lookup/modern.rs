//! The lookups of newer versions of Excel, with modes of matching and of searching.
//!
//! Sources: Microsoft, "XLOOKUP function", "XMATCH function".
//!
//! | match mode | finds |
//! |---|---|
//! | 0 | the key |
//! | -1, 1 | the key, or else the next below, the next above it |
//! | 2 | a text by wildcards |
//! | 3 | a text in which a regular expression finds something |
//!
//! | search mode | goes |
//! |---|---|
//! | 1, -1 | from the first cell on, from the last cell back |
//! | 2, -2 | by halves through cells that rise, that fall |

use super::{
    classic::one_based,
    row_of,
    search::{Keys, Which},
    table,
};
use crate::families::text::regexes::expression;
use crate::{
    call::{self, Call, Output, Result},
    cells::{Cells, Table},
    record::{Kernel, Prepared, Record, array, value},
    semantics::Scalar,
};
use fancy_regex::Regex;
use std::{
    cmp::Ordering,
    sync::{Arc, Mutex, PoisonError},
};
use udf_abi::ErrorCode;

pub(super) const XLOOKUP: Record = Record::new(
    "XLOOKUP",
    &[
        value("lookup_value"),
        array("lookup_array"),
        array("return_array"),
        value("if_not_found").skippable(),
        value("match_mode").skippable(),
        value("search_mode").skippable(),
    ],
    Kernel::Prepared(xlookup),
    "The row or column of an array that stands where a key is found in another.",
)
.spreading()
.taking_errors()
.future()
.differing("Regular expressions have neither backreferences nor lookaround.");

pub(super) const XMATCH: Record = Record::new(
    "XMATCH",
    &[
        value("lookup_value"),
        array("lookup_array"),
        value("match_mode").skippable(),
        value("search_mode").skippable(),
    ],
    Kernel::Prepared(xmatch),
    "The position at which a key is found in a row or column.",
)
.future()
.differing("Regular expressions have neither backreferences nor lookaround.");

/// The keys of an array, and whether they run down.
struct Line<'a> {
    keys: Keys<'a>,
    down: bool,
    /// Blank cells below the keys, which are not held.
    tail: usize,
    /// The regular expression that was asked for last.
    pattern: Mutex<Option<(String, Option<Arc<Regex>>)>>,
}

impl<'a> Line<'a> {
    fn of(call: &Call<'a>, table: &Table, rows: usize) -> Result<Self> {
        let keys = match table.columns() {
            [column] => Keys::of_column(column, call.context(), rows),
            _ if table.height() == 1 => Keys::of_row(row_of(table, 0), call.context(), rows),
            _ => return Err(ErrorCode::Value),
        };
        let tail = table.blank_tail();
        Ok(Self { keys, down: table.width() == 1, tail, pattern: Mutex::new(None) })
    }

    /// Where a key is found by modes of matching and searching.
    fn find(&self, key: Scalar<'_>, matching: i64, searching: i64) -> Result<Option<usize>> {
        let keys = &self.keys;
        let which = if searching == -1 { Which::Last } else { Which::First };
        if key == Scalar::Blank
            && let Some(place) = self.blank(which)?
        {
            return Ok(Some(place));
        }
        match searching {
            1 | -1 => {}
            2 | -2 => return self.halve(key, matching, searching == -2),
            _ => return Err(ErrorCode::Value),
        }
        match matching {
            0 => keys.exact(key, which),
            -1 => keys.nearest(key, true, which),
            1 => keys.nearest(key, false, which),
            2 => keys.wild(key, which),
            3 => {
                let pattern = self.pattern(key)?;
                Ok(keys.that(which, |text| pattern.is_match(text).unwrap_or(false)))
            }
            _ => Err(ErrorCode::Value),
        }
    }

    /// A blank cell, which a blank key finds before anything else, by halves too (stored).
    fn blank(&self, which: Which) -> Result<Option<usize>> {
        let held = self.keys.len();
        match (which, self.tail) {
            (Which::Last, 1..) => Ok(Some(held + self.tail - 1)),
            (_, 0) => self.keys.exact(Scalar::Blank, which),
            (Which::First, _) => Ok(self.keys.exact(Scalar::Blank, which)?.or(Some(held))),
        }
    }

    fn halve(&self, key: Scalar<'_>, matching: i64, falling: bool) -> Result<Option<usize>> {
        let keys = &self.keys;
        if !(-1..=1).contains(&matching) {
            return Err(ErrorCode::Value);
        }
        let place = if falling { keys.falling(key)? } else { keys.rising(key)? };
        // Of equal cells that rise the first is meant, of those that fall the last (stored).
        let same = match place.before.filter(|row| keys.is(*row, key)) {
            Some(_) if !falling => keys.exact(key, Which::First)?,
            same => same,
        };
        // Numbers come before texts, texts before logical values: where no cell is of the key's kind, the nearest is of another
        // one, and what comes next may be of another one, too (stored).
        let start = || if keys.has_kind_of(key) { place.end } else { 0 };
        Ok(match (matching, falling) {
            (0, _) => same,
            (-1, false) => same.or(place.before).or_else(|| keys.last_of_kind(key, Ordering::Less)),
            (1, true) => place.before.or_else(|| keys.last_of_kind(key, Ordering::Greater)),
            (1, false) => same.or_else(|| keys.from(start(), key, Ordering::Greater)),
            _ => same.or_else(|| keys.from(start(), key, Ordering::Less)),
        })
    }

    fn pattern(&self, key: Scalar<'_>) -> Result<Arc<Regex>> {
        let text = call::text(key)?;
        let mut last = self.pattern.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_none_or(|(other, _)| *other != text) {
            *last = Some((text.clone().into_owned(), expression(&text, false).map(Arc::new)));
        }
        last.as_ref().and_then(|(_, pattern)| pattern.clone()).ok_or(ErrorCode::Value)
    }
}

fn xmatch<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    let line = Line::of(call, &*table(call, 1)?, rows)?;
    Ok(Box::new(move |call| {
        let found = line.find(call.scalar(0), call.integer_or(2, 0)?, call.integer_or(3, 1)?)?;
        found.map(one_based).ok_or(ErrorCode::Na)
    }))
}

fn xlookup<'a>(call: &Call<'a>, rows: usize) -> Result<Box<Prepared<'a>>> {
    let (lookup, result) = (table(call, 1)?, table(call, 2)?);
    let mut line = Line::of(call, &lookup, rows)?;
    // A single key stands for a row or a column, whichever the result has one of.
    line.down &= lookup.height() + lookup.blank_tail() > 1 || result.height() == 1;
    let fits = if line.down {
        result.height() + result.blank_tail() == lookup.height() + lookup.blank_tail()
    } else {
        result.width() == lookup.width()
    };
    if !fits {
        return Err(ErrorCode::Value);
    }
    Ok(Box::new(move |call| {
        let key = call.scalar(0);
        if let Scalar::Error(code) = key {
            return Err(code);
        }
        let found = line.find(key, call.integer_or(4, 0)?, call.integer_or(5, 1)?)?;
        let Some(at) = found else {
            return match call.is_missing(3) {
                true => Err(ErrorCode::Na),
                false => Ok(Output::Value(call.cell(3).owned())),
            };
        };
        if line.down && result.width() == 1 || !line.down && result.height() == 1 {
            let (row, col) = if line.down { (at, 0) } else { (0, at) };
            return Ok(Output::Value(result.get(row, col).owned()));
        }
        let columns = if line.down {
            result.columns().iter().map(|column| Cells::repeat(column.get(at), 1)).collect()
        } else {
            result.columns().get(at).cloned().into_iter().collect()
        };
        Table::try_new(columns).map(Output::from).ok_or(ErrorCode::Ref)
    }))
}
