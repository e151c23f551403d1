//! The rows that a part of a formula is evaluated for.

/// Rows of a sheet, in order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rows<'a> {
    /// From one to before another.
    All(u32, u32),
    Some(&'a [u32]),
}

impl Rows<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::All(start, end) => (end - start) as usize,
            Self::Some(rows) => rows.len(),
        }
    }

    /// The row of the sheet at an index.
    pub(crate) fn at(&self, index: usize) -> u32 {
        match self {
            // The index is below the length, which is a number of rows.
            Self::All(start, _) => start + u32::try_from(index).unwrap_or(0),
            Self::Some(rows) => rows.get(index).copied().unwrap_or(0),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).map(|index| self.at(index))
    }

    /// From the first to behind the last.
    pub(crate) fn span(&self) -> (u32, u32) {
        match self {
            Self::All(start, end) => (*start, *end),
            Self::Some(rows) => {
                (rows.first().copied().unwrap_or(0), rows.last().map_or(0, |last| last + 1))
            }
        }
    }

    /// The index of a row of the sheet.
    pub(crate) fn index(&self, row: u32) -> Option<usize> {
        match self {
            Self::All(start, end) => (*start..*end).contains(&row).then(|| (row - start) as usize),
            Self::Some(rows) => rows.binary_search(&row).ok(),
        }
    }

    /// The same rows, kept.
    pub(crate) fn kept(&self) -> Kept {
        match self {
            Self::All(start, end) => Kept::All(*start, *end),
            Self::Some(rows) => Kept::Some((*rows).into()),
        }
    }
}

/// Rows that are owned.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    All(u32, u32),
    Some(Box<[u32]>),
}

impl Kept {
    pub(crate) fn rows(&self) -> Rows<'_> {
        match self {
            Self::All(start, end) => Rows::All(*start, *end),
            Self::Some(rows) => Rows::Some(rows),
        }
    }
}
