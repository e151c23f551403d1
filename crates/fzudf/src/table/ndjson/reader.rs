//! Rows, a batch at a time; errors name their line.

use super::{Lines, infer::parse, on_line};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_json::reader::{Decoder, ReaderBuilder};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use serde::de::IgnoredAny;
use std::{io::BufRead, sync::Arc};

/// Bytes of a batch's lines at most.
const BATCH_BYTES: usize = 32 << 20;

/// Reads rows with columns of known types.
pub(crate) struct NdjsonReader<R> {
    lines: Lines<R>,
    rows: RowDecoder,
    batch_rows: usize,
    decoder: Decoder,
    /// The lines of the batch, and for each its number and its end in them: a value that does not
    /// fit is only noticed when the batch is complete.
    text: Vec<u8>,
    ends: Vec<(u64, usize)>,
    done: bool,
}

impl<R: BufRead> NdjsonReader<R> {
    /// The columns of `schema`, or those of them that `projection` has the indexes of. Without a
    /// projection a key that is none of the columns is an error: it would be lost.
    pub(crate) fn try_new(
        lines: Lines<R>,
        schema: &Schema,
        projection: Option<&[usize]>,
        batch_rows: usize,
    ) -> Result<Self, ArrowError> {
        let schema = match projection {
            Some(columns) => Arc::new(schema.project(columns)?),
            None => Arc::new(schema.clone()),
        };
        let rows = RowDecoder::new(schema, projection.is_none());
        let decoder = rows.decoder(batch_rows)?;
        Ok(Self {
            lines,
            rows,
            batch_rows,
            decoder,
            text: Vec::new(),
            ends: Vec::new(),
            done: false,
        })
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        self.text.clear();
        self.ends.clear();
        while self.ends.len() < self.batch_rows && self.text.len() < BATCH_BYTES {
            let Some((number, line)) = self.lines.read()? else { break };
            // The decoder takes several objects on a line, and one on several.
            let decoded = self.decoder.decode(line).ok();
            let rows = self.ends.len() + 1;
            if decoded != Some(line.len())
                || self.decoder.has_partial_record()
                || self.decoder.len() != rows
            {
                return Err(explain(number, line, "is not one object"));
            }
            self.text.extend_from_slice(line);
            self.ends.push((number, self.text.len()));
        }
        if self.ends.is_empty() {
            return Ok(None);
        }
        match self.rows.finish(&mut self.decoder) {
            Ok(batch) => Ok(Some(batch)),
            Err(error) => Err(self.locate(&error)),
        }
    }

    /// The first line of the batch that does not fit.
    fn locate(&self, error: &ArrowError) -> ArrowError {
        let mut start = 0;
        for (number, end) in &self.ends {
            let line = &self.text[start..*end];
            start = *end;
            if let Err(error) = self.rows.decode_one(line) {
                return explain(*number, line, &message(&error));
            }
        }
        // Each fits alone: together they are too large.
        let first = self.ends.first().map_or(0, |(number, _)| *number);
        on_line(first, format!("and those behind it: {}", message(error)))
    }
}

impl<R: BufRead> Iterator for NdjsonReader<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let batch = self.batch().transpose();
        self.done = !matches!(batch, Some(Ok(_)));
        batch
    }
}

/// What is wrong with a line: its JSON if that is not right, otherwise what the decoder says.
fn explain(number: u64, line: &[u8], what: &str) -> ArrowError {
    match parse::<IgnoredAny>(number, line) {
        Err(error) => error,
        Ok(_) => on_line(number, what),
    }
}

fn message(error: &ArrowError) -> String {
    match error {
        ArrowError::JsonError(text) | ArrowError::CastError(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Lines to rows.
///
/// The decoder would cut 1.5 to 1 for a column of integers and take 5 for a date. So it reads every
/// column but texts, floats and logicals as text, which is then converted strictly.
struct RowDecoder {
    schema: SchemaRef,
    read: SchemaRef,
    strict: bool,
}

impl RowDecoder {
    fn new(schema: SchemaRef, strict: bool) -> Self {
        let fields: Vec<Field> = schema
            .fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Null | DataType::Boolean | DataType::Float64 => field.as_ref().clone(),
                _ => field.as_ref().clone().with_data_type(DataType::Utf8),
            })
            .collect();
        Self { schema, read: Arc::new(Schema::new(fields)), strict }
    }

    fn decoder(&self, rows: usize) -> Result<Decoder, ArrowError> {
        ReaderBuilder::new(self.read.clone())
            // One more than a batch has: it is never complete by itself.
            .with_batch_size(rows.saturating_add(1))
            .with_coerce_primitive(true)
            .with_strict_mode(self.strict)
            .build_decoder()
    }

    fn finish(&self, decoder: &mut Decoder) -> Result<RecordBatch, ArrowError> {
        let read = decoder.flush()?.ok_or_else(|| ArrowError::JsonError("no row".into()))?;
        let options = CastOptions { safe: false, ..CastOptions::default() };
        let columns = read.columns().iter().zip(self.schema.fields());
        let columns = columns.map(|(column, field)| -> Result<ArrayRef, ArrowError> {
            if column.data_type() == field.data_type() {
                return Ok(column.clone());
            }
            cast_with_options(column, field.data_type(), &options).map_err(|e| {
                ArrowError::CastError(format!("column `{}`: {}", field.name(), message(&e)))
            })
        });
        let columns = columns.collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(read.num_rows()));
        RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)
    }

    fn decode_one(&self, line: &[u8]) -> Result<RecordBatch, ArrowError> {
        let mut decoder = self.decoder(1)?;
        decoder.decode(line)?;
        self.finish(&mut decoder)
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, NdjsonReader};
    use crate::table::ndjson::infer;
    use arrow_array::{
        Array, RecordBatch,
        cast::AsArray,
        types::{Int64Type, UInt64Type},
    };
    use arrow_schema::ArrowError;

    /// Reads with the types of the first `infer_rows` rows, in batches of two rows.
    fn read(text: &str, infer_rows: usize) -> Result<Vec<RecordBatch>, ArrowError> {
        let (schema, _) = infer(&mut Lines::new(text.as_bytes()), Some(infer_rows))?;
        NdjsonReader::try_new(Lines::new(text.as_bytes()), &schema, None, 2)?.collect()
    }

    #[test]
    fn no_value_and_no_key_are_the_same() {
        let batches =
            read("{\"a\": 1, \"b\": \"x\"}\n{\"a\": null}\n\n{\"b\": \"ü\\u0000\"}\n", 9).unwrap();
        let rows: Vec<usize> = batches.iter().map(RecordBatch::num_rows).collect();
        assert_eq!(rows, [2, 1]);
        assert_eq!(batches[0].column(0).as_primitive::<Int64Type>().value(0), 1);
        assert!(batches[0].column(0).is_null(1) && batches[0].column(1).is_null(1));
        assert_eq!(batches[1].column(1).as_string::<i32>().value(0), "ü\0");
    }

    #[test]
    fn large_integers_keep_every_digit() {
        let batches =
            read("{\"a\": 18446744073709551615, \"b\": -9223372036854775808}", 9).unwrap();
        assert_eq!(batches[0].column(0).as_primitive::<UInt64Type>().value(0), u64::MAX);
        assert_eq!(batches[0].column(1).as_primitive::<Int64Type>().value(0), i64::MIN);
    }

    #[test]
    fn mixtures_keep_what_stands_in_the_file() {
        let batches = read("{\"a\": 1.50}\n{\"a\": \"x\"}\n{\"a\": true}", 9).unwrap();
        let text = |batch: usize, row| batches[batch].column(0).as_string::<i32>().value(row);
        assert_eq!([text(0, 0), text(0, 1), text(1, 0)], ["1.50", "x", "true"]);
    }

    #[test]
    fn a_row_that_does_not_fit_is_named_by_its_line() {
        for (text, said) in [
            ("{\"a\": 1}\n\n{\"a\": 1.5}", "line 3: column `a`: Cannot cast string '1.5'"),
            ("{\"a\": 1}\n{\"a\": 2}\n{\"a\": \"x\"}", "line 3: column `a`: Cannot cast"),
            ("{\"a\": \"2024-01-01\"}\n{\"a\": 5}", "line 2: column `a`: Cannot cast string '5'"),
            ("{\"a\": 1.5}\n{\"a\": \"x\"}", "line 2: "),
            ("{\"a\": true}\n{\"a\": 1}", "line 2: "),
            ("{\"a\": 1}\n{\"b\": 1}", "line 2: "),
            ("{\"a\": 1}\n{\"a\": [1]}", "line 2: "),
            ("{\"a\": 1}\n{\"a\": ", "line 2: EOF"),
            ("{\"a\": 1}\n{\"a\": 1}{\"a\": 2}", "line 2: trailing characters"),
            ("{\"a\": 1}\n[1]", "line 2: "),
            ("{\"a\": 1}\nnull", "line 2: "),
        ] {
            match read(text, 1) {
                Ok(batches) => panic!("{text}: {batches:?}"),
                Err(error) => assert!(error.to_string().contains(said), "{text}: {error}"),
            }
        }
    }
}
