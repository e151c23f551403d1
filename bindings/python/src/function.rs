//! `Function`: a plugin's function, called with whatever holds columns.

use crate::{
    call, error, fork,
    input::{self, Argument as Input, Given, Kind, Place, Understood},
    module::{Module, Plugin},
    number,
    output::{Errors, Outcome, Shape},
    signature,
};
use arrow_array::Array;
use pyo3::{
    intern,
    prelude::*,
    types::{PyDict, PyString, PyTuple},
};
use std::{
    hash::{BuildHasher, RandomState},
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use udf_columnar::{
    Argument, Call, CancelToken, Column, Lane, Output, Session, SessionOptions, Signature,
};

/// Rows up to which an elementwise call stays on the caller's thread: its batch deadline, not the user's patience, bounds it.
const SMALL: usize = 4096;

/// How calls are made; see `with_options`.
#[derive(Clone, Debug, Default)]
struct Options {
    errors: Errors,
    deadline: Option<Duration>,
    batch_rows: Option<usize>,
    threads: Option<usize>,
    /// Another one for each call where there is none.
    seed: Option<u64>,
    /// The time of the call where there is none.
    now_us: Option<i64>,
}

impl Options {
    fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| RandomState::new().hash_one(0))
    }

    fn now_us(&self) -> i64 {
        self.now_us.unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
        })
    }
}

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

    /// The arguments in the order of the parameters, and what becomes of errors.
    fn bind<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<(Vec<Option<Bound<'py, PyAny>>>, Errors)> {
        let mut bound: Vec<Option<Bound<'py, PyAny>>> = args.iter().map(Some).collect();
        let mut errors = self.options.errors;
        let params = &self.signature.function().params;
        for (name, value) in keywords.into_iter().flat_map(|keywords| keywords.iter()) {
            let name = name.cast::<PyString>()?.to_cow()?.into_owned();
            let index = params
                .iter()
                .position(|p| p.name == name)
                .or_else(|| params.iter().position(|p| p.name.eq_ignore_ascii_case(&name)));
            match index {
                Some(index) if params[index].variadic => {
                    let message = format!(
                        "{}: `{name}` takes any number of values: pass them by position",
                        self.name()
                    );
                    return Err(error::argument(py, self.name(), &message));
                }
                Some(index) => {
                    if bound.len() <= index {
                        bound.resize(index + 1, None);
                    }
                    if bound[index].is_some() {
                        let message = format!("{}: `{name}` was given twice", self.name());
                        return Err(error::argument(py, self.name(), &message));
                    }
                    bound[index] = Some(value);
                }
                None if name == "errors" => errors = Errors::of(&value, self.name())?,
                None => {
                    let names: Vec<&str> = params.iter().map(|p| p.name.as_str()).collect();
                    let message = format!(
                        "{} has no parameter `{name}`: it takes {} (and errors=)",
                        self.name(),
                        names.join(", ")
                    );
                    return Err(error::argument(py, self.name(), &message));
                }
            }
        }
        Ok((bound, errors))
    }

    fn name(&self) -> &str {
        self.signature.name()
    }

    /// Whether a session that earlier calls have used serves: rows are independent of each other, and the options are usual.
    fn may_be_warm(&self) -> bool {
        let function = self.signature.function();
        let Options { deadline, batch_rows, threads, .. } = &self.options;
        self.signature.is_elementwise()
            && !function.volatile
            && (deadline, batch_rows, threads) == (&None, &None, &None)
            && self.plugin.handle.config.limits.total_deadline.is_none()
    }

    fn open(
        &self,
        threads: usize,
        cancel: &CancelToken,
    ) -> Result<Box<dyn Session>, udf_columnar::Error> {
        let options = SessionOptions::default()
            .threads(self.options.threads.unwrap_or(threads))
            .batch_rows(self.options.batch_rows)
            .deadline(self.options.deadline)
            .volatile(self.options.seed(), self.options.now_us())
            .cancel(cancel.clone());
        Ok(self.plugin.module()?.open(options))
    }

    fn run(&self, py: Python<'_>, parts: Vec<Call>) -> PyResult<Vec<Output>> {
        let raise = |e: udf_columnar::Error| error::of_call(py, &e, self.name());
        let rows: usize = parts.iter().map(|call| largest(&call.arguments)).sum();
        let small = self.signature.is_elementwise()
            && rows <= SMALL
            && self.plugin.handle.config.limits.batch_deadline <= Duration::from_secs(1);
        let threads = if small { 1 } else { self.plugin.handle.config.threads };
        let signature = self.signature.clone();
        if self.may_be_warm() {
            let mut warm = self.plugin.warm(threads).map_err(raise)?;
            let cancel = warm.cancel.clone();
            let work = move || {
                let outputs = all(warm.session.as_mut(), &signature, parts);
                (warm, outputs)
            };
            let (warm, outputs) = self.perform(py, small, &cancel, work)?;
            self.plugin.rest(warm);
            return outputs.map_err(raise);
        }
        let cancel = CancelToken::new();
        let mut session = self.open(threads, &cancel).map_err(raise)?;
        let work = move || all(session.as_mut(), &signature, parts);
        self.perform(py, small, &cancel, work)?.map_err(raise)
    }

    /// Small work on this thread, other work on the runtime's.
    fn perform<T: Send + 'static>(
        &self,
        py: Python<'_>,
        small: bool,
        cancel: &CancelToken,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> PyResult<T> {
        if small {
            return call::detached(py, work);
        }
        let raise = |e: udf_columnar::Error| error::of_call(py, &e, self.name());
        let live = self.plugin.handle.live().map_err(raise)?;
        let pool = live.pool().map_err(raise)?;
        call::interruptible(py, &pool, cancel, work)
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

/// Makes the calls one after the other in a session.
fn all(
    session: &mut dyn Session,
    signature: &Arc<Signature>,
    parts: Vec<Call>,
) -> Result<Vec<Output>, udf_columnar::Error> {
    parts.into_iter().map(|part| session.call(signature, part)).collect()
}

fn largest(arguments: &[Argument]) -> usize {
    arguments
        .iter()
        .map(|argument| match argument {
            Argument::Column(column) => column.len(),
            Argument::Range(columns) => columns.first().map_or(0, Column::len),
            _ => 1,
        })
        .max()
        .unwrap_or(1)
}

/// The chunks as one column.
fn whole(py: Python<'_>, chunks: Vec<Column>, place: Place<'_>) -> PyResult<Column> {
    if chunks.len() == 1 {
        let mut chunks = chunks;
        return chunks.pop().ok_or_else(|| error::internal(py, "a column without chunks"));
    }
    let arrays: Vec<&dyn Array> = chunks.iter().map(|c| c.array().as_ref()).collect();
    let array = arrow_select::concat::concat(&arrays)
        .map_err(|e| place.refuse(py, &format!("its chunks cannot be put together: {e}")))?;
    place.column(py, array)
}

/// One call for every stretch of rows in which no column's chunk ends.
fn split(py: Python<'_>, given: Vec<Given>, places: &[Place<'_>]) -> PyResult<Vec<Call>> {
    let lengths = |chunks: &[Column]| chunks.iter().map(Column::len).sum::<usize>();
    let totals: Vec<usize> = given
        .iter()
        .filter_map(|g| match g {
            Given::Column(chunks) => Some(lengths(chunks)),
            _ => None,
        })
        .collect();
    let chunked = given.iter().any(|g| matches!(g, Given::Column(chunks) if chunks.len() > 1));
    let even = totals.windows(2).all(|pair| pair[0] == pair[1]);
    if !chunked || !even {
        return Ok(vec![Call::new(together(py, given, places)?)]);
    }
    let total = totals.first().copied().unwrap_or(0);
    let mut ends: Vec<usize> = Vec::new();
    for chunks in given.iter().filter_map(|g| match g {
        Given::Column(chunks) => Some(chunks),
        _ => None,
    }) {
        let mut end = 0;
        for chunk in chunks {
            end += chunk.len();
            ends.push(end);
        }
    }
    ends.sort_unstable();
    ends.dedup();
    ends.retain(|end| *end > 0);
    let fixed: Vec<Option<Argument>> = given
        .iter()
        .map(|g| match g {
            Given::Omitted => Ok(Some(Argument::Omitted)),
            Given::Scalar(column) => Ok(Some(Argument::Scalar(column.clone()))),
            Given::Column(_) => Ok(None),
            Given::Range(_) => Err(error::argument(
                py,
                places.first().map_or("", |p| p.function),
                "a frame cannot be passed beside columns in chunks",
            )),
        })
        .collect::<PyResult<_>>()?;
    let mut calls = Vec::with_capacity(ends.len());
    let mut start = 0;
    for end in ends.into_iter().filter(|end| *end <= total) {
        let arguments = given
            .iter()
            .zip(&fixed)
            .map(|(g, fixed)| match (g, fixed) {
                (_, Some(argument)) => argument.clone(),
                (Given::Column(chunks), None) => Argument::Column(stretch(chunks, start, end)),
                _ => Argument::Omitted,
            })
            .collect();
        calls.push(Call::new(arguments).row_offset(start as u64));
        start = end;
    }
    Ok(calls)
}

/// Rows `start..end`, which lie in one chunk.
fn stretch(chunks: &[Column], start: usize, end: usize) -> Column {
    let mut first = 0;
    for chunk in chunks {
        if start < first + chunk.len() {
            return chunk.slice(start - first, end - start);
        }
        first += chunk.len();
    }
    Column::new_null(udf_abi::DType::Null, end - start)
}

/// The arguments of one call, chunks put together.
fn together(py: Python<'_>, given: Vec<Given>, places: &[Place<'_>]) -> PyResult<Vec<Argument>> {
    given
        .into_iter()
        .zip(places)
        .map(|(given, place)| {
            Ok(match given {
                Given::Omitted => Argument::Omitted,
                Given::Scalar(column) => Argument::Scalar(column),
                Given::Column(chunks) => Argument::Column(whole(py, chunks, *place)?),
                Given::Range(columns) => Argument::Range(
                    columns
                        .into_iter()
                        .map(|chunks| whole(py, chunks, *place))
                        .collect::<PyResult<_>>()?,
                ),
            })
        })
        .collect()
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
        let (objects, errors) = this.bind(py, args, keywords)?;
        let mut kind: Option<Kind> = None;
        let mut given = Vec::with_capacity(objects.len());
        let mut places = Vec::with_capacity(objects.len());
        for (index, object) in objects.iter().enumerate() {
            let param =
                this.signature.param(index).map_err(|e| error::of_call(py, &e, this.name()))?;
            let place = Place { function: this.name(), param, number: index + 1 };
            places.push(place);
            let Some(object) = object else {
                given.push(Given::Omitted);
                continue;
            };
            match input::understand(object, place)? {
                Input::Value(Understood { given: one, kind: of }) => {
                    given.push(one);
                    kind = match (kind, of) {
                        (Some(Kind::Foreign(first)), Some(Kind::Foreign(other))) => {
                            // Frames say whether they go together: pandas has an index.
                            first.bind(py).call_method1(intern!(py, "join"), (other,))?;
                            Some(Kind::Foreign(first))
                        }
                        (None, of) => of,
                        // A list or an array beside a Series is a mere column of values.
                        (Some(Kind::List), Some(of)) => Some(of),
                        (Some(Kind::Numpy), Some(Kind::Foreign(of))) => Some(Kind::Foreign(of)),
                        (kind, _) => kind,
                    };
                }
                Input::Deferred(deferred) => {
                    let arguments = PyTuple::new(
                        py,
                        objects.iter().map(|o| match o {
                            Some(object) => object.clone(),
                            None => py.None().into_bound(py),
                        }),
                    )?;
                    return deferred
                        .bind(py)
                        .call_method1(intern!(py, "call"), (slf, arguments, errors.name()));
                }
            }
        }
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
        give(py, outcome, kind, errors, json)
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

    /// The parameters and the types of the result, as `_signature.build` takes them.
    fn _describe<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        signature::describe(py, &self.signature)
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

/// The outcome as the caller's own type.
fn give<'py>(
    py: Python<'py>,
    outcome: Outcome,
    kind: Option<Kind>,
    errors: Errors,
    json: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let with_errors = errors == Errors::Struct;
    let kind = match (outcome.shape(), kind) {
        (Shape::Value, _) => None,
        // No column was passed: one value, or a list of rows.
        (Shape::Column, None) => None,
        (Shape::Table, None) if json && outcome.is_single() => None,
        (Shape::Table, None) => Some(Kind::List),
        (_, kind) => kind,
    };
    let Some(kind) = kind else {
        return match with_errors {
            true => Ok(outcome.value_and_error(py)?.into_any()),
            false => outcome.value(py),
        };
    };
    let simple = outcome.shape() == Shape::Column && !with_errors;
    let frames = |name: &str| py.import("formualizer_udf._frames")?.getattr(name);
    match kind {
        Kind::Numpy if simple => outcome.into_numpy(py),
        Kind::List if simple => Ok(outcome.objects_of_first(py)?.into_any()),
        Kind::Numpy => frames("wrap_numpy")?.call1((outcome, with_errors)),
        Kind::List => frames("wrap_list")?.call1((outcome, with_errors)),
        Kind::Arrow { like, chunked } => {
            frames("wrap_arrow")?.call1((outcome, with_errors, like, chunked))
        }
        Kind::Foreign(wrap) => {
            wrap.bind(py).call_method1(intern!(py, "wrap"), (outcome, with_errors))
        }
    }
}
