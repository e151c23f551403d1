//! `fzudf call excel`: Excel's functions over the rows of a file.

use super::{
    OutputPlan,
    arguments::{Plan, Together, column_of},
    elementwise::{Names, append},
    open_input,
    report::Report,
    row_errors::Tally,
    seed_of, start_threads, stop_on_signals,
    whole::Apart,
};
use crate::{
    cli::CallArgs,
    excel::find,
    exit::{Exit, Failure, grouped},
    table::{Input, readable},
};
use arrow_array::{Array, ArrayRef, RecordBatch, new_empty_array};
use arrow_schema::SchemaRef;
use formualizer_functions::columns::{Answer, Options, Shape};
use udf_columnar::{CancelToken, Column, ErrorKind, Output, Signature};

pub(super) fn run(args: &CallArgs) -> Result<(), Failure> {
    let mut report = Report::start(args.quiet);
    let cancel = CancelToken::new();
    stop_on_signals(&cancel)?;
    let output = OutputPlan::of(args)?;
    let threads = start_threads(args.run.threads)?;
    let function = find(&args.function)?;
    let signature = match args.args.is_empty() {
        true => function.signature()?,
        false => function.signature_of(args.args.len())?,
    };
    let mut input = open_input(args)?;
    let (plan, note) = Plan::resolve(&signature, &args.args, &mut input, Together::All)?;
    if let Some(note) = note {
        report.note(note);
    }
    let mut tally = Tally::new(args.errors);
    let names = Names::of(input.schema(), args, function.name(), &tally)?;
    report.show_progress(input.rows());
    let (schema, batches) = read(input, &cancel, &report)?;
    let rows = batches.iter().map(RecordBatch::num_rows).sum::<usize>() as u64;
    let arguments = plan.build(&|index| joined(&schema, &batches, index))?;
    let options = Options {
        threads,
        seed: seed_of(args, &signature, &mut report),
        now_us: chrono::Local::now().naive_local().and_utc().timestamp_micros(),
        cancel: cancel.clone(),
    };
    let in_time = Deadline::start(args, &cancel);
    let answer = report.timed(|| function.call(arguments, &options));
    let Answer { shape, columns } = answer.map_err(|error| in_time.failure(error, &signature))?;
    let answer = Output::new(columns);
    let result = Apart {
        function: function.name(),
        column: args.name.as_deref(),
        names: None,
        is_single: shape == Shape::Value,
    };
    result.check(&answer, &tally)?;
    tally.add(&answer, 0)?;
    report.clear();
    match (shape, answer.columns.first()) {
        (Shape::Rows, Some(column)) => {
            write_beside(&batches, &schema, &names, column, output, &mut report)?;
        }
        _ => result.write(&answer, &tally, &mut report, output)?,
    }
    tally.tell();
    report.finish(function.name(), rows, args.out.as_deref());
    Ok(())
}

/// All rows: what a function looks up may stand in any of them.
fn read(
    input: Input,
    cancel: &CancelToken,
    report: &Report,
) -> Result<(SchemaRef, Vec<RecordBatch>), Failure> {
    let chunks = input.read(None, None)?;
    let schema = chunks.schema().clone();
    let mut batches = Vec::new();
    for batch in chunks {
        if cancel.is_cancelled() {
            return Err(interrupted());
        }
        let batch = batch?;
        report.advance(batch.num_rows() as u64);
        batches.push(batch);
    }
    Ok((schema, batches))
}

fn interrupted() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted; nothing was written to --out")
}

/// A column of the input in one piece.
fn joined(schema: &SchemaRef, batches: &[RecordBatch], index: usize) -> Result<Column, Failure> {
    let field = schema.field(index);
    let parts: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(index).as_ref()).collect();
    let array: ArrayRef = match parts.is_empty() {
        true => new_empty_array(field.data_type()),
        false => arrow_select::concat::concat(&parts).map_err(|e| {
            Failure::new(Exit::Call, format!("column `{}`: {e}", field.name()))
                .hint("a function takes a column in one piece: pass fewer rows")
        })?,
    };
    column_of(field.name(), array)
}

/// The input's rows, with the result behind them.
fn write_beside(
    batches: &[RecordBatch],
    schema: &SchemaRef,
    names: &Names,
    column: &Column,
    output: OutputPlan,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut output = output.create()?;
    let (values, errors) = (readable(column)?, names.errors(column)?);
    let empty = [RecordBatch::new_empty(schema.clone())];
    let mut start = 0;
    for batch in if batches.is_empty() { &empty } else { batches } {
        let rows = batch.num_rows();
        let errors = errors.as_ref().map(|errors| errors.slice(start, rows));
        output.write(&append(batch, names, values.slice(start, rows), errors)?)?;
        start += rows;
    }
    let hidden = output.finish()?;
    if hidden > 0 {
        report.note(format!("{} more rows; --out FILE writes them all", grouped(hidden)));
    }
    Ok(())
}

/// The time that the whole run may take.
struct Deadline(Option<std::time::Instant>);

impl Deadline {
    /// Cancels when the time is over.
    fn start(args: &CallArgs, cancel: &CancelToken) -> Self {
        let Some(time) = args.limits.limit_total_time else { return Self(None) };
        let cancel = cancel.clone();
        // Ends with the process.
        std::thread::spawn(move || {
            std::thread::sleep(time);
            cancel.cancel();
        });
        Self(std::time::Instant::now().checked_add(time))
    }

    fn failure(&self, error: udf_columnar::Error, signature: &Signature) -> Failure {
        let over = self.0.is_some_and(|end| std::time::Instant::now() >= end);
        match (error.kind(), over) {
            (ErrorKind::Cancelled, true) => {
                let text = format!("{} took longer than --limit-total-time", signature.name());
                Failure::new(Exit::Call, text).hint("give it more time, or fewer rows")
            }
            (ErrorKind::Cancelled, false) => interrupted(),
            _ => Failure::from(error),
        }
    }
}
