//! Batches of a size that is worth a call and fits in memory, whatever the file's own are.

use crate::exit::Failure;
use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use std::path::PathBuf;

/// The rows of a file. Batches that are too large are cut without a copy, small ones are put
/// together.
pub(crate) struct Chunks {
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>,
    schema: SchemaRef,
    rows: usize,
    path: PathBuf,
    /// What is left of a batch that was cut.
    rest: Option<RecordBatch>,
    done: bool,
}

impl Chunks {
    pub(crate) fn new(
        batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>,
        schema: SchemaRef,
        rows: usize,
        path: PathBuf,
    ) -> Self {
        Self { batches, schema, rows: rows.max(1), path, rest: None, done: false }
    }

    /// The columns of every batch.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn read(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        if let Some(batch) = self.rest.take() {
            return Ok(Some(batch));
        }
        for batch in self.batches.by_ref() {
            let batch = batch?;
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    fn chunk(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let mut gathered = Vec::new();
        let mut rows = 0;
        while rows < self.rows {
            let Some(batch) = self.read()? else { break };
            let room = self.rows - rows;
            if batch.num_rows() > room {
                self.rest = Some(batch.slice(room, batch.num_rows() - room));
                gathered.push(batch.slice(0, room));
                break;
            }
            rows += batch.num_rows();
            gathered.push(batch);
            // Half a chunk is worth a call, and no copy to fill it up.
            if gathered.len() == 1 && rows * 2 > self.rows {
                break;
            }
        }
        match gathered.len() {
            0 => Ok(None),
            1 => Ok(gathered.pop()),
            _ => arrow_select::concat::concat_batches(&gathered[0].schema(), &gathered).map(Some),
        }
    }
}

impl Iterator for Chunks {
    type Item = Result<RecordBatch, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let chunk = self.chunk().transpose();
        self.done = !matches!(chunk, Some(Ok(_)));
        chunk.map(|chunk| {
            chunk.map_err(|error| {
                let failure = Failure::io(self.path.display(), &error);
                match error {
                    ArrowError::ParseError(_) => failure.hint(
                        "column types come from the first rows: give --infer-rows 0 to look at all, \
                         or --csv-null TEXT if it stands for no value",
                    ),
                    ArrowError::JsonError(_) => failure.hint(
                        "mend that line of the file; columns and their types come from the first \
                         rows: --infer-rows 0 looks at all",
                    ),
                    ArrowError::OffsetOverflowError(_) => failure.hint(
                        "texts of one column take 2 GiB at most: --batch-rows passes fewer rows at a time",
                    ),
                    ArrowError::CsvError(_) => failure.hint("mend that line of the file"),
                    _ => failure.hint("the file is damaged, or not of this format"),
                }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Chunks;
    use arrow_array::{Int32Array, RecordBatch, cast::AsArray, types::Int32Type};
    use std::sync::Arc;

    fn chunked(lengths: &[i32], rows: usize) -> Vec<Vec<i32>> {
        let mut next = 0;
        let batches: Vec<RecordBatch> = lengths
            .iter()
            .map(|len| {
                let values = Int32Array::from_iter_values(next..next + len);
                next += len;
                RecordBatch::try_from_iter([("n", Arc::new(values) as _)]).unwrap()
            })
            .collect();
        let schema = batches[0].schema();
        let source = Box::new(batches.into_iter().map(Ok));
        Chunks::new(source, schema, rows, "x".into())
            .map(|chunk| chunk.unwrap().column(0).as_primitive::<Int32Type>().values().to_vec())
            .collect()
    }

    #[test]
    fn every_row_comes_once_and_in_order() {
        for lengths in [&[0][..], &[10], &[1, 1, 1, 1, 1], &[0, 7, 0, 3, 9, 1], &[100, 1, 100]] {
            for rows in [1, 2, 3, 7, 64, 1000] {
                let chunks = chunked(lengths, rows);
                assert!(chunks.iter().all(|c| !c.is_empty() && c.len() <= rows));
                let all: Vec<i32> = chunks.concat();
                assert_eq!(all, (0..lengths.iter().sum()).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn small_batches_are_put_together() {
        assert_eq!(chunked(&[1; 10], 4).len(), 3);
    }
}
