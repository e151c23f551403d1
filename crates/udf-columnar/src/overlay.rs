//! The nulls and errors of the arguments, merged into what they make of the result.

use crate::{Argument, Column, Error, RowErrors, Signature, bind::sees_everything, column};
use arrow_array::{Array, StringArray, builder::StringBuilder};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use udf_abi::{DType, ErrorCode};

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
        let mut errors = ErrorLayers::default();
        for (index, argument) in arguments.iter().enumerate() {
            let param = signature.param(index)?;
            if sees_everything(param) {
                continue;
            }
            match argument {
                Argument::Omitted => {}
                Argument::Scalar(column) => {
                    if let Some((code, message)) = column.error(0) {
                        errors.add_all(rows, code, message);
                    } else if !param.optional && column.validity().is_some() {
                        validity = Some(NullBuffer::new_null(rows));
                    }
                }
                Argument::Column(column) if signature.is_elementwise() => {
                    if let Some(of) = column.errors() {
                        errors.add(of);
                    }
                    if !param.optional {
                        validity = NullBuffer::union(validity.as_ref(), column.validity().as_ref());
                    }
                }
                Argument::Column(column) => errors.add_first(std::slice::from_ref(column)),
                Argument::Range(columns) => errors.add_first(columns),
            }
        }
        Ok(Self { validity, errors: errors.finish()? })
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

    /// Lays the nulls and errors over a result of the same number of rows.
    ///
    /// # Errors
    /// Where the lengths differ.
    pub fn apply(&self, column: Column) -> Result<Column, Error> {
        if self.validity.is_none() && self.errors.is_none() {
            return Ok(column);
        }
        let Some(errors) = self.merged_errors(&column)? else {
            return Ok(hide(column, self.validity.as_ref()));
        };
        hide(column, self.validity.as_ref()).with_errors(errors)
    }

    /// The argument's errors, then the result's own where no argument hides the row.
    fn merged_errors(&self, column: &Column) -> Result<Option<RowErrors>, Error> {
        let Some(own) = column.errors() else { return Ok(self.errors.clone()) };
        let mut layers = ErrorLayers::default();
        if let Some(errors) = &self.errors {
            layers.add(errors);
        }
        let visible = |row: usize| self.validity.as_ref().is_none_or(|v| v.is_valid(row));
        let codes: Vec<u8> = own
            .codes()
            .iter()
            .enumerate()
            .map(|(row, code)| if visible(row) { *code } else { 0 })
            .collect();
        layers.add(&RowErrors::try_new(codes.into(), own.messages().cloned())?);
        layers.finish()
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

/// Errors of several columns: the first one wins, row by row.
#[derive(Default)]
struct ErrorLayers {
    codes: Vec<u8>,
    messages: Vec<Option<String>>,
}

impl ErrorLayers {
    fn add(&mut self, errors: &RowErrors) {
        self.grow(errors.len());
        for row in 0..errors.len() {
            if self.codes[row] == 0
                && let Some((code, message)) = errors.get(row)
            {
                self.set(row, code, message);
            }
        }
    }

    fn add_all(&mut self, rows: usize, code: ErrorCode, message: Option<&str>) {
        self.grow(rows);
        for row in 0..rows {
            if self.codes[row] == 0 {
                self.set(row, code, message);
            }
        }
    }

    /// The first error of a range is the error of the call.
    fn add_first(&mut self, columns: &[Column]) {
        let first = columns.iter().find_map(|column| {
            let errors = column.errors()?;
            (0..errors.len()).find_map(|row| errors.get(row))
        });
        if let Some((code, message)) = first {
            self.add_all(1, code, message);
        }
    }

    fn grow(&mut self, rows: usize) {
        if self.codes.len() < rows {
            self.codes.resize(rows, 0);
        }
    }

    fn set(&mut self, row: usize, code: ErrorCode, message: Option<&str>) {
        self.codes[row] = code.code();
        if let Some(message) = message {
            if self.messages.len() <= row {
                self.messages.resize(self.codes.len(), None);
            }
            self.messages[row] = Some(message.to_owned());
        }
    }

    fn finish(mut self) -> Result<Option<RowErrors>, Error> {
        if self.codes.iter().all(|c| *c == 0) {
            return Ok(None);
        }
        let messages = (!self.messages.is_empty()).then(|| {
            self.messages.resize(self.codes.len(), None);
            let mut builder = StringBuilder::new();
            for message in &self.messages {
                builder.append_option(message.as_deref());
            }
            let messages: StringArray = builder.finish();
            messages
        });
        RowErrors::try_new(self.codes.into(), messages.filter(|m| m.null_count() < m.len()))
            .map(Some)
    }
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
