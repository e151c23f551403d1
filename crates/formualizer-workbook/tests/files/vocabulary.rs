//! Elements and attributes of extensions, which have names of the format itself, and the two variants of the format.

use super::{
    parts::{BOOK, BOOK_RELATIONS, OFFICE, Parts, SHEET, book, relations, sheet},
    save::loaded,
    zipped::{differing, is_sound, text},
};
use formualizer_workbook::{DateSystem, SaveOptions, Value, Workbook};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const X14: &str = "xmlns:x14='http://schemas.microsoft.com/office/spreadsheetml/2009/9/main'";
const X15: &str = "xmlns:x15='http://schemas.microsoft.com/office/spreadsheetml/2010/11/main'";

const ROWS: &str = "<row r='1'><c r='A1' t='str'><v>a</v></c><c r='B1' t='str'><v>b</v></c></row>\
    <row r='2'><c r='A2'><v>1</v></c><c r='B2'><v>2</v></c></row>\
    <row r='3'><c r='A3'><f>SUM(Sales[b])</f><v>0</v></c></row>";

fn extended_table() -> Parts {
    let table = format!(
        "<table xmlns='{MAIN}' id='1' name='Sales' displayName='Sales' ref='A1:B2'><autoFilter ref='A1:B2'/>\
         <tableColumns count='2'><tableColumn id='1' name='a'/><tableColumn id='2' name='b'><extLst><ext {X14}>\
         <x14:tableColumn name='none'/></ext></extLst></tableColumn></tableColumns>\
         <extLst><ext {X14}><x14:table altText='Sales of all years'/></ext></extLst></table>"
    );
    Parts::new(ROWS)
        .table(1, &table)
        .with(SHEET, sheet(ROWS, "<tableParts><tablePart r:id='r1'/></tableParts>"))
}

#[test]
fn a_table_with_an_alternative_text_is_a_table() {
    let file = extended_table().zip();
    let mut book = loaded(file.clone());
    assert_eq!(book.load_warnings(), [""; 0]);
    assert_eq!(differing(&file, &book.to_xlsx(&SaveOptions::default()).unwrap()), [""; 0]);
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "A3").unwrap(), Value::Number(2.0));
    // It keeps its text where it gets another column.
    book.insert_columns("S", 2, 1).unwrap();
    let saved = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&saved);
    let part = text(&saved, "xl/tables/table1.xml");
    assert!(part.contains("<x14:table altText='Sales of all years'/>"), "{part}");
    assert!(part.contains("<x14:tableColumn name='none'/>"), "{part}");
    assert_eq!(loaded(saved).tables().len(), 1);
}

#[test]
fn an_extension_of_workbook_properties_does_not_reset_the_dates() {
    let part = format!(
        "<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'><workbookPr date1904='1'/><sheets><sheet name='S' sheetId='1' r:id='s1'/></sheets>\
         <extLst><ext {X15}><x15:workbookPr chartTrackingRefBase='1' date1904='0'/></ext></extLst></workbook>"
    );
    let book = loaded(Parts::new("").with(BOOK, part).zip());
    assert_eq!(book.date_system(), DateSystem::Excel1904);
}

#[test]
fn names_and_sheets_of_extensions_are_none() {
    let rest = format!(
        "<definedNames><definedName name='Rate'>0.5</definedName></definedNames><extLst><ext {X15}><x15:definedNames>\
         <x15:definedName name='Other'>1</x15:definedName></x15:definedNames><sheets><sheet name='T'/></sheets></ext></extLst>"
    );
    let list = "<sheet name='S' sheetId='1' r:id='s1' x:id='no' xmlns:x='urn:of:somebody'/>";
    let mut book = loaded(Parts::new("").with(BOOK, book(list, &rest)).zip());
    assert_eq!(book.sheet_names(), ["S"]);
    assert_eq!(book.names().len(), 1);
    book.rename_sheet("S", "T").unwrap();
    book.define_name("More", "=1").unwrap();
    let saved = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&saved);
    let part = text(&saved, BOOK);
    assert!(part.contains("x15:definedName name='Other'") && part.contains("name='T'/>"), "{part}");
    assert_eq!(loaded(saved).names().len(), 2);
}

#[test]
fn filters_of_other_views_hide_nothing_of_their_own() {
    let rows = "<row r='1'><c r='A1'><v>1</v></c></row><row r='2' hidden='1'><c r='A2'><v>2</v></c></row>\
        <row r='3'><c r='A3'><f>SUBTOTAL(9,A1:A2)</f></c></row>";
    let views = "<customSheetViews><customSheetView><autoFilter ref='A1:A2'><filterColumn colId='0'><filters/></filterColumn>\
        </autoFilter></customSheetView></customSheetViews>";
    let mut book = loaded(Parts::new("").with(SHEET, sheet(rows, views)).zip());
    book.recalculate().unwrap();
    // The row is hidden by hand: SUBTOTAL(9) counts it.
    assert_eq!(book.value("S", "A3").unwrap(), Value::Number(3.0));
}

#[test]
fn number_formats_of_conditions_are_none_of_cells() {
    let styles = format!(
        "<styleSheet xmlns='{MAIN}'><numFmts><numFmt numFmtId='164' formatCode='0.00'/></numFmts><cellXfs><xf numFmtId='164'/></cellXfs>\
         <dxfs><dxf><numFmt numFmtId='164' formatCode='yyyy-mm-dd'/></dxf></dxfs></styleSheet>"
    );
    let list =
        relations(&[("s1", "worksheet", "worksheets/sheet1.xml"), ("y", "styles", "styles.xml")]);
    let parts = Parts::new("<row><c s='0'><v>45000</v></c></row>").with(BOOK_RELATIONS, list);
    // In either order.
    let (numbers, rest) = styles.split_once("</numFmts>").unwrap();
    let (formats, conditions) = rest.split_once("</cellXfs>").unwrap();
    let conditions = conditions.trim_end_matches("</styleSheet>");
    let turned = numbers.replace("<numFmts>", &format!("{conditions}<numFmts>"));
    let turned = format!("{turned}</numFmts>{formats}</cellXfs></styleSheet>");
    for styles in [styles, turned] {
        let book = loaded(parts.clone().with("xl/styles.xml", styles).zip());
        assert_eq!(book.value("S", "A1").unwrap(), Value::Number(45_000.0));
    }
}

#[test]
fn a_module_of_an_old_version_is_no_sheet_and_stays() {
    let list = "<sheet name='S' sheetId='1' r:id='s1'/><sheet name='Module1' sheetId='2' state='veryHidden' r:id=''/>";
    let names =
        "<definedNames><definedName name='Rate' localSheetId='0'>0.5</definedName></definedNames>";
    let file = Parts::new("<row><c><v>1</v></c></row>").with(BOOK, book(list, names)).zip();
    let mut book = loaded(file.clone());
    assert_eq!(book.sheet_names(), ["S"]);
    assert_eq!(differing(&file, &book.to_xlsx(&SaveOptions::default()).unwrap()), [""; 0]);
    book.add_sheet("T").unwrap();
    let saved = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&saved);
    assert!(text(&saved, BOOK).contains("name='Module1' sheetId='2' state='veryHidden' r:id=''"));
    assert_eq!(loaded(saved).sheet_names(), ["S", "T"]);
}

/// The same file in the strict variant of the standard.
fn strict(parts: &Parts, names: &[&str]) -> Vec<u8> {
    let spell = |text: String| {
        text.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
            .replace(OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships")
    };
    let all = names.iter().fold(parts.clone(), |all, name| all.with(name, spell(parts.text(name))));
    all.zip()
}

#[test]
fn the_strict_variant_is_read_and_goes_on_in_its_own_words() {
    let list = "xl/worksheets/_rels/sheet1.xml.rels";
    let table = "xl/tables/table1.xml";
    let names = [BOOK, BOOK_RELATIONS, SHEET, "xl/sharedStrings.xml", "_rels/.rels", list, table];
    let file = strict(&extended_table(), &names);
    let mut book = loaded(file.clone());
    assert_eq!(book.tables().len(), 1);
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "A3").unwrap(), Value::Number(2.0));
    book.add_sheet("New").unwrap();
    book.set_formula("New", "A1", "=SEQUENCE(2)").unwrap();
    book.add_table("More", "New", "C1:C2", formualizer_workbook::TableOptions::default()).unwrap();
    book.recalculate().unwrap();
    let saved = book.to_xlsx(&SaveOptions::default()).unwrap();
    is_sound(&saved);
    for (name, content) in super::zipped::members(&saved) {
        let content = String::from_utf8_lossy(&content).into_owned();
        assert!(
            !content.contains(MAIN) && !content.contains(&format!("'{OFFICE}")),
            "{name}: {content}"
        );
        assert!(!content.contains(&format!("\"{OFFICE}")), "{name}: {content}");
    }
    let again: Workbook = loaded(saved);
    assert_eq!(again.tables().len(), 2);
    assert_eq!(again.formula("New", "A1").unwrap().as_deref(), Some("=SEQUENCE(2)"));
}

#[test]
fn a_template_becomes_a_workbook_and_the_other_way_round() {
    let kind = |kind: &str| {
        format!("application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}.main+xml")
    };
    let types = |main: &str| {
        format!(
            "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'><Default Extension='xml' ContentType='application/xml'/>\
             <Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>\
             <Override PartName='/{BOOK}' ContentType='{}'/></Types>",
            kind(main)
        )
    };
    let template = Parts::new("<row><c><v>1</v></c></row>")
        .with("[Content_Types].xml", types("template"))
        .zip();
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str| {
        let path = folder.path().join(name);
        loaded(template.clone()).save(&path).unwrap();
        let saved = std::fs::read(path).unwrap();
        is_sound(&saved);
        text(&saved, "[Content_Types].xml")
    };
    assert!(of("book.xlsx").contains(&kind("sheet")));
    assert!(of("book.xltx").contains(&kind("template")));
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    let path = folder.path().join("new.xltx");
    book.save(&path).unwrap();
    assert!(
        text(&std::fs::read(&path).unwrap(), "[Content_Types].xml").contains(&kind("template"))
    );
    assert_eq!(Workbook::open(&path).unwrap().sheet_names(), ["S"]);
}
