//! One batch on one instance: a frame goes in, an export is called, a result comes out.

use crate::{
    dispatch::{Answer, Instance, Job, Part},
    json,
    linear::Linear,
    memory::{Block, Expected, GuestResult, check_alloc},
    rows::RowSink,
    typed::TypedRows,
};
use std::{ops::Range, ptr, time::Duration};
use udf_abi::DType;
use udf_columnar::{
    CancelToken, Column, Error, ErrorKind, Lane, Log, RowErrors,
    internal::{
        collect::{self, MessageRoom},
        frame::{CallContext, FrameAddress, OutputSpec},
        treatment,
        view::{ColumnView, Values},
    },
};
use web_time::Instant;

/// Until when a guest may run, and what memory it may take meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Until {
    /// The moment.
    pub(crate) deadline: Instant,
    /// What the moment is the end of, for the message.
    pub(crate) what: &'static str,
    /// How long that may take, where a limit says so.
    pub(crate) allowed: Option<Duration>,
    /// Most bytes of memory that it may grow to, where that is less than the limit of its instance.
    pub(crate) memory: Option<u64>,
    /// Cancels from outside.
    pub(crate) cancel: CancelToken,
}

impl Until {
    /// Why the guest must stop now, if it must.
    pub(crate) fn expired(&self) -> Option<Error> {
        self.expired_at(Instant::now())
    }

    /// Why the guest must stop at `now`, if it must.
    pub(crate) fn expired_at(&self, now: Instant) -> Option<Error> {
        if self.cancel.is_cancelled() {
            return Some(Error::new(ErrorKind::Cancelled, "the evaluation was cancelled"));
        }
        (now >= self.deadline).then(|| self.overtime())
    }

    /// The error of a guest that ran for too long.
    pub(crate) fn overtime(&self) -> Error {
        let allowed = self.allowed.map(|limit| format!(": the limit is {limit:?}"));
        let message = format!("{} ran out of time{}", self.what, allowed.unwrap_or_default());
        Error::new(ErrorKind::DeadlineExceeded, message)
    }
}

/// What an engine offers of an instance. Every entry runs under `until`.
pub(crate) trait Guest: Send {
    /// Linear memory as it is now.
    fn memory(&mut self) -> Linear<'_>;
    /// Where the guest keeps its log, if it keeps one.
    fn log_at(&self) -> Option<u32>;
    /// `fz_alloc`, unchecked.
    fn alloc(&mut self, len: u32, until: &Until) -> Result<u32, Error>;
    /// `fz_free`.
    fn free(&mut self, block: Block, until: &Until) -> Result<(), Error>;
    /// The function's export.
    fn call(&mut self, export: &str, ptr: u32, len: u32, until: &Until) -> Result<u64, Error>;
    /// A bare export, for each row that the sink lacks; a failure belongs to the first row that
    /// it then lacks. See [`typed`](crate::typed).
    fn typed(
        &mut self,
        rows: &TypedRows<'_>,
        sink: &mut RowSink<'_>,
        until: &Until,
    ) -> Result<(), Error>;
}

/// Blocks are multiples of this many bytes.
const SPARE: u32 = 64 << 10;

/// An instance with the block that its frames are written to.
pub(crate) struct GuestInstance<G> {
    guest: G,
    block: Option<Block>,
    /// Whether the last call reached the function: if not, its log is that of the one before.
    entered: bool,
}

impl<G: Guest> GuestInstance<G> {
    #[cfg_attr(
        not(any(feature = "wasmtime", feature = "wasmi", feature = "js")),
        expect(dead_code, reason = "no engine is compiled in")
    )]
    pub(crate) fn new(guest: G) -> Self {
        Self { guest, block: None, entered: false }
    }

    /// A block of at least `len` bytes; the same one for every batch that fits.
    fn block(&mut self, len: u32, until: &Until) -> Result<Block, Error> {
        if let Some(block) = self.block {
            if block.len >= len {
                return Ok(block);
            }
            self.block = None;
            self.guest.free(block, until)?;
        }
        // Batches differ in their texts: some room to spare keeps the block.
        let len = len.checked_next_multiple_of(SPARE).unwrap_or(len);
        let ptr = self.guest.alloc(len, until)?;
        check_alloc(ptr, len, self.guest.memory().size())?;
        let block = Block { ptr, len };
        self.block = Some(block);
        Ok(block)
    }
}

impl<G: Guest> Instance for GuestInstance<G> {
    fn call(
        &mut self,
        job: &Job<'_>,
        range: Range<usize>,
        out: Option<&mut [u8]>,
        until: &Until,
    ) -> Result<Answer, Error> {
        self.entered = false;
        if job.lane == Lane::Json {
            return json::whole(&mut self.guest, job, until);
        }
        let output = output(job, &range);
        let frame = job.args.plan(range.clone(), output.as_slice())?;
        let Block { ptr: base, len: room } = self.block(frame.len(), until)?;
        let context = CallContext {
            row_offset: job.row_offset + range.start as u64,
            call_id: job.call_id,
            volatile: job.volatile,
        };
        // The block lies inside the memory: checked when it was allocated, and memories only grow.
        let memory = self.guest.memory();
        let address = memory.write_frame(base, frame.len(), frame.filled(), |block| {
            frame.write(block, base, &context)
        })?;
        self.entered = true;
        let answer =
            self.guest.call(&job.signature.function().export, address.base, address.len, until)?;

        let elementwise = job.signature.is_elementwise();
        let expected = Expected {
            dtypes: job.signature.return_dtypes(),
            columns: if elementwise || job.signature.is_reduce() {
                Some(1)
            } else {
                job.signature.return_names().map(|names| names.len())
            },
            rows: match (elementwise, job.signature.is_reduce()) {
                (true, _) => Some(range.len()),
                (_, true) => Some(1),
                _ => None,
            },
            budget: job.limits.result_bytes,
            message_bytes: job.limits.message_bytes,
        };
        let hidden = |row| job.bound.overlay().hides(range.start + row);
        let hidden = elementwise.then_some(hidden);
        let messages =
            MessageRoom { each: job.limits.message_bytes, all: job.limits.messages_bytes };
        let mut out = out;
        let (block, read, rest) = {
            let memory = self.guest.memory();
            // A memory apart is read into the place of the values at once.
            let (mut place, view) = match out.as_deref_mut() {
                Some(out) if memory.is_apart() => {
                    (Place::Read(out.as_ptr(), Rest::None), memory.view_of(base, room, Some(out)))
                }
                Some(out) => (Place::Here(out), memory.view_of(base, room, None)),
                None => (Place::None, memory.view_of(base, room, None)),
            };
            let memory = view.memory();
            // What the request leaves of its block is the host's too.
            let block = memory.owned_block(answer, &FrameAddress { len: room, ..address })?;
            let result = memory.result(answer, &address, &expected);
            let read = read(result, &mut place, messages, hidden);
            (block, read, place.rest())
        };
        if let Some(out) = out {
            rest.finish(out, read.is_ok(), job.signature.return_dtypes().first());
        }
        // An instance that is about to be discarded is not entered again.
        let lives_on = |e: &Error| treatment(e.kind()).keeps_instance;
        if let Some(block) = block
            && read.as_ref().err().is_none_or(lives_on)
        {
            self.guest.free(block, until)?;
        }
        read
    }

    fn log(&mut self) -> Option<Log> {
        let at = self.guest.log_at().filter(|_| self.entered)?;
        let view = self.guest.memory().view();
        view.memory().log(at)
    }

    fn rows(&mut self, job: &Job<'_>, sink: &mut RowSink<'_>, until: &Until) -> Result<(), Error> {
        match job.lane {
            Lane::Json => json::rows(&mut self.guest, job, sink, until),
            _ => self.guest.typed(&TypedRows::of(job)?, sink, until),
        }
    }
}

/// Room for the result of an elementwise or reduce call.
fn output(job: &Job<'_>, range: &Range<usize>) -> Option<OutputSpec> {
    let rows = match (job.signature.is_elementwise(), job.signature.is_reduce()) {
        (true, _) => range.len(),
        (_, true) => 1,
        _ => return None,
    };
    let dtype = *job.signature.return_dtypes().first()?;
    Some(OutputSpec { dtype, rows, data_bytes: job.text_room(range) })
}

/// Where the fixed-width values of a batch go.
enum Place<'o> {
    /// They have none.
    None,
    Here(&'o mut [u8]),
    /// They may be read into the place that begins here, as they are: what is left to do there then.
    Read(*const u8, Rest),
}

impl Place<'_> {
    fn rest(self) -> Rest {
        match self {
            Self::Read(_, rest) => rest,
            Self::None | Self::Here(_) => Rest::None,
        }
    }
}

/// What is to be done with values in their place once nothing else is read.
enum Rest {
    None,
    /// Some may be NaN, of any kind.
    Canonical,
    /// They are not there, but here.
    Copy(Vec<u8>),
}

impl Rest {
    /// Does it; of a result that is refused no value stays.
    fn finish(self, out: &mut [u8], is_ok: bool, dtype: Option<&DType>) {
        match self {
            _ if !is_ok => out.fill(0),
            Self::None => {}
            Self::Canonical => collect::canonical(dtype.copied().unwrap_or(DType::Null), out),
            Self::Copy(values) => out.copy_from_slice(&values),
        }
    }
}

fn read(
    result: Result<GuestResult<'_>, Error>,
    out: &mut Place<'_>,
    room: MessageRoom,
    hidden: Option<impl Fn(usize) -> bool>,
) -> Result<Answer, Error> {
    let result = result?;
    if let Some(hidden) = hidden {
        return part(&result, out, room, hidden).map(Answer::Part);
    }
    let mut columns = Vec::with_capacity(result.columns.len());
    let mut non_finite = false;
    for (view, messages) in result.columns.iter().zip(&result.messages) {
        let collected = collect::column(view)?;
        non_finite |= collected.non_finite;
        columns.push(with_messages(collected.column, messages.as_ref(), room, |_| false)?);
    }
    Ok(Answer::Columns { columns, non_finite })
}

/// The rows of a batch: fixed-width values go straight to their place in the result. What a row
/// holds that the arguments have `hidden` does not matter.
fn part(
    result: &GuestResult<'_>,
    out: &mut Place<'_>,
    room: MessageRoom,
    hidden: impl Fn(usize) -> bool,
) -> Result<Part, Error> {
    let (Some(view), Some(messages)) = (result.columns.first(), result.messages.first()) else {
        return Err(Error::new(ErrorKind::Internal, "an elementwise result without a column"));
    };
    let some = match out {
        Place::None => {
            let collected = collect::column(view)?;
            let column = with_messages(collected.column, messages.as_ref(), room, hidden)?;
            return Ok(Part::column(column, collected.non_finite));
        }
        Place::Here(out) => collect::fixed_into(view, out),
        Place::Read(place, rest) => match view.values {
            Values::Fixed { bytes, .. } if ptr::eq(bytes.as_ptr(), *place) => {
                let some = collect::some_non_finite(view);
                *rest = if some { Rest::Canonical } else { Rest::None };
                some
            }
            Values::Fixed { bytes, .. } => {
                let mut values = vec![0; bytes.len()];
                let some = collect::fixed_into(view, &mut values);
                *rest = Rest::Copy(values);
                some
            }
            _ => false,
        },
    };
    collect::check_error_values(view, &hidden)?;
    let non_finite = some && collect::has_non_finite(view, &hidden);
    let errors = match (collect::row_errors(view.errors)?, messages) {
        (Some(codes), Some(texts)) => Some(row_messages(&codes, texts, room, hidden)?),
        (Some(codes), None) => Some(RowErrors::try_new(codes, None)?),
        (None, _) => None,
    };
    Ok(Part {
        rows: view.rows,
        column: None,
        validity: collect::validity(view.validity),
        errors,
        non_finite,
        utc: Some(view.flags & udf_abi::frame::COLUMN_UTC != 0),
    })
}

fn with_messages(
    column: Column,
    messages: Option<&ColumnView<'_>>,
    room: MessageRoom,
    hidden: impl Fn(usize) -> bool,
) -> Result<Column, Error> {
    match (column.errors(), messages) {
        (Some(errors), Some(texts)) => {
            let errors = row_messages(errors.codes(), texts, room, hidden)?;
            column.with_errors(errors)
        }
        _ => Ok(column),
    }
}

fn row_messages(
    codes: &[u8],
    texts: &ColumnView<'_>,
    room: MessageRoom,
    hidden: impl Fn(usize) -> bool,
) -> Result<RowErrors, Error> {
    collect::messages(codes, texts, room, hidden).map_err(|e| e.context("error messages"))
}

/// At most `most` bytes, cut at a character boundary.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}
