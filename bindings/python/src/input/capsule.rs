//! Arrow arrays out of PyCapsules, checked as far as the C structures tell before anything is made of them.
//!
//! Arrow's own import trusts its producer. Here the structures are walked first (counts, pointers, children), then the content
//! that other code relies on is looked at: offsets, UTF-8, views, keys, run ends. Numbers cost nothing but their bitmap. How
//! long a buffer is nobody can check: the C structures do not say it, so that a producer whose buffers are shorter than its
//! lengths say makes us read what lies behind them.

#![expect(
    unsafe_code,
    reason = "listed in docs/safety.md: reads the C structures that a capsule holds, and takes them over"
)]

use arrow_array::{
    ArrayRef,
    ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type},
    ffi_stream::FFI_ArrowArrayStream,
    make_array, new_empty_array,
};
use arrow_buffer::{ArrowNativeType, Buffer, NullBuffer};
use arrow_data::{ArrayData, layout};
use arrow_schema::DataType;
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::{PyCapsule, PyTuple},
};
use std::{
    ffi::{CStr, c_char},
    ops::Range,
};
use udf_columnar::MAX_ROWS;

/// Levels of nested types that are followed.
const DEPTH: usize = 32;
/// Fields of a schema, nested ones included.
const FIELDS: usize = 100_000;
/// Buffers of an array of views.
const VIEW_BUFFERS: i64 = 1 << 20;
/// Bytes that the addresses of a process reach.
const ADDRESSES: i64 = 1 << 47;
/// Entries of a field's metadata.
const METADATA: i32 = 10_000;

/// An object's arrays: one, or the chunks of a stream.
pub(crate) struct Imported {
    pub(crate) chunks: Vec<ArrayRef>,
    pub(crate) data_type: DataType,
    /// Whether it is one array.
    pub(crate) is_array: bool,
}

/// Takes the arrays of an object with `__arrow_c_array__` or `__arrow_c_stream__`.
///
/// # Errors
/// `ValueError` saying which rule the structures or the content break; what the object raises itself.
pub(crate) fn import(object: &Bound<'_, PyAny>) -> PyResult<Imported> {
    let py = object.py();
    let (chunks, data_type, is_array) = match object.hasattr(intern!(py, "__arrow_c_array__"))? {
        true => {
            let (chunk, data_type) = array(object)?;
            (vec![chunk], data_type, true)
        }
        false => {
            let (chunks, data_type) = stream(object)?;
            (chunks, data_type, false)
        }
    };
    Ok(Imported { chunks, data_type, is_array })
}

fn array(object: &Bound<'_, PyAny>) -> PyResult<(ArrayRef, DataType)> {
    let py = object.py();
    let pair = object.call_method0(intern!(py, "__arrow_c_array__"))?;
    let pair = pair.cast_into::<PyTuple>().map_err(|_| {
        PyTypeError::new_err("__arrow_c_array__ returned something that is no pair of capsules")
    })?;
    let schema: Bound<'_, PyCapsule> = pair.get_item(0)?.cast_into()?;
    let array: Bound<'_, PyCapsule> = pair.get_item(1)?.cast_into()?;
    let schema = schema.pointer_checked(Some(c"arrow_schema"))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(c"arrow_array"))?.cast::<FFI_ArrowArray>();
    // SAFETY: a capsule of this name holds such a structure, which lives as long as the capsule that stands above.
    let data_type = type_of(unsafe { schema.as_ref() }).map_err(PyValueError::new_err)?;
    // SAFETY: likewise; it becomes ours, and the capsule keeps an empty one.
    let array = unsafe { FFI_ArrowArray::from_raw(array.as_ptr()) };
    Ok((checked(array, &data_type).map_err(PyValueError::new_err)?, data_type))
}

fn stream(object: &Bound<'_, PyAny>) -> PyResult<(Vec<ArrayRef>, DataType)> {
    let py = object.py();
    let capsule = object.call_method0(intern!(py, "__arrow_c_stream__"))?;
    let capsule: Bound<'_, PyCapsule> = capsule.cast_into()?;
    let stream =
        capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of this name holds such a structure; it becomes ours, and the capsule keeps an empty one.
    let mut stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
    read(&mut stream).map_err(PyValueError::new_err)
}

/// All arrays of a stream.
fn read(stream: &mut FFI_ArrowArrayStream) -> Result<(Vec<ArrayRef>, DataType), String> {
    let (Some(_), Some(get_schema), Some(get_next)) =
        (stream.release, stream.get_schema, stream.get_next)
    else {
        return Err("the stream has been taken before".to_owned());
    };
    let mut schema = FFI_ArrowSchema::empty();
    // SAFETY: the stream is not released, and writes a schema where there is an empty one.
    if unsafe { get_schema(stream, &raw mut schema) } != 0 {
        return Err(last_error(stream));
    }
    let data_type = type_of(&schema)?;
    let mut chunks = Vec::new();
    loop {
        let mut array = FFI_ArrowArray::empty();
        // SAFETY: the stream is not released, and writes an array where there is an empty one.
        if unsafe { get_next(stream, &raw mut array) } != 0 {
            return Err(last_error(stream));
        }
        if array.is_released() {
            return Ok((chunks, data_type));
        }
        chunks.push(checked(array, &data_type)?);
    }
}

fn last_error(stream: &mut FFI_ArrowArrayStream) -> String {
    let unknown = || "the stream fails and does not say why".to_owned();
    let Some(get_last_error) = stream.get_last_error else { return unknown() };
    // SAFETY: the stream is not released, and a call of it has just failed.
    let text = unsafe { get_last_error(stream) };
    // SAFETY: the stream keeps the text until its next call, and there is none before the copy.
    unsafe { text_at(text) }.map_or_else(unknown, |text| text.to_string_lossy().into_owned())
}

/// The text at an address; absent where that is null.
///
/// # Safety
/// A text that ends with 0 lies there, and outlives the result.
unsafe fn text_at<'a>(address: *const c_char) -> Option<&'a CStr> {
    // SAFETY: the caller's promise.
    (!address.is_null()).then(|| unsafe { CStr::from_ptr(address) })
}

/// What stands at `index` of a C array of addresses; absent where an address is null.
///
/// # Safety
/// If `table` is not null, it holds more than `index` addresses, and each is null or that of a `T` which outlives the result.
unsafe fn entry<'a, T>(table: *const *mut T, index: usize) -> Option<&'a T> {
    if table.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let place = unsafe { table.add(index) };
    // SAFETY: the caller's promise; the place may be unaligned.
    let address = unsafe { place.read_unaligned() };
    // SAFETY: the caller's promise.
    unsafe { address.as_ref() }
}

fn type_of(schema: &FFI_ArrowSchema) -> Result<DataType, String> {
    let mut fields = 0;
    check_schema(schema, 0, &mut fields)?;
    let data_type = DataType::try_from(schema).map_err(|e| e.to_string())?;
    check_type(&data_type)?;
    Ok(data_type)
}

/// What the conversion of a schema takes for granted.
fn check_schema(schema: &FFI_ArrowSchema, depth: usize, fields: &mut usize) -> Result<(), String> {
    *fields += 1;
    if depth > DEPTH || *fields > FIELDS {
        return Err(format!("the schema is deeper than {DEPTH} levels or has too many fields"));
    }
    if schema.release.is_none() && depth == 0 {
        return Err("the schema has been released".to_owned());
    }
    // SAFETY: by the Arrow C data interface a null-terminated text, which lives as long as the schema.
    let format = unsafe { text_at(schema.format) }.and_then(|text| text.to_str().ok());
    let Some(format) = format else { return Err("a field has no format".to_owned()) };
    // SAFETY: likewise.
    if unsafe { text_at(schema.name) }.is_some_and(|name| name.to_str().is_err()) {
        return Err("the name of a field is not UTF-8".to_owned());
    }
    let metadata = schema.metadata.cast::<i32>();
    // SAFETY: metadata start with the number of their entries, in the machine's order and anywhere.
    if !metadata.is_null() && !(0..=METADATA).contains(&unsafe { metadata.read_unaligned() }) {
        return Err("the metadata of a field are not plausible".to_owned());
    }
    let wanted = match format {
        "+l" | "+L" | "+vl" | "+vL" | "+m" => 1,
        "+r" => 2,
        _ if format.starts_with("+w:") => 1,
        _ => 0,
    };
    let children = usize::try_from(schema.n_children).unwrap_or(usize::MAX);
    if children < wanted || children > FIELDS {
        return Err(format!("a field of format {format:?} has {} children", schema.n_children));
    }
    for index in 0..children {
        // SAFETY: by the interface there are `n_children` addresses of schemas, which live as long as this one.
        match unsafe { entry(schema.children, index) } {
            Some(child) => check_schema(child, depth + 1, fields)?,
            None => {
                return Err(format!("child {index} of a field of format {format:?} is missing"));
            }
        }
    }
    match schema.dictionary() {
        Some(values) => check_schema(values, depth + 1, fields),
        None => Ok(()),
    }
}

/// The types that columns are made of. Lists and the like are refused here, before their arrays are looked at.
fn check_type(data_type: &DataType) -> Result<(), String> {
    match data_type {
        DataType::Struct(fields) => fields.iter().try_for_each(|f| check_type(f.data_type())),
        DataType::Dictionary(keys, values) if keys.is_dictionary_key_type() => check_type(values),
        DataType::RunEndEncoded(ends, values)
            if ends.data_type().is_run_ends_type() && !ends.is_nullable() =>
        {
            check_type(values.data_type())
        }
        DataType::FixedSizeBinary(width) if *width >= 0 => Ok(()),
        DataType::FixedSizeBinary(_) | DataType::Dictionary(..) | DataType::RunEndEncoded(..) => {
            Err(format!("there is no such Arrow type as {data_type}"))
        }
        other if other.is_nested() => Err(format!(
            "Arrow type {other} is not supported: nested columns are reserved for a later version, flatten it"
        )),
        _ => Ok(()),
    }
}

/// An array whose structures and content hold what its type says.
fn checked(array: FFI_ArrowArray, data_type: &DataType) -> Result<ArrayRef, String> {
    if array.is_released() {
        return Err("the array has been taken before".to_owned());
    }
    check_structure(&array, data_type)?;
    if array.is_empty() {
        return Ok(new_empty_array(data_type));
    }
    // SAFETY: the structures hold what the type wants, in counts and addresses; that the buffers are as long as the lengths
    // say is the producer's promise.
    let data = unsafe { from_ffi_and_data_type(array, data_type.clone()) };
    let data = data.map_err(|e| e.to_string())?;
    data.validate().map_err(|e| e.to_string())?;
    check_content(&data)?;
    Ok(make_array(data))
}

/// Counts and addresses, as far as Arrow's import reads them.
fn check_structure(array: &FFI_ArrowArray, data_type: &DataType) -> Result<(), String> {
    let most = MAX_ROWS as u64;
    let (Ok(len), Ok(offset)) = (u64::try_from(array.length), u64::try_from(array.offset)) else {
        return Err(format!("{} rows from row {} of {data_type}", array.length, array.offset));
    };
    // The offset may lie anywhere in a long array, but sizes in bytes have to stay numbers.
    if len > most || offset > 1 << 48 {
        return Err(format!("{len} rows from row {offset} of {data_type}: {most} rows are taken"));
    }
    let shape = layout(data_type);
    let fixed = usize::from(shape.can_contain_null_mask) + shape.buffers.len();
    let buffers = usize::try_from(array.n_buffers).unwrap_or(usize::MAX);
    let fits = match shape.variadic {
        true => buffers > fixed && array.n_buffers <= VIEW_BUFFERS,
        false => buffers == fixed,
    };
    if !fits || (buffers > 0 && array.buffers.is_null()) {
        return Err(format!("{} buffers for an array of {data_type}", array.n_buffers));
    }
    let nulls = shape.can_contain_null_mask && !array.buffer(0).is_null();
    let claimed = array.null_count;
    if claimed > array.length || (claimed > 0 && shape.can_contain_null_mask && !nulls) {
        return Err(format!(
            "{claimed} nulls among {len} rows of {data_type} without a bitmap of so many"
        ));
    }
    if len > 0 {
        check_buffers(array, data_type, len + offset)?;
    }
    let children: Vec<&DataType> = match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| field.data_type()).collect(),
        DataType::RunEndEncoded(ends, values) => vec![ends.data_type(), values.data_type()],
        _ => Vec::new(),
    };
    if usize::try_from(array.n_children) != Ok(children.len()) {
        return Err(format!("{} children of an array of {data_type}", array.n_children));
    }
    for (index, child_type) in children.into_iter().enumerate() {
        // SAFETY: by the interface there are `n_children` addresses of arrays, which live as long as this one.
        let child = unsafe { entry(array.children, index) };
        let child = child.ok_or_else(|| format!("child {index} of {data_type} is missing"))?;
        check_structure(child, child_type)?;
        // A child of runs has rows of its own; those of a table are the table's.
        let is_short = u64::try_from(child.length).is_ok_and(|rows| rows < len + offset);
        if is_short && matches!(data_type, DataType::Struct(_)) {
            return Err(format!(
                "{len} rows from row {offset} of {data_type}, whose child {index} has {}",
                child.length
            ));
        }
    }
    match (array.dictionary(), data_type) {
        (Some(values), DataType::Dictionary(_, value_type)) => check_structure(values, value_type),
        (None, DataType::Dictionary(..)) => Err(format!("the values of {data_type} are missing")),
        (Some(_), _) => Err(format!("an array of {data_type} has a dictionary")),
        (None, _) => Ok(()),
    }
}

/// Buffers that hold the lengths of others.
fn check_buffers(array: &FFI_ArrowArray, data_type: &DataType, end: u64) -> Result<(), String> {
    let missing = || format!("a buffer of an array of {data_type} is missing");
    let wrong = || format!("an array of {data_type} has offsets that are no offsets");
    let last = |width: usize| -> Result<*const u8, String> {
        let offsets = array.buffer(1);
        match offsets.is_null() {
            true => Err(missing()),
            false if offsets.align_offset(width) != 0 => Err(wrong()),
            // The address of the last offset; nothing is read here.
            false => Ok(offsets.wrapping_add(end as usize * width)),
        }
    };
    let data_bytes = match data_type {
        DataType::Utf8 | DataType::Binary => {
            // SAFETY: by the interface the buffer holds an offset for each row, and one more.
            i64::from(unsafe { last(4)?.cast::<i32>().read_unaligned() })
        }
        DataType::LargeUtf8 | DataType::LargeBinary => {
            // SAFETY: likewise.
            unsafe { last(8)?.cast::<i64>().read_unaligned() }
        }
        DataType::Utf8View | DataType::BinaryView => {
            let buffers = array.num_buffers() - 3;
            let lengths = array.buffer(array.num_buffers() - 1).cast::<i64>();
            if buffers > 0 && (lengths.is_null() || !lengths.is_aligned()) {
                return Err(missing());
            }
            for index in 0..buffers {
                // SAFETY: by the interface the last buffer holds a length for each buffer between it and the views.
                let len = unsafe { lengths.wrapping_add(index).read() };
                if !(0..ADDRESSES).contains(&len) || (len > 0 && array.buffer(index + 2).is_null())
                {
                    return Err(missing());
                }
            }
            return Ok(());
        }
        _ => return Ok(()),
    };
    match data_bytes {
        // No process has so much memory.
        ..0 | ADDRESSES.. => Err(wrong()),
        bytes if bytes > 0 && array.buffer(2).is_null() => Err(missing()),
        _ => Ok(()),
    }
}

/// What is read by rows that are there: texts, offsets, keys, run ends.
fn check_content(data: &ArrayData) -> Result<(), String> {
    check_nulls(data)?;
    let offset = data.offset();
    let rows = offset..offset + data.len();
    match data.data_type() {
        DataType::Utf8 => check_texts::<i32>(data, rows, true)?,
        DataType::LargeUtf8 => check_texts::<i64>(data, rows, true)?,
        DataType::Binary => check_texts::<i32>(data, rows, false)?,
        DataType::LargeBinary => check_texts::<i64>(data, rows, false)?,
        DataType::Utf8View => check_views(data, rows, true)?,
        DataType::BinaryView => check_views(data, rows, false)?,
        DataType::Dictionary(..) | DataType::RunEndEncoded(..) => {
            data.validate_values().map_err(|e| e.to_string())?;
        }
        _ => {}
    }
    data.child_data().iter().try_for_each(check_content)
}

fn check_nulls(data: &ArrayData) -> Result<(), String> {
    let Some(nulls) = data.nulls() else { return Ok(()) };
    let counted = NullBuffer::new(nulls.inner().clone()).null_count();
    match counted == nulls.null_count() {
        true => Ok(()),
        false => Err(format!(
            "the array says that {} of its rows are null, its bitmap says {counted}",
            nulls.null_count()
        )),
    }
}

/// Offsets ascend within the data, and what lies between two of them is text. What lies outside of the rows is not looked at,
/// so that chunks of one array cost no more than it.
fn check_texts<O>(data: &ArrayData, rows: Range<usize>, is_text: bool) -> Result<(), String>
where
    O: ArrowNativeType + TryInto<usize>,
{
    let (offsets, bytes) = (&data.buffers()[0], data.buffers()[1].as_slice());
    let offsets = offsets.typed_data::<O>().get(rows.start..=rows.end).unwrap_or_default();
    let wrong = |row: usize| {
        format!(
            "the offset of row {row} does not lie in the {} bytes of text behind the one before",
            bytes.len()
        )
    };
    let mut start = None;
    let mut end = 0;
    for (row, offset) in offsets.iter().enumerate() {
        let offset: usize = (*offset).try_into().map_err(|_| wrong(row))?;
        if offset < end || offset > bytes.len() {
            return Err(wrong(row));
        }
        start.get_or_insert(offset);
        end = offset;
    }
    if !is_text {
        return Ok(());
    }
    let first = start.unwrap_or(end);
    let texts = std::str::from_utf8(&bytes[first..end]).map_err(|e| {
        let at = first + e.valid_up_to();
        let row = offsets.partition_point(|o| o.as_usize() <= at).saturating_sub(1);
        format!("the text of row {row} is not UTF-8")
    })?;
    match offsets.iter().position(|offset| !texts.is_char_boundary(offset.as_usize() - first)) {
        Some(row) => Err(format!("the text of row {row} starts within a character")),
        None => Ok(()),
    }
}

/// Views of rows that are not null lie in their buffers and are text.
fn check_views(data: &ArrayData, rows: Range<usize>, is_text: bool) -> Result<(), String> {
    /// Bytes that a view holds itself.
    const INLINE: usize = 12;
    let (views, buffers) = (&data.buffers()[0], &data.buffers()[1..]);
    let views = views.typed_data::<u128>().get(rows).unwrap_or_default();
    for (row, view) in views.iter().enumerate() {
        if data.nulls().is_some_and(|nulls| nulls.is_null(row)) {
            continue;
        }
        let raw = view.to_le_bytes();
        let word = |at: usize| {
            u32::from_le_bytes([raw[at], raw[at + 1], raw[at + 2], raw[at + 3]]) as usize
        };
        let len = word(0);
        let bytes = match len <= INLINE {
            true => raw.get(4..4 + len),
            false => {
                let buffer = buffers.get(word(8)).map(Buffer::as_slice);
                // Two numbers of 32 bits: no overflow.
                buffer.and_then(|bytes| bytes.get(word(12)..word(12) + len))
            }
        };
        let Some(bytes) = bytes else {
            return Err(format!("the view of row {row} does not lie in its buffer"));
        };
        if is_text && std::str::from_utf8(bytes).is_err() {
            return Err(format!("the text of row {row} is not UTF-8"));
        }
    }
    Ok(())
}
