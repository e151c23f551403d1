//! Cells on stdout: an aligned table, CSV, JSON.

use super::{
    place::{Place, letters},
    problems, value,
};
use crate::exit::{Exit, Failure, printable};
use formualizer_workbook::{Value, Workbook};
use serde_json::{Value as Json, json};
use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _},
};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns of a screen that a cell takes at most.
const WIDEST: usize = 40;
/// Rows that are read at once.
const ROWS: u32 = 4096;

/// What of cells is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Values,
    /// Formulas where there are some, values elsewhere.
    Formulas,
}

/// The cells of a place row by row; short where the sheet ends.
pub(crate) fn rows(
    book: &Workbook,
    place: &Place,
    content: Content,
) -> Result<Vec<Vec<Value>>, Failure> {
    let mut rows =
        book.values(&place.sheet, (place.first, place.last)).map_err(problems::failure)?;
    if content == Content::Formulas {
        for (row, cells) in (place.first.0..).zip(&mut rows) {
            for (col, cell) in (place.first.1..).zip(cells) {
                let formula = book.formula(&place.sheet, (row, col)).map_err(problems::failure)?;
                if let Some(formula) = formula {
                    *cell = Value::Text(formula);
                }
            }
        }
    }
    Ok(rows)
}

/// The place in strips of some thousand rows.
fn strips(place: &Place) -> impl Iterator<Item = Place> + '_ {
    let step = usize::try_from(ROWS).unwrap_or(usize::MAX);
    (place.first.0..=place.last.0).step_by(step).map(|top| {
        let bottom = top.saturating_add(ROWS - 1).min(place.last.0);
        Place { first: (top, place.first.1), last: (bottom, place.last.1), ..place.clone() }
    })
}

/// The cells as JSON, rows of cells.
pub(crate) fn as_json(book: &Workbook, place: &Place, content: Content) -> Result<Json, Failure> {
    let Some(place) = place.used_part(book)? else { return Ok(json!([])) };
    let rows = rows(book, &place, content)?;
    let row = |cells: &Vec<Value>| Json::Array(cells.iter().map(value::as_json).collect());
    Ok(Json::Array(rows.iter().map(row).collect()))
}

/// Writes the cells to stdout as CSV.
pub(crate) fn print_csv(book: &Workbook, place: &Place, content: Content) -> Result<(), Failure> {
    let Some(place) = place.used_part(book)? else { return Ok(()) };
    let terminal = io::stdout().is_terminal();
    let mut out = csv::Writer::from_writer(io::BufWriter::new(io::stdout().lock()));
    for strip in strips(&place) {
        for row in rows(book, &strip, content)? {
            let cells = row.iter().map(|cell| match terminal {
                true => printable(&value::full(cell)),
                false => value::full(cell),
            });
            out.write_record(cells).map_err(|error| not_written(error.into()))?;
        }
    }
    out.flush().map_err(not_written)
}

fn not_written(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::new(Exit::Quiet, "broken pipe"),
        _ => Failure::io("stdout cannot be written", error),
    }
}

/// Columns of the terminal; `None` where stdout is none.
pub(crate) fn screen() -> Option<usize> {
    let size = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    size.map(|(width, _)| usize::from(width.0))
}

/// The cells as a table with letters of columns and numbers of rows, at most so many rows, and no wider than a screen.
pub(crate) fn as_text(
    book: &Workbook,
    place: &Place,
    content: Content,
    most: Option<u32>,
    screen: Option<usize>,
) -> Result<String, Failure> {
    let Some(used) = place.used_part(book)? else {
        return Ok(match place.is_cell() {
            true => format!("{place} is blank\n"),
            false => format!("{place} holds nothing\n"),
        });
    };
    let hidden = most.map_or(0, |most| used.height().saturating_sub(most));
    let shown = Place { last: (used.last.0 - hidden, used.last.1), ..used.clone() };
    let table = Table::new(&rows(book, &shown, content)?, &shown);
    let mut text = table.text(screen);
    if hidden > 0 {
        let _infallible = writeln!(text, "… {hidden} more rows: name a range, or --rows 0 for all");
    }
    Ok(text)
}

/// Rows as a table without letters and numbers around it.
pub(crate) fn plain(rows: &[Vec<Value>], screen: Option<usize>) -> String {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = u32::try_from(width).unwrap_or(u32::MAX).max(1);
    let place = Place { sheet: String::new(), first: (1, 1), last: (1, width) };
    let mut table = Table::new(rows, &place);
    table.numbers = vec![String::new(); rows.len()];
    table.columns.iter_mut().for_each(|column| {
        column.head.clear();
        column.width = column.cells.iter().map(|cell| cell.width()).max().unwrap_or(0);
    });
    // The first line has the letters, which are gone; every other begins with the two blanks behind a number.
    let lines = table.text(screen);
    let lines = lines.lines().skip(1).map(|line| line.strip_prefix("  ").unwrap_or(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Cells as texts, column by column.
struct Table {
    numbers: Vec<String>,
    columns: Vec<Column>,
}

struct Column {
    head: String,
    cells: Vec<String>,
    right: bool,
    width: usize,
}

impl Table {
    fn new(rows: &[Vec<Value>], place: &Place) -> Self {
        let columns = (place.first.1..=place.last.1).enumerate().map(|(index, col)| {
            let values = || rows.iter().map(|row| row.get(index).unwrap_or(&Value::Empty));
            let cells: Vec<String> =
                values().map(|value| cut(&one_line(&value::brief(value)), WIDEST)).collect();
            let filled = values().filter(|value| **value != Value::Empty).count();
            let right =
                values().filter(|value| value::stands_right(value)).count() * 2 >= filled.max(1);
            let head = letters(col);
            let width = cells.iter().chain([&head]).map(|cell| cell.width()).max().unwrap_or(0);
            Column { head, cells, right, width }
        });
        let columns = columns.collect();
        Self {
            numbers: (place.first.0..=place.last.0).map(|row| row.to_string()).collect(),
            columns,
        }
    }

    fn text(&self, screen: Option<usize>) -> String {
        let numbers = self.numbers.last().map_or(1, String::len);
        // The columns that there is room for; one in any case.
        let mut room = screen.unwrap_or(usize::MAX).saturating_sub(numbers);
        let mut shown = 0;
        for column in &self.columns {
            if column.width + 2 > room && shown > 0 {
                break;
            }
            room = room.saturating_sub(column.width + 2);
            shown += 1;
        }
        let (columns, hidden) = self.columns.split_at(shown.min(self.columns.len()));
        let mut text = " ".repeat(numbers);
        for column in columns {
            text.push_str("  ");
            pad(&mut text, &column.head, column.width, column.right);
        }
        end_line(&mut text);
        for (index, number) in self.numbers.iter().enumerate() {
            let _infallible = write!(text, "{number:>numbers$}");
            for column in columns {
                text.push_str("  ");
                let cell = column.cells.get(index).map_or("", String::as_str);
                pad(&mut text, cell, column.width, column.right);
            }
            end_line(&mut text);
        }
        if let (Some(first), Some(last)) = (hidden.first(), hidden.last()) {
            let range = match hidden.len() {
                1 => first.head.clone(),
                _ => format!("{} to {}", first.head, last.head),
            };
            let _infallible = writeln!(text, "… and column {range}: name a range to see it");
        }
        text
    }
}

fn pad(text: &mut String, cell: &str, width: usize, right: bool) {
    let fill = " ".repeat(width.saturating_sub(cell.width()));
    match right {
        true => text.extend([&fill, cell]),
        false => text.extend([cell, &fill]),
    }
}

fn end_line(text: &mut String) {
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
}

/// Without line breaks and whatever else moves a cursor.
fn one_line(text: &str) -> String {
    match text.contains(['\n', '\r', '\t']) {
        true => printable(&text.replace("\r\n", "↵").replace(['\n', '\r'], "↵").replace('\t', " ")),
        false => printable(text),
    }
}

/// At most so many columns of a screen.
fn cut(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut width = 1;
    for c in text.chars() {
        width += c.width().unwrap_or(0);
        if width > most {
            break;
        }
        short.push(c);
    }
    short + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Workbook {
        let mut book = Workbook::new();
        book.add_sheet("S").unwrap();
        let text = |text: &str| Value::Text(text.into());
        let rows = [
            vec![text("name"), text("price"), text("done")],
            vec![text("日本"), Value::Number(1.5), Value::Boolean(true)],
            vec![text("é\nb"), Value::Number(-12.25), Value::Empty],
        ];
        book.set_values("S", "A1", &rows).unwrap();
        book.set_formula("S", "B4", "=SUM(B2:B3)").unwrap();
        book.recalculate().unwrap();
        book
    }

    fn shown(content: Content, most: Option<u32>, screen: Option<usize>) -> String {
        let book = book();
        let place = Place::used("S", &book).unwrap().unwrap();
        as_text(&book, &place, content, most, screen).unwrap()
    }

    #[test]
    fn numbers_stand_right_and_wide_characters_count_twice() {
        let expected = "   A          B  C\n\
                        1  name   price  done\n\
                        2  日本     1.5  TRUE\n\
                        3  é↵b   -12.25\n\
                        4        -10.75\n";
        assert_eq!(shown(Content::Values, None, None), expected);
    }

    #[test]
    fn formulas_are_shown_where_they_are_asked_for() {
        assert!(shown(Content::Formulas, None, None).contains("=SUM(B2:B3)"));
    }

    #[test]
    fn what_there_is_no_room_for_is_told() {
        let text = shown(Content::Values, Some(2), Some(12));
        assert!(text.starts_with("   A\n1  name\n2  日本\n"), "{text}");
        assert!(text.contains("column B to C") && text.contains("2 more rows"), "{text}");
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("abcd", 4), "abcd");
    }
}
