//! Columns as typed arrays.

use arrow_array::{cast::AsArray, types as t};
use js_sys::{Array as JsArray, Object, Reflect, Uint8Array};
use udf_abi::DType;
use udf_columnar::{AnyValue, Column};
use wasm_bindgen::prelude::*;

/// The values of a column: an object with the `kind` and `values`, and `valid` where rows are missing or in error. Texts are an array
/// of strings, and so is what has any type.
pub(crate) fn column(column: &Column) -> Result<JsValue, JsValue> {
    let array = column.array();
    macro_rules! primitive {
        ($to:ty, $type:ty) => {
            <$to>::from(&array.as_primitive::<$type>().values()[..]).into()
        };
    }
    let values: JsValue = match column.dtype() {
        DType::F64 => primitive!(js_sys::Float64Array, t::Float64Type),
        DType::F32 => primitive!(js_sys::Float32Array, t::Float32Type),
        DType::I8 => primitive!(js_sys::Int8Array, t::Int8Type),
        DType::I16 => primitive!(js_sys::Int16Array, t::Int16Type),
        DType::I32 => primitive!(js_sys::Int32Array, t::Int32Type),
        DType::I64 => primitive!(js_sys::BigInt64Array, t::Int64Type),
        DType::U8 => primitive!(Uint8Array, t::UInt8Type),
        DType::U16 => primitive!(js_sys::Uint16Array, t::UInt16Type),
        DType::U32 => primitive!(js_sys::Uint32Array, t::UInt32Type),
        DType::U64 => primitive!(js_sys::BigUint64Array, t::UInt64Type),
        DType::Date32 => primitive!(js_sys::Int32Array, t::Date32Type),
        DType::Time64 => primitive!(js_sys::BigInt64Array, t::Time64MicrosecondType),
        DType::Duration => primitive!(js_sys::BigInt64Array, t::DurationMicrosecondType),
        DType::Timestamp => primitive!(js_sys::BigInt64Array, t::TimestampMicrosecondType),
        DType::Bool => {
            let values = array.as_boolean();
            let bytes: Vec<u8> = (0..values.len()).map(|row| u8::from(values.value(row))).collect();
            Uint8Array::from(&bytes[..]).into()
        }
        DType::Utf8 => {
            let texts = array.as_string::<i32>();
            texts
                .iter()
                .map(|text| text.map_or(JsValue::NULL, JsValue::from_str))
                .collect::<JsArray>()
                .into()
        }
        DType::Binary => {
            let blobs = array.as_binary::<i32>();
            let blob =
                |bytes: Option<&[u8]>| bytes.map_or(JsValue::NULL, |b| Uint8Array::from(b).into());
            blobs.iter().map(blob).collect::<JsArray>().into()
        }
        DType::Any => {
            column.to_any().unwrap_or_default().iter().map(any).collect::<JsArray>().into()
        }
        DType::Null | DType::Error => JsArray::new_with_length(column.len() as u32)
            .fill(&JsValue::NULL, 0, column.len() as u32)
            .into(),
    };
    let object = Object::new();
    set(&object, "kind", &JsValue::from_str(column.dtype().name()))?;
    set(&object, "values", &values)?;
    if let Some(valid) = column.validity() {
        let bytes: Vec<u8> = valid.iter().map(u8::from).collect();
        set(&object, "valid", &Uint8Array::from(&bytes[..]))?;
    }
    Ok(object.into())
}

/// Copies plain numbers to their place in the caller's own array. Whether they were such numbers, all of them there.
pub(crate) fn copy_to(column: &Column, out: &JsValue) -> bool {
    let array = column.array();
    if column.validity().is_some_and(|valid| valid.null_count() > 0) {
        return false;
    }
    macro_rules! copy {
        ($($array:ty, $type:ty;)*) => {
            $(if let (Some(out), Some(values)) = (out.dyn_ref::<$array>(), array.as_primitive_opt::<$type>()) {
                if out.length() as usize == values.len() {
                    out.copy_from(values.values());
                    return true;
                }
            })*
        };
    }
    copy! {
        js_sys::Float64Array, t::Float64Type; js_sys::Float32Array, t::Float32Type;
        js_sys::Int8Array, t::Int8Type; js_sys::Int16Array, t::Int16Type; js_sys::Int32Array, t::Int32Type;
        js_sys::BigInt64Array, t::Int64Type; Uint8Array, t::UInt8Type; js_sys::Uint16Array, t::UInt16Type;
        js_sys::Uint32Array, t::UInt32Type; js_sys::BigUint64Array, t::UInt64Type;
    }
    false
}

/// A value of any type.
fn any(value: &AnyValue) -> JsValue {
    match value {
        AnyValue::Blank => JsValue::NULL,
        AnyValue::Number(number) | AnyValue::Date(number) => JsValue::from_f64(*number),
        AnyValue::Logical(logical) => JsValue::from_bool(*logical),
        AnyValue::Text(text) => JsValue::from_str(text),
        AnyValue::Error(code) => JsValue::from_str(code.text()),
        _ => JsValue::NULL,
    }
}

fn set(object: &Object, name: &str, value: &JsValue) -> Result<(), JsValue> {
    Reflect::set(object, &JsValue::from_str(name), value).map(|_| ())
}
