//! What files say of circular references that are calculated in steps.

use crate::parts::{BOOK, Parts, book, relations};
use formualizer_workbook::{Iteration, LoadOptions, SaveOptions, Value, Workbook};
use std::io::{Cursor, Read};

const SHEETS: &str = "<sheet name='S' sheetId='1' r:id='s1'/>";
/// A counter that has counted to 5.
const COUNTER: &str = "<row r='1'><c r='A1'><f>A1+1</f><v>5</v></c></row>";

fn opened(bytes: Vec<u8>) -> Workbook {
    Workbook::from_bytes(bytes, &LoadOptions::default()).unwrap()
}

fn saying(rest: &str) -> Workbook {
    opened(Parts::new(COUNTER).with(BOOK, book(SHEETS, rest)).zip())
}

/// The workbook's part of what is saved.
fn saved(book: &mut Workbook) -> (Vec<u8>, String) {
    let bytes = book.save_bytes(&SaveOptions::default()).unwrap().0;
    let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(BOOK).unwrap().read_to_string(&mut text).unwrap();
    (bytes, text)
}

fn steps(steps: u32, delta: f64) -> Option<Iteration> {
    Some(Iteration::new(steps, delta).unwrap())
}

#[test]
fn a_workbook_says_how_many_steps_and_how_small_a_change() {
    let usual = Some(Iteration::default());
    for (says, expected) in [
        ("", None),
        ("<calcPr calcId='191029'/>", None),
        ("<calcPr iterate='0' iterateCount='7'/>", None),
        ("<calcPr iterate='1'/>", usual),
        ("<calcPr iterate='true' iterateCount='10' iterateDelta='1E-4'/>", steps(10, 1e-4)),
        ("<calcPr iterate='1' iterateCount='0' iterateDelta='-1'/>", steps(1, 0.001)),
        (
            "<calcPr iterate='1' iterateCount='4000000000' iterateDelta='NaN'/>",
            steps(32_767, 0.001),
        ),
        ("<calcPr iterate='1' iterateCount='x' iterateDelta='y'/>", usual),
    ] {
        assert_eq!(saying(says).iteration(), expected, "{says}");
    }
}

#[test]
fn steps_begin_with_what_the_file_has() {
    let mut book = saying("<calcPr iterate='1' iterateCount='10'/>");
    assert_eq!(book.value("S", "A1").unwrap(), Value::Number(5.0));
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "A1").unwrap(), Value::Number(15.0));
}

#[test]
fn what_the_file_says_stays_where_nothing_else_is_said() {
    let calculation = "<calcPr calcId='191029' iterate='1' iterateCount='3' fullCalcOnLoad='1'/>";
    let mut book = saying(calculation);
    book.recalculate().unwrap();
    let (bytes, text) = saved(&mut book);
    assert!(text.contains(calculation), "{text}");
    assert_eq!(opened(bytes).value("S", "A1").unwrap(), Value::Number(8.0));
}

#[test]
fn what_is_set_is_saved_into_the_file() {
    let names = "<definedNames><definedName name='One'>S!$A$1</definedName></definedNames>";
    for rest in ["", names, "<calcPr calcId='1' refMode='R1C1'/>", "<calcPr iterate='1'></calcPr>"]
    {
        let mut book = saying(rest);
        book.set_iteration(steps(20, 0.5));
        let (bytes, text) = saved(&mut book);
        assert_eq!(opened(bytes).iteration(), steps(20, 0.5), "{text}");
        assert_eq!(text.matches("<calcPr").count(), 1, "{text}");
        assert_eq!(text.contains("refMode='R1C1'"), rest.contains("R1C1"), "{text}");
        let last = text.find("</definedNames>").unwrap_or(0);
        assert!(
            text.find("</sheets>").unwrap().max(last) < text.find("<calcPr").unwrap(),
            "{text}"
        );
        book.set_iteration(None);
        let (bytes, text) = saved(&mut book);
        assert_eq!(opened(bytes).iteration(), None, "{text}");
    }
    let mut made = Workbook::new();
    made.add_sheet("S").unwrap();
    made.define_name("One", "=S!$A$1").unwrap();
    made.set_iteration(steps(9, 0.25));
    assert_eq!(opened(saved(&mut made).0).iteration(), steps(9, 0.25));
}

#[test]
fn relationships_stay_as_they_are() {
    // A workbook whose part another one leads to is saved there.
    let parts =
        Parts::new(COUNTER).with("_rels/.rels", relations(&[("z", "officeDocument", BOOK)]));
    let mut book = opened(parts.zip());
    book.set_iteration(Some(Iteration::default()));
    assert_eq!(opened(saved(&mut book).0).iteration(), Some(Iteration::default()));
}

#[cfg(feature = "other-spreadsheets")]
mod of_other_kinds {
    use super::{opened, steps};
    use crate::{
        biff::{Version, longs, number, record, wide_record, words, xls, xlsb},
        other::ods_with,
    };

    #[test]
    fn old_workbooks_say_it_in_each_sheet() {
        for (flag, expected) in [(1, steps(12, 0.25)), (0, None)] {
            let says = [
                record(0x000C, &words(&[12])),
                record(0x0010, &0.25_f64.to_le_bytes()),
                record(0x0011, &words(&[flag])),
                record(0x0200, &[0; 14]),
                number(0, 0, 1.0),
            ];
            let book =
                opened(xls(Version::Excel97, &[], &[("S", says.concat()), ("T", Vec::new())]));
            assert_eq!(book.iteration(), expected);
        }
    }

    #[test]
    fn binary_workbooks_say_it_in_a_flag() {
        for (flags, expected) in [(4_u16, steps(12, 0.25)), (0x00FB, None)] {
            let data = [
                longs(&[191_029, 1, 12]),
                0.25_f64.to_le_bytes().to_vec(),
                longs(&[1]),
                words(&[flags]),
            ];
            let says = wide_record(157, &data.concat());
            assert_eq!(opened(xlsb(&[says], &[("S", Vec::new())])).iteration(), expected);
        }
    }

    #[test]
    fn opendocument_says_it_in_its_settings() {
        let table = "<table:table table:name=\"S\"><table:table-row><table:table-cell/></table:table-row></table:table>";
        for (says, expected) in [
            (
                "<table:iteration table:status=\"enable\" table:steps=\"12\" table:maximum-difference=\"0.25\"/>",
                steps(12, 0.25),
            ),
            ("<table:iteration table:status=\"enable\"/>", steps(100, 0.001)),
            ("<table:iteration table:steps=\"12\"/>", None),
        ] {
            let settings =
                format!("<table:calculation-settings>{says}</table:calculation-settings>");
            assert_eq!(
                opened(ods_with(&format!("{settings}{table}"))).iteration(),
                expected,
                "{says}"
            );
        }
    }
}
