//! What Python passes for a parameter, as columns.

mod arrow;
mod buffer;
pub(crate) mod capsule;
pub(crate) mod decimal;
pub(crate) mod fit;
mod numpy;
pub(crate) mod objects;
mod place;
mod zone;

pub(crate) use place::Place;

use crate::{error, output};
use place::Nan;
use pyo3::{
    exceptions::PyValueError,
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBool, PyBytes, PyFloat, PyInt, PyList, PyString, PyTuple, PyType},
};
use udf_abi::DType;
use udf_columnar::Column;

/// What a caller passes, in chunks as they came.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// Nothing.
    Omitted,
    /// One value for every row.
    Scalar(Column),
    /// A value per row: at least one chunk.
    Column(Vec<Column>),
    /// Columns of equal length, each of at least one chunk.
    Range(Vec<Vec<Column>>),
}

/// Whose type a result takes.
#[derive(Debug)]
pub(crate) enum Kind {
    Numpy,
    List,
    /// An object with the Arrow PyCapsule interface; whether it is one array (else a stream of chunks).
    Arrow {
        like: Py<PyAny>,
        chunked: bool,
    },
    /// A type that the Python side of the package knows: an object with `wrap(outcome, errors)`.
    Foreign(Py<PyAny>),
}

/// An argument as it is understood.
#[derive(Debug)]
pub(crate) struct Understood {
    pub(crate) given: Given,
    /// Absent for scalars.
    pub(crate) kind: Option<Kind>,
}

/// What one argument turns out to be.
pub(crate) enum Argument {
    Value(Understood),
    /// The call is not made now: an object with `call(function, arguments, keywords)` that makes it later (expressions).
    Deferred(Py<PyAny>),
}

impl Understood {
    fn scalar(column: Column) -> Self {
        Self { given: Given::Scalar(column), kind: None }
    }

    fn column(chunks: Vec<Column>, kind: Kind) -> Self {
        Self { given: Given::Column(chunks), kind: Some(kind) }
    }
}

/// A column that the Python side has found in an object of another library: what holds the values, which of them are missing,
/// and how a result becomes an object of that library.
#[pyclass(frozen, name = "_Input", module = "formualizer_udf._native")]
pub(crate) struct Input {
    /// A NumPy array, an object with the Arrow PyCapsule interface, a list; or a list of such for the columns of a frame.
    values: Py<PyAny>,
    /// A NumPy array of booleans, true where the value is missing.
    missing: Option<Py<PyAny>>,
    /// Whether a NaN is a missing value.
    nan_is_missing: bool,
    /// Whether `values` are objects of any kind, among which a NaN is a missing value unless all are floats.
    are_objects: bool,
    /// The zone of times that are instants in UTC themselves.
    zone: Option<String>,
    /// What to write in the library's words to get rid of a zone.
    zones: Option<String>,
    /// Whether `values` lists columns.
    is_frame: bool,
    /// An object with `wrap(outcome, errors)`.
    wrap: Option<Py<PyAny>>,
    /// An object with `call(function, arguments)`.
    deferred: Option<Py<PyAny>>,
}

#[pymethods]
impl Input {
    #[new]
    #[pyo3(signature = (values, *, missing=None, nan_is_missing=false, are_objects=false, zone=None, zones=None, is_frame=false, wrap=None, deferred=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords of Python, each of its own meaning")]
    fn new(
        values: Py<PyAny>,
        missing: Option<Py<PyAny>>,
        nan_is_missing: bool,
        are_objects: bool,
        zone: Option<String>,
        zones: Option<String>,
        is_frame: bool,
        wrap: Option<Py<PyAny>>,
        deferred: Option<Py<PyAny>>,
    ) -> Self {
        Self { values, missing, nan_is_missing, are_objects, zone, zones, is_frame, wrap, deferred }
    }
}

/// Understands one argument.
pub(crate) fn understand(object: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Argument> {
    let value = |understood| Ok(Argument::Value(understood));
    // The usual things first, by their exact type.
    if object.is_exact_instance_of::<PyFloat>()
        || object.is_instance_of::<PyBool>()
        || object.is_exact_instance_of::<PyInt>()
        || object.is_instance_of::<PyString>()
        || object.is_instance_of::<PyBytes>()
    {
        return value(Understood::scalar(objects::scalar(object, place)?));
    }
    if object.is_none() {
        if place.param.optional || place.param.variadic {
            return value(Understood { given: Given::Omitted, kind: None });
        }
        return value(Understood::scalar(Column::new_null(place.dtype(), 1)));
    }
    if numpy::is_array(object)? {
        return value(numpy::understand(object, place)?);
    }
    if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
        return value(objects::list(object, place)?);
    }
    adapted(object, place)
}

/// What the Python side makes of an object of a library; else what the object itself offers.
fn adapted(object: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Argument> {
    static ADAPT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = object.py();
    let adapt = ADAPT.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("formualizer_udf._frames")?.getattr("adapt")?.unbind())
    })?;
    let found = adapt.bind(py).call1((object,))?;
    if let Ok(input) = found.cast::<Input>() {
        return input.get().understand(py, place);
    }
    if !found.is_none() {
        return Err(error::internal(py, "an adapter gave something that is no _Input"));
    }
    if object.hasattr(intern!(py, "__arrow_c_array__"))?
        || object.hasattr(intern!(py, "__arrow_c_stream__"))?
    {
        return arrow::understand(object, place).map(Argument::Value);
    }
    if place.dtype() == DType::Binary
        && let Some(bytes) = buffer::bytes(object)?
    {
        return Ok(Argument::Value(Understood::scalar(objects::scalar(&bytes, place)?)));
    }
    if let Some(understood) = buffer::understand(object, place)? {
        return Ok(Argument::Value(understood));
    }
    match objects::scalar_of_any(object, place)? {
        Some(column) => Ok(Argument::Value(Understood::scalar(column))),
        None => Err(place.refuse(
            py,
            &format!(
                "cannot take a {}{}: pass a number, text, date or None, a list, a NumPy array, or an object with the Arrow PyCapsule interface (pandas, polars, pyarrow, DuckDB)",
                type_name(&object.get_type()),
                objects::advice(object)
            ),
        )),
    }
}

/// What an object or its library raised while it was read, as a refusal of this argument; `how` says what failed. What is no
/// failure of theirs passes on.
pub(crate) fn of_library(
    py: Python<'_>,
    raised: PyErr,
    object: &Bound<'_, PyAny>,
    place: Place<'_>,
    how: &str,
) -> PyErr {
    if !error::is_of_others(py, &raised) {
        return raised;
    }
    let shown = match raised.is_instance_of::<PyValueError>(py) {
        true => raised.value(py).to_string(),
        false => raised.to_string(),
    };
    let class = type_name(&object.get_type());
    let refused = place.refuse(py, &format!("a {class} {how}: {shown}"));
    refused.set_cause(py, Some(raised));
    refused
}

fn type_name(class: &Bound<'_, PyType>) -> String {
    class.fully_qualified_name().map_or_else(|_| "value".to_owned(), |name| name.to_string())
}

impl Input {
    fn understand(&self, py: Python<'_>, place: Place<'_>) -> PyResult<Argument> {
        if let Some(deferred) = &self.deferred {
            return Ok(Argument::Deferred(deferred.clone_ref(py)));
        }
        let place = self.place(place);
        let values = self.values.bind(py);
        let given = if self.is_frame {
            let mut columns = Vec::new();
            for column in values.try_iter()? {
                let column = column?;
                let part = match column.cast::<Self>() {
                    Ok(input) => input.get().chunks(py, place)?,
                    Err(_) => chunks_of(&column, place)?,
                };
                columns.push(part);
            }
            Given::Range(columns)
        } else {
            match &self.wrap {
                Some(_) => Given::Column(self.chunks(py, place)?),
                None => return understand(values, place),
            }
        };
        let kind = self.wrap.as_ref().map(|wrap| Kind::Foreign(wrap.clone_ref(py)));
        Ok(Argument::Value(Understood { given, kind }))
    }

    /// The place, with what is known of this column.
    fn place<'a>(&'a self, place: Place<'a>) -> Place<'a> {
        let place = match (self.nan_is_missing, self.are_objects) {
            (true, _) => place.nan(Nan::Missing),
            (_, true) => place.nan(Nan::MissingAmongOthers),
            _ => place,
        };
        match &self.zones {
            Some(words) => place.zones(words),
            None => place,
        }
    }

    fn chunks(&self, py: Python<'_>, place: Place<'_>) -> PyResult<Vec<Column>> {
        let place = self.place(place);
        if let Some(zone) = &self.zone
            && !zone::is_utc(zone)
            && zone::takes_times(place)
        {
            return Err(zone::refuse(py, zone, place));
        }
        let chunks = chunks_of(self.values.bind(py), place)?;
        let missing = match &self.missing {
            Some(missing) => numpy::mask(missing.bind(py), place)?,
            None => None,
        };
        let of_zone = |column: Column| match &self.zone {
            Some(_) => output::zone::instants(&column).unwrap_or(column),
            None => column,
        };
        chunks
            .into_iter()
            .map(|column| {
                let column = of_zone(column);
                numpy::without(py, column, missing.as_ref(), self.nan_is_missing, place)
            })
            .collect()
    }
}

/// The chunks of an object that holds one column.
fn chunks_of(object: &Bound<'_, PyAny>, place: Place<'_>) -> PyResult<Vec<Column>> {
    match understand(object, place)? {
        Argument::Value(Understood { given: Given::Column(chunks), .. }) => Ok(chunks),
        Argument::Value(Understood { given: Given::Scalar(column), .. }) => Ok(vec![column]),
        _ => Err(place.refuse(
            object.py(),
            &format!("a {} is not one column", type_name(&object.get_type())),
        )),
    }
}
