//! `fzudf sheet`: cells on the screen, as CSV, as JSON.

use crate::data::{Folder, repository};
use formualizer_workbook::{Value as Cell, Workbook};
use serde_json::{Value, json};

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// `one.xlsx` with a sheet, and `two.xlsx` with three, one of them empty.
fn folder() -> Folder {
    let folder = Folder::new();
    let mut book = Workbook::new();
    book.add_sheet("Größen").unwrap();
    let rows = [
        vec![text("name"), text("amount")],
        vec![text("日本"), Cell::Number(1.5)],
        vec![text("say \"so\", twice"), Cell::Number(1.0 / 3.0)],
    ];
    book.set_values("Größen", "A1", &rows).unwrap();
    book.set_formula("Größen", "B4", "=SUM(B2:B3)").unwrap();
    book.set_formula("Größen", "A4", "=1/0").unwrap();
    book.recalculate().unwrap();
    book.save(folder.path("one.xlsx")).unwrap();
    book.add_sheet("It's mine").unwrap();
    for row in 1..=100 {
        book.set_value("It's mine", (row, 2), row).unwrap();
    }
    book.add_sheet("Empty").unwrap();
    book.define_name("Total", "Größen!$B$4").unwrap();
    book.save(folder.path("two.xlsx")).unwrap();
    folder
}

#[test]
fn the_only_sheet_is_shown_as_a_table() {
    let expected = "   A                           B\n\
                    1  name                   amount\n\
                    2  日本                      1.5\n\
                    3  say \"so\", twice  0.3333333333\n\
                    4  #DIV/0!           1.833333333\n";
    assert_eq!(folder().run(&["sheet", "one.xlsx"]).ok().out, expected);
}

#[test]
fn formulas_take_the_place_of_values_where_they_are_asked_for() {
    let run = folder().run(&["sheet", "one.xlsx", "--formulas", "A4:B4"]).ok();
    assert!(run.out.contains("=SUM(B2:B3)") && run.out.contains("=1/0"), "{}", run.out);
}

#[test]
fn several_sheets_are_listed_with_what_they_use() {
    let folder = folder();
    let run = folder.run(&["sheet", "two.xlsx"]).ok();
    assert_eq!(run.out, "Größen     A1:B4\nIt's mine  A1:B100\nEmpty      empty\n");
    let json: Value =
        serde_json::from_str(&folder.run(&["sheet", "two.xlsx", "--json"]).ok().out).unwrap();
    assert_eq!(json["sheets"][0], json!({ "name": "Größen", "range": "A1:B4" }));
    assert_eq!(json["sheets"][2]["range"], Value::Null);
    folder.run(&["sheet", "two.xlsx", "--csv"]).fails(2, &["--sheet NAME", "It's mine"]);
}

#[test]
fn ranges_are_those_of_formulas_and_names() {
    let folder = folder();
    for (args, cell) in [
        (vec!["'It''s mine'!B7"], "7"),
        (vec!["b7", "--sheet", "it's MINE"], "7"),
        (vec!["Total"], "1.8333333333333333"),
        (vec!["Größen!B2"], "1.5"),
    ] {
        let args = [&["sheet", "two.xlsx", "--csv"], &args[..]].concat();
        assert_eq!(folder.run(&args).ok().out.trim(), cell, "{args:?}");
    }
    let run = folder.run(&["sheet", "two.xlsx", "'It''s mine'!B:B"]).ok();
    assert!(run.out.contains("… 60 more rows"), "{}", run.out);
    let run = folder.run(&["sheet", "two.xlsx", "'It''s mine'!B:B", "--rows", "0"]).ok();
    assert_eq!(run.out.lines().count(), 101);
}

#[test]
fn csv_has_every_cell_in_full() {
    let expected = "name,amount\n日本,1.5\n\"say \"\"so\"\", twice\",0.3333333333333333\n\
                    #DIV/0!,1.8333333333333333\n";
    assert_eq!(folder().run(&["sheet", "one.xlsx", "--csv"]).ok().out, expected);
}

#[test]
fn json_has_rows_of_cells() {
    let run = folder().run(&["sheet", "one.xlsx", "--json"]).ok();
    let json: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&json["sheet"], &json["range"]), (&json!("Größen"), &json!("A1:B4")));
    assert_eq!(json["rows"][1], json!(["日本", 1.5]));
    assert_eq!(json["rows"][3][0]["error"], "#DIV/0!");
}

#[test]
fn an_empty_sheet_is_no_failure() {
    let folder = folder();
    let run = |more: &[&str]| {
        folder.run(&[&["sheet", "two.xlsx", "--sheet", "Empty"], more].concat()).ok().out
    };
    assert_eq!(run(&[]), "Empty!A1 is blank\n");
    assert_eq!(run(&["A1:XFD1048576"]), "Empty!A1:XFD1048576 holds nothing\n");
    assert_eq!(run(&["--csv"]), "");
    let json: Value = serde_json::from_str(&run(&["--json"])).unwrap();
    assert_eq!(json["rows"], json!([]));
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let folder = folder();
    folder.run(&["sheet", "none.xlsx"]).fails(5, &["none.xlsx"]);
    folder.run(&["sheet", "two.xlsx", "--sheet", "Grössen"]).fails(2, &["Größen", "did you mean"]);
    folder.run(&["sheet", "two.xlsx", "Totl"]).fails(2, &["did you mean Total"]);
    folder.run(&["sheet", "two.xlsx", "Groessen!A1"]).fails(2, &["there is no sheet"]);
    folder.run(&["sheet", "one.xlsx", "--csv", "--json"]).fails(2, &["--json"]);
    folder.write_text("t.xlsx", "no workbook at all");
    folder.run(&["sheet", "t.xlsx"]).fails(5, &["t.xlsx"]);
    std::fs::create_dir(folder.path("d.xlsx")).unwrap();
    folder.run(&["sheet", "d.xlsx"]).fails(5, &["d.xlsx"]);
}

#[test]
fn the_committed_book_is_shown() {
    let folder = Folder::new();
    let book = repository("testdata/portfolio.xlsx");
    let run = folder.run(&["sheet", &book]).ok();
    assert!(run.out.contains("Prices   A1:F561"), "{}", run.out);
    let run = folder.run(&["sheet", &book, "Rate"]).ok();
    assert!(run.out.contains("0.03"), "{}", run.out);
    let run = folder.run(&["sheet", &book, "Prices!A1:C2", "--csv"]).ok();
    assert_eq!(run.out, "Date,Stock,Price\n2000-01-01,MSFT,39.81\n");
}

#[test]
fn ranges_are_exported_as_data_files() {
    let folder = Folder::new();
    let book = repository("testdata/portfolio.xlsx");
    let range = "Prices!A1:C561";
    for out in ["p.csv", "p.parquet", "p.arrow", "p.ndjson"] {
        let run = folder.run(&["sheet", &book, range, "--out", out]).ok();
        assert!(run.err.contains(out), "{}", run.err);
        let first = format!("A1={out}");
        let back = folder.run(&["eval", "=B561&SUM(C:C)", "--data", &first]).ok();
        assert_eq!(back.out, "AAPL56411.2\n", "{out}");
    }
    folder.run(&["sheet", &book, range, "--out", "p.txt"]).fails(5, &[".parquet"]);
    folder.run(&["sheet", &book, "--out", "p.csv"]).fails(2, &["--sheet"]);
    folder.run(&["sheet", &book, range, "--no-headers"]).fails(2, &["--out"]);
    folder.write_text("f.csv", "a\n=1+1\n");
    folder.run(&["eval", "=A2", "--data", "A1=f.csv"]).ok();
}
