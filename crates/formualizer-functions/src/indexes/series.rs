//! The cells of one kind in a column, in their places: what a lookup by binary search sees of it.
//!
//! Such a lookup looks at the cell in the middle (of two the first). A cell of another kind than the key's, a blank or
//! an error is passed over for the next one below it that is of its kind; where there is none before the end, the
//! half is left out. A cell that is equal to the key ends the search at the last of the equal cells that follow it
//! without a gap (known from stored values of lookups in cells that are in no order, and from what others found by
//! experiment). In cells that are not in order this finds what Excel finds there.

use super::{
    Index, bytes_of,
    groups::{narrow, wide},
};
use crate::{
    cells::{CellRef, Cells},
    semantics::{compare, fold},
};
use arrow_array::Array as _;
use std::cmp::Ordering;

/// Where a search ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The last cell found that is not beyond the key.
    pub(crate) before: Option<usize>,
    /// Where what is beyond the key begins.
    pub(crate) end: usize,
}

/// Searches by halves among so many cells. `next` is the first place from one on whose cell is of the key's kind,
/// `order` how such a cell stands to the key (greater is beyond it), `run` the last of the equal cells from one on.
pub(crate) fn halves(
    len: usize,
    next: impl Fn(usize) -> usize,
    order: impl Fn(usize) -> Ordering,
    run: impl Fn(usize) -> usize,
) -> Place {
    let (mut start, mut end) = (0, len);
    while start < end {
        let middle = start + (end - 1 - start) / 2;
        let at = next(middle);
        if at >= end {
            end = middle;
            continue;
        }
        match order(at) {
            Ordering::Less => start = at + 1,
            Ordering::Greater => end = at,
            Ordering::Equal => {
                let last = run(at).min(end - 1);
                return Place { before: Some(last), end: last + 1 };
            }
        }
    }
    Place { before: start.checked_sub(1), end }
}

/// The last of the cells from `at` on that are each equal to the one before.
pub(crate) fn run_of(at: usize, len: usize, equal: impl Fn(usize) -> bool) -> usize {
    (at + 1..len).take_while(|place| equal(*place)).last().unwrap_or(at)
}

/// Which cells are of the kind: all of them, or some.
#[derive(Debug, Default)]
struct Gaps {
    /// The next cell of the kind from each place on; empty where all are.
    next: Vec<u32>,
    /// The last of the equal cells from each place on; empty where cells rise or fall without a gap.
    run: Vec<u32>,
}

impl Gaps {
    fn memory_size(&self) -> usize {
        bytes_of(&self.next) + bytes_of(&self.run)
    }

    fn new(len: usize, is: impl Fn(usize) -> bool, equal: impl Fn(usize) -> bool) -> Self {
        let (mut next, mut run) = (vec![0; len], vec![0; len]);
        let mut following = narrow(len);
        let mut last = narrow(len);
        for place in (0..len).rev() {
            let of_kind = is(place);
            if of_kind {
                following = narrow(place);
            }
            // `equal` says whether the next cell is equal to the one at a place.
            if !(of_kind && place + 1 < len && is(place + 1) && equal(place)) {
                last = narrow(place);
            }
            if let (Some(next), Some(run)) = (next.get_mut(place), run.get_mut(place)) {
                (*next, *run) = (following, last);
            }
        }
        Self { next, run }
    }

    fn next(&self, place: usize) -> usize {
        self.next.get(place).map_or(place, |next| wide(*next))
    }

    fn run(&self, place: usize) -> usize {
        self.run.get(place).map_or(place, |run| wide(*run))
    }
}

/// The numbers of a column, or its logical values as numbers.
#[derive(Debug)]
pub(crate) struct Numbers {
    cells: Cells,
    /// Where not all cells are numbers: those, and anything for the others.
    some: Option<Vec<f64>>,
    gaps: Gaps,
    ascending: bool,
    descending: bool,
}

/// The logical values of a column.
#[derive(Debug)]
pub(crate) struct Logicals(pub(crate) Numbers);

/// The texts of a column.
#[derive(Debug)]
pub(crate) struct Texts {
    cells: Cells,
    gaps: Gaps,
    /// The first letters of each text.
    leading: Vec<u64>,
    descending: bool,
}

impl Index for Numbers {
    fn memory_size(&self) -> usize {
        self.some.as_deref().map_or(0, bytes_of) + self.gaps.memory_size()
    }
}

impl Index for Logicals {
    fn memory_size(&self) -> usize {
        self.0.memory_size()
    }
}

impl Index for Texts {
    fn memory_size(&self) -> usize {
        bytes_of(&self.leading) + self.gaps.memory_size()
    }
}

impl Numbers {
    /// The numbers of a column.
    pub(crate) fn of(cells: &Cells) -> Self {
        if let Cells::Numbers(_, array) = cells
            && array.null_count() == 0
        {
            let values = array.values();
            let ascending = values.is_sorted();
            let descending = values.is_sorted_by(|a, b| a >= b);
            let gaps = if ascending {
                Gaps::default()
            } else {
                Gaps::new(
                    values.len(),
                    |_| true,
                    |place| values.get(place) == values.get(place + 1),
                )
            };
            return Self { cells: cells.clone(), some: None, gaps, ascending, descending };
        }
        Self::that(cells, |cell| match cell {
            CellRef::Number(n, _) => Some(n),
            _ => None,
        })
    }

    fn that(cells: &Cells, number: impl Fn(CellRef<'_>) -> Option<f64>) -> Self {
        let values: Vec<f64> = cells.iter().map(|cell| number(cell).unwrap_or(f64::NAN)).collect();
        let is = |place: usize| values.get(place).is_some_and(|n| !n.is_nan());
        let gaps = Gaps::new(values.len(), is, |place| values.get(place) == values.get(place + 1));
        Self { cells: cells.clone(), some: Some(values), gaps, ascending: false, descending: false }
    }

    fn values(&self) -> &[f64] {
        match (&self.some, &self.cells) {
            (Some(values), _) => values,
            (None, Cells::Numbers(_, array)) => array.values(),
            (None, _) => &[],
        }
    }

    /// Where a key stands in numbers that are said to rise.
    pub(crate) fn rising(&self, key: f64) -> Place {
        let values = self.values();
        if self.ascending {
            let end = values.partition_point(|n| *n <= key);
            return Place { before: end.checked_sub(1), end };
        }
        self.halve(|n| order(n, key))
    }

    /// Where a key stands in numbers that are said to fall.
    pub(crate) fn falling(&self, key: f64) -> Place {
        self.halve(|n| order(key, n))
    }

    fn halve(&self, order: impl Fn(f64) -> Ordering) -> Place {
        let values = self.values();
        let order = |place: usize| values.get(place).map_or(Ordering::Greater, |n| order(*n));
        // Cells that rise have no runs, but are not searched by halves unless they are said to fall.
        let run = |place: usize| match self.ascending {
            true => run_of(place, values.len(), |next| values.get(next) == values.get(place)),
            false => self.gaps.run(place),
        };
        halves(values.len(), |place| self.gaps.next(place), order, run)
    }

    /// The last number before the first that is below the key, or the first that is equal to it if that comes earlier.
    pub(crate) fn last_down_to(&self, key: f64) -> Option<usize> {
        let values = self.values();
        if self.descending {
            let end = values.partition_point(|n| *n > key);
            return if values.get(end) == Some(&key) { Some(end) } else { end.checked_sub(1) };
        }
        let of_kind = values.iter().enumerate().filter(|(_, n)| !n.is_nan());
        down_to(of_kind.map(|(place, n)| (place, order(*n, key))))
    }
}

fn order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// The last place before the first whose cell is below a key, or the first equal one if that comes earlier.
pub(crate) fn down_to(cells: impl Iterator<Item = (usize, Ordering)>) -> Option<usize> {
    let mut last = None;
    for (place, order) in cells {
        match order {
            Ordering::Greater => last = Some(place),
            Ordering::Equal => return Some(place),
            Ordering::Less => break,
        }
    }
    last
}

impl Logicals {
    /// The logical values of a column.
    pub(crate) fn of(cells: &Cells) -> Self {
        Self(Numbers::that(cells, |cell| match cell {
            CellRef::Logical(b) => Some(f64::from(u8::from(b))),
            _ => None,
        }))
    }
}

impl Texts {
    /// The texts of a column.
    pub(crate) fn of(cells: &Cells) -> Self {
        let leading = cells.iter().map(|cell| match cell {
            CellRef::Text(text) => compare::leading(text),
            _ => 0,
        });
        let mut texts = Self {
            cells: cells.clone(),
            gaps: Gaps::default(),
            leading: leading.collect(),
            descending: false,
        };
        let is = |place: usize| texts.text(place).is_some();
        let equal = |place: usize| match (texts.text(place), texts.text(place + 1)) {
            (Some(a), Some(b)) => fold::eq(a, b),
            _ => false,
        };
        let gaps = Gaps::new(cells.len(), is, equal);
        let falls = |place: usize| match (texts.text(place), texts.text(place + 1)) {
            (Some(_), Some(next)) => texts.order(place, compare::leading(next), next).is_ge(),
            _ => false,
        };
        let descending = (0..cells.len().saturating_sub(1)).all(falls);
        texts.gaps = gaps;
        texts.descending = descending;
        texts
    }

    fn text(&self, place: usize) -> Option<&str> {
        match self.cells.get(place) {
            CellRef::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The order of the text at a place and a key, whose first letters are given.
    fn order(&self, place: usize, leading: u64, key: &str) -> Ordering {
        let here = self.leading.get(place).copied().unwrap_or(0);
        here.cmp(&leading).then_with(|| compare::texts(self.text(place).unwrap_or_default(), key))
    }

    fn halve(&self, order: impl Fn(usize) -> Ordering) -> Place {
        let (next, run) = (|place| self.gaps.next(place), |place| self.gaps.run(place));
        halves(self.cells.len(), next, order, run)
    }

    /// Where a key stands in texts that are said to rise.
    pub(crate) fn rising(&self, key: &str) -> Place {
        let leading = compare::leading(key);
        self.halve(|place| self.order(place, leading, key))
    }

    /// Where a key stands in texts that are said to fall.
    pub(crate) fn falling(&self, key: &str) -> Place {
        let leading = compare::leading(key);
        self.halve(|place| self.order(place, leading, key).reverse())
    }

    /// The last text before the first that is below the key, or the first that is equal to it if that comes earlier.
    pub(crate) fn last_down_to(&self, key: &str) -> Option<usize> {
        let leading = compare::leading(key);
        let len = self.cells.len();
        let order = |place: usize| self.order(place, leading, key);
        if self.descending && len > 1 {
            let (mut start, mut end) = (0, len);
            while start < end {
                let middle = start + (end - start) / 2;
                if order(middle).is_gt() { start = middle + 1 } else { end = middle }
            }
            let equal = start < len && order(start).is_eq();
            return if equal { Some(start) } else { start.checked_sub(1) };
        }
        let of_kind = (0..len).filter(|place| self.text(*place).is_some());
        down_to(of_kind.map(|place| (place, order(place))))
    }
}
