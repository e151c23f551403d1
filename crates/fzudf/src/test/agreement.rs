//! Whether a function gives the same however it is run: on every engine, in batches of any size,
//! in one thread or several, in a fresh instance or a used one.

use super::{
    case::Case,
    outcome::{Difference, Outcome, Way, difference, is_inconclusive, run, summary},
    random::{self, Flavour, Random},
};
use std::{fmt, ops::Range, sync::Arc};
use udf_columnar::{Error, Signature, UdfModule};

/// A module on one engine.
pub(crate) struct OnEngine {
    pub(crate) engine: &'static str,
    pub(crate) module: Arc<dyn UdfModule>,
}

/// What was found out about one function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agreement {
    /// Random rows that were compared.
    pub(crate) rows: u64,
    /// Calls that were made.
    pub(crate) calls: u64,
    pub(crate) disagreement: Option<Disagreement>,
    /// Why some of the cases say nothing.
    pub(crate) inconclusive: Option<String>,
    /// Rows, of those compared, on which the function trapped, and the first of them.
    pub(crate) trapped: u64,
    pub(crate) first_trap: Option<String>,
}

/// A call that gives one thing here and another there.
#[derive(Clone, Debug)]
pub(crate) struct Disagreement {
    /// The shortest call that was found to do so.
    pub(crate) call: String,
    pub(crate) one: String,
    pub(crate) other: String,
    /// How the one and the other were run.
    pub(crate) ways: (String, String),
}

/// A way of running on an engine.
#[derive(Clone, Copy)]
struct Variant<'m> {
    on: &'m OnEngine,
    way: Way,
}

impl fmt::Display for Variant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.on.engine)?;
        if let Some(rows) = self.way.batch_rows {
            write!(f, ", batches of {rows}")?;
        }
        if self.way.threads > 1 {
            write!(f, ", {} threads", self.way.threads)?;
        }
        if self.way.calls_before > 0 {
            f.write_str(", after another call")?;
        }
        Ok(())
    }
}

impl Variant<'_> {
    fn run(&self, signature: &Arc<Signature>, case: &Case) -> Outcome {
        run(&self.on.module, signature, case, self.way)
    }
}

/// Seed and clock of volatile functions: the same for every run that is compared.
const VOLATILE: (u64, i64) = (0x5eed, 1_700_000_000_000_000);

/// The ways that must agree; the first one is what the others are held against.
fn variants<'m>(engines: &'m [OnEngine], signature: &Signature) -> Vec<Variant<'m>> {
    let plain = Way { volatile: VOLATILE, ..Way::PLAIN };
    let mut ways = vec![plain, Way { calls_before: 1, ..plain }];
    if signature.is_elementwise() {
        let cut = |rows, threads| Way { batch_rows: Some(rows), threads, ..plain };
        ways.extend([cut(1, 1), cut(7, 2), cut(64, 4), cut(1_000, 1)]);
    }
    engines.iter().flat_map(|on| ways.iter().map(move |way| Variant { on, way: *way })).collect()
}

/// Runs a function over about this many random rows, in all ways.
///
/// # Errors
/// Where no arguments can be made for it.
pub(crate) fn check(
    engines: &[OnEngine],
    signature: &Arc<Signature>,
    rows: usize,
    seed: u64,
) -> Result<Agreement, Error> {
    let variants = variants(engines, signature);
    let mut found = Agreement::default();
    let mut random = Random::new(seed);
    // A third of the rows each; and always none and one.
    let each = rows.div_ceil(Flavour::ALL.len()).max(1);
    let whole = !signature.is_elementwise();
    for flavour in Flavour::ALL {
        // A call that sees whole columns looks at them together: several short ones tell more.
        let sizes: Vec<usize> = match whole {
            true => vec![0, 1, 2, 7, each.min(100), each],
            false => vec![0, 1, each],
        };
        for size in sizes {
            let case = random::case(&mut random, signature, size, flavour)?;
            if !one_case(&variants, signature, &case, &mut found) {
                return Ok(found);
            }
            if found.inconclusive.is_some() && flavour == Flavour::Extreme {
                // What does not end once will not end the next time.
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// Runs one case in all ways; false where they disagree.
fn one_case(
    variants: &[Variant<'_>],
    signature: &Arc<Signature>,
    case: &Case,
    found: &mut Agreement,
) -> bool {
    let Some((first, others)) = variants.split_first() else { return true };
    let expected = first.run(signature, case);
    found.calls += 1;
    if is_inconclusive(&expected) {
        found.inconclusive = Some(summary(&expected));
        return true;
    }
    note_traps(signature, case, &expected, found);
    for other in others {
        let outcome = other.run(signature, case);
        found.calls += 1;
        if is_inconclusive(&outcome) {
            found.inconclusive = Some(format!("{other}: {}", summary(&outcome)));
            continue;
        }
        if let Some(difference) = difference(&expected, &outcome, case.first_row) {
            found.disagreement = Some(shortest(*first, *other, signature, case, difference));
            return false;
        }
    }
    found.rows += case.rows() as u64;
    true
}

fn note_traps(signature: &Signature, case: &Case, outcome: &Outcome, found: &mut Agreement) {
    match outcome {
        Ok(output) => {
            found.trapped += output.failed_rows;
            if let (None, Some(failure)) = (&found.first_trap, output.failures.first()) {
                let row = usize::try_from(failure.row).unwrap_or(usize::MAX);
                let call = case.part(row..row.saturating_add(1)).show(signature);
                found.first_trap = Some(format!("{call}: {}", failure.message));
            }
        }
        Err(error) if error.is_trap() => {
            found.trapped += 1;
            let text = || format!("{}: {}", case.show(signature), error.message());
            found.first_trap.get_or_insert_with(text);
        }
        Err(_) => {}
    }
}

/// Most calls that are spent on finding a shorter one.
const SHORTENINGS: usize = 200;

/// The fewest rows that still show a difference, by leaving out halves, quarters and so on.
fn shortest(
    one: Variant<'_>,
    other: Variant<'_>,
    signature: &Arc<Signature>,
    case: &Case,
    difference_of_all: Difference,
) -> Disagreement {
    let differ = |rows: &Range<usize>| {
        let part = case.part(rows.clone());
        let (a, b) = (one.run(signature, &part), other.run(signature, &part));
        let conclusive = !is_inconclusive(&a) && !is_inconclusive(&b);
        conclusive.then(|| difference(&a, &b, part.first_row)).flatten()
    };
    let mut rows = 0..case.rows();
    let mut difference = difference_of_all;
    let mut left = SHORTENINGS;
    // The row that differs, alone, is what most differences come down to.
    if let Some(row) = difference.row.filter(|row| *row < rows.end)
        && let Some(found) = differ(&(row..row + 1))
    {
        (rows, difference) = (row..row + 1, found);
    }
    let mut piece = rows.len() / 2;
    while piece > 0 && left > 0 {
        let shorter = [rows.start + piece..rows.end, rows.start..rows.end - piece];
        let found = shorter.into_iter().find_map(|part| {
            left = left.saturating_sub(1);
            differ(&part).map(|difference| (part, difference))
        });
        match found {
            Some((part, found)) => {
                (rows, difference) = (part, found);
                piece = piece.min(rows.len() / 2);
            }
            None => piece /= 2,
        }
    }
    let place = match difference.row {
        Some(row) if rows.len() > 1 => format!(" in row {row}"),
        _ => String::new(),
    };
    Disagreement {
        call: case.part(rows).show(signature),
        one: format!("{}{place}", difference.one),
        other: format!("{}{place}", difference.other),
        ways: (one.to_string(), other.to_string()),
    }
}

#[cfg(test)]
mod tests;
