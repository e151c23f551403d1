//! The inputs that every formula of `formulas.txt` reads.

use crate::{Entry, Value};
use formualizer_common::{ExcelError, ExcelErrorKind};

/// Rows of inputs, and of each filled-down formula. They stand in rows 2 to 25.
pub const ROWS: u32 = 24;

/// The sheets of the compared workbook.
#[must_use]
pub fn sheets() -> [&'static str; 4] {
    ["Data", "Db", "Filled", "Arrays"]
}

/// The columns of the sheet Data by the letter that formulas use for them.
const COLUMNS: [char; 19] =
    ['n', 'p', 'i', 'm', 'k', 't', 'd', 'e', 'l', 's', 'q', 'x', 'y', 'u', 'w', 'v', 'b', 'h', 'z'];

/// The column, from 1, that a placeholder's letter means.
pub(crate) fn column_of(letter: char) -> Option<u32> {
    let at = COLUMNS.iter().position(|c| *c == letter.to_ascii_lowercase())?;
    u32::try_from(at).ok().map(|at| at + 1)
}

/// Every input cell.
#[must_use]
pub fn inputs() -> Vec<Entry> {
    let mut entries = Vec::new();
    for (col, letter) in (1..).zip(COLUMNS) {
        entries.push(Entry::value("Data", 1, col, text(&letter.to_string())));
        for index in 0..ROWS {
            let value = cell(letter, index as usize);
            if value != Value::Empty {
                entries.push(Entry::value("Data", index + 2, col, value));
            }
        }
    }
    let table: [(u32, [Value; 4]); 9] = [
        (1, ["Name", "Units", "Sales", "Zz"].map(text)),
        (2, [text("ada"), number(1.0), number(10.0), text("p")]),
        (3, [text("bob"), number(2.0), number(25.5), text("q")]),
        (4, [text("cyd"), number(3.0), number(-4.0), text("r")]),
        (5, [text("ada"), number(4.0), Value::Empty, text("s")]),
        (6, [text("eve"), number(5.0), number(99.0), text("t")]),
        (8, [text("a"), text("b"), text("c"), text("d")]),
        (9, [number(1.0), number(2.0), number(3.0), number(4.0)]),
        (10, [Value::Boolean(true), text("x"), number(0.5), text("y")]),
    ];
    for (row, values) in table {
        for (col, value) in (1..).zip(values) {
            if value != Value::Empty {
                entries.push(Entry::value("Db", row, col, value));
            }
        }
    }
    let criteria =
        [(1, 6, text("Units")), (2, 6, text(">1")), (1, 7, text("Name")), (2, 7, text("bob"))];
    entries.extend(criteria.map(|(row, col, value)| Entry::value("Db", row, col, value)));
    entries
}

/// Edits of some inputs, to be recalculated: every third row of a few columns gets another row's value.
#[must_use]
pub fn edits() -> Vec<Entry> {
    let mut entries = Vec::new();
    for letter in ['n', 'p', 'm', 't', 'd', 'w', 'v', 'b', 'x'] {
        let Some(col) = column_of(letter) else { continue };
        for index in (0..ROWS).step_by(3) {
            let other = if letter == 'x' { index } else { (index + 7) % ROWS };
            entries.push(Entry::value("Data", index + 2, col, cell(letter, other as usize)));
        }
    }
    entries
}

fn number(value: f64) -> Value {
    Value::Number(value)
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn error(kind: ExcelErrorKind) -> Value {
    Value::Error(ExcelError::new(kind))
}

/// The value of a column at a row, from 0.
fn cell(letter: char, row: usize) -> Value {
    const NUMBERS: [f64; 24] = [
        0.0, 1.0, -1.0, 2.5, -2.5, 3.5, 100.0, -7.0, 1e-9, 1e15, 0.5, -0.5, 12345.678, 2.0, 0.1,
        -0.1, 1.005, 45000.25, 255.0, -1234.5, 1e100, 3.0, 10.0, 0.999_999,
    ];
    const WHOLE: [u32; 24] =
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2, 2, 5, 12, 0, 1, 3, 20, 4, 15, 1, 7, 2];
    const TEXTS: [&str; 24] = [
        "apple",
        "Banana",
        "",
        "péché",
        "  two  spaces ",
        "日本語テキスト",
        "apple pie",
        "PEPPER",
        "a",
        "x-y_z",
        "Zürich",
        "pineapple",
        "123",
        "mixed CASE words",
        "tab\there",
        "😀 smile",
        "apple",
        "\"quoted\"",
        "a,b;c",
        "*star?",
        "straße",
        "kg",
        "p",
        "Ångström",
    ];
    const NUMERIC: [&str; 24] = [
        "1",
        "2.5",
        "-3",
        " 12 ",
        "1e3",
        "50%",
        "$1,234.50",
        "1,000",
        "0",
        "-0.5",
        "(5)",
        "1.",
        ".5",
        "+7",
        "2024-01-15",
        "12:30",
        "1E-2",
        "00042",
        "1/2/2024",
        "3 ",
        "1e400",
        "0x10",
        "1 000",
        "TRUE",
    ];
    const CATEGORIES: [&str; 5] = ["a", "b", "c", "a", "B"];
    const BITS: [&str; 6] = ["0", "1", "101", "1111", "1000000000", "10"];
    const COMPLEX: [&str; 8] = ["3+4i", "-1", "i", "2-3.5i", "0", "1+i", "-i", "5j"];
    let index = row as f64;
    match letter {
        'n' => number(NUMBERS[row]),
        'p' => number((index + 1.0) * (index + 3.0) / 16.0),
        'i' => number(f64::from(WHOLE[row])),
        'm' => mixed(row),
        'k' => mixed((row * 5 + 7) % 24),
        't' if TEXTS[row].is_empty() => Value::Empty,
        't' => text(TEXTS[row]),
        'd' => date(row, 0),
        'e' => date(row, 17 + 61 * row as u32),
        'l' => Value::Boolean(row % 3 != 1),
        's' => text(NUMERIC[row]),
        'q' => number((index + 0.5) / 25.0),
        'x' => number(10.0 * (index + 1.0)),
        'y' => text(["b1", "key", "B2", "other"][row % 4]),
        'u' => number(1000.0 - 3.0 * index),
        'w' => text(CATEGORIES[row % 5]),
        'v' => number((index * 7.0 + 3.0) % 50.0 + if row % 4 == 0 { 0.25 } else { 0.0 }),
        'b' if row % 3 == 2 => Value::Empty,
        'b' => number(index - 4.0),
        'h' => text(BITS[row % 6]),
        'z' => text(COMPLEX[row % 8]),
        _ => Value::Empty,
    }
}

/// Numbers, texts, texts of numbers, blanks, logical values, a date and errors.
fn mixed(row: usize) -> Value {
    match row {
        0 => number(42.0),
        1 => text("abc"),
        2 => text("12"),
        3 => Value::Empty,
        4 => Value::Boolean(true),
        5 => error(ExcelErrorKind::Na),
        6 => number(-1.5),
        7 => error(ExcelErrorKind::Div),
        8 => Value::Boolean(false),
        9 => text("3.25"),
        10 => Value::Empty,
        11 => date(3, 0),
        12 => text("TRUE"),
        13 => number(0.0),
        14 => text(" 7 "),
        15 => text("2024-01-15"),
        16 => number(1e12),
        17 => text("x y"),
        18 => error(ExcelErrorKind::Value),
        19 => text("ABC"),
        20 => number(2.0),
        21 => text("50%"),
        22 => Value::Boolean(true),
        _ => number(0.1),
    }
}

/// A date that is spread over some decades, so many days later; month ends and leap days among them.
fn date(row: usize, later: u32) -> Value {
    const STARTS: [(i32, u32, u32); 12] = [
        (2024, 1, 31),
        (2024, 2, 29),
        (2023, 12, 31),
        (2000, 2, 29),
        (1999, 12, 31),
        (2020, 3, 1),
        (1900, 3, 1),
        (2021, 6, 15),
        (1970, 1, 1),
        (2024, 12, 30),
        (2016, 2, 28),
        (2038, 1, 19),
    ];
    let (year, month, day) = STARTS[row % 12];
    let start = chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let date = start + chrono::Days::new(u64::from(later));
    match row {
        // The second half has a time as well, every third row.
        12.. if row % 3 == 0 => Value::DateTime(date.and_hms_opt(13, 45, 30).unwrap_or_default()),
        _ => Value::Date(date),
    }
}
