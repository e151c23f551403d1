//! One of Excel's functions, called with whatever holds columns.

use super::docs;
use crate::{
    call, error, fork,
    function::{Asked, Plan, Taken, bind, give, largest, take, together},
    input::{
        Place,
        objects::{Clock, Item},
    },
    number,
    output::{Errors, Outcome, Shape},
    runtime::default_handle,
    signature,
};
use formualizer_functions::{
    columns::{self, Answer, Function},
    record::Mode,
};
use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};
use std::{
    hash::{BuildHasher, RandomState},
    num::NonZeroUsize,
};
use udf_abi::manifest::{self, Param};
use udf_columnar::{Argument, CancelToken, Output, Signature};

/// Rows up to which a call stays on the caller's thread.
const SMALL: usize = 4096;

/// How calls are made; see `with_options`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Options {
    errors: Errors,
    threads: Option<usize>,
    /// Another one for each call where there is none.
    seed: Option<u64>,
    /// The time of the call where there is none.
    now_us: Option<i64>,
}

// A function of Excel. A doc comment would be every instance's `__doc__`.
#[pyclass(frozen, module = "formualizer_udf", weakref, dict)]
pub(crate) struct ExcelFunction {
    function: Function,
    options: Options,
}

impl ExcelFunction {
    pub(crate) fn new(function: Function) -> Self {
        Self { function, options: Options::default() }
    }

    fn name(&self) -> &'static str {
        self.function.name()
    }

    fn signature(&self, py: Python<'_>) -> PyResult<Signature> {
        self.function.signature().map_err(|e| error::of_module(py, &e))
    }

    /// The parameters that keywords of a call with so many arguments name: those that repeat are listed as often as they may be given.
    fn params(&self, py: Python<'_>, count: usize) -> PyResult<Vec<Param>> {
        let record = self.function.record();
        let listed = record.parameters.len() + usize::from(record.last.is_some());
        let count = match record.repeats {
            0 => listed,
            _ => count.clamp(record.fewest(), record.most()),
        };
        let of = |count| self.function.signature_of(count);
        // Keywords may leave out what stands between.
        let longest = of(count.max(listed).min(record.most())).or_else(|_| of(count));
        match longest {
            Ok(signature) => Ok(signature.function().params.clone()),
            Err(e) => Err(error::of_call(py, &e, self.name())),
        }
    }

    /// Calls with the interpreter lock released, small ones on this thread.
    fn run(&self, py: Python<'_>, arguments: Vec<Argument>) -> PyResult<Answer> {
        let small = largest(&arguments) <= SMALL;
        let handle = default_handle(py)?;
        let cancel = CancelToken::new();
        let options = columns::Options {
            threads: match small {
                true => 1,
                false => self.options.threads.unwrap_or(handle.config.threads),
            },
            seed: self.options.seed.unwrap_or_else(|| RandomState::new().hash_one(0)),
            now_us: self.options.now_us.unwrap_or_else(now_us),
            cancel: cancel.clone(),
        };
        let function = self.function;
        let work = move || function.call(arguments, &options);
        let raise = |e: udf_columnar::Error| error::of_call(py, &e, self.name());
        let answer = match small {
            true => call::detached(py, work)?,
            false => {
                let pool = handle.live().and_then(|live| live.pool()).map_err(raise)?;
                call::interruptible(py, &pool, &cancel, work)?
            }
        };
        answer.map_err(raise)
    }
}

/// The local time, microseconds since 1970-01-01T00:00:00.
fn now_us() -> i64 {
    chrono::Local::now().naive_local().and_utc().timestamp_micros()
}

#[pymethods]
impl ExcelFunction {
    #[pyo3(signature = (*args, **keywords))]
    fn __call__<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let _inside = fork::enter(py)?;
        let this = slf.get();
        let name = this.name();
        let named = keywords.map_or(0, |keywords| keywords.len());
        let params = match named {
            0 => Vec::new(),
            _ => this.params(py, args.len() + named)?,
        };
        let Asked { objects, result } = bind(name, &params, args, keywords, this.options.errors)?;
        let errors = result.errors;
        let signature = this.function.signature_of(objects.len());
        let signature = signature.map_err(|e| error::of_call(py, &e, name))?;
        let places: Vec<Place<'_>> = signature
            .function()
            .params
            .iter()
            .zip(1..)
            .map(|(param, number)| Place::new(name, param, number))
            .collect();
        let (given, kind) = match take(slf.as_any(), &objects, &places, &result)? {
            Taken::Given(given, kind) => (given, kind),
            Taken::Deferred(result) => return Ok(result),
        };
        let arguments = together(py, given, &places)?;
        let Answer { shape, columns } = this.run(py, arguments)?;
        let shape = match shape {
            columns::Shape::Rows => Shape::Column,
            columns::Shape::Value => Shape::Value,
            columns::Shape::Table => Shape::Table,
        };
        let outcome = Outcome::new(vec![Output::new(columns)], None, shape);
        if errors == Errors::Raise {
            let (count, first) = outcome.failed();
            if count > 0 {
                return Err(error::rows(py, name, count, outcome.rows() as u64, &first));
            }
        }
        give(py, outcome, kind, errors, false).map_err(|e| error::of_result(py, e, name))
    }

    /// The same function, called with these options.
    ///
    /// threads: threads that one call uses at most. Results do not depend on it.
    /// seed: of `RAND` and its like; equal ones give equal results.
    /// now: what `NOW` and `TODAY` take for the time, a local `datetime.datetime` without a zone; the clock's if left out.
    #[pyo3(signature = (*, errors=None, threads=None, seed=None, now=None))]
    fn with_options(
        &self,
        errors: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
        seed: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let of = self.name();
        let mut options = self.options.clone();
        if let Some(errors) = errors {
            options.errors = Errors::of(errors, of)?;
        }
        if let Some(threads) = threads {
            let threads = number::integer::<NonZeroUsize>(of, "threads", threads)?;
            options.threads = Some(threads.get());
        }
        if let Some(seed) = seed {
            options.seed = Some(number::integer(of, "seed", seed)?);
        }
        if let Some(now) = now {
            options.now_us = match Item::of(now)? {
                Some(Item::DateTime(us, Clock::Wall)) => Some(us),
                _ => {
                    let message = format!(
                        "{of}: now: give a datetime.datetime of local time, without tzinfo"
                    );
                    return Err(error::argument(now.py(), of, &message));
                }
            };
        }
        Ok(Self { function: self.function, options })
    }

    #[getter]
    fn __name__(&self) -> &'static str {
        self.name()
    }

    #[getter]
    fn __qualname__(&self) -> String {
        format!("functions.{}", self.name())
    }

    #[getter]
    fn __doc__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(docs::docstring(self.function, &self.signature(py)?))
    }

    #[getter]
    fn __signature__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let described = signature::describe(py, &self.signature(py)?)?;
        py.import("formualizer_udf._signature")?.getattr("build")?.call1(described)
    }

    /// What becomes of rows that are errors, unless a call says otherwise.
    #[getter]
    fn errors(&self) -> &'static str {
        self.options.errors.name()
    }

    /// As `Function._plan`.
    fn _plan(&self, py: Python<'_>, places: Vec<usize>, count: usize) -> PyResult<Plan> {
        let signature = self.function.signature_of(count);
        let signature = signature.map_err(|e| error::of_call(py, &e, self.name()))?;
        let record = self.function.record();
        let is_whole = |index: &usize| {
            let parameter = record.parameter_among(*index, count);
            let mode = parameter.map(|parameter| parameter.mode);
            !record.by_rows && matches!(mode, Some(Mode::Array | Mode::Range | Mode::Reference))
        };
        let shape = |index: &usize| {
            let param = signature.function().params.get(*index);
            param.map_or(manifest::Shape::Scalar, |param| param.shape).name()
        };
        let whole = places.iter().filter(|index| is_whole(index)).count();
        let shapes = places.iter().map(shape).collect();
        let single = whole == places.len() && !record.gives_arrays;
        Ok((shapes, vec!["any"], None, whole == 0 && !record.gives_arrays, single))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let signature = self.signature(py)?;
        let params = &signature.function().params;
        let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
        Ok(format!("<Excel function {}({})>", self.name(), names.join(", ")))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.name() == other.name() && self.options == other.options
    }

    fn __hash__(&self) -> u64 {
        self.name().bytes().fold(0, |hash, byte| u64::from(byte) ^ hash.rotate_left(7))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let restore = py.import("formualizer_udf._restore")?.getattr("excel_function")?;
        let options = PyDict::new(py);
        options.set_item("errors", self.options.errors.name())?;
        options.set_item("threads", self.options.threads)?;
        options.set_item("seed", self.options.seed)?;
        let now = self.options.now_us.and_then(chrono::DateTime::from_timestamp_micros);
        options.set_item("now", now.map(|now| now.naive_utc()))?;
        PyTuple::new(py, [restore, (self.name(), options).into_pyobject(py)?.into_any()])
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __dask_tokenize__(&self) -> (&'static str, &'static str, String) {
        ("formualizer_udf.ExcelFunction", self.name(), format!("{:?}", self.options))
    }

    fn __get__<'py>(
        slf: Bound<'py, Self>,
        _instance: &Bound<'py, PyAny>,
        _owner: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        // A class attribute that is a function would be given `self`; a column function has no use for it.
        Ok(slf.into_any())
    }
}
