//! What a call gave, held against what it gave elsewhere.

use super::{
    case::Case,
    values::{Exactness, agree, cell, show},
};
use std::sync::Arc;
use udf_backends::native::Cell;
use udf_columnar::{
    Column, Error, ErrorKind, OneLine, Output, SessionOptions, Signature, UdfModule,
};

/// A result, or why there is none.
pub(crate) type Outcome = Result<Output, Error>;

/// How a call is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// Rows of a batch; chosen by their width if absent.
    pub(crate) batch_rows: Option<usize>,
    pub(crate) threads: usize,
    /// Calls before the one that counts, in the same session.
    pub(crate) calls_before: usize,
    /// Seed and clock of volatile functions.
    pub(crate) volatile: (u64, i64),
}

impl Way {
    /// One call in one thread.
    pub(crate) const PLAIN: Self =
        Self { batch_rows: None, threads: 1, calls_before: 0, volatile: (0, 0) };
    /// Likewise, with a seed and a clock for volatile functions: the same for every run that is compared.
    pub(crate) const SEEDED: Self =
        Self { volatile: (0x5eed, 1_700_000_000_000_000), ..Self::PLAIN };
}

/// A call of a function.
pub(crate) type Made = (Arc<Signature>, Case);

/// Runs a case in a session of its own.
pub(crate) fn run(
    module: &Arc<dyn UdfModule>,
    signature: &Arc<Signature>,
    case: &Case,
    way: Way,
) -> Outcome {
    run_after(module, &[], signature, case, way)
}

/// Likewise, after calls of other functions in the same session.
pub(crate) fn run_after(
    module: &Arc<dyn UdfModule>,
    others: &[Made],
    signature: &Arc<Signature>,
    case: &Case,
    way: Way,
) -> Outcome {
    let options = SessionOptions::default()
        .batch_rows(way.batch_rows)
        .threads(way.threads)
        .volatile(way.volatile.0, way.volatile.1);
    let mut session = module.open(options);
    for (other, case) in others {
        let _earlier = session.call(other, case.call());
    }
    for _ in 0..way.calls_before {
        // A call that fails is as good a predecessor as any.
        let _earlier = session.call(signature, case.call());
    }
    session.call(signature, case.call())
}

/// Whether an outcome says nothing about a function: it ran out of time.
pub(crate) fn is_inconclusive(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(|e| {
        matches!(
            e.kind(),
            ErrorKind::DeadlineExceeded
                | ErrorKind::Busy
                | ErrorKind::Cancelled
                | ErrorKind::StackExhausted
        )
    })
}

/// Whether a failure is a limit's: there was no more time, memory or stack.
pub(crate) fn is_limit(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::DeadlineExceeded | ErrorKind::MemoryLimitExceeded | ErrorKind::StackExhausted
    )
}

/// Where two outcomes differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The first row that differs, where rows can be told apart.
    pub(crate) row: Option<usize>,
    /// What the one and the other gave.
    pub(crate) one: String,
    pub(crate) other: String,
}

/// The first difference between two outcomes of a case whose rows begin at `first_row` of the
/// whole input.
pub(crate) fn difference(one: &Outcome, other: &Outcome, first_row: usize) -> Option<Difference> {
    match (one, other) {
        (Ok(one), Ok(other)) => of_outputs(one, other, first_row as u64),
        (Err(a), Err(b)) if same_error(a, b) => None,
        _ => Some(Difference { row: None, one: summary(one), other: summary(other) }),
    }
}

/// A message is the function's own only where it answered an error: engines word traps differently.
fn same_error(a: &Error, b: &Error) -> bool {
    let is_own = matches!(a.kind(), ErrorKind::Function(_));
    a.kind() == b.kind() && (!is_own || a.message() == b.message())
}

/// An outcome in a few words.
pub(crate) fn summary(outcome: &Outcome) -> String {
    match outcome {
        Err(error) => format!("{:?}: {}", error.kind(), OneLine(error.message())),
        Ok(output) => match output.columns.as_slice() {
            [one] if one.len() == 1 => show(one, 0),
            columns => shape(columns),
        },
    }
}

fn shape(columns: &[Column]) -> String {
    let columns: Vec<String> =
        columns.iter().map(|c| format!("{} × {}", c.len(), c.dtype())).collect();
    format!("[{}]", columns.join(", "))
}

fn of_outputs(one: &Output, other: &Output, first_row: u64) -> Option<Difference> {
    let (a, b) = (&one.columns, &other.columns);
    let same_shape = a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| a.len() == b.len() && a.dtype() == b.dtype());
    if !same_shape {
        return Some(Difference { row: None, one: shape(a), other: shape(b) });
    }
    let failure = |output: &Output, row: usize| {
        let row = first_row + row as u64;
        output.failures.iter().find(|f| f.row == row).map(|f| f.kind)
    };
    // An output lists the first failures only: of the others nobody knows the kind.
    let unlisted = |output: &Output, row: usize| {
        output.failed_rows > output.failures.len() as u64
            && output.failures.last().is_none_or(|last| last.row < first_row + row as u64)
    };
    for (a, b) in a.iter().zip(b) {
        for row in 0..a.len() {
            let (kind_a, kind_b) = (failure(one, row), failure(other, row));
            // How deep a call may nest is each engine's own.
            if [kind_a, kind_b].contains(&Some(ErrorKind::StackExhausted)) {
                continue;
            }
            let (x, y) = (cell(a, row), cell(b, row));
            let same = match (&x, &y) {
                // A row that trapped: the kind counts, the engine's words do not.
                (Cell::Error(x, _), Cell::Error(y, _)) if kind_a.is_some() || kind_b.is_some() => {
                    x == y && kind_a == kind_b
                }
                (Cell::Error(x, _), Cell::Error(y, _))
                    if unlisted(one, row) && unlisted(other, row) =>
                {
                    x == y
                }
                _ => agree(&x, &y, Exactness::Bits),
            };
            if !same {
                let (one, other) = (show(a, row), show(b, row));
                return Some(Difference { row: Some(row), one, other });
            }
        }
    }
    if one.failed_rows != other.failed_rows {
        let words = |n: u64| format!("{n} rows failed");
        return Some(Difference {
            row: None,
            one: words(one.failed_rows),
            other: words(other.failed_rows),
        });
    }
    (one.non_finite != other.non_finite).then(|| {
        let words = |odd: bool| if odd { "not all finite" } else { "all finite" }.to_owned();
        Difference { row: None, one: words(one.non_finite), other: words(other.non_finite) }
    })
}

#[cfg(test)]
mod tests {
    use super::{Difference, Outcome};
    use crate::test::values::column;
    use serde_json::{Value, json};
    use udf_abi::{DType, ErrorCode};
    use udf_columnar::{Error, ErrorKind, Output, RowFailure};

    fn difference(one: &Outcome, other: &Outcome) -> Option<Difference> {
        super::difference(one, other, 0)
    }

    fn output(values: &[Value]) -> Output {
        Output::new(vec![column(DType::F64, values).unwrap()])
    }

    fn trapped(kind: ErrorKind, message: &str) -> Output {
        let mut output = output(&[json!({"error": "#VALUE!", "message": message})]);
        output.failures = vec![RowFailure::new(0, kind, message)];
        output.failed_rows = 1;
        output
    }

    #[test]
    fn the_first_row_that_differs_is_told() {
        let one = Ok(output(&[json!(1), json!(2), json!(3)]));
        assert_eq!(difference(&one, &one), None);
        let found = difference(&one, &Ok(output(&[json!(1), json!(null), json!(4)]))).unwrap();
        assert_eq!((found.row, found.one.as_str(), found.other.as_str()), (Some(1), "2.0", "null"));
        let shorter = difference(&one, &Ok(output(&[json!(1)]))).unwrap();
        assert_eq!(shorter.row, None);
    }

    #[test]
    fn messages_of_errors_count_and_words_of_engines_do_not() {
        let own = |message: &str| Ok(output(&[json!({"error": "#NUM!", "message": message})]));
        assert!(difference(&own("a"), &own("b")).is_some());
        let trap = |message: &str| Ok(trapped(ErrorKind::Trap, message));
        assert_eq!(difference(&trap("a"), &trap("b")), None);
        assert!(
            difference(&trap("a"), &Ok(trapped(ErrorKind::MemoryLimitExceeded, "a"))).is_some()
        );
        assert!(difference(&trap("a"), &own("a")).is_some());
        assert_eq!(difference(&trap("a"), &Ok(trapped(ErrorKind::StackExhausted, "a"))), None);
    }

    #[test]
    fn calls_that_fail_are_compared_by_their_kind() {
        let error = |kind, message: &str| -> Outcome { Err(Error::new(kind, message)) };
        let num = ErrorKind::Function(ErrorCode::Num);
        assert_eq!(difference(&error(ErrorKind::Trap, "a"), &error(ErrorKind::Trap, "b")), None);
        assert!(difference(&error(num, "a"), &error(num, "b")).is_some());
        assert!(difference(&error(num, "a"), &Ok(output(&[json!(1)]))).is_some());
    }
}
