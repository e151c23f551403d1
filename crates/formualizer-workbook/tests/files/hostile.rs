//! Files that are broken, or made to do harm: refused with an error that says where, or read as far as they make sense.

use super::parts::{BOOK, BOOK_RELATIONS, Parts, SHEET, book, relations, sheet};
use formualizer_workbook::{ErrorKind, FileLimits, LoadOptions, Value, Workbook};
use proptest::prelude::*;
use std::{error::Error as _, io::Write, time::Instant};
use zip::{ZipWriter, write::SimpleFileOptions};

fn load(bytes: Vec<u8>) -> Result<Workbook, formualizer_workbook::Error> {
    Workbook::from_xlsx(bytes, &LoadOptions::default())
}

/// Refused as a broken file, with a message that has all of this.
#[track_caller]
fn refuses(bytes: Vec<u8>, says: &[&str]) {
    refuses_with(bytes, &LoadOptions::default(), says);
}

#[track_caller]
fn refuses_with(bytes: Vec<u8>, options: &LoadOptions, says: &[&str]) {
    let started = Instant::now();
    let error = Workbook::from_xlsx(bytes, options).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    let message = error.to_string();
    assert!(says.iter().all(|part| message.contains(part)), "{message}");
    assert!(message.len() < 600, "{message}");
    assert!(started.elapsed().as_secs() < 20, "took {:?}", started.elapsed());
}

/// Rows that are refused, named with the sheet's part.
#[track_caller]
fn refuses_rows(rows: &str, says: &[&str]) {
    refuses(Parts::new(rows).zip(), &[says, &[SHEET]].concat());
}

/// Read, with a warning that has all of this.
#[track_caller]
fn warns(bytes: Vec<u8>, says: &[&str]) -> Workbook {
    let book = load(bytes).unwrap();
    let warnings = book.load_warnings().join("\n");
    assert!(says.iter().all(|part| warnings.contains(part)), "{warnings:?}");
    book
}

fn small() -> LoadOptions {
    let mut limits = FileLimits::default();
    (limits.part_bytes, limits.total_bytes, limits.parts) = (1 << 16, 1 << 18, 16);
    limits.cells = 100;
    LoadOptions::default().limits(limits)
}

#[test]
fn errors_give_their_cause_and_say_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.xlsx");
    let error = Workbook::open(&missing).map(|_| ()).unwrap_err();
    let cause = error.source().unwrap().downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(cause.kind(), std::io::ErrorKind::NotFound);
    assert_eq!(error.to_string(), format!("{}: {cause}", missing.display()));
    let error = load(b"PK".to_vec()).map(|_| ()).unwrap_err();
    assert!(error.source().unwrap().is::<zip::result::ZipError>(), "{error:?}");
}

// ---- the ZIP file ----

#[test]
fn what_is_no_zip_file_is_refused() {
    for bytes in [Vec::new(), b"PK".to_vec(), b"a,b\n1,2\n".to_vec(), vec![0; 1000]] {
        refuses(bytes, &["no .xlsx file"]);
    }
}

#[test]
fn a_damaged_compound_file_is_said_to_be_damaged() {
    let mut ole = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    ole.resize(4096, 0);
    refuses(ole, &["damaged"]);
}

#[test]
fn a_truncated_file_is_refused_at_every_length() {
    let whole = Parts::new("<row><c><v>1</v></c></row>").zip();
    for len in (0..whole.len()).step_by(7) {
        refuses(whole[..len].to_vec(), &[]);
    }
}

#[test]
fn a_part_that_unpacks_to_more_than_the_limit_is_refused() {
    let bomb = Parts::new(&" ".repeat(1 << 20)).zip();
    assert!(bomb.len() < 10_000);
    refuses_with(bomb, &small(), &[SHEET, "part_bytes"]);
}

#[test]
fn a_part_that_declares_a_small_size_is_bounded_all_the_same() {
    let mut bomb = Parts::new(&" ".repeat(1 << 20)).zip();
    // The sizes in the central directory and in the local header of the last part, which is the sheet.
    let central = bomb.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    let local = bomb.windows(4).rposition(|four| four == b"PK\x03\x04").unwrap();
    bomb[central + 24..central + 28].copy_from_slice(&100u32.to_le_bytes());
    bomb[local + 22..local + 26].copy_from_slice(&100u32.to_le_bytes());
    refuses_with(bomb, &small(), &[SHEET]);
}

#[test]
fn parts_that_are_too_large_together_are_refused() {
    let mut parts = Parts::new("");
    let (mut sheets, mut list) = (String::new(), Vec::new());
    let names: Vec<(String, String)> =
        (1..9).map(|n| (format!("s{n}"), format!("worksheets/sheet{n}.xml"))).collect();
    for (n, (id, target)) in names.iter().enumerate() {
        sheets += &format!("<sheet name='S{n}' sheetId='{n}' r:id='{id}'/>");
        list.push((id.as_str(), "worksheet", target.as_str()));
        parts = parts.with(&format!("xl/{target}"), sheet(&" ".repeat(60_000), ""));
    }
    let parts = parts.with(BOOK, book(&sheets, "")).with(BOOK_RELATIONS, relations(&list));
    refuses_with(parts.zip(), &small(), &["xl/worksheets/sheet", "total_bytes"]);
    load(parts.zip()).unwrap();
}

#[test]
fn too_many_parts_are_refused() {
    let parts = (0..20).fold(Parts::new(""), |parts, n| parts.with(&format!("xl/x{n}.xml"), "x"));
    refuses_with(parts.zip(), &small(), &["26 parts", "limit parts is 16"]);
}

#[test]
fn a_file_larger_than_the_limit_is_refused() {
    let mut limits = FileLimits::default();
    limits.file_bytes = 100;
    let options = LoadOptions::default().limits(limits);
    refuses_with(Parts::new("").zip(), &options, &["file_bytes is 100"]);
}

#[test]
fn two_parts_of_one_name_are_refused() {
    let bytes = Parts::new("").with("xl/WORKSHEETS/Sheet1.xml", "x").zip();
    refuses(bytes, &["xl/WORKSHEETS/Sheet1.xml", "two parts"]);
}

#[test]
fn parts_outside_of_the_file_are_refused() {
    for name in ["../evil.xml", "xl/../../evil.xml", "xl\\..\\evil.xml"] {
        let bytes = Parts::new("").zip();
        let mut zip = ZipWriter::new_append(std::io::Cursor::new(bytes)).unwrap();
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(b"x").unwrap();
        refuses(zip.finish().unwrap().into_inner(), &["no name of a part"]);
    }
}

#[test]
fn a_damaged_part_is_refused_by_its_checksum() {
    let mut bytes = Parts::new("<row><c><v>1</v></c></row>").zip();
    let central = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    bytes[central + 16] ^= 1;
    refuses(bytes, &[SHEET]);
}

// ---- parts and relationships ----

#[test]
fn missing_parts_are_named() {
    let good = Parts::new("<row><c t='s'><v>0</v></c></row>");
    refuses(good.clone().without(SHEET).zip(), &[SHEET, "\"S\"", "missing"]);
    refuses(good.clone().without(BOOK).zip(), &["no workbook"]);
    refuses(good.clone().without(BOOK_RELATIONS).zip(), &["\"S\"", "no part"]);
    refuses(good.clone().without("xl/sharedStrings.xml").zip(), &[SHEET, "A1", "shared text 0"]);
    // What says where the workbook is may be missing: it is where it always is.
    load(good.clone().without("_rels/.rels").zip()).unwrap();
    load(good.without("[Content_Types].xml").zip()).unwrap();
}

#[test]
fn empty_and_wrong_parts_are_named() {
    for name in [SHEET, BOOK, BOOK_RELATIONS, "xl/sharedStrings.xml", "_rels/.rels"] {
        refuses(Parts::new("").with(name, "").zip(), &[name, "empty"]);
        refuses(Parts::new("").with(name, "<a>").zip(), &[name, "at byte"]);
        refuses(Parts::new("").with(name, "<a></b>").zip(), &[name, "at byte"]);
        refuses(Parts::new("").with(name, "<a>\u{0}</a").zip(), &[name]);
    }
    refuses(Parts::new("").with(SHEET, "<a/>").zip(), &[SHEET, "<a>"]);
    refuses(Parts::new("").with(SHEET, "<worksheet/>").zip(), &[SHEET, "no <sheetData>"]);
    refuses(Parts::new("").with(BOOK, "<document/>").zip(), &[BOOK, "<document>"]);
}

#[test]
fn odd_relationships_are_refused() {
    let related = |target: &str| {
        Parts::new("").with(BOOK_RELATIONS, relations(&[("s1", "worksheet", target)])).zip()
    };
    refuses(related("workbook.xml"), &[BOOK, "no sheet with cells"]);
    refuses(related("../../../../etc/passwd"), &["etc/passwd", "missing"]);
    refuses(related(""), &["missing"]);
    // A sheet that is two.
    let twice = Parts::new("")
        .with(BOOK, book("<sheet name='S' r:id='s1'/><sheet name='T' r:id='s2'/>", ""))
        .with(
            BOOK_RELATIONS,
            relations(&[
                ("s1", "worksheet", "worksheets/sheet1.xml"),
                ("s2", "worksheet", "worksheets/sheet1.xml"),
            ]),
        );
    refuses(twice.zip(), &[SHEET, "two sheets"]);
    // A workbook that is its own workbook.
    let own =
        Parts::new("").with("_rels/.rels", relations(&[("a", "officeDocument", "_rels/.rels")]));
    refuses(own.zip(), &["_rels/.rels"]);
}

#[test]
fn names_of_sheets_are_checked() {
    let named = |sheets: &str| {
        let list = [
            ("s1", "worksheet", "worksheets/sheet1.xml"),
            ("s2", "worksheet", "worksheets/sheet2.xml"),
        ];
        Parts::new("")
            .with(BOOK, book(sheets, ""))
            .with(BOOK_RELATIONS, relations(&list))
            .with("xl/worksheets/sheet2.xml", sheet("", ""))
            .zip()
    };
    refuses(named("<sheet name='' r:id='s1'/>"), &["is empty"]);
    refuses(named("<sheet r:id='s1'/>"), &["is empty"]);
    refuses(named("<sheet name='a/b' r:id='s1'/>"), &["'/'"]);
    refuses(named(&format!("<sheet name='{}' r:id='s1'/>", "x".repeat(10_000))), &["31"]);
    refuses(
        named("<sheet name='Äb' r:id='s1'/><sheet name='äB' r:id='s2'/>"),
        &["two sheets named"],
    );
    refuses(named("<sheet name='a' r:id='none'/>"), &["\"none\""]);
    refuses(named(""), &["no sheet"]);
}

#[test]
fn wrong_content_types_do_not_matter_since_relationships_lead() {
    let types =
        "<Types><Override PartName='/xl/worksheets/sheet1.xml' ContentType='image/png'/></Types>";
    load(Parts::new("").with("[Content_Types].xml", types).zip()).unwrap();
}

// ---- XML ----

#[test]
fn document_types_and_entities_are_refused() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>";
    let external = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>";
    for name in [SHEET, BOOK, "xl/sharedStrings.xml", "_rels/.rels"] {
        for types in [laughs, external] {
            let part = format!("{types}<worksheet>&b;&x;</worksheet>");
            refuses(Parts::new("").with(name, part).zip(), &[name, "document types"]);
        }
    }
    refuses_rows("<row><c t='str'><v>&x;</v></c></row>", &["&x;"]);
    refuses_rows("<row><c t='str'><v>&#xD800;</v></c></row>", &["&#xD800;"]);
}

#[test]
fn deep_elements_are_refused() {
    let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    refuses_rows(&deep, &["nested deeper than 256"]);
    refuses_rows(&format!("<row><c>{deep}</c></row>"), &["nested deeper than 256"]);
    refuses(Parts::new("").with("xl/sharedStrings.xml", deep.clone()).zip(), &["nested"]);
    refuses(Parts::new("").with(BOOK, book(&deep, "")).zip(), &["nested"]);
}

#[test]
fn an_element_with_a_million_attributes_is_no_trouble() {
    let many: String = (0..1_000_000).map(|n| format!(" a{n}=''")).collect();
    load(Parts::new(&format!("<row{many}><c{many}/></row>")).zip()).unwrap();
}

#[test]
fn broken_xml_is_refused_wherever_it_breaks() {
    let whole = sheet(
        "<row r='1'><c r='A1'><f>1+1</f><v>2</v></c><c t='inlineStr'><is><t>x</t></is></c></row>",
        "",
    );
    for end in 1..whole.len() {
        refuses(Parts::new("").with(SHEET, &whole[..end]).zip(), &[SHEET, "at byte"]);
    }
}

#[test]
fn encodings_other_than_utf8_and_utf16_are_refused() {
    let text = |encoding: &str| {
        format!(
            "<?xml version='1.0' encoding='{encoding}'?>{}",
            sheet("<row><c t='str'><v>é</v></c></row>", "")
        )
    };
    let wide: Vec<u8> = text("UTF-16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xFF, 0xFE][..], &wide].concat();
    for good in [
        marked.clone(),
        text("UTF-8").into_bytes(),
        format!("\u{FEFF}{}", text("utf-8")).into_bytes(),
    ] {
        let book = load(Parts::new("").with(SHEET, good).zip()).unwrap();
        assert_eq!(book.value("S", "A1").unwrap(), Value::Text("é".into()));
    }
    refuses(Parts::new("").with(SHEET, wide).zip(), &[SHEET]);
    refuses(
        Parts::new("").with(SHEET, [&marked[..], &[0x00, 0xD8]].concat()).zip(),
        &[SHEET, "UTF-16"],
    );
    refuses(Parts::new("").with(SHEET, text("ISO-8859-1")).zip(), &[SHEET, "ISO-8859-1"]);
    refuses(Parts::new("").with(SHEET, b"<worksheet>\xFF".to_vec()).zip(), &[SHEET, "byte 11"]);
}

// ---- cells ----

#[test]
fn cells_beyond_the_sheet_are_refused() {
    for cell in
        ["XFE1", "A1048577", "A0", "A", "1", "AAAA1", "A-1", "A99999999999999999999", "é1", ""]
    {
        refuses_rows(&format!("<row><c r='{cell}'><v>1</v></c></row>"), &["no cell of a sheet"]);
    }
    for row in ["0", "1048577", "-1", "x", "99999999999999999999"] {
        refuses_rows(&format!("<row r='{row}'><c><v>1</v></c></row>"), &["rows are 1 to 1048576"]);
    }
    refuses_rows("<row r='1048576'/><row><c><v>1</v></c></row>", &["behind row 1048576"]);
    refuses_rows("<row><c r='XFD1'/><c><v>1</v></c></row>", &["behind column 16384"]);
    refuses_rows("<row r='2'><c r='A1'><v>1</v></c></row>", &["A1 stands in row 2"]);
}

#[test]
fn cells_and_rows_that_are_there_twice_are_refused() {
    refuses_rows("<row><c r='B1'/><c r='B1'><v>1</v></c></row>", &["B1", "twice"]);
    refuses_rows("<row><c r='B1'/><c r='A1'><v>1</v></c></row>", &["A1", "order"]);
    refuses_rows("<row r='3'/><row r='3'/>", &["row 3", "twice"]);
    refuses(
        Parts::new("").with(SHEET, sheet("", "<sheetData/>")).zip(),
        &[SHEET, "second <sheetData>"],
    );
}

#[test]
fn a_dimension_of_billions_of_cells_takes_no_memory() {
    let part = "<worksheet><dimension ref='A1:XFD1048576'/><sheetData><row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData></worksheet>";
    let book = load(Parts::new("").with(SHEET, part).zip()).unwrap();
    assert_eq!(book.value("S", "XFD1048576").unwrap(), Value::Number(1.0));
}

#[test]
fn more_cells_than_the_limit_are_refused() {
    let row = format!("<row>{}</row>", "<c><v>1</v></c>".repeat(60));
    refuses_with(Parts::new(&row.repeat(2)).zip(), &small(), &[SHEET, "AO2", "limit cells"]);
    let texts = format!("<sst>{}</sst>", "<si/>".repeat(101));
    let strings = "xl/sharedStrings.xml";
    refuses_with(Parts::new("").with(strings, texts).zip(), &small(), &[strings, "limit cells"]);
}

#[test]
fn numbers_that_no_cell_holds_are_errors() {
    for number in ["NaN", "inf", "-INF", "1e999", "-1e999", "infinity"] {
        let book = load(Parts::new(&format!("<row><c><v>{number}</v></c></row>")).zip()).unwrap();
        assert!(
            matches!(book.value("S", "A1").unwrap(), Value::Error(e) if e.kind.to_string() == "#NUM!")
        );
    }
    for number in ["x", "0x10", "1,5", "1 2", "--1"] {
        refuses_rows(&format!("<row><c><v>{number}</v></c></row>"), &["A1", "no number"]);
    }
    refuses_rows("<row><c t='d'><v>2024-02-30</v></c></row>", &["A1", "no date"]);
}

#[test]
fn a_negative_zero_is_zero() {
    let rows = r#"<row r="1"><c r="A1"><v>-0</v></c><c r="B1"><f>0*-1</f><v>-0.0</v></c></row>"#;
    let book = load(Parts::new(rows).zip()).unwrap();
    for cell in ["A1", "B1"] {
        let Value::Number(n) = book.value("S", cell).unwrap() else { panic!() };
        assert!(n == 0.0 && n.is_sign_positive(), "{cell}: {n:?}");
    }
}

#[test]
fn shared_texts_that_there_are_not_are_refused() {
    for index in ["1", "-1", "99999999999999999999", "x"] {
        refuses_rows(
            &format!("<row><c t='s'><v>{index}</v></c></row>"),
            &["A1", "shared text", index],
        );
    }
}

#[test]
fn texts_longer_than_a_cell_are_refused() {
    let long = "é".repeat(32_768);
    refuses_rows(&format!("<row><c t='str'><v>{long}</v></c></row>"), &["A1", "32767"]);
    let strings = format!("<sst><si><t>{long}</t></si></sst>");
    let part = "xl/sharedStrings.xml";
    refuses(Parts::new("").with(part, strings).zip(), &[part, "32767"]);
    let most = "é".repeat(32_767);
    load(Parts::new(&format!("<row><c t='str'><v>{most}</v></c></row>")).zip()).unwrap();
}

#[test]
fn formats_that_there_are_not_are_those_of_plain_numbers() {
    for style in ["-1", "4294967295", "99999999999999", "x", ""] {
        let book =
            load(Parts::new(&format!("<row><c s='{style}'><v>45000</v></c></row>")).zip()).unwrap();
        assert_eq!(book.value("S", "A1").unwrap(), Value::Number(45_000.0));
    }
}

// ---- formulas ----

#[test]
fn shared_formulas_without_their_text_are_refused() {
    refuses_rows("<row><c><f t='shared' si='3'/></c></row>", &["A1", "shared formula 3"]);
    refuses_rows("<row><c><f t='shared'>1</f></c></row>", &["A1", "number"]);
    refuses_rows("<row><c><f t='shared' si='0' ref='A1:XFE9'>1</f></c></row>", &["A1"]);
}

#[test]
fn arrays_out_of_place_are_refused() {
    let array =
        |reference: &str| format!("<row><c><f t='array' ref='{reference}'>B1:B2</f></c></row>");
    refuses_rows(&array("A1:XFE1"), &["A1", "none of a sheet"]);
    refuses_rows(&array("B1:B2"), &["A1", "B1:B2"]);
    refuses_rows(&array("A1:XFD1048576"), &["A1", "A1:XFD1048576"]);
    refuses_rows("<row><c><f t='array'>1</f></c></row>", &["A1", "without its cells"]);
    let two = "<row><c><f t='array' ref='A1:B2'>1</f></c></row><row><c r='B2'><f t='array' ref='B2:C3'>1</f></c></row>";
    refuses_rows(two, &["B2", "B2:C3"]);
    let within =
        "<row><c><f t='array' ref='A1:B2'>1</f></c></row><row><c r='B2'><f>1</f></c></row>";
    refuses_rows(within, &["B2"]);
    let later = "<row><c r='B1'><f>1</f></c></row><row><c r='A2'><f>1</f></c></row>";
    load(Parts::new(later).zip()).unwrap();
}

#[test]
fn many_cells_that_share_a_long_formula_take_little_memory() {
    let text = format!("{}1{}", "-(".repeat(2000), ")".repeat(2000));
    let mut rows = format!("<row><c><f t='shared' si='0' ref='A1:ALL200'>{text}</f></c></row>");
    for _ in 1..200 {
        rows += &format!("<row>{}</row>", "<c><f t='shared' si='0'/><v>1</v></c><c/>".repeat(200));
    }
    let book = warns(Parts::new(&rows).zip(), &["value is kept", "more"]);
    assert_eq!(book.value("S", "C3").unwrap(), Value::Number(1.0));
}

#[test]
fn formulas_that_do_not_parse_keep_their_values() {
    let long = "1+".repeat(500_000) + "1";
    let deep = "(".repeat(10_000) + "1" + &")".repeat(10_000);
    let marks = "_xlfn.SINGLE(".repeat(50_000);
    for formula in [&long, &deep, &marks, "1+", "SUM((", "\"", "'", "[", "{", "_xlfn.SINGLE("] {
        let rows = format!("<row><c><f>{formula}</f><v>42</v></c></row>");
        let book = warns(Parts::new(&rows).zip(), &["S!A1", "value is kept"]);
        assert_eq!(book.value("S", "A1").unwrap(), Value::Number(42.0));
        assert!(book.load_warnings().iter().all(|line| line.len() < 500));
    }
}

#[test]
fn formulas_of_other_workbooks_keep_their_values() {
    for formula in [
        "[1]Sheet1!A1*2",
        "'[1]My sheet'!$A$1",
        "SUM([2]S!A1:B9)",
        "[1]!name+1",
        "SUM([1]!Table1[c])",
        "[1]S!Table1[[#This Row],[a]]",
    ] {
        let rows = format!("<row><c><f>{formula}</f><v>42</v></c></row>");
        let book = warns(Parts::new(&rows).zip(), &["S!A1", "value is kept"]);
        assert_eq!(book.value("S", "A1").unwrap(), Value::Number(42.0));
        assert_eq!(book.formula("S", "A1").unwrap(), None);
    }
}

#[test]
fn data_tables_keep_their_values() {
    let rows = "<row><c><f t='dataTable' ref='A1:A2' dt2D='0' dtr='0' r1='C1'/><v>7</v></c></row>";
    let book = warns(Parts::new(rows).zip(), &["S!A1", "data table"]);
    assert_eq!(book.value("S", "A1").unwrap(), Value::Number(7.0));
}

#[test]
fn warnings_are_bounded() {
    let rows = format!("<row>{}</row>", "<c><f>1+</f><v>1</v></c>".repeat(5000));
    let book = load(Parts::new(&rows).zip()).unwrap();
    assert_eq!(book.load_warnings().len(), 101);
    assert!(book.load_warnings()[100].contains("4900 more"));
}

// ---- names and tables ----

#[test]
fn odd_names_are_left_out_with_a_warning() {
    let names = |inner: &str| {
        let names = format!("<definedNames>{inner}</definedNames>");
        Parts::new("<row><c><f>a</f></c></row>")
            .with(BOOK, book("<sheet name='S' r:id='s1'/>", &names))
            .zip()
    };
    warns(names("<definedName name='a'>1+</definedName>"), &["name a"]);
    warns(names("<definedName name='A1'>1</definedName>"), &["A1"]);
    warns(names("<definedName name=''>1</definedName>"), &["empty"]);
    warns(names("<definedName name='a' localSheetId='7'>1</definedName>"), &["name a", "no sheet"]);
    let mut circle =
        load(names("<definedName name='a'>b</definedName><definedName name='b'>a</definedName>"))
            .unwrap();
    circle.recalculate().unwrap();
    assert!(matches!(circle.value("S", "A1").unwrap(), Value::Error(_)));
    let own = "<definedName name='_xlnm.Print_Area' localSheetId='0'>S!$A$1</definedName>\
        <definedName name='_xlnm._FilterDatabase' hidden='1' localSheetId='0'>#REF!</definedName>";
    assert!(load(names(own)).unwrap().load_warnings().is_empty());
}

#[test]
fn tables_that_overlap_or_leave_the_sheet_are_refused() {
    let table = |name: &str, cells: &str| {
        format!(
            "<table name='{name}' displayName='{name}' ref='{cells}'><tableColumns><tableColumn name='x'/></tableColumns></table>"
        )
    };
    let one = |table: String| Parts::new("").table(1, &table).zip();
    let part = "xl/tables/table1.xml";
    load(one(table("T", "A1:A9"))).unwrap();
    refuses(one(table("T", "A1:XFE9")), &[part, "range"]);
    refuses(one(table("T", "")), &[part, "range"]);
    refuses(one(table("T", "A1:B9")), &[part, "columns"]);
    refuses(one(table("T", "A1:XFD1048576")), &[part, "16384 columns"]);
    refuses(one(table("T", "A1")), &[part, "row of data"]);
    refuses(one(table("A1", "A1:A9")), &[part, "address"]);
    let two = |a: &str, b: &str, cells: &str| {
        Parts::new("").table(1, &table(a, "A1:A9")).table(2, &table(b, cells)).zip()
    };
    refuses(two("T", "t", "C1:C9"), &["xl/tables/table2.xml", "two tables"]);
    refuses(two("T", "U", "A9:A20"), &["xl/tables/table2.xml", "overlap"]);
    refuses(Parts::new("").table(1, "x").without(part).zip(), &[part, "missing"]);
}

// ---- anything ----

/// A file with some of everything.
fn rich() -> Parts {
    let rows = "<row r='1' hidden='1'><c r='A1' t='s'><v>0</v></c><c r='B1' s='1'><v>45000.5</v></c><c r='C1'><f t='shared' si='0' ref='C1:C3'>B1*2</f><v>1</v></c></row>\
        <row r='2'><c r='A2' t='b'><v>1</v></c><c r='B2' t='e'><v>#N/A</v></c><c r='C2'><f t='shared' si='0'/><v>2</v></c></row>\
        <row r='3'><c r='A3' t='inlineStr'><is><r><t>a</t></r><r><t>b</t></r></is></c><c r='C3'><f t='shared' si='0'/></c><c r='D3' cm='1'><f t='array' ref='D3:D4'>_xlfn.SEQUENCE(2)</f><v>1</v></c></row>\
        <row r='4'><c r='D4'><v>2</v></c></row>";
    let names = "<definedNames><definedName name='rate'>0.5</definedName><definedName name='r' localSheetId='0'>S!$B$1</definedName></definedNames>";
    let styles = "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='yyyy-mm-dd'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='170'/></cellXfs></styleSheet>";
    let list = [
        ("s1", "worksheet", "worksheets/sheet1.xml"),
        ("t", "sharedStrings", "sharedStrings.xml"),
        ("y", "styles", "styles.xml"),
    ];
    Parts::new(rows)
        .with(BOOK, book("<sheet name='S' r:id='s1'/>", names))
        .with(BOOK_RELATIONS, relations(&list))
        .with("xl/styles.xml", styles)
        .table(1, "<table displayName='T' ref='F1:G3'><autoFilter ref='F1:G3'/><tableColumns><tableColumn name='x'/><tableColumn name='y'/></tableColumns></table>")
}

/// Loads, and what is loaded can be calculated.
fn survives(bytes: Vec<u8>) {
    if let Ok(mut book) = Workbook::from_xlsx(bytes, &small()) {
        let _ = book.recalculate();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn a_file_with_other_bytes_is_loaded_or_refused(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = rich().zip();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len()));
        }
        survives(bytes);
    }

    #[test]
    fn a_part_with_other_bytes_is_loaded_or_refused(
        part in prop::sample::select(vec![SHEET, BOOK, BOOK_RELATIONS, "xl/styles.xml", "xl/tables/table1.xml", "xl/sharedStrings.xml"]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[<>&'\"/=A-Z0-9$:!#_.\u{0}é]{0,4}", 0usize..6), 1..4),
    ) {
        let parts = rich();
        let mut text = parts.text(part);
        for (at, with, len) in edits {
            let at = at.index(text.len() + 1);
            let range = at..(at + len).min(text.len());
            if text.is_char_boundary(range.start) && text.is_char_boundary(range.end) {
                text.replace_range(range, &with);
            }
        }
        survives(parts.with(part, text).zip());
    }
}
