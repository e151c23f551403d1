//! OpenDocument files beyond cells: hidden rows, sheets of other files, names with a base, flat files, templates.

use super::other::{SPACES, ods, ods_with, row, zipped};
use formualizer_workbook::{LoadOptions, Value, Workbook};

fn opened(bytes: Vec<u8>) -> Workbook {
    Workbook::from_bytes(bytes, &LoadOptions::default()).unwrap()
}

fn float(n: &str, formula: &str) -> String {
    let formula = match formula {
        "" => String::new(),
        text => format!("table:formula=\"{text}\" "),
    };
    format!(
        "<table:table-cell {formula}office:value-type=\"float\" office:value=\"{n}\"><text:p>{n}</text:p></table:table-cell>"
    )
}

fn table(name: &str, content: &str) -> String {
    format!("<table:table table:name=\"{name}\">{content}</table:table>")
}

#[test]
fn sheets_that_remember_other_files_are_none_of_the_workbook() {
    let cache = "&apos;file:///data/prices.ods&apos;#$Prices";
    let book = opened(ods_with(&format!(
        "{}{}",
        table("S", &row(&float("3", &format!("of:=[{cache}.A1]")))),
        table(
            cache,
            &format!("<table:table-source table:table-name=\"Prices\"/>{}", row(&float("3", "")))
        )
    )));
    assert_eq!(book.sheet_names(), ["S"]);
    assert_eq!(book.value("S", "A1").unwrap(), Value::Number(3.0));
    assert!(book.load_warnings()[0].contains("S!A1"), "{:?}", book.load_warnings());
}

#[test]
fn a_sheet_that_is_linked_to_another_file_keeps_its_cells() {
    let source = "<table:table-source table:table-name=\"Prices\"/>";
    let book = opened(ods_with(&table("Linked", &format!("{source}{}", row(&float("3", ""))))));
    assert_eq!(book.value("Linked", "A1").unwrap(), Value::Number(3.0));
    assert!(book.load_warnings()[0].contains("another file"));
}

#[test]
fn hidden_and_filtered_rows_are_hidden() {
    let rows = [
        row(&float("1", "")),
        row(&float("2", "")).replace("row>", "row >").replacen(
            "row ",
            "row table:visibility=\"collapse\" ",
            1,
        ),
        row(&float("4", "")).replacen("row>", "row table:visibility=\"filter\">", 1),
        row(&float("0", "of:=SUBTOTAL(9;[.A1:.A3])")),
        row(&float("0", "of:=SUBTOTAL(109;[.A1:.A3])")),
    ];
    let mut book = opened(ods(&rows.concat()));
    assert_eq!(book.hidden_rows("S").unwrap(), [(2, 3)]);
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "A4").unwrap(), Value::Number(3.0));
    assert_eq!(book.value("S", "A5").unwrap(), Value::Number(1.0));
}

#[test]
fn references_over_several_sheets_are_calculated() {
    let sheets = ["Jan", "Feb's", "Mar"];
    let mut content: String =
        sheets.iter().map(|name| table(name, &row(&float("2", "")))).collect();
    content += &table("Sum", &row(&float("0", "of:=SUM([$Jan.$A$1:$Mar.$A$1])")));
    let mut book = opened(ods_with(&content));
    assert_eq!(book.formula("Sum", "A1").unwrap().as_deref(), Some("=SUM(Jan:Mar!$A$1)"));
    book.recalculate().unwrap();
    assert_eq!(book.value("Sum", "A1").unwrap(), Value::Number(6.0));
}

#[test]
fn names_are_for_their_sheet_and_relative_to_their_base() {
    let names = |list: &str| format!("<table:named-expressions>{list}</table:named-expressions>");
    let own = names(
        "<table:named-range table:name=\"Own\" table:base-cell-address=\"$S.$A$1\" table:cell-range-address=\"$S.$B$1\"/>",
    );
    let all = names(
        "<table:named-expression table:name=\"Left\" table:base-cell-address=\"$S.$C$3\" table:expression=\"[.B3]*2\"/>\
         <table:named-expression table:name=\"Here\" table:base-cell-address=\"$S.$C$3\" table:expression=\"[.C3]+1\"/>\
         <table:named-expression table:name=\"Twice\" table:base-cell-address=\"$S.$C$3\" table:expression=\"[$S.$A$1]*2\"/>",
    );
    let cells = row(&[float("5", ""), float("7", ""), float("0", "of:=Own+Twice")].concat());
    let mut book = opened(ods_with(&format!("{}{all}", table("S", &format!("{cells}{own}")))));
    // What is left of A1 is nowhere.
    let warnings = book.load_warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("\"Left\""), "{warnings:?}");
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "C1").unwrap(), Value::Number(17.0));
    book.set_formula("S", "D1", "=Here").unwrap();
    book.recalculate().unwrap();
    assert_eq!(book.names().len(), 3);
}

#[test]
fn texts_are_the_paragraphs_of_a_cell_and_nothing_that_stands_over_it() {
    let cell = "<table:table-cell office:value-type=\"string\">\
        <office:annotation><text:p>a note</text:p></office:annotation>\
        <text:p>one<text:s text:c=\"2\"/>two<text:tab/><text:span>three</text:span></text:p>\
        <text:p>four<text:line-break/><text:a>five</text:a></text:p></table:table-cell>";
    let book = opened(ods(&row(cell)));
    let text = "one  two\tthree\nfour\nfive";
    assert_eq!(book.value("S", "A1").unwrap(), Value::Text(text.into()));
}

#[test]
fn attributes_of_extensions_say_nothing_of_values() {
    let cell = "<table:table-cell calcext:value-type=\"error\" calcext:value=\"9\" office:value-type=\"float\" office:value=\"5\" \
        xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\"/>";
    let book = opened(ods(&row(cell)));
    assert_eq!(book.value("S", "A1").unwrap(), Value::Number(5.0));
}

#[test]
fn prefixes_may_be_any() {
    let text = "<?xml version=\"1.0\"?><o:document \
        xmlns:o=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
        xmlns:t=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\"><o:body><o:spreadsheet><table t:name=\"S\"><table-row>\
        <table-cell o:value-type=\"float\" o:value=\"5\"/></table-row></table></o:spreadsheet></o:body></o:document>";
    let book = opened(text.as_bytes().to_vec());
    assert_eq!(book.value("S", "A1").unwrap(), Value::Number(5.0));
}

#[test]
fn a_flat_file_is_the_same_workbook() {
    let content = table("S", &row(&[float("5", ""), float("10", "of:=[.A1]*2")].concat()));
    // A chart in a flat file is a document of its own, whose tables are none of the workbook's.
    let chart = format!(
        "<table:shapes><office:document><office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document></table:shapes>",
        table("Chart", &row(&float("1", "")))
    );
    let content = content.replace("<table:table-row>", &format!("{chart}<table:table-row>"));
    let text = format!(
        "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document {SPACES} office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\">\
         <office:styles/><office:body><office:spreadsheet>{content}</office:spreadsheet></office:body></office:document>"
    );
    let mut book = opened(text.into_bytes());
    assert_eq!(book.sheet_names(), ["S"]);
    book.set_value("S", "A1", 7.0).unwrap();
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "B1").unwrap(), Value::Number(14.0));
}

#[test]
fn a_template_is_opened_as_a_workbook() {
    let content = format!(
        "<office:document-content {SPACES}><office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>",
        table("S", &row(&float("5", "")))
    );
    let book = opened(zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet-template"),
        ("content.xml", &content),
    ]));
    assert_eq!(book.value("S", "A1").unwrap(), Value::Number(5.0));
}
