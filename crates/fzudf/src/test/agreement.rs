//! Whether a function gives the same however it is run: on every engine, in batches of any size,
//! in one thread or several, in a fresh instance or a used one. And whether what it gives is any
//! good: what breaks the contract everywhere alike agrees with itself.

use super::{
    case::Case,
    neighbours,
    outcome::{
        Difference, Made, Outcome, Way, difference, is_inconclusive, is_limit, run_after, summary,
    },
    problem::{Code, Problem},
    random::{self, Flavour, Random},
    shrink::fewest,
    tally::Tally,
};
use std::{fmt, ops::ControlFlow, sync::Arc};
use udf_columnar::{Error, ErrorKind, Signature, UdfModule};

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
    /// What the rows gave, or the calls.
    pub(crate) tally: Tally,
    /// The same, of ordinary rows without nulls and errors.
    pub(crate) plain: Tally,
    /// Ordinary rows, nulls and errors among them or not, that gave a value.
    pub(crate) ordinary_values: u64,
    /// Whether the ordinary rows gave errors only.
    pub(crate) gives_no_value: bool,
    /// Calls that reached the guest.
    guest_calls: u64,
    pub(crate) disagreement: Option<Disagreement>,
    /// What is wrong however the function is run.
    pub(crate) problem: Option<Problem>,
    /// Why some of the cases say nothing.
    pub(crate) inconclusive: Option<String>,
    /// The first of the rows, or calls, on which the function trapped.
    pub(crate) first_trap: Option<String>,
    /// Engines that some rows are too many for.
    slow: Vec<&'static str>,
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
    /// Calls of other functions that come first.
    others: &'m [Made],
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
        if !self.others.is_empty() {
            f.write_str(", after calls of other functions")?;
        }
        Ok(())
    }
}

impl Variant<'_> {
    fn run(&self, signature: &Arc<Signature>, case: &Case) -> Outcome {
        run_after(&self.on.module, self.others, signature, case, self.way)
    }
}

/// The ways that must agree; the first one is what the others are held against.
fn variants<'m>(
    engines: &'m [OnEngine],
    signature: &Signature,
    others: &'m [Made],
) -> Vec<Variant<'m>> {
    let plain = Way::SEEDED;
    let mut ways = vec![plain, Way { calls_before: 1, ..plain }];
    if signature.is_elementwise() {
        let cut = |rows, threads| Way { batch_rows: Some(rows), threads, ..plain };
        ways.extend([cut(1, 1), cut(7, 2), cut(64, 4), cut(1_000, 1)]);
    }
    let mut variants = Vec::new();
    for on in engines {
        variants.extend(ways.iter().map(|way| Variant { on, others: &[], way: *way }));
        if !others.is_empty() {
            variants.push(Variant { on, others, way: plain });
        }
    }
    variants
}

/// Runs a function over about this many random rows, in all ways; `calls` are calls of the module's functions.
///
/// # Errors
/// Where no arguments can be made for it.
pub(crate) fn check(
    engines: &[OnEngine],
    signature: &Arc<Signature>,
    calls: &[Made],
    rows: usize,
    seed: u64,
) -> Result<Agreement, Error> {
    let others = neighbours::without(calls, signature);
    let mut test = Test {
        variants: variants(engines, signature, &others),
        signature,
        found: Agreement::default(),
    };
    if !test.compares() {
        // With a seed and a clock that are given, a volatile function has no such excuse.
        let why = "the function says of itself that its results may differ: they are not compared";
        test.found.inconclusive = Some(why.to_owned());
    }
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
            if test.case(&case, flavour).is_break() {
                return Ok(test.found);
            }
        }
    }
    test.conclude();
    Ok(test.found)
}

/// A function that is being tested.
struct Test<'m> {
    variants: Vec<Variant<'m>>,
    signature: &'m Arc<Signature>,
    found: Agreement,
}

impl Test<'_> {
    fn compares(&self) -> bool {
        self.signature.function().deterministic || self.signature.function().volatile
    }

    /// Runs one case in all ways; ends the test where something is found that needs no more cases.
    fn case(&mut self, case: &Case, flavour: Flavour) -> ControlFlow<()> {
        let Some((first, others)) = self.variants.split_first() else {
            return ControlFlow::Break(());
        };
        let (first, others) = (*first, others.to_vec());
        let expected = first.run(self.signature, case);
        self.found.calls += 1;
        self.note(case, flavour, &expected);
        self.judge(first, case, &expected)?;
        if flavour.is_ordinary() {
            self.limits(first, case, &expected)?;
        }
        if is_inconclusive(&expected) {
            self.found.inconclusive.get_or_insert_with(|| summary(&expected));
            // What does not end once will not end the next time.
            return match flavour.is_ordinary() {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            };
        }
        for other in others {
            let is_slow = self.found.slow.contains(&other.on.engine);
            if is_slow && case.rows() > 1 {
                continue;
            }
            let outcome = other.run(self.signature, case);
            self.found.calls += 1;
            self.judge(other, case, &outcome)?;
            if is_inconclusive(&outcome) {
                self.found.slow.push(other.on.engine);
                let why = || format!("{other}: {}", summary(&outcome));
                self.found.inconclusive.get_or_insert_with(why);
                continue;
            }
            if !self.compares() {
                continue;
            }
            if let Some(difference) = difference(&expected, &outcome, case.first_row) {
                let shortest = shortest(first, other, self.signature, case, difference);
                self.found.disagreement = Some(shortest);
                return ControlFlow::Break(());
            }
        }
        self.found.rows += case.rows() as u64;
        ControlFlow::Continue(())
    }

    /// Counts what a case gave.
    fn note(&mut self, case: &Case, flavour: Flavour, outcome: &Outcome) {
        let signature = self.signature;
        let mut tally = Tally::default();
        tally.add(signature, case.rows(), outcome);
        self.found.tally += tally;
        if flavour == Flavour::Plain {
            self.found.plain += tally;
        }
        if flavour.is_ordinary() {
            self.found.ordinary_values += tally.values;
        }
        match outcome {
            Ok(output) => {
                self.found.guest_calls += output.guest_calls;
                let trap =
                    output.failures.iter().find(|f| !matches!(f.kind, ErrorKind::Function(_)));
                if let (None, Some(failure)) = (&self.found.first_trap, trap) {
                    let row = usize::try_from(failure.row).unwrap_or(usize::MAX);
                    let call = case.part(row..row.saturating_add(1)).show(signature);
                    self.found.first_trap = Some(format!("{call}: {}", failure.message));
                }
            }
            Err(error) => {
                self.found.guest_calls += 1;
                if error.is_trap() {
                    let text = || format!("{}: {}", case.show(signature), error.message());
                    self.found.first_trap.get_or_insert_with(text);
                }
            }
        }
    }

    /// Ends the test where an outcome breaks the contract, or is none of the function's.
    fn judge(&mut self, way: Variant<'_>, case: &Case, outcome: &Outcome) -> ControlFlow<()> {
        let Some(first) = broken(outcome) else { return ControlFlow::Continue(()) };
        let code = first.0;
        let (part, (_, why)) = fewest(case, first, None, |part| {
            broken(&way.run(self.signature, part)).filter(|(found, _)| *found == code)
        });
        self.problem(code, format!("{}: {why} ({way})", part.show(self.signature)))
    }

    /// Ends the test where an ordinary row alone is too much.
    fn limits(&mut self, way: Variant<'_>, case: &Case, outcome: &Outcome) -> ControlFlow<()> {
        let Some(first) = over_limit(outcome) else { return ControlFlow::Continue(()) };
        let (row, _) = first;
        let (part, (_, why)) =
            fewest(case, first, row, |part| over_limit(&way.run(self.signature, part)));
        if part.rows() > 1 && self.signature.is_elementwise() {
            // Many rows take long, none of them alone: slow, and not endless.
            return ControlFlow::Continue(());
        }
        self.problem(
            Code::Limit,
            format!("an ordinary call is too much, {}: {why} ({way})", part.show(self.signature)),
        )
    }

    fn problem(&mut self, code: Code, message: String) -> ControlFlow<()> {
        self.found.problem = Some(Problem::new(code, message));
        ControlFlow::Break(())
    }

    /// What the cases say together.
    fn conclude(&mut self) {
        let found = &self.found;
        let plain = &found.plain;
        let noun = if self.signature.is_elementwise() { "row" } else { "call" };
        let gives_none = found.ordinary_values == 0 && plain.nulls == 0;
        if found.guest_calls == 0 {
            let message = format!("no random {noun} reaches the function");
            self.found.problem = Some(Problem::new(Code::NeverCalled, message));
        } else if gives_none && plain.errors == 0 && plain.traps > 0 {
            let first = found.first_trap.clone().unwrap_or_default();
            let message = format!("every ordinary {noun} traps, such as {first}");
            self.found.problem = Some(Problem::new(Code::AlwaysTraps, message));
        } else if gives_none && plain.errors > 0 {
            self.found.gives_no_value = true;
        }
    }
}

/// What makes an outcome none that a function may have.
fn broken(outcome: &Outcome) -> Option<(Code, String)> {
    match outcome {
        Ok(output) => {
            let row = output.failures.iter().find(|f| f.kind == ErrorKind::InvalidResult)?;
            Some((Code::InvalidResult, row.message.clone()))
        }
        Err(error) => match error.kind() {
            ErrorKind::InvalidResult => Some((Code::InvalidResult, error.to_string())),
            ErrorKind::Function(_) | ErrorKind::Trap | ErrorKind::Cancelled | ErrorKind::Busy => {
                None
            }
            kind if is_limit(kind) => None,
            _ => Some((Code::NotCallable, error.to_string())),
        },
    }
}

/// The row that ran into a limit, where rows can be told apart, and the limit's message.
fn over_limit(outcome: &Outcome) -> Option<(Option<usize>, String)> {
    match outcome {
        Ok(output) => {
            let row = output.failures.iter().find(|f| is_limit(f.kind))?;
            Some((usize::try_from(row.row).ok(), format!("{:?}: {}", row.kind, row.message)))
        }
        Err(error) => is_limit(error.kind()).then(|| (None, summary(outcome))),
    }
}

/// The fewest rows that still show a difference.
fn shortest(
    one: Variant<'_>,
    other: Variant<'_>,
    signature: &Arc<Signature>,
    case: &Case,
    all: Difference,
) -> Disagreement {
    let row = all.row;
    let (part, difference) = fewest(case, all, row, |part| {
        let (a, b) = (one.run(signature, part), other.run(signature, part));
        let conclusive = !is_inconclusive(&a) && !is_inconclusive(&b);
        conclusive.then(|| difference(&a, &b, part.first_row)).flatten()
    });
    let place = match difference.row {
        Some(row) if part.rows() > 1 => format!(" in row {row}"),
        _ => String::new(),
    };
    Disagreement {
        call: part.show(signature),
        one: format!("{}{place}", difference.one),
        other: format!("{}{place}", difference.other),
        ways: (one.to_string(), other.to_string()),
    }
}

#[cfg(test)]
mod tests;
