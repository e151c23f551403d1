//! Which rows are alike: values of one kind that are equal, texts without their case.

use crate::cells::{CellRef, Cells};
use crate::semantics::fold;
use formualizer_common::ExcelErrorKind;
use rustc_hash::FxHashMap;

/// The classes of rows, numbered in the order in which they first appear.
#[derive(Debug)]
pub(in crate::families) struct Classes {
    /// The class of each row.
    pub(in crate::families) of: Vec<u32>,
    /// The first row of each class.
    pub(in crate::families) first: Vec<u32>,
}

/// The classes of rows that are alike in all columns.
pub(in crate::families) fn classes(columns: &[Cells], rows: usize) -> Classes {
    let mut classes: Option<Vec<u32>> = None;
    for column in columns {
        let mut of = of_column(column);
        if let Some(before) = classes {
            let mut known: FxHashMap<u64, u32> = FxHashMap::default();
            for (class, before) in of.iter_mut().zip(before) {
                let both = u64::from(before) << 32 | u64::from(*class);
                let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
                *class = *known.entry(both).or_insert(next);
            }
        }
        classes = Some(of);
    }
    let of = classes.unwrap_or_else(|| vec![0; rows]);
    let mut first = Vec::new();
    for (row, class) in (0..).zip(&of) {
        // Classes are numbered in order, so that a new one is the next.
        if *class as usize == first.len() {
            first.push(row);
        }
    }
    Classes { of, first }
}

fn of_column(cells: &Cells) -> Vec<u32> {
    if let Cells::Blank(len) = cells {
        return vec![0; *len];
    }
    let mut known = Known::default();
    cells.iter().map(|cell| known.class(cell)).collect()
}

#[derive(Default)]
struct Known {
    count: u32,
    numbers: FxHashMap<u64, u32>,
    texts: FxHashMap<Box<str>, u32>,
    errors: FxHashMap<ExcelErrorKind, u32>,
    blank: Option<u32>,
    logicals: [Option<u32>; 2],
    folded: String,
}

impl Known {
    fn class(&mut self, cell: CellRef<'_>) -> u32 {
        let next = self.count;
        let class = match cell {
            CellRef::Number(n, _) => *self.numbers.entry((n + 0.0).to_bits()).or_insert(next),
            CellRef::Text(text) => self.text(text),
            CellRef::Blank => *self.blank.get_or_insert(next),
            CellRef::Logical(b) => *self.logicals[usize::from(b)].get_or_insert(next),
            CellRef::Error(kind, _) => *self.errors.entry(kind).or_insert(next),
        };
        self.count += u32::from(class == next);
        class
    }

    fn text(&mut self, text: &str) -> u32 {
        self.folded.clear();
        if text.is_ascii() {
            self.folded.push_str(text);
            self.folded.make_ascii_lowercase();
        } else {
            self.folded.extend(text.chars().map(fold::fold_char));
        }
        match self.texts.get(self.folded.as_str()) {
            Some(class) => *class,
            None => {
                self.texts.insert(self.folded.as_str().into(), self.count);
                self.count
            }
        }
    }
}
