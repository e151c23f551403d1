//! Holds every value of the formulas of `formulas.txt` against the published engine's.
//!
//! Ours is built twice, once filled down a column at a time and once a cell at a time. A difference that
//! `differences.md` does not list ends with exit code 1.

use fz_upstream::{
    Engine, Entry, Line, Ours, Published, Value, build, functions_of, inputs, read_lines, same,
    sheets, show,
};
use std::{
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

    let functions: BTreeSet<String> =
        lines.iter().flat_map(|line| functions_of(&line.template)).collect();
    let mut unlisted = 0;
    for (name, ours, ours_refused) in
        [("filled down", &filled, &filled_refused), ("one at a time", &lone, &lone_refused)]
    {
        let (mut formulas, mut different, mut excused) = (0, 0, 0);
        for line in &lines {
            let (first, last) = line.block();
            let mut shown = 0;
            let mut array_differs = false;
            for row in first.0..=last.0 {
                let mut differs = false;
                for col in first.1..=last.1 {
                    let cell = (line.sheet(), row, col);
                    let a = outcome(&theirs, &theirs_refused, cell);
                    let b = outcome(ours, ours_refused, cell);
                    if a.same(&b) {
                        continue;
                    }
                    differs = true;
                    let reason = listed.iter().find(|d| d.covers(line, &a.show(), &b.show()));
                    let mark = if reason.is_some() { "listed" } else { "DIFFERENT" };
                    if reason.is_none() {
                        unlisted += 1;
                    }
                    shown += 1;
                    if shown <= 6 || reason.is_none() {
                        let offset = if line.array { 0 } else { row - first.0 };
                        let text = line.text(offset).unwrap_or_default();
                        let place = if line.array {
                            format!(" [{},{}]", row - first.0, col - first.1)
                        } else {
                            String::new()
                        };
                        println!(
                            "{mark} ({name}): {text}{place}: theirs {}, ours {}",
                            a.show(),
                            b.show()
                        );
                    }
                    if reason.is_some() {
                        excused += 1;
                    }
                }
                if line.array {
                    array_differs |= differs;
                } else {
                    formulas += 1;
                    different += u32::from(differs);
                }
            }
            if line.array {
                formulas += 1;
                different += u32::from(array_differs);
            }
        }
        println!(
            "{name}: {formulas} formulas over {} functions: {} equal, {different} different ({excused} cells listed)",
            functions.len(),
            formulas - different
        );
    }
    println!("{unlisted} cells differ without a listed reason");
    Ok(if unlisted == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
    key: String,
    theirs: String,
    ours: String,
}

impl Difference {
    /// Whether the row is about this formula and these values; `…` stands for any value.
    fn covers(&self, line: &Line, theirs: &str, ours: &str) -> bool {
        let key = self.key == line.template || functions_of(&line.template).contains(&self.key);
        let fits = |pattern: &str, value: &str| pattern == "…" || pattern == value;
        key && fits(&self.theirs, theirs) && fits(&self.ours, ours)
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
            Some(Difference { key: key.to_owned(), theirs: cell(0)?, ours: cell(1)? })
        })
        .collect()
}
