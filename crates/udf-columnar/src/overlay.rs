//! The nulls and errors of the arguments, merged into what they make of the result.

use crate::{Argument, Column, Error, RowErrors, Signature, bind::sees_everything, column};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use udf_abi::DType;

/// What the arguments say of the result before the function is asked.
///
/// A row that is null in a parameter that is not optional is null in the result; a row that is in
/// error in a typed parameter is that error, the first parameter's first. An error beats a null.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    validity: Option<NullBuffer>,
    errors: Option<RowErrors>,
}

impl Overlay {
    pub(crate) fn of(
        signature: &Signature,
        arguments: &[Argument],
        rows: usize,
    ) -> Result<Self, Error> {
        let mut validity = None;
        let mut layers = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            let param = signature.param(index)?;
            if sees_everything(param) {
                continue;
            }
            match argument {
                Argument::Omitted => {}
                Argument::Scalar(column) => {
                    if let Some((code, message)) = column.error(0) {
                        layers.push(RowErrors::repeated(code, message, rows));
                    } else if !param.optional && column.validity().is_some() {
                        validity = Some(NullBuffer::new_null(rows));
                    }
                }
                Argument::Column(column) if signature.is_elementwise() => {
                    layers.extend(column.errors().cloned());
                    if !param.optional {
                        validity = NullBuffer::union(validity.as_ref(), column.validity().as_ref());
                    }
                }
                Argument::Column(column) => {
                    layers.extend(first_error(std::slice::from_ref(column)));
                }
                Argument::Range(columns) => layers.extend(first_error(columns)),
            }
        }
        // The arguments hold these messages anyway: the budget is that of the result.
        Ok(Self { validity, errors: RowErrors::merged(&layers, usize::MAX) })
    }

    /// Rows that are not null; absent where no argument makes a row null.
    #[must_use]
    pub fn validity(&self) -> Option<&NullBuffer> {
        self.validity.as_ref()
    }

    /// Whether the row is decided: whatever the function leaves there is not looked at.
    #[must_use]
    pub fn hides(&self, row: usize) -> bool {
        self.validity.as_ref().is_some_and(|v| v.is_null(row))
            || self.errors.as_ref().is_some_and(|e| e.codes()[row] != 0)
    }

    /// Whether every one of `rows` is decided.
    pub(crate) fn hides_all(&self, rows: usize) -> bool {
        if rows == 0 || (self.validity.is_none() && self.errors.is_none()) {
            return false;
        }
        (0..rows).all(|row| self.hides(row))
    }

    /// Lays the nulls and errors over a result of the same number of rows, whose messages then take
    /// at most `messages_bytes` as [`RowErrors::builder`] has it.
    ///
    /// # Errors
    /// Where the lengths differ.
    pub fn apply(&self, column: Column, messages_bytes: usize) -> Result<Column, Error> {
        if self.validity.is_none() && self.errors.is_none() {
            return Ok(column);
        }
        let Some(errors) = self.merged_errors(&column, messages_bytes) else {
            return Ok(hide(column, self.validity.as_ref()));
        };
        hide(column, self.validity.as_ref()).with_errors(errors)
    }

    /// The argument's errors, then the result's own where no argument hides the row.
    fn merged_errors(&self, column: &Column, messages_bytes: usize) -> Option<RowErrors> {
        let visible = |row: usize| self.validity.as_ref().is_none_or(|v| v.is_valid(row));
        let own = column.errors().map(|own| own.filter(visible));
        let layers: Vec<RowErrors> = self.errors.iter().cloned().chain(own).collect();
        RowErrors::merged(&layers, messages_bytes)
    }
}

/// The column without its own errors, and null where `validity` says so.
fn hide(column: Column, validity: Option<&NullBuffer>) -> Column {
    let dtype = column.dtype();
    let array = column.array();
    let array = match (validity, dtype) {
        (None, _) => array.clone(),
        (Some(validity), DType::Any) => blank_out(array, validity),
        (Some(validity), _) => column::with_validity(array, validity),
    };
    Column::from_parts(dtype, array, None)
}

fn blank_out(array: &arrow_array::ArrayRef, validity: &NullBuffer) -> arrow_array::ArrayRef {
    let Some(lanes) = crate::any::lanes(array) else { return array.clone() };
    let tags: Vec<u8> = lanes
        .tags
        .values()
        .iter()
        .zip(validity.iter())
        .map(|(tag, valid)| if valid { *tag } else { udf_abi::frame::tag::BLANK })
        .collect();
    crate::any::from_lanes(tags.into(), lanes.numbers.values().clone(), lanes.text.clone())
        .unwrap_or_else(|_| array.clone())
}

/// The first error of a range is the error of the call.
fn first_error(columns: &[Column]) -> Option<RowErrors> {
    columns.iter().find_map(|column| {
        let errors = column.errors()?;
        let (code, message) = (0..errors.len()).find_map(|row| errors.get(row))?;
        Some(RowErrors::repeated(code, message, 1))
    })
}

impl Overlay {
    /// The errors alone: one row for kinds that answer as a whole.
    #[must_use]
    pub fn errors(&self) -> Option<&RowErrors> {
        self.errors.as_ref()
    }

    /// The nulls as bits; absent where there are none.
    #[must_use]
    pub fn valid_bits(&self) -> Option<&BooleanBuffer> {
        self.validity.as_ref().map(NullBuffer::inner)
    }
}
