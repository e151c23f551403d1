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
    /// Binds a name of formulas to a Python function.
    ///
    /// The function gets values: None for a blank cell or an argument that was left out, dates as serial numbers, errors as dicts, a range
    /// as a list of its rows (a range of one cell as that cell's value). It returns a value, an error as a dict, or a list of rows,
    /// which spills; arrays and frames do, too. An exception is `#VALUE!`, with its type and message (cut at 500 bytes) as the error's
    /// detail; what is no `Exception` (`KeyboardInterrupt`, `SystemExit`) ends the recalculation and is raised there.
    ///
    /// The function cannot use the workbook that calls it, in no thread: that is a `WorkbookError` of the kind "reentrant". It
    /// may use other workbooks and plugins.
    ///
    /// min_args, max_args: other numbers of arguments are `#VALUE!`; None for any number.
    /// volatile: called in every recalculation, as `NOW` is.
    /// thread_safe: may be called by several threads at once, which are not the one that recalculates. Otherwise calls come one after
    ///     the other, in the thread that called `recalculate`.
    /// deterministic: equal arguments give equal results, so that one call serves all cells for which all arguments are the same.
    /// allow_override_builtin: may take the name of a built-in function.
    /// vectorized: one call for all rows of a column. Arguments that differ from row to row are Arrow arrays (objects with
    ///     `__arrow_c_array__`: `pyarrow.array(x)`, `polars.Series(x)`), where blanks and errors are null; ranges are lists of
    ///     such arrays; what is the same in every row is a value. It returns anything that holds a column of as many rows: null is a
    ///     blank, or the error of an argument in that row. Where no argument differs, it gets values, and ranges as lists of rows.
    ///
    /// Raises `WorkbookError` of the kind "function" where the name is taken or not allowed; `ArgumentError` where `fn` cannot be
    /// called.
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

    /// Everything that is bound, by name: a dict with `name`, the options of `register_function`, and `module_id`, which is None for
    /// a Python function.
    fn list_functions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let infos = self.quick(py, |book| Ok(book.list_custom_functions()))?;
        report::functions(py, &infos)
    }

    /// What is known of the function that a name means in formulas, one that is bound before a built-in; None where there is none.
    ///
    /// Of a plugin's it is what the manifest says; of built-in and Python functions, how many arguments they take.
    fn function_details<'py>(
        &self,
        py: Python<'py>,
        name: String,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let details = self.quick(py, move |book| Ok(book.function_details(&name)))?;
        details.map(|details| report::details(py, &details)).transpose()
    }

    /// Removes the binding of a name, to a Python function or a plugin's. A built-in of that name is there again.
    fn unregister_function(&self, py: Python<'_>, name: String) -> PyResult<()> {
        self.quick(py, move |book| book.unregister_custom_function(&name))
    }

    /// The names of the built-in functions, in upper case, sorted.
    #[staticmethod]
    fn builtin_functions() -> Vec<String> {
        formualizer_workbook::builtin_functions()
    }
}
