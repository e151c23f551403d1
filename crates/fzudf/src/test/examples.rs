//! The manifest's examples: calls with known results, run on an engine.

use super::{
    case::Case,
    outcome::{Outcome, Way, run, summary},
    values::{Exactness, agree, cell, column, show},
};
use arrow_array::Array as _;
use arrow_schema::DataType;
use serde_json::Value;
use std::sync::Arc;
use udf_abi::{
    DType, ErrorCode,
    manifest::{Example, Param, Shape},
};
use udf_columnar::{Argument, Column, ErrorKind, Log, Signature, UdfModule};

/// How far a number may be from the example's: nobody writes seventeen digits. As docs/manifest.md
/// has it.
fn tolerance(dtype: DType) -> Exactness {
    match dtype {
        DType::F32 => Exactness::Near { relative: 1e-5, absolute: 1e-6 },
        _ => Exactness::Near { relative: 1e-9, absolute: 1e-12 },
    }
}

/// An example that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    /// The call, as a person would write it.
    pub(crate) call: String,
    pub(crate) expected: String,
    pub(crate) got: String,
}

/// Runs an example, and adds to the log what the function logs.
///
/// # Errors
/// Where it does not hold, or is no call that the function takes.
pub(crate) fn check(
    module: &Arc<dyn UdfModule>,
    signature: &Arc<Signature>,
    example: &Example,
    log: &mut Log,
) -> Result<(), Failed> {
    let written = || {
        let arguments: Vec<String> = example.args.iter().map(Value::to_string).collect();
        format!("{}({})", signature.name(), arguments.join(", "))
    };
    let failed =
        |got: String| Failed { call: written(), expected: example.result.to_string(), got };
    let case = case(signature, example).map_err(|e| failed(format!("no call: {e}")))?;
    let outcome = run(module, signature, &case, Way::PLAIN);
    log.append(match &outcome {
        Ok(output) => output.log.clone(),
        Err(error) => error.log().clone(),
    });
    match holds(signature, &case, &example.result, &outcome) {
        Ok(None) => Ok(()),
        Ok(Some(got)) => Err(failed(got)),
        Err(problem) => Err(failed(format!("no result: {problem}"))),
    }
}

/// The arguments of an example.
pub(crate) fn case(signature: &Signature, example: &Example) -> Result<Case, String> {
    let mut arguments = Vec::new();
    for (index, value) in example.args.iter().enumerate() {
        let param = signature.param(index).map_err(|e| e.to_string())?;
        let argument = argument(signature, param, value);
        arguments
            .push(argument.map_err(|e| format!("argument {} `{}`: {e}", index + 1, param.name))?);
    }
    Ok(Case::new(arguments, None))
}

fn argument(signature: &Signature, param: &Param, value: &Value) -> Result<Argument, String> {
    let dtype = param.dtype.0;
    let leaves_out = param.optional || param.variadic;
    match (param.shape, value) {
        (_, Value::Null) if leaves_out => Ok(Argument::Omitted),
        (Shape::Scalar, Value::Array(rows)) if signature.is_elementwise() => {
            column(dtype, rows).map(Argument::Column)
        }
        (Shape::Scalar, value) => column(dtype, std::slice::from_ref(value)).map(Argument::Scalar),
        (Shape::Column, Value::Array(rows)) => column(dtype, rows).map(Argument::Column),
        (Shape::Range, Value::Array(rows)) => range(dtype, rows).map(Argument::Range),
        (Shape::Column | Shape::Range, value) => {
            column(dtype, std::slice::from_ref(value)).map(Argument::Scalar)
        }
    }
}

/// The columns of a list of rows.
fn range(dtype: DType, rows: &[Value]) -> Result<Vec<Column>, String> {
    let rows: Vec<&[Value]> = rows.iter().map(as_row).collect();
    let width = rows.first().map_or(0, |row| row.len());
    if let Some(odd) = rows.iter().find(|row| row.len() != width) {
        return Err(format!(
            "rows of a range are of equal length; these have {width} and {}",
            odd.len()
        ));
    }
    let of = |index: usize| -> Vec<Value> { rows.iter().map(|row| row[index].clone()).collect() };
    (0..width).map(|index| column(dtype, &of(index))).collect()
}

/// The values of a row; a value alone is a row of one.
fn as_row(row: &Value) -> &[Value] {
    row.as_array().map_or(std::slice::from_ref(row), Vec::as_slice)
}

/// Holds a result against the expected one: nothing, or what there is instead.
fn holds(
    signature: &Signature,
    case: &Case,
    expected: &Value,
    outcome: &Outcome,
) -> Result<Option<String>, String> {
    if let (Err(error), Some(code)) = (outcome, error_code(expected)) {
        let message = expected.get("message").and_then(Value::as_str);
        let same = matches!(error.kind(), ErrorKind::Function(found) if found == code)
            && message.is_none_or(|message| message == error.message());
        return Ok((!same).then(|| summary(outcome)));
    }
    let Ok(output) = outcome else { return Ok(Some(summary(outcome))) };
    let is_rows = case.arguments.iter().any(|a| matches!(a, Argument::Column(_)));
    let wanted: Vec<Column> = if signature.is_elementwise() && is_rows {
        let rows = expected.as_array().ok_or("columns give a list with a result for each row")?;
        vec![column(dtype(signature, 0), rows)?]
    } else if signature.is_elementwise() || signature.is_reduce() {
        vec![column(dtype(signature, 0), std::slice::from_ref(expected))?]
    } else {
        array_columns(signature, expected)?
    };
    let (a, b) = (&wanted, &output.columns);
    let rows = |columns: &[Column]| columns.first().map_or(0, Column::len);
    let both_empty = rows(a) == 0 && rows(b) == 0;
    if !both_empty && (a.len() != b.len() || rows(a) != rows(b)) {
        let size = |c: &[Column]| format!("{} × {}", rows(c), c.len());
        return Ok(Some(format!("{} cells (rows × columns), expected {}", size(b), size(a))));
    }
    for (number, (a, b)) in a.iter().zip(b).enumerate() {
        for row in 0..a.len().min(b.len()) {
            let holds = agree(&cell(a, row), &cell(b, row), tolerance(a.dtype()));
            if !holds || is_instant(a, row) != is_instant(b, row) {
                let place = match (a.len(), wanted.len()) {
                    (1, 1) => String::new(),
                    (_, 1) => format!(" in row {row}"),
                    _ => format!(" in row {row}, column {number}"),
                };
                return Ok(Some(format!("{}{place}", show(b, row))));
            }
        }
    }
    Ok(None)
}

/// Whether a row holds a point in time, and not what a clock showed somewhere.
fn is_instant(column: &Column, row: usize) -> bool {
    matches!(column.array().data_type(), DataType::Timestamp(_, Some(_)))
        && column.array().is_valid(row)
}

fn error_code(value: &Value) -> Option<ErrorCode> {
    ErrorCode::from_text(value.get("error")?.as_str()?)
}

/// The type of a returned column: an array of one type has any number of them.
fn dtype(signature: &Signature, index: usize) -> DType {
    let dtypes = signature.return_dtypes();
    dtypes.get(index).or(dtypes.first()).copied().unwrap_or(DType::Null)
}

fn array_columns(signature: &Signature, expected: &Value) -> Result<Vec<Column>, String> {
    let rows = expected.as_array().ok_or("an array gives a list of rows")?;
    let rows: Vec<&[Value]> = rows.iter().map(as_row).collect();
    let width = rows.first().map_or(signature.return_dtypes().len(), |row| row.len());
    if rows.iter().any(|row| row.len() != width) {
        return Err("the rows of the expected result are of unequal length".into());
    }
    let of = |index: usize| -> Vec<Value> { rows.iter().map(|row| row[index].clone()).collect() };
    (0..width).map(|index| column(dtype(signature, index), &of(index))).collect()
}
