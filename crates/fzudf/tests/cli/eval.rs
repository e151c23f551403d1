//! `fzudf eval`: one formula.

use crate::data::{Folder, Run, finance, fzudf};
use serde_json::{Value, json};

fn eval(args: &[&str]) -> Run {
    Folder::new().run(&[&["eval"], args].concat())
}

#[test]
fn a_value_is_printed_as_it_is() {
    for (formula, value) in [
        ("=SUM(1,2,3)", "6"),
        ("1/8", "0.125"),
        ("=0.1+0.2", "0.30000000000000004"),
        ("=\"é\"&\"日本\"", "é日本"),
        ("=1<2", "TRUE"),
        ("=DATE(2024,2,29)", "2024-02-29"),
        ("-2", "-2"),
        ("=10^300", "1E+300"),
    ] {
        assert_eq!(eval(&[formula]).ok().out, format!("{value}\n"), "{formula}");
    }
}

#[test]
fn an_array_is_csv_in_a_pipe() {
    assert_eq!(eval(&["=SEQUENCE(2,3)"]).ok().out, "1,2,3\n4,5,6\n");
    assert_eq!(eval(&["={\"a,b\",\"c\"\"d\"}"]).ok().out, "\"a,b\",\"c\"\"d\"\n");
}

#[test]
fn an_error_ends_with_1_and_its_reason() {
    let run = eval(&["=1/0"]).fails(1, &["#DIV/0!"]);
    assert_eq!(run.out, "");
    eval(&["=SUMM(1)"]).fails(1, &["#NAME?", "did you mean", "SUM"]);
    eval(&["=BS_CALL(-1,1,1,1,1)", "-p", &finance()]).fails(1, &["error: #NUM!"]);
}

#[test]
fn a_formula_that_is_none_is_a_usage_error() {
    eval(&["=SUM(1,"]).fails(2, &["error: "]);
    eval(&[]).fails(2, &["FORMULA"]);
    let deep = format!("={}1{}", "(".repeat(10_000), ")".repeat(10_000));
    eval(&[&deep]).fails(2, &["error: "]);
}

#[test]
fn plugins_are_called() {
    let run = eval(&["=ROUND(BS_CALL(100,105,0.03,0.2,0.5),6)", "--plugins", &finance()]).ok();
    let price: f64 = run.out.trim().parse().unwrap();
    assert!((price - 4.2).abs() < 0.5, "{price}");
    let both = ["=BLACK_SCHOLES(100,105,0.03,0.2,0.5)", "-p", &finance()];
    let threads = |n| eval(&[&both[..], &["--threads", n]].concat()).ok().out;
    assert_eq!(threads("1"), threads("2"));
    assert_eq!(threads("1"), eval(&[&both[..], &["--backend", "wasmi"]].concat()).ok().out);
}

#[test]
fn a_plugin_that_lies_around_is_named_where_its_function_is_missing() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("plugins")).unwrap();
    std::fs::copy(finance(), folder.path("plugins/money.wasm")).unwrap();
    std::fs::write(folder.path("plugins/broken.wasm"), "no module").unwrap();
    let run = folder.run(&["eval", "=bs_call(100,105,0.03,0.2,0.5)"]);
    run.fails(1, &["#NAME?", "money.wasm has BS_CALL: add --plugins plugins/money.wasm"]);
}

#[test]
fn a_built_in_keeps_its_name_unless_it_is_told_otherwise() {
    let formula = "=XNPV(0.1,{-100,110},{44927,45292})";
    let run = eval(&[formula, "-p", &finance()]).ok();
    assert!(run.err.contains("note: XNPV stays the built-in function"), "{}", run.err);
    let other = eval(&[formula, "-p", &finance(), "--override-builtins"]).ok();
    assert_eq!(other.err, "");
    let number = |run: &Run| run.out.trim().parse::<f64>().unwrap();
    assert!((number(&run) - number(&other)).abs() < 1e-9);
}

#[test]
fn cells_are_set_before_the_formula_is_calculated() {
    for (set, formula, value) in [
        ("A1=5", "=A1*2", "10"),
        ("A1=12.5%", "=A1", "0.125"),
        ("A1=true", "=ISLOGICAL(A1)", "TRUE"),
        ("A1=2024-01-31", "=A1+1", "2024-02-01"),
        ("A1=\"007\"", "=A1&\"!\"", "007!"),
        ("A1=007", "=A1", "7"),
        ("A1= größer ", "=LEN(A1)", "8"),
        ("A1==2*3", "=A1", "6"),
        ("A1:A3==ROW()", "=SUM(A:A)", "6"),
        ("Sheet1!$B$2=1", "=COUNT(1:1048576)", "1"),
        ("A1=#N/A", "=ISNA(A1)", "TRUE"),
        ("A1=", "=ISBLANK(A1)", "TRUE"),
        ("XFD1048576=4", "=XFD1048576", "4"),
    ] {
        let run = eval(&[formula, "--set", set]);
        assert_eq!(run.ok().out, format!("{value}\n"), "{set} {formula}");
    }
}

#[test]
fn settings_that_are_none_say_what_one_looks_like() {
    for (set, said) in [
        ("A1", "--set Sheet1!B2=0.05"),
        ("=5", "--set Sheet1!B2=0.05"),
        ("A0=5", "`A0` is no cell"),
        ("Shet1!A1=5", "did you mean Sheet1?"),
        ("A1:B2=5", "4 cells"),
        ("A1==SUM(", "--set A1==SUM("),
        ("XFE1=5", "no cell"),
    ] {
        eval(&["=A1", "--set", set]).fails(2, &[said]);
    }
    eval(&["=A1", "--data", "A1="]).fails(2, &["no file"]);
    eval(&["=A1", "--data", "rows.csv"]).fails(2, &["--data Sheet1!A1=rows.parquet"]);
}

#[test]
fn rows_of_files_are_put_into_cells() {
    let folder = Folder::new();
    folder.write_text("p.csv", "day,price\n2024-01-01,1.5\n2024-01-02,2.5\n");
    let run = |args: &[&str]| folder.run(&[&["eval"], args].concat());
    assert_eq!(run(&["=SUM(B:B)", "--data", "A1=p.csv"]).ok().out, "4\n");
    assert_eq!(run(&["=C3", "--data", "Sheet1!C2=p.csv"]).ok().out, "2024-01-01\n");
    let ema = ["=EMA(B2:B3,0.5)", "-p", &finance(), "--data", "A1=p.csv"];
    assert_eq!(run(&ema).ok().out, "1.5\n2\n");
    assert_eq!(run(&["=SUM(B:B)", "--data", "A1=p.csv", "--set", "B2=10"]).ok().out, "12.5\n");
    run(&["=A1", "--data", "A1=none.csv"]).fails(5, &["--data A1=none.csv", "none.csv"]);
}

#[test]
fn json_has_value_rows_error_and_reason() {
    let json = |run: Run| serde_json::from_str::<Value>(&run.out).unwrap();
    let run = json(eval(&["=1+1", "--json"]).ok());
    assert_eq!(run["value"], json!(2.0));
    assert_eq!(
        (&run["rows"], &run["error"], &run["reason"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let run = json(eval(&["=VSTACK({1,TRUE},{\"a\",#N/A})", "--json"]).ok());
    assert_eq!(run["rows"][0], json!([1.0, true]));
    assert_eq!((&run["rows"][1][0], &run["rows"][1][1]["error"]), (&json!("a"), &json!("#N/A")));
    let run = json(eval(&["=SUMM(1)", "--json"]).fails(1, &[]));
    assert_eq!((&run["value"], &run["error"]), (&Value::Null, &json!("#NAME?")));
    assert_eq!(run["unknown_functions"][0]["name"], "SUMM");
    assert!(run["unknown_functions"][0]["near"].as_array().unwrap().contains(&json!("SUM")));
}

#[test]
fn plugins_that_cannot_be_used_are_refused() {
    let folder = Folder::new();
    folder.write_text("broken.wasm", "no module");
    std::fs::create_dir(folder.path("empty")).unwrap();
    let run = |plugin: &str| folder.run(&["eval", "=1", "-p", plugin]);
    run("none.wasm").fails(5, &["none.wasm", "--plugins"]);
    run("broken.wasm").fails(3, &["broken.wasm", "fzudf inspect"]);
    run("empty").fails(5, &["there is no .wasm file in it"]);
    std::fs::copy(finance(), folder.path("empty/a.wasm")).unwrap();
    std::fs::copy(finance(), folder.path("empty/b.wasm")).unwrap();
    run("empty").fails(3, &["b.wasm", "already registered"]);
    // The same file twice is one plugin.
    let twice = ["eval", "=1", "-p", "empty/a.wasm", "-p", "./empty/a.wasm"];
    assert_eq!(folder.run(&twice).ok().out, "1\n");
}

#[test]
fn a_seed_gives_the_same_random_numbers_again() {
    let random = |seed| eval(&["=RAND()", "--seed", seed]).ok().out;
    assert_eq!(random("7"), random("7"));
    assert_ne!(random("7"), random("8"));
}

#[test]
fn limits_hold_for_plugins() {
    let args = ["=BS_CALL(1,1,1,1,1)", "-p", &finance(), "--limit-module", "1KiB"];
    eval(&args).fails(3, &["finance.wasm"]);
    eval(&["=1", "--limit-memory", "much"]).fails(2, &["MiB"]);
}

#[test]
fn help_says_what_ends_how() {
    let run = Run::of(fzudf().args(["eval", "--help"]).output().unwrap()).ok();
    for text in
        ["Exit codes", "--override-builtins", "--data", "--seed", "fzudf eval '=SUM(1,2,3)'"]
    {
        assert!(run.out.contains(text), "no `{text}`");
    }
}

#[test]
fn the_formula_stands_on_the_sheet_that_is_filled() {
    for (set, formula, value) in [
        ("A1=5", "=INDIRECT(\"A1\")*2", "10"),
        ("A1=5", "=INDIRECT(\"R1C1\",FALSE)", "5"),
        ("A2=7", "=OFFSET(A1,1,0)", "7"),
        ("A1=5", "=SHEET()", "1"),
        ("A1=5", "=SHEETS()", "1"),
        ("A1=5", "=SUM(1:1)", "5"),
        ("A1==SUM(2:2)", "=A1+SUM(1:1048576)", "0"),
        ("LDE1=5", "=SUM(LDE1:LDZ1)", "5"),
    ] {
        assert_eq!(eval(&[formula, "--set", set]).ok().out, format!("{value}\n"), "{formula}");
    }
    // An array has the room of a sheet.
    let run = eval(&["=SUM(SEQUENCE(3)*INDIRECT(\"A1\"))", "--set", "A1=2"]);
    assert_eq!(run.ok().out, "12\n");
    assert_eq!(eval(&["=SEQUENCE(100000)"]).ok().out.lines().count(), 100_000);
}

#[test]
fn strict_ends_with_1_where_any_cell_is_in_error_or_a_function_is_unknown() {
    let run = |args: &[&str]| eval(&[&["=SUM(1,2)", "--strict"], args].concat());
    assert_eq!(run(&[]).ok().out, "3\n");
    let failed =
        run(&["--set", "A1==1/0", "--set", "A2==NA()"]).fails(1, &["2 cells are in error"]);
    assert_eq!(failed.out, "3\n");
    run(&["--set", "A1==IFERROR(NOBODY(1),0)"]).fails(1, &["there is no function NOBODY"]);
    eval(&["=IFERROR(NOBODY(1),0)"]).ok();
    eval(&["={1,#N/A}", "--strict"]).fails(1, &["1 cell is in error"]);
}

#[test]
fn csv_of_other_places_is_read_as_it_is_written_there() {
    let folder = Folder::new();
    folder.write_text("p.csv", "day;price\n2024-01-01;1,5\n2024-01-02;1.002,5\n");
    folder.write_text("q.csv", "price|count\n1,5|2\n");
    folder.write_text("r.csv", "1,234;2\n5,678;3\n");
    let run = |args: &[&str]| folder.run(&[&["eval"], args].concat());
    assert_eq!(run(&["=SUM(B:B)", "--data", "A1=p.csv"]).ok().out, "1004\n");
    let asked = ["--csv-delimiter", "|", "--csv-decimal", ","];
    assert_eq!(run(&[&["=A2*B2", "--data", "A1=q.csv"][..], &asked].concat()).ok().out, "3\n");
    // Without a doubt only where it is asked for.
    let headless = ["=A1", "--no-headers", "--data", "A1=r.csv"];
    assert_eq!(run(&headless).ok().out, "1,234\n");
    assert_eq!(run(&[&headless[..], &["--csv-decimal", ","]].concat()).ok().out, "1.234\n");
    run(&["=1", "--csv-delimiter", "ab"]).fails(2, &["one character"]);
    run(&["=1", "--csv-decimal", ";"]).fails(2, &["`.` or `,`"]);
    run(&["=1", "--data", "A1=p.csv", "--csv-delimiter", "\""]).fails(5, &["delimiter"]);
}
