//! `Function`: a plugin's function, called with whatever holds columns.
//!
//! ```text
//! bind      which argument is for which parameter
//! take      arguments as what a call is given
//! chunks    arguments in chunks as calls
//! run       the calls, in a session, on this thread or the runtime's
//! give      the results as the caller's own types
//! ```

mod bind;
mod chunks;
mod give;
mod options;
mod run;
mod take;

pub(crate) use bind::{Asked, bind};
pub(crate) use chunks::{largest, together};
pub(crate) use give::give;
pub(crate) use take::{Taken, take};

use crate::{
    error, fork,
    input::Place,
    module::{Module, Plugin},
    number,
    output::{Errors, Outcome, Shape},
    signature,
};
use chunks::split;
use options::Options;
use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};
use std::{num::NonZeroUsize, sync::Arc};
use udf_abi::manifest;
use udf_columnar::{Argument, Call, Lane, Signature};

/// Shapes, types, names, whether elementwise, whether one value: see `_plan`.
pub(crate) type Plan = (Vec<&'static str>, Vec<&'static str>, Option<Vec<String>>, bool, bool);

// A function of a module. A doc comment would be every instance's `__doc__`.
#[pyclass(frozen, module = "formualizer_udf", weakref, dict)]
pub(crate) struct Function {
    plugin: Arc<Plugin>,
    signature: Arc<Signature>,
    options: Options,
}

impl Function {
    pub(crate) fn new(plugin: Arc<Plugin>, signature: Arc<Signature>) -> Self {
        Self { plugin, signature, options: Options::default() }
    }

    fn name(&self) -> &str {
        self.signature.name()
    }

    fn shape_of(&self, arguments: &[Argument]) -> Shape {
        let signature = self.signature.for_call(arguments, None);
        match (signature.is_elementwise(), signature.is_reduce()) {
            (true, _) => Shape::Column,
            (_, true) => Shape::Value,
            _ => Shape::Table,
        }
    }
}

#[pymethods]
impl Function {
    #[pyo3(signature = (*args, **keywords))]
    fn __call__<'py>(
        slf: &Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let _inside = fork::enter(py)?;
        let this = slf.get();
        let params = &this.signature.function().params;
        let Asked { objects, result } =
            bind(this.name(), params, args, keywords, this.options.errors)?;
        let errors = result.errors;
        let place = |index| match this.signature.param(index) {
            Ok(param) => Ok(Place::new(this.name(), param, index + 1)),
            Err(e) => Err(error::of_call(py, &e, this.name())),
        };
        let places = (0..objects.len()).map(place).collect::<PyResult<Vec<_>>>()?;
        let (given, kind) = match take(slf.as_any(), &objects, &places, &result)? {
            Taken::Given(given, kind) => (given, kind),
            Taken::Deferred(result) => return Ok(result),
        };
        let parts = match this.signature.is_elementwise() {
            true => split(py, given, &places)?,
            false => vec![Call::new(together(py, given, &places)?)],
        };
        let shape = this.shape_of(parts.first().map_or(&[], |part| &part.arguments));
        let outputs = this.run(py, parts)?;
        let names = this.signature.return_names();
        let names = names.map(|names| names.into_iter().map(str::to_owned).collect());
        let outcome = Outcome::new(outputs, names, shape);
        if errors == Errors::Raise {
            let (count, first) = outcome.failed();
            if count > 0 {
                return Err(error::rows(py, this.name(), count, outcome.rows() as u64, &first));
            }
        }
        // What a plugin without columns answers for values alone tells its shape by itself.
        let json = this.signature.lane() == Lane::Json;
        give(py, outcome, kind, errors, json).map_err(|e| error::of_result(py, e, this.name()))
    }

    /// The same function, called with these options.
    ///
    /// deadline: seconds that one call may take, all batches together.
    /// batch_rows: rows of a batch; chosen by their width otherwise.
    /// threads: threads that one call uses at most.
    /// seed, now_us: entropy and clock (microseconds since 1970-01-01T00:00:00Z) of volatile functions; equal ones give equal results.
    #[pyo3(signature = (*, errors=None, deadline=None, batch_rows=None, threads=None, seed=None, now_us=None))]
    fn with_options(
        &self,
        errors: Option<&Bound<'_, PyAny>>,
        deadline: Option<&Bound<'_, PyAny>>,
        batch_rows: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
        seed: Option<&Bound<'_, PyAny>>,
        now_us: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let of = self.name();
        let mut options = self.options.clone();
        if let Some(errors) = errors {
            options.errors = Errors::of(errors, of)?;
        }
        if let Some(deadline) = deadline {
            options.deadline = Some(number::seconds(of, "deadline", deadline)?);
        }
        let at_least_one = |name, value: &Bound<'_, PyAny>| {
            number::integer::<NonZeroUsize>(of, name, value).map(NonZeroUsize::get)
        };
        if let Some(rows) = batch_rows {
            options.batch_rows = Some(at_least_one("batch_rows", rows)?);
        }
        if let Some(threads) = threads {
            options.threads = Some(at_least_one("threads", threads)?);
        }
        if let Some(seed) = seed {
            options.seed = Some(number::integer(of, "seed", seed)?);
        }
        if let Some(now_us) = now_us {
            options.now_us = Some(number::integer(of, "now_us", now_us)?);
        }
        Ok(Self { plugin: self.plugin.clone(), signature: self.signature.clone(), options })
    }

    #[getter]
    fn __name__(&self) -> &str {
        self.name()
    }

    #[getter]
    fn __qualname__(&self) -> String {
        format!("{}.{}", self.plugin.info.manifest.module.id, self.name())
    }

    #[getter]
    fn __doc__(&self) -> String {
        signature::docstring(&self.signature)
    }

    #[getter]
    fn __signature__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let described = signature::describe(py, &self.signature)?;
        py.import("formualizer_udf._signature")?.getattr("build")?.call1(described)
    }

    /// "elementwise", "reduce" or "array".
    #[getter]
    fn kind(&self) -> &str {
        self.signature.function().kind.name()
    }

    /// What polars asks before a call with columns at some places, of so many arguments: the shape of each of those places, the
    /// types of the result and their names, whether rows are independent of each other, and whether it gives one value.
    fn _plan(&self, places: Vec<usize>, count: usize) -> Plan {
        let _ = count;
        let function = self.signature.function();
        let shape = |index| function.param_of(index).map_or(manifest::Shape::Scalar, |of| of.shape);
        let names = self.signature.return_names();
        (
            places.into_iter().map(|index| shape(index).name()).collect(),
            self.signature.return_dtypes().iter().map(|dtype| dtype.name()).collect(),
            names.map(|names| names.into_iter().map(str::to_owned).collect()),
            self.signature.is_elementwise(),
            self.signature.is_reduce(),
        )
    }

    #[getter]
    fn aliases(&self) -> Vec<String> {
        self.signature.function().aliases.clone()
    }

    #[getter]
    fn module(&self) -> Module {
        Module::of(self.plugin.clone())
    }

    /// What becomes of rows that fail, unless a call says otherwise.
    #[getter]
    fn errors(&self) -> &'static str {
        self.options.errors.name()
    }

    fn __repr__(&self) -> String {
        format!("<Function {}>", self.signature)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.name() == other.name()
            && self.plugin.info.sha256 == other.plugin.info.sha256
            && self.plugin.handle.config == other.plugin.handle.config
            && format!("{:?}", self.options) == format!("{:?}", other.options)
    }

    fn __hash__(&self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.plugin.info.sha256[..8]);
        u64::from_le_bytes(first) ^ u64::from(self.signature.function().id)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let restore = py.import("formualizer_udf._restore")?.getattr("function")?;
        let options = PyDict::new(py);
        options.set_item("errors", self.options.errors.name())?;
        options.set_item("deadline", self.options.deadline.map(|d| d.as_secs_f64()))?;
        options.set_item("batch_rows", self.options.batch_rows)?;
        options.set_item("threads", self.options.threads)?;
        options.set_item("seed", self.options.seed)?;
        options.set_item("now_us", self.options.now_us)?;
        let state = (Module::of(self.plugin.clone()), self.name(), options);
        PyTuple::new(py, [restore, state.into_pyobject(py)?.into_any()])
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __dask_tokenize__(&self) -> (&'static str, String, String, String) {
        let config = format!("{:?}", self.plugin.handle.config);
        let options = format!("{:?}", self.options);
        let name = format!("{}/{}", self.plugin.info.sha256_hex(), self.name());
        ("formualizer_udf.Function", name, config, options)
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
