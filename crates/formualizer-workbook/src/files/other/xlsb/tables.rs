//! Shared texts ([MS-XLSB] 2.1.7.45) and formats (2.1.7.50), as far as they tell dates.

use super::super::{refused, tokens::Unread};
use super::records::{Records, text};
use crate::{
    Error,
    cells::NumberKind,
    files::{
        FileLimits,
        xlsx::styles::{kind_of_built_in, kind_of_code},
    },
};
use rustc_hash::FxHashMap;

/// The texts that cells share.
///
/// # Errors
/// Where the part is damaged, or has more than the limit allows.
pub(super) fn texts(bytes: &[u8], limits: &FileLimits) -> Result<Vec<String>, Error> {
    let mut records = Records::new("the table of shared texts", bytes);
    let mut found = Vec::new();
    while let Some(mut record) = records.next()? {
        if record.number != 19 {
            continue;
        }
        // In front stands whether there are runs and phonetic texts, which come behind.
        let read = record.data.u8().and_then(|_| text(&mut record.data));
        found.push(read.map_err(|_| records.damaged())?);
        if found.len() as u64 > limits.cells {
            return Err(refused(format!(
                "there are more shared texts than the limit cells, {}",
                limits.cells
            )));
        }
    }
    Ok(found)
}

/// What the numbers of each cell format show as.
///
/// # Errors
/// Where the part is damaged.
pub(super) fn kinds(bytes: &[u8]) -> Result<Vec<NumberKind>, Error> {
    let mut records = Records::new("the formats", bytes);
    let mut codes: FxHashMap<u16, NumberKind> = FxHashMap::default();
    let (mut found, mut of_cells) = (Vec::new(), false);
    while let Some(mut record) = records.next()? {
        let mut read = || -> Result<(), Unread> {
            let data = &mut record.data;
            match record.number {
                44 => {
                    let index = data.u16()?;
                    codes.insert(index, kind_of_code(&text(data)?));
                }
                617 => of_cells = true,
                618 => of_cells = false,
                47 if of_cells => {
                    data.u16()?;
                    let index = data.u16()?;
                    let known = codes.get(&index).copied();
                    found.push(known.unwrap_or_else(|| kind_of_built_in(index.into())));
                }
                _ => {}
            }
            Ok(())
        };
        read().map_err(|_| records.damaged())?;
    }
    Ok(found)
}
