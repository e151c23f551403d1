//! Result columns out of guest memory: every byte that Arrow relies on is checked while it is
//! copied.
//!
//! The views come from an engine's `memory` module, which has found their buffers to lie inside
//! linear memory and to be long enough. What the buffers *hold* is checked here: offsets, UTF-8,
//! tags and error numbers. Every failure is [`InvalidResult`](crate::ErrorKind::InvalidResult).

use crate::{
    Column, Error, ErrorKind, RowErrors, any, arrow_type,
    room::room_for,
    view::{Bits, BytesView, ColumnView, Values},
};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, PrimitiveArray, StringArray, new_null_array, types as t,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use std::sync::Arc;
use udf_abi::{DType, ErrorCode, frame::COLUMN_UTC, frame::tag};

/// An owned copy of a result column.
#[derive(Clone, Debug)]
pub struct Collected {
    /// The column, without its messages.
    pub column: Column,
    /// Whether a float of it is not finite.
    pub non_finite: bool,
}

/// Copies a result column out, checking all that Arrow relies on.
///
/// # Errors
/// [`InvalidResult`](ErrorKind::InvalidResult) naming the rule that the column breaks; [`Busy`](ErrorKind::Busy)
/// where the machine has no memory for it.
pub fn column(view: &ColumnView<'_>) -> Result<Collected, Error> {
    room_for(view.bytes())?;
    let mut non_finite = false;
    let nulls = view.validity.map(|bits| NullBuffer::new(bits.to_buffer()));
    let nulls = nulls.filter(|n| n.null_count() > 0);
    let array: ArrayRef = match view.values {
        Values::None => new_null_array(&arrow_type(DType::Null, false), view.rows),
        Values::Bits(bits) => Arc::new(BooleanArray::new(bits.to_buffer(), nulls)),
        Values::Fixed { bytes, width } => {
            let mut values = vec![0u64; bytes.len().div_ceil(8)];
            let out: &mut [u8] = bytemuck::cast_slice_mut(&mut values);
            non_finite =
                fixed_into(view, &mut out[..view.rows * width]) && has_non_finite(view, |_| false);
            check_error_values(view, |_| false)?;
            fixed_array(view, values, nulls)?
        }
        Values::Bytes(text) => {
            let (offsets, data) = text_buffers(text, view.rows)?;
            match view.dtype {
                DType::Binary => Arc::new(
                    BinaryArray::try_new(offsets, data, nulls).map_err(|e| broken("binary", e))?,
                ),
                _ => Arc::new(
                    StringArray::try_new(offsets, data, nulls).map_err(|e| broken("text", e))?,
                ),
            }
        }
        Values::Any { tags, numbers, text } => any_array(view, tags, numbers, text)?,
    };
    let column = Column::from_parts(view.dtype, array, None);
    let column = match row_errors(view.errors)? {
        Some(codes) => column.with_errors(RowErrors::try_new(codes, None)?)?,
        None => column,
    };
    Ok(Collected { column, non_finite })
}

/// Copies the values of a fixed-width column to `out`, makes every NaN canonical, and answers
/// whether a float is not finite: one pass. `out` has the length of the values. What stands in rows that nobody sees counts, too:
/// [`has_non_finite`] leaves it out.
#[must_use]
pub fn fixed_into(view: &ColumnView<'_>, out: &mut [u8]) -> bool {
    let Values::Fixed { bytes, .. } = view.values else { return false };
    match view.dtype {
        DType::F64 => floats_into::<8>(bytes, out, |b| {
            let v = f64::from_le_bytes(b);
            let canonical = if v.is_nan() { f64::NAN } else { v };
            (canonical.to_le_bytes(), !v.is_finite())
        }),
        DType::F32 => floats_into::<4>(bytes, out, |b| {
            let v = f32::from_le_bytes(b);
            let canonical = if v.is_nan() { f32::NAN } else { v };
            (canonical.to_le_bytes(), !v.is_finite())
        }),
        _ => {
            out.copy_from_slice(bytes);
            false
        }
    }
}

/// Whether a float is not finite, whatever stands in rows that nobody sees included: one pass.
#[must_use]
pub fn some_non_finite(view: &ColumnView<'_>) -> bool {
    let Values::Fixed { bytes, .. } = view.values else { return false };
    // Without a way out before the end, which is quicker where there is none.
    match view.dtype {
        DType::F64 => {
            let (values, _) = bytes.as_chunks::<8>();
            values.iter().fold(false, |some, b| some | !f64::from_le_bytes(*b).is_finite())
        }
        DType::F32 => {
            let (values, _) = bytes.as_chunks::<4>();
            values.iter().fold(false, |some, b| some | !f32::from_le_bytes(*b).is_finite())
        }
        _ => false,
    }
}

/// Makes every NaN canonical where it stands, as [`fixed_into`] does.
pub fn canonical(dtype: DType, values: &mut [u8]) {
    match dtype {
        DType::F64 => {
            for b in values.as_chunks_mut::<8>().0 {
                if f64::from_le_bytes(*b).is_nan() {
                    *b = f64::NAN.to_le_bytes();
                }
            }
        }
        DType::F32 => {
            for b in values.as_chunks_mut::<4>().0 {
                if f32::from_le_bytes(*b).is_nan() {
                    *b = f32::NAN.to_le_bytes();
                }
            }
        }
        _ => {}
    }
}

/// Whether a float is not finite in a row that is neither null, in error nor `hidden` by the arguments. In the others a guest leaves what
/// its memory held before.
pub fn has_non_finite(view: &ColumnView<'_>, hidden: impl Fn(usize) -> bool) -> bool {
    let Values::Fixed { bytes, .. } = view.values else { return false };
    let is_seen = |row: usize| {
        view.validity.is_none_or(|bits| bits.get(row))
            && view.errors.is_none_or(|codes| codes[row] == 0)
            && !hidden(row)
    };
    let any =
        |odd: &mut dyn Iterator<Item = bool>| odd.enumerate().any(|(row, odd)| odd && is_seen(row));
    match view.dtype {
        DType::F64 => {
            any(&mut bytes.as_chunks::<8>().0.iter().map(|b| !f64::from_le_bytes(*b).is_finite()))
        }
        DType::F32 => {
            any(&mut bytes.as_chunks::<4>().0.iter().map(|b| !f32::from_le_bytes(*b).is_finite()))
        }
        _ => false,
    }
}

fn floats_into<const N: usize>(
    bytes: &[u8],
    out: &mut [u8],
    each: impl Fn([u8; N]) -> ([u8; N], bool),
) -> bool {
    let (values, _) = bytes.as_chunks::<N>();
    let (slots, _) = out.as_chunks_mut::<N>();
    let mut non_finite = false;
    for (slot, value) in slots.iter_mut().zip(values) {
        let (canonical, odd) = each(*value);
        *slot = canonical;
        non_finite |= odd;
    }
    non_finite
}

/// An array over values that were copied out, `u64` words holding `rows` values.
fn fixed_array(
    view: &ColumnView<'_>,
    words: Vec<u64>,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef, Error> {
    let utc = view.flags & COLUMN_UTC != 0;
    fixed_array_of(view.dtype, utc, view.rows, words, nulls)
}

/// An array of `rows` fixed-width values held in `words`.
///
/// # Errors
/// [`Internal`](ErrorKind::Internal) where the words are too few.
pub fn fixed_array_of(
    dtype: DType,
    utc: bool,
    rows: usize,
    words: Vec<u64>,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef, Error> {
    let buffer = Buffer::from_vec(words);
    let bytes = rows * crate::view::width(dtype);
    if buffer.len() < bytes {
        return Err(Error::new(
            ErrorKind::Internal,
            format!("{} bytes for {rows} rows of {dtype}", buffer.len()),
        ));
    }
    macro_rules! primitive {
        ($type:ty) => {
            PrimitiveArray::<$type>::new(ScalarBuffer::new(buffer, 0, rows), nulls)
        };
    }
    Ok(match dtype {
        DType::I8 => Arc::new(primitive!(t::Int8Type)),
        DType::I16 => Arc::new(primitive!(t::Int16Type)),
        DType::I32 => Arc::new(primitive!(t::Int32Type)),
        DType::I64 => Arc::new(primitive!(t::Int64Type)),
        DType::U8 | DType::Error => Arc::new(primitive!(t::UInt8Type)),
        DType::U16 => Arc::new(primitive!(t::UInt16Type)),
        DType::U32 => Arc::new(primitive!(t::UInt32Type)),
        DType::U64 => Arc::new(primitive!(t::UInt64Type)),
        DType::F32 => Arc::new(primitive!(t::Float32Type)),
        DType::F64 => Arc::new(primitive!(t::Float64Type)),
        DType::Date32 => Arc::new(primitive!(t::Date32Type)),
        DType::Time64 => Arc::new(primitive!(t::Time64MicrosecondType)),
        DType::Duration => Arc::new(primitive!(t::DurationMicrosecondType)),
        DType::Timestamp => {
            let zone = utc.then(|| Arc::from("UTC"));
            Arc::new(primitive!(t::TimestampMicrosecondType).with_timezone_opt::<Arc<str>>(zone))
        }
        DType::Null | DType::Bool | DType::Utf8 | DType::Binary | DType::Any => {
            return Err(Error::new(ErrorKind::Internal, format!("{dtype} has no fixed width")));
        }
    })
}

/// Checks error numbers; `None` where no row is in error.
///
/// # Errors
/// [`InvalidResult`](ErrorKind::InvalidResult) for a number that is no error.
pub fn row_errors(errors: Option<&[u8]>) -> Result<Option<ScalarBuffer<u8>>, Error> {
    let Some(errors) = errors else { return Ok(None) };
    let odd = errors.iter().position(|c| *c != 0 && ErrorCode::from_code(*c).is_none());
    if let Some(row) = odd {
        return Err(invalid(format!("row {row}: {} is no error number", errors[row])));
    }
    Ok(errors.iter().any(|c| *c != 0).then(|| errors.to_vec().into()))
}

/// Checks that an error column holds error numbers in every row that is neither null nor `hidden`
/// by the arguments; columns of other dtypes pass.
///
/// # Errors
/// [`InvalidResult`](ErrorKind::InvalidResult) for a number that is no error.
pub fn check_error_values(
    view: &ColumnView<'_>,
    hidden: impl Fn(usize) -> bool,
) -> Result<(), Error> {
    let (DType::Error, Values::Fixed { bytes: codes, .. }) = (view.dtype, view.values) else {
        return Ok(());
    };
    let valid = |row: usize| view.validity.is_none_or(|bits| bits.get(row)) && !hidden(row);
    let mut rows = codes.iter().enumerate();
    match rows.find(|(row, code)| valid(*row) && ErrorCode::from_code(**code).is_none()) {
        Some((row, code)) => Err(invalid(format!("row {row}: {code} is no error number"))),
        None => Ok(()),
    }
}

/// Nulls of a result column; `None` where there are none.
#[must_use]
pub fn validity(view: Option<Bits<'_>>) -> Option<BooleanBuffer> {
    view.map(Bits::to_buffer).filter(|bits| bits.count_set_bits() < bits.len())
}

fn text_buffers(text: BytesView<'_>, rows: usize) -> Result<(OffsetBuffer<i32>, Buffer), Error> {
    let mut offsets = Vec::with_capacity(rows + 1);
    let data = used(text, rows, |offset| offsets.push(offset))?;
    Ok((OffsetBuffer::new(offsets.into()), Buffer::from(data)))
}

/// The bytes that the rows use. `each` gets their offsets into these, which are no offsets if there
/// turn out to be no such bytes.
fn used<'a>(
    text: BytesView<'a>,
    rows: usize,
    mut each: impl FnMut(i32),
) -> Result<&'a [u8], Error> {
    let first = text.offset(0);
    let (raw, _) = text.offsets.as_chunks::<4>();
    let mut last = first;
    for (row, raw) in raw.iter().take(rows + 1).enumerate() {
        let offset = i32::from_le_bytes(*raw);
        if offset < last {
            return Err(invalid(format!("offset {row} is {offset}, before the {last} it follows")));
        }
        last = offset;
        // `offset >= first`, so only behind a negative first offset could it wrap.
        each(offset.wrapping_sub(first));
    }
    let range = usize::try_from(first).ok().zip(usize::try_from(last).ok());
    range.and_then(|(first, last)| text.data.get(first..last)).ok_or_else(|| {
        invalid(format!("offsets {first}..{last} pass {} bytes of data", text.data.len()))
    })
}

/// How much is kept of messages.
#[derive(Clone, Copy, Debug)]
pub struct MessageRoom {
    /// Bytes of one message: it is cut at a character boundary.
    pub each: usize,
    /// Bytes of the distinct ones together, as [`RowErrors::builder`] has it.
    pub all: usize,
}

/// Errors with the messages that stand beside them in a text column, which is checked like any
/// other. Rows that are `hidden` by the arguments have none: what the function leaves there depends
/// on how rows are cut into batches.
///
/// # Errors
/// [`InvalidResult`](ErrorKind::InvalidResult) naming the rule that the text column breaks.
pub fn messages(
    codes: &[u8],
    texts: &ColumnView<'_>,
    room: MessageRoom,
    hidden: impl Fn(usize) -> bool,
) -> Result<RowErrors, Error> {
    let Values::Bytes(text) = texts.values else {
        return Err(invalid(format!("a {} column is no text", texts.dtype)));
    };
    row_errors(texts.errors)?;
    let mut offsets = Vec::with_capacity(texts.rows + 1);
    let bytes =
        used(text, texts.rows, |offset| offsets.push(usize::try_from(offset).unwrap_or(0)))?;
    let data =
        std::str::from_utf8(bytes).map_err(|e| invalid(format!("text: {e}")).with_source(e))?;
    let mut errors = RowErrors::builder(room.all);
    for (row, range) in offsets.windows(2).enumerate() {
        let Some(text) = data.get(range[0]..range[1]) else {
            return Err(invalid(format!("text: offset {} is inside a character", row + 1)));
        };
        let Some(code) = codes.get(row).and_then(|code| ErrorCode::from_code(*code)) else {
            errors.push_none(1);
            continue;
        };
        let is_seen = !hidden(row) && texts.validity.is_none_or(|bits| bits.get(row));
        let text = &text[..text.floor_char_boundary(room.each)];
        errors.push(code, Some(text).filter(|text| is_seen && !text.is_empty()));
    }
    match errors.finish() {
        Some(errors) => Ok(errors),
        None => RowErrors::try_new(codes.to_vec().into(), None),
    }
}

fn any_array(
    view: &ColumnView<'_>,
    tags: &[u8],
    numbers: &[u8],
    text: BytesView<'_>,
) -> Result<ArrayRef, Error> {
    for (row, found) in tags.iter().enumerate() {
        if *found > tag::MAX {
            return Err(invalid(format!("row {row}: {found} is no tag of an any column")));
        }
        let in_error = view.errors.is_some_and(|e| e[row] != 0);
        if (*found == tag::ERROR) != in_error {
            return Err(invalid(format!("row {row}: tag {found} and the errors buffer disagree")));
        }
    }
    let (raw, _) = numbers.as_chunks::<8>();
    let canonical = |n: f64| if n.is_nan() { f64::NAN } else { n };
    let numbers: Vec<f64> = raw.iter().map(|b| canonical(f64::from_le_bytes(*b))).collect();
    let (offsets, data) = text_buffers(text, view.rows)?;
    let text = StringArray::try_new(offsets, data, None).map_err(|e| broken("text lane", e))?;
    any::from_lanes(tags.to_vec().into(), numbers.into(), text)
}

pub(crate) fn broken(what: &str, error: arrow_schema::ArrowError) -> Error {
    invalid(format!("{what}: {error}")).with_source(error)
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidResult, message)
}

#[cfg(test)]
mod tests {
    use super::{
        MessageRoom, canonical, check_error_values, column, fixed_array_of, fixed_into,
        has_non_finite, messages, row_errors, some_non_finite, validity,
    };
    use crate::{
        Column, ErrorKind,
        view::{Bits, ColumnView, Values},
    };
    use arrow_array::{Array, Float64Array, StringArray};
    use std::sync::Arc;
    use udf_abi::{DType, ErrorCode};

    const NUM: u8 = ErrorCode::Num as u8;
    const ROOM: MessageRoom = MessageRoom { each: 5, all: 100 };

    fn texts(rows: &[Option<&str>]) -> Column {
        Column::try_new(Arc::new(StringArray::from(rows.to_vec()))).unwrap()
    }

    #[test]
    fn copying_floats_tells_whether_one_is_not_finite() {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        for (values, wanted) in
            [(&[1.0, -2.5][..], false), (&odd, true), (&[1.0, f64::NAN], true), (&[], false)]
        {
            let doubles: Vec<u8> = values.iter().flat_map(|n| n.to_le_bytes()).collect();
            let singles: Vec<u8> = values.iter().flat_map(|n| (*n as f32).to_le_bytes()).collect();
            for (dtype, width, bytes) in [(DType::F64, 8, doubles), (DType::F32, 4, singles)] {
                let fixed = Values::Fixed { bytes: &bytes, width };
                let rows = values.len();
                let view = ColumnView {
                    dtype,
                    flags: 0,
                    rows,
                    values: fixed,
                    validity: None,
                    errors: None,
                };
                let mut out = vec![0; bytes.len()];
                assert_eq!(fixed_into(&view, &mut out), wanted, "{values:?} as {dtype}");
                assert_eq!(out, bytes, "these are canonical");
                assert_eq!(some_non_finite(&view), wanted, "{values:?} as {dtype}");
                // Their signs and payloads are not.
                let mut other = bytes.clone();
                for value in other.chunks_exact_mut(width).zip(values).filter(|(_, n)| n.is_nan()) {
                    value.0[0] = 3;
                    value.0[width - 1] |= 0x80;
                }
                canonical(dtype, &mut other);
                assert_eq!(other, bytes, "{values:?} as {dtype}");
            }
        }
    }

    #[test]
    fn what_is_not_finite_counts_where_it_is_seen() {
        let numbers = |width: usize, numbers: &[f64]| -> Vec<u8> {
            let bytes = |n: f64| match width {
                4 => (n as f32).to_le_bytes().to_vec(),
                _ => n.to_le_bytes().to_vec(),
            };
            numbers.iter().copied().flat_map(bytes).collect()
        };
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        for (dtype, width) in [(DType::F64, 8), (DType::F32, 4)] {
            for odd in odd {
                let bytes = numbers(width, &[1.0, odd, -2.0]);
                let values = Values::Fixed { bytes: &bytes, width };
                let plain =
                    ColumnView { dtype, flags: 0, rows: 3, values, validity: None, errors: None };
                assert!(has_non_finite(&plain, |_| false));
                assert!(has_non_finite(&plain, |row| row != 1));
                assert!(!has_non_finite(&plain, |row| row == 1));
                let bits = |byte: &'static [u8]| Some(Bits { bytes: byte, start: 0, len: 3 });
                let valid = |byte| ColumnView { validity: bits(byte), ..plain };
                assert!(has_non_finite(&valid(&[0b010]), |_| false));
                assert!(!has_non_finite(&valid(&[0b101]), |_| false));
                let in_error = |codes| ColumnView { errors: Some(codes), ..plain };
                assert!(has_non_finite(&in_error(&[NUM, 0, NUM]), |_| false));
                assert!(!has_non_finite(&in_error(&[0, NUM, 0]), |_| false));
                assert!(column(&valid(&[0b111])).unwrap().non_finite);
                assert!(!column(&valid(&[0b101])).unwrap().non_finite);
            }
            let bytes = numbers(width, &[1.0, 0.0, -2.0]);
            let values = Values::Fixed { bytes: &bytes, width };
            let plain =
                ColumnView { dtype, flags: 0, rows: 3, values, validity: None, errors: None };
            assert!(!has_non_finite(&plain, |_| false));
        }
    }

    #[test]
    fn messages_are_cut_between_characters() {
        for (text, kept) in
            [("ééé", "éé"), ("aéé", "aéé"), ("😀😀", "😀"), ("abcdef", "abcde"), ("e", "e")]
        {
            let column = texts(&[Some(text)]);
            let errors = messages(&[NUM], &ColumnView::of(&column), ROOM, |_| false).unwrap();
            assert_eq!(errors.get(0), Some((ErrorCode::Num, Some(kept))));
        }
    }

    #[test]
    fn only_rows_in_error_that_are_seen_have_messages() {
        let column = texts(&[Some("a"), Some("b"), None, Some(""), Some("c")]);
        let codes = [0, NUM, NUM, NUM, NUM];
        let errors = messages(&codes, &ColumnView::of(&column), ROOM, |row| row == 4).unwrap();
        let found: Vec<_> = (0..5).map(|row| errors.get(row).map(|(_, text)| text)).collect();
        assert_eq!(found, [None, Some(Some("b")), Some(None), Some(None), Some(None)]);
        let none = messages(&[0; 5], &ColumnView::of(&column), ROOM, |_| false).unwrap();
        assert_eq!((none.len(), none.count()), (5, 0));
    }

    #[test]
    fn texts_that_are_none_are_refused_in_rows_without_an_error_too() {
        let column = texts(&[Some("é"), Some("b")]);
        let view = ColumnView::of(&column);
        let with = |offsets: &[i32], data: &[u8]| {
            let Values::Bytes(mut text) = view.values else { panic!() };
            text.offsets = bytemuck::cast_slice(offsets);
            text.data = data;
            let view = ColumnView { values: Values::Bytes(text), ..view };
            messages(&[0, NUM], &view, ROOM, |_| false).map(|_| ()).map_err(|e| e.kind())
        };
        assert_eq!(with(&[0, 2, 3], "éb".as_bytes()), Ok(()));
        for (offsets, data) in [
            ([0, 1, 3], "éb".as_bytes()),
            ([0, 2, 4], "éb".as_bytes()),
            ([0, 2, 1], "éb".as_bytes()),
            ([-1, 2, 3], "éb".as_bytes()),
            ([i32::MIN, 2, i32::MAX], "éb".as_bytes()),
            ([0, 2, 3], b"\xff\xfeb"),
        ] {
            assert_eq!(with(&offsets, data), Err(ErrorKind::InvalidResult), "{offsets:?}");
        }
    }

    fn bits(bytes: &[u8], len: usize) -> Bits<'_> {
        Bits { bytes, start: 0, len }
    }

    #[test]
    fn validity_without_nulls_is_left_out() {
        assert!(validity(None).is_none());
        assert!(validity(Some(bits(&[0b111], 3))).is_none());
        assert_eq!(validity(Some(bits(&[0b101], 3))).map(|bits| bits.count_set_bits()), Some(2));
        let numbers = Column::try_new(Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0]))).unwrap();
        let view = ColumnView::of(&numbers);
        let collected = |byte: u8| {
            let validity = [byte];
            let view = ColumnView { validity: Some(bits(&validity, 3)), ..view };
            let array = column(&view).unwrap().column.array().clone();
            (array.nulls().is_some(), array.null_count())
        };
        assert_eq!(collected(0b111), (false, 0));
        assert_eq!(collected(0b110), (true, 1));
    }

    #[test]
    fn words_that_hold_too_few_values_are_refused() {
        let array = |dtype, rows, words: usize| {
            fixed_array_of(dtype, false, rows, vec![0; words], None).map(|array| array.len())
        };
        assert_eq!(array(DType::F64, 2, 2).unwrap(), 2);
        assert_eq!(array(DType::U16, 5, 2).unwrap(), 5);
        for (dtype, rows, words) in [(DType::F64, 2, 1), (DType::F64, 1, 0), (DType::I8, 17, 2)] {
            assert_eq!(array(dtype, rows, words).unwrap_err().kind(), ErrorKind::Internal);
        }
    }

    #[test]
    fn numbers_that_are_no_errors_are_named_with_their_row() {
        assert!(row_errors(None).unwrap().is_none());
        assert!(row_errors(Some(&[0, 0])).unwrap().is_none());
        assert_eq!(row_errors(Some(&[0, NUM])).unwrap().unwrap().to_vec(), [0, NUM]);
        let error = row_errors(Some(&[0, NUM, 250])).unwrap_err();
        assert!(error.message().contains("row 2: 250"), "{error}");
    }

    #[test]
    fn values_of_an_error_column_are_looked_at_where_they_are_seen() {
        let codes = [NUM, 250, NUM];
        let check = |validity: Option<Bits<'_>>, hidden: &[usize]| {
            let view = ColumnView {
                dtype: DType::Error,
                flags: 0,
                rows: 3,
                validity,
                values: Values::Fixed { bytes: &codes, width: 1 },
                errors: None,
            };
            check_error_values(&view, |row| hidden.contains(&row)).map_err(|e| e.kind())
        };
        let refused = Err(ErrorKind::InvalidResult);
        assert_eq!(check(None, &[]), refused);
        assert_eq!(check(None, &[0, 2]), refused);
        assert_eq!(check(None, &[1]), Ok(()));
        assert_eq!(check(Some(bits(&[0b101], 3)), &[]), Ok(()));
        assert_eq!(check(Some(bits(&[0b010], 3)), &[0, 2]), refused);
    }
}
