//! What is written comes back.

use super::*;

fn names(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| text(name)).collect()
}

fn there_and_back(rows: &[Vec<Value>], format: DataFormat, headers: bool) -> Vec<Vec<Value>> {
    let bytes = exported(rows, format, &ExportOptions::default().headers(headers));
    imported(format, &bytes, &ImportOptions::default().headers(headers))
}

/// A column of each kind, with blanks.
fn of_each_kind() -> Vec<Vec<Value>> {
    vec![
        names(&["number", "text", "logical", "day", "instant"]),
        vec![
            Value::Number(0.1),
            text("ä日本🦀"),
            Value::Boolean(true),
            date("2024-02-29"),
            instant("2024-01-31T12:30:15"),
        ],
        vec![Value::Empty, Value::Empty, Value::Empty, Value::Empty, Value::Empty],
        vec![
            Value::Number(-1e300),
            text("say \"so\",\r\ntwice\tor\nmore"),
            Value::Boolean(false),
            date("1900-03-01"),
            instant("9999-12-31T23:59:59"),
        ],
        vec![
            Value::Number(1_234_567_890_123_456.0),
            text("=1+1"),
            Value::Boolean(true),
            date("1999-12-31"),
            instant("2024-02-29T00:00:01"),
        ],
    ]
}

#[test]
fn columns_of_one_kind_come_back_from_tables() {
    for format in [DataFormat::Csv, DataFormat::Tsv, DataFormat::Arrow, DataFormat::Parquet] {
        assert_eq!(there_and_back(&of_each_kind(), format, true), of_each_kind(), "{format:?}");
    }
}

#[test]
fn dates_are_texts_in_json() {
    for format in [DataFormat::Json, DataFormat::NdJson] {
        let mut expected = of_each_kind();
        for row in &mut expected {
            for value in row.iter_mut() {
                if matches!(value, Value::Date(_) | Value::DateTime(_)) {
                    *value = Value::Text(formualizer_workbook::value_text(value));
                }
            }
        }
        let back = there_and_back(&of_each_kind(), format, true);
        assert_eq!(back, expected, "{format:?}");
        assert_eq!(back[1][4], text("2024-01-31T12:30:15"));
    }
}

#[test]
fn numbers_come_back_to_the_last_bit() {
    let numbers = [
        f64::MIN_POSITIVE,
        5e-324,
        f64::MAX,
        f64::EPSILON,
        1.0 / 3.0,
        1e15,
        9_007_199_254_740_993.0,
        1e16,
        123_456_789_012_345.0,
        1e-5,
        9.999_999e-6,
        -1e21,
    ];
    let mut rows = vec![names(&["n"])];
    rows.extend(numbers.map(|n| vec![Value::Number(n)]));
    for format in FORMATS {
        assert_eq!(there_and_back(&rows, format, true), rows, "{format:?}");
    }
}

#[test]
fn a_table_may_have_one_row_or_none() {
    for format in FORMATS {
        let one = vec![names(&["a", "b"]), vec![Value::Number(1.0), text("x")]];
        assert_eq!(there_and_back(&one, format, true), one, "{format:?}");
        let none = vec![names(&["a", "b"])];
        let back = there_and_back(&none, format, true);
        match format {
            // Objects have the names, and there are none.
            DataFormat::Json | DataFormat::NdJson => assert!(back.is_empty()),
            _ => assert_eq!(back, none, "{format:?}"),
        }
    }
}

#[test]
fn nothing_is_written_of_an_empty_sheet() {
    for format in FORMATS {
        let bytes = book().export_bytes("S", "A:C", format, &ExportOptions::default()).unwrap();
        assert!(imported(format, &bytes, &ImportOptions::default()).is_empty(), "{format:?}");
    }
}

#[test]
fn without_headers_there_are_only_values() {
    let rows = vec![vec![Value::Number(1.0), text("x")], vec![Value::Number(2.0), text("y")]];
    for format in FORMATS {
        assert_eq!(there_and_back(&rows, format, false), rows, "{format:?}");
    }
    let bytes = exported(&rows, DataFormat::Json, &ExportOptions::default().headers(false));
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "[{\"A\":1,\"B\":\"x\"},\n{\"A\":2,\"B\":\"y\"}]\n"
    );
}

#[test]
fn errors_come_back_from_csv_and_are_texts_elsewhere() {
    let rows = vec![
        names(&["n"]),
        vec![Value::Number(1.5)],
        vec![error(ExcelErrorKind::Div)],
        vec![Value::Empty],
        vec![error(ExcelErrorKind::Na)],
    ];
    let back = there_and_back(&rows, DataFormat::Csv, true);
    assert_eq!(back, rows);
    for format in [DataFormat::Arrow, DataFormat::Parquet] {
        let expected = vec![
            names(&["n"]),
            vec![text("1.5")],
            vec![text("#DIV/0!")],
            vec![Value::Empty],
            vec![text("#N/A")],
        ];
        assert_eq!(there_and_back(&rows, format, true), expected, "{format:?}");
    }
    for format in FORMATS {
        let bytes = exported(&rows, format, &ExportOptions::default().errors_as_null(true));
        let back = imported(format, &bytes, &ImportOptions::default());
        let expected = vec![
            names(&["n"]),
            vec![Value::Number(1.5)],
            vec![Value::Empty],
            vec![Value::Empty],
            vec![Value::Empty],
        ];
        assert_eq!(back, expected, "{format:?}");
    }
}

#[test]
fn the_system_of_1904_has_the_same_dates() {
    for format in [DataFormat::Csv, DataFormat::Arrow, DataFormat::Parquet] {
        let bytes = exported(&of_each_kind(), format, &ExportOptions::default());
        let mut book = Workbook::with_date_system(formualizer_workbook::DateSystem::Excel1904);
        book.add_sheet("S").unwrap();
        if format != DataFormat::Csv {
            // 1900 is before its time.
            let refused = book
                .import_bytes("S", "A1", format, &bytes, &ImportOptions::default())
                .unwrap_err();
            assert!(refused.to_string().contains("day"), "{refused}");
            continue;
        }
        book.import_bytes("S", "A1", format, &bytes, &ImportOptions::default()).unwrap();
        assert_eq!(book.value("S", "D2").unwrap(), date("2024-02-29"));
        assert_eq!(book.value("S", "D4").unwrap(), text("1900-03-01"));
        assert_eq!(book.value("S", "E2").unwrap(), instant("2024-01-31T12:30:15"));
    }
}
