//! Holds every value of the formulas of `formulas.txt` against the published engine's.
//!
//! Ours is built twice, once filled down a column at a time and once a cell at a time. A difference that
//! `differences.md` does not list ends with exit code 1.

use fz_upstream::{
    Engine, Entry, Line, Ours, Published, Value, build, edits, fill, functions_of, inputs,
    read_lines, same, sheets, show,
};
use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
};

const FORMULAS: &str = include_str!("../../formulas.txt");
const DIFFERENCES: &str = include_str!("../../differences.md");

fn main() -> Result<ExitCode, String> {
    let lines = read_lines(FORMULAS)?;
    let listed = listed(DIFFERENCES);
    let sheets = sheets();
    let entries: Vec<Entry> =
        inputs().into_iter().chain(lines.iter().flat_map(Line::entries)).collect();
    let (mut theirs, refused) = build::<Published>(&sheets, &entries)?;
    let theirs_refused = by_cell(&entries, &refused);
    theirs.recalculate()?;

    // From below, since a formula that goes on the one right above would join its region.
    let mut apart = inputs();
    apart.extend(lines.iter().rev().flat_map(|line| line.entries().into_iter().rev()));
    let (mut lone, refused) = build::<Ours>(&sheets, &apart)?;
    let lone_refused = by_cell(&apart, &refused);
    lone.recalculate()?;

    let (mut filled, _) = build::<Ours>(&sheets, &inputs())?;
    let mut filled_refused = BTreeMap::new();
    for line in &lines {
        let (first, last) = line.block();
        let last = if line.array { first } else { last };
        let text = line.text(0).unwrap_or_default();
        if let Err(failure) = filled.0.set_formulas(line.sheet(), (first, last), &text) {
            for row in first.0..=last.0 {
                filled_refused.insert((line.sheet(), row, first.1), failure.to_string());
            }
        }
    }
    filled.recalculate()?;

    let known = |line: &&Line| is_known(line, &theirs, &theirs_refused);
    let functions: BTreeSet<String> =
        lines.iter().filter(known).flat_map(|line| functions_of(&line.template)).collect();
    let unknown: Vec<&str> =
        lines.iter().filter(|line| !known(line)).map(|line| line.template.as_str()).collect();
    println!("not known to the published engine: {}", unknown.join("  "));

    let mut unlisted = 0;
    for edited in [false, true] {
        if edited {
            // The values of a workbook that was edited after it was calculated, not built anew.
            fill(&mut theirs, &edits());
            theirs.recalculate()?;
            for ours in [&mut filled, &mut lone] {
                fill(ours, &edits());
                ours.recalculate()?;
            }
        }
        let their_side = Side { engine: &theirs, refused: &theirs_refused };
        for (how, engine, refused) in
            [("filled down", &filled, &filled_refused), ("one at a time", &lone, &lone_refused)]
        {
            let name = if edited { format!("{how}, edited") } else { how.to_owned() };
            let mut count = Count::default();
            for line in &lines {
                compare(line, &their_side, &Side { engine, refused }, &listed, &name, &mut count);
            }
            println!(
                "{name}: {} formulas over {} functions: {} equal, {} different ({} values listed, {} not)",
                count.formulas,
                functions.len(),
                count.formulas - count.different,
                count.different,
                count.listed,
                count.unlisted
            );
            unlisted += count.unlisted;
        }
    }
    for row in listed.iter().filter(|row| !row.used.get()) {
        println!("listed, but no longer different: {}: {}, {}", row.key, row.theirs, row.ours);
    }
    Ok(if unlisted == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An engine's values, and what it refused to store.
struct Side<'a, E> {
    engine: &'a E,
    refused: &'a BTreeMap<Place, String>,
}

#[derive(Default)]
struct Count {
    formulas: u32,
    different: u32,
    listed: u32,
    unlisted: u32,
}

/// Compares all values of a line and prints those that differ.
fn compare(
    line: &Line,
    theirs: &Side<'_, Published>,
    ours: &Side<'_, Ours>,
    known: &[Difference],
    name: &str,
    count: &mut Count,
) {
    let ((top, left), (bottom, right)) = line.block();
    let mut any = false;
    for row in top..=bottom {
        let mut differs = false;
        for col in left..=right {
            let cell = (line.sheet(), row, col);
            let a = outcome(theirs.engine, theirs.refused, cell);
            let b = outcome(ours.engine, ours.refused, cell);
            if a.same(&b) {
                continue;
            }
            differs = true;
            let (a, b) = (a.show(), b.show());
            if known.iter().any(|row| row.covers(line, &a, &b)) {
                count.listed += 1;
                continue;
            }
            count.unlisted += 1;
            let text = line.text(if line.array { 0 } else { row - top }).unwrap_or_default();
            let place = match line.array {
                true => format!(" (row {}, column {} of it)", row - top + 1, col - left + 1),
                false => String::new(),
            };
            println!("{name}: {text}{place}: theirs {a}, ours {b}");
        }
        any |= differs;
        if !line.array {
            count.formulas += 1;
            count.different += u32::from(differs);
        }
    }
    if line.array {
        count.formulas += 1;
        count.different += u32::from(any);
    }
}

/// Whether the published engine has what the formula calls. What it has not is `#NAME?` in both, and compares
/// nothing.
fn is_known(line: &Line, theirs: &Published, refused: &BTreeMap<Place, String>) -> bool {
    let ((top, left), (bottom, _)) = line.block();
    (top..=bottom).any(|row| {
        let value = outcome(theirs, refused, (line.sheet(), row, left)).show();
        value != "#NAME?" && value != "(blank)" && !value.starts_with("refused")
    })
}

type Place = (&'static str, u32, u32);

fn by_cell(entries: &[Entry], refused: &BTreeMap<usize, String>) -> BTreeMap<Place, String> {
    refused
        .iter()
        .map(|(number, failure)| {
            let entry = &entries[*number];
            ((entry.sheet, entry.row, entry.col), failure.clone())
        })
        .collect()
}

/// What came of a formula.
enum Outcome {
    Refused(String),
    Is(Value),
}

fn outcome(engine: &impl Engine, refused: &BTreeMap<Place, String>, cell: Place) -> Outcome {
    match refused.get(&cell) {
        Some(failure) => Outcome::Refused(failure.clone()),
        None => Outcome::Is(engine.value(cell.0, cell.1, cell.2)),
    }
}

impl Outcome {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Is(a), Self::Is(b)) => same(a, b),
            (Self::Refused(_), Self::Refused(_)) => true,
            _ => false,
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Refused(failure) => format!("refused: {failure}"),
            Self::Is(value) => show(value),
        }
    }
}

/// A row of the table of known differences.
struct Difference {
    /// Something differs as it says.
    used: Cell<bool>,
    key: String,
    theirs: String,
    ours: String,
}

impl Difference {
    /// Whether the row is about this formula and these values; `…` stands for any value.
    fn covers(&self, line: &Line, theirs: &str, ours: &str) -> bool {
        let key = self.key == line.template || functions_of(&line.template).contains(&self.key);
        let fits = |pattern: &str, value: &str| pattern == "…" || pattern == value;
        let covers = key && fits(&self.theirs, theirs) && fits(&self.ours, ours);
        if covers {
            self.used.set(true);
        }
        covers
    }
}

/// The rows of the table: a function or formula in backticks, theirs, ours, why.
fn listed(table: &str) -> Vec<Difference> {
    table
        .lines()
        .filter_map(|line| {
            // `|` may stand in a formula: the last three cells are plain.
            let line = line.trim().strip_prefix("| `")?.strip_suffix('|')?;
            let (key, rest) = line.split_once("` | ")?;
            let cells: Vec<&str> = rest.split(" | ").map(str::trim).collect();
            let cell = |at: usize| cells.get(at).map(|c| c.trim_matches('`').to_owned());
            Some(Difference {
                used: Cell::new(false),
                key: key.to_owned(),
                theirs: cell(0)?,
                ours: cell(1)?,
            })
        })
        .collect()
}
