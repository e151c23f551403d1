//! XPath 1.0, as far as `FILTERXML` is used with it.
//!
//! All axes but `namespace::`, predicates, operators and the functions of the core library but `id` and `lang`
//! (W3C, "XML Path Language (XPath) Version 1.0"). An expression must find nodes, as MSXML wants it.

mod evaluate;
mod functions;
mod parse;

use super::xml::Document;

/// The nodes that an expression finds, in the document's order; `None` where it is none, gives no nodes, or takes
/// too long.
pub(super) fn find(document: &Document, expression: &str) -> Option<Vec<usize>> {
    let expression = parse::parse(expression)?;
    evaluate::nodes(document, &expression)
}
