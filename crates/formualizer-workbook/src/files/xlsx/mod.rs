//! Excel workbooks (Office Open XML): a ZIP file of XML parts.
//!
//! ```text
//! package   … the ZIP file: parts read within limits, copied as they are
//! relations … content types, and which part refers to which
//! xml       … attributes, text, entities; the depth of elements
//! scan      … a sheet's XML as rows and cells with the bytes that they stand in
//! cell      … what a cell element holds, and its way back
//! formulas  … formulas as files write them (`_xlfn.`, `ANCHORARRAY`, shared ones), and back
//! load/     … a file to a workbook
//! save/     … a workbook into the file that it came from, or into a new one
//! ```
//!
//! Layouts follow ECMA-376, part 1 (SpreadsheetML and packaging).

mod source;

pub(crate) use source::Source;
