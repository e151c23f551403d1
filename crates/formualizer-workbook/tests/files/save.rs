//! Workbooks saved into the files that they came from, and into new ones.

use super::{
    load::made,
    parts::{BOOK, Parts, SHEET, book, sheet},
    zipped::{differing, is_sound, members, text},
};
use formualizer_workbook::{
    CustomFnOptions, ErrorKind, ExcelError, LoadOptions, SaveOptions, TableOptions, Value, Workbook,
};
use std::{fs, sync::Arc};

const MADE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/workbooks/made");

fn bytes_of(name: &str) -> Vec<u8> {
    fs::read(format!("{MADE}/{name}")).unwrap()
}

fn saved(book: &Workbook) -> Vec<u8> {
    let bytes = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&bytes);
    // A workbook that comes back from its state is the same file.
    let again = Workbook::from_state(&book.to_state().unwrap()).unwrap();
    let same = again.to_xlsx(&SaveOptions::default()).unwrap() == bytes;
    assert!(same, "the file differs where the workbook went through its state");
    bytes
}

pub(crate) fn loaded(bytes: Vec<u8>) -> Workbook {
    Workbook::from_xlsx(bytes, &LoadOptions::default()).unwrap()
}

/// A workbook of one sheet with these rows.
fn rows(rows: &str) -> Workbook {
    loaded(Parts::new(rows).zip())
}

/// The rows that are saved for the only sheet.
fn saved_rows(book: &Workbook) -> String {
    let text = text(&saved(book), SHEET);
    let (_, rest) = text.split_once("<sheetData>").unwrap();
    rest.split_once("</sheetData>").unwrap().0.to_owned()
}

fn new_book() -> Workbook {
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    book
}

// ---- what is not changed ----

#[test]
fn a_workbook_that_was_not_changed_is_saved_byte_for_byte() {
    for name in ["openpyxl.xlsx", "xlsxwriter.xlsx", "libreoffice.xlsx"] {
        let before = bytes_of(name);
        let after = saved(&made(name));
        assert_eq!(differing(&before, &after), [""; 0], "{name}");
    }
}

#[test]
fn one_changed_value_changes_one_element() {
    let mut book = made("openpyxl.xlsx");
    book.set_value("Data", "B3", 7.5).unwrap();
    let before = bytes_of("openpyxl.xlsx");
    let after = saved(&book);
    assert_eq!(differing(&before, &after), ["xl/worksheets/sheet1.xml"]);
    let part = "xl/worksheets/sheet1.xml";
    let (old, new) = (text(&before, part), text(&after, part));
    let same = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let tail = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same..old.len() - tail], &new[same..new.len() - tail]);
    assert!(old.len() < 20 && new.len() < 20, "{old:?} {new:?}");
    assert!(text(&after, part).contains("<c r=\"B3\" s="), "the format is kept");
}

#[test]
fn recalculating_changes_values_and_nothing_else() {
    let mut book = made("xlsxwriter.xlsx");
    book.recalculate().unwrap();
    let after = saved(&book);
    assert_eq!(differing(&bytes_of("xlsxwriter.xlsx"), &after), ["xl/worksheets/sheet1.xml"]);
    let sheet = text(&after, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<f t=\"array\" ref=\"F1:G2\">A2:A3*TRANSPOSE(A4:A5)</f>"), "{sheet}");
    assert!(sheet.contains("label 0-label 1-label 2"), "{sheet}");
    let again = loaded(after.clone());
    assert_eq!(again.load_warnings(), [""; 0]);
    assert_eq!(differing(&after, &saved(&again)), [""; 0], "saving once more changes nothing");
}

#[test]
fn styles_charts_comments_and_formats_survive_edits() {
    let mut book = made("openpyxl.xlsx");
    book.set_formulas("Data", "J2:J5", "=B2+1").unwrap();
    book.set_value("Data", "A40", "far below").unwrap();
    book.recalculate().unwrap();
    let (before, after) = (bytes_of("openpyxl.xlsx"), saved(&book));
    let changed = differing(&before, &after);
    assert_eq!(changed, ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"]);
    let sheet = text(&after, "xl/worksheets/sheet1.xml");
    for kept in
        ["conditionalFormatting", "dataValidation", "legacyDrawing", "tablePart", "<drawing"]
    {
        assert!(sheet.contains(kept), "{kept}");
    }
    let again = loaded(after);
    assert_eq!(again.value("Data", "J5").unwrap(), Value::Number(41.0));
    assert_eq!(again.formula("Data", "J5").unwrap().as_deref(), Some("=B5+1"));
    assert_eq!(again.hidden_rows("Data").unwrap(), [(4, 4)]);
}

#[test]
fn a_file_of_libreoffice_changes_where_a_value_did() {
    let mut book = made("libreoffice.xlsx");
    book.set_value("Data", "B3", 7.5).unwrap();
    book.recalculate().unwrap();
    let (before, after) = (bytes_of("libreoffice.xlsx"), saved(&book));
    assert_eq!(differing(&before, &after), ["xl/worksheets/sheet1.xml"]);
    let again = loaded(after);
    assert_eq!(again.value("Data", "E3").unwrap(), Value::Number(15.0));
    assert_eq!(again.names(), book.names());
}

#[test]
fn images_and_pivot_caches_survive_byte_for_byte() {
    let relations = super::parts::relations(&[
        ("d", "drawing", "../drawings/drawing1.xml"),
        ("p", "pivotTable", "../pivotTables/pivotTable1.xml"),
    ]);
    let cache = super::parts::relations(&[
        ("s1", "worksheet", "worksheets/sheet1.xml"),
        ("c", "pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
    ]);
    let image: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let file =
        Parts::new("<row r='1'><c r='A1'><v>1</v></c><c r='B1'><f>A1*2</f><v>2</v></c></row>")
            .with("xl/worksheets/_rels/sheet1.xml.rels", relations)
            .with("xl/drawings/drawing1.xml", "<wsDr><pic/></wsDr>")
            .with(
                "xl/drawings/_rels/drawing1.xml.rels",
                super::parts::relations(&[("i", "image", "../media/image1.png")]),
            )
            .with("xl/media/image1.png", image)
            .with("xl/pivotTables/pivotTable1.xml", "<pivotTableDefinition name='p'/>")
            .with(
                "xl/pivotCache/pivotCacheDefinition1.xml",
                "<pivotCacheDefinition><cacheSource/></pivotCacheDefinition>",
            )
            .with(super::parts::BOOK_RELATIONS, cache)
            .zip();
    let mut book = loaded(file.clone());
    book.set_value("S", "A1", 5).unwrap();
    book.add_sheet("More").unwrap();
    book.recalculate().unwrap();
    let after = book.to_xlsx(&SaveOptions::default()).unwrap();
    let changed = differing(&file, &after);
    let expected = [
        "[Content_Types].xml",
        "xl/_rels/workbook.xml.rels",
        "xl/workbook.xml",
        SHEET,
        "xl/worksheets/sheet2.xml",
    ];
    assert_eq!(changed, expected);
    book.insert_rows("S", 1, 1).unwrap();
    let error = book.to_xlsx(&SaveOptions::default()).unwrap_err();
    assert!(error.to_string().contains("pivotTable1.xml"), "{error}");
}

#[test]
fn what_the_workbook_does_not_know_stays_in_the_sheet() {
    let odd = "<row r='1' ht='33' x='y'><c r='A1' s='0'><v>1</v><extLst><ext uri='u'/></extLst></c><!-- note --><c r='C1'><v>3</v></c></row>";
    let mut book = rows(odd);
    book.set_value("S", "C1", 4).unwrap();
    let now = saved_rows(&book);
    assert!(now.starts_with("<row r='1' ht='33' x='y'><c r='A1' s='0'><v>1</v><extLst><ext uri='u'/></extLst></c><!-- note -->"), "{now}");
    assert!(now.ends_with("<c r=\"C1\"><v>4</v></c></row>"), "{now}");
}

// ---- cells ----

#[test]
fn values_of_every_kind_come_back() {
    let mut book = new_book();
    let values = [
        Value::Number(0.1 + 0.2),
        Value::Number(-1e300),
        Value::Number(5e-324),
        Value::Number(123_456_789_012_345_680.0),
        Value::Boolean(true),
        Value::Text(" two  spaces ".into()),
        Value::Text("a<b>&\"'\n\t\u{1} _x0041_ 日本 😀".into()),
        Value::Error(ExcelError::new(formualizer_workbook::ExcelErrorKind::Na)),
        Value::Date("2024-02-29".parse().unwrap()),
        Value::DateTime("1999-12-31T23:59:59".parse().unwrap()),
        Value::Time("12:34:56".parse().unwrap()),
    ];
    for (row, value) in (1..).zip(&values) {
        book.set_value("S", (row, 1), value.clone()).unwrap();
    }
    let again = loaded(saved(&book));
    for (row, value) in (1..).zip(&values) {
        assert_eq!(again.value("S", (row, 1)).unwrap(), *value, "row {row}");
    }
}

#[test]
fn a_text_of_line_ends_of_windows_comes_back() {
    let mut book = new_book();
    book.set_value("S", "A1", "a\r\nb").unwrap();
    assert_eq!(loaded(saved(&book)).value("S", "A1").unwrap(), Value::Text("a\r\nb".into()));
}

#[test]
fn a_date_in_a_formatted_cell_keeps_the_rest_of_the_format() {
    let mut book = made("openpyxl.xlsx");
    book.set_value("Data", "B3", Value::Date("2024-03-01".parse().unwrap())).unwrap();
    let after = saved(&book);
    let changed = differing(&bytes_of("openpyxl.xlsx"), &after);
    assert_eq!(changed, ["xl/styles.xml", "xl/worksheets/sheet1.xml"]);
    let styles = text(&after, "xl/styles.xml");
    let last = styles.split("</cellXfs>").next().unwrap().rsplit("<xf ").next().unwrap();
    assert!(last.contains("numFmtId=\"14\"") && last.contains("fillId=\"2\""), "{last}");
    let date = Value::Date("2024-03-01".parse().unwrap());
    assert_eq!(loaded(after).value("Data", "B3").unwrap(), date);
}

#[test]
fn a_cleared_cell_keeps_its_format_and_one_without_goes() {
    let mut book = rows("<row r='1'><c r='A1' s='0'><v>1</v></c><c r='B1'><v>2</v></c></row>");
    book.clear("S", "A1:B1").unwrap();
    assert_eq!(saved_rows(&book), "<row r='1'><c r=\"A1\" s=\"0\"/></row>");
}

#[test]
fn new_cells_and_rows_stand_in_order() {
    let mut book = rows("<row r='3'><c r='B3'><v>1</v></c></row><row r='5'/>");
    for at in ["A1", "A3", "C3", "A4", "B5", "A9"] {
        book.set_value("S", at, 2).unwrap();
    }
    let found: Vec<String> = saved_rows(&book)
        .split(" r=")
        .skip(1)
        .map(|rest| rest[1..].split(['"', '\'']).next().unwrap().to_owned())
        .collect();
    let expected = ["1", "A1", "3", "A3", "B3", "C3", "4", "A4", "5", "B5", "9", "A9"];
    assert_eq!(found, expected);
}

#[test]
fn cells_without_places_are_found_and_changed() {
    let mut book = rows("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>");
    book.set_value("S", "B1", 5).unwrap();
    assert_eq!(
        saved_rows(&book),
        "<row><c><v>1</v></c><c r=\"B1\"><v>5</v></c></row><row><c><v>3</v></c></row>"
    );
}

// ---- formulas ----

#[test]
fn a_shared_formula_whose_first_cell_changes_is_written_out_for_the_others() {
    let shared = "<row r='1'><c r='A1'><v>1</v></c><c r='B1'><f t='shared' ref='B1:B3' si='0'>A1*2</f><v>2</v></c></row>\
        <row r='2'><c r='A2'><v>2</v></c><c r='B2'><f t='shared' si='0'/><v>4</v></c></row>\
        <row r='3'><c r='A3'><v>3</v></c><c r='B3'><f t='shared' si='0'/><v>6</v></c></row>";
    let mut book = rows(shared);
    book.set_value("S", "A2", 20).unwrap();
    book.recalculate().unwrap();
    let values_only = saved_rows(&book);
    assert!(values_only.contains("<f t='shared' si='0'/><v>40</v>"), "{values_only}");
    book.set_formula("S", "B1", "=A1*3").unwrap();
    book.recalculate().unwrap();
    let now = saved_rows(&book);
    assert!(!now.contains("shared"), "{now}");
    let again = loaded(saved(&book));
    let text = |cell| again.formula("S", cell).unwrap().unwrap();
    assert_eq!([text("B1"), text("B2"), text("B3")], ["=A1*3", "=A2*2", "=A3*2"]);
}

#[test]
fn a_spill_is_marked_as_a_dynamic_array_with_its_cells() {
    let mut book = new_book();
    book.set_formula("S", "A1", "=SEQUENCE(3)*2").unwrap();
    book.set_formula("S", "C1", "=SUM(A1#)").unwrap();
    book.recalculate().unwrap();
    let bytes = saved(&book);
    let sheet = text(&bytes, "xl/worksheets/sheet1.xml");
    assert!(
        sheet.contains(
            "<c r=\"A1\" cm=\"1\"><f t=\"array\" ref=\"A1:A3\">_xlfn.SEQUENCE(3)*2</f><v>2</v></c>"
        ),
        "{sheet}"
    );
    assert!(sheet.contains("<c r=\"A3\"><v>6</v></c>"), "{sheet}");
    assert!(sheet.contains("SUM(_xlfn.ANCHORARRAY(A1))"), "{sheet}");
    assert!(members(&bytes).contains_key("xl/metadata.xml"));
    let mut again = loaded(bytes);
    assert_eq!(again.spill_range("S", "A1").unwrap().as_deref(), Some("A1:A3"));
    again.recalculate().unwrap();
    assert_eq!(again.value("S", "C1").unwrap(), Value::Number(12.0));
}

#[test]
fn an_array_that_grew_has_its_new_range_in_the_file() {
    let mut book = made("xlsxwriter.xlsx");
    book.set_value("Calc", "C2", "another").unwrap();
    book.recalculate().unwrap();
    let after = saved(&book);
    let sheet = text(&after, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("ref=\"E1:E4\""), "{sheet}");
    let again = loaded(after);
    assert_eq!(again.spill_range("Calc", "E1").unwrap().as_deref(), Some("E1:E4"));
}

#[test]
fn values_only_has_no_formula_left() {
    let mut book = made("xlsxwriter.xlsx");
    book.recalculate().unwrap();
    let bytes = book.to_xlsx(&SaveOptions::default().values_only(true)).unwrap();
    is_sound(&bytes);
    let sheet = text(&bytes, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "{sheet}");
    let again = loaded(bytes);
    assert_eq!(again.value("Calc", "B21").unwrap(), Value::Number(25.0));
    assert_eq!(again.formula("Calc", "B21").unwrap(), None);
    assert_eq!(
        book.formula("Calc", "B21").unwrap().as_deref(),
        Some("=A21*A21"),
        "of the workbook, nothing is lost"
    );
}

#[test]
fn the_order_of_calculation_goes_when_formulas_come_or_go() {
    let calc = |book: Parts| {
        let list = super::parts::relations(&[
            ("s1", "worksheet", "worksheets/sheet1.xml"),
            ("c", "calcChain", "calcChain.xml"),
        ]);
        book.with(super::parts::BOOK_RELATIONS, list)
            .with("xl/calcChain.xml", "<calcChain><c r='A1' i='1'/></calcChain>")
    };
    let file = calc(Parts::new("<row r='1'><c r='A1'><f>1+1</f><v>0</v></c></row>")).zip();
    let mut book = loaded(file);
    book.recalculate().unwrap();
    assert!(members(&saved(&book)).contains_key("xl/calcChain.xml"), "only a value changed");
    book.set_formula("S", "A2", "=1").unwrap();
    assert!(!members(&saved(&book)).contains_key("xl/calcChain.xml"));
    book.clear("S", "A2").unwrap();
    assert!(
        members(&saved(&book)).contains_key("xl/calcChain.xml"),
        "the formulas are as they were"
    );
    book.add_sheet("T").unwrap();
    book.delete_sheet("S").unwrap();
    assert!(!members(&saved(&book)).contains_key("xl/calcChain.xml"));
}

// ---- sheets, names, tables ----

#[test]
fn sheets_added_renamed_and_deleted_are_so_in_the_file() {
    let mut book = made("openpyxl.xlsx");
    book.add_sheet("Näw & <co>").unwrap();
    book.set_formula("Näw & <co>", "A1", "=SUM(Data!B:B)").unwrap();
    book.rename_sheet("Data", "My data").unwrap();
    book.recalculate().unwrap();
    let after = saved(&book);
    let again = loaded(after.clone());
    assert_eq!(again.sheet_names(), ["My data", "Other sheet", "Näw & <co>"]);
    assert_eq!(again.load_warnings(), [""; 0]);
    assert_eq!(
        again.formula("Other sheet", "B1").unwrap().as_deref(),
        Some("=A1^2+'My data'!$B$2")
    );
    let chart = text(&after, "xl/charts/chart1.xml");
    assert!(chart.contains("'My data'!$B$2:$B$5") && !chart.contains("'Data'!"), "{chart}");
    assert_eq!(again.names(), book.names());

    book.delete_sheet("Other sheet").unwrap();
    let after = saved(&book);
    assert_eq!(loaded(after.clone()).sheet_names(), ["My data", "Näw & <co>"]);
    assert!(!members(&after).contains_key("xl/worksheets/sheet2.xml"));
    assert!(!text(&after, BOOK).contains("Local"), "names of the sheet go with it");
}

#[test]
fn a_sheet_of_a_chart_keeps_its_place() {
    let mut book = made("xlsxwriter.xlsx");
    book.add_sheet("Last").unwrap();
    let text = text(&saved(&book), BOOK);
    let names: Vec<&str> =
        text.split("<sheet ").skip(1).map(|rest| rest.split('"').nth(1).unwrap()).collect();
    let position = |name: &str| {
        text.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("{name} in {names:?}"))
    };
    assert!(position("Empty") < position("Chart") && position("Chart") < position("Last"));
}

#[test]
fn names_defined_changed_and_removed_are_so_in_the_file() {
    let mut book = made("openpyxl.xlsx");
    book.define_name("Rate", "0.5").unwrap();
    book.define_name("Fresh", "Data!$A$1:$A$3").unwrap();
    book.define_sheet_name("Other sheet", "Own", "A1").unwrap();
    book.remove_name(None, "Total").unwrap();
    let bytes = saved(&book);
    let again = loaded(bytes.clone());
    assert_eq!(again.names().len(), 4);
    let text = text(&bytes, BOOK);
    assert!(text.contains("_xlnm.Print_Area"), "{text}");
    assert!(text.contains(">'Other sheet'!A1</definedName>"), "{text}");
    assert!(!text.contains("Total"), "{text}");
}

#[test]
fn tables_added_and_removed_are_so_in_the_file() {
    let mut book = made("openpyxl.xlsx");
    book.set_value("Other sheet", "G1", "key").unwrap();
    book.set_value("Other sheet", "H1", "a & b").unwrap();
    book.set_value("Other sheet", "G2", 1).unwrap();
    book.add_table("More", "Other sheet", "G1:H3", TableOptions::default()).unwrap();
    let bytes = saved(&book);
    let again = loaded(bytes);
    let names: Vec<String> = again.tables().into_iter().map(|table| table.0).collect();
    assert_eq!(names, ["More", "Sales"]);
    book.remove_table("Sales").unwrap();
    book.remove_table("More").unwrap();
    let bytes = saved(&book);
    assert!(loaded(bytes.clone()).tables().is_empty());
    assert!(!text(&bytes, "xl/worksheets/sheet1.xml").contains("tablePart"));
    assert!(!members(&bytes).contains_key("xl/tables/table1.xml"));
}

#[test]
fn a_new_workbook_is_a_whole_file() {
    let mut book = new_book();
    book.set_value("S", "A1", "only").unwrap();
    let bytes = saved(&book);
    let again = loaded(bytes);
    assert_eq!(again.value("S", "A1").unwrap(), Value::Text("only".into()));
    let error = Workbook::new().to_xlsx(&SaveOptions::default()).unwrap_err();
    assert!(error.to_string().contains("at least one sheet"), "{error}");
}

#[test]
fn dates_from_1904_stay_dates_from_1904() {
    let mut book = made("xlsxwriter.xlsx");
    let day = Value::Date("2020-02-02".parse().unwrap());
    book.set_value("Empty", "B2", day.clone()).unwrap();
    assert_eq!(loaded(saved(&book)).value("Empty", "B2").unwrap(), day);
}

// ---- the file ----

#[test]
fn what_will_not_be_the_same_elsewhere_is_warned_of() {
    let mut book = new_book();
    let double = |args: &[Value]| -> Result<Value, ExcelError> { Ok(args[0].clone()) };
    let options = CustomFnOptions { min_args: 1, ..CustomFnOptions::default() };
    book.register_custom_function("MINE", options, Arc::new(double)).unwrap();
    book.set_formula("S", "A1", "=MINE(2)").unwrap();
    book.set_formula("S", "B1", "=B1").unwrap();
    book.recalculate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.xlsx");
    let report = book.save(&path).unwrap();
    let warnings = report.warnings.join("\n");
    assert!(warnings.contains("#NAME? for MINE") && warnings.contains("values only"), "{warnings}");
    assert!(warnings.contains("1 cells with errors"), "{warnings}");
    assert_eq!(report.bytes, fs::metadata(&path).unwrap().len());
    let report = book.save_with(&path, &SaveOptions::default().values_only(true)).unwrap();
    assert!(!report.warnings.join("").contains("MINE"), "{report:?}");
}

#[test]
fn an_extension_that_says_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, says) in
        [("a.xls", ".xlsx"), ("a.ods", ".xlsx"), ("a.csv", "export"), ("a.xlsm", "no macros")]
    {
        let error = new_book().save(folder.path().join(name)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File);
        assert!(error.to_string().contains(says) && error.to_string().contains(name), "{error}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let error = new_book().save(folder.path().join("no/such/folder.xlsx")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let error = new_book().save(folder.path()).unwrap_err();
    assert!(error.to_string().contains("folder"), "{error}");
    let path = folder.path().join("book.xlsx");
    new_book().save(&path).unwrap();
    let old = fs::read(&path).unwrap();
    Workbook::new().save(&path).unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), old);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_of_the_target_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("file.xlsx"), folder.path().join("link.xlsx"));
    new_book().save(&file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    new_book().save(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_signature_is_left_out_with_a_warning() {
    let parts = Parts::new("").with(
        "_rels/.rels",
        super::parts::relations(&[
            ("a", "officeDocument", BOOK),
            ("b", "digital-signature/origin", "_xmlsignatures/origin.sigs"),
        ]),
    );
    let mut book = loaded(parts.with("_xmlsignatures/origin.sigs", "").zip());
    book.set_value("S", "A1", 1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let report = book.save(&path).unwrap();
    assert!(report.warnings.join("").contains("signature"), "{report:?}");
    assert!(!members(&fs::read(&path).unwrap()).contains_key("_xmlsignatures/origin.sigs"));
}

#[test]
fn parts_with_prefixes_and_in_utf16_are_merged() {
    let prefixed = "<x:worksheet xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>\
        <x:sheetData><x:row r='1'><x:c r='A1'><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>";
    let mut book = loaded(Parts::new("").with(SHEET, prefixed).zip());
    book.set_value("S", "B1", "new").unwrap();
    let text_of = text(&saved(&book), SHEET);
    assert!(
        text_of.contains("<x:c r=\"B1\" t=\"inlineStr\"><x:is><x:t>new</x:t></x:is></x:c>"),
        "{text_of}"
    );

    let wide = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?>{}",
        sheet("<row><c><v>1</v></c></row>", "")
    );
    let mut units = vec![0xFF, 0xFE];
    units.extend(wide.encode_utf16().flat_map(u16::to_le_bytes));
    let mut book = loaded(Parts::new("").with(SHEET, units).zip());
    book.set_value("S", "A1", 2).unwrap();
    assert_eq!(loaded(saved(&book)).value("S", "A1").unwrap(), Value::Number(2.0));
}

#[test]
fn the_active_sheet_is_still_there() {
    let sheets = "<sheet name='S' sheetId='1' r:id='s1'/>";
    let views = "<bookViews><workbookView activeTab='0' firstSheet='0'/></bookViews>";
    let whole = book(sheets, "").replace("<sheets>", &format!("{views}<sheets>"));
    let mut book = loaded(Parts::new("").with(BOOK, whole).zip());
    book.add_sheet("T").unwrap();
    book.delete_sheet("S").unwrap();
    let text = text(&saved(&book), BOOK);
    assert!(!text.contains("activeTab='0'") || text.contains("activeTab=\"0\""), "{text}");
    assert_eq!(loaded(saved(&book)).sheet_names(), ["T"]);
}

#[test]
fn long_gaps_and_many_hidden_rows_are_gone_through_once() {
    use arrow_array::{ArrayRef, Float64Array};
    let rows = 200_000;
    let sparse: Float64Array = (0..rows).map(|row| (row == rows - 1).then_some(1.0)).collect();
    let dense: Float64Array = (0..rows).map(|row| Some(f64::from(row))).collect();
    let mut book = new_book();
    let columns: [ArrayRef; 2] = [Arc::new(sparse), Arc::new(dense)];
    book.set_columns("S", "A1", &columns).unwrap();
    for row in (1..2000).step_by(2) {
        book.set_rows_hidden("S", ((row, 1), (row, 1)), true).unwrap();
    }
    let again = loaded(book.to_xlsx(&SaveOptions::default()).unwrap());
    assert_eq!(again.value("S", "A200000").unwrap(), Value::Number(1.0));
    assert_eq!(again.hidden_rows("S").unwrap().len(), 1000);
}

// ---- what stays of a formula ----

const ARRAY: &str = "<row r='1'><c r='A1'><v>1</v></c><c r='B1' cm='1'><f t='array' aca='1' ref='B1:B3' ca='1'> A1:A3 * 2 </f><v>2</v></c></row>\
    <row r='2'><c r='A2'><v>2</v></c><c r='B2'><v>4</v></c></row><row r='3'><c r='A3'><v>3</v></c><c r='B3'><v>6</v></c></row>\
    <row r='4'><c r='A4'><v>2</v></c><c r='C4' cm='1'><f t='array' ref='C4:C5'>INDEX(A1:A3,SEQUENCE(A4))</f><v>1</v></c></row>\
    <row r='5'><c r='C5'><v>2</v></c></row>";

/// A workbook of these rows whose metadata 1 marks dynamic arrays.
fn marked(rows: &str) -> Workbook {
    let mut book = new_book();
    book.set_formula("S", "A1", "=SEQUENCE(2)").unwrap();
    book.recalculate().unwrap();
    let metadata = text(&book.to_xlsx(&SaveOptions::default()).unwrap(), "xl/metadata.xml");
    let list = super::parts::relations(&[
        ("s1", "worksheet", "worksheets/sheet1.xml"),
        ("m", "sheetMetadata", "metadata.xml"),
    ]);
    loaded(
        Parts::new(rows)
            .with(super::parts::BOOK_RELATIONS, list)
            .with("xl/metadata.xml", metadata)
            .zip(),
    )
}

#[test]
fn a_dynamic_array_that_becomes_one_cell_or_an_error_keeps_its_mark() {
    let mut book = marked(ARRAY);
    book.set_value("S", "A4", 1.0).unwrap();
    book.set_value("S", "D1", 1.0).unwrap();
    book.recalculate().unwrap();
    let rows = saved_rows(&book);
    let one =
        "<c r=\"C4\" cm=\"1\"><f t='array' ref=\"C4\">INDEX(A1:A3,SEQUENCE(A4))</f><v>1</v></c>";
    assert!(rows.contains(one), "{rows}");
    assert!(!rows.contains("C5"), "{rows}");
    book.set_value("S", "A4", -1.0).unwrap();
    book.recalculate().unwrap();
    let rows = saved_rows(&book);
    assert!(rows.contains("<c r=\"C4\" t=\"e\" cm=\"1\"><f t='array' ref=\"C4\">INDEX"), "{rows}");
    // And back: what was one cell spills again.
    let mut again = loaded(book.to_xlsx(&SaveOptions::default()).unwrap());
    again.set_value("S", "A4", 3.0).unwrap();
    again.recalculate().unwrap();
    assert_eq!(again.spill_range("S", "C4").unwrap().as_deref(), Some("C4:C6"));
    assert!(saved_rows(&again).contains("cm=\"1\"><f t='array' ref=\"C4:C6\">INDEX"));
}

#[test]
fn white_space_and_flags_of_a_formula_stay_where_only_its_value_changes() {
    let mut book = marked(ARRAY);
    book.set_value("S", "A1", 5.0).unwrap();
    book.recalculate().unwrap();
    let rows = saved_rows(&book);
    let kept =
        "<c r=\"B1\" cm=\"1\"><f t='array' aca='1' ref='B1:B3' ca='1'> A1:A3 * 2 </f><v>10</v></c>";
    assert!(rows.contains(kept), "{rows}");
    let mut book = rows_of(
        "<c r='A1'><v>1</v></c><c r='B1' s='0' vm='2'><f ca='1'>  A1 +\n1 </f><v>2</v></c>\
        <c r='C1' vm='3' t='str'><f>IF(A1=1,\"x\",2)</f><v>x</v></c>",
    );
    book.set_value("S", "A1", 5.0).unwrap();
    book.recalculate().unwrap();
    let rows = saved_rows(&book);
    assert!(rows.contains("vm=\"2\"><f ca='1'>  A1 +\n1 </f><v>6</v>"), "{rows}");
    // What a text was beside itself is nothing that a number is.
    assert!(rows.contains("<c r=\"C1\"><f>IF(A1=1,\"x\",2)</f><v>2</v>"), "{rows}");
}

fn rows_of(cells: &str) -> Workbook {
    rows(&format!("<row r='1'>{cells}</row>"))
}

#[test]
fn equal_dynamic_formulas_below_one_another_are_the_same_as_in_the_file() {
    let cell = |row: u32| {
        format!(
            "<row r='{row}'><c r='A{row}'><v>{row}</v></c><c r='B{row}' cm='1'><f t='array' ref='B{row}'>SUM(A{row}*{{1,2}})</f><v>{}</v></c></row>",
            3 * row
        )
    };
    let mut book = marked(&[cell(1), cell(2), cell(3)].concat());
    book.recalculate().unwrap();
    let report = book.save_bytes(&SaveOptions::default()).unwrap().1;
    assert_eq!(report.cells_written, 0);
}

#[test]
fn what_cannot_be_calculated_keeps_what_is_stored() {
    let cells = "<c r='A1'><f>[1]Other!A1*2</f><v>8</v></c><c r='B1' t='e'><f>[1]Other!A2</f><v>#BLOCKED!</v></c>\
        <c r='C1'><f>1+</f><v>9</v></c><c r='D1'><f>A1+C1</f><v>0</v></c>";
    let mut book = rows_of(cells);
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "D1").unwrap(), Value::Number(17.0));
    let rows = saved_rows(&book);
    for kept in [
        "<c r='A1'><f>[1]Other!A1*2</f><v>8</v></c>",
        "<v>#BLOCKED!</v>",
        "<c r='C1'><f>1+</f><v>9</v></c>",
    ] {
        assert!(rows.contains(kept), "{rows}");
    }
}

// ---- what Excel would call damaged ----

#[test]
fn formulas_beyond_the_limits_of_excel_are_refused_with_their_cell() {
    let arguments = |count: usize| format!("=SUM({})", vec!["1"; count].join(","));
    let nested = |depth: usize| format!("={}1{}", "ABS(".repeat(depth), ")".repeat(depth));
    let text = |len: usize| format!("=LEN(\"{}\")", "é".repeat(len));
    let long = |len: usize| format!("=A1{}", " ".repeat(len - 4)) + "+";
    let mut book = new_book();
    for fine in [arguments(255), text(255)] {
        book.set_formula("S", "B2", &fine).unwrap();
    }
    for (beyond, limit) in [
        (arguments(256), "255"),
        (text(256), "255"),
        (nested(65), "deep"),
        (format!("=\"a\"&IF(TRUE,{{1,\"{}\"}})", "x".repeat(256)), "255"),
        (long(8200), "8192"),
    ] {
        for error in [
            book.set_formula("S", "B2", &beyond).unwrap_err(),
            book.set_array_formula("S", "B2:B3", &beyond).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Formula);
            let message = error.to_string();
            assert!(message.contains("S!B2") && message.contains(limit), "{message}");
        }
        assert!(book.define_name("Long", &beyond).is_err());
    }
    // What a file has of them keeps its value, and stays in the file.
    let cell = format!("<c r='A1'><f>{}</f><v>300</v></c>", &arguments(300)[1..]);
    let mut book = rows_of(&cell);
    assert!(book.load_warnings()[0].contains("S!A1") && book.load_warnings()[0].contains("255"));
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "A1").unwrap(), Value::Number(300.0));
    assert!(saved_rows(&book).contains(&cell));
}

#[test]
fn a_formula_that_has_become_too_long_is_not_saved() {
    let mut book = new_book();
    book.add_sheet("T").unwrap();
    let terms = vec!["T!A1"; 1600].join("+");
    book.set_formula(
        "S",
        "C3",
        &format!("=SUM({terms})").replace('+', ",").replacen("SUM(", "SUM(1,", 1),
    )
    .unwrap_err();
    let sums = vec![format!("SUM({})", vec!["T!A1"; 250].join(",")); 6].join("+");
    book.set_formula("S", "C3", &format!("={sums}")).unwrap();
    book.rename_sheet("T", "A much longer name").unwrap();
    let error = book.to_xlsx(&SaveOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.to_string().contains("S!C3") && error.to_string().contains("8192"), "{error}");
    let mut options = SaveOptions::default();
    options.values_only = true;
    book.to_xlsx(&options).unwrap();
}
