//! What CSV means and how it is written.

use super::*;

fn cells(line: &str) -> Vec<Value> {
    let options = ImportOptions::default().headers(false);
    imported(DataFormat::Csv, line.as_bytes(), &options).remove(0)
}

#[test]
fn cells_are_what_their_text_looks_like() {
    let number = Value::Number;
    for (field, value) in [
        ("1", number(1.0)),
        ("-1.5e3", number(-1500.0)),
        (".5", number(0.5)),
        ("0", number(0.0)),
        ("0.5", number(0.5)),
        ("123456789012345", number(123_456_789_012_345.0)),
        ("1234567890123456", text("1234567890123456")),
        ("007", text("007")),
        ("-007", text("-007")),
        ("1e999", text("1e999")),
        ("inf", text("inf")),
        ("NaN", text("NaN")),
        ("-", text("-")),
        ("1_000", text("1_000")),
        ("0x10", text("0x10")),
        ("TRUE", Value::Boolean(true)),
        ("false", Value::Boolean(false)),
        ("yes", text("yes")),
        ("2024-02-29", date("2024-02-29")),
        ("2023-02-29", text("2023-02-29")),
        ("2024-1-2", text("2024-1-2")),
        ("2024-01-31T12:30:15", instant("2024-01-31T12:30:15")),
        ("2024-01-31 12:30:15", instant("2024-01-31T12:30:15")),
        ("1899-12-30", text("1899-12-30")),
        ("10000-01-01", text("10000-01-01")),
        ("#N/A", error(ExcelErrorKind::Na)),
        ("#DIV/0!", error(ExcelErrorKind::Div)),
        ("#hash", text("#hash")),
        ("=1+1", text("=1+1")),
        ("\"a \"\"b\"\"\"", text("a \"b\"")),
        (" padded ", text(" padded ")),
    ] {
        assert_eq!(cells(&format!("{field},x"))[0], value, "{field}");
    }
    assert_eq!(cells("a,,b"), [text("a"), Value::Empty, text("b")]);
}

#[test]
fn the_first_line_is_names_or_values() {
    let rows = imported(DataFormat::Csv, b"1,2024-01-01\n2,3\n", &ImportOptions::default());
    assert_eq!(
        rows,
        [vec![text("1"), text("2024-01-01")], vec![Value::Number(2.0), Value::Number(3.0)]]
    );
    let bare = ImportOptions::default().headers(false);
    let rows = imported(DataFormat::Csv, b"1,2024-01-01\n2,3\n", &bare);
    assert_eq!(rows[0], [Value::Number(1.0), date("2024-01-01")]);
}

#[test]
fn lines_may_have_different_lengths_and_ends() {
    let rows = imported(DataFormat::Csv, b"a\r\n1,2,3\n4\r5,6", &ImportOptions::default());
    let blank = Value::Empty;
    assert_eq!(
        rows,
        [
            vec![text("a"), blank.clone(), blank.clone()],
            vec![Value::Number(1.0), Value::Number(2.0), Value::Number(3.0)],
            vec![Value::Number(4.0), blank.clone(), blank.clone()],
            vec![Value::Number(5.0), Value::Number(6.0), blank],
        ]
    );
    let tabs = imported(DataFormat::Tsv, b"a,b\tc\n1\t2\n", &ImportOptions::default());
    assert_eq!(tabs[0], [text("a,b"), text("c")]);
}

#[test]
fn encodings_are_told_by_their_mark() {
    let expected = [vec![text("größe")], vec![Value::Number(1.0)]];
    let plain = "größe\n1\n";
    let mut marked = vec![0xEF, 0xBB, 0xBF];
    marked.extend_from_slice(plain.as_bytes());
    let mut little = vec![0xFF, 0xFE];
    little.extend(plain.encode_utf16().flat_map(u16::to_le_bytes));
    let mut big = vec![0xFE, 0xFF];
    big.extend(plain.encode_utf16().flat_map(u16::to_be_bytes));
    for bytes in [plain.as_bytes().to_vec(), marked, little, big] {
        assert_eq!(imported(DataFormat::Csv, &bytes, &ImportOptions::default()), expected);
    }
}

#[test]
fn what_cannot_be_text_is_refused_with_its_line() {
    assert!(refusal(DataFormat::Csv, b"a\nb\n\xFF\xC3\n").contains("line 3"));
    let long = format!("a\nb\n{}\n", "x".repeat(32_768));
    let refused = refusal(DataFormat::Csv, long.as_bytes());
    assert!(refused.contains("line 3") && refused.contains("32767"), "{refused}");
    // Counted as UTF-16 has it, of which 🦀 takes two units.
    assert!(import(DataFormat::Csv, "🦀".repeat(16_383).as_bytes()).is_ok());
    assert!(import(DataFormat::Csv, "🦀".repeat(16_384).as_bytes()).is_err());
    assert!(refusal(DataFormat::Csv, b"\xFF\xFE\x00\xD8").contains("UTF-16"));
}

#[test]
fn texts_like_formulas_are_neutralised_where_that_is_wanted() {
    let rows = vec![
        vec![text("=name"), text("n")],
        vec![text("=1+1"), Value::Number(-1.0)],
        vec![text("+49"), Value::Number(2.0)],
        vec![text("-x"), Value::Empty],
        vec![text("@SUM(1)"), error(ExcelErrorKind::Na)],
        vec![text("\tx"), Value::Boolean(true)],
        vec![text("\rx"), date("2024-01-01")],
        vec![text("a=b"), Value::Empty],
    ];
    let bytes =
        exported(&rows, DataFormat::Csv, &ExportOptions::default().neutralize_formulas(true));
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "'=name,n\n'=1+1,-1\n'+49,2\n'-x,\n'@SUM(1),#N/A\n'\tx,TRUE\n\"'\rx\",2024-01-01\na=b,\n"
    );
    let plain = exported(&rows, DataFormat::Csv, &ExportOptions::default());
    assert!(String::from_utf8(plain).unwrap().starts_with("=name,n\n=1+1,-1\n"));
}

#[test]
fn a_blank_row_of_one_column_is_a_line() {
    let rows = vec![vec![text("a")], vec![Value::Empty], vec![Value::Number(1.0)]];
    let bytes = exported(&rows, DataFormat::Csv, &ExportOptions::default());
    assert_eq!(imported(DataFormat::Csv, &bytes, &ImportOptions::default()), rows);
}

#[test]
fn without_headers_the_first_row_is_written_as_the_others() {
    let rows = vec![vec![Value::Number(1.0), text("a")], vec![Value::Number(2.0), text("b")]];
    for headers in [true, false] {
        let bytes = exported(&rows, DataFormat::Csv, &ExportOptions::default().headers(headers));
        assert_eq!(String::from_utf8(bytes).unwrap(), "1,a\n2,b\n");
    }
}

#[test]
fn csv_has_the_first_row_as_it_is() {
    let rows = vec![vec![text("a"), Value::Empty, text("a")], vec![Value::Number(1.0); 3]];
    let bytes = exported(&rows, DataFormat::Csv, &ExportOptions::default());
    assert_eq!(String::from_utf8(bytes).unwrap(), "a,,a\n1,1,1\n");
}

#[test]
fn semicolons_and_decimal_commas_are_read_where_there_is_no_doubt() {
    let rows = |file: &str| imported(DataFormat::Csv, file.as_bytes(), &ImportOptions::default());
    let read = rows("day;price\n2024-01-31;1.234,5\n2024-02-29;-0,25\n");
    assert_eq!(read[1], [date("2024-01-31"), Value::Number(1234.5)]);
    assert_eq!(read[2], [date("2024-02-29"), Value::Number(-0.25)]);
    let read = rows("sep=;\r\na;b\r\n007;1,5\r\n");
    assert_eq!(read, [vec![text("a"), text("b")], vec![text("007"), Value::Number(1.5)]]);
    // Points speak against commas.
    let read = rows("a;b\n1,5;2.25\n");
    assert_eq!(read[1], [text("1,5"), Value::Number(2.25)]);
}

#[test]
fn delimiters_and_signs_of_decimals_are_those_that_are_asked_for() {
    let options = ImportOptions::default().delimiter(Some('|')).decimal(Some(','));
    let read = imported(DataFormat::Csv, b"a|b\n1.500|2,5\n", &options);
    assert_eq!(read[1], [Value::Number(1500.0), Value::Number(2.5)]);
    let commas = ImportOptions::default().delimiter(Some(','));
    assert_eq!(imported(DataFormat::Csv, b"a;b\n1;2\n", &commas)[1], [text("1;2")]);
    for options in [
        ImportOptions::default().delimiter(Some('"')),
        ImportOptions::default().delimiter(Some('é')),
        ImportOptions::default().decimal(Some(';')),
    ] {
        let refused = book().import_bytes("S", "A1", DataFormat::Csv, b"a\n1\n", &options);
        assert_eq!(refused.unwrap_err().kind(), formualizer_workbook::ErrorKind::File);
    }
}

#[test]
fn what_other_delimiters_would_part_is_written_in_quotes() {
    let rows = [vec![text("sep=;")], vec![text("a;b")], vec![text("1,5;2")], vec![text("")]];
    let file = exported(&rows, DataFormat::Csv, &ExportOptions::default());
    assert_eq!(file, b"\"sep=;\"\n\"a;b\"\n\"1,5;2\"\n\"\"\n");
    assert_eq!(cells("\"a;b\"\n\"c;d\"")[0], text("a;b"));
}
