//! Reduce and array functions: all rows, of the columns that are needed, in one call.

use super::{
    Job, OutputPlan,
    arguments::column_of,
    report::Report,
    row_errors::{Tally, error_texts},
};
use crate::{
    exit::{Exit, Failure, grouped},
    table::{Input, readable},
};
use arrow_array::{Array, RecordBatch, new_empty_array};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{Field, Schema};
use std::{io::Write as _, sync::Arc};
use udf_abi::{DType, Physical};
use udf_columnar::{Call, Column, ErrorKind, MAX_ROWS, Output, RowErrors, Signature};

/// Most memory that an instance can be given.
const MOST_MEMORY: u64 = 4 << 30;

pub(super) fn run(mut job: Job<'_>, output: OutputPlan) -> Result<(), Failure> {
    let named = job.signature.return_names().map(|names| names.join(", "));
    if let (Some(_), Some(named)) = (&job.args.name, named) {
        return Err(Failure::usage(format!("the function names its columns itself: {named}"))
            .hint("leave --as out"));
    }
    let input = std::mem::replace(&mut job.input, Input::one_row());
    job.report.show_progress(input.rows());
    let loaded = Loaded::read(&job, input)?;
    let arguments = job.plan.build(&|index| loaded.column(index))?;
    let rows = loaded.rows;
    drop(loaded);
    let call = Call::new(arguments);
    let answer = job.call(call).or_else(|error| refused(&job, error))?;
    let result = Apart {
        function: job.signature.name(),
        column: job.args.name.as_deref(),
        names: job.signature.return_names(),
        is_single: job.signature.is_reduce(),
    };
    result.check(&answer, &job.tally)?;
    job.tally.add(&answer, 0)?;
    job.check_cancelled()?;
    job.report.clear();
    result.write(&answer, &job.tally, &mut job.report, output)?;
    job.report.end_log();
    job.tally.tell();
    job.report.finish(job.signature.name(), rows, job.args.out.as_deref());
    Ok(())
}

/// A result apart from the input's rows.
pub(super) struct Apart<'a> {
    pub(super) function: &'a str,
    /// The name that the user gave the column.
    pub(super) column: Option<&'a str>,
    /// The names that the function gives its columns.
    pub(super) names: Option<Vec<&'a str>>,
    /// Whether it is one value.
    pub(super) is_single: bool,
}

/// A function that refuses its arguments answers an error, which the user may want as a value.
fn refused(job: &Job<'_>, error: udf_columnar::Error) -> Result<Output, Failure> {
    let dtype = job.signature.return_dtypes().first().copied().unwrap_or(DType::Null);
    match error.kind() {
        ErrorKind::Function(code) if job.signature.is_reduce() => {
            let errors = RowErrors::repeated(code, Some(error.message()), 1);
            let column = Column::new_null(dtype, 1).with_errors(errors)?;
            Ok(Output::new(vec![column]))
        }
        _ => Err(Failure::from(error).context(job.signature.name())),
    }
}

impl Apart<'_> {
    /// One value that is an error has failed, unless the user said what to make of errors.
    pub(super) fn check(&self, answer: &Output, tally: &Tally) -> Result<(), Failure> {
        let error = answer.columns.first().and_then(|column| column.error(0));
        let (Some((code, message)), true) = (error, self.is_single) else { return Ok(()) };
        if tally.is_asked_for() {
            return Ok(());
        }
        let reason = match message {
            Some(message) if !message.is_empty() && message != code.text() => {
                format!(": {}", crate::exit::line(message))
            }
            _ => String::new(),
        };
        let text = format!("{} answers {code}{reason}", self.function);
        Err(Failure::new(Exit::Call, text)
            .hint("the function refuses these arguments; --errors null makes it an empty value"))
    }

    /// Prints one value as it is where that may be, and writes a table otherwise.
    pub(super) fn write(
        &self,
        answer: &Output,
        tally: &Tally,
        report: &mut Report,
        output: OutputPlan,
    ) -> Result<(), Failure> {
        if output.bare && self.is_single && !tally.wants_column() {
            return print_value(report, answer);
        }
        let table = self.table(answer, tally)?;
        let mut output = output.create()?;
        output.write(&table)?;
        let hidden = output.finish()?;
        if hidden > 0 {
            report.note(format!("{} more rows; --out FILE writes them all", grouped(hidden)));
        }
        Ok(())
    }

    /// The result as a table of its own.
    fn table(&self, answer: &Output, tally: &Tally) -> Result<RecordBatch, Failure> {
        let base = match (self.column, self.is_single) {
            (Some(name), _) => name,
            (None, true) => self.function,
            (None, false) => "value",
        };
        let mut fields = Vec::new();
        let mut columns = Vec::new();
        for (index, column) in answer.columns.iter().enumerate() {
            let name = match (self.names.as_ref().and_then(|names| names.get(index)), index) {
                (Some(name), _) => (*name).to_owned(),
                (None, 0) => base.to_owned(),
                (None, _) => format!("{base}_{}", index + 1),
            };
            let values = readable(column)?;
            fields.push(Field::new(&name, values.data_type().clone(), true));
            columns.push(values);
            if tally.wants_column() {
                let errors = error_texts(column)?;
                fields.push(Field::new(format!("{name}_error"), errors.data_type().clone(), true));
                columns.push(errors);
            }
        }
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(answer.rows()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
            .map_err(|e| Failure::new(Exit::Call, format!("the result is no table: {e}")))
    }
}

fn print_value(report: &mut Report, answer: &Output) -> Result<(), Failure> {
    let Some(column) = answer.columns.first() else { return Ok(()) };
    let array = readable(column)?;
    let text = match array.is_null(0) || array.is_empty() {
        true => String::new(),
        false => array_value_to_string(&array, 0)
            .map_err(|e| Failure::new(Exit::Call, format!("the result: {e}")))?,
    };
    if array.is_null(0) {
        report.note("the result has no value");
    }
    let text = match std::io::IsTerminal::is_terminal(&std::io::stdout()) {
        true => crate::exit::printable(&text),
        false => text,
    };
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Quiet, "broken pipe"))
        }
        Err(e) => Err(Failure::io("stdout cannot be written", e)),
        Ok(()) => Ok(()),
    }
}

/// The input's columns that the call needs.
struct Loaded {
    /// Indexes in the input.
    indexes: Vec<usize>,
    columns: Vec<Column>,
    rows: u64,
}

impl Loaded {
    fn read(job: &Job<'_>, input: Input) -> Result<Self, Failure> {
        let indexes = job.plan.columns();
        let mut need = Need::of(job, &input)?;
        if let Some(rows) = input.rows() {
            need.check_known(rows)?;
        }
        if indexes.is_empty() {
            return Ok(Self { indexes, columns: Vec::new(), rows: input.rows().unwrap_or(0) });
        }
        let chunks = input.read(Some(&indexes), None)?;
        let schema = chunks.schema().clone();
        let mut parts: Vec<Vec<Column>> = vec![Vec::new(); indexes.len()];
        for batch in chunks {
            job.check_cancelled()?;
            let batch = batch?;
            for (position, array) in batch.columns().iter().enumerate() {
                let column = column_of(schema.field(position).name(), array.clone())?;
                need.add_column(indexes[position], &column);
                parts[position].push(column);
            }
            need.rows += batch.num_rows() as u64;
            if !need.fits() {
                // Only the number needed is of interest from here on.
                parts.iter_mut().for_each(Vec::clear);
            }
            job.report.advance(batch.num_rows() as u64);
        }
        need.check()?;
        let mut columns = Vec::with_capacity(indexes.len());
        for (parts, field) in parts.into_iter().zip(schema.fields()) {
            columns.push(match parts.first() {
                None => column_of(field.name(), new_empty_array(field.data_type()))?,
                Some(first) => Column::concat(first.dtype(), &parts).map_err(|e| {
                    Failure::from(e).context(format_args!("column `{}`", field.name()))
                })?,
            });
        }
        Ok(Self { indexes, columns, rows: need.rows })
    }

    fn column(&self, index: usize) -> Result<Column, Failure> {
        let position = self.indexes.iter().position(|i| *i == index);
        position
            .and_then(|position| self.columns.get(position).cloned())
            .ok_or_else(|| Failure::new(Exit::Call, format!("column {index} was not read")))
    }
}

/// What the call's arguments take of an instance's memory.
struct Need {
    function: String,
    /// Index of a column and the type it is passed as, for each use.
    uses: Vec<(usize, DType)>,
    rows: u64,
    bytes: u64,
    limit: u64,
}

impl Need {
    fn of(job: &Job<'_>, input: &Input) -> Result<Self, Failure> {
        let signature: &Signature = &job.signature;
        let mut uses = Vec::new();
        for (argument, column) in job.plan.uses() {
            uses.push((column, signature.param(argument)?.dtype.0));
        }
        let function = match input.path().file_name() {
            Some(file) => format!("{} over {}", signature.name(), file.to_string_lossy()),
            None => signature.name().to_owned(),
        };
        Ok(Self { function, uses, rows: 0, bytes: 0, limit: job.limits.memory_bytes })
    }

    fn add_column(&mut self, index: usize, column: &Column) {
        for (_, dtype) in self.uses.iter().filter(|(used, _)| *used == index) {
            let data = column.data_bytes() as u64;
            self.bytes += row_bytes(*dtype) * column.len() as u64 + data;
        }
    }

    fn fits(&self) -> bool {
        self.rows <= MAX_ROWS as u64 && self.bytes <= self.limit
    }

    /// Refuses what is known to be too large before a row is read.
    fn check_known(&self, rows: u64) -> Result<(), Failure> {
        let fixed =
            self.uses.iter().all(|(_, dtype)| matches!(dtype.physical(), Physical::Fixed(_)));
        if !fixed {
            return Ok(());
        }
        let row: u64 = self.uses.iter().map(|(_, dtype)| row_bytes(*dtype)).sum();
        let known = Self {
            function: self.function.clone(),
            uses: Vec::new(),
            rows,
            bytes: row.saturating_mul(rows),
            limit: self.limit,
        };
        known.check()
    }

    fn check(&self) -> Result<(), Failure> {
        if self.fits() {
            return Ok(());
        }
        let failure = Failure::new(
            Exit::Call,
            format!(
                "{} is one call with {} rows, which need {} bytes of the plugin's memory; \
                 it has {} bytes, and a call takes {} rows",
                self.function,
                grouped(self.rows),
                grouped(self.bytes),
                grouped(self.limit),
                grouped(MAX_ROWS as u64)
            ),
        );
        // The function needs some for itself.
        let wanted = (self.bytes + self.bytes / 8).div_ceil(16 << 20) * 16 + 16;
        Err(match self.rows <= MAX_ROWS as u64 && wanted << 20 <= MOST_MEMORY {
            true => failure.hint(format!("give it --limit-memory {wanted}MiB, or pass fewer rows")),
            false => {
                failure.hint("that is more than a plugin can have: pass fewer rows or columns")
            }
        })
    }
}

/// Bytes of a row, without the texts themselves.
fn row_bytes(dtype: DType) -> u64 {
    match dtype.physical() {
        Physical::None => 0,
        Physical::Bits => 1,
        Physical::Fixed(width) => u64::from(width),
        Physical::Bytes => 4,
        Physical::Any => 13,
    }
}
