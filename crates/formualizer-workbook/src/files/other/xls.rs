//! How large the sheets of an old workbook are ([MS-XLS]), before room is made for them.

use super::{Ole, refused};
use crate::{Error, address::Cell, files::FileLimits};

/// Cells of a sheet of these files: 65 536 rows of 256 columns.
const CELLS: u64 = 1 << 24;

/// The cells of each sheet, in the order of the file, whose formula stands elsewhere: shared and array formulas.
pub(super) type Elsewhere = Vec<Vec<Cell>>;

/// Refuses workbooks whose sheets claim more than these files can have, or the limit allows.
///
/// # Errors
/// As said, and where the file is damaged.
pub(super) fn check(bytes: &[u8], limits: &FileLimits) -> Result<Elsewhere, Error> {
    let damaged = || refused("the file is damaged");
    let stream = Ole::open(bytes).and_then(|ole| ole.workbook()).ok_or_else(damaged)?;
    let (mut cells, mut walked) = (0_u64, 0_usize);
    let mut elsewhere = Vec::new();
    for start in sheets(&stream) {
        let sheet = stream.get(start..).ok_or_else(damaged)?;
        let mut found = Vec::new();
        let (area, len) = area(sheet, &mut found).ok_or_else(damaged)?;
        elsewhere.push(found);
        cells = cells.saturating_add(area);
        walked = walked.saturating_add(len);
        // Sheets stand one behind the other.
        if walked > stream.len() {
            return Err(damaged());
        }
        if cells > limits.cells {
            return Err(refused(format!(
                "the sheets span more cells than the limit cells, {}",
                limits.cells
            )));
        }
    }
    Ok(elsewhere)
}

/// The records of a stream: number and data.
fn records(mut stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (head, rest) = stream.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let (data, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([c, d])))?;
        stream = rest;
        Some((u16::from_le_bytes([a, b]), data))
    })
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
        .filter(|(kind, _)| *kind == 0x0085)
        .filter_map(|(_, data)| usize::try_from(long(data, 0)?).ok())
}

/// Cells of the rectangle that a sheet spans, and the bytes of its records; nothing where it is damaged.
fn area(sheet: &[u8], elsewhere: &mut Vec<Cell>) -> Option<(u64, usize)> {
    let (mut first, mut last) = ((u64::MAX, u64::MAX), (0, 0));
    let (mut len, mut depth) = (0, 0_usize);
    let mut claimed = 0;
    for (kind, data) in records(sheet) {
        len += 4 + data.len();
        match kind {
            0x0809 => depth += 1,
            0x000A => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            // Dimensions: room is made for so many at once.
            0x0200 => {
                let (rows, cols) = match data.len() {
                    10 => {
                        ((number(data, 0)?, number(data, 2)?), (number(data, 4)?, number(data, 6)?))
                    }
                    _ => ((long(data, 0)?, long(data, 4)?), (number(data, 8)?, number(data, 10)?)),
                };
                let rows = rows.1.checked_sub(rows.0)? + 1;
                let cols = cols.1.saturating_sub(cols.0) + 1;
                claimed = rows.saturating_mul(cols.max(256));
                if rows > (1 << 16) + 1 || cols > 257 {
                    return None;
                }
            }
            0x0006 | 0x00BD | 0x00D6 | 0x00FD | 0x0203..=0x0205 | 0x027E => {
                let (row, col) = (number(data, 0)?, number(data, 2)?);
                // A formula that is nothing but the place of another one.
                if kind == 0x0006 && data.get(22) == Some(&1) {
                    elsewhere.push(Cell::new(u32::try_from(row).ok()?, u32::try_from(col).ok()?));
                }
                let end = match kind {
                    0x00BD => number(data, data.len().checked_sub(2)?)?,
                    _ => col,
                };
                first = (first.0.min(row), first.1.min(col));
                last = (last.0.max(row), last.1.max(end));
            }
            _ => {}
        }
    }
    let spanned = match first.0 <= last.0 && first.1 <= last.1 {
        true => (last.0 - first.0 + 1) * (last.1 - first.1 + 1),
        false => 0,
    };
    // What is claimed is reserved, and given back.
    (spanned <= CELLS && claimed <= 2 * CELLS).then_some((spanned, len))
}
