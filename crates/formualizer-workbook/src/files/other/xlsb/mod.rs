//! `.xlsb` files ([MS-XLSB]): the parts of a package as records.
//!
//! ```text
//! records … a part as records       workbook … sheets, names, links
//! tables  … shared texts and formats     sheet … cells
//! ```

mod records;
mod sheet;
mod tables;
mod workbook;

use super::{Contents, Counted, refused};
use crate::{
    Error,
    files::{
        FileLimits,
        xlsx::{
            package::Package,
            relations::{Relation, relations},
        },
    },
};
use sheet::Shared;

const MAIN: &str = "xl/workbook.bin";

/// Reads a workbook.
///
/// # Errors
/// Where it is damaged or beyond the limits.
pub(super) fn read(package: &Package, limits: &FileLimits) -> Result<Contents, Error> {
    let part = |name: &str| {
        package.read(name)?.ok_or_else(|| refused(format!("{name}: the part is missing")))
    };
    let main = relations(package, "")?.into_iter().find(|r| r.kind == "officeDocument");
    let main = main.map(|relation| relation.target).filter(|part| package.has(part));
    let main = main.unwrap_or_else(|| MAIN.to_owned());
    let bytes = part(&main)?;
    let workbook = workbook::Workbook::read(&main, &bytes)?;
    let related = relations(package, &main)?;
    let optional = |kind: &str| match related.iter().find(|r| r.kind == kind) {
        Some(relation) => package.read(&relation.target),
        None => Ok(None),
    };
    let shared = Shared {
        texts: match optional("sharedStrings")? {
            Some(bytes) => tables::texts(&bytes, limits)?,
            None => Vec::new(),
        },
        kinds: match optional("styles")? {
            Some(bytes) => tables::kinds(&bytes)?,
            None => Vec::new(),
        },
        // Cells refer to metadata for nothing else.
        dynamic: optional("sheetMetadata")?.is_some_and(|bytes| marks_arrays(&bytes)),
        links: &workbook.links,
    };
    let mut contents = Contents::new(workbook.dates);
    contents.iteration = workbook.iteration;
    let mut counted = Counted::new(limits);
    let mut places = vec![None; workbook.sheets.len()];
    for (listed, place) in workbook.sheets.iter().zip(&mut places) {
        let relation = related.iter().find(|relation| relation.id == listed.relation);
        let Some(relation) = relation.filter(|relation| relation.kind == "worksheet") else {
            known(listed, relation)?;
            continue;
        };
        let bytes = part(&relation.target)?;
        let loaded = sheet::read(&relation.target, &bytes, &listed.name, &shared, &mut counted)?;
        *place = Some(contents.sheets.len());
        contents.sheets.push((listed.name.clone(), loaded));
    }
    contents.names = workbook.names(&places);
    Ok(contents)
}

/// Refuses sheets whose part is nowhere. Modules of old versions have none.
fn known(listed: &workbook::Listed, relation: Option<&Relation>) -> Result<(), Error> {
    match relation.is_some() || listed.relation.is_empty() {
        true => Ok(()),
        false => Err(refused(format!(
            "the sheet {:?} has no part: there is no relationship {:?}",
            listed.name, listed.relation
        ))),
    }
}

/// Whether metadata marks dynamic arrays, whose type has this name.
fn marks_arrays(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "XLDAPR".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}
