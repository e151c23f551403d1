//! Python functions in formulas.

use crate::error;
use crate::workbook::{
    callback::{Callable, Handler},
    class::Workbook,
    place::CountArg,
    report,
};
use formualizer_workbook::CustomFnOptions;
use pyo3::{prelude::*, types::PyList};
use std::sync::{Arc, PoisonError};

#[pymethods]
impl Workbook {
    #[pyo3(signature = (name, r#fn, *, min_args=CountArg(0), max_args=None, volatile=false, thread_safe=false, deterministic=true,
        allow_override_builtin=false, vectorized=false))]
    #[expect(clippy::too_many_arguments, reason = "one keyword per option")]
    fn register_function(
        &self,
        py: Python<'_>,
        name: String,
        r#fn: Bound<'_, PyAny>,
        min_args: CountArg,
        max_args: Option<CountArg>,
        volatile: bool,
        thread_safe: bool,
        deterministic: bool,
        allow_override_builtin: bool,
        vectorized: bool,
    ) -> PyResult<()> {
        if !r#fn.is_callable() {
            let message = format!(
                "register_function: {name} is to be bound to {fn:?}, which cannot be called"
            );
            return Err(error::argument(py, "register_function", &message));
        }
        let options = CustomFnOptions {
            min_args: min_args.0 as usize,
            max_args: max_args.map(|max| max.0 as usize),
            volatile,
            thread_safe,
            deterministic,
            allow_override_builtin,
        };
        let (slot, dates) = (self.core.slot.clone(), self.core.dates);
        let callable = Callable::new(r#fn.unbind(), slot, dates, thread_safe, vectorized);
        let known = Arc::downgrade(&callable);
        let handler = Arc::new(Handler(callable));
        self.quick(py, move |book| book.register_custom_function(&name, options, handler))?;
        let mut callables = self.core.callables.lock().unwrap_or_else(PoisonError::into_inner);
        callables.retain(|callable| callable.strong_count() > 0);
        callables.push(known);
        Ok(())
    }

    fn list_functions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let infos = self.quick(py, |book| Ok(book.list_custom_functions()))?;
        report::functions(py, &infos)
    }

    fn unregister_function(&self, py: Python<'_>, name: String) -> PyResult<()> {
        self.quick(py, move |book| book.unregister_custom_function(&name))
    }

    /// The names of the built-in functions, in upper case, sorted.
    #[staticmethod]
    fn builtin_functions() -> Vec<String> {
        formualizer_workbook::builtin_functions()
    }
}
