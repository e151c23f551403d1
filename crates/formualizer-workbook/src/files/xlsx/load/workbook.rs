//! The part that lists sheets and names (ECMA-376, part 1, 18.2).

use super::super::xml::{Piece, Xml};
use crate::{Error, recalc::Iteration};
use formualizer_functions::call::Platform;

/// What the workbook's part says.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) dates_from_1904: bool,
    /// Whether circular references are calculated in steps.
    pub(crate) iteration: Option<Iteration>,
    /// Whether it is in the strict variant of the standard.
    pub(crate) strict: bool,
    pub(crate) sheets: Vec<SheetEntry>,
    pub(crate) names: Vec<NameEntry>,
}

/// A sheet of the list, in the order of the tabs.
#[derive(Debug)]
pub(crate) struct SheetEntry {
    pub(crate) name: String,
    /// The relationship that leads to its part.
    pub(crate) relation: String,
}

/// A defined name.
#[derive(Debug)]
pub(crate) struct NameEntry {
    pub(crate) name: String,
    /// The place in the list of the sheet that it belongs to.
    pub(crate) sheet: Option<usize>,
    pub(crate) text: String,
    /// A macro, not a name of cells.
    pub(crate) function: bool,
}

/// Reads the part.
///
/// # Errors
/// Where it is broken.
pub(crate) fn read(xml: Xml<'_>) -> Result<Contents, Error> {
    let mut pieces = xml.pieces();
    let mut found = Contents::default();
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(found),
            Piece::Start(tag) if tag.level == 1 && tag.name != "workbook" => {
                let what = format!("<{}> is no workbook", tag.name);
                return Err(xml.error(pieces.span().start, what));
            }
            Piece::Start(tag) => match (tag.level, tag.name) {
                (1, _) => found.strict = tag.space.starts_with("http://purl.oclc.org/ooxml/"),
                (2, "workbookPr") => {
                    found.dates_from_1904 = tag.flag("date1904").unwrap_or(false);
                }
                (2, "calcPr") if tag.flag("iterate").unwrap_or(false) => {
                    let (steps, delta) = (tag.number("iterateCount"), tag.number("iterateDelta"));
                    found.iteration = Some(Iteration::of_file(steps, delta));
                }
                (3, "sheet") => found.sheets.push(SheetEntry {
                    name: tag.get("name").unwrap_or_default().into_owned(),
                    relation: pieces.relation(&tag, "id").unwrap_or_default().into_owned(),
                }),
                (3, "definedName") => {
                    let name = tag.get("name").unwrap_or_default().into_owned();
                    let sheet = tag.number("localSheetId");
                    let function = tag.flag("function").unwrap_or(false)
                        || tag.flag("vbProcedure").unwrap_or(false);
                    let text = pieces.text(&tag)?.into_owned();
                    found.names.push(NameEntry { name, sheet, text, function });
                }
                _ => {}
            },
            _ => {}
        }
    }
}

/// The edition of Excel that saved the file (`docProps/app.xml`).
///
/// # Errors
/// Where the part is broken.
pub(crate) fn platform(xml: Xml<'_>) -> Result<Platform, Error> {
    let mut pieces = xml.pieces();
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(Platform::default()),
            Piece::Start(tag) if tag.name == "Application" => {
                let by_macintosh = pieces.text(&tag)?.starts_with("Microsoft Macintosh");
                return Ok(if by_macintosh { Platform::Macintosh } else { Platform::Windows });
            }
            _ => {}
        }
    }
}

/// The indices, from 1, of the cell metadata that marks dynamic arrays (`xl/metadata.xml`).
///
/// # Errors
/// Where the part is broken.
pub(crate) fn dynamic_arrays(xml: Xml<'_>) -> Result<Vec<u32>, Error> {
    let mut pieces = xml.pieces();
    let mut types: Vec<String> = Vec::new();
    // Of the records of the type XLDAPR, which say that the array is dynamic.
    let (mut dynamic, mut in_future, mut blocks) = (Vec::new(), false, 0_usize);
    let (mut in_cells, mut cells, mut found) = (false, 0_u32, Vec::new());
    loop {
        match pieces.next()? {
            Piece::Eof => return Ok(found),
            // Of a later version, so that its namespace is another one.
            Piece::Start(tag)
                if in_future
                    && tag.local == "dynamicArrayProperties"
                    && tag.flag("fDynamic").unwrap_or(false) =>
            {
                dynamic.push(blocks.saturating_sub(1));
            }
            Piece::Start(tag) => match tag.name {
                "metadataType" => types.push(tag.get("name").unwrap_or_default().into_owned()),
                "futureMetadata" if tag.level == 2 => {
                    in_future = tag.get("name").is_some_and(|name| name == "XLDAPR");
                    blocks = 0;
                }
                "bk" if in_cells => cells += 1,
                "bk" if in_future => blocks += 1,
                "cellMetadata" if tag.level == 2 => in_cells = !tag.empty,
                "rc" if in_cells => {
                    let kind = tag.number::<usize>("t").and_then(|t| t.checked_sub(1));
                    let kind = kind.and_then(|t| types.get(t));
                    let record = tag.number::<usize>("v").unwrap_or(usize::MAX);
                    if kind.is_some_and(|kind| kind == "XLDAPR") && dynamic.contains(&record) {
                        found.push(cells);
                    }
                }
                _ => {}
            },
            Piece::End("futureMetadata", 2) => in_future = false,
            Piece::End("cellMetadata", 2) => in_cells = false,
            _ => {}
        }
    }
}
