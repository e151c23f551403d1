//! Functions of WebAssembly modules as functions of a workbook.

use super::{
    Argument, Kind, Sessions,
    failure::{CallFailure, panic_text},
    input::{self, Place},
};
use crate::{
    Value,
    address::MAX_ARRAY_CELLS,
    cells::{CellRef, Cells, Table},
    eval::Environment,
};
use formualizer_common::ExcelErrorKind;
use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use udf_abi::manifest::{Function, Param, Shape};
use udf_columnar::{Argument as Passed, Call, Lane, Output, Signature, UdfModule};

/// A loaded module.
#[derive(Debug)]
pub(super) struct Module {
    /// Tells loaded modules apart.
    pub(super) serial: u64,
    pub(super) module: Arc<dyn UdfModule>,
}

impl Module {
    pub(super) fn new(module: Arc<dyn UdfModule>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self { serial: NEXT.fetch_add(1, Ordering::Relaxed), module }
    }
}

/// A function of a module that is bound in a workbook.
#[derive(Debug)]
pub(super) struct Plugin {
    module: Arc<Module>,
    signature: Arc<Signature>,
}

impl Plugin {
    pub(super) fn new(module: Arc<Module>, signature: Arc<Signature>) -> Self {
        Self { module, signature }
    }

    /// The name in the manifest.
    pub(super) fn function_name(&self) -> &str {
        self.signature.name()
    }

    /// The manifest's entry.
    pub(super) fn entry(&self) -> &Function {
        self.signature.function()
    }

    pub(super) fn kind(&self) -> Kind {
        match self.signature.lane() {
            Lane::Json if self.signature.is_elementwise() => Kind::Callback,
            _ if self.signature.is_elementwise() => Kind::Elementwise,
            _ if self.signature.is_reduce() => Kind::Reduce,
            _ => Kind::Array,
        }
    }

    pub(super) fn takes_range(&self, index: usize) -> bool {
        self.kind() == Kind::Callback
            || self.signature.param(index).is_ok_and(|param| param.shape != Shape::Scalar)
    }

    /// Results of so many rows; the values where one of them is an array.
    pub(super) fn call_rows(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: Vec<Argument>,
        rows: usize,
    ) -> Result<Cells, Vec<Value>> {
        let arguments: Vec<Argument> =
            arguments.into_iter().map(|a| as_range(a, environment)).collect();
        let ranges = arguments.iter().any(|a| matches!(a, Argument::Range(_)));
        if self.kind() == Kind::Elementwise {
            return Ok(self.folded(sessions, environment, arguments, rows));
        }
        let each = |rows: Range<usize>| {
            rows.map(|row| self.at_row(sessions, environment, &arguments, row)).collect::<Vec<_>>()
        };
        if self.kind() != Kind::Callback || ranges || rows <= 1 {
            return joined(&each(0..rows), environment);
        }
        // One call may answer an array: the first row shows it. The other rows go together.
        let mut tables = each(0..1);
        let Ok(first) = joined(&tables, environment) else {
            tables.extend(each(1..rows));
            return joined(&tables, environment);
        };
        if self.folds(&arguments) {
            return Ok(Cells::repeat(first.get(0), rows));
        }
        let rest = arguments.into_iter().map(|argument| match argument {
            Argument::Rows(cells) => Argument::Rows(cells.slice(1, rows - 1)),
            other => other,
        });
        let rest = self.folded(sessions, environment, rest.collect(), rows - 1);
        Ok(Cells::concat(&[first, rest]))
    }

    /// Whether one call does for all rows.
    fn folds(&self, arguments: &[Argument]) -> bool {
        self.signature.may_run_again() && !arguments.iter().any(|a| matches!(a, Argument::Rows(_)))
    }

    /// A cell a row; where all arguments are the same for every row, called once.
    fn folded(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: Vec<Argument>,
        rows: usize,
    ) -> Cells {
        let fold = self.folds(&arguments);
        let calls = if fold { rows.min(1) } else { rows };
        let cells = self
            .elementwise(sessions, environment, arguments, calls)
            .unwrap_or_else(|failure| failure.cells(calls));
        if fold && rows > 1 { Cells::repeat(cells.get(0), rows) } else { cells }
    }

    /// A call for one row alone.
    fn at_row(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: &[Argument],
        row: usize,
    ) -> Table {
        let arguments = arguments.iter().map(|a| at_row(a, row)).collect();
        self.whole(sessions, environment, arguments).unwrap_or_else(|failure| failure.table())
    }

    /// One call: one cell or an array.
    pub(super) fn call_whole(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: Vec<Argument>,
    ) -> Table {
        let arguments: Vec<Argument> =
            arguments.into_iter().map(|a| as_range(a, environment)).collect();
        let table = match self.kind() {
            Kind::Elementwise => self.spread(sessions, environment, arguments),
            _ => self.whole(sessions, environment, arguments),
        };
        table.unwrap_or_else(|failure| failure.table())
    }

    fn elementwise(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: Vec<Argument>,
        rows: usize,
    ) -> Result<Cells, CallFailure> {
        let passed = self.passed(arguments, true, environment)?;
        let output = self.call(sessions, environment, passed, Some(rows))?;
        let non_finite = output.non_finite;
        let cells = Cells::from_column(&output.into_column()?, non_finite, environment.dates)?;
        match cells.len() == rows {
            true => Ok(cells),
            false => Err(CallFailure::value(format!(
                "{} answered {} rows for {rows}",
                self.signature.name(),
                cells.len()
            ))),
        }
    }

    fn whole(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: Vec<Argument>,
    ) -> Result<Table, CallFailure> {
        let passed = self.passed(arguments, false, environment)?;
        let output = self.call(sessions, environment, passed, None)?;
        let columns = output
            .columns
            .iter()
            .map(|column| Cells::from_column(column, output.non_finite, environment.dates))
            .collect::<Result<Vec<_>, _>>()?;
        Table::try_new(columns).ok_or_else(|| {
            let name = self.signature.name();
            CallFailure::new(ExcelErrorKind::Calc, format!("{name} answered an empty array"))
        })
    }

    /// An elementwise function for every cell of its arrays: one of one row or column is
    /// repeated, what is missing of a smaller one is `#N/A`, as in Excel's array formulas.
    fn spread(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: Vec<Argument>,
    ) -> Result<Table, CallFailure> {
        let size = |argument: &Argument| match argument {
            Argument::Range(table) => (table.height(), table.width()),
            _ => (1, 1),
        };
        let rows = arguments.iter().map(|a| size(a).0).max().unwrap_or(1);
        let cols = arguments.iter().map(|a| size(a).1).max().unwrap_or(1);
        let cells = rows.checked_mul(cols).filter(|cells| *cells as u64 <= MAX_ARRAY_CELLS);
        let cells = cells.ok_or_else(|| {
            CallFailure::value(format!(
                "an array of {rows} rows and {cols} columns, at most {MAX_ARRAY_CELLS} cells are possible"
            ))
        })?;
        let arguments = arguments.into_iter().map(|argument| match argument {
            Argument::Range(table) => Argument::Rows(flattened(&table, rows, cols)),
            Argument::Rows(column) if cells > 1 => {
                Argument::Scalar(column.get(0).value(environment.dates))
            }
            other => other,
        });
        let flat = self.folded(sessions, environment, arguments.collect(), cells);
        let columns = (0..cols).map(|col| flat.slice(col * rows, rows));
        Table::try_new(columns.collect()).ok_or_else(|| CallFailure::value("no cells"))
    }

    /// The arguments as the function's parameters take them.
    fn passed(
        &self,
        arguments: Vec<Argument>,
        elementwise: bool,
        environment: &Environment,
    ) -> Result<Vec<Passed>, CallFailure> {
        let mut passed = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.into_iter().enumerate() {
            let param = self.signature.param(index)?;
            let argument = self.pass(argument, param, elementwise, environment);
            passed.push(argument.map_err(|failure| {
                let (name, number) = (self.signature.name(), index + 1);
                let message = failure.message;
                CallFailure::new(
                    failure.kind,
                    format!("{name}, argument {number} `{}`: {message}", param.name),
                )
            })?);
        }
        Ok(passed)
    }

    fn pass(
        &self,
        argument: Argument,
        param: &Param,
        elementwise: bool,
        environment: &Environment,
    ) -> Result<Passed, CallFailure> {
        let column = |cells: &Cells, place| input::column(cells, param, place, environment.rules());
        // JSON takes a range for any parameter.
        let whole_range = param.shape != Shape::Scalar || self.kind() == Kind::Callback;
        Ok(match argument {
            Argument::Omitted if param.optional || param.variadic => Passed::Omitted,
            // As Excel has it: what is left out is blank.
            Argument::Omitted => Passed::Scalar(column(&Cells::Blank(1), Place::Value)?),
            Argument::Scalar(value) => {
                let cell = CellRef::of(&value, environment.dates).unwrap_or(CellRef::Blank);
                Passed::Scalar(column(&Cells::repeat(cell, 1), Place::Value)?)
            }
            Argument::Rows(cells) if elementwise => Passed::Column(column(&cells, Place::Value)?),
            Argument::Rows(cells) => Passed::Scalar(column(&cells, Place::Value)?),
            Argument::Range(table) => match table.columns() {
                [only] if only.len() == 1 && param.shape == Shape::Scalar => {
                    Passed::Scalar(column(only, Place::Value)?)
                }
                columns if whole_range => Passed::Range(
                    columns.iter().map(|c| column(c, Place::Range)).collect::<Result<_, _>>()?,
                ),
                columns => {
                    return Err(CallFailure::value(format!(
                        "takes one value, a range of {} rows and {} columns was given",
                        table.height(),
                        columns.len()
                    )));
                }
            },
        })
    }

    fn call(
        &self,
        sessions: &Sessions,
        environment: &Environment,
        arguments: Vec<Passed>,
        rows: Option<usize>,
    ) -> Result<Output, CallFailure> {
        let mut call = Call::new(arguments);
        call.rows = rows;
        if self.signature.function().volatile {
            call = call.row_offset(environment.place);
        }
        let mut session = sessions.take(&self.module, environment);
        let answer = catch_unwind(AssertUnwindSafe(|| session.call(&self.signature, call)));
        match answer {
            Ok(answer) => {
                sessions.give_back(&self.module, session);
                let log = match &answer {
                    Ok(output) => &output.log,
                    Err(error) => error.log(),
                };
                sessions.add_log(self.signature.name(), log);
                let output = answer?;
                sessions.count_guest_calls(output.guest_calls);
                Ok(output)
            }
            Err(panic) => Err(CallFailure::value(format!(
                "the engine panicked: {}",
                panic_text(panic.as_ref())
            ))),
        }
    }
}

/// An array value is a range.
fn as_range(argument: Argument, environment: &Environment) -> Argument {
    match argument {
        Argument::Scalar(Value::Array(rows)) => match Table::from_rows(&rows, environment.dates) {
            Some(table) => Argument::Range(table),
            None => Argument::Scalar(Value::Empty),
        },
        other => other,
    }
}

/// Results of calls for a row each: cells, or values where one of them is an array.
fn joined(tables: &[Table], environment: &Environment) -> Result<Cells, Vec<Value>> {
    if tables.iter().all(|table| table.as_single().is_some()) {
        return Ok(Cells::of(tables.iter().map(|table| table.get(0, 0))));
    }
    let value = |table: &Table| match table.as_single() {
        Some(cell) => cell.value(environment.dates),
        None => Value::Array(table.to_rows(environment.dates, false)),
    };
    Err(tables.iter().map(value).collect())
}

/// The argument of a call for one row.
fn at_row(argument: &Argument, row: usize) -> Argument {
    match argument {
        Argument::Rows(cells) if row < cells.len() => Argument::Rows(cells.slice(row, 1)),
        other => other.clone(),
    }
}

/// The cells of an array that is brought to so many rows and columns, column after column.
fn flattened(table: &Table, rows: usize, cols: usize) -> Cells {
    let missing = |len| Cells::repeat(CellRef::Error(ExcelErrorKind::Na, None), len);
    let column = |col: usize| {
        let source = if table.width() == 1 { 0 } else { col };
        let Some(cells) = table.columns().get(source) else { return missing(rows) };
        match cells.len() {
            len if len == rows => cells.clone(),
            1 => Cells::repeat(cells.get(0), rows),
            len => Cells::concat(&[cells.clone(), missing(rows - len)]),
        }
    };
    Cells::concat(&(0..cols).map(column).collect::<Vec<_>>())
}
