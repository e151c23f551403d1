//! Functions that a workbook has beside the built-ins: plugins and callbacks, by name.

use crate::{
    Value,
    cells::{Cells, Table},
};

/// The functions that are bound in a workbook.
#[derive(Clone, Debug, Default)]
pub(crate) struct Functions;

/// What a bound function is, for formulas that call it.
#[derive(Debug)]
pub(crate) struct Bound;

/// How a function takes its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A value per row; the cells of a range are broadcast as in Excel's array formulas.
    Elementwise,
    /// Ranges to one value.
    Reduce,
    /// Ranges to an array.
    Array,
    /// A callback: values and whole ranges to a value or an array, a call per cell.
    Callback,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// Left out (`F(1,,2)`).
    Omitted,
    /// The same for every row; not an array.
    Scalar(Value),
    /// A cell per row.
    Rows(Cells),
    /// A whole range or array.
    Range(Table),
}

/// The open sessions of one recalculation, and how much was called in it.
#[derive(Debug, Default)]
pub(crate) struct Sessions;

impl Functions {
    /// The function of this name, written as [`function_key`](crate::formula::function_key) writes it.
    pub(crate) fn get(&self, _key: &str) -> Option<&std::sync::Arc<Bound>> {
        None
    }

    /// Changes with every binding.
    pub(crate) fn revision(&self) -> u64 {
        0
    }
}

impl Bound {
    pub(crate) fn kind(&self) -> Kind {
        Kind::Elementwise
    }

    /// Whether another value may come at every recalculation.
    pub(crate) fn volatile(&self) -> bool {
        false
    }

    /// Whether the parameter at `index` takes a whole range rather than a value a row.
    pub(crate) fn takes_range(&self, _index: usize) -> bool {
        false
    }

    /// Whether calls may run on several threads at once.
    pub(crate) fn thread_safe(&self) -> bool {
        true
    }

    /// The cell that a call with so many arguments gives everywhere, if their number is wrong.
    pub(crate) fn refuses(&self, _arguments: usize) -> Option<Value> {
        None
    }

    /// `rows` results of an elementwise function or a callback, one call for all rows where it can be. A row
    /// of a callback that gives an array is an array in the result, which is `Err` then. Failures are error cells with
    /// the message as detail.
    pub(crate) fn call_rows(
        &self,
        _sessions: &Sessions,
        _environment: &crate::eval::Environment,
        _arguments: Vec<Argument>,
        _rows: usize,
    ) -> Result<Cells, Vec<Value>> {
        Ok(Cells::Blank(0))
    }

    /// The result of a reduce or array function, or one call of a callback: one cell or an array.
    pub(crate) fn call_whole(
        &self,
        _sessions: &Sessions,
        _environment: &crate::eval::Environment,
        _arguments: Vec<Argument>,
    ) -> Table {
        Table::single(crate::cells::CellRef::Blank)
    }
}
#[derive(Debug)] pub struct WasmPluginManager;
impl WasmPluginManager { pub fn new() -> Self { Self } }
