//! Columns of what JavaScript passes: typed arrays, and what stands beside them.

use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray, StringArray, types as t};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use formualizer_udf_wasm_errors::{argument, of_call};
use js_sys::Uint8Array;
use std::sync::Arc;
use udf_abi::DType;
use udf_backends::internal::typed_array;
use udf_columnar::{AnyValue, Column};
use wasm_bindgen::prelude::*;

/// Bytes from which on a typed array without missing rows stays where it is until a guest is given its values: what is smaller is put
/// together with the rest of its call.
const LEFT: u32 = 16 << 10;

/// The column of a typed array, whose `kind` is a name of `js/columns.js`. `valid` has a byte a row where rows are missing.
pub(crate) fn column(
    kind: &str,
    values: &JsValue,
    valid: Option<&Uint8Array>,
) -> Result<Column, JsValue> {
    macro_rules! primitive {
        ($array:ty, $type:ty) => {{
            let array = values.dyn_ref::<$array>().ok_or_else(|| other(kind))?;
            if valid.is_none()
                && array.byte_length() >= LEFT
                && let Some(column) = left(kind, array)?
            {
                return Ok(column);
            }
            let values = array.to_vec();
            let nulls = nulls(valid, values.len())?;
            Arc::new(PrimitiveArray::<$type>::new(values.into(), nulls))
        }};
    }
    let array: ArrayRef = match kind {
        "f64" => primitive!(js_sys::Float64Array, t::Float64Type),
        "f32" => primitive!(js_sys::Float32Array, t::Float32Type),
        "i8" => primitive!(js_sys::Int8Array, t::Int8Type),
        "i16" => primitive!(js_sys::Int16Array, t::Int16Type),
        "i32" => primitive!(js_sys::Int32Array, t::Int32Type),
        "i64" => primitive!(js_sys::BigInt64Array, t::Int64Type),
        "u8" => primitive!(js_sys::Uint8Array, t::UInt8Type),
        "u16" => primitive!(js_sys::Uint16Array, t::UInt16Type),
        "u32" => primitive!(js_sys::Uint32Array, t::UInt32Type),
        "u64" => primitive!(js_sys::BigUint64Array, t::UInt64Type),
        "date32" => primitive!(js_sys::Int32Array, t::Date32Type),
        "timestamp" => primitive!(js_sys::BigInt64Array, t::TimestampMicrosecondType),
        "bool" => {
            let values = values.dyn_ref::<Uint8Array>().ok_or_else(|| other(kind))?.to_vec();
            let nulls = nulls(valid, values.len())?;
            Arc::new(BooleanArray::new(bits(&values), nulls))
        }
        _ => return Err(other(kind)),
    };
    Column::try_new(array).map_err(|error| of_call(&error, None))
}

/// The column of a typed array that stays where it is, if it can.
fn left(kind: &str, array: &js_sys::Object) -> Result<Option<Column>, JsValue> {
    let dtype = DType::from_name(kind).ok_or_else(|| other(kind))?;
    typed_array(dtype, array).map_err(|error| of_call(&error, None))
}

/// The column of texts, which stand one behind the other in `data`: `ends` says where each ends.
pub(crate) fn texts(
    data: &Uint8Array,
    ends: &js_sys::Int32Array,
    valid: Option<&Uint8Array>,
) -> Result<Column, JsValue> {
    let ends = ends.to_vec();
    let nulls = nulls(valid, ends.len())?;
    let mut offsets = Vec::with_capacity(ends.len() + 1);
    offsets.push(0);
    offsets.extend(ends);
    if offsets.windows(2).any(|pair| pair[1] < pair[0]) {
        return Err(argument("texts end where they have not begun"));
    }
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    let array = StringArray::try_new(offsets, Buffer::from(data.to_vec()), nulls)
        .map_err(|error| argument(&format!("no texts: {error}")))?;
    Column::try_new(Arc::new(array)).map_err(|error| of_call(&error, None))
}

/// The column of values of any types: numbers, logicals, texts, dates, and what is missing.
pub(crate) fn any(values: &js_sys::Array) -> Result<Column, JsValue> {
    let value = |value: JsValue| {
        if value.is_null() || value.is_undefined() {
            return Ok(AnyValue::Blank);
        }
        if let Some(number) = value.as_f64() {
            return Ok(AnyValue::Number(number));
        }
        if let Some(logical) = value.as_bool() {
            return Ok(AnyValue::Logical(logical));
        }
        if let Some(text) = value.as_string() {
            return Ok(AnyValue::Text(text));
        }
        if let Some(date) = value.dyn_ref::<js_sys::Date>() {
            return Ok(AnyValue::Date(date.get_time() / MS_PER_DAY + DAYS_TO_1970));
        }
        Err(argument("a value of any type is a number, a string, a boolean, a Date or null"))
    };
    let values: Vec<AnyValue> = values.iter().map(value).collect::<Result<_, _>>()?;
    Column::from_any(&values).map_err(|error| of_call(&error, None))
}

const MS_PER_DAY: f64 = 86_400_000.0;
/// The serial of 1 January 1970.
const DAYS_TO_1970: f64 = 25_569.0;

fn nulls(valid: Option<&Uint8Array>, rows: usize) -> Result<Option<NullBuffer>, JsValue> {
    let Some(valid) = valid else { return Ok(None) };
    let valid = valid.to_vec();
    if valid.len() != rows {
        let found = valid.len();
        return Err(argument(&format!("{found} rows are told to be there or missing, of {rows}")));
    }
    Ok(Some(NullBuffer::new(bits(&valid))).filter(|nulls| nulls.null_count() > 0))
}

fn bits(bytes: &[u8]) -> BooleanBuffer {
    BooleanBuffer::collect_bool(bytes.len(), |at| bytes[at] != 0)
}

fn other(kind: &str) -> JsValue {
    argument(&format!("this is no array of {kind}"))
}
