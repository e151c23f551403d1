//! Links, and texts of the web.
//!
//! Rules: Microsoft's pages of the functions; RFC 3986, 2.3 for the characters that are not encoded.

use super::{units, xml::Document, xpath};
use crate::{
    call::{Call, Output, Result},
    cells::{CellRef, Table},
    record::{Kernel, Record, value},
    semantics::parse_number,
    value::ScalarValue,
};
use udf_abi::ErrorCode;

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new("ENCODEURL", &[value("text")], Kernel::OfText(encodeurl), "A text as it is written in a web address.").future(),
    Record::new(
        "HYPERLINK",
        &[value("link_location"), value("friendly_name").optional()],
        Kernel::OfRow(hyperlink),
        "What a link shows: its name, or where it leads.",
    ),
    Record::new("FILTERXML", &[value("xml"), value("xpath")], Kernel::OfRow(filterxml), "The values that an XPath finds in XML, one below the other.").spreading()
        .future()
        .differing("Axes and functions of XPath 1.0 but namespace::, id() and lang(); names with a prefix are compared as written."),
];

fn encodeurl(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    if text.len() > 4 * units::MOST {
        return Err(ErrorCode::Value);
    }
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(half), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    units::bounded(out)
}

fn hyperlink(call: &Call<'_>) -> Result<Output> {
    let shown = if call.is_missing(1) { call.cell(0) } else { call.cell(1) };
    Ok(match shown {
        CellRef::Blank => 0.0.into(),
        other => other.owned().into(),
    })
}

fn filterxml(call: &Call<'_>) -> Result<Output> {
    let document = Document::parse(&call.text(0)?).ok_or(ErrorCode::Value)?;
    let found = xpath::find(&document, &call.text(1)?).ok_or(ErrorCode::Value)?;
    let rules = call.rules();
    let values = found.into_iter().map(|node| {
        let text = document.text(node);
        let text = text.trim_matches(['\u{9}', '\u{A}', '\u{D}', ' ']);
        match parse_number(text, rules) {
            Some(number) => ScalarValue::from(number),
            None => text.into(),
        }
    });
    let values: Vec<ScalarValue> = values.collect();
    let table = Table::of_cells(values.len(), 1, |row, _| {
        values.get(row).map_or(CellRef::Blank, ScalarValue::cell)
    });
    Ok(table.ok_or(ErrorCode::Value)?.into())
}
