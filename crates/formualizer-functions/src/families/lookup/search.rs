//! A column or row of keys, ready to be searched: by a look at every cell for few askers, by an index for many.

use crate::{
    call::{Context, Result},
    cells::Cells,
    indexes::{
        FEW, Index, Indexes,
        groups::Groups,
        series::{Logicals, Numbers, Place, Texts, down_to, halves, run_of},
        sorted::Sorted,
    },
    semantics::{Pattern, Scalar, compare, fold},
};
use arrow_array::Array as _;
use std::{
    cmp::Ordering,
    convert::Infallible,
    sync::{Arc, OnceLock},
};
use udf_abi::ErrorCode;

/// Longer keys are `#VALUE!` (Microsoft, "MATCH function": 255 characters).
const LONGEST_KEY: usize = 255;

/// Which of several equal cells is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    First,
    Last,
}

/// Keys, and what has been made of them.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    cells: Cells,
    context: Context<'a>,
    /// Whether indexes are worth while.
    indexed: bool,
    /// Whether the cells are a column that other calls may ask for.
    shared: bool,
    groups: OnceLock<Arc<Groups>>,
    numbers: OnceLock<Arc<Numbers>>,
    logicals: OnceLock<Arc<Logicals>>,
    texts: OnceLock<Arc<Texts>>,
    sorted: OnceLock<Arc<Sorted>>,
}

impl<'a> Keys<'a> {
    /// The keys of a column, which other calls may ask for, too.
    pub(super) fn of_column(cells: &Cells, context: Context<'a>, rows: usize) -> Self {
        let indexed = context.indexes.worth(cells, rows);
        Self::new(cells.clone(), context, indexed, true)
    }

    /// Keys that were gathered from a row.
    pub(super) fn of_row(cells: Cells, context: Context<'a>, rows: usize) -> Self {
        Self::new(cells, context, rows >= FEW, false)
    }

    /// Keys of which it is said whether they are searched by an index.
    pub(super) fn new(cells: Cells, context: Context<'a>, indexed: bool, shared: bool) -> Self {
        Self {
            cells,
            context,
            indexed,
            shared,
            groups: OnceLock::new(),
            numbers: OnceLock::new(),
            logicals: OnceLock::new(),
            texts: OnceLock::new(),
            sorted: OnceLock::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    fn kept<'k, T: Index>(&self, slot: &'k OnceLock<Arc<T>>, make: impl FnOnce() -> T) -> &'k T {
        slot.get_or_init(|| {
            if !(self.shared && self.indexed) {
                return Arc::new(make());
            }
            kept(&self.cells, self.context.indexes, make)
        })
    }

    fn groups(&self) -> &Groups {
        self.kept(&self.groups, || Groups::of(&self.cells))
    }

    fn numbers(&self) -> &Numbers {
        self.kept(&self.numbers, || Numbers::of(&self.cells))
    }

    fn logicals(&self) -> &Logicals {
        self.kept(&self.logicals, || Logicals::of(&self.cells))
    }

    fn texts(&self) -> &Texts {
        self.kept(&self.texts, || Texts::of(&self.cells))
    }

    fn sorted(&self) -> &Sorted {
        self.kept(&self.sorted, || Sorted::of(self.groups()))
    }

    /// The first or last cell that is equal to a key of the same kind.
    pub(super) fn exact(&self, key: Scalar<'_>, which: Which) -> Result<Option<usize>> {
        check(key)?;
        if !self.indexed {
            return Ok(self.scan(key, which));
        }
        let groups = self.groups();
        Ok(groups.find(key).and_then(|group| match which {
            Which::First => groups.first(group),
            Which::Last => groups.last(group),
        }))
    }

    fn scan(&self, key: Scalar<'_>, which: Which) -> Option<usize> {
        match (key, &self.cells) {
            (Scalar::Number(n), Cells::Numbers(_, array)) => {
                let values = array.values();
                position(values.len(), which, |row| {
                    values.get(row) == Some(&n) && array.is_valid(row)
                })
            }
            (Scalar::Text(text), Cells::Texts(array)) => position(array.len(), which, |row| {
                array.is_valid(row) && fold::eq(array.value(row), text)
            }),
            _ => position(self.len(), which, |row| equal(self.cells.get(row).scalar(), key)),
        }
    }

    /// The first or last text that a text with wildcards stands for; a text without them as in [`Self::exact`].
    pub(super) fn wild(&self, key: Scalar<'_>, which: Which) -> Result<Option<usize>> {
        check(key)?;
        let Scalar::Text(text) = key else { return self.exact(key, which) };
        if !text.bytes().any(|byte| matches!(byte, b'*' | b'?' | b'~')) {
            return self.exact(key, which);
        }
        let pattern = Pattern::new(text);
        if let Some(literal) = pattern.literal() {
            return self.exact(Scalar::Text(&literal), which);
        }
        Ok(self.that(which, |text| pattern.matches(text)))
    }

    /// The first or last text of which something holds.
    pub(super) fn that(&self, which: Which, holds: impl Fn(&str) -> bool) -> Option<usize> {
        if matches!(self.cells, Cells::Numbers(..) | Cells::Logicals(_) | Cells::Blank(_)) {
            return None;
        }
        let is = |row| match self.cells.get(row).scalar() {
            Scalar::Text(text) => holds(text),
            _ => false,
        };
        position(self.len(), which, is)
    }

    /// Where a key stands in cells that are said to rise.
    pub(super) fn rising(&self, key: Scalar<'_>) -> Result<Place> {
        check(key)?;
        Ok(match key {
            Scalar::Error(code) => return Err(code),
            _ if !self.indexed => self.halve(key, |order| order),
            Scalar::Blank => self.numbers().rising(0.0),
            Scalar::Number(n) => self.numbers().rising(n),
            Scalar::Text(text) => self.texts().rising(text),
            Scalar::Logical(b) => self.logicals().0.rising(f64::from(u8::from(b))),
        })
    }

    /// Where a key stands in cells that are said to fall.
    pub(super) fn falling(&self, key: Scalar<'_>) -> Result<Place> {
        check(key)?;
        Ok(match key {
            Scalar::Error(code) => return Err(code),
            _ if !self.indexed => self.halve(key, Ordering::reverse),
            Scalar::Blank => self.numbers().falling(0.0),
            Scalar::Number(n) => self.numbers().falling(n),
            Scalar::Text(text) => self.texts().falling(text),
            Scalar::Logical(b) => self.logicals().0.falling(f64::from(u8::from(b))),
        })
    }

    /// A search by halves without an index.
    fn halve(&self, key: Scalar<'_>, turned: impl Fn(Ordering) -> Ordering) -> Place {
        let cell = |place: usize| self.cells.get(place).scalar();
        let len = self.len();
        let next = |place| (place..len).find(|at| same_kind(cell(*at), key)).unwrap_or(len);
        let order = |place: usize| turned(self.order(place, key));
        let run = |place: usize| {
            run_of(place, len, |next| same_kind(cell(next), key) && self.order(next, key).is_eq())
        };
        halves(len, next, order, run)
    }

    /// The order of a cell of the key's kind and the key.
    fn order(&self, place: usize, key: Scalar<'_>) -> Ordering {
        compare::order_exactly(self.cells.get(place).scalar(), key).unwrap_or(Ordering::Equal)
    }

    /// The least cell that is not below a key, in cells that fall: the place before the first that is below it.
    pub(super) fn last_down_to(&self, key: Scalar<'_>) -> Result<Option<usize>> {
        check(key)?;
        Ok(match key {
            Scalar::Error(code) => return Err(code),
            _ if !self.indexed => {
                let of_kind =
                    (0..self.len()).filter(|place| same_kind(self.cells.get(*place).scalar(), key));
                down_to(of_kind.map(|place| (place, self.order(place, key))))
            }
            Scalar::Blank => self.numbers().last_down_to(0.0),
            Scalar::Number(n) => self.numbers().last_down_to(n),
            Scalar::Text(text) => self.texts().last_down_to(text),
            Scalar::Logical(b) => self.logicals().0.last_down_to(f64::from(u8::from(b))),
        })
    }

    /// The order of a cell's kind and that of a key; `None` for blanks and errors.
    fn order_of_kinds(&self, place: usize, key: Scalar<'_>) -> Option<Ordering> {
        let kind = rank(self.cells.get(place).scalar());
        (kind > 0).then(|| kind.cmp(&rank(key).max(1)))
    }

    /// Whether some cell is of the key's kind.
    pub(super) fn has_kind_of(&self, key: Scalar<'_>) -> bool {
        (0..self.len()).any(|at| self.order_of_kinds(at, key) == Some(Ordering::Equal))
    }

    /// The first cell from a place on that is of the key's kind, or of one that comes before it in order or after it.
    pub(super) fn from(&self, place: usize, key: Scalar<'_>, kind: Ordering) -> Option<usize> {
        let fits = |order| order == Ordering::Equal || order == kind;
        (place..self.len()).find(|at| self.order_of_kinds(*at, key).is_some_and(fits))
    }

    /// The last cell whose kind comes before the key's in order, or after it.
    pub(super) fn last_of_kind(&self, key: Scalar<'_>, kind: Ordering) -> Option<usize> {
        (0..self.len()).rev().find(|at| self.order_of_kinds(*at, key) == Some(kind))
    }

    /// The cell nearest below or above a key, in cells in any order; among equal ones the first or last.
    pub(super) fn nearest(
        &self,
        key: Scalar<'_>,
        below: bool,
        which: Which,
    ) -> Result<Option<usize>> {
        // Numbers in order tell the key itself, too.
        let told = self.indexed && matches!(key, Scalar::Number(_));
        if !told && let Some(row) = self.exact(key, which)? {
            return Ok(Some(row));
        }
        if self.indexed {
            let groups = self.groups();
            let group = self.sorted().nearest(groups, key, below);
            let found = group.and_then(|group| match which {
                Which::First => groups.first(group),
                Which::Last => groups.last(group),
            });
            // Beyond the last of its kind stands the next kind.
            let own_kind = match key {
                Scalar::Number(_) => matches!(self.cells, Cells::Numbers(..)),
                Scalar::Text(_) => matches!(self.cells, Cells::Texts(_)),
                _ => false,
            };
            if found.is_some() || own_kind {
                return Ok(found);
            }
        }
        let mut best: Option<(usize, Scalar<'_>)> = None;
        for row in 0..self.len() {
            let cell = self.cells.get(row).scalar();
            // Numbers come before texts, texts before logical values, and the nearest may be of another kind (stored).
            if matches!(cell, Scalar::Blank | Scalar::Error(_)) {
                continue;
            }
            let (against, wanted) = (compare::order_exactly(cell, key)?, below);
            if against.is_lt() != wanted {
                continue;
            }
            let better = match best {
                None => true,
                Some((_, best)) => {
                    let order = compare::order_exactly(cell, best)?;
                    let nearer = if below { order.is_gt() } else { order.is_lt() };
                    nearer || which == Which::Last && order.is_eq()
                }
            };
            if better {
                best = Some((row, cell));
            }
        }
        Ok(best.map(|(row, _)| row))
    }

    /// Whether a cell is equal to a key.
    pub(super) fn is(&self, row: usize, key: Scalar<'_>) -> bool {
        equal(self.cells.get(row).scalar(), key)
    }
}

/// An index of a column, kept with the others.
fn kept<T: Index>(cells: &Cells, indexes: &Indexes, make: impl FnOnce() -> T) -> Arc<T> {
    let made: std::result::Result<_, Infallible> =
        indexes.get(std::slice::from_ref(cells), || Ok(make()));
    match made {
        Ok(index) => index,
        Err(never) => match never {},
    }
}

/// The error of a key, or of one that is too long.
fn check(key: Scalar<'_>) -> Result<()> {
    match key {
        Scalar::Error(code) => Err(code),
        Scalar::Text(text)
            if text.len() > LONGEST_KEY && text.encode_utf16().count() > LONGEST_KEY =>
        {
            Err(ErrorCode::Value)
        }
        _ => Ok(()),
    }
}

/// Whether two values are of one kind and equal.
fn equal(cell: Scalar<'_>, key: Scalar<'_>) -> bool {
    match (cell, key) {
        (Scalar::Text(a), Scalar::Text(b)) => fold::eq(a, b),
        _ => cell == key,
    }
}

fn same_kind(cell: Scalar<'_>, key: Scalar<'_>) -> bool {
    matches!(
        (cell, key),
        (Scalar::Number(_), Scalar::Number(_) | Scalar::Blank)
            | (Scalar::Text(_), Scalar::Text(_))
            | (Scalar::Logical(_), Scalar::Logical(_))
    )
}

/// The order of kinds; blanks and errors have none.
fn rank(value: Scalar<'_>) -> u8 {
    match value {
        Scalar::Blank | Scalar::Error(_) => 0,
        Scalar::Number(_) => 1,
        Scalar::Text(_) => 2,
        Scalar::Logical(_) => 3,
    }
}

fn position(len: usize, which: Which, is: impl Fn(usize) -> bool) -> Option<usize> {
    match which {
        Which::First => (0..len).find(|row| is(*row)),
        Which::Last => (0..len).rev().find(|row| is(*row)),
    }
}
