//! Columns as NumPy arrays.

use super::{Block, objects};
use arrow_array::{
    Array, ArrayRef,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, DurationMicrosecondType, Float32Type, Float64Type,
        Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, UInt8Type, UInt16Type,
        UInt32Type, UInt64Type,
    },
};
use arrow_buffer::{Buffer, NullBuffer};
use pyo3::{intern, prelude::*, sync::PyOnceLock, types::PyDict};
use udf_abi::DType;
use udf_columnar::Column;

/// `numpy` and what of it is asked for often.
struct NumPy {
    module: Py<PyModule>,
    frombuffer: Py<PyAny>,
    float64: Py<PyAny>,
}

fn numpy(py: Python<'_>) -> PyResult<&NumPy> {
    static NUMPY: PyOnceLock<NumPy> = PyOnceLock::new();
    NUMPY.get_or_try_init(py, || {
        let module = py.import("numpy")?;
        Ok(NumPy {
            frombuffer: module.getattr("frombuffer")?.unbind(),
            float64: module.call_method1("dtype", ("f8",))?.unbind(),
            module: module.unbind(),
        })
    })
}

/// Values in memory, how NumPy calls their type, and which are null.
struct Values {
    bytes: Buffer,
    dtype: &'static str,
    nulls: Option<NullBuffer>,
}

/// What stands for a null in an array of the type; `None` where it takes a mask.
fn missing(dtype: &str) -> Option<&'static str> {
    match dtype {
        "f4" | "f8" => Some("nan"),
        "M8[us]" | "M8[D]" | "m8[us]" => Some("NaT"),
        _ => None,
    }
}

fn primitive<T: ArrowPrimitiveType>(chunks: Vec<Column>) -> (Buffer, Option<NullBuffer>) {
    let nulls = nulls_of(&chunks);
    if let [column] = chunks.as_slice() {
        // Dropping the column leaves the buffer to nobody else.
        let values = column.array().as_primitive::<T>().values().inner().clone();
        return (values, nulls);
    }
    let mut all: Vec<T::Native> = Vec::with_capacity(chunks.iter().map(Column::len).sum());
    for column in &chunks {
        all.extend_from_slice(column.array().as_primitive::<T>().values());
    }
    (Buffer::from_vec(all), nulls)
}

fn nulls_of(chunks: &[Column]) -> Option<NullBuffer> {
    if chunks.iter().all(|column| column.array().null_count() == 0) {
        return None;
    }
    let valid = chunks.iter().flat_map(|column| {
        let array = column.array();
        (0..array.len()).map(|row| array.is_valid(row))
    });
    Some(valid.collect())
}

/// The column's values as memory; `None` for types that NumPy holds as objects.
fn values(chunks: Vec<Column>) -> Result<Values, Vec<Column>> {
    fn of<T: ArrowPrimitiveType>(chunks: Vec<Column>, dtype: &'static str) -> Values {
        let (bytes, nulls) = primitive::<T>(chunks);
        Values { bytes, dtype, nulls }
    }
    let Some(dtype) = chunks.first().map(Column::dtype) else { return Err(chunks) };
    Ok(match dtype {
        DType::I8 => of::<Int8Type>(chunks, "i1"),
        DType::I16 => of::<Int16Type>(chunks, "i2"),
        DType::I32 => of::<Int32Type>(chunks, "i4"),
        DType::I64 => of::<Int64Type>(chunks, "i8"),
        DType::U8 => of::<UInt8Type>(chunks, "u1"),
        DType::U16 => of::<UInt16Type>(chunks, "u2"),
        DType::U32 => of::<UInt32Type>(chunks, "u4"),
        DType::U64 => of::<UInt64Type>(chunks, "u8"),
        DType::F32 => of::<Float32Type>(chunks, "f4"),
        DType::F64 => of::<Float64Type>(chunks, "f8"),
        DType::Timestamp => of::<TimestampMicrosecondType>(chunks, "M8[us]"),
        DType::Duration => of::<DurationMicrosecondType>(chunks, "m8[us]"),
        DType::Date32 => {
            let nulls = nulls_of(&chunks);
            let days = |column: &Column| -> Vec<i64> {
                let days = column.array().as_primitive::<Date32Type>();
                days.values().iter().map(|day| i64::from(*day)).collect()
            };
            let days: Vec<i64> = chunks.iter().flat_map(days).collect();
            Values { bytes: Buffer::from_vec(days), dtype: "M8[D]", nulls }
        }
        DType::Bool => {
            let nulls = nulls_of(&chunks);
            let truths = |column: &Column| -> Vec<u8> {
                let truths: &ArrayRef = column.array();
                truths.as_boolean().values().iter().map(u8::from).collect()
            };
            let truths: Vec<u8> = chunks.iter().flat_map(truths).collect();
            Values { bytes: Buffer::from_vec(truths), dtype: "?", nulls }
        }
        _ => return Err(chunks),
    })
}

fn array_of<'py>(
    py: Python<'py>,
    bytes: Buffer,
    dtype: &'static str,
) -> PyResult<Bound<'py, PyAny>> {
    match bytes.is_empty() {
        true => numpy(py)?.module.bind(py).call_method1(intern!(py, "empty"), (0, dtype)),
        false => of_block(py, Block::new(bytes), dtype),
    }
}

/// One column as an array that cannot be written to and shares the column's memory, where it is in one piece and without nulls; as
/// [`array`] otherwise.
pub(super) fn view<'py>(py: Python<'py>, chunks: Vec<Column>) -> PyResult<Bound<'py, PyAny>> {
    if chunks.len() != 1 {
        return array(py, chunks);
    }
    match values(chunks) {
        Ok(Values { bytes, dtype, nulls: None }) if !bytes.is_empty() => {
            of_block(py, Block::shared(bytes), dtype)
        }
        Ok(values) => of_values(py, values),
        Err(chunks) => object_array(py, &chunks),
    }
}

fn of_block<'py>(
    py: Python<'py>,
    block: Block,
    dtype: &'static str,
) -> PyResult<Bound<'py, PyAny>> {
    let numpy = numpy(py)?;
    // Times are no format of the buffer protocol's.
    let plain = if dtype.len() > 2 { "i8" } else { dtype };
    let block = Bound::new(py, block)?;
    let frombuffer = numpy.frombuffer.bind(py);
    if plain == "f8" {
        return frombuffer.call1((block, &numpy.float64));
    }
    let array = frombuffer.call1((block, plain))?;
    match dtype == plain {
        true => Ok(array),
        false => array.call_method1(intern!(py, "view"), (dtype,)),
    }
}

fn mask_of<'py>(py: Python<'py>, nulls: &NullBuffer) -> PyResult<Bound<'py, PyAny>> {
    let bytes: Vec<u8> = nulls.iter().map(|valid| u8::from(!valid)).collect();
    array_of(py, Buffer::from_vec(bytes), "?")
}

/// An array of Python's own values.
fn object_array<'py>(py: Python<'py>, chunks: &[Column]) -> PyResult<Bound<'py, PyAny>> {
    let list = objects::list(py, chunks)?;
    let numpy = numpy(py)?.module.bind(py);
    let array = numpy.call_method1(intern!(py, "empty"), (list.len(), intern!(py, "O")))?;
    if !list.is_empty() {
        array.set_item(py.import("builtins")?.getattr("slice")?.call1((py.None(),))?, list)?;
    }
    Ok(array)
}

/// One column as an array: a null is NaN, NaT or None, or masked where the type has none of them.
pub(super) fn array<'py>(py: Python<'py>, chunks: Vec<Column>) -> PyResult<Bound<'py, PyAny>> {
    match values(chunks) {
        Ok(values) => of_values(py, values),
        Err(chunks) => object_array(py, &chunks),
    }
}

fn of_values(py: Python<'_>, values: Values) -> PyResult<Bound<'_, PyAny>> {
    let Values { bytes, dtype, nulls } = values;
    let array = array_of(py, bytes, dtype)?;
    let Some(nulls) = nulls else { return Ok(array) };
    let mask = mask_of(py, &nulls)?;
    match missing(dtype) {
        Some(missing) => {
            let missing = match missing {
                "nan" => f64::NAN.into_pyobject(py)?.into_any(),
                text => text.into_pyobject(py)?.into_any(),
            };
            array.set_item(mask, missing)?;
            Ok(array)
        }
        None => {
            let keywords = PyDict::new(py);
            keywords.set_item(intern!(py, "mask"), mask)?;
            let ma = numpy(py)?.module.bind(py).getattr(intern!(py, "ma"))?;
            ma.call_method(intern!(py, "masked_array"), (array,), Some(&keywords))
        }
    }
}

/// One column as an array of values (anything where null), and the mask of its nulls.
pub(super) fn parts<'py>(
    py: Python<'py>,
    chunks: Vec<Column>,
) -> PyResult<(Bound<'py, PyAny>, Option<Bound<'py, PyAny>>)> {
    match values(chunks) {
        Ok(Values { bytes, dtype, nulls }) => {
            let mask = nulls.map(|nulls| mask_of(py, &nulls)).transpose()?;
            Ok((array_of(py, bytes, dtype)?, mask))
        }
        Err(chunks) => {
            let mask = nulls_of(&chunks).map(|nulls| mask_of(py, &nulls)).transpose()?;
            Ok((object_array(py, &chunks)?, mask))
        }
    }
}
