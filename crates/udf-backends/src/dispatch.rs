//! Elementwise calls: batches over instances, and halving of batches that trap.

mod gather;
mod logs;
mod rows;

use crate::{
    guest::Until,
    pool::{Factory, Lease},
    rows::RowSink,
};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder, NullBuffer};
use gather::{Gathered, Rows};
use logs::Logs;
use std::{
    ops::Range,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use udf_columnar::{
    BoundCall, CancelToken, Column, Error, ErrorKind, Lane, Limits, Log, Output, RowErrors,
    Signature,
    internal::{batches, collect, frame::FrameArgs, room_for, texts_too_large, treatment, view},
    stack,
};
use web_time::Instant;

/// A call as every batch of it sees it.
pub(crate) struct Job<'a> {
    pub(crate) signature: &'a Signature,
    pub(crate) bound: &'a BoundCall,
    /// How the guest is called.
    pub(crate) lane: Lane,
    pub(crate) args: FrameArgs<'a>,
    pub(crate) limits: &'a Limits,
    pub(crate) row_offset: u64,
    pub(crate) call_id: u64,
    /// Seed and clock, for volatile functions.
    pub(crate) volatile: Option<(u64, i64)>,
    pub(crate) cancel: &'a CancelToken,
    /// End of the session, if it has one.
    pub(crate) deadline: Option<Instant>,
}

impl Job<'_> {
    /// Until when a guest call that starts `now` may run.
    pub(crate) fn until(&self, now: Instant) -> Until {
        let (limit, what) = match self.signature.is_elementwise() {
            true => (self.limits.batch_deadline, "the batch"),
            false => (self.limits.call_deadline, "the call"),
        };
        let own = now.checked_add(limit).unwrap_or(now + Duration::from_secs(1 << 30));
        let (deadline, what, allowed) = match self.deadline {
            Some(end) if end < own => (end, "the evaluation", None),
            _ => (own, what, Some(limit)),
        };
        Until { deadline, what, allowed, memory: None, cancel: self.cancel.clone() }
    }

    /// The same for so many calls of the function that begin now, on an instance that is there: where
    /// its hints are less than the limits, they hold.
    pub(crate) fn hinted(&self, until: Until, calls: usize) -> Until {
        let hints = &self.signature.function().hints;
        let until = Until { memory: hints.memory, ..until };
        let Some(hint) = hints.deadline_ms else { return until };
        let allowed = Duration::from_millis(hint.saturating_mul(calls as u64));
        match Instant::now().checked_add(allowed) {
            Some(deadline) if deadline < until.deadline => {
                let what = "the call (hint `deadline_ms`)";
                Until { deadline, what, allowed: Some(allowed), ..until }
            }
            _ => until,
        }
    }

    /// Bytes to preallocate for a batch's text: as many as its text arguments have, and some.
    pub(crate) fn text_room(&self, range: &Range<usize>) -> usize {
        use udf_abi::Physical;
        let has_text = self
            .signature
            .return_dtypes()
            .iter()
            .any(|dtype| matches!(dtype.physical(), Physical::Bytes | Physical::Any));
        if !has_text || !self.signature.is_elementwise() {
            return 0;
        }
        let input: usize = self
            .bound
            .columns()
            .filter(|column| column.len() == self.bound.rows() && column.data_bytes() > 0)
            .map(|column| view::ColumnView::of(column).slice(range.start, range.len()).data_bytes())
            .sum();
        (input + range.len() * 8).min(1 << 20)
    }
}

/// One instance of a module, of any engine.
pub(crate) trait Instance: Send {
    /// Runs the rows in `range` (the whole call where it is not elementwise). Fixed-width values
    /// of an elementwise result go to `out`, which has exactly their length.
    fn call(
        &mut self,
        job: &Job<'_>,
        range: Range<usize>,
        out: Option<&mut [u8]>,
        until: &Until,
    ) -> Result<Answer, Error>;

    /// What the guest logged during the last call, also one that failed.
    fn log(&mut self) -> Option<Log> {
        None
    }

    /// Calls the function for each row that the sink lacks, until it is full. A failure belongs
    /// to the first row that the sink then lacks.
    fn rows(&mut self, job: &Job<'_>, sink: &mut RowSink<'_>, until: &Until) -> Result<(), Error> {
        let _ = (sink, until);
        let message = format!("`{}` is not called row by row", job.signature.name());
        Err(Error::new(ErrorKind::Internal, message))
    }
}

/// What one guest call gives.
pub(crate) enum Answer {
    /// Rows of an elementwise result.
    Part(Part),
    /// The columns of a reduce or array result.
    Columns { columns: Vec<Column>, non_finite: bool },
}

/// A run of rows of an elementwise result.
pub(crate) struct Part {
    pub(crate) rows: usize,
    /// The values, where they are not in place.
    pub(crate) column: Option<Column>,
    pub(crate) validity: Option<BooleanBuffer>,
    pub(crate) errors: Option<RowErrors>,
    pub(crate) non_finite: bool,
    /// Whether timestamps are instants; absent where no row holds a value.
    pub(crate) utc: Option<bool>,
}

impl Part {
    pub(crate) fn column(column: Column, non_finite: bool) -> Self {
        Self {
            rows: column.len(),
            column: Some(column),
            validity: None,
            errors: None,
            non_finite,
            utc: None,
        }
    }
}

/// Shared by the workers of one call.
struct Run<'r, 'a> {
    job: &'r Job<'a>,
    factory: &'r dyn Factory,
    width: usize,
    guest_calls: AtomicU64,
    text_bytes: AtomicU64,
    stopped: AtomicBool,
    log: Logs,
}

/// Runs an elementwise call in batches of `size` rows on these instances, one worker each.
pub(crate) fn elementwise(
    job: &Job<'_>,
    factory: &dyn Factory,
    leases: &mut [Lease],
    size: usize,
) -> Result<Output, Error> {
    let rows = job.bound.rows();
    let dtype = job.signature.return_dtypes().first().copied().unwrap_or(udf_abi::DType::Null);
    let width = view::width(dtype);
    room_for(rows * width)?;
    let mut words = vec![0u64; (rows * width).div_ceil(8)];
    let run = Run {
        job,
        factory,
        width,
        guest_calls: AtomicU64::new(0),
        text_bytes: AtomicU64::new(0),
        stopped: AtomicBool::new(false),
        log: Logs::default(),
    };
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
    let mut slots = bytes[..rows * width].chunks_mut((size * width).max(1));
    let tasks = batches(rows, size).map(|range| (range, slots.next()));
    let rows = match leases {
        [one] => run.sequential(one, tasks),
        many => run.parallel(many, tasks.collect()),
    };
    let guest_calls = run.guest_calls.into_inner();
    let log = run.log.finish();
    match rows {
        Ok(rows) => assemble(job, dtype, words, rows, guest_calls, log),
        Err(error) => Err(error.with_log(log)),
    }
}

type Task<'t> = (Range<usize>, Option<&'t mut [u8]>);

impl Run<'_, '_> {
    #[expect(single_use_lifetimes, reason = "`impl Trait` takes no anonymous lifetime")]
    fn sequential<'t>(
        &self,
        lease: &mut Lease,
        tasks: impl Iterator<Item = Task<'t>>,
    ) -> Result<Rows, Error> {
        let mut done = Gathered::default();
        for (index, (range, out)) in tasks.enumerate() {
            done.put(index, Ok(self.batch(lease, range, out)?));
        }
        done.finish(self)
    }

    fn parallel(&self, leases: &mut [Lease], tasks: Vec<Task<'_>>) -> Result<Rows, Error> {
        let queue = Mutex::new(tasks.into_iter().enumerate());
        let done = Mutex::new(Gathered::default());
        let unable = Mutex::new(None);
        rayon::scope(|scope| {
            for lease in leases {
                scope.spawn(|_| {
                    // The threads are the caller's, whatever stacks they have.
                    let room = self.job.limits.stack_bytes.saturating_add(stack::RESERVE);
                    let worked = stack::with_room(room, || self.work(lease, &queue, &done));
                    if let Err(error) = worked.flatten() {
                        lock(&unable).get_or_insert(error);
                    }
                });
            }
        });
        let rows = done.into_inner().unwrap_or_else(PoisonError::into_inner).finish(self)?;
        match unable.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) if rows.errors.len() < self.job.bound.rows() => Err(error),
            // The others have done what a worker could not.
            _ => Ok(rows),
        }
    }

    /// Runs batches until none is left. A worker whose instance the machine has no room for takes none: fewer workers do the
    /// same.
    #[expect(single_use_lifetimes, reason = "`impl Trait` takes no anonymous lifetime")]
    fn work<'t>(
        &self,
        lease: &mut Lease,
        queue: &Mutex<impl Iterator<Item = (usize, Task<'t>)>>,
        done: &Mutex<Gathered>,
    ) -> Result<(), Error> {
        let until = self.job.until(Instant::now());
        if until.expired().is_none()
            && let Err(error) = lease.instance(self.factory, &until)
        {
            // A module that does not start will not start for the others either.
            self.stopped.fetch_or(error.kind() != ErrorKind::Busy, Ordering::Relaxed);
            return Err(error);
        }
        while !self.stopped.load(Ordering::Relaxed) {
            let next = lock(queue).next();
            let Some((index, (range, out))) = next else { break };
            let result = self.batch(lease, range, out);
            if result.is_err() {
                self.stopped.store(true, Ordering::Relaxed);
            }
            lock(done).put(index, result);
        }
        Ok(())
    }

    fn batch(
        &self,
        lease: &mut Lease,
        range: Range<usize>,
        out: Option<&mut [u8]>,
    ) -> Result<Rows, Error> {
        let out = out.filter(|_| self.width > 0);
        if self.job.lane != Lane::Columnar {
            return self.row_by_row(lease, range, out);
        }
        let mut result = Rows::new(self.job.limits.messages_bytes);
        self.rows(lease, range, out, None, &mut result)?;
        Ok(result)
    }

    /// Runs a batch; one that traps is halved on fresh instances, down to the rows that do. The
    /// halves together have the time of a whole call, until `end`: a guest that burns its time
    /// before it traps would otherwise keep one batch busy for hours.
    fn rows(
        &self,
        lease: &mut Lease,
        range: Range<usize>,
        mut out: Option<&mut [u8]>,
        end: Option<Instant>,
        result: &mut Rows,
    ) -> Result<(), Error> {
        let now = Instant::now();
        let mut until = self.job.until(now);
        if let Some(end) = end.filter(|end| *end < until.deadline) {
            (until.deadline, until.what) = (end, "halving a batch that traps");
            until.allowed = Some(self.job.limits.call_deadline);
        }
        if let Some(error) = until.expired_at(now) {
            return Err(error);
        }
        self.guest_calls.fetch_add(1, Ordering::Relaxed);
        // A module that does not start is no row's fault: nothing is halved.
        let instance = lease.instance(self.factory, &until)?;
        let until = self.job.hinted(until, 1);
        let answer = instance.call(self.job, range.clone(), out.as_deref_mut(), &until);
        let log = instance.log();
        let error = match answer {
            Ok(Answer::Part(part)) => {
                self.log.insert(range.start, log);
                self.count_text(&part)?;
                result.push(part);
                return Ok(());
            }
            Ok(Answer::Columns { .. }) => {
                return Err(Error::new(ErrorKind::Internal, "columns for an elementwise call"));
            }
            Err(error) => error,
        };
        let treatment = treatment(error.kind());
        if !treatment.keeps_instance {
            lease.discard();
        }
        if !treatment.halves || !self.job.signature.may_run_again() {
            self.log.insert(range.start, log);
            return Err(error);
        }
        // What a batch logged that is halved, its halves log again.
        if range.len() == 1 {
            self.log.insert(range.start, log);
            return self.failed_row(range.start, &error, out, result);
        }
        let end = end.or_else(|| Instant::now().checked_add(self.job.limits.call_deadline));
        let middle = range.start + range.len() / 2;
        let (left, right) = match out {
            Some(out) => {
                let (left, right) = out.split_at_mut((middle - range.start) * self.width);
                (Some(left), Some(right))
            }
            None => (None, None),
        };
        self.rows(lease, range.start..middle, left, end, result)?;
        self.rows(lease, middle..range.end, right, end, result)
    }

    /// Refuses a result as soon as its texts are longer than a column can hold, not when all of
    /// them are there.
    fn count_text(&self, part: &Part) -> Result<(), Error> {
        let Some(column) = &part.column else { return Ok(()) };
        let bytes = column.data_bytes() as u64;
        let total = bytes + self.text_bytes.fetch_add(bytes, Ordering::Relaxed);
        match i32::try_from(total) {
            Ok(_) => Ok(()),
            Err(_) => Err(texts_too_large(total)),
        }
    }

    fn failed_row(
        &self,
        row: usize,
        error: &Error,
        out: Option<&mut [u8]>,
        result: &mut Rows,
    ) -> Result<(), Error> {
        let code = error.cell_error();
        let errors = RowErrors::repeated(code, Some(error.message()), 1);
        let part = match out {
            Some(out) => {
                out.fill(0);
                Part {
                    rows: 1,
                    column: None,
                    validity: Some(BooleanBuffer::new_unset(1)),
                    errors: Some(errors),
                    non_finite: false,
                    utc: None,
                }
            }
            None => {
                let dtype = self.job.signature.return_dtypes()[0];
                Part::column(Column::new_null(dtype, 1).with_errors(errors)?, false)
            }
        };
        result.push(part);
        self.note(row, error, result);
        Ok(())
    }

    fn note(&self, row: usize, error: &Error, result: &mut Rows) {
        result.note(self.job.row_offset + row as u64, error);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn assemble(
    job: &Job<'_>,
    dtype: udf_abi::DType,
    words: Vec<u64>,
    results: Rows,
    guest_calls: u64,
    log: Log,
) -> Result<Output, Error> {
    let rows = job.bound.rows();
    let Rows { parts, errors, failures, failed_rows } = results;
    let non_finite = parts.iter().any(|part| part.non_finite);
    let column = if view::width(dtype) > 0 {
        let mut zones = parts.iter().filter_map(|part| part.utc);
        let utc = zones.next().unwrap_or(false);
        if zones.any(|other| other != utc) {
            return Err(Error::new(
                ErrorKind::InvalidResult,
                "some batches answer instants (UTC), others wall clock times: a column is one or the other",
            ));
        }
        let array = collect::fixed_array_of(dtype, utc, rows, words, validity(&parts, rows))?;
        match dtype {
            udf_abi::DType::Error => {
                use arrow_array::{UInt8Array, cast::AsArray, types::UInt8Type};
                let codes = array.as_primitive::<UInt8Type>().iter().enumerate();
                let overlay = job.bound.overlay();
                let seen = codes.map(|(row, code)| code.filter(|_| !overlay.hides(row)));
                Column::try_new_errors(seen.collect::<UInt8Array>())
                    .map_err(|e| Error::new(ErrorKind::InvalidResult, e.message()))?
            }
            _ => Column::try_new(array)?,
        }
    } else {
        let columns: Vec<Column> = parts.into_iter().filter_map(|part| part.column).collect();
        Column::concat(dtype, &columns)?
    };
    let column = match errors.finish() {
        Some(errors) => column.with_errors(errors)?,
        None => column,
    };
    let column = job.bound.overlay().apply(column, job.limits.messages_bytes)?;
    let mut output = Output::new(vec![column]);
    (output.non_finite, output.guest_calls, output.log) = (non_finite, guest_calls, log);
    (output.failures, output.failed_rows) = (failures, failed_rows);
    Ok(output)
}

fn validity(parts: &[Part], rows: usize) -> Option<NullBuffer> {
    if parts.iter().all(|part| part.validity.is_none()) {
        return None;
    }
    let mut builder = BooleanBufferBuilder::new(rows);
    for part in parts {
        match &part.validity {
            Some(bits) => builder.append_buffer(bits),
            None => builder.append_n(part.rows, true),
        }
    }
    Some(NullBuffer::new(builder.finish()))
}

#[cfg(test)]
mod tests {
    use super::{Answer, Instance, Job, Part, elementwise};
    use crate::{
        guest::Until,
        pool::{Factory, Pool},
    };
    use arrow_array::{BinaryArray, Int8Array};
    use std::{ops::Range, sync::Arc};
    use udf_abi::manifest::Manifest;
    use udf_columnar::{
        Argument, BoundCall, CancelToken, Column, Error, ErrorKind, Lane, Limits, Signature,
        internal::frame::FrameArgs,
    };

    /// Answers the same 64 MiB to every batch of one row: a buffer that is shared, not copied.
    struct Large(Column);
    impl Instance for Large {
        fn call(
            &mut self,
            job: &Job<'_>,
            range: Range<usize>,
            _: Option<&mut [u8]>,
            _: &Until,
        ) -> Result<Answer, Error> {
            assert!(job.row_offset + range.end as u64 <= 33, "refused too late");
            Ok(Answer::Part(Part::column(self.0.clone(), false)))
        }
    }
    impl Factory for Large {
        fn create(&self, _: &Until) -> Result<Box<dyn Instance>, Error> {
            Ok(Box::new(Self(self.0.clone())))
        }
    }

    #[test]
    fn texts_that_pass_what_a_column_holds_are_refused_before_all_of_them_are_there() {
        let manifest = br#"{
          "schema": "formualizer.udf.module/v1",
          "module": { "id": "demo", "version": "1", "abi": 1, "codec": 2 },
          "functions": [{ "id": 1, "name": "F", "export": "f", "kind": "elementwise",
            "min_args": 1, "max_args": 1, "returns": "binary",
            "params": [{ "name": "x", "type": "i8" }] }]
        }"#;
        let function = Manifest::parse(manifest).unwrap().manifest.functions[0].clone();
        let signature = Signature::try_new(function).unwrap();
        let x = Argument::column(Arc::new(Int8Array::from(vec![0; 1000]))).unwrap();
        let bound = BoundCall::try_new(&signature, vec![x], None).unwrap();
        let (limits, cancel) = (Limits::default(), CancelToken::new());
        let job = Job {
            signature: &signature,
            bound: &bound,
            lane: Lane::Columnar,
            args: FrameArgs::of(&bound, true),
            limits: &limits,
            row_offset: 0,
            call_id: 1,
            volatile: None,
            cancel: &cancel,
            deadline: None,
        };
        let text = vec![0u8; 64 << 20];
        let column = Column::try_new(Arc::new(BinaryArray::from(vec![text.as_slice()]))).unwrap();
        let mut leases =
            Pool::new(1).acquire(1, 1, || job.until(std::time::Instant::now())).unwrap();
        let error = elementwise(&job, &Large(column), &mut leases, 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    }
}
