//! `.xls` files of Excel 5.0 to 2003 ([MS-XLS]): the stream of a workbook in a compound file.
//!
//! ```text
//! records … the stream as records       globals … what stands in front of the sheets
//! texts   … texts and their table       sheet   … cells
//! ```

mod globals;
mod records;
mod sheet;
mod texts;

use super::{Contents, Counted, refused};
use crate::{
    Error,
    files::{FileLimits, ole::Ole},
};
use globals::Globals;

/// Reads a workbook.
///
/// # Errors
/// Where it is damaged, encrypted or beyond the limits.
pub(super) fn read(bytes: &[u8], limits: &FileLimits) -> Result<Contents, Error> {
    let stream = Ole::open(bytes).and_then(|ole| ole.workbook());
    let stream = stream.ok_or_else(|| refused("the file is damaged: its workbook is cut off"))?;
    from_stream(&stream, limits)
}

fn from_stream(stream: &[u8], limits: &FileLimits) -> Result<Contents, Error> {
    let globals = Globals::read(stream, limits)?;
    let mut contents = Contents::new(globals.dates);
    let mut counted = Counted::new(limits);
    // Sheets stand one behind the other: together they are not longer than the stream.
    let mut left = stream.len();
    // The place of each sheet among those with cells.
    let mut places = vec![None; globals.sheets.len()];
    for (listed, place) in globals.sheets.iter().zip(&mut places) {
        if !listed.has_cells {
            continue;
        }
        let damaged = || refused(format!("{}: the sheet is damaged", listed.name));
        let start = usize::try_from(listed.start).map_err(|_| damaged())?;
        let records = stream.get(start..).ok_or_else(damaged)?;
        if contents.sheets.is_empty() {
            contents.iteration = sheet::iteration(records);
        }
        let (loaded, walked) = sheet::read(records, &listed.name, &globals, &mut counted)?;
        left = left.checked_sub(walked).ok_or_else(damaged)?;
        *place = Some(contents.sheets.len());
        contents.sheets.push((listed.name.clone(), loaded));
    }
    contents.names = globals.names(&places);
    Ok(contents)
}
