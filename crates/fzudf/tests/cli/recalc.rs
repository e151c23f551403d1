//! `fzudf recalc`: books recalculated, reported, saved.

use crate::data::{Folder, finance, repository};
use formualizer_workbook::{LoadOptions, Value as Cell, Workbook};
use serde_json::{Value, json};
use std::path::Path;

fn portfolio() -> String {
    repository("testdata/portfolio.xlsx")
}

fn load(path: &Path) -> Workbook {
    Workbook::open_with(path, &LoadOptions::default()).unwrap()
}

fn number(book: &Workbook, sheet: &str, cell: &str) -> f64 {
    let value = book.value(sheet, cell).unwrap();
    assert!(matches!(value, Cell::Number(_)), "{sheet}!{cell} is {value:?}");
    value.as_serial_number().unwrap()
}

/// A folder with `book.xlsx`: `In!A1` is 2, `'Out put'!A1` doubles it, `A2` is in error.
fn folder() -> Folder {
    let folder = Folder::new();
    let mut book = Workbook::new();
    book.add_sheet("In").unwrap();
    book.add_sheet("Out put").unwrap();
    book.set_value("In", "A1", 2.0).unwrap();
    book.set_formula("Out put", "A1", "=In!A1*2").unwrap();
    book.set_formula("Out put", "A2", "=1/(In!A1-2)").unwrap();
    book.set_formula("Out put", "A3", "=SUMM(In!A1)").unwrap();
    book.define_name("Amount", "In!$A$1").unwrap();
    book.recalculate().unwrap();
    book.save(folder.path("book.xlsx")).unwrap();
    folder
}

fn json(folder: &Folder, args: &[&str]) -> Value {
    let run = folder.run(&[&["recalc", "book.xlsx", "--json"], args].concat()).ok();
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn nothing_is_written_unless_it_is_said_where() {
    let folder = folder();
    let before = std::fs::read(folder.path("book.xlsx")).unwrap();
    let run = folder.run(&["recalc", "book.xlsx", "--set", "In!A1=5"]).ok();
    assert!(
        run.err.contains("nothing was written: --out FILE.xlsx or --in-place saves it"),
        "{}",
        run.err
    );
    assert_eq!(run.out, "");
    assert_eq!(std::fs::read(folder.path("book.xlsx")).unwrap(), before);
    assert_eq!(folder.files(), ["book.xlsx"]);
    folder.run(&["recalc", "book.xlsx", "--values-only"]).fails(2, &["--out FILE.xlsx"]);
}

#[test]
fn the_copy_has_the_new_values_and_the_formulas() {
    let folder = folder();
    let run = folder.run(&["recalc", "book.xlsx", "--set", "Amount=5", "--out", "o.xlsx"]).ok();
    assert!(run.err.contains("written to") && run.err.contains("o.xlsx"), "{}", run.err);
    let book = load(&folder.path("o.xlsx"));
    assert_eq!(number(&book, "Out put", "A1"), 10.0);
    assert_eq!(book.formula("Out put", "A1").unwrap().unwrap(), "=In!A1*2");
    assert_eq!(number(&load(&folder.path("book.xlsx")), "Out put", "A1"), 4.0);
    folder.run(&["recalc", "book.xlsx", "-s", "Amount=6", "-o", "o.xlsx", "--values-only"]).ok();
    let book = load(&folder.path("o.xlsx"));
    assert_eq!(number(&book, "Out put", "A1"), 12.0);
    assert_eq!(book.formula("Out put", "A1").unwrap(), None);
}

#[test]
fn in_place_is_the_only_way_to_write_over_the_input() {
    let folder = folder();
    let out = |out: &str| folder.run(&["recalc", "book.xlsx", "--set", "In!A1=5", "--out", out]);
    out("book.xlsx").fails(2, &["is the workbook itself", "--in-place"]);
    out("./book.xlsx").fails(2, &["--in-place"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("book.xlsx", folder.path("link.xlsx")).unwrap();
        out("link.xlsx").fails(2, &["--in-place"]);
        std::fs::hard_link(folder.path("book.xlsx"), folder.path("hard.xlsx")).unwrap();
        out("hard.xlsx").fails(2, &["--in-place"]);
        std::fs::remove_file(folder.path("hard.xlsx")).unwrap();
        let run = folder.run(&["recalc", "link.xlsx", "--set", "In!A1=7", "--in-place"]).ok();
        assert!(run.err.contains("written to"), "{}", run.err);
        assert!(std::fs::symlink_metadata(folder.path("link.xlsx")).unwrap().is_symlink());
        assert_eq!(number(&load(&folder.path("book.xlsx")), "Out put", "A1"), 14.0);
    }
    folder.run(&["recalc", "book.xlsx", "--set", "In!A1=5", "--in-place"]).ok();
    assert_eq!(number(&load(&folder.path("book.xlsx")), "Out put", "A1"), 10.0);
    folder.run(&["recalc", "book.xlsx", "--in-place", "--out", "x.xlsx"]).fails(2, &["--out"]);
}

#[test]
fn files_that_are_read_are_not_written_over() {
    let folder = folder();
    folder.write_text("d.xlsx", "a,b\n1,2\n");
    let run = ["recalc", "book.xlsx", "--data", "In!C1=d.xlsx", "--out", "d.xlsx"];
    folder.run(&run).fails(2, &["read from"]);
}

#[test]
fn outputs_that_cannot_be_are_found_out_first() {
    let folder = folder();
    let out = |out: &str| folder.run(&["recalc", "book.xlsx", "--out", out]);
    out("o.csv").fails(2, &["fzudf sheet", "--csv"]);
    out("o").fails(2, &["ends in .xlsx"]);
    out("none/o.xlsx").fails(5, &["there is no folder none"]);
    std::fs::create_dir(folder.path("d.xlsx")).unwrap();
    out("d.xlsx").fails(5, &["it is a folder"]);
    folder.write_text("t.ods", "");
    folder.run(&["recalc", "t.ods", "--in-place"]).fails(2, &["--in-place", ".xlsx"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_leaves_everything_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    std::fs::create_dir(folder.path("locked")).unwrap();
    let lock = |mode| {
        std::fs::set_permissions(folder.path("locked"), std::fs::Permissions::from_mode(mode))
            .unwrap();
    };
    lock(0o555);
    // Root may write anyway.
    let may = std::fs::write(folder.path("locked/probe"), "").is_ok();
    let run = folder.run(&["recalc", "book.xlsx", "--out", "locked/o.xlsx"]);
    lock(0o755);
    if may {
        println!("skipped: this user may write everywhere");
        return;
    }
    run.fails(5, &["locked/o.xlsx"]);
    assert_eq!(std::fs::read_dir(folder.path("locked")).unwrap().count(), 0);
}

#[test]
fn errors_are_told_by_kind_with_their_cells() {
    let run = folder().run(&["recalc", "book.xlsx"]).ok();
    for text in [
        "2 cells are in error",
        "#DIV/0!",
        "Out put!A2  =1/(In!A1-2)",
        "there is no function SUMM (Out put!A3)",
        "did you mean",
    ] {
        assert!(run.err.contains(text), "no `{text}` in:\n{}", run.err);
    }
    let run = folder().run(&["recalc", "book.xlsx", "--quiet"]).ok();
    assert!(run.err.contains("#DIV/0!") && !run.err.contains("load"), "{}", run.err);
}

#[test]
fn errors_keep_the_book_from_being_saved_where_they_matter() {
    let folder = folder();
    let args = ["recalc", "book.xlsx", "--out", "o.xlsx", "--fail-on-error"];
    folder.run(&args).fails(1, &["2 cells are in error; ", "; nothing was written"]);
    let strict = ["recalc", "book.xlsx", "--out", "o.xlsx", "--strict"];
    let both = "2 cells are in error; there is no function SUMM; nothing was written";
    folder.run(&strict).fails(1, &[both]);
    assert_eq!(folder.files(), ["book.xlsx"]);
    let mended = ["--set", "In!A1=3", "--set", "'Out put'!A3==SUM(In!A1)"];
    folder.run(&[&args[..], &mended].concat()).ok();
    assert_eq!(folder.files(), ["book.xlsx", "o.xlsx"]);
}

#[test]
fn cells_are_printed() {
    let folder = folder();
    let run =
        folder.run(&["recalc", "book.xlsx", "-s", "Amount=4", "--print", "'Out put'!A1:A2"]).ok();
    assert_eq!(run.out, "     A\n1    8\n2  0.5\n");
    let two = ["recalc", "book.xlsx", "--print", "Amount", "--print", "'out put'!A1"];
    assert_eq!(folder.run(&two).ok().out, "In!A1\n   A\n1  2\n'Out put'!A1\n   A\n1  4\n");
    folder
        .run(&["recalc", "book.xlsx", "--print", "Outt!A1"])
        .fails(2, &["--print Outt!A1", "no sheet"]);
}

#[test]
fn json_has_the_whole_report() {
    let folder = folder();
    let args = ["--print", "'Out put'!A1:A2", "--set", "Amount=3", "--out", "o.xlsx"];
    let report = json(&folder, &args);
    assert_eq!(report["book"], "book.xlsx");
    assert!(report["saved"]["path"].as_str().unwrap().ends_with("o.xlsx"));
    assert!(report["saved"]["bytes"].as_u64().unwrap() > 1000);
    assert_eq!(report["sheets"], json!(["In", "Out put"]));
    assert_eq!(report["plugins"], json!([]));
    assert_eq!(report["input"]["set"], json!([{ "cell": "In!A1", "value": "3" }]));
    // The third cell's function is not known: its value stays as it is stored.
    assert_eq!(report["recalculation"]["cells"], 2);
    for field in ["regions", "spilled_cells", "udf_calls", "udf_rows", "rounds"] {
        assert!(report["recalculation"][field].is_u64(), "{field}");
    }
    for field in ["load", "recalculate", "save", "total"] {
        assert!(report["seconds"][field].as_f64().unwrap() >= 0.0, "{field}");
    }
    assert_eq!(report["errors"]["cells"], 1);
    let kind = &report["errors"]["kinds"][0];
    assert_eq!((&kind["error"], &kind["cells"]), (&json!("#NAME?"), &json!(1)));
    assert_eq!(kind["first"][0]["sheet"], "Out put");
    assert_eq!(kind["first"][0]["cell"], "A3");
    assert_eq!(kind["first"][0]["formula"], "=SUMM(In!A1)");
    assert_eq!(report["unknown_functions"][0]["name"], "SUMM");
    assert_eq!(report["ranges"], json!([{ "range": "'Out put'!A1:A2", "rows": [[6.0], [1.0]] }]));
    assert!(report["warnings"].is_array() && report["notes"].is_array());
}

#[test]
fn data_of_files_comes_in_before_single_cells() {
    let folder = folder();
    folder.write_text("d.csv", "x\n10\n20\n");
    let args = [
        "--data",
        "In!C1=d.csv",
        "--set",
        "In!C2=1",
        "--set",
        "In!D1==SUM(C:C)",
        "--print",
        "In!D1",
    ];
    let report = json(&folder, &args);
    assert_eq!(report["ranges"][0]["rows"], json!([[21.0]]));
    assert_eq!(report["input"]["data"][0]["cell"], "In!C1");
    folder.run(&["recalc", "book.xlsx", "--data", "In!C1=none.csv"]).fails(5, &["none.csv"]);
    folder.run(&["recalc", "book.xlsx", "--data", "Inn!C1=d.csv"]).fails(2, &["did you mean In"]);
    folder.write_text("broken.parquet", "PAR1 not");
    folder
        .run(&["recalc", "book.xlsx", "--data", "In!C1=broken.parquet"])
        .fails(5, &["broken.parquet"]);
}

#[test]
fn what_is_no_workbook_is_refused() {
    let folder = Folder::new();
    folder.run(&["recalc", "none.xlsx"]).fails(5, &["none.xlsx"]);
    folder.write_text("t.xlsx", "not a workbook");
    folder.run(&["recalc", "t.xlsx"]).fails(5, &["t.xlsx"]);
    folder.write_text("e.xlsx", "");
    folder.run(&["recalc", "e.xlsx"]).fails(5, &["e.xlsx"]);
    std::fs::create_dir(folder.path("d.xlsx")).unwrap();
    folder.run(&["recalc", "d.xlsx"]).fails(5, &["d.xlsx"]);
    folder.run(&["recalc"]).fails(2, &["BOOK"]);
}

#[test]
fn plugins_that_are_broken_are_refused_before_anything_is_written() {
    let folder = folder();
    folder.write_text("p.wasm", "not a plugin");
    folder.run(&["recalc", "book.xlsx", "-p", "p.wasm", "-o", "o.xlsx"]).fails(3, &["p.wasm"]);
    assert_eq!(folder.files(), ["book.xlsx", "p.wasm"]);
}

#[test]
fn the_committed_book_is_priced() {
    let folder = Folder::new();
    let args = ["recalc", &portfolio(), "--plugins", &finance(), "--out", "p.xlsx"];
    let run = folder.run(&args).ok();
    assert!(run.err.contains("note: XNPV stays the built-in function"), "{}", run.err);
    assert!(!run.err.contains("in error"), "{}", run.err);
    let book = load(&folder.path("p.xlsx"));
    assert_eq!(number(&book, "Summary", "B9"), 123.0);
    assert!((number(&book, "Summary", "C9") - 39.81).abs() < 1e-9);
    // The plugin finds the volatility that its prices were made with.
    for row in 9..=13 {
        let (vol, implied) = (format!("F{row}"), format!("H{row}"));
        let vol = number(&book, "Summary", &vol);
        assert!((0.1..1.0).contains(&vol), "{vol}");
        assert!((vol - number(&book, "Summary", &implied)).abs() < 1e-6);
    }
    // A dynamic array over a dynamic array, as long as the prices of the stock.
    assert_eq!(book.spill_range("Trend", "C4").unwrap().as_deref(), Some("C4:C126"));
    assert_eq!(number(&book, "Trend", "C4"), number(&book, "Trend", "B4"));
    let dearest = number(&book, "Summary", "B18");
    let calls = book.values("Prices", "E2:E561").unwrap();
    let highest = calls.iter().filter_map(|row| match row[0] {
        Cell::Number(n) => Some(n),
        _ => None,
    });
    assert_eq!(highest.fold(f64::MIN, f64::max), dearest);
    assert_eq!(book.value("Summary", "B19").unwrap(), Cell::Text("GOOG, Oct 2007".into()));
}

#[test]
fn inputs_of_the_committed_book_have_names() {
    let folder = Folder::new();
    let trend = |symbol: &str| {
        let set = format!("Symbol={symbol}");
        let args =
            ["recalc", &portfolio(), "-p", &finance(), "--set", &set, "--print", "Trend!A1", "-q"];
        folder.run(&args).ok().out
    };
    assert!(trend("IBM").contains("Prices of IBM"));
}

#[test]
fn the_plugin_that_is_missing_is_named() {
    let folder = Folder::new();
    std::fs::copy(portfolio(), folder.path("p.xlsx")).unwrap();
    std::fs::copy(finance(), folder.path("finance.wasm")).unwrap();
    let run = folder.run(&["recalc", "p.xlsx"]).ok();
    for text in [
        "there is no function BS_CALL",
        "stored values are kept",
        "finance.wasm has it: add --plugins finance.wasm",
    ] {
        assert!(run.err.contains(text), "no `{text}` in:\n{}", run.err);
    }
    assert!(!run.err.contains("#NAME?"), "{}", run.err);
    let run = folder.run(&["recalc", "p.xlsx", "--unknown", "error"]).ok();
    assert!(run.err.contains("#NAME?") && !run.err.contains("kept"), "{}", run.err);
}

#[test]
fn what_reads_a_kept_value_is_calculated_from_it() {
    let folder = Folder::new();
    folder.run(&["recalc", &portfolio(), "-p", &finance(), "--out", "p.xlsx", "-q"]).ok();
    let priced = |more: &[&str]| {
        let args = ["recalc", "p.xlsx", "-q", "--json", "--print", "Summary!A1:H21"];
        let run = folder.run(&[&args[..], more].concat()).ok();
        serde_json::from_str::<Value>(&run.out).unwrap()["ranges"].clone()
    };
    let file = finance();
    let with = ["-p", file.as_str()];
    assert_eq!(priced(&[]), priced(&with));
    assert_ne!(priced(&["--unknown", "error"]), priced(&with));
}

#[test]
fn values_do_not_depend_on_threads_and_engine() {
    let folder = Folder::new();
    let values = |more: &[&str]| {
        let args =
            ["recalc", &portfolio(), "-p", &finance(), "-q", "--json", "--print", "Prices!A1:F561"];
        let run = folder.run(&[&args[..], &["--print", "Summary!A1:H21"], more].concat()).ok();
        serde_json::from_str::<Value>(&run.out).unwrap()["ranges"].clone()
    };
    let one = values(&["--threads", "1"]);
    assert_eq!(one, values(&["--threads", "2"]));
    assert_eq!(one, values(&["--backend", "wasmi"]));
    assert_eq!(one[0]["rows"].as_array().unwrap().len(), 561);
}
