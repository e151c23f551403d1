//! AND, OR and their like.
//!
//! Of arrays and cells the numbers and logical values count; of values that stand in the formula also texts that
//! are `TRUE` or `FALSE`, and an argument that is empty between commas is `FALSE`. Where nothing counts the result
//! is `#VALUE!` (Microsoft, "AND function"; stored values). All arguments are read, so that an error behind a
//! decided result is the result.

use crate::{
    call::{Argument, Call, Output, Result},
    cells::CellRef,
    record::{Kernel, Parameter, Record, array, value},
    semantics::Scalar,
};
use udf_abi::ErrorCode;

const TERMS: &[Parameter] = &[array("logical1"), array("logical2").optional()];

pub(super) const RECORDS: &[Record] = &[
    Record::new("AND", TERMS, Kernel::OfRow(and), "Whether all conditions hold.")
        .row_by_row()
        .repeating(1),
    Record::new("OR", TERMS, Kernel::OfRow(or), "Whether any condition holds.")
        .row_by_row()
        .repeating(1),
    Record::new("XOR", TERMS, Kernel::OfRow(xor), "Whether an odd number of conditions hold.")
        .row_by_row()
        .repeating(1)
        .future(),
    Record::new(
        "NOT",
        &[value("logical")],
        Kernel::OfRow(not),
        "Whether a condition does not hold.",
    ),
    Record::new("TRUE", &[], Kernel::OfRow(|_| Ok(true.into())), "The logical value TRUE."),
    Record::new("FALSE", &[], Kernel::OfRow(|_| Ok(false.into())), "The logical value FALSE."),
];

/// How many values hold, and how many there are.
fn holding(call: &Call<'_>) -> Result<(usize, usize)> {
    let (mut holding, mut all) = (0, 0);
    let mut add = |holds: bool| {
        holding += usize::from(holds);
        all += 1;
    };
    for index in 0..call.len() {
        match call.argument(index) {
            Argument::Array(table) => {
                for cell in table.columns().iter().flat_map(|column| column.iter()) {
                    match cell.scalar() {
                        Scalar::Number(number) => add(number != 0.0),
                        Scalar::Logical(logical) => add(logical),
                        Scalar::Error(code) => return Err(code),
                        Scalar::Blank | Scalar::Text(_) => {}
                    }
                }
            }
            // A blank that is a value comes from a cell.
            Argument::Missing | Argument::Value(CellRef::Blank) => {}
            _ => add(call.logical(index)?),
        }
    }
    if all == 0 { Err(ErrorCode::Value) } else { Ok((holding, all)) }
}

fn and(call: &Call<'_>) -> Result<Output> {
    let (holding, all) = holding(call)?;
    Ok((holding == all).into())
}

fn or(call: &Call<'_>) -> Result<Output> {
    Ok((holding(call)?.0 > 0).into())
}

fn xor(call: &Call<'_>) -> Result<Output> {
    Ok((holding(call)?.0 % 2 == 1).into())
}

fn not(call: &Call<'_>) -> Result<Output> {
    Ok((!call.logical(0)?).into())
}
