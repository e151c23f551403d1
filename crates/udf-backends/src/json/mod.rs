//! Codec 1: calls in JSON, as Formualizer 0.13 makes them.
//!
//! ```text
//! encode   arguments of a row, or of the whole call, to a request
//! decode   an answer to a value, an array or a failure
//!   kinds  names of errors
//!   dates  day serials, integers and ISO 8601
//! ```
//!
//! For each call the host asks `fz_alloc` for exactly the request's bytes, writes them, calls the
//! export, reads the answer and frees both. An elementwise function is called once a row; where an
//! argument is a range, once for all. A call that failed is never made again.

mod dates;
mod decode;
mod encode;
mod kinds;

use crate::{
    dispatch::{self, Job},
    guest::{Guest, Until},
    memory::{Block, check_request},
    native::{Cell, column_of},
    rows::RowSink,
};
use decode::{Answer, Grid, invalid};
use encode::Request;
use udf_abi::DType;
use udf_columnar::{Column, Error, ErrorKind, internal::treatment};

/// Calls the function for each row that the sink lacks.
pub(crate) fn rows<G: Guest>(
    guest: &mut G,
    job: &Job<'_>,
    sink: &mut RowSink<'_>,
    until: &Until,
) -> Result<(), Error> {
    let dtype = job.signature.return_dtypes()[0];
    let message_bytes = job.limits.message_bytes;
    let overlay = job.bound.overlay();
    let hidden = |row: usize| {
        overlay.validity().is_some_and(|v| v.is_null(row))
            || overlay.errors().is_some_and(|e| e.codes()[row] != 0)
    };
    let request = Request::of(job);
    let mut bytes = Vec::new();
    while !sink.is_full() {
        let row = sink.rest().start;
        if hidden(row) {
            sink.skip();
            continue;
        }
        request.write(&mut bytes, row, job.limits.memory_bytes)?;
        sink.called();
        let cell = exchange(guest, job, &bytes, until, |answer| match answer {
            Answer::One(value) => value.into_cell(dtype, message_bytes),
            Answer::Failed(code, message) => Ok(Cell::Error(code, Some(message))),
            Answer::Array(grid) => Err(invalid(format!(
                "the answer for one row is an array of {} rows and {} columns: call it without columns, or declare `\"kind\": \"array\"`",
                grid.rows(),
                grid.columns
            ))),
        })?;
        sink.put(cell);
    }
    Ok(())
}

/// Calls the function once, with all its arguments.
pub(crate) fn whole<G: Guest>(
    guest: &mut G,
    job: &Job<'_>,
    until: &Until,
) -> Result<dispatch::Answer, Error> {
    let mut bytes = Vec::new();
    Request::of(job).write(&mut bytes, 0, job.limits.memory_bytes)?;
    let columns = exchange(guest, job, &bytes, until, |answer| match answer {
        Answer::Failed(code, message) => Err(Error::new(ErrorKind::Function(code), message)),
        Answer::One(value) => columns(job, Grid { columns: 1, values: vec![value] }),
        Answer::Array(grid) if job.signature.is_reduce() => Err(invalid(format!(
            "the answer is an array of {} rows and {} columns, one value is wanted",
            grid.rows(),
            grid.columns
        ))),
        Answer::Array(grid) => columns(job, grid),
    })?;
    Ok(dispatch::Answer::Columns { columns, non_finite: false })
}

/// The columns of an array, in the types that the manifest gives.
fn columns(job: &Job<'_>, grid: Grid) -> Result<Vec<Column>, Error> {
    let dtypes = job.signature.return_dtypes();
    let named = job.signature.return_names().map(|names| names.len());
    if let Some(wanted) = named.filter(|wanted| *wanted != grid.columns) {
        return Err(invalid(format!(
            "the answer has {} columns, {wanted} are wanted",
            grid.columns
        )));
    }
    let rows = grid.rows();
    let dtype_of = |index: usize| dtypes.get(index).or(dtypes.last()).copied();
    let mut cells: Vec<(DType, Vec<Cell>)> = (0..grid.columns.max(1))
        .map(|index| (dtype_of(index).unwrap_or(DType::Any), Vec::with_capacity(rows)))
        .collect();
    let count = cells.len();
    for (index, value) in grid.values.into_iter().enumerate() {
        let (dtype, column) = &mut cells[index % count];
        column.push(value.into_cell(*dtype, job.limits.message_bytes).map_err(|e| {
            e.context(format_args!("row {}, column {}", index / count, index % count))
        })?);
    }
    cells.iter().map(|(dtype, cells)| column_of(*dtype, cells)).collect()
}

/// One request and its answer. After an answer that breaks a rule the instance is thrown away, so
/// nothing is freed.
fn exchange<G: Guest, T>(
    guest: &mut G,
    job: &Job<'_>,
    request: &[u8],
    until: &Until,
    read: impl FnOnce(Answer) -> Result<T, Error>,
) -> Result<T, Error> {
    let len = u32::try_from(request.len()).map_err(|_| {
        let message = format!("a request of {} bytes; 4294967295 can be passed", request.len());
        Error::new(ErrorKind::TooLarge, message)
    })?;
    let asked = Block { ptr: guest.alloc(len, until)?, len };
    check_request(asked.ptr, len, guest.memory().size())?;
    guest.memory().write(asked.ptr, len, |block| {
        block.copy_from_slice(request);
        Ok(())
    })?;
    let answer = guest.call(&job.signature.function().export, asked.ptr, len, until)?;
    let (answer, answered) = {
        let view = guest.memory().view();
        let (json, block) = view.memory().json_answer(answer, job.limits.result_bytes)?;
        (decode::answer(json, job.limits.message_bytes)?, block)
    };
    let value = read(answer);
    let keeps = |e: &Error| treatment(e.kind()).keeps_instance;
    if value.as_ref().err().is_none_or(keeps) {
        guest.free(asked, until)?;
        // A function may answer in the place of its request, which is freed once.
        if answered.ptr != asked.ptr {
            guest.free(answered, until)?;
        }
    }
    value
}
