//! Functions that a workbook has beside the built-ins: plugins and callbacks, by name.
//!
//! ```text
//! registry   names and what is bound to them; what a change changes
//! manager    plugins: loaded, bound, unloaded; the engine that they run on
//! options    arity and traits of a function, the same for plugins and callbacks
//! callback   Rust closures and handlers, called by the cell
//!   batch    … or by the column, where the handler offers it
//! plugin     functions of WebAssembly modules, called by the column
//!   input    cells to the columns of a call
//! details    what is told of a function before it is called
//! bound      the one way in: arity, re-entrancy, plugin or callback
//! sessions   open sessions of one recalculation, and its counts
//! reentry    a callback does not get back into the workbook that is calling it
//! ```

mod batch;
mod bound;
mod callback;
mod details;
mod failure;
mod input;
mod manager;
mod options;
mod plugin;
mod reentry;
mod registry;
mod sessions;
#[cfg(test)]
mod tests;

pub use batch::{BatchArgument, BatchArguments, BatchOutput};
pub(crate) use bound::Bound;
pub use callback::CustomFnHandler;
pub(crate) use details::details;
pub use details::{FunctionDetails, FunctionOrigin, ParameterDetails};
pub use manager::{
    BindPolicy, OverridePolicy, WasmFunctionInfo, WasmFunctionSpec, WasmModuleInfo,
    WasmPluginManager,
};
pub use options::{CustomFnInfo, CustomFnOptions};
pub(crate) use reentry::is_calling;
pub(crate) use registry::{Functions, is_builtin};
pub(crate) use sessions::Sessions;

use crate::{
    Value,
    cells::{Cells, Table},
};

/// How a function takes its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A value per row; the cells of a range are broadcast as in Excel's array formulas.
    Elementwise,
    /// Ranges to one value.
    Reduce,
    /// Ranges to an array.
    Array,
    /// A callback, or a plugin that takes JSON: values and whole ranges to a value or an array, a call
    /// per cell.
    Callback,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// Left out (`F(1,,2)`).
    Omitted,
    /// The same for every row; an array is taken for a range.
    Scalar(Value),
    /// A cell per row.
    Rows(Cells),
    /// A whole range or array.
    Range(Table),
}
