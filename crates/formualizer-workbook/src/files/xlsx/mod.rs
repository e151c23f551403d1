//! Excel workbooks (Office Open XML): a ZIP file of XML parts.
//!
//! ```text
//! package   … the ZIP file: parts read within limits, copied as they are
//! relations … which part refers to which
//! xml       … elements, attributes, text, entities; the depth of elements
//! scan      … a sheet's XML as rows and cells with the bytes that they stand in
//! cell      … what a cell element holds
//! strings   … shared texts                styles … which numbers show dates
//! formulas  … formulas as files write them (`_xlfn.`, `ANCHORARRAY`), and as they are typed
//! load/     … a file to a workbook
//! save/     … a workbook into the file that it came from, or into a new one
//! ```
//!
//! Layouts follow ECMA-376, part 1 (SpreadsheetML and packaging).

pub(crate) mod cell;
pub(crate) mod formulas;
pub(crate) mod load;
pub(crate) mod package;
pub(crate) mod relations;
pub(crate) mod save;
pub(crate) mod scan;
mod strings;
pub(crate) mod styles;
pub(crate) mod xml;
