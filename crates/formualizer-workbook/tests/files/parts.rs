//! Workbooks put together part by part, right or wrong.

use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
pub(crate) const OFFICE: &str =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The part of the first sheet.
pub(crate) const SHEET: &str = "xl/worksheets/sheet1.xml";
/// The part that lists the sheets.
pub(crate) const BOOK: &str = "xl/workbook.xml";
/// The relationships of that part.
pub(crate) const BOOK_RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// A workbook's parts, in order.
#[derive(Clone)]
pub(crate) struct Parts(Vec<(String, Vec<u8>)>);

impl Parts {
    /// A workbook with these rows in its only sheet, `S`, and one shared text, `shared`.
    pub(crate) fn new(rows: &str) -> Self {
        let types = "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>\
            <Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>\
            <Default Extension='xml' ContentType='application/xml'/></Types>";
        let strings = format!("<sst xmlns='{MAIN}'><si><t>shared</t></si></sst>");
        Self(Vec::new())
            .with("[Content_Types].xml", types)
            .with("_rels/.rels", relations(&[("a", "officeDocument", BOOK)]))
            .with(BOOK, book("<sheet name='S' sheetId='1' r:id='s1'/>", ""))
            .with(
                BOOK_RELATIONS,
                relations(&[
                    ("s1", "worksheet", "worksheets/sheet1.xml"),
                    ("t", "sharedStrings", "sharedStrings.xml"),
                ]),
            )
            .with("xl/sharedStrings.xml", strings)
            .with(SHEET, sheet(rows, ""))
    }

    /// With a part, in place of the one of that name.
    pub(crate) fn with(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = content,
            None => self.0.push((name.to_owned(), content)),
        }
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// With a table in the sheet: its range, and its attributes and content.
    pub(crate) fn table(self, number: usize, table: &str) -> Self {
        let list = "xl/worksheets/_rels/sheet1.xml.rels";
        let targets: Vec<String> =
            (1..=number).map(|n| format!("../tables/table{n}.xml")).collect();
        let ids: Vec<String> = (1..=number).map(|n| format!("r{n}")).collect();
        let all: Vec<(&str, &str, &str)> = ids
            .iter()
            .zip(&targets)
            .map(|(id, target)| (id.as_str(), "table", target.as_str()))
            .collect();
        self.with(list, relations(&all)).with(&format!("xl/tables/table{number}.xml"), table)
    }

    /// A part as text.
    pub(crate) fn text(&self, name: &str) -> String {
        let part = self.0.iter().find(|(known, _)| known == name).unwrap();
        String::from_utf8(part.1.clone()).unwrap()
    }

    /// The file.
    pub(crate) fn zip(&self) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.0 {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}

/// A workbook's part with these sheets and what else it has.
pub(crate) fn book(sheets: &str, rest: &str) -> String {
    format!(
        "<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'><sheets>{sheets}</sheets>{rest}</workbook>"
    )
}

/// A sheet's part with these rows and what comes behind them.
pub(crate) fn sheet(rows: &str, rest: &str) -> String {
    format!(
        "<worksheet xmlns='{MAIN}' xmlns:r='{OFFICE}'><sheetData>{rows}</sheetData>{rest}</worksheet>"
    )
}

/// A list of relationships: id, kind, target.
pub(crate) fn relations(all: &[(&str, &str, &str)]) -> String {
    let each = |(id, kind, target): &(&str, &str, &str)| {
        format!("<Relationship Id='{id}' Type='{OFFICE}/{kind}' Target='{target}'/>")
    };
    let all: String = all.iter().map(each).collect();
    format!("<Relationships xmlns='{RELATIONS}'>{all}</Relationships>")
}
