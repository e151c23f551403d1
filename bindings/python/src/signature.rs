//! A function's signature as Python shows it.

use pyo3::{
    prelude::*,
    types::{PyDict, PyList, PyTuple},
};
use udf_abi::manifest::Shape;
use udf_columnar::Signature;

/// What `formualizer_udf._signature` makes an `inspect.Signature` of: a dict for each parameter, and what is returned.
pub(crate) fn describe<'py>(
    py: Python<'py>,
    signature: &Signature,
) -> PyResult<Bound<'py, PyTuple>> {
    let params = PyList::empty(py);
    for param in &signature.function().params {
        let described = PyDict::new(py);
        described.set_item("name", &param.name)?;
        described.set_item("type", param.dtype.0.name())?;
        described.set_item("shape", param.shape.name())?;
        described.set_item("optional", param.optional)?;
        described.set_item("variadic", param.variadic)?;
        described.set_item("default", param.default.as_ref().map(ToString::to_string))?;
        described.set_item("description", &param.description)?;
        params.append(described)?;
    }
    let dtypes: Vec<&str> = signature.return_dtypes().iter().map(|d| d.name()).collect();
    (params, dtypes, signature.return_names()).into_pyobject(py)
}

/// The docstring: the signature, what the manifest says, the parameters with their types and shapes.
pub(crate) fn docstring(signature: &Signature) -> String {
    let function = signature.function();
    let mut doc = format!("{signature}\n");
    if !function.description.is_empty() {
        doc.push_str(&format!("\n{}\n", function.description));
    }
    if !function.params.is_empty() {
        doc.push_str("\nParameters\n----------\n");
    }
    for param in &function.params {
        let shape = match param.shape {
            Shape::Scalar if signature.is_elementwise() => "a value, or a column of them",
            Shape::Scalar => "a value",
            Shape::Column => "a column",
            Shape::Range => "a column or a frame of columns",
        };
        let optional = if param.optional { ", optional" } else { "" };
        let stars = if param.variadic { "*" } else { "" };
        doc.push_str(&format!("{stars}{} : {}, {shape}{optional}\n", param.name, param.dtype.0));
        if let Some(default) = &param.default {
            doc.push_str(&format!("    {default} if it is left out.\n"));
        }
        if !param.description.is_empty() {
            doc.push_str(&format!("    {}\n", param.description));
        }
    }
    doc.push_str("\nReturns\n-------\n");
    doc.push_str(match (signature.is_elementwise(), signature.is_reduce()) {
        (true, _) => "A value per row, in the type of the first column that is passed; one value where no column is.\n",
        (_, true) => "One value.\n",
        _ => "A frame, in the type of the first column that is passed.\n",
    });
    if function.volatile {
        doc.push_str("\nEqual arguments may give other results in another call.\n");
    }
    doc
}
