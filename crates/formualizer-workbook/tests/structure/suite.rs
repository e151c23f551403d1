//! The cases of `testdata/structure`: what Excel documents of inserted, deleted, moved and copied cells.

use formualizer_workbook::{Error, RecalcReport, TableOptions, Value, Workbook};
use std::fs;

/// Everything after a word and a blank.
fn after<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    line.strip_prefix(word)?.strip_prefix(' ').map(str::trim)
}

/// `S!A1: text`, or `S!A1 is text`.
fn cell_line<'a>(line: &'a str, between: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (sheet, rest) = line.split_once('!')?;
    let (cell, text) = rest.split_once(between)?;
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == ':');
    (matches!(sheet, "S" | "T") && plain(cell)).then_some((sheet, cell, text.trim()))
}

fn put(book: &mut Workbook, line: &str) {
    if let Some(rest) = after(line, "name") {
        let (name, text) = rest.split_once(':').unwrap();
        return book.define_name(name, text.trim()).unwrap();
    }
    if let Some(rest) = after(line, "table") {
        let words: Vec<&str> = rest.split(' ').collect();
        let options = TableOptions::default().totals(words.get(3) == Some(&"totals"));
        return book.add_table(words[0], words[1], words[2], options).unwrap();
    }
    if let Some(rest) = after(line, "hidden") {
        let (sheet, rows) = rest.split_once(' ').unwrap();
        return book.set_rows_hidden(sheet, rows, true).unwrap();
    }
    let Some((sheet, cell, text)) = cell_line(line, ": ") else { panic!("what is {line:?}?") };
    match text.parse::<f64>() {
        _ if text.starts_with('=') => book.set_formulas(sheet, cell, text).unwrap(),
        Ok(number) => book.set_value(sheet, cell, number).unwrap(),
        Err(_) => book.set_value(sheet, cell, text).unwrap(),
    }
}

fn make(book: &mut Workbook, change: &str) -> Result<(), Error> {
    let words: Vec<&str> = change.split(' ').collect();
    let number = |at: usize| words[at].parse::<u32>().unwrap();
    match words[..] {
        ["insert", "rows", sheet, ..] => book.insert_rows(sheet, number(3), number(4)),
        ["delete", "rows", sheet, ..] => book.delete_rows(sheet, number(3), number(4)),
        ["insert", "columns", sheet, column, _] => book.insert_columns(sheet, column, number(4)),
        ["delete", "columns", sheet, column, _] => book.delete_columns(sheet, column, number(4)),
        ["move", sheet, range, to, cell] => book.move_range(sheet, range, to, cell),
        ["copy", sheet, range, to, cell] => book.copy_range(sheet, range, to, cell),
        ["fill", "right", sheet, range] => book.fill_right(sheet, range),
        ["hide", sheet, rows] => book.set_rows_hidden(sheet, rows, true),
        ["show", sheet, rows] => book.set_rows_hidden(sheet, rows, false),
        ["undo"] => {
            assert!(book.undo(), "nothing to undo");
            Ok(())
        }
        _ => panic!("what is {change:?}?"),
    }
}

fn value(book: &Workbook, sheet: &str, cell: &str) -> String {
    match book.value(sheet, cell).unwrap() {
        Value::Empty => "blank".to_owned(),
        Value::Boolean(b) => b.to_string().to_uppercase(),
        Value::Error(error) => error.kind.to_string(),
        other => other.to_string(),
    }
}

/// What is wrong with a line that says what there is.
fn wrong(book: &Workbook, report: &RecalcReport, line: &str) -> Option<String> {
    let differs = |is: String, wanted: &str| {
        (!wanted.split(" or ").any(|wanted| is == wanted)).then(|| format!("{line}: it is {is}"))
    };
    if let Some(wanted) = after(line, "regions") {
        return differs(book.regions().to_string(), wanted);
    }
    if let Some(wanted) = after(line, "evaluated") {
        return differs(report.cells.to_string(), wanted);
    }
    if let Some(rest) = after(line, "name") {
        let (name, wanted) = rest.split_once(": ").unwrap();
        let text = book.names().into_iter().find(|known| known.1 == name).map(|known| known.2);
        return differs(text.unwrap_or_default(), wanted);
    }
    if let Some(name) = after(line, "no table") {
        return book
            .tables()
            .iter()
            .any(|table| table.0 == name)
            .then(|| format!("{line}: there is"));
    }
    if let Some(rest) = after(line, "table") {
        let (name, wanted) = rest.split_once(": ").unwrap();
        let tables = book.tables();
        let table = tables.iter().find(|table| table.0 == name);
        let shown = table.map(|t| format!("{} {} {}", t.1, t.2, t.3.join(",")));
        return differs(shown.unwrap_or_default(), wanted);
    }
    if let Some(rest) = after(line, "hidden") {
        let (sheet, wanted) = rest.split_once(' ').unwrap_or((rest, ""));
        let rows = book.hidden_rows(sheet).unwrap();
        let shown: Vec<String> = rows.iter().map(|(a, b)| format!("{a}:{b}")).collect();
        return differs(shown.join(","), wanted);
    }
    if let Some((sheet, cell, wanted)) = cell_line(line, " is ") {
        return differs(value(book, sheet, cell), wanted);
    }
    let Some((sheet, cell, wanted)) = cell_line(line, ": ") else { panic!("what is {line:?}?") };
    let formula = book.formula(sheet, cell).unwrap();
    match wanted {
        "blank formula" => formula.map(|formula| format!("{line}: it is {formula}")),
        _ => differs(formula.unwrap_or_else(|| value(book, sheet, cell)), wanted),
    }
}

fn run(case: &str) -> Vec<String> {
    let mut book = Workbook::new();
    book.add_sheet("S").unwrap();
    book.add_sheet("T").unwrap();
    book.set_undo_limit(10);
    let lines = case.lines().skip(1).map(str::trim).filter(|line| !line.is_empty());
    let (mut changed, mut report, mut found) = (false, RecalcReport::default(), Vec::new());
    for line in lines {
        if let Some(refused) = line.strip_prefix("> refused: ") {
            let (change, words) = refused.split_once(": ").unwrap();
            let before = (book.names(), book.tables(), book.values("S", "A1:H99").unwrap());
            match make(&mut book, change) {
                Ok(()) => found.push(format!("{line}: it is not refused")),
                Err(e) if e.to_string().contains(words) => {}
                Err(e) => found.push(format!("{line}: {e}")),
            }
            assert_eq!(before, (book.names(), book.tables(), book.values("S", "A1:H99").unwrap()));
        } else if let Some(change) = line.strip_prefix("> ") {
            if !changed {
                book.recalculate().unwrap();
            }
            changed = true;
            if let Err(e) = make(&mut book, change) {
                found.push(format!("{line}: {e}"));
            }
            report = book.recalculate().unwrap();
        } else if changed {
            found.extend(wrong(&book, &report, line));
        } else {
            put(&mut book, line);
        }
    }
    found
}

#[test]
fn cells_come_go_and_move_as_in_excel() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/structure");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let (mut cases, mut wrong) = (0, Vec::new());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for case in text.split("## ").skip(1) {
            cases += 1;
            for what in run(case) {
                wrong.push(format!("{}: {what}", case.lines().next().unwrap_or_default()));
            }
        }
    }
    assert!(cases > 50, "{cases}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
