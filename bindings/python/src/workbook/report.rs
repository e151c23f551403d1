//! Reports as the dataclasses of `formualizer_udf._workbook`.

use super::{recalc::Outcome, value::kind_name};
use formualizer_workbook::{
    CustomFnInfo, ErrorSummary, FormulaCheck, FunctionDetails, FunctionOrigin, ImportReport,
    SaveReport, SheetRange, UnknownFunction, WasmModuleInfo,
};
use pyo3::{
    call::PyCallArgs,
    intern,
    prelude::*,
    types::{PyDict, PyList, PyTuple},
};

/// An object of a class of that module.
fn make<'py>(
    py: Python<'py>,
    class: &str,
    arguments: impl PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    py.import(intern!(py, "formualizer_udf._workbook"))?.getattr(class)?.call1(arguments)
}

/// What a function there gives.
pub(super) fn python_part<'py>(
    py: Python<'py>,
    function: &str,
    arguments: impl PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    make(py, function, arguments)
}

pub(super) fn recalculated(py: Python<'_>, outcome: &Outcome) -> PyResult<Py<PyAny>> {
    let report = &outcome.report;
    let errors = errors(py, &outcome.errors)?;
    let unknown = PyTuple::new(py, unknown(py, &outcome.unknown)?)?;
    let arguments = (
        report.regions,
        report.cells,
        report.spilled_cells,
        report.udf_calls,
        report.udf_rows,
        report.rounds,
        report.elapsed.as_secs_f64(),
        errors,
        unknown,
        PyTuple::new(py, report.log.shown().collect::<Vec<_>>())?,
    );
    Ok(make(py, "RecalcReport", arguments)?.unbind())
}

pub(super) fn errors<'py>(py: Python<'py>, errors: &ErrorSummary) -> PyResult<Bound<'py, PyAny>> {
    let mut kinds = Vec::new();
    for of_kind in &errors.kinds {
        let first = of_kind.first.iter().map(|cell| {
            make(py, "ErrorCell", (&cell.sheet, &cell.cell, &cell.formula, &cell.reason))
        });
        let first = PyTuple::new(py, first.collect::<PyResult<Vec<_>>>()?)?;
        let arguments = (kind_name(of_kind.kind), of_kind.kind.to_string(), of_kind.cells, first);
        kinds.push(make(py, "ErrorsOfKind", arguments)?);
    }
    make(py, "ErrorSummary", (errors.cells, PyTuple::new(py, kinds)?))
}

pub(super) fn unknown<'py>(
    py: Python<'py>,
    unknown: &[UnknownFunction],
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let one = |function: &UnknownFunction| {
        let near = PyTuple::new(py, &function.near)?;
        let arguments = (&function.name, function.cells, &function.sheet, &function.cell, near);
        make(py, "UnknownFunction", arguments)
    };
    unknown.iter().map(one).collect()
}

pub(super) fn saved<'py>(py: Python<'py>, report: &SaveReport) -> PyResult<Bound<'py, PyAny>> {
    let arguments = (
        PyTuple::new(py, &report.warnings)?,
        report.cells_written,
        report.cells_kept,
        report.parts_copied,
        report.parts_rewritten,
        report.bytes,
        report.macros,
    );
    make(py, "SaveReport", arguments)
}

pub(super) fn ranges<'py>(
    py: Python<'py>,
    ranges: &[SheetRange],
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    ranges.iter().map(|one| make(py, "SheetRange", (&one.sheet, &one.range))).collect()
}

pub(super) fn check<'py>(py: Python<'py>, check: &FormulaCheck) -> PyResult<Bound<'py, PyAny>> {
    let functions = PyTuple::new(py, &check.functions)?;
    let unknown = PyTuple::new(py, &check.unknown_functions)?;
    make(py, "FormulaCheck", (functions, unknown, check.volatile))
}

pub(super) fn details<'py>(
    py: Python<'py>,
    details: &FunctionDetails,
) -> PyResult<Bound<'py, PyAny>> {
    let parameters = details.params.iter().map(|one| {
        let arguments =
            (&one.name, &one.type_name, &one.description, one.optional, one.variadic, one.range);
        make(py, "ParameterDetails", arguments)
    });
    let origin = match details.origin {
        FunctionOrigin::Plugin => "plugin",
        FunctionOrigin::Callback => "callback",
        _ => "builtin",
    };
    let arguments = (
        &details.name,
        origin,
        &details.module_id,
        &details.description,
        &details.signature,
        PyTuple::new(py, parameters.collect::<PyResult<Vec<_>>>()?)?,
        details.min_args,
        details.max_args,
        details.volatile,
    );
    make(py, "FunctionDetails", arguments)
}

pub(super) fn imported<'py>(py: Python<'py>, report: &ImportReport) -> PyResult<Bound<'py, PyAny>> {
    make(py, "ImportReport", (report.rows, report.columns, &report.range))
}

pub(super) fn names<'py>(
    py: Python<'py>,
    names: &[(Option<String>, String, String)],
) -> PyResult<Bound<'py, PyList>> {
    let one = |(sheet, name, refers_to): &(Option<String>, String, String)| {
        make(py, "DefinedName", (sheet, name, refers_to))
    };
    PyList::new(py, names.iter().map(one).collect::<PyResult<Vec<_>>>()?)
}

pub(super) fn tables<'py>(
    py: Python<'py>,
    tables: &[(String, String, String, Vec<String>)],
) -> PyResult<Bound<'py, PyList>> {
    let one = |(name, sheet, range, columns): &(String, String, String, Vec<String>)| {
        make(py, "Table", (name, sheet, range, PyTuple::new(py, columns)?))
    };
    PyList::new(py, tables.iter().map(one).collect::<PyResult<Vec<_>>>()?)
}

pub(super) fn module<'py>(py: Python<'py>, info: &WasmModuleInfo) -> PyResult<Bound<'py, PyAny>> {
    let mut functions = Vec::new();
    for function in &info.functions {
        let arguments = (
            &function.name,
            PyTuple::new(py, &function.aliases)?,
            &function.export,
            &function.kind,
            function.min_args,
            function.max_args,
            function.volatile,
            function.deterministic,
            &function.signature,
            function.callable,
            &function.description,
            PyTuple::new(py, &function.bound_as)?,
        );
        functions.push(make(py, "WasmFunctionInfo", arguments)?);
    }
    let arguments = (
        &info.module_id,
        &info.version,
        &info.description,
        info.codec,
        &info.sha256,
        info.size,
        info.optimised,
        PyTuple::new(py, &info.warnings)?,
        PyTuple::new(py, functions)?,
    );
    make(py, "WasmModuleInfo", arguments)
}

pub(super) fn modules<'py>(
    py: Python<'py>,
    infos: &[WasmModuleInfo],
) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, infos.iter().map(|info| module(py, info)).collect::<PyResult<Vec<_>>>()?)
}

/// What is bound, as upstream's Python package tells it, and the plugin that it comes from.
pub(super) fn functions<'py>(
    py: Python<'py>,
    infos: &[CustomFnInfo],
) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for info in infos {
        let dict = PyDict::new(py);
        dict.set_item("name", &info.name)?;
        dict.set_item("min_args", info.options.min_args)?;
        dict.set_item("max_args", info.options.max_args)?;
        dict.set_item("volatile", info.options.volatile)?;
        dict.set_item("thread_safe", info.options.thread_safe)?;
        dict.set_item("deterministic", info.options.deterministic)?;
        dict.set_item("allow_override_builtin", info.options.allow_override_builtin)?;
        dict.set_item("module_id", &info.module_id)?;
        list.append(dict)?;
    }
    Ok(list)
}
