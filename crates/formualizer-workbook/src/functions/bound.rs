//! A bound function as formulas see it: the one way in.

use super::{
    Argument, CustomFnInfo, Kind, Sessions, callback::Callback, failure::CallFailure,
    plugin::Plugin, reentry,
};
use crate::{
    Value,
    cells::{Cells, Table},
    eval::Environment,
};
use formualizer_common::ExcelErrorKind;
use web_time::Instant;

/// What a bound function is, for formulas that call it.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(super) info: CustomFnInfo,
    /// The registry that it is bound in.
    pub(super) registry: u64,
    pub(super) target: Target,
}

#[derive(Debug)]
pub(super) enum Target {
    Callback(Callback),
    Plugin(Plugin),
    /// A function of a module that this version does not run, and why.
    Disabled(String),
}

impl Bound {
    pub(crate) fn kind(&self) -> Kind {
        match &self.target {
            Target::Callback(_) | Target::Disabled(_) => Kind::Callback,
            Target::Plugin(plugin) => plugin.kind(),
        }
    }

    /// Whether another value may come at every recalculation.
    pub(crate) fn volatile(&self) -> bool {
        self.info.options.volatile
    }

    /// Whether the parameter at `index` takes a whole range rather than a value a row.
    pub(crate) fn takes_range(&self, index: usize) -> bool {
        match &self.target {
            Target::Callback(_) | Target::Disabled(_) => true,
            Target::Plugin(plugin) => plugin.takes_range(index),
        }
    }

    /// The cell that a call with so many arguments gives everywhere, if their number is wrong.
    pub(crate) fn refuses(&self, arguments: usize) -> Option<Value> {
        self.info.options.refuses(&self.info.name, arguments)
    }

    /// `rows` results of an elementwise function or a callback, one call for all rows where it can be. A row
    /// of a callback that gives an array is an array in the result, which is `Err` then. Failures are error cells with
    /// the message as detail.
    pub(crate) fn call_rows(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: Vec<Argument>,
        rows: usize,
    ) -> Result<Cells, Vec<Value>> {
        if let Some(failure) = self.refusal(sessions, &arguments, Some(rows)) {
            return Ok(failure.cells(rows));
        }
        let start = Instant::now();
        let results = match &self.target {
            Target::Callback(callback) => {
                callback.call_rows(self.registry, sessions, environment, &arguments, rows)
            }
            Target::Plugin(plugin) => plugin.call_rows(sessions, environment, arguments, rows),
            Target::Disabled(why) => Ok(disabled(why).cells(rows)),
        };
        sessions.count(rows, start.elapsed());
        results
    }

    /// The result of a reduce or array function, or one call of a callback: one cell or an array.
    pub(crate) fn call_whole(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: Vec<Argument>,
    ) -> Table {
        if let Some(failure) = self.refusal(sessions, &arguments, None) {
            return failure.table();
        }
        let start = Instant::now();
        let table = match &self.target {
            Target::Callback(callback) => {
                callback.call_whole(self.registry, sessions, environment, &arguments)
            }
            Target::Plugin(plugin) => plugin.call_whole(sessions, environment, arguments),
            Target::Disabled(why) => disabled(why).table(),
        };
        sessions.count(1, start.elapsed());
        table
    }

    /// Why the call is not made at all.
    fn refusal(
        &self,
        sessions: &Sessions,
        arguments: &[Argument],
        rows: Option<usize>,
    ) -> Option<CallFailure> {
        if let Some(Value::Error(error)) = self.refuses(arguments.len()) {
            return Some(CallFailure::from(&error));
        }
        if reentry::is_foreign(self.registry, sessions.id()) {
            return Some(CallFailure::value(
                "Custom function was called from within a callback of the same workbook",
            ));
        }
        let odd = arguments.iter().find_map(|argument| match (argument, rows) {
            (Argument::Rows(cells), Some(rows)) if cells.len() != rows => Some(cells.len()),
            (Argument::Rows(cells), None) if cells.len() != 1 => Some(cells.len()),
            _ => None,
        })?;
        let wanted = rows.unwrap_or(1);
        Some(CallFailure::value(format!("{odd} rows of an argument for {wanted} rows of results")))
    }
}

fn disabled(why: &str) -> CallFailure {
    CallFailure::new(ExcelErrorKind::NImpl, why)
}
