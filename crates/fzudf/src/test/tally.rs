//! How many rows, or calls, gave what.

use super::{outcome::Outcome, values::cell};
use std::ops::AddAssign;
use udf_backends::native::Cell;
use udf_columnar::{AnyValue, Column, ErrorKind, Output, Signature};

/// Rows of an elementwise function, calls of any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Gave a value.
    pub(crate) values: u64,
    /// Gave null, or blank.
    pub(crate) nulls: u64,
    /// Gave an error of the function's own, or of the arguments.
    pub(crate) errors: u64,
    /// Trapped, or ran into a limit.
    pub(crate) traps: u64,
}

impl Tally {
    pub(crate) fn total(&self) -> u64 {
        self.values + self.nulls + self.errors + self.traps
    }

    /// Adds what a call over `rows` rows gave.
    pub(crate) fn add(&mut self, signature: &Signature, rows: usize, outcome: &Outcome) {
        let count = if signature.is_elementwise() { rows as u64 } else { 1 };
        match outcome {
            Err(error) if matches!(error.kind(), ErrorKind::Function(_)) => self.errors += count,
            Err(_) => self.traps += count,
            Ok(output) if signature.is_elementwise() => self.add_rows(output),
            Ok(output) => self.add_call(output),
        }
    }

    fn add_rows(&mut self, output: &Output) {
        let (mut values, mut nulls, mut errors) = (0, 0, 0);
        for column in output.columns.iter().take(1) {
            for row in 0..column.len() {
                match kind(column, row) {
                    Kind::Value => values += 1,
                    Kind::Null => nulls += 1,
                    Kind::Error => errors += 1,
                }
            }
        }
        let traps = traps(output).min(errors);
        self.values += values;
        self.nulls += nulls;
        self.errors += errors - traps;
        self.traps += traps;
    }

    /// An array of no cells is a value like any other.
    fn add_call(&mut self, output: &Output) {
        let cells =
            || output.columns.iter().flat_map(|c| (0..c.len()).map(move |row| kind(c, row)));
        let is_empty = cells().next().is_none();
        match (is_empty || cells().any(|k| k == Kind::Value), cells().any(|k| k == Kind::Null)) {
            (true, _) => self.values += 1,
            (false, true) => self.nulls += 1,
            (false, false) => self.errors += 1,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.values += other.values;
        self.nulls += other.nulls;
        self.errors += other.errors;
        self.traps += other.traps;
    }
}

/// Rows that failed and of which the function itself said nothing. The first failures are listed;
/// the others are taken to be like the last of them.
fn traps(output: &Output) -> u64 {
    let is_own = |kind: ErrorKind| matches!(kind, ErrorKind::Function(_));
    let listed = output.failures.iter().filter(|f| !is_own(f.kind)).count() as u64;
    let unlisted = output.failed_rows.saturating_sub(output.failures.len() as u64);
    match output.failures.last().is_some_and(|last| is_own(last.kind)) {
        true => listed,
        false => listed + unlisted,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    Null,
    Error,
}

fn kind(column: &Column, row: usize) -> Kind {
    match cell(column, row) {
        Cell::Null | Cell::Any(AnyValue::Blank) => Kind::Null,
        Cell::Error(..) | Cell::Any(AnyValue::Error(_)) => Kind::Error,
        _ => Kind::Value,
    }
}

#[cfg(test)]
mod tests {
    use super::{Tally, traps};
    use crate::test::values::column;
    use serde_json::json;
    use udf_abi::{DType, ErrorCode};
    use udf_columnar::{Error, ErrorKind, Output, RowFailure, Signature};

    fn signature(kind: &str) -> Signature {
        let manifest = format!(
            r#"{{"schema": "formualizer.udf.module/v1",
                "module": {{"id": "m", "version": "1", "abi": 1, "codec": 2}},
                "functions": [{{"id": 1, "name": "F", "export": "f", "kind": "{kind}", "min_args": 1,
                    "max_args": 1, "returns": "f64", "params": [{{"name": "x", "type": "f64"}}]}}]}}"#
        );
        let parsed = udf_abi::manifest::Manifest::parse(manifest.as_bytes()).unwrap();
        Signature::try_new(parsed.manifest.functions[0].clone()).unwrap()
    }

    fn output(values: &[serde_json::Value]) -> Output {
        Output::new(vec![column(DType::F64, values).unwrap()])
    }

    fn tally(kind: &str, rows: usize, outcome: &super::Outcome) -> (u64, u64, u64, u64) {
        let mut tally = Tally::default();
        tally.add(&signature(kind), rows, outcome);
        (tally.values, tally.nulls, tally.errors, tally.traps)
    }

    #[test]
    fn rows_are_counted_by_what_they_gave() {
        let error = json!({"error": "#NUM!"});
        let mut mixed = output(&[json!(1), json!(null), error.clone(), error.clone()]);
        assert_eq!(tally("elementwise", 4, &Ok(mixed.clone())), (1, 1, 2, 0));
        let failure = |row, kind| RowFailure::new(row, kind, "");
        mixed.failures = vec![failure(2, ErrorKind::Trap)];
        mixed.failed_rows = 1;
        assert_eq!(tally("elementwise", 4, &Ok(mixed.clone())), (1, 1, 1, 1));
        // Status 1 is the function's own answer.
        mixed.failures = vec![failure(2, ErrorKind::Function(ErrorCode::Num))];
        assert_eq!(tally("elementwise", 4, &Ok(mixed.clone())), (1, 1, 2, 0));
        mixed.failures = vec![failure(2, ErrorKind::Trap)];
        mixed.failed_rows = 1_000;
        assert_eq!(traps(&mixed), 1_000);
    }

    #[test]
    fn calls_are_counted_by_the_best_that_they_gave() {
        let error = json!({"error": "#NUM!"});
        let of = |values: &[serde_json::Value]| tally("array", 9, &Ok(output(values)));
        assert_eq!(of(&[]), (1, 0, 0, 0));
        assert_eq!(of(&[error.clone(), json!(1)]), (1, 0, 0, 0));
        assert_eq!(of(&[error.clone(), json!(null)]), (0, 1, 0, 0));
        assert_eq!(of(&[error]), (0, 0, 1, 0));
        let failed = |kind| tally("reduce", 9, &Err(Error::new(kind, "x")));
        assert_eq!(failed(ErrorKind::Function(ErrorCode::Na)), (0, 0, 1, 0));
        assert_eq!(failed(ErrorKind::Trap), (0, 0, 0, 1));
        let all = tally("elementwise", 9, &Err(Error::new(ErrorKind::Trap, "x")));
        assert_eq!(all, (0, 0, 0, 9));
    }
}
