//! Rows in error: a code each, and why.

use crate::{
    Error, ErrorKind, byte_array,
    error::invalid_argument,
    messages::{Known, Messages, MessagesBuilder},
};
use arrow_array::{
    Array, DictionaryArray, PrimitiveArray, StringArray,
    types::{UInt32Type, Utf8Type},
};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use std::{collections::HashMap, sync::Arc};
use udf_abi::ErrorCode;

/// Which rows of a column are in error, and why. Each distinct message is held once.
///
/// ```
/// use udf_abi::ErrorCode;
/// use udf_columnar::RowErrors;
///
/// let mut errors = RowErrors::builder(8 << 20);
/// errors.push_none(1);
/// for _ in 0..1_000_000 {
///     errors.push(ErrorCode::Num, Some("below zero"));
/// }
/// let errors = errors.finish().expect("rows in error");
/// assert_eq!(errors.get(0), None);
/// assert_eq!(errors.get(1_000_000), Some((ErrorCode::Num, Some("below zero"))));
/// assert_eq!(errors.message_bytes(), "below zero".len());
/// ```
#[derive(Clone, Debug)]
pub struct RowErrors {
    /// One byte per row: 0 or an [`ErrorCode`].
    codes: ScalarBuffer<u8>,
    messages: Option<Messages>,
}

/// Equal in every row: code and message.
impl PartialEq for RowErrors {
    fn eq(&self, other: &Self) -> bool {
        self.codes == other.codes && (0..self.len()).all(|row| self.get(row) == other.get(row))
    }
}

impl RowErrors {
    /// Errors of `codes.len()` rows, with a message per row or null where there is none.
    ///
    /// # Errors
    /// Where a code is neither 0 nor an [`ErrorCode`], or the messages are of another length.
    pub fn try_new(codes: ScalarBuffer<u8>, messages: Option<StringArray>) -> Result<Self, Error> {
        if let Some(row) = codes.iter().position(|c| *c != 0 && ErrorCode::from_code(*c).is_none())
        {
            return Err(invalid_argument(format!("row {row}: {} is no error number", codes[row])));
        }
        let Some(texts) = messages else { return Ok(Self { codes, messages: None }) };
        if texts.len() != codes.len() {
            return Err(invalid_argument(format!(
                "{} messages for {} rows",
                texts.len(),
                codes.len()
            )));
        }
        let mut builder = MessagesBuilder::new(usize::MAX);
        for (row, text) in texts.iter().enumerate().filter(|(row, _)| codes[*row] != 0) {
            if let Some(text) = text {
                builder.push(row, text);
            }
        }
        let messages = builder.finish(codes.len());
        Ok(Self { codes, messages })
    }

    /// The same error in every one of `rows` rows; the message is held once.
    #[must_use]
    pub fn repeated(code: ErrorCode, message: Option<&str>, rows: usize) -> Self {
        Self {
            codes: vec![code.code(); rows].into(),
            messages: message.map(|text| Messages::repeated(text, rows)),
        }
    }

    /// Gathers errors row by row, and keeps at most `messages_bytes` bytes of their messages.
    ///
    /// From the first message that does not fit, rows keep their code and say in place of their
    /// message that it is left out.
    #[must_use]
    pub fn builder(messages_bytes: usize) -> RowErrorsBuilder {
        RowErrorsBuilder {
            rows: 0,
            codes: Vec::new(),
            messages: MessagesBuilder::new(messages_bytes),
        }
    }

    /// Number of rows, in error or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// One byte per row: 0 or an [`ErrorCode`].
    #[must_use]
    pub fn codes(&self) -> &[u8] {
        &self.codes
    }

    /// The error of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<(ErrorCode, Option<&str>)> {
        let code = ErrorCode::from_code(*self.codes.get(row)?)?;
        Some((code, self.messages.as_ref().and_then(|m| m.get(row))))
    }

    /// Number of rows in error.
    #[must_use]
    pub fn count(&self) -> usize {
        self.codes.iter().filter(|c| **c != 0).count()
    }

    /// Bytes of the distinct messages; of all rows that the errors had before they were sliced.
    #[must_use]
    pub fn message_bytes(&self) -> usize {
        self.messages.as_ref().map_or(0, Messages::bytes)
    }

    /// Rows `start..start + len`; no copy.
    ///
    /// # Panics
    /// Where the range is not within the rows.
    #[must_use]
    pub fn slice(&self, start: usize, len: usize) -> Self {
        Self {
            codes: self.codes.slice(start, len),
            messages: self.messages.as_ref().map(|m| m.slice(start, len)),
        }
    }

    /// The same errors, but their messages within a budget as [`builder`](Self::builder) has it.
    #[must_use]
    pub fn within(&self, messages_bytes: usize) -> Self {
        if self.message_bytes() <= messages_bytes {
            return self.clone();
        }
        let mut builder = Self::builder(messages_bytes);
        builder.append(self);
        builder.finish().unwrap_or_else(|| self.clone())
    }

    /// The same rows, those of them without an error for which `keep` does not hold.
    pub(crate) fn filter(&self, keep: impl Fn(usize) -> bool) -> Self {
        let codes = self.codes.iter().enumerate();
        let codes: Vec<u8> = codes.map(|(row, code)| if keep(row) { *code } else { 0 }).collect();
        Self { codes: codes.into(), messages: self.messages.clone() }
    }

    /// Row by row the first error that a layer has; absent where none has one. Messages are kept
    /// within a budget as [`builder`](Self::builder) has it.
    pub(crate) fn merged(layers: &[Self], messages_bytes: usize) -> Option<Self> {
        if let [one] = layers {
            return (one.count() > 0).then(|| one.within(messages_bytes));
        }
        let mut known: Vec<_> =
            layers.iter().map(|layer| layer.messages.as_ref().map(Known::of)).collect();
        let mut builder = Self::builder(messages_bytes);
        for row in 0..layers.iter().map(Self::len).max().unwrap_or(0) {
            let of = |layer: &Self| layer.codes.get(row).is_some_and(|code| *code != 0);
            match layers.iter().position(of) {
                Some(layer) => {
                    builder.push_row(layers[layer].codes[row], known[layer].as_mut(), row);
                }
                None => builder.push_none(1),
            }
        }
        builder.finish()
    }

    /// What each row says, `#NUM!` or `#NUM!: why`; null where it is not in error. Each distinct
    /// text is held once.
    ///
    /// # Errors
    /// [`TooLarge`](ErrorKind::TooLarge) where the distinct texts together pass 2 GiB.
    pub fn texts(&self) -> Result<DictionaryArray<UInt32Type>, Error> {
        let mut places: HashMap<(u8, Option<u32>), u32> = HashMap::new();
        let mut distinct = Vec::new();
        let mut keys = Vec::with_capacity(self.len());
        for row in 0..self.len() {
            let Some((code, message)) = self.get(row) else {
                keys.push(None);
                continue;
            };
            let message = message.filter(|text| !text.is_empty());
            let key = message.and_then(|_| self.messages.as_ref()?.key(row));
            // There are no more distinct texts than rows, which u32 counts.
            let next = places.len() as u32;
            let place = *places.entry((code.code(), key)).or_insert(next);
            if place == next {
                distinct.push(match message {
                    Some(message) => format!("{code}: {message}"),
                    None => code.text().to_owned(),
                });
            }
            keys.push(Some(place));
        }
        let keys: PrimitiveArray<UInt32Type> = keys.into_iter().collect();
        let distinct: StringArray = byte_array::<Utf8Type, _>(distinct.iter().map(Some))?;
        DictionaryArray::try_new(keys, Arc::new(distinct)).map_err(|e| {
            Error::new(ErrorKind::Internal, format!("texts of row errors: {e}")).with_source(e)
        })
    }

    /// What each row says as [`texts`](Self::texts) has it, a text of its own for every row.
    ///
    /// # Errors
    /// [`TooLarge`](ErrorKind::TooLarge) where the texts of all rows together pass 2 GiB.
    pub fn texts_of_rows(&self) -> Result<StringArray, Error> {
        let texts = self.texts()?;
        let Some(texts) = texts.downcast_dict::<StringArray>() else {
            return Err(Error::new(ErrorKind::Internal, "texts of row errors are no texts"));
        };
        // Before the first of many bytes is copied.
        let bytes = |text: Option<&str>| text.map_or(0, str::len) as u64;
        let total: u64 = texts.into_iter().map(bytes).sum();
        match i32::try_from(total) {
            Ok(_) => byte_array::<Utf8Type, _>(texts),
            Err(_) => Err(byte_array::texts_too_large(total)),
        }
    }

    pub(crate) fn valid_rows(&self) -> NullBuffer {
        NullBuffer::new(BooleanBuffer::collect_bool(self.len(), |row| self.codes[row] == 0))
    }
}

/// Gathers [`RowErrors`] row by row.
#[derive(Debug)]
pub struct RowErrorsBuilder {
    rows: usize,
    /// Shorter than the rows where those behind are not in error.
    codes: Vec<u8>,
    messages: MessagesBuilder,
}

impl RowErrorsBuilder {
    /// Number of rows so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The error of a row so far.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<(ErrorCode, Option<&str>)> {
        Some((ErrorCode::from_code(*self.codes.get(row)?)?, self.messages.get(row)))
    }

    /// Bytes of the distinct messages so far.
    #[must_use]
    pub fn message_bytes(&self) -> usize {
        self.messages.bytes()
    }

    /// Adds a row in error.
    pub fn push(&mut self, code: ErrorCode, message: Option<&str>) {
        if let Some(message) = message {
            self.messages.push(self.rows, message);
        }
        self.push_code(code.code());
    }

    /// Adds rows that are not in error.
    pub fn push_none(&mut self, rows: usize) {
        self.rows += rows;
    }

    /// Adds the rows of other errors.
    pub fn append(&mut self, errors: &RowErrors) {
        let mut known = errors.messages.as_ref().map(Known::of);
        for (row, code) in errors.codes.iter().enumerate() {
            match code {
                0 => self.push_none(1),
                code => self.push_row(*code, known.as_mut(), row),
            }
        }
    }

    fn push_row(&mut self, code: u8, known: Option<&mut Known<'_>>, of: usize) {
        if let Some(known) = known {
            self.messages.push_known(self.rows, known, of);
        }
        self.push_code(code);
    }

    fn push_code(&mut self, code: u8) {
        self.codes.resize(self.rows, 0);
        self.codes.push(code);
        self.rows += 1;
    }

    /// The errors of all rows; absent where no row is in error.
    #[must_use]
    pub fn finish(mut self) -> Option<RowErrors> {
        if self.codes.is_empty() {
            return None;
        }
        self.codes.resize(self.rows, 0);
        let messages = self.messages.finish(self.rows);
        Some(RowErrors { codes: self.codes.into(), messages })
    }
}

#[cfg(test)]
mod tests {
    use super::RowErrors;
    use crate::{AnyValue, Column, ErrorKind};
    use arrow_array::{Array, Float64Array, cast::AsArray};
    use std::sync::Arc;
    use udf_abi::{DType, ErrorCode};

    fn errors(rows: &[Option<(ErrorCode, Option<&str>)>], budget: usize) -> Option<RowErrors> {
        let mut builder = RowErrors::builder(budget);
        for row in rows {
            match row {
                Some((code, message)) => builder.push(*code, *message),
                None => builder.push_none(1),
            }
        }
        builder.finish()
    }

    const ROWS: [Option<(ErrorCode, Option<&str>)>; 6] = [
        None,
        Some((ErrorCode::Num, Some("why"))),
        Some((ErrorCode::Na, None)),
        Some((ErrorCode::Div, Some("why"))),
        Some((ErrorCode::Num, Some(""))),
        None,
    ];

    #[test]
    fn rows_come_back_as_they_were_pushed() {
        let all = errors(&ROWS, 100).unwrap();
        assert_eq!((0..6).map(|row| all.get(row)).collect::<Vec<_>>(), ROWS);
        assert_eq!((all.len(), all.count(), all.message_bytes()), (6, 4, 3));
        let slice = all.slice(2, 3);
        assert_eq!(
            (0..4).map(|row| slice.get(row)).collect::<Vec<_>>(),
            [ROWS[2], ROWS[3], ROWS[4], None]
        );
        assert!(errors(&[None, None], 100).is_none() && errors(&[], 100).is_none());
    }

    #[test]
    fn equality_is_that_of_rows_and_not_of_dictionaries() {
        let slice = errors(&ROWS, 100).unwrap().slice(3, 1);
        assert_eq!(slice, RowErrors::repeated(ErrorCode::Div, Some("why"), 1));
        assert_ne!(slice, RowErrors::repeated(ErrorCode::Div, Some("who"), 1));
        assert_ne!(slice, RowErrors::repeated(ErrorCode::Num, Some("why"), 1));
    }

    #[test]
    fn the_texts_of_rows_are_dictionaries_and_columns() {
        let all = errors(&ROWS, 100).unwrap();
        assert_eq!(all.texts().unwrap().values().len(), 4);
        let texts = all.texts_of_rows().unwrap();
        let wanted =
            [None, Some("#NUM!: why"), Some("#N/A"), Some("#DIV/0!: why"), Some("#NUM!"), None];
        assert_eq!(texts.iter().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn texts_that_no_column_holds_are_an_error() {
        let all = RowErrors::repeated(ErrorCode::Num, Some(&"x".repeat(1 << 20)), 3_000);
        assert_eq!(all.texts_of_rows().unwrap_err().kind(), ErrorKind::TooLarge);
        assert_eq!(all.texts().unwrap().len(), 3_000);
    }

    #[test]
    fn columns_one_after_the_other_keep_their_messages() {
        let column = |errors: Option<RowErrors>, rows: usize| {
            let column = Column::try_new(Arc::new(Float64Array::from(vec![1.0; rows]))).unwrap();
            errors.into_iter().fold(column, |column, errors| column.with_errors(errors).unwrap())
        };
        let parts = [
            column(None, 2),
            column(errors(&ROWS, 100), 6),
            column(None, 0),
            column(Some(RowErrors::repeated(ErrorCode::Ref, Some("why"), 3)), 3),
        ];
        let whole = Column::concat(DType::F64, &parts).unwrap();
        let found = whole.errors().unwrap();
        assert_eq!((found.len(), found.message_bytes(), found.get(3)), (11, 3, ROWS[1]));
        assert_eq!(found.get(10), Some((ErrorCode::Ref, Some("why"))));
        assert_eq!(whole.array().null_count(), found.count());
        assert!(Column::concat(DType::F64, &parts[..1]).unwrap().errors().is_none());
    }

    #[test]
    fn cells_in_error_that_come_as_lanes_are_errors() {
        let cells = [AnyValue::Blank, AnyValue::Error(ErrorCode::Na), AnyValue::Text("é".into())];
        let column = Column::from_any(&cells).unwrap();
        let again = Column::try_new(column.array().clone()).unwrap();
        assert_eq!(again.error(1), Some((ErrorCode::Value, None)));
        let lanes = column.array().as_struct();
        let with_nulls = arrow_array::StructArray::new(
            lanes.fields().clone(),
            lanes.columns().to_vec(),
            Some(vec![true, false, true].into()),
        );
        let error = Column::try_new(Arc::new(with_nulls)).unwrap_err();
        assert!(error.message().contains("row 1 of an any column is null"), "{error}");
    }
}
