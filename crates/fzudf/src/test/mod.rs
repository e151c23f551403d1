//! `fzudf test`: the examples of a plugin's manifest, and random rows run in every way.
//!
//! ```text
//! examples    calls with known results
//! agreement   the same rows on every engine, in batches of any size, in any number of threads
//! omission    arguments left out: defaults, nulls, and what does not stand in the frame
//!   random    arguments from the types of the parameters
//!   case      the arguments of one call, whole or in part
//!   shrink    the fewest rows of a call that still show something
//!   outcome   what a call gave, held against what it gave elsewhere
//! neighbours  calls of other functions that come first
//! problem     what is wrong however a function is run
//! tally       how many rows gave what
//! values      single values: read from JSON, compared, shown
//! ```

mod agreement;
mod case;
mod examples;
mod neighbours;
mod omission;
mod outcome;
mod problem;
pub(crate) mod random;
mod report;
mod shrink;
mod tally;
mod values;

use crate::{
    engines,
    exit::{Exit, Failure, complain, printable},
    stdout,
    table::read_module,
};
use agreement::OnEngine;
use clap::Args;
use report::{FunctionReport, Report};
use std::{path::PathBuf, time::Duration};
use udf_columnar::Limits;

/// Run a plugin's examples, and random rows in every way.
#[derive(Args, Debug)]
pub(crate) struct TestArgs {
    /// The plugin (.wasm)
    file: PathBuf,
    /// Test these functions only
    #[arg(value_name = "FUNCTION")]
    functions: Vec<String>,
    /// Random rows of each function; 0 runs the examples only
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=10_000_000))]
    rows: u32,
    /// Another seed gives other random rows
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Print the results as JSON
    #[arg(long)]
    json: bool,
}

/// What stands behind `--help`.
pub(crate) const HELP: &str = "\
Examples are those of the manifest; numbers may differ by a billionth of the larger one.

Random rows follow the types of the parameters: ordinary values, then nulls and errors among them,
then the ends of each type, what is not finite, and odd texts. Each row is run on every engine,
in batches of several sizes, in one thread and in several, and after other calls in the same
session, of the function and of the module's others. The results must be the same, bit for bit, errors and panics included: a function that
remembers something between calls, or looks at a NaN's bits, is found out. Of a difference the
shortest call that shows it is printed.

What all runs agree on may still be wrong. These fail too, each with its code and what to do:
  invalid-result  an answer breaks docs/abi.md
  always-traps    every ordinary row panics or traps
  no-value        every ordinary row is an error, and no example gives a value
  limit           one ordinary row takes more than 2 s, or more memory or stack than there is
  not-callable    calls fail before the function is reached
  never-called    no row reaches the function
  default         an argument left out, or null, is not what the manifest's default is
  omitted         left out, null, and not in the frame at all, are not the same to the function
and so does a run in which nothing is tested. For each function the rows (the calls, of a function
that sees whole columns) are counted by what they gave.

Exit codes: 0 all hold, 2 usage, 3 module refused, 4 an example or an agreement does not hold, or
there is such a problem, 5 the file cannot be read.";

/// Time of one call: random arguments make some functions run for very long.
const CALL_TIME: Duration = Duration::from_secs(2);

pub(crate) fn run(args: &TestArgs) -> Result<(), Failure> {
    let limits = Limits::builder().batch_deadline(CALL_TIME).call_deadline(CALL_TIME).build()?;
    let bytes = read_module(&args.file, &limits)?;
    let mut on = Vec::new();
    for runtime in engines::all(&limits)? {
        let module =
            runtime.load(&bytes).map_err(|e| Failure::from(e).context(args.file.display()))?;
        on.push(OnEngine { engine: runtime.name(), module });
    }
    let Some(first) = on.first() else {
        return Err(Failure::new(Exit::Call, "this fzudf has no engine"));
    };
    let mut report = Report {
        file: args.file.display().to_string(),
        engines: on.iter().map(|on| on.engine).collect(),
        seed: args.seed,
        functions: Vec::new(),
    };
    for function in &first.module.manifest().disabled {
        complain(format_args!("warning: not tested: {}", function.reason()));
    }
    let all = first.module.manifest().functions.clone();
    let wanted =
        args.functions.iter().map(|name| Ok(first.module.signature(name)?.name().to_owned()));
    let wanted: Vec<String> = wanted.collect::<Result<_, Failure>>()?;
    let calls = match args.rows {
        0 => Vec::new(),
        _ => neighbours::of(&first.module, args.seed),
    };
    for (index, function) in all.iter().enumerate() {
        if !wanted.is_empty() && !wanted.contains(&function.name) {
            continue;
        }
        // Each function has a seed of its own: what it gets does not depend on the others.
        let seed = args.seed.wrapping_mul(0x9e37_79b9).wrapping_add(index as u64);
        let tested = FunctionReport::of(&on, &function.name, &calls, args.rows as usize, seed)?;
        if !args.json {
            stdout::print(&printable(&tested.as_text(&report.engines)))?;
        }
        report.functions.push(tested);
    }
    match args.json {
        true => stdout::print_json(&report.as_json())?,
        false => stdout::print(&printable(&report.summary()))?,
    }
    match report.problem() {
        None => Ok(()),
        Some(problem) => {
            let failure = Failure::new(Exit::Call, format!("{}: {problem}", report.file));
            Err(failure.hint(match report.tests_nothing() {
                true => "give its functions examples, and do not set --rows to 0".to_owned(),
                false => format!("--seed {} repeats the same rows", args.seed),
            }))
        }
    }
}
