//! Arguments as JSON: the tagged values of Formualizer 0.13.

use super::dates;
use crate::{dispatch::Job, json::kinds::kind_of};
use serde::Serialize;
use std::io::Write as _;
use udf_abi::{DType, ErrorCode, frame::tag};
use udf_columnar::{
    Argument, Column, Error, ErrorKind,
    internal::view::{BytesView, ColumnView, Values},
};

/// The arguments of a call, ready to be written row by row.
pub(super) struct Request<'a> {
    arguments: Vec<Source<'a>>,
}

enum Source<'a> {
    Omitted,
    Scalar(Cells<'a>),
    Column(Cells<'a>),
    Range(Vec<Cells<'a>>),
}

/// A column, and its bytes.
struct Cells<'a> {
    column: &'a Column,
    view: ColumnView<'a>,
}

impl<'a> Cells<'a> {
    fn of(column: &'a Column) -> Self {
        Self { column, view: ColumnView::of(column) }
    }
}

impl<'a> Request<'a> {
    pub(super) fn of(job: &Job<'a>) -> Self {
        let source = |argument: &'a Argument| match argument {
            Argument::Omitted => Source::Omitted,
            Argument::Scalar(column) => Source::Scalar(Cells::of(column)),
            Argument::Column(column) if job.signature.is_elementwise() => {
                Source::Column(Cells::of(column))
            }
            Argument::Column(column) => Source::Range(vec![Cells::of(column)]),
            Argument::Range(columns) => Source::Range(columns.iter().map(Cells::of).collect()),
        };
        Self { arguments: job.bound.arguments().iter().map(source).collect() }
    }

    /// Writes the request for a row; ranges are written whole. `most` bytes are written.
    pub(super) fn write(&self, out: &mut Vec<u8>, row: usize, most: u64) -> Result<(), Error> {
        out.clear();
        out.extend_from_slice(br#"{"codec_version":1,"args":["#);
        for (index, argument) in self.arguments.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            match argument {
                Source::Omitted => out.extend_from_slice(EMPTY),
                Source::Scalar(cells) => cells.write(out, 0)?,
                Source::Column(cells) => cells.write(out, row)?,
                Source::Range(columns) => write_range(out, columns, most)?,
            }
            check_size(out, most)?;
        }
        out.extend_from_slice(b"]}");
        Ok(())
    }
}

fn check_size(out: &[u8], most: u64) -> Result<(), Error> {
    if out.len() as u64 > most {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!(
                "the arguments take more than {most} bytes as JSON, all of the guest's memory: raise the memory limit, or pass fewer cells"
            ),
        ));
    }
    Ok(())
}

/// Row by row. A range of one cell is that cell, as upstream has it.
fn write_range(out: &mut Vec<u8>, columns: &[Cells<'_>], most: u64) -> Result<(), Error> {
    let rows = columns.first().map_or(0, |cells| cells.column.len());
    if let ([one], 1) = (columns, rows) {
        return one.write(out, 0);
    }
    out.extend_from_slice(br#"{"Array":["#);
    for row in 0..rows {
        if row > 0 {
            out.push(b',');
        }
        out.push(b'[');
        for (index, cells) in columns.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            cells.write(out, row)?;
        }
        out.push(b']');
        check_size(out, most)?;
    }
    out.extend_from_slice(b"]}");
    Ok(())
}

const EMPTY: &[u8] = br#""Empty""#;

impl Cells<'_> {
    fn write(&self, out: &mut Vec<u8>, row: usize) -> Result<(), Error> {
        if let Some((code, message)) = self.column.error(row) {
            return write_error(out, code, message);
        }
        let view = &self.view;
        if view.validity.is_some_and(|bits| !bits.get(row)) {
            out.extend_from_slice(EMPTY);
            return Ok(());
        }
        match view.values {
            Values::None => out.extend_from_slice(EMPTY),
            Values::Bits(bits) => write_tagged(out, "Boolean", &bits.get(row))?,
            Values::Fixed { bytes, width } => {
                let bytes = bytes.get(row * width..(row + 1) * width).unwrap_or_default();
                write_fixed(out, view.dtype, bytes)?;
            }
            Values::Bytes(text) => write_tagged(out, "Text", &text_of(text, row))?,
            Values::Any { tags, numbers, text } => {
                let (numbers, _) = numbers.as_chunks::<8>();
                let number = numbers.get(row).map_or(0.0, |bytes| f64::from_le_bytes(*bytes));
                match tags.get(row).copied().unwrap_or(tag::BLANK) {
                    tag::TEXT => write_tagged(out, "Text", &text_of(text, row))?,
                    tag => write_number_lane(out, tag, number)?,
                }
            }
        }
        Ok(())
    }
}

/// Texts of a column are valid UTF-8 row by row.
fn text_of<'t>(text: BytesView<'t>, row: usize) -> std::borrow::Cow<'t, str> {
    let end = |index| usize::try_from(text.offset(index)).unwrap_or(0);
    String::from_utf8_lossy(text.data.get(end(row)..end(row + 1)).unwrap_or_default())
}

fn write_fixed(out: &mut Vec<u8>, dtype: DType, bytes: &[u8]) -> Result<(), Error> {
    // Little endian, sign extended where the type has a sign.
    let mut raw = [0u8; 8];
    raw[..bytes.len()].copy_from_slice(bytes);
    let unsigned = u64::from_le_bytes(raw);
    let unused = 64 - 8 * bytes.len().clamp(1, 8) as u32;
    let signed = (unsigned << unused).cast_signed() >> unused;
    match dtype {
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => write_tagged(out, "Int", &signed),
        DType::U8 | DType::U16 | DType::U32 => write_tagged(out, "Int", &unsigned),
        DType::U64 => match i64::try_from(unsigned) {
            Ok(number) => write_tagged(out, "Int", &number),
            Err(_) => Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("{unsigned} is beyond the integers of codec 1: convert the column first"),
            )),
        },
        DType::F32 => write_number(out, f64::from(f32::from_bits(unsigned as u32))),
        DType::F64 => write_number(out, f64::from_bits(unsigned)),
        DType::Date32 => write_text_or(out, "Date", dates::date_text(signed), signed as f64),
        DType::Time64 => write_text_or(out, "Time", dates::time_text(signed), signed as f64),
        DType::Timestamp => {
            write_text_or(out, "DateTime", dates::datetime_text(signed), signed as f64)
        }
        DType::Duration => write_tagged(out, "Duration", &dates::duration_parts(signed)),
        DType::Error => match ErrorCode::from_code(bytes.first().copied().unwrap_or(0)) {
            Some(code) => write_error(out, code, None),
            None => {
                out.extend_from_slice(EMPTY);
                Ok(())
            }
        },
        DType::Null | DType::Bool | DType::Utf8 | DType::Binary | DType::Any => {
            Err(Error::new(ErrorKind::Internal, format!("{dtype} is not of a fixed width")))
        }
    }
}

fn write_number_lane(out: &mut Vec<u8>, tag: u8, number: f64) -> Result<(), Error> {
    let micros = || dates::micros_of_serial(number);
    match tag {
        tag::NUMBER => write_number(out, number),
        tag::LOGICAL => write_tagged(out, "Boolean", &(number != 0.0)),
        tag::DATE => {
            let days = micros().map(|m| m.div_euclid(86_400_000_000));
            write_text_or(out, "Date", days.and_then(dates::date_text), number)
        }
        tag::DATETIME => {
            write_text_or(out, "DateTime", micros().and_then(dates::datetime_text), number)
        }
        tag::TIME => {
            let micros = dates::micros_of_days(number);
            write_text_or(out, "Time", micros.and_then(dates::time_text), number)
        }
        tag::DURATION => match dates::micros_of_days(number) {
            Some(micros) => write_tagged(out, "Duration", &dates::duration_parts(micros)),
            None => write_number(out, number),
        },
        _ => {
            out.extend_from_slice(EMPTY);
            Ok(())
        }
    }
}

/// A date or time that no calendar has goes as the number that it is.
fn write_text_or(
    out: &mut Vec<u8>,
    name: &str,
    text: Option<String>,
    number: f64,
) -> Result<(), Error> {
    match text {
        Some(text) => write_tagged(out, name, &text),
        None => write_number(out, number),
    }
}

/// JSON has no NaN and no infinity; a spreadsheet has `#NUM!` in their place.
fn write_number(out: &mut Vec<u8>, number: f64) -> Result<(), Error> {
    match number.is_finite() {
        true => write_tagged(out, "Number", &number),
        false => write_error(out, ErrorCode::Num, None),
    }
}

fn write_tagged(
    out: &mut Vec<u8>,
    name: &str,
    value: &(impl Serialize + ?Sized),
) -> Result<(), Error> {
    // A Vec takes everything.
    let _infallible = write!(out, r#"{{"{name}":"#);
    serde_json::to_writer(&mut *out, value).map_err(|e| {
        Error::new(ErrorKind::Internal, format!("an argument as JSON: {e}")).with_source(e)
    })?;
    out.push(b'}');
    Ok(())
}

/// What upstream's error has, in the order in which it writes it.
#[derive(Serialize)]
struct ErrorValue<'a> {
    kind: &'a str,
    message: Option<&'a str>,
    context: Option<()>,
    extra: &'a str,
}

fn write_error(out: &mut Vec<u8>, code: ErrorCode, message: Option<&str>) -> Result<(), Error> {
    let (kind, exact) = kind_of(code);
    // An error that upstream does not have is told in the message.
    let message = message.or((!exact).then_some(code.text()));
    write_tagged(out, "Error", &ErrorValue { kind, message, context: None, extra: "None" })
}
