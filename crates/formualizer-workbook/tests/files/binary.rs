//! Formulas of `.xls` and `.xlsb` files, token by token, and their values.

use super::biff::*;
use formualizer_workbook::{LoadOptions, Value, Workbook};
use proptest::prelude::*;

fn opened(bytes: Vec<u8>) -> Workbook {
    Workbook::from_bytes(bytes, &LoadOptions::default()).unwrap()
}

/// A book whose sheet S has 1 to 4 in A1:A4 and the formula in C1; the sheets T, `it's` and a link to each stand beside it.
fn with_tokens(tokens: &[u8], extra: &[u8]) -> Workbook {
    let cells = (0..4_u16).map(|row| number(row, 0, f64::from(row) + 1.0)).collect::<Vec<_>>();
    let sheet = [cells.concat(), formula(0, 2, 77.0, tokens, extra)].concat();
    opened(xls(Version::Excel97, &links(), &[("S", sheet), ("T", vec![]), ("it's", vec![])]))
}

/// Links 0 to 2: the sheet T, T to `it's`, a deleted sheet; link 3: another workbook; link 4: functions beside the numbered ones.
/// Names 1 and 2: Rate, and Local of the sheet T.
fn links() -> Vec<Vec<u8>> {
    let own = record(0x01AE, &words(&[3, 0x0401]));
    let other = record(0x01AE, &[words(&[1, 5]), b"\0x.xls".to_vec()].concat());
    let functions = record(0x01AE, &words(&[1, 0x3A01]));
    let edate = record(0x0023, &[vec![0; 6], vec![5, 0], b"EDATE".to_vec()].concat());
    let places = [[0, 1, 1], [0, 1, 2], [0, 0xFFFF, 0xFFFF], [1, 0, 0], [2, 0xFFFE, 0xFFFE]];
    let places = record(0x0017, &[words(&[5]), words(&places.concat())].concat());
    let name = |name: &str, sheet: u16, tokens: &[u8]| {
        let head = [
            words(&[0]),
            vec![0, name.len() as u8],
            words(&[tokens.len() as u16, 0, sheet]),
            vec![0; 4],
        ];
        record(
            0x0018,
            &[head.concat(), vec![0], name.as_bytes().to_vec(), tokens.to_vec()].concat(),
        )
    };
    let rate = [vec![0x3A], words(&[0, 4, 2])].concat();
    vec![
        own,
        other,
        functions,
        edate,
        places,
        name("Rate", 0, &rate),
        name("Local", 2, &[0x1E, 9, 0]),
    ]
}

const A1: [u8; 5] = [0x44, 0, 0, 0, 0xC0];
const A1_TO_A4: [u8; 9] = [0x25, 0, 0, 3, 0, 0, 0xC0, 0, 0xC0];

fn joined(pieces: &[&[u8]]) -> Vec<u8> {
    pieces.concat()
}

#[track_caller]
fn reads(pieces: &[&[u8]], extra: &[u8], expected: &str) {
    let book = with_tokens(&joined(pieces), extra);
    let text = book.formula("S", "C1").unwrap();
    assert_eq!(text.as_deref(), Some(expected), "{:?}", book.load_warnings());
}

#[track_caller]
fn keeps(pieces: &[&[u8]], why: &str) {
    let mut book = with_tokens(&joined(pieces), &[]);
    assert_eq!(book.formula("S", "C1").unwrap(), None);
    let warnings = book.load_warnings().join("\n");
    assert!(warnings.contains("S!C1") && warnings.contains(why), "{warnings}");
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "C1").unwrap(), Value::Number(77.0));
}

#[test]
fn operators_are_put_between_their_operands() {
    reads(&[&A1, &[0x1E, 2, 0], &[0x05], &[0x1E, 3, 0], &[0x03]], &[], "=A1*2+3");
    reads(&[&[0x1E, 1, 0], &[0x1E, 2, 0], &[0x1E, 3, 0], &[0x04, 0x04]], &[], "=1-(2-3)");
    reads(&[&[0x1E, 1, 0], &[0x1E, 2, 0], &[0x03, 0x15], &[0x14]], &[], "=(1+2)%");
    reads(&[&[0x1E, 1, 0], &[0x1E, 2, 0], &[0x03], &[0x1E, 3, 0], &[0x07]], &[], "=(1+2)^3");
    reads(&[&A1, &[0x13], &[0x1E, 2, 0], &[0x0C]], &[], "=-A1>=2");
    reads(&[&A1, &[0x17, 3, 0, b'"', b'a', b'"'], &[0x08]], &[], "=A1&\"\"\"a\"\"\"");
}

#[test]
fn constants_are_written_as_they_are_typed() {
    reads(&[&[0x1F], &1e300_f64.to_le_bytes()], &[], "=1E+300");
    reads(&[&[0x1D, 1]], &[], "=TRUE");
    reads(&[&A1, &[0x1C, 0x2A], &[0x08]], &[], "=A1&#N/A");
    reads(&[&[0x17, 2, 1, 0xE5, 0x65, b'x', 0]], &[], "=\"日x\"");
    // An array of one row and two columns, and one with a text, an error and a logical value.
    let numbers =
        [&[1][..], &words(&[0]), &[1], &1.5_f64.to_le_bytes(), &[1], &2_f64.to_le_bytes()];
    reads(&[&[0x60], &[0; 7]], &numbers.concat(), "={1.5,2}");
    let text = [&[2][..], &words(&[2]), &[0], b"ab"].concat();
    let error = [&[0x10, 0x07][..], &[0; 7]].concat();
    let logical = [&[4, 1][..], &[0; 7]].concat();
    let column = [&[0][..], &words(&[2]), &text, &error, &logical].concat();
    reads(&[&[0x60], &[0; 7]], &column, "={\"ab\";#DIV/0!;TRUE}");
}

#[test]
fn functions_take_as_many_operands_as_they_have() {
    reads(&[&A1_TO_A4, &[0x19, 0x10, 0, 0]], &[], "=SUM(A1:A4)");
    reads(&[&A1, &[0x1E, 2, 0], &[0x41], &words(&[27])], &[], "=ROUND(A1,2)");
    reads(&[&A1, &[0x16], &[0x1E, 9, 0], &[0x42, 3], &words(&[1])], &[], "=IF(A1,,9)");
    // Where a condition leads to is for programs that calculate as they read.
    let condition = [0x19, 0x02, 7, 0];
    reads(&[&A1, &condition, &[0x1E, 1, 0], &[0x42, 2], &words(&[1])], &[], "=IF(A1,1)");
    let choose = [&[0x19, 0x04][..], &words(&[2, 1, 2, 3])].concat();
    let rest = [&[0x1E, 5, 0][..], &[0x1E, 6, 0], &[0x42, 3], &words(&[100])].concat();
    reads(&[&A1, &choose, &rest], &[], "=CHOOSE(A1,5,6)");
    // Several ranges in one argument.
    reads(&[&A1, &A1_TO_A4, &[0x10], &[0x42, 1], &words(&[4])], &[], "=SUM((A1,A1:A4))");
    // By name: the name is the first operand.
    let edate = [&[0x39][..], &words(&[4, 1, 0])].concat();
    reads(&[&edate, &A1, &[0x1E, 1, 0], &[0x42, 3], &words(&[255])], &[], "=EDATE(A1,1)");
}

#[test]
fn references_are_relative_or_not_in_each_direction() {
    reads(&[&[0x24, 0, 0, 0, 0x40]], &[], "=A$1");
    reads(&[&[0x24, 0, 0, 0, 0x80]], &[], "=$A1");
    reads(
        &[&[0x25], &words(&[0, 0xFFFF, 0xC000, 0x0001]), &[0x42, 1], &words(&[4])],
        &[],
        "=SUM(A:$B)",
    );
    reads(&[&[0x25], &words(&[1, 2, 0xC000, 0xC0FF]), &[0x42, 1], &words(&[4])], &[], "=SUM(2:3)");
    reads(&[&[0x2A], &[0; 4]], &[], "=#REF!");
    // Kept values of what follows, whose ranges are listed behind the formula.
    let kept = [0x26, 0, 0, 0, 0, 9, 0];
    let list = [words(&[1]), words(&[0, 3, 0, 0])].concat();
    reads(&[&kept, &A1_TO_A4, &[0x42, 1], &words(&[4])], &list, "=SUM(A1:A4)");
}

#[test]
fn references_to_other_sheets_name_them() {
    reads(&[&[0x3A], &words(&[0, 4, 2])], &[], "=T!$C$5");
    let area = [&[0x3B][..], &words(&[1, 0, 1, 0xC000, 0xC001])].concat();
    reads(&[&area, &[0x42, 1], &words(&[4])], &[], "=SUM('T:it''s'!A1:B2)");
    reads(&[&[0x3A], &words(&[2, 4, 2])], &[], "=#REF!");
    reads(&[&[0x3C], &words(&[0, 0, 0])], &[], "=#REF!");
    keeps(&[&[0x3A], &words(&[3, 4, 2])], "another workbook");
}

#[test]
fn names_are_those_of_the_workbook() {
    let book = with_tokens(&joined(&[&[0x43], &words(&[1, 0]), &[0x1E, 2, 0], &[0x05]]), &[]);
    assert_eq!(book.formula("S", "C1").unwrap().as_deref(), Some("=Rate*2"));
    let names = book.names();
    assert!(names.iter().any(|name| format!("{name:?}").contains("T!$C$5")), "{names:?}");
    assert!(names.iter().any(|name| format!("{name:?}").contains("Local")), "{names:?}");
}

#[test]
fn what_cannot_be_said_keeps_its_value_with_the_reason() {
    keeps(&[&A1, &[0x42, 1], &words(&[53])], "macro sheets");
    keeps(&[&[0x02, 0, 0, 0, 0]], "data table");
    keeps(&[&[0x01], &words(&[9, 9])], "shared formula");
    keeps(&[&[0x1C, 0x2A]], "no word");
    for damaged in [
        &[0x03][..],
        &[0x44, 0],
        &[0xFF],
        &[0x1E, 1, 0, 0x1E, 1, 0],
        &[0x43, 9, 0, 0, 0],
        &[0x3A, 9, 0, 0, 0, 0, 0],
        &[0x41, 27, 0],
        &[0x16],
        &[0x60, 0, 0, 0, 0, 0, 0, 0],
    ] {
        keeps(&[damaged], "damaged");
    }
}

#[test]
fn a_shared_formula_is_read_for_each_of_its_cells() {
    let place = [&[0x01][..], &words(&[0, 1])].concat();
    // The cell to the left: no rows away, one column back.
    let left = [&[0x4C][..], &words(&[0, 0xC0FF]), &[0x1E, 10, 0], &[0x05]].concat();
    let shared = [words(&[0, 2]), vec![1, 1], words(&[3, left.len() as u16]), left].concat();
    let sheet = [
        number(0, 0, 1.0),
        number(1, 0, 2.0),
        number(2, 0, 3.0),
        formula(0, 1, 10.0, &place, &[]),
        record(0x04BC, &shared),
        formula(1, 1, 20.0, &place, &[]),
        formula(2, 1, 30.0, &place, &[]),
    ];
    let mut book = opened(xls(Version::Excel97, &[], &[("S", sheet.concat())]));
    assert_eq!(book.load_warnings(), [""; 0]);
    assert_eq!(book.formula("S", "B3").unwrap().as_deref(), Some("=A3*10"));
    assert_eq!(book.regions(), 1);
    book.set_value("S", "A3", 7.0).unwrap();
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "B3").unwrap(), Value::Number(70.0));
}

#[test]
fn an_array_formula_fills_its_cells() {
    let place = [&[0x01][..], &words(&[0, 1])].concat();
    let double = [&A1_TO_A4[..], &[0x1E, 2, 0], &[0x05]].concat();
    let array = [words(&[0, 3]), vec![1, 1], vec![0; 6], words(&[double.len() as u16]), double];
    let cells: Vec<Vec<u8>> = (0..4_u16)
        .flat_map(|row| {
            let mut cells = vec![
                number(row, 0, f64::from(row)),
                formula(row, 1, f64::from(row) * 2.0, &place, &[]),
            ];
            if row == 0 {
                cells.push(record(0x0221, &array.concat()));
            }
            cells
        })
        .collect();
    let mut book = opened(xls(Version::Excel97, &[], &[("S", cells.concat())]));
    assert_eq!(book.load_warnings(), [""; 0]);
    assert_eq!(book.spill_range("S", "B1").unwrap().as_deref(), Some("B1:B4"));
    book.set_value("S", "A4", 50.0).unwrap();
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "B4").unwrap(), Value::Number(100.0));
}

#[test]
fn files_of_excel_95_are_read_too() {
    // Relative in both directions: bits of the row.
    let a1 = [0x44, 0, 0xC0, 0];
    let text = [0x17, 2, 0xCC, b'x'];
    let other = [&[0x5A][..], &words(&[0xFFFF]), &[0; 8], &words(&[1, 1, 4]), &[2]].concat();
    let sheet = [
        number(0, 0, 5.0),
        formula(0, 1, 10.0, &[&a1[..], &[0x1E, 2, 0, 0x05]].concat(), &[]),
        formula(0, 2, 0.0, &[&a1[..], &text, &[0x08]].concat(), &[]),
        formula(0, 3, 0.0, &other, &[]),
        record(0x0204, &[words(&[1, 0, 0, 2]), vec![0xCC, b'y']].concat()),
    ];
    let cyrillic = record(0x0042, &words(&[1251]));
    let book = xls(Version::Excel95, &[cyrillic], &[("S", sheet.concat()), ("T", vec![])]);
    let book = opened(book);
    assert_eq!(book.load_warnings(), [""; 0]);
    let formula = |cell: &str| book.formula("S", cell).unwrap().unwrap();
    assert_eq!(formula("B1"), "=A1*2");
    assert_eq!(formula("C1"), "=A1&\"Мx\"");
    assert_eq!(formula("D1"), "=T!$C$5");
    assert_eq!(book.value("S", "A2").unwrap(), Value::Text("Мy".into()));
}

#[test]
fn values_of_every_kind_of_record_are_read() {
    let text = |text: &[u8]| [words(&[text.len() as u16]), vec![0], text.to_vec()].concat();
    // A shared text that goes on in another record, where its characters become wide.
    let table = [longs(&[2, 2]), text(b"one"), words(&[4]), vec![0], b"tw".to_vec()].concat();
    let more = [&[1][..], &words(&[0x65E5, 0x672C])].concat();
    let format = record(0x041E, &[words(&[164]), text(b"yyyy-mm-dd")].concat());
    let style = |code: u16| record(0x00E0, &[words(&[0, code]), vec![0; 16]].concat());
    let globals = [style(0), style(164), format, record(0x00FC, &table), record(0x003C, &more)];
    let gives = |value: [u8; 8]| {
        let tail = [vec![0; 6], words(&[3]), vec![0x1E, 1, 0]].concat();
        [words(&[2, 0, 0]), value.to_vec(), tail].concat()
    };
    let sheet = [
        record(0x00FD, &[words(&[0, 0, 0]), longs(&[0])].concat()),
        record(0x00FD, &[words(&[0, 1, 0]), longs(&[1])].concat()),
        record(0x027E, &[words(&[0, 2, 1]), longs(&[(45_000 << 2) | 2])].concat()),
        record(
            0x00BD,
            &[
                words(&[1, 0, 0]),
                longs(&[(5 << 2) | 2]),
                words(&[0]),
                longs(&[(7 << 2) | 2]),
                words(&[1]),
            ]
            .concat(),
        ),
        record(0x0205, &[words(&[1, 2, 0]), vec![1, 0]].concat()),
        record(0x0205, &[words(&[1, 3, 0]), vec![0x2A, 1]].concat()),
        record(0x0006, &gives([0, 0, 0, 0, 0, 0, 0xFF, 0xFF])),
        record(0x0207, &text(b"said")),
        record(0x0208, &[words(&[1, 0, 9, 255, 0, 0]), words(&[0x20, 0])].concat()),
    ];
    let book = opened(xls(Version::Excel97, &globals, &[("S", sheet.concat())]));
    let value = |cell: &str| book.value("S", cell).unwrap();
    assert_eq!(value("A1"), Value::Text("one".into()));
    assert_eq!(value("B1"), Value::Text("tw日本".into()));
    assert_eq!(value("C1"), Value::Date("2023-03-15".parse().unwrap()));
    assert_eq!((value("A2"), value("B2")), (Value::Number(5.0), Value::Number(7.0)));
    assert_eq!(value("C2"), Value::Boolean(true));
    assert!(matches!(value("D2"), Value::Error(_)));
    assert_eq!(value("A3"), Value::Text("said".into()));
    assert_eq!(book.hidden_rows("S").unwrap(), [(2, 2)]);
}

#[test]
fn an_encrypted_old_workbook_is_said_to_have_a_password() {
    let book = xls(Version::Excel97, &[record(0x002F, &[1; 54])], &[("S", vec![])]);
    assert!(super::other::refused(&book).contains("password"));
}

#[test]
fn a_sheet_of_cells_in_opposite_corners_takes_no_more_room_than_they_do() {
    let corners = [number(0, 0, 1.0), number(0xFFFF, 0xFF, 2.0)].concat();
    let sheets: Vec<(String, Vec<u8>)> =
        (0..50).map(|at| (format!("S{at}"), corners.clone())).collect();
    let sheets: Vec<(&str, Vec<u8>)> =
        sheets.iter().map(|(name, records)| (name.as_str(), records.clone())).collect();
    let book = opened(xls(Version::Excel97, &[], &sheets));
    assert_eq!(book.value("S49", "IV65536").unwrap(), Value::Number(2.0));
}

/// An `.xlsb` with a row of 1 and 2 in the sheet S, and a sheet T.
fn wide(cells: &[Vec<u8>]) -> Workbook {
    let real =
        |col: u32, n: f64| wide_record(5, &[longs(&[col, 0]), n.to_le_bytes().to_vec()].concat());
    let sheet = [wide_row(0, false), real(0, 1.0), real(1, 2.0), cells.concat()].concat();
    let links = [
        wide_record(357, &[]),
        wide_record(362, &longs(&[1, 0, 1, 1])),
        wide_record(
            39,
            &[
                longs(&[0]),
                vec![0],
                longs(&[u32::MAX]),
                wide_text("Rate"),
                wide_formula(&[0x1E, 9, 0], &[]),
            ]
            .concat(),
        ),
    ];
    opened(xlsb(&links, &[("S", sheet), ("T", vec![])]))
}

fn wide_ref(token: u8, row: u32, col: u16) -> Vec<u8> {
    [vec![token], longs(&[row]), words(&[col])].concat()
}

#[test]
fn formulas_of_binary_packages_are_read() {
    let a1 = wide_ref(0x44, 0, 0xC000);
    let range = [vec![0x25], longs(&[0, 0]), words(&[0xC000, 0xC001])].concat();
    let other = [vec![0x3A], words(&[0]), longs(&[4]), words(&[2])].concat();
    let far = wide_ref(0x44, 1_048_575, 0x3FFF);
    let array = [
        longs(&[1, 2]),
        vec![0],
        1.5_f64.to_le_bytes().to_vec(),
        vec![1],
        words(&[1, b'x'.into()]),
    ];
    let book = wide(&[
        wide_cell(2, 2.0, &[&a1[..], &[0x1E, 2, 0, 0x05]].concat(), &[]),
        wide_cell(3, 3.0, &[&range[..], &[0x42, 1, 4, 0]].concat(), &[]),
        wide_cell(4, 0.0, &other, &[]),
        wide_cell(5, 0.0, &far, &[]),
        wide_cell(6, 1.5, &[&[0x60][..], &[0; 14]].concat(), &array.concat()),
        wide_cell(7, 9.0, &[vec![0x43], longs(&[1])].concat(), &[]),
        wide_cell(8, 0.0, &[&a1[..], &[0x1E, 0, 0], &[0x41], &words(&[480])].concat(), &[]),
    ]);
    assert_eq!(book.load_warnings(), [""; 0]);
    for (cell, text) in [
        ("C1", "=A1*2"),
        ("D1", "=SUM(A1:B1)"),
        ("E1", "=T!$C$5"),
        ("F1", "=$XFD$1048576"),
        ("G1", "={1.5,\"x\"}"),
        ("H1", "=Rate"),
        ("I1", "=IFERROR(A1,0)"),
    ] {
        assert_eq!(book.formula("S", cell).unwrap().as_deref(), Some(text), "{cell}");
    }
}

#[test]
fn one_unreadable_formula_of_a_binary_package_keeps_its_value_and_the_others_are_read() {
    let structured = [&[0x18, 0x19][..], &[0; 12]].concat();
    let mut book = wide(&[
        wide_cell(2, 77.0, &structured, &[]),
        wide_cell(3, 78.0, &[0xFF], &[]),
        wide_cell(4, 2.0, &[&wide_ref(0x44, 0, 0xC000)[..], &[0x1E, 2, 0, 0x05]].concat(), &[]),
    ]);
    let warnings = book.load_warnings();
    assert!(warnings.len() == 2 && warnings[0].contains("S!C1"), "{warnings:?}");
    assert!(warnings[0].contains("table") && warnings[1].contains("damaged"), "{warnings:?}");
    book.recalculate().unwrap();
    let values = book.values("S", "C1:E1").unwrap();
    assert_eq!(values, [[77.0, 78.0, 2.0].map(Value::Number)]);
}

#[test]
fn shared_and_array_formulas_of_binary_packages_are_read() {
    let place = |row: u32| [vec![0x01], longs(&[row])].concat();
    let col = |col: u32| longs(&[col]);
    let left = [vec![0x4C], longs(&[0]), words(&[0xFFFF]), vec![0x1E, 10, 0, 0x05]].concat();
    let shared = [longs(&[0, 1, 2, 2]), wide_formula(&left, &[])].concat();
    let range = [vec![0x25], longs(&[0, 0]), words(&[0xC000, 0xC001])].concat();
    let array = [longs(&[1, 1, 3, 4]), vec![0], wide_formula(&range, &[])].concat();
    let mut book = wide(&[
        wide_cell(2, 20.0, &place(0), &col(2)),
        wide_record(427, &shared),
        wide_row(1, true),
        wide_cell(2, 0.0, &place(0), &col(2)),
        wide_cell(3, 1.0, &place(1), &col(3)),
        wide_record(426, &array),
        wide_cell(4, 2.0, &place(1), &col(3)),
    ]);
    assert_eq!(book.load_warnings(), [""; 0]);
    assert_eq!(book.formula("S", "C2").unwrap().as_deref(), Some("=B2*10"));
    assert_eq!(book.spill_range("S", "D2").unwrap().as_deref(), Some("D2:E2"));
    assert_eq!(book.hidden_rows("S").unwrap(), [(2, 2)]);
    book.set_value("S", "B1", 5.0).unwrap();
    book.recalculate().unwrap();
    assert_eq!(book.value("S", "E2").unwrap(), Value::Number(5.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_tokens_are_a_formula_or_a_reason(
        tokens in prop::collection::vec(any::<u8>(), 0..60),
        extra in prop::collection::vec(any::<u8>(), 0..40),
        version in any::<bool>(),
    ) {
        let version = if version { Version::Excel95 } else { Version::Excel97 };
        let sheet = formula(0, 0, 1.0, &tokens, &extra);
        let book = opened(xls(version, &links_of(version), &[("S", sheet), ("T", vec![])]));
        prop_assert!(book.formula("S", "A1").unwrap().is_some() || !book.load_warnings().is_empty());
        let book = wide(&[wide_cell(2, 1.0, &tokens, &extra)]);
        prop_assert!(book.formula("S", "C1").unwrap().is_some() || !book.load_warnings().is_empty());
    }

    #[test]
    fn tokens_that_nearly_make_sense_are_a_formula_or_a_reason(
        picks in prop::collection::vec((0..14_usize, any::<u8>()), 1..40),
    ) {
        let tokens: Vec<u8> = picks.iter().flat_map(|(pick, byte)| -> Vec<u8> { match pick {
            0 => A1.to_vec(),
            1 => A1_TO_A4.to_vec(),
            2 => vec![0x1E, *byte, 0],
            3 => vec![0x03 + byte % 15],
            4 => vec![0x12 + byte % 4],
            5 => [vec![0x42, byte % 4], words(&[u16::from(*byte) * 2])].concat(),
            6 => [vec![0x41], words(&[u16::from(*byte)])].concat(),
            7 => [vec![0x3A], words(&[u16::from(byte % 6), 1, 2])].concat(),
            8 => [vec![0x43], words(&[u16::from(byte % 4), 0])].concat(),
            9 => vec![0x17, 1, 0, *byte],
            10 => [vec![0x39], words(&[u16::from(byte % 6), 1, 0])].concat(),
            11 => vec![0x16],
            12 => vec![0x19, *byte, 0, 0],
            _ => vec![*byte],
        }}).collect();
        let book = with_tokens(&tokens, &[0; 16]);
        prop_assert!(book.formula("S", "C1").unwrap().is_some() || !book.load_warnings().is_empty());
    }

    #[test]
    fn any_records_are_a_workbook_or_a_reason(
        records in prop::collection::vec((0..24_usize, prop::collection::vec(any::<u8>(), 0..40)), 0..20),
    ) {
        const KINDS: [u16; 24] = [
            0x0006, 0x0017, 0x0018, 0x0022, 0x0023, 0x002F, 0x003C, 0x0042, 0x0085, 0x009B, 0x00BD, 0x00E0,
            0x00FC, 0x00FD, 0x01AE, 0x0203, 0x0204, 0x0205, 0x0207, 0x0208, 0x0221, 0x027E, 0x041E, 0x04BC,
        ];
        let stream: Vec<Vec<u8>> =
            records.iter().map(|(kind, data)| record(KINDS[*kind], data)).collect();
        for version in [Version::Excel95, Version::Excel97] {
            let _ = Workbook::from_bytes(xls(version, &stream, &[("S", vec![])]), &LoadOptions::default());
            let _ = Workbook::from_bytes(xls(version, &[], &[("S", stream.concat())]), &LoadOptions::default());
        }
        const WIDE: [u32; 24] = [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 19, 39, 49, 62, 156, 357, 362, 426, 427, 18, 153,
        ];
        let wide: Vec<Vec<u8>> =
            records.iter().map(|(kind, data)| wide_record(WIDE[*kind], data)).collect();
        let _ = Workbook::from_bytes(xlsb(&wide, &[("S", wide.concat())]), &LoadOptions::default());
    }
}

fn links_of(version: Version) -> Vec<Vec<u8>> {
    match version {
        Version::Excel95 => Vec::new(),
        Version::Excel97 => links(),
    }
}
