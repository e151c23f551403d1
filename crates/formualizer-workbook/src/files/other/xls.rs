//! How large the sheets of an old workbook are ([MS-XLS]), before room is made for them.

use super::{Ole, refused};
use crate::{Error, address::Cell, files::FileLimits};

/// Cells of a sheet of these files: 65 536 rows of 256 columns.
const CELLS: u64 = 1 << 24;
/// Cells that the rectangles of all sheets may have for each that is there, besides those of one sheet: room is made
/// for all of a rectangle.
const SPREAD: u64 = 64;
/// The record that claims the size of a sheet.
const DIMENSIONS: u16 = 0x0200;
/// A record that nobody reads: an empty cell.
const IGNORED: u16 = 0x0201;

/// The cells of each sheet, in the order of the file, whose formula stands elsewhere: shared and array formulas.
pub(super) type Elsewhere = Vec<Vec<Cell>>;

/// Refuses workbooks whose sheets claim more than these files can have, or the limit allows. What was looked at comes back
/// as a file of its own, without what makes room for cells that may not be there: a reader that goes through other tables
/// of the file would find another stream.
///
/// # Errors
/// As said, and where the file is damaged.
pub(super) fn checked(bytes: &[u8], limits: &FileLimits) -> Result<(Vec<u8>, Elsewhere), Error> {
    let damaged = || refused("the file is damaged");
    let mut stream = Ole::open(bytes).and_then(|ole| ole.workbook()).ok_or_else(damaged)?;
    let starts: Vec<usize> = sheets(&stream).collect();
    // Sheets stand one behind the other: together they are not longer than the stream.
    let all = stream.len();
    let within = |walked: &mut usize, len: usize| {
        *walked = walked.saturating_add(len);
        (*walked <= all).then_some(()).ok_or_else(damaged)
    };
    let mut walked = 0;
    for start in &starts {
        let len = stream.get_mut(*start..).and_then(quieten).ok_or_else(damaged)?;
        within(&mut walked, len)?;
    }
    let (mut spanned, mut found, mut walked) = (0_u64, 0_u64, 0);
    let mut elsewhere = Vec::new();
    for start in starts {
        let sheet = stream.get(start..).and_then(Sheet::of).ok_or_else(damaged)?;
        spanned = spanned.saturating_add(sheet.spanned());
        found = found.saturating_add(sheet.cells);
        within(&mut walked, sheet.len)?;
        elsewhere.push(sheet.elsewhere);
        if spanned > CELLS.saturating_add(SPREAD.saturating_mul(found)) {
            return Err(refused("its cells are spread too thin over its sheets: save it as .xlsx"));
        }
        if spanned > limits.cells {
            return Err(refused(format!(
                "the sheets span more cells than the limit cells, {}",
                limits.cells
            )));
        }
    }
    let file = Ole::with_workbook(stream).ok_or_else(damaged)?;
    Ok((file, elsewhere))
}

/// The records of a stream: where each starts, its number and its data.
fn records(stream: &[u8]) -> impl Iterator<Item = (usize, u16, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (head, rest) = stream.get(at..)?.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let data = rest.get(..usize::from(u16::from_le_bytes([c, d])))?;
        let start = at;
        at += 4 + data.len();
        Some((start, u16::from_le_bytes([a, b]), data))
    })
}

/// The records of a sheet up to its end; those of charts in it are given as ones that are ignored.
fn of_sheet(sheet: &[u8]) -> impl Iterator<Item = (usize, u16, &[u8])> {
    let mut records = records(sheet);
    let (mut begun, mut ended, mut depth) = (false, false, 0_usize);
    std::iter::from_fn(move || {
        let (start, kind, data) = records.next().filter(|_| !ended)?;
        match kind {
            0x0809 if begun => depth += 1,
            0x0809 => begun = true,
            0x000A if depth == 0 => ended = true,
            0x000A => depth -= 1,
            _ => return Some((start, if depth == 0 { kind } else { IGNORED }, data)),
        }
        Some((start, IGNORED, data))
    })
}

/// Whether a record has a reader make room for cells that nobody counts: the claim of how many there are, and the text
/// of a formula where there was no formula.
fn makes_room(kind: u16, formula: &mut bool) -> bool {
    *formula |= kind == 0x0006;
    kind == DIMENSIONS || (kind == 0x0207 && !*formula)
}

/// Has a reader pass over records that make room. Answers the bytes of the sheet's records; nothing where it claims more
/// than a sheet can have.
fn quieten(sheet: &mut [u8]) -> Option<usize> {
    let (mut formula, mut len) = (false, 0);
    let mut silent = Vec::new();
    for (start, kind, data) in of_sheet(sheet) {
        len = start + 4 + data.len();
        if kind == DIMENSIONS && !is_possible(data)? {
            return None;
        }
        if makes_room(kind, &mut formula) {
            silent.push(start);
        }
    }
    for start in silent {
        if let Some(kind) = sheet.get_mut(start..start + 2) {
            kind.copy_from_slice(&IGNORED.to_le_bytes());
        }
    }
    Some(len)
}

/// Whether a sheet can have the rows and columns that it claims.
fn is_possible(claim: &[u8]) -> Option<bool> {
    let (rows, cols) = match claim.len() {
        10 => ((number(claim, 0)?, number(claim, 2)?), (number(claim, 4)?, number(claim, 6)?)),
        _ => ((long(claim, 0)?, long(claim, 4)?), (number(claim, 8)?, number(claim, 10)?)),
    };
    let rows = rows.1.checked_sub(rows.0)? + 1;
    let cols = cols.1.saturating_sub(cols.0) + 1;
    Some(rows <= (1 << 16) + 1 && cols <= 257)
}

fn number(data: &[u8], at: usize) -> Option<u64> {
    data.get(at..)?.first_chunk().map(|chunk| u64::from(u16::from_le_bytes(*chunk)))
}

fn long(data: &[u8], at: usize) -> Option<u64> {
    data.get(at..)?.first_chunk().map(|chunk| u64::from(u32::from_le_bytes(*chunk)))
}

/// Where the sheets begin.
fn sheets(stream: &[u8]) -> impl Iterator<Item = usize> {
    records(stream)
        .filter(|(_, kind, _)| *kind == 0x0085)
        .filter_map(|(_, _, data)| usize::try_from(long(data, 0)?).ok())
}

/// What a sheet has.
struct Sheet {
    first: (u64, u64),
    last: (u64, u64),
    /// Cells that are there.
    cells: u64,
    /// Bytes of its records.
    len: usize,
    elsewhere: Vec<Cell>,
}

impl Sheet {
    /// Reads the records of a sheet; nothing where it is damaged, or has more cells than these files can have.
    fn of(sheet: &[u8]) -> Option<Self> {
        let mut read = Self {
            first: (u64::MAX, u64::MAX),
            last: (0, 0),
            cells: 0,
            len: 0,
            elsewhere: Vec::new(),
        };
        let mut formula = false;
        for (start, kind, data) in of_sheet(sheet) {
            read.len = start + 4 + data.len();
            // Sheets that overlap could bring back what another one had taken out.
            if makes_room(kind, &mut formula) {
                return None;
            }
            if matches!(kind, 0x0006 | 0x00BD | 0x00D6 | 0x00FD | 0x0203..=0x0205 | 0x027E) {
                read.cell(kind, data)?;
            }
        }
        (read.spanned() <= CELLS).then_some(read)
    }

    fn cell(&mut self, kind: u16, data: &[u8]) -> Option<()> {
        let (row, col) = (number(data, 0)?, number(data, 2)?);
        // A formula that is nothing but the place of another one.
        if kind == 0x0006 && data.get(22) == Some(&1) {
            self.elsewhere.push(Cell::new(u32::try_from(row).ok()?, u32::try_from(col).ok()?));
        }
        // A record of several numbers has six bytes for each.
        let several = match kind {
            0x00BD => data.len() as u64 / 6,
            _ => 1,
        };
        self.first = (self.first.0.min(row), self.first.1.min(col));
        self.last = (self.last.0.max(row), self.last.1.max(col + several.max(1) - 1));
        self.cells += several;
        Some(())
    }

    /// Cells of the rectangle around all of them.
    fn spanned(&self) -> u64 {
        match self.first.0 <= self.last.0 && self.first.1 <= self.last.1 {
            true => (self.last.0 - self.first.0 + 1) * (self.last.1 - self.first.1 + 1),
            false => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Value, Workbook, files::LoadOptions};

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    }

    fn begin() -> Vec<u8> {
        record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    fn number_at(row: u16, col: u16) -> Vec<u8> {
        let place = [row.to_le_bytes(), col.to_le_bytes(), [0, 0]].concat();
        record(0x0203, &[place, 7_f64.to_le_bytes().to_vec()].concat())
    }

    /// A workbook whose sheets have these records. `starts` tells where they begin, from where they stand.
    fn book_at(sheets: &[Vec<u8>], starts: impl Fn(&[usize]) -> Vec<usize>) -> Vec<u8> {
        let end = record(0x000A, &[]);
        let sheets: Vec<Vec<u8>> =
            sheets.iter().map(|records| [begin(), records.clone(), end.clone()].concat()).collect();
        let names: Vec<Vec<u8>> = (0..sheets.len()).map(|at| vec![b'A' + at as u8]).collect();
        let head = begin().len() + names.len() * (4 + 9) + end.len();
        let stand: Vec<usize> =
            (0..sheets.len()).map(|at| head + sheets[..at].concat().len()).collect();
        let mut out = begin();
        for (name, start) in names.iter().zip(starts(&stand)) {
            let place = (start as u32).to_le_bytes();
            out.extend(record(0x0085, &[&place[..], &[0, 0, 1, 0], name].concat()));
        }
        out.extend(end);
        Ole::with_workbook([out, sheets.concat()].concat()).unwrap()
    }

    fn book(sheets: &[Vec<u8>]) -> Vec<u8> {
        book_at(sheets, <[usize]>::to_vec)
    }

    /// What a cell of the first sheet has, or why the file is refused.
    fn loaded(file: Vec<u8>, cell: &str) -> Result<Value, String> {
        let book =
            Workbook::from_bytes(file, &LoadOptions::default()).map_err(|e| e.to_string())?;
        Ok(book.value("A", cell).unwrap())
    }

    fn refused(file: &[u8]) -> String {
        checked(file, &FileLimits::default()).unwrap_err().to_string()
    }

    #[test]
    fn a_text_without_a_formula_makes_no_room_from_the_first_cell_on() {
        // A reader takes it for the text of A1, and makes room for four billion cells.
        let text = record(0x0207, &[1, 0, 0, b'x']);
        let file = book(&[[text, number_at(65_535, 65_000)].concat()]);
        assert!(loaded(file, "A1").unwrap_err().contains("row 65536"));
    }

    fn claiming(rows: [u32; 2], cols: [u16; 2]) -> Vec<u8> {
        let [rows, cols] =
            [rows.map(u32::to_le_bytes).concat(), cols.map(u16::to_le_bytes).concat()];
        let claim = record(0x0200, &[rows, cols, vec![0, 0]].concat());
        book(&[[claim, number_at(2, 3)].concat()])
    }

    #[test]
    fn sizes_that_a_sheet_claims_make_no_room() {
        // A reader takes the first of these columns for none, and makes room for all up to the last.
        for (rows, cols) in [([0, 65_536], [60_000, 60_200]), ([9, 9], [0, 0]), ([0, 3], [0, 4])] {
            assert_eq!(loaded(claiming(rows, cols), "D3"), Ok(Value::Number(7.0)));
        }
    }

    #[test]
    fn sizes_that_no_sheet_has_are_refused() {
        for (rows, cols) in [([0, u32::MAX], [0, 1]), ([9, 1], [0, 1]), ([0, 1], [0, 0xFFFF])] {
            assert!(refused(&claiming(rows, cols)).contains("damaged"));
        }
    }

    #[test]
    fn numbers_in_a_row_are_counted_by_their_bytes() {
        // The last column stands before the first, so that the difference is taken round 65 536.
        let (first, count) = (60_000_u16, 5_537);
        let data = [vec![0, 0], first.to_le_bytes().to_vec(), vec![0; 6 * count], vec![0, 0]];
        let file = book(&[[record(0x00BD, &data.concat()), number_at(65_535, 0)].concat()]);
        assert!(refused(&file).contains("damaged"));
    }

    #[test]
    fn cells_in_the_corners_of_many_sheets_are_refused() {
        let corners = [number_at(0, 0), number_at(65_535, 255)].concat();
        assert!(checked(&book(std::slice::from_ref(&corners)), &FileLimits::default()).is_ok());
        assert!(refused(&book(&vec![corners; 2])).contains("too thin"));
    }

    #[test]
    fn sheets_that_stand_in_each_other_are_refused() {
        let sheets = vec![number_at(0, 0).repeat(50); 20];
        let file = book_at(&sheets, |stand| vec![stand[0]; stand.len()]);
        assert!(checked(&file, &FileLimits::default()).is_ok());
        // Each from the first on, through all that lack an end.
        let (begin, endless) = (begin(), number_at(0, 0).repeat(50));
        let chart = [begin, endless].concat();
        let file = book_at(&vec![chart; 20], |stand| vec![stand[0]; stand.len()]);
        assert!(refused(&file).contains("damaged"));
    }

    #[test]
    fn what_stands_in_a_chart_is_none_of_the_cells() {
        let chart = [begin(), number_at(9, 9), record(0x000A, &[])].concat();
        let file = book(&[[chart, number_at(1, 1)].concat()]);
        let (_, elsewhere) = checked(&file, &FileLimits::default()).unwrap();
        assert_eq!(elsewhere, [vec![]]);
        assert_eq!(loaded(file, "B2"), Ok(Value::Number(7.0)));
    }
}
