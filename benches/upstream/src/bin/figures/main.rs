//! Times both engines over the same workbook of mixed formulas, in pairs within one run.
//!
//! `--into FILE` puts the figures into a JSON file beside those that are there.

mod files;

use fz_upstream::{Engine, Failure, Ours, Published, Value, same, show};
use published::WorkbookConfig;
use serde_json::{Map, json};
use std::{collections::BTreeMap, path::PathBuf, time::Instant};

/// Rows of 100 000 formulas in ten columns.
const ROWS: u32 = 10_000;

/// Rows of the table that is looked up.
const KEYS: u32 = 1000;

/// Column A to D are inputs, F to O formulas; the table is on a sheet of its own.
const FIRST: u32 = 6;

/// `#` is the row. The last ones read columns of formulas beside them.
const FORMULAS: [&str; 10] = [
    "=A#*B#+1",
    "=ROUND(A#/(B#+1),2)",
    "=IF(A#>B#,A#-B#,B#*2)",
    "=VLOOKUP(C#,Table!$A$1:$C$1000,2,FALSE)",
    "=UPPER(D#)&\"-\"&C#",
    "=IF(LEN(D#)>6,LEFT(D#,3),D#)",
    "=IFERROR(A#/(C#-500),0)",
    "=F#+G#*0.5",
    "=IF(AND(H#>100,I#>0),ROUND(H#*1.19,2),MAX(H#,I#))",
    "=SUM(F#:H#)-MIN(A#,B#)",
];

type Figures = Map<String, serde_json::Value>;

fn main() -> Result<(), Failure> {
    let mut into = None;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--into" => into = args.next().map(PathBuf::from),
            other => return Err(format!("unknown argument {other}: give --into FILE")),
        }
    }
    let mut figures = Figures::new();
    let way = fastest_way()?;
    println!("published engine: {way:?} is its fastest way to set formulas");
    mixed(way, ROWS, 5, "wb_100k_mixed_formulas", &mut figures)?;
    one_at_a_time(way, &mut figures)?;
    files::load(&mut figures)?;
    if std::env::var_os("FZ_ONLY_SET").is_some() {
        return Ok(());
    }
    mixed(way, 10 * ROWS, 1, "wb_1m_mixed_formulas", &mut figures)?;
    let Some(file) = into else { return Ok(()) };
    let mut all: Figures = match std::fs::read_to_string(&file) {
        Ok(text) => serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))?,
        Err(_) => Figures::new(),
    };
    all.extend(figures);
    let text = serde_json::to_string_pretty(&all).map_err(|e| e.to_string())?;
    std::fs::write(&file, text + "\n").map_err(|e| format!("{}: {e}", file.display()))
}

/// How the published engine is given many formulas.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// `set_formulas`, the graph built at once.
    Batch,
    /// `set_formulas`, parsed and joined to the graph at recalculation, as when a file is loaded.
    Deferred,
    /// The engine's `bulk_set_formulas` with syntax trees that the caller parsed.
    Bulk,
}

impl Way {
    fn config(self) -> WorkbookConfig {
        match self {
            Self::Deferred => {
                WorkbookConfig { enable_changelog: false, ..WorkbookConfig::interactive() }
            }
            Self::Batch | Self::Bulk => WorkbookConfig::ephemeral(),
        }
    }
}

fn fastest_way() -> Result<Way, Failure> {
    let mut best = (f64::INFINITY, Way::Batch);
    for way in [Way::Batch, Way::Deferred, Way::Bulk] {
        let times = theirs(way, ROWS)?;
        println!("  {way:?}: set {:.0} ms, recalculate {:.0} ms", times.set * 1e3, times.run * 1e3);
        if times.all() < best.0 {
            best = (times.all(), way);
        }
    }
    Ok(best.1)
}

/// Seconds of setting the formulas, of the first recalculation, and of one after an input changed.
struct Times {
    set: f64,
    run: f64,
    edit: f64,
    values: Vec<Value>,
}

impl Times {
    fn all(&self) -> f64 {
        self.set + self.run
    }
}

fn mixed(
    way: Way,
    rows: u32,
    pairs: usize,
    name: &str,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let mut all: BTreeMap<&str, Vec<[f64; 2]>> = BTreeMap::new();
    for _ in 0..pairs {
        let (a, b) = (theirs(way, rows)?, ours(rows)?);
        if let Some(at) = a.values.iter().zip(&b.values).position(|(a, b)| !same(a, b)) {
            let (a, b) = (show(&a.values[at]), show(&b.values[at]));
            return Err(format!("values differ: {a} and {b} at formula {at}"));
        }
        all.entries_for("", [a.all(), b.all()]);
        all.entries_for("_set", [a.set, b.set]);
        all.entries_for("_recalculate", [a.run, b.run]);
        all.entries_for("_one_edit", [a.edit, b.edit]);
    }
    for (part, pairs) in all {
        set_pair(&format!("{name}{part}"), &pairs, figures);
    }
    Ok(())
}

trait Entries {
    fn entries_for(&mut self, part: &'static str, pair: [f64; 2]);
}

impl Entries for BTreeMap<&str, Vec<[f64; 2]>> {
    fn entries_for(&mut self, part: &'static str, pair: [f64; 2]) {
        self.entry(part).or_default().push(pair);
    }
}

/// Formulas and recalculation with a call per cell, both engines.
fn one_at_a_time(way: Way, figures: &mut Figures) -> Result<(), Failure> {
    let texts = texts(ROWS);
    let mut pairs = Vec::new();
    for _ in 0..3 {
        let mut a = published_with(way.config(), ROWS)?;
        let a = seconds(|| by_cell(&mut a, &texts))?;
        let mut b = Ours(ours_with(ROWS)?);
        let b = seconds(|| by_cell(&mut b, &texts))?;
        pairs.push([a, b]);
    }
    set_pair("wb_100k_one_at_a_time", &pairs, figures);
    Ok(())
}

fn by_cell(engine: &mut impl Engine, texts: &[Vec<String>]) -> Result<(), Failure> {
    for (row, texts) in (1..).zip(texts) {
        for (col, text) in (FIRST..).zip(texts) {
            engine.set_formula("Sheet1", row, col, text)?;
        }
    }
    engine.recalculate()
}

fn theirs(way: Way, rows: u32) -> Result<Times, Failure> {
    let mut book = published_with(way.config(), rows)?;
    let texts = texts(rows);
    let set = seconds(|| match way {
        Way::Batch | Way::Deferred => {
            book.0.set_formulas("Sheet1", 1, FIRST, &texts).map_err(|e| e.to_string())
        }
        Way::Bulk => {
            let mut trees = Vec::with_capacity(texts.len() * FORMULAS.len());
            for (row, texts) in (1..).zip(&texts) {
                for (col, text) in (FIRST..).zip(texts) {
                    let tree = formualizer_parse::parser::parse(text).map_err(|e| e.to_string())?;
                    trees.push((row, col, tree));
                }
            }
            let engine = book.0.engine_mut();
            engine.bulk_set_formulas("Sheet1", trees).map(|_| ()).map_err(|e| e.to_string())
        }
    })?;
    let run = seconds(|| book.recalculate())?;
    let values = results(&book, rows);
    book.set_value("Sheet1", rows / 2, 1, Value::Number(7.5))?;
    book.recalculate()?;
    let edit = seconds(|| {
        book.set_value("Sheet1", rows / 3, 1, Value::Number(8.5))?;
        book.recalculate()
    })?;
    Ok(Times { set, run, edit, values })
}

fn ours(rows: u32) -> Result<Times, Failure> {
    let mut book = Ours(ours_with(rows)?);
    let set = seconds(|| {
        for (col, template) in (FIRST..).zip(FORMULAS) {
            let text = template.replace('#', "1");
            let range = ((1, col), (rows, col));
            book.0.set_formulas("Sheet1", range, &text).map_err(|e| e.to_string())?;
        }
        Ok(())
    })?;
    let run = seconds(|| book.recalculate())?;
    let values = results(&book, rows);
    book.set_value("Sheet1", rows / 2, 1, Value::Number(7.5))?;
    book.recalculate()?;
    let edit = seconds(|| {
        book.set_value("Sheet1", rows / 3, 1, Value::Number(8.5))?;
        book.recalculate()
    })?;
    Ok(Times { set, run, edit, values })
}

/// The formulas of all rows as texts.
fn texts(rows: u32) -> Vec<Vec<String>> {
    let row = |row: u32| {
        let row = row.to_string();
        FORMULAS.iter().map(|template| template.replace('#', &row)).collect()
    };
    (1..=rows).map(row).collect()
}

/// The inputs: two columns of numbers, keys of the table, texts.
fn inputs(rows: u32) -> Vec<Vec<Value>> {
    let words = ["alpha", "beta", "gammadelta", "x", "epsilon-zeta", "eta theta"];
    (0..rows)
        .map(|row| {
            let n = f64::from(row);
            vec![
                Value::Number((n * 7.25) % 1000.0),
                Value::Number((n * 3.5) % 777.0),
                Value::Number(f64::from(row * 17 % KEYS)),
                Value::Text(format!("{}{}", words[row as usize % words.len()], row % 10)),
            ]
        })
        .collect()
}

fn table() -> Vec<Vec<Value>> {
    (0..KEYS)
        .map(|key| {
            let n = f64::from(key);
            vec![Value::Number(n), Value::Number(n * 1.5), Value::Text(format!("key {key}"))]
        })
        .collect()
}

fn published_with(config: WorkbookConfig, rows: u32) -> Result<Published, Failure> {
    let mut book = published::Workbook::new_with_config(config);
    if !book.has_sheet("Sheet1") {
        book.add_sheet("Sheet1").map_err(|e| e.to_string())?;
    }
    book.add_sheet("Table").map_err(|e| e.to_string())?;
    book.set_values("Sheet1", 1, 1, &inputs(rows)).map_err(|e| e.to_string())?;
    book.set_values("Table", 1, 1, &table()).map_err(|e| e.to_string())?;
    Ok(Published(book))
}

fn ours_with(rows: u32) -> Result<formualizer_workbook::Workbook, Failure> {
    let mut book = formualizer_workbook::Workbook::new();
    for (sheet, rows) in [("Sheet1", inputs(rows)), ("Table", table())] {
        book.add_sheet(sheet).map_err(|e| e.to_string())?;
        book.set_values(sheet, "A1", &rows).map_err(|e| e.to_string())?;
    }
    Ok(book)
}

/// Some of the values, every 97th row.
fn results(engine: &impl Engine, rows: u32) -> Vec<Value> {
    let row = |row| (FIRST..).take(FORMULAS.len()).map(move |col| (row, col));
    let cells = (1..=rows).step_by(97).flat_map(row);
    cells.map(|(row, col)| engine.value("Sheet1", row, col)).collect()
}

fn seconds(run: impl FnOnce() -> Result<(), Failure>) -> Result<f64, Failure> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed().as_secs_f64())
}

fn set_pair(name: &str, pairs: &[[f64; 2]], figures: &mut Figures) {
    let median = |values: Vec<f64>| {
        let mut values = values;
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let column = |at: usize| median(pairs.iter().map(|pair| pair[at]).collect());
    set(
        figures,
        &format!("{name}_vs_upstream"),
        median(pairs.iter().map(|[a, b]| b / a).collect()),
    );
    set(figures, &format!("{name}_upstream_ms"), column(0) * 1e3);
    set(figures, &format!("{name}_ms"), column(1) * 1e3);
}

fn set(figures: &mut Figures, name: &str, value: f64) {
    let rounded = (value * 1000.0).round() / 1000.0;
    println!("{name:52} {rounded}");
    figures.insert(name.to_owned(), json!(rounded));
}
