//! openpyxl and pandas read what we save. Runs where they are found: `cargo xtask test` installs them, and names the
//! interpreter in `FZ_PYTHON`.

use super::load::made;
use formualizer_workbook::{Value, Workbook};
use std::{path::Path, process::Command};

/// What a script prints, run with a file.
fn run(script: &str, file: &Path) -> Option<String> {
    let python = std::env::var_os("FZ_PYTHON").unwrap_or_else(|| "python3".into());
    let has = Command::new(&python).args(["-c", "import openpyxl, pandas"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        println!(
            "skipped: there is no Python with openpyxl and pandas (cargo xtask test installs them)"
        );
        return None;
    }
    let output = Command::new(&python).args(["-c", script]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

fn save(book: &Workbook) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.xlsx");
    book.save(&path).unwrap();
    (folder, path)
}

#[test]
fn openpyxl_reads_values_formulas_and_everything_else() {
    let mut book = made("openpyxl.xlsx");
    book.set_value("Data", "B3", 7.5).unwrap();
    book.set_value("Data", "J1", "new <text>").unwrap();
    book.set_formula("Data", "J2", "=SEQUENCE(2)").unwrap();
    book.recalculate().unwrap();
    let (_folder, path) = save(&book);
    let script = r#"
import openpyxl, sys
values = openpyxl.load_workbook(sys.argv[1], data_only=True)
data = values["Data"]
print([data[c].value for c in ("B3", "E3", "J1", "J2", "J3", "I3", "C2", "G3")])
book = openpyxl.load_workbook(sys.argv[1])
data = book["Data"]
print(data["E3"].value, data["J2"].value.text, data["J2"].value.ref, data["H1"].value.ref)
print(data["B3"].fill.fgColor.rgb, data["B3"].comment.text, list(data.tables), len(data._charts), list(data.conditional_formatting)[0].sqref)
print(sorted(book.defined_names), book["Other sheet"].print_area, data.row_dimensions[4].hidden, book["Other sheet"].merged_cells.ranges)
"#;
    let Some(out) = run(script, &path) else { return };
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[0],
        "[7.5, 15, 'new <text>', 1, 2, 'paid', datetime.datetime(2024, 2, 1, 0, 0), '#N/A']"
    );
    assert_eq!(lines[1], "=B3*2 =_xlfn.SEQUENCE(2) J2:J3 H1:H4");
    assert_eq!(lines[2], "00FFFF00 a comment that must survive ['Sales'] 1 B2:B5");
    assert!(lines[3].starts_with("['Rate', 'Total'] 'Other sheet'!$A$1:$B$7 True"), "{}", lines[3]);
}

#[test]
fn pandas_reads_a_new_workbook() {
    let mut book = Workbook::new();
    book.add_sheet("Prices").unwrap();
    for (col, name) in (1..).zip(["day", "price", "double", "ok", "label"]) {
        book.set_value("Prices", (1, col), name).unwrap();
    }
    for row in 2..=4_u32 {
        let day = format!("2024-01-0{row}").parse().unwrap();
        book.set_value("Prices", (row, 1), Value::Date(day)).unwrap();
        book.set_value("Prices", (row, 2), f64::from(row) / 4.0).unwrap();
        book.set_value("Prices", (row, 4), row == 3).unwrap();
        book.set_value("Prices", (row, 5), format!("日本 {row}").as_str()).unwrap();
    }
    book.set_formulas("Prices", "C2:C4", "=B2*2").unwrap();
    book.recalculate().unwrap();
    let (_folder, path) = save(&book);
    let script = r#"
import pandas, sys
frame = pandas.read_excel(sys.argv[1])
print(list(map(str, frame.dtypes)))
print(frame.values.tolist()[1])
"#;
    let Some(out) = run(script, &path) else { return };
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("['datetime64["), "{}", lines[0]);
    assert!(lines[0].contains("'float64', 'float64', 'bool'"), "{}", lines[0]);
    assert_eq!(lines[1], "[Timestamp('2024-01-03 00:00:00'), 0.75, 1.5, True, '日本 3']");
}
