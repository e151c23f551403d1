//! Batches of functions that are called row by row.

use super::{Rows, Run};
use crate::{guest::Until, pool::Lease, rows::RowSink};
use std::{ops::Range, sync::atomic::Ordering};
use udf_columnar::{Error, ErrorKind, internal::treatment};
use web_time::Instant;

impl Run<'_, '_> {
    /// Calls the function for each row of a batch. All of them have the time of one batch.
    pub(super) fn row_by_row(
        &self,
        lease: &mut Lease,
        range: Range<usize>,
        mut out: Option<&mut [u8]>,
    ) -> Result<Rows, Error> {
        let until = self.job.hinted(self.job.until(Instant::now()), range.len());
        let dtype = self.job.signature.return_dtypes()[0];
        let mut result = Rows::new(self.job.limits.messages_bytes);
        let mut start = range.start;
        while start < range.end {
            let mut sink = RowSink::try_new(self.job, start..range.end, self.width, out.take())?;
            self.fill(lease, &mut sink, &until, &mut result)?;
            let (part, rest) = sink.finish(dtype, self.width)?;
            self.count_text(&part)?;
            start += part.rows;
            result.push(part);
            out = rest;
        }
        Ok(result)
    }

    /// Fills the sink. The row that ends an instance is in error, and a fresh instance goes on
    /// behind it.
    fn fill(
        &self,
        lease: &mut Lease,
        sink: &mut RowSink<'_>,
        until: &Until,
        result: &mut Rows,
    ) -> Result<(), Error> {
        while !sink.is_full() {
            if let Some(error) = until.expired() {
                return Err(error);
            }
            let answer = lease.instance(self.factory, until)?.rows(self.job, sink, until);
            self.guest_calls.fetch_add(sink.take_calls(), Ordering::Relaxed);
            let Err(error) = answer else { continue };
            let treatment = treatment(error.kind());
            if !treatment.keeps_instance {
                lease.discard();
            }
            // What a row answers is its own affair here, malformed answers included.
            if !treatment.halves && error.kind() != ErrorKind::InvalidResult {
                return Err(error);
            }
            self.note(sink.rest().start, &error, result);
            sink.fail(&error, self.job.limits.message_bytes);
        }
        Ok(())
    }
}
