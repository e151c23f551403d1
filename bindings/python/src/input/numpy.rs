//! NumPy arrays, through the buffer protocol; NumPy itself is only there if the caller has it.

use super::{
    Given, Kind, Place, Understood,
    buffer::{self, Numbers},
    objects,
    place::Nan,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Int64Array, PrimitiveArray,
    cast::AsArray,
    make_array,
    types::{
        DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
        DurationSecondType, Float32Type, Float64Type, Int64Type, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    },
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use pyo3::{intern, prelude::*, sync::PyOnceLock, types::PyType};
use std::sync::Arc;
use udf_abi::DType;
use udf_columnar::Column;

/// `numpy.ndarray`, once somebody has imported NumPy.
pub(crate) fn ndarray(py: Python<'_>) -> PyResult<Option<&Bound<'_, PyType>>> {
    static NDARRAY: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    if let Some(class) = NDARRAY.get(py) {
        return Ok(Some(class.bind(py)));
    }
    let modules = py.import(intern!(py, "sys"))?.getattr(intern!(py, "modules"))?;
    let Ok(numpy) = modules.get_item(intern!(py, "numpy")) else { return Ok(None) };
    let Ok(class) = numpy.getattr(intern!(py, "ndarray")) else { return Ok(None) };
    let class = class.cast_into::<PyType>()?.unbind();
    Ok(Some(NDARRAY.get_or_init(py, || class).bind(py)))
}

pub(super) fn is_array(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    match ndarray(object.py())? {
        Some(class) => Ok(object.get_type().is(class) || object.is_instance(class)?),
        None => Ok(false),
    }
}

/// Whether an object is an array, and of no subclass.
fn is_plain(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(ndarray(object.py())?.is_some_and(|class| object.get_type().is(class)))
}

/// A scalar (no dimensions), a column (one) or a range (two: rows and columns).
pub(super) fn understand(object: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Understood> {
    let py = object.py();
    let dimensions: usize = object.getattr(intern!(py, "ndim"))?.extract()?;
    if !is_plain(object)? {
        if object.hasattr(intern!(py, "mask"))? {
            return match dimensions {
                2 => by_columns(object, place),
                _ => masked(object, place),
            };
        }
        // What a subclass means by rows and columns is its own: those of `numpy.matrix` are matrices again.
        let base =
            py.import(intern!(py, "numpy"))?.call_method1(intern!(py, "asarray"), (object,))?;
        return match is_plain(&base)? {
            true => understand(&base, place),
            false => Err(place.refuse(py, "numpy.asarray() makes no array of it")),
        };
    }
    if dimensions == 0 {
        // One element is one row, which stands for every row.
        let row = object.call_method1(intern!(py, "reshape"), (1,))?;
        return match understand(&row, place)?.given {
            Given::Column(chunks) => chunks.into_iter().next().map(Understood::scalar),
            _ => None,
        }
        .ok_or_else(|| place.refuse(py, "a NumPy array of no dimensions holds no value"));
    }
    if let Some(numbers) = buffer::numbers(object)? {
        return of_numbers(object, &numbers, place);
    }
    let dtype = object.getattr(intern!(py, "dtype"))?;
    let kind: String = dtype.getattr(intern!(py, "kind"))?.extract()?;
    if dimensions > 1 && matches!(kind.as_str(), "M" | "m" | "O" | "U" | "T") {
        return by_columns(object, place);
    }
    let array = match kind.as_str() {
        "M" | "m" => times(object, &dtype, &kind, place)?,
        // Numbers in the other byte order, or packed into records.
        "i" | "u" | "f" | "b" => {
            let native = object.call_method1(
                intern!(py, "astype"),
                (dtype.call_method1(intern!(py, "newbyteorder"), ("=",))?,),
            )?;
            return match buffer::numbers(&native)? {
                Some(numbers) => of_numbers(&native, &numbers, place),
                None => Err(refuse(py, &dtype, place)),
            };
        }
        "O" | "U" | "S" | "T" => {
            let list = object.call_method0(intern!(py, "tolist"))?;
            let place = match place.nan {
                Nan::Number => place.nan(Nan::MissingAmongOthers),
                _ => place,
            };
            let column = objects::column(&list, place)?;
            return Ok(Understood::column(vec![column], Kind::Numpy));
        }
        _ => return Err(refuse(py, &dtype, place)),
    };
    let column = place.column(py, array)?;
    Ok(Understood::column(vec![column], Kind::Numpy))
}

fn refuse(py: Python<'_>, dtype: &Bound<'_, PyAny>, place: Place<'_>) -> PyErr {
    place.refuse(py, &format!("a NumPy array of {dtype} has no counterpart: convert it first"))
}

fn of_numbers(
    object: &Bound<'_, PyAny>,
    numbers: &Numbers,
    place: Place<'_>,
) -> PyResult<Understood> {
    let py = object.py();
    match (numbers.array(), numbers.shape.as_slice()) {
        (Some(array), _) => {
            let column = place.column(py, array)?;
            Ok(Understood::column(vec![column], Kind::Numpy))
        }
        (None, [_, _]) => by_columns(object, place),
        (None, shape) => Err(place
            .refuse(py, &format!("a NumPy array of {} dimensions: pass one or two", shape.len()))),
    }
}

/// The columns of an array of two dimensions.
fn by_columns(object: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Understood> {
    let py = object.py();
    let dimensions: usize = object.getattr(intern!(py, "ndim"))?.extract()?;
    if dimensions != 2 {
        let why = format!("a NumPy array of {dimensions} dimensions: pass one or two");
        return Err(place.refuse(py, &why));
    }
    let mut columns = Vec::new();
    for column in object.getattr(intern!(py, "T"))?.try_iter()? {
        let column = column?;
        let dimensions: usize = column.getattr(intern!(py, "ndim"))?.extract()?;
        let given = match dimensions {
            1 => Some(understand(&column, place)?.given),
            _ => None,
        };
        match given {
            Some(Given::Column(chunks)) => columns.push(chunks),
            _ => {
                let why = "a column of the array is not one: pass numpy.asarray() of it";
                return Err(place.refuse(py, why));
            }
        }
    }
    Ok(Understood { given: Given::Range(columns), kind: Some(Kind::Numpy) })
}

/// `numpy.ma.MaskedArray`.
fn masked(object: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Understood> {
    let py = object.py();
    let ma = py.import(intern!(py, "numpy"))?.getattr(intern!(py, "ma"))?;
    let missing = ma.call_method1(intern!(py, "getmaskarray"), (object,))?;
    let data = ma.call_method1(intern!(py, "getdata"), (object, false))?;
    if !is_plain(&data)? {
        return Err(place.refuse(py, "numpy.ma.getdata() makes no array of it"));
    }
    let understood = understand(&data, place)?;
    let missing = missing.call_method1(intern!(py, "reshape"), (-1,))?;
    let missing = mask(&missing, place)?;
    let unmasked = |column| without(py, column, missing.as_ref(), false, place);
    match understood.given {
        Given::Column(chunks) => {
            let chunks = chunks.into_iter().map(unmasked).collect::<PyResult<_>>()?;
            Ok(Understood::column(chunks, Kind::Numpy))
        }
        Given::Scalar(column) => unmasked(column).map(Understood::scalar),
        _ => Err(place.refuse(py, "a masked array has one dimension or two")),
    }
}

/// The rows of a NumPy array of booleans that are false: those that are not missing.
pub(super) fn mask(object: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Option<NullBuffer>> {
    let py = object.py();
    let array = buffer::numbers(object)?.and_then(|numbers| numbers.array());
    let array = array.ok_or_else(|| place.refuse(py, "a mask is an array of booleans"))?;
    let missing: &BooleanArray = array
        .as_any()
        .downcast_ref()
        .ok_or_else(|| place.refuse(py, "a mask is an array of booleans"))?;
    Ok((missing.true_count() > 0).then(|| NullBuffer::new(!missing.values())))
}

/// The column without the rows that are missing.
pub(super) fn without(
    py: Python<'_>,
    column: Column,
    valid: Option<&NullBuffer>,
    nan_is_missing: bool,
    place: Place<'_>,
) -> PyResult<Column> {
    let mut valid = valid.cloned();
    if let Some(valid) = &valid
        && valid.len() != column.len()
    {
        return Err(place.refuse(py, "the mask has another length than the values"));
    }
    if nan_is_missing {
        valid = NullBuffer::union(valid.as_ref(), not_nan(&column).as_ref());
    }
    let Some(valid) = valid else { return Ok(column) };
    let array = column.array();
    let valid = NullBuffer::union(array.nulls(), Some(&valid));
    let data = array.to_data().into_builder().nulls(valid).build();
    let data = data.map_err(|e| place.refuse(py, &e.to_string()))?;
    place.column(py, make_array(data))
}

/// The rows that are numbers, where some are not.
fn not_nan(column: &Column) -> Option<NullBuffer> {
    fn rows<T: Copy>(values: &[T], is_nan: impl Fn(T) -> bool) -> Option<NullBuffer> {
        // One pass without branches for the usual case.
        if !values.iter().fold(false, |any, value| any | is_nan(*value)) {
            return None;
        }
        Some(NullBuffer::new(BooleanBuffer::collect_bool(values.len(), |row| !is_nan(values[row]))))
    }
    match column.dtype() {
        DType::F64 => rows(column.array().as_primitive::<Float64Type>().values(), f64::is_nan),
        DType::F32 => rows(column.array().as_primitive::<Float32Type>().values(), f32::is_nan),
        _ => None,
    }
}

/// `datetime64` and `timedelta64`: their integers, the least of which stands for "not a time".
fn times(
    object: &Bound<'_, PyAny>,
    dtype: &Bound<'_, PyAny>,
    kind: &str,
    place: Place<'_>,
) -> PyResult<ArrayRef> {
    let py = object.py();
    let (unit, step): (String, i64) = py
        .import(intern!(py, "numpy"))?
        .call_method1(intern!(py, "datetime_data"), (dtype,))?
        .extract()?;
    // Steps that are no unit of ours (7 hours, minutes) are brought to one by NumPy.
    let (object, unit) = match (unit.as_str(), step) {
        ("s" | "ms" | "us" | "ns", 1) => (object.clone(), unit),
        ("D", 1) if kind == "M" => (object.clone(), unit),
        ("generic", _) => return Err(refuse(py, dtype, place)),
        ("W" | "M" | "Y" | "D", _) if kind == "M" => {
            (object.call_method1(intern!(py, "astype"), ("M8[D]",))?, "D".to_owned())
        }
        ("Y" | "M", _) => return Err(refuse(py, dtype, place)),
        ("h" | "m" | "W" | "D" | "s", _) => {
            (object.call_method1(intern!(py, "astype"), (format!("{kind}8[s]"),))?, "s".to_owned())
        }
        _ => {
            let us = object.call_method1(intern!(py, "astype"), (format!("{kind}8[us]"),))?;
            let back = us.call_method1(intern!(py, "astype"), (dtype,))?;
            // As integers, in which "not a time" equals itself.
            let back = back.call_method1(intern!(py, "astype"), (intern!(py, "i8"),))?;
            let given = object.call_method1(intern!(py, "astype"), (intern!(py, "i8"),))?;
            let numpy = py.import(intern!(py, "numpy"))?;
            let exact: bool =
                numpy.call_method1(intern!(py, "array_equal"), (back, given))?.extract()?;
            if !exact {
                let why = format!("holds a {dtype} that is not exact in microseconds: round it");
                return Err(place.refuse(py, &why));
            }
            (us, "us".to_owned())
        }
    };
    // In the machine's byte order; no copy where it is that already.
    let native = py
        .import(intern!(py, "numpy"))?
        .call_method1(intern!(py, "asarray"), (&object, format!("={kind}8[{unit}]")))?;
    let integers = native.call_method1(intern!(py, "view"), ("i8",))?;
    let array = buffer::numbers(&integers)?.and_then(|numbers| numbers.array());
    let array = array.ok_or_else(|| refuse(py, dtype, place))?;
    let array: &Int64Array = array.as_primitive::<Int64Type>();
    let values = array.values();
    let not_a_time = |value: &i64| *value == i64::MIN;
    let nulls = values.iter().any(not_a_time).then(|| {
        NullBuffer::new(BooleanBuffer::collect_bool(values.len(), |row| !not_a_time(&values[row])))
    });
    let values = values.clone();
    macro_rules! of {
        ($kind:ident) => {
            Arc::new(PrimitiveArray::<$kind>::new(values, nulls)) as ArrayRef
        };
    }
    Ok(match (kind, unit.as_str()) {
        ("M", "D") => {
            let days: Option<Vec<i32>> = values
                .iter()
                .map(|day| if not_a_time(day) { Some(0) } else { i32::try_from(*day).ok() })
                .collect();
            let days = days.ok_or_else(|| {
                place.refuse(py, "holds a date that is more than 5 million years away")
            })?;
            Arc::new(Date32Array::new(days.into(), nulls))
        }
        ("M", "s") => of!(TimestampSecondType),
        ("M", "ms") => of!(TimestampMillisecondType),
        ("M", "us") => of!(TimestampMicrosecondType),
        ("M", _) => of!(TimestampNanosecondType),
        (_, "s") => of!(DurationSecondType),
        (_, "ms") => of!(DurationMillisecondType),
        (_, "us") => of!(DurationMicrosecondType),
        _ => of!(DurationNanosecondType),
    })
}
