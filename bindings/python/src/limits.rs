//! `Limits`: what a module, an instance and a call may use.

use crate::{error, number};
use pyo3::{prelude::*, types::PyTuple};

/// What a module, an instance and a call may use. Sizes are bytes, times are seconds; what is left out has its default.
///
/// memory_bytes: linear memory of one instance (128 MiB).
/// batch_deadline: time of one batch of an elementwise call (1).
/// call_deadline: time of one call of another kind (10).
/// total_deadline: time of one whole call from Python, all batches together (none).
/// stack_bytes: the plugin's stack (1 MiB).
/// table_elements: elements of the module's table (10 000).
/// module_bytes: size of a module (10 MiB).
/// module_functions: functions of a module (20 000).
/// result_bytes: result of one batch or call (64 MiB).
/// message_bytes: bytes that are read of a plugin's message (10 000).
/// messages_bytes: bytes kept of the distinct messages of one call's rows; those behind are left out (8 MiB).
/// instances: instances of one module at a time (32).
/// compile_deadline: time of loading a module (10).
/// compile_function_work, compile_module_work: estimated work of compiling one function, and all of a module, in units of about a
///     nanosecond at worst (750 × 10⁶, 12 × 10⁹).
/// compile_optimised_work: the same up to which a module is optimised (8 × 10⁹); past it, it is compiled plainly, and runs slower.
///
/// Raises `ArgumentError` naming the limit that is out of its range.
#[pyclass(frozen, eq, module = "formualizer_udf")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Limits(udf_columnar::Limits);

impl Limits {
    pub(crate) fn inner(&self) -> &udf_columnar::Limits {
        &self.0
    }

    pub(crate) fn of(limits: &udf_columnar::Limits) -> Self {
        Self(limits.clone())
    }
}

#[pymethods]
impl Limits {
    #[new]
    #[pyo3(signature = (*, memory_bytes=None, batch_deadline=None, call_deadline=None, total_deadline=None, stack_bytes=None,
        table_elements=None, module_bytes=None, module_functions=None, result_bytes=None, message_bytes=None,
        messages_bytes=None, instances=None, compile_deadline=None,
        compile_function_work=None, compile_module_work=None, compile_optimised_work=None))]
    #[expect(clippy::too_many_arguments, reason = "one keyword per limit")]
    fn new(
        py: Python<'_>,
        memory_bytes: Option<&Bound<'_, PyAny>>,
        batch_deadline: Option<&Bound<'_, PyAny>>,
        call_deadline: Option<&Bound<'_, PyAny>>,
        total_deadline: Option<&Bound<'_, PyAny>>,
        stack_bytes: Option<&Bound<'_, PyAny>>,
        table_elements: Option<&Bound<'_, PyAny>>,
        module_bytes: Option<&Bound<'_, PyAny>>,
        module_functions: Option<&Bound<'_, PyAny>>,
        result_bytes: Option<&Bound<'_, PyAny>>,
        message_bytes: Option<&Bound<'_, PyAny>>,
        messages_bytes: Option<&Bound<'_, PyAny>>,
        instances: Option<&Bound<'_, PyAny>>,
        compile_deadline: Option<&Bound<'_, PyAny>>,
        compile_function_work: Option<&Bound<'_, PyAny>>,
        compile_module_work: Option<&Bound<'_, PyAny>>,
        compile_optimised_work: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut builder = udf_columnar::Limits::builder();
        let mut compile = udf_columnar::CompileLimits::default();
        macro_rules! set {
            ($read:path: $($name:ident),*) => { $(if let Some(value) = $name {
                builder = builder.$name($read("Limits", stringify!($name), value)?);
            })* };
        }
        macro_rules! set_compile {
            ($($name:ident: $read:path, $setter:ident);*) => { $(if let Some(value) = $name {
                compile = compile.$setter($read("Limits", stringify!($name), value)?);
            })* };
        }
        set!(number::integer: memory_bytes, stack_bytes, table_elements, module_bytes);
        set!(number::integer: module_functions, result_bytes, message_bytes, messages_bytes, instances);
        set!(number::seconds: batch_deadline, call_deadline, total_deadline);
        set_compile!(compile_deadline: number::seconds, deadline;
            compile_function_work: number::integer, function_work;
            compile_module_work: number::integer, module_work;
            compile_optimised_work: number::integer, optimised_work);
        match builder.compile_limits(compile).build() {
            Ok(limits) => Ok(Self(limits)),
            Err(problem) => Err(error::argument(py, "Limits", problem.message())),
        }
    }

    #[getter]
    fn memory_bytes(&self) -> u64 {
        self.0.memory_bytes
    }

    #[getter]
    fn batch_deadline(&self) -> f64 {
        self.0.batch_deadline.as_secs_f64()
    }

    #[getter]
    fn call_deadline(&self) -> f64 {
        self.0.call_deadline.as_secs_f64()
    }

    #[getter]
    fn total_deadline(&self) -> Option<f64> {
        self.0.total_deadline.map(|d| d.as_secs_f64())
    }

    #[getter]
    fn stack_bytes(&self) -> usize {
        self.0.stack_bytes
    }

    #[getter]
    fn table_elements(&self) -> u64 {
        self.0.table_elements
    }

    #[getter]
    fn module_bytes(&self) -> usize {
        self.0.module_bytes
    }

    #[getter]
    fn module_functions(&self) -> u32 {
        self.0.module_functions
    }

    #[getter]
    fn result_bytes(&self) -> u64 {
        self.0.result_bytes
    }

    #[getter]
    fn message_bytes(&self) -> usize {
        self.0.message_bytes
    }

    #[getter]
    fn messages_bytes(&self) -> usize {
        self.0.messages_bytes
    }

    #[getter]
    fn instances(&self) -> usize {
        self.0.instances
    }

    #[getter]
    fn compile_deadline(&self) -> f64 {
        self.0.compile.deadline.as_secs_f64()
    }

    #[getter]
    fn compile_function_work(&self) -> u64 {
        self.0.compile.function_work
    }

    #[getter]
    fn compile_module_work(&self) -> u64 {
        self.0.compile.module_work
    }

    #[getter]
    fn compile_optimised_work(&self) -> u64 {
        self.0.compile.optimised_work
    }

    fn __hash__(&self) -> u64 {
        self.0.memory_bytes
            ^ self.0.result_bytes.rotate_left(17)
            ^ (self.0.instances as u64).rotate_left(34)
    }

    fn __repr__(&self) -> String {
        let l = &self.0;
        format!(
            "Limits(memory_bytes={}, batch_deadline={}, call_deadline={}, total_deadline={}, instances={}, …)",
            l.memory_bytes,
            l.batch_deadline.as_secs_f64(),
            l.call_deadline.as_secs_f64(),
            l.total_deadline.map_or("None".to_owned(), |d| d.as_secs_f64().to_string()),
            l.instances
        )
    }

    /// Every limit as keyword arguments.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let restore = py.import("formualizer_udf._restore")?.getattr("limits")?;
        let keywords = pyo3::types::PyDict::new(py);
        let l = &self.0;
        keywords.set_item("memory_bytes", l.memory_bytes)?;
        keywords.set_item("batch_deadline", l.batch_deadline.as_secs_f64())?;
        keywords.set_item("call_deadline", l.call_deadline.as_secs_f64())?;
        keywords.set_item("total_deadline", self.total_deadline())?;
        keywords.set_item("stack_bytes", l.stack_bytes)?;
        keywords.set_item("table_elements", l.table_elements)?;
        keywords.set_item("module_bytes", l.module_bytes)?;
        keywords.set_item("module_functions", l.module_functions)?;
        keywords.set_item("result_bytes", l.result_bytes)?;
        keywords.set_item("message_bytes", l.message_bytes)?;
        keywords.set_item("messages_bytes", l.messages_bytes)?;
        keywords.set_item("instances", l.instances)?;
        keywords.set_item("compile_deadline", self.compile_deadline())?;
        keywords.set_item("compile_function_work", l.compile.function_work)?;
        keywords.set_item("compile_module_work", l.compile.module_work)?;
        keywords.set_item("compile_optimised_work", l.compile.optimised_work)?;
        PyTuple::new(py, [restore, PyTuple::new(py, [keywords])?.into_any()])
    }
}
