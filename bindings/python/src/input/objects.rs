//! Python's own values: one at a time, and in lists.

use super::{
    Given, Kind, Place, Understood,
    decimal::{self, Number},
    fit,
    place::Nan,
    zone,
};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DurationMicrosecondArray, Float32Array, Float64Array,
    Int64Array, Time64MicrosecondArray, TimestampMicrosecondArray, UInt64Array,
    types::{BinaryType, Utf8Type},
};
use pyo3::{
    exceptions::{PyException, PyOverflowError, PyValueError},
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{
        PyBool, PyByteArray, PyBytes, PyDate, PyDateTime, PyDelta, PyFloat, PyInt, PyList,
        PyMapping, PyString, PyTime, PyTuple,
    },
};
use std::{borrow::Cow, sync::Arc};
use udf_abi::DType;
use udf_columnar::{AnyValue, Column, Error, byte_array, internal::texts_too_large};

/// One value of Python.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Missing,
    Bool(bool),
    Int(i64),
    /// Beyond `i64`.
    Big(u64),
    Float(f64),
    /// `decimal.Decimal`, a finite one.
    Decimal(Number),
    Text(String),
    Bytes(Vec<u8>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00:00, by which clock.
    DateTime(i64, Clock),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds.
    Duration(i64),
}

/// What the time of a `datetime` is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// One of no zone.
    Wall,
    /// One of UTC.
    Utc,
    /// One of another zone; the microseconds are those of UTC.
    Zone,
}

const DAY_US: i64 = 86_400_000_000;
/// `date.toordinal()` of 1970-01-01.
const EPOCH_ORDINAL: i64 = 719_163;

impl Item {
    /// `None` for an object that is no value.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        match Self::own(object)? {
            Some(item) => Ok(Some(item)),
            // A scalar of Arrow may be one of NumPy.
            None => Self::foreign(object, 2),
        }
    }

    /// Python's own values, and those that say that nothing is there.
    fn own(object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let py = object.py();
        if object.is_none() {
            return Ok(Some(Self::Missing));
        }
        if let Ok(float) = object.cast::<PyFloat>() {
            return Ok(Some(Self::Float(float.value())));
        }
        if let Ok(truth) = object.cast::<PyBool>() {
            return Ok(Some(Self::Bool(truth.is_true())));
        }
        if object.is_instance_of::<PyInt>() {
            return integer(object).map(Some);
        }
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(Some(Self::Text(text.to_cow()?.into_owned())));
        }
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Some(Self::Bytes(bytes.as_bytes().to_vec())));
        }
        if let Ok(bytes) = object.cast::<PyByteArray>() {
            return Ok(Some(Self::Bytes(bytes.to_vec())));
        }
        // pandas' NA and NaT; NaT calls itself a datetime.
        let class = object.get_type().name()?;
        if class == "NAType" || class == "NaTType" {
            return Ok(Some(Self::Missing));
        }
        if object.is_instance_of::<PyDateTime>() {
            return datetime(object).map(Some);
        }
        if object.is_instance_of::<PyDate>() {
            let ordinal: i64 = object.call_method0(intern!(py, "toordinal"))?.extract()?;
            return Ok(i32::try_from(ordinal - EPOCH_ORDINAL).ok().map(Self::Date));
        }
        if object.is_instance_of::<PyTime>() {
            if !object.getattr(intern!(py, "tzinfo"))?.is_none() {
                return Err(PyValueError::new_err(format!(
                    "{object} has a time zone, which a time of day cannot keep: drop it with replace(tzinfo=None)"
                )));
            }
            return time(object).map(Some);
        }
        if object.is_instance_of::<PyDelta>() {
            exact_in_microseconds(object, intern!(py, "nanoseconds"))?;
            return delta(object).map(|us| Some(Self::Duration(us)));
        }
        if class == "Decimal" {
            return decimal(object);
        }
        Ok(None)
    }

    /// NumPy's and other libraries' scalars, one in another up to `depth`, and what can be an index.
    fn foreign(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Option<Self>> {
        let py = object.py();
        for method in [intern!(py, "item"), intern!(py, "as_py")] {
            if !object.hasattr(method)? {
                continue;
            }
            let inner = object.call_method0(method)?;
            // Times of units that Python's own types do not have.
            if inner.is_instance_of::<PyInt>() && is_time64(object) {
                return time64(object).map(Some);
            }
            return match Self::own(&inner)? {
                None if depth > 1 => Self::foreign(&inner, depth - 1),
                found => Ok(found),
            };
        }
        if object.hasattr(intern!(py, "__index__"))? && !object.is_callable() {
            return integer(&object.call_method0(intern!(py, "__index__"))?).map(Some);
        }
        Ok(None)
    }

    fn any(&self) -> Option<AnyValue> {
        Some(match self {
            Self::Missing => AnyValue::Blank,
            Self::Bool(b) => AnyValue::Logical(*b),
            Self::Int(n) => AnyValue::Number(exact(*n)?),
            Self::Big(_) | Self::Bytes(_) => return None,
            Self::Float(n) => AnyValue::Number(*n),
            Self::Decimal(n) => AnyValue::Number(n.to_f64()?),
            Self::Text(text) => AnyValue::Text(text.clone()),
            // As columns of dates become cells: see `Column::into_any`.
            Self::Date(_) | Self::DateTime(..) | Self::Time(_) | Self::Duration(_) => {
                let array = typed(std::slice::from_ref(self), self.family()).ok()??;
                let column = Column::try_new(array);
                return column.ok()?.into_any().ok()?.to_any()?.pop();
            }
        })
    }

    fn family(&self) -> Family {
        match self {
            Self::Missing => Family::Nothing,
            Self::Bool(_) => Family::Bool,
            Self::Int(_) => Family::Int,
            Self::Big(_) => Family::Big,
            Self::Float(_) => Family::Float,
            Self::Decimal(_) => Family::Decimal,
            Self::Text(_) => Family::Text,
            Self::Bytes(_) => Family::Bytes,
            Self::Date(_) => Family::Date,
            Self::DateTime(_, clock) => Family::DateTime { utc: *clock != Clock::Wall },
            Self::Time(_) => Family::Time,
            Self::Duration(_) => Family::Duration,
        }
    }
}

/// The type of a column of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Nothing,
    Bool,
    Int,
    Big,
    Float,
    Decimal,
    Text,
    Bytes,
    Date,
    DateTime { utc: bool },
    Time,
    Duration,
}

impl Family {
    /// The type of both, if there is one without loss.
    fn with(self, other: Self) -> Option<Self> {
        Some(match (self, other) {
            (a, b) if a == b => a,
            (Self::Nothing, other) | (other, Self::Nothing) => other,
            (Self::Int, Self::Float) | (Self::Float, Self::Int) => Self::Float,
            (Self::Int, Self::Big) | (Self::Big, Self::Int) => Self::Big,
            (Self::Int | Self::Big, Self::Decimal) | (Self::Decimal, Self::Int | Self::Big) => {
                Self::Decimal
            }
            (Self::Date, dt @ Self::DateTime { utc: false })
            | (dt @ Self::DateTime { utc: false }, Self::Date) => dt,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "None",
            Self::Bool => "bool",
            Self::Int | Self::Big => "int",
            Self::Float => "float",
            Self::Decimal => "Decimal",
            Self::Text => "str",
            Self::Bytes => "bytes",
            Self::Date => "date",
            Self::DateTime { utc: false } => "datetime without a time zone",
            Self::DateTime { utc: true } => "datetime with a time zone",
            Self::Time => "time",
            Self::Duration => "timedelta",
        }
    }
}

/// An integer as a double, where that is exact.
fn exact(value: i64) -> Option<f64> {
    (value.unsigned_abs() <= 1 << 53).then_some(value as f64)
}

fn integer(object: &Bound<'_, PyAny>) -> PyResult<Item> {
    if let Ok(value) = object.extract::<i64>() {
        return Ok(Item::Int(value));
    }
    match object.extract::<u64>() {
        Ok(value) => Ok(Item::Big(value)),
        Err(_) => Err(PyOverflowError::new_err(format!(
            "{object} does not fit in 64 bits: pass it as a float"
        ))),
    }
}

/// The start of 1970 as a `datetime`, without a zone and in UTC.
fn epochs(py: Python<'_>) -> PyResult<&(Py<PyAny>, Py<PyAny>)> {
    static EPOCHS: PyOnceLock<(Py<PyAny>, Py<PyAny>)> = PyOnceLock::new();
    EPOCHS.get_or_try_init(py, || {
        let module = py.import("datetime")?;
        let class = module.getattr("datetime")?;
        let utc = module.getattr("timezone")?.getattr("utc")?;
        let naive = class.call1((1970, 1, 1))?;
        let aware = class.call1((1970, 1, 1, 0, 0, 0, 0, utc))?;
        Ok((naive.unbind(), aware.unbind()))
    })
}

fn datetime(object: &Bound<'_, PyAny>) -> PyResult<Item> {
    let py = object.py();
    let aware = !object.call_method0(intern!(py, "utcoffset"))?.is_none();
    let (naive_epoch, aware_epoch) = epochs(py)?;
    let epoch = if aware { aware_epoch } else { naive_epoch };
    exact_in_microseconds(object, intern!(py, "nanosecond"))?;
    let us = delta(&object.sub(epoch.bind(py))?)?;
    let clock = match aware {
        false => Clock::Wall,
        true if is_always_utc(object)? => Clock::Utc,
        true => Clock::Zone,
    };
    Ok(Item::DateTime(us, clock))
}

/// Refuses pandas' times and durations that have nanoseconds.
fn exact_in_microseconds<'py>(
    object: &Bound<'py, PyAny>,
    part: &Bound<'py, PyString>,
) -> PyResult<()> {
    match object.getattr_opt(part)? {
        Some(nanoseconds) if nanoseconds.extract::<i64>()? != 0 => Err(PyValueError::new_err(
            format!("{object} is not exact in microseconds: round it first"),
        )),
        _ => Ok(()),
    }
}

/// Whether the zone of a `datetime` has one offset for all times, which is none.
fn is_always_utc(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = object.py();
    let zone = object.getattr(intern!(py, "tzinfo"))?;
    let offset = match zone.call_method1(intern!(py, "utcoffset"), (py.None(),)) {
        // A zone that wants to know for which time has several offsets.
        Err(error) if error.is_instance_of::<PyException>(py) => return Ok(false),
        offset => offset?,
    };
    Ok(offset.is_instance_of::<PyDelta>() && delta(&offset)? == 0)
}

/// A `decimal.Decimal`; one that is not finite is a float.
fn decimal(object: &Bound<'_, PyAny>) -> PyResult<Option<Item>> {
    let text = object.str()?;
    let text = text.to_cow()?;
    if let Some(number) = Number::of(&text) {
        return Ok(Some(Item::Decimal(number)));
    }
    Ok(match text.trim_start_matches('-') {
        "Infinity" if text.starts_with('-') => Some(Item::Float(f64::NEG_INFINITY)),
        "Infinity" => Some(Item::Float(f64::INFINITY)),
        rest if rest.starts_with("NaN") || rest.starts_with("sNaN") => Some(Item::Float(f64::NAN)),
        _ => None,
    })
}

fn is_time64(object: &Bound<'_, PyAny>) -> bool {
    let py = object.py();
    let kind = object.getattr(intern!(py, "dtype")).and_then(|d| d.getattr(intern!(py, "kind")));
    kind.and_then(|kind| kind.extract::<String>()).is_ok_and(|kind| kind == "M" || kind == "m")
}

/// NumPy's `datetime64` and `timedelta64` of units that Python's own types do not have.
fn time64(object: &Bound<'_, PyAny>) -> PyResult<Item> {
    let py = object.py();
    let refuse = |why: &str| PyValueError::new_err(format!("{object} {why}"));
    let dtype = object.getattr(intern!(py, "dtype"))?;
    let kind: String = dtype.getattr(intern!(py, "kind"))?.extract()?;
    if !dtype.str()?.to_cow()?.contains('[') {
        return Err(refuse("has no unit: give it one"));
    }
    let us = object.call_method1(intern!(py, "astype"), (format!("{kind}8[us]"),))?;
    if !us.eq(object)? {
        return Err(refuse("is not exact in microseconds: round it first"));
    }
    let inner = us.call_method0(intern!(py, "item"))?;
    match inner.is_instance_of::<PyInt>() {
        true => Err(refuse("is beyond the years that Python has")),
        false => Item::of(&inner)?.ok_or_else(|| refuse("is no value")),
    }
}

fn delta(object: &Bound<'_, PyAny>) -> PyResult<i64> {
    let py = object.py();
    let part = |name| -> PyResult<i64> { object.getattr(name)?.extract() };
    let days = part(intern!(py, "days"))?;
    let seconds = part(intern!(py, "seconds"))?;
    let micros = part(intern!(py, "microseconds"))?;
    days.checked_mul(DAY_US)
        .and_then(|us| us.checked_add(seconds * 1_000_000 + micros))
        .ok_or_else(|| PyOverflowError::new_err("a duration beyond 64 bits"))
}

fn time(object: &Bound<'_, PyAny>) -> PyResult<Item> {
    let py = object.py();
    let part = |name| -> PyResult<i64> { object.getattr(name)?.extract() };
    let seconds = part(intern!(py, "hour"))? * 3600
        + part(intern!(py, "minute"))? * 60
        + part(intern!(py, "second"))?;
    Ok(Item::Time(seconds * 1_000_000 + part(intern!(py, "microsecond"))?))
}

/// The array of items that are all of the family; `None` where an integer is not exact as a float.
///
/// # Errors
/// Where texts or bytes are longer than a column holds.
fn typed(items: &[Item], family: Family) -> Result<Option<ArrayRef>, Error> {
    macro_rules! primitive {
        ($array:ident, $($pattern:pat => $value:expr),+ $(,)?) => {
            Arc::new($array::from_iter(items.iter().map(|item| match item {
                $($pattern => Some($value),)+
                _ => None,
            }))) as ArrayRef
        };
    }
    Ok(Some(match family {
        Family::Nothing => arrow_array::new_null_array(&arrow_schema::DataType::Null, items.len()),
        Family::Bool => primitive!(BooleanArray, Item::Bool(b) => *b),
        Family::Int => primitive!(Int64Array, Item::Int(n) => *n),
        Family::Big => {
            if items.iter().any(|item| matches!(item, Item::Int(n) if *n < 0)) {
                return Ok(None);
            }
            primitive!(UInt64Array, Item::Big(n) => *n, Item::Int(n) => n.unsigned_abs())
        }
        Family::Float => {
            if items.iter().any(|item| matches!(item, Item::Int(n) if exact(*n).is_none())) {
                return Ok(None);
            }
            primitive!(Float64Array, Item::Float(n) => *n, Item::Int(n) => *n as f64)
        }
        Family::Text => {
            let texts = items.iter().map(|item| match item {
                Item::Text(text) => Some(text),
                _ => None,
            });
            Arc::new(byte_array::<Utf8Type, _>(texts)?)
        }
        Family::Bytes => {
            let values = items.iter().map(|item| match item {
                Item::Bytes(bytes) => Some(bytes),
                _ => None,
            });
            Arc::new(byte_array::<BinaryType, _>(values)?)
        }
        // Made for the type that is wanted: see `column_of`.
        Family::Decimal => return Ok(None),
        Family::Date => primitive!(Date32Array, Item::Date(days) => *days),
        Family::DateTime { utc } => {
            let array = TimestampMicrosecondArray::from_iter(items.iter().map(|item| match item {
                Item::DateTime(us, _) => Some(*us),
                Item::Date(days) => Some(i64::from(*days) * DAY_US),
                _ => None,
            }));
            Arc::new(if utc { array.with_timezone("UTC") } else { array })
        }
        Family::Time => primitive!(Time64MicrosecondArray, Item::Time(us) => *us),
        Family::Duration => primitive!(DurationMicrosecondArray, Item::Duration(us) => *us),
    }))
}

/// Python's floats, which have no other width, rounded to the one that is wanted.
fn singles(py: Python<'_>, items: &[Item], place: Place<'_>) -> PyResult<ArrayRef> {
    let single = |item: &Item| {
        let value = match item {
            Item::Float(value) => *value,
            Item::Int(value) => *value as f64,
            _ => return Ok(None),
        };
        let single = value as f32;
        if single.is_infinite() && value.is_finite() {
            return Err(
                place.refuse(py, &format!("holds {value:e}, which is beyond the range of f32"))
            );
        }
        Ok(Some(single))
    };
    let singles = items.iter().map(single).collect::<PyResult<Float32Array>>()?;
    Ok(Arc::new(singles))
}

/// The items as the place reads them: a NaN may be a missing value, and a logical value is a number where those are wanted.
fn read<'a>(items: &'a [Item], place: Place<'_>) -> Cow<'a, [Item]> {
    let is_nan = |item: &Item| matches!(item, Item::Float(n) if n.is_nan());
    let is_other = |item: &Item| !matches!(item, Item::Float(_) | Item::Missing);
    let nan_is_missing = match place.nan {
        Nan::Number => false,
        Nan::Missing => true,
        Nan::MissingAmongOthers => {
            items.iter().any(is_other)
                && !items.iter().any(|item| matches!(item, Item::Float(n) if !n.is_nan()))
        }
    };
    let truth_is_number = fit::is_number(place.dtype());
    let read_one = |item: &Item| match item {
        nan if nan_is_missing && is_nan(nan) => Item::Missing,
        Item::Bool(truth) if truth_is_number => Item::Int(i64::from(*truth)),
        item => item.clone(),
    };
    let changes = |item: &Item| {
        (nan_is_missing && is_nan(item)) || (truth_is_number && matches!(item, Item::Bool(_)))
    };
    match items.iter().any(changes) {
        true => Cow::Owned(items.iter().map(read_one).collect()),
        false => Cow::Borrowed(items),
    }
}

/// What to do where a list has NaN for missing values, as pandas does.
fn nan_advice(items: &[Item]) -> &'static str {
    match items.iter().any(|item| matches!(item, Item::Float(n) if n.is_nan())) {
        true => " (NaN is a number in a list: pass the Series itself, or None for what is missing)",
        false => "",
    }
}

/// Refuses datetimes with a zone beside such without one, which have no order in common, not even as cells.
fn check_clocks(py: Python<'_>, items: &[Item], place: Place<'_>) -> PyResult<()> {
    let has = |wall: bool| {
        items.iter().position(
            |item| matches!(item, Item::DateTime(_, clock) if (*clock == Clock::Wall) == wall),
        )
    };
    match (has(true), has(false)) {
        (Some(wall), Some(zoned)) => Err(place.refuse(
            py,
            &format!(
                "holds datetimes with and without a time zone together (rows {zoned} and {wall}): bring them to one of the two"
            ),
        )),
        _ => Ok(()),
    }
}

/// The items as a column of the type that the parameter takes, or of their own.
pub(super) fn column_of(py: Python<'_>, items: &[Item], place: Place<'_>) -> PyResult<Column> {
    let items = read(items, place);
    let items: &[Item] = &items;
    check_clocks(py, items, place)?;
    let mut family = Some(Family::Nothing);
    for item in items {
        let Some(so_far) = family else { break };
        let merged = so_far.with(item.family());
        if merged.is_none() && place.dtype() != DType::Any {
            let why = format!(
                "holds {} and {} values together: a column is of one type{}",
                so_far.name(),
                item.family().name(),
                nan_advice(items)
            );
            return Err(place.refuse(py, &why));
        }
        family = merged;
    }
    if place.dtype() == DType::Any && !matches!(family, Some(Family::Big | Family::Bytes)) {
        let cells: Option<Vec<AnyValue>> = items.iter().map(Item::any).collect();
        let cells = cells.ok_or_else(|| {
            place.refuse(py, "holds an integer beyond 2^53, a decimal that is no float, or bytes, which no cell can hold")
        })?;
        return Column::from_any(&cells).map_err(|e| place.refuse(py, e.message()));
    }
    // A column without values is of the type that is wanted.
    if family == Some(Family::Nothing) {
        return Ok(Column::new_null(place.dtype(), items.len()));
    }
    if family == Some(Family::Float) && place.dtype() == DType::F32 {
        return place.column(py, singles(py, items, place)?);
    }
    if family == Some(Family::Decimal) {
        let numbers = items.iter().map(|item| match item {
            Item::Decimal(number) => Some(number.clone()),
            Item::Int(n) => Number::of(&n.to_string()),
            Item::Big(n) => Number::of(&n.to_string()),
            _ => None,
        });
        return place.column(py, decimal::column(py, numbers, place)?);
    }
    let array = match family {
        Some(family) => typed(items, family).map_err(|e| place.refuse(py, e.message()))?,
        None => None,
    };
    let array = array.ok_or_else(|| {
        place.refuse(py, "holds integers that are not exact as floats (beyond 2^53)")
    })?;
    place.column(py, array)
}

/// Why a value is refused, of an exception that says it; one that ends the program passes on.
///
/// # Errors
/// What is no `Exception`, such as `KeyboardInterrupt`.
pub(crate) fn reason(py: Python<'_>, error: PyErr) -> PyResult<String> {
    if !error.is_instance_of::<PyException>(py) {
        return Err(error);
    }
    // What this package says itself needs no name of a class before it.
    let own = error.get_type(py);
    let plain = own.is(py.get_type::<PyValueError>()) || own.is(py.get_type::<PyOverflowError>());
    Ok(if plain { error.value(py).to_string() } else { error.to_string() })
}

/// What to do with an object that is no value, in brackets; nothing where nothing is known.
pub(super) fn advice(object: &Bound<'_, PyAny>) -> &'static str {
    match object.get_type().name().as_ref().map(|name| name.to_string_lossy()).as_deref() {
        Ok("Fraction") => " (float() makes it one)",
        _ => "",
    }
}

/// That an object is no value.
pub(crate) fn no_value(object: &Bound<'_, PyAny>) -> String {
    format!("a {} is no value{}", super::type_name(&object.get_type()), advice(object))
}

fn items_of(list: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Vec<Item>> {
    let py = list.py();
    let mut items = Vec::with_capacity(list.len().unwrap_or(0));
    // A list may hold one long text many times.
    let mut bytes = 0usize;
    for (row, object) in list.try_iter()?.enumerate() {
        let object = object?;
        let item = Item::of(&object).or_else(|error| {
            Err(place.refuse(py, &format!("row {row}: {}", reason(py, error)?)))
        })?;
        let item =
            item.ok_or_else(|| place.refuse(py, &format!("row {row}: {}", no_value(&object))))?;
        if is_of_zone(&item, place) {
            return Err(place.refuse(py, &format!("row {row}: {}", of_zone(&object))));
        }
        bytes += match &item {
            Item::Text(text) => text.len(),
            Item::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        if i32::try_from(bytes).is_err() {
            return Err(place.refuse(py, texts_too_large(bytes as u64).message()));
        }
        items.push(item);
    }
    Ok(items)
}

/// Whether an item is a time of a zone that no column can have.
fn is_of_zone(item: &Item, place: Place<'_>) -> bool {
    matches!(item, Item::DateTime(_, Clock::Zone)) && zone::takes_times(place)
}

/// Why a time of a zone is refused.
fn of_zone(object: &Bound<'_, PyAny>) -> String {
    let name = object.getattr(intern!(object.py(), "tzinfo")).map(|zone| zone.to_string());
    format!(
        "{object} is of the zone {}, and functions know readings without a zone and instants in UTC: {}",
        name.unwrap_or_default(),
        zone::OF_DATETIMES
    )
}

/// A scalar argument.
pub(super) fn scalar(object: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Column> {
    match scalar_of_any(object, place)? {
        Some(column) => Ok(column),
        None => Err(place.refuse(object.py(), &no_value(object))),
    }
}

/// A scalar argument, or `None` where the object is no value.
pub(super) fn scalar_of_any(
    object: &Bound<'_, PyAny>,
    place: Place<'_>,
) -> PyResult<Option<Column>> {
    let py = object.py();
    if let Ok(float) = object.cast_exact::<PyFloat>()
        && place.dtype() == DType::F64
    {
        let array: ArrayRef = Arc::new(Float64Array::new(vec![float.value()].into(), None));
        return place.column(py, array).map(Some);
    }
    let item = Item::of(object).or_else(|error| Err(place.refuse(py, &reason(py, error)?)))?;
    if item.as_ref().is_some_and(|item| is_of_zone(item, place)) {
        return Err(place.refuse(py, &of_zone(object)));
    }
    item.map(|item| column_of(py, &[item], place)).transpose()
}

/// A list or tuple as one column.
pub(super) fn column(list: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Column> {
    column_of(list.py(), &items_of(list, place)?, place.at_row(0))
}

/// A list or tuple: of values, or of rows.
pub(super) fn list(list: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Understood> {
    let py = list.py();
    let is_row = |object: &Bound<'_, PyAny>| {
        object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>()
    };
    let first = list.try_iter()?.next().transpose()?;
    if !first.as_ref().is_some_and(is_row) {
        if first.is_some_and(|first| {
            first.cast::<PyMapping>().is_ok() && !first.is_instance_of::<PyString>()
        }) {
            return Err(place.refuse(py, "a list of dicts: pass a list for each column"));
        }
        return Ok(Understood::column(vec![column(list, place)?], Kind::List));
    }
    let mut columns: Vec<Vec<Item>> = Vec::new();
    for (index, row) in list.try_iter()?.enumerate() {
        let row = row?;
        if !is_row(&row) {
            let class = super::type_name(&row.get_type());
            let why = format!("row {index} is a {class}, the first row is a list of values");
            return Err(place.refuse(py, &why));
        }
        let items = items_of(&row, place)?;
        if index == 0 {
            columns.resize(items.len(), Vec::new());
        }
        if items.len() != columns.len() {
            let why =
                format!("row {index} has {} values, the first has {}", items.len(), columns.len());
            return Err(place.refuse(py, &why));
        }
        for (column, item) in columns.iter_mut().zip(items) {
            column.push(item);
        }
    }
    let columns = columns
        .iter()
        .map(|items| Ok(vec![column_of(py, items, place.at_row(0))?]))
        .collect::<PyResult<Vec<_>>>()?;
    Ok(Understood { given: Given::Range(columns), kind: Some(Kind::List) })
}
