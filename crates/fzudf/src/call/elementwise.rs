//! Elementwise functions: batch by batch, the result behind the input's columns.

use super::{
    Job, OutputPlan,
    row_errors::{Tally, error_texts},
};
use crate::{
    cli::CallArgs,
    exit::{Exit, Failure},
    table::readable,
};
use arrow_array::{
    ArrayRef, RecordBatch, RecordBatchOptions, cast::AsArray, types::TimestampMicrosecondType,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;
use udf_columnar::{Argument, Call, Column};

pub(super) fn run(mut job: Job<'_>, output: OutputPlan) -> Result<(), Failure> {
    let names = Names::of(job.input.schema(), job.args, job.signature.name(), &job.tally)?;
    let input = std::mem::replace(&mut job.input, crate::table::Input::one_row());
    job.report.show_progress(input.rows());
    let chunks = input.read(None, job.args.run.batch_rows)?;
    let schema = chunks.schema().clone();
    let mut output = output.create()?;
    let mut result_type = None;
    let mut rows = 0u64;
    for batch in chunks {
        job.check_cancelled()?;
        let batch = batch?;
        let appended = call(&mut job, &names, &batch, rows, &mut result_type)?;
        output.write(&appended)?;
        rows += batch.num_rows() as u64;
        job.report.advance(batch.num_rows() as u64);
    }
    if rows == 0 {
        let empty = RecordBatch::new_empty(schema);
        output.write(&call(&mut job, &names, &empty, 0, &mut result_type)?)?;
    }
    job.check_cancelled()?;
    job.report.clear();
    let hidden = output.finish()?;
    if hidden > 0 {
        job.report.note(format!(
            "{} more rows; --out FILE writes them all",
            crate::exit::grouped(hidden)
        ));
    }
    job.report.end_log();
    job.tally.tell();
    job.report.finish(job.signature.name(), rows, job.args.out.as_deref());
    Ok(())
}

fn call(
    job: &mut Job<'_>,
    names: &Names,
    batch: &RecordBatch,
    offset: u64,
    result_type: &mut Option<DataType>,
) -> Result<RecordBatch, Failure> {
    let rows = batch.num_rows();
    let arguments = job.plan.of_batch(batch)?;
    let zone = zone_of(&arguments);
    let call = Call::new(arguments).rows(rows).row_offset(offset);
    let answer = job.call(call).map_err(|error| {
        let end = offset + (rows as u64).saturating_sub(1);
        Failure::from(error)
            .context(format_args!("{}, rows {offset} to {end}", job.signature.name()))
    })?;
    job.tally.add(&answer, offset)?;
    let column = answer.into_column()?;
    let values = of_one_type(readable(&column)?, zone, result_type)?;
    append(batch, names, values, names.errors(&column)?)
}

/// Names of the columns behind those of the input.
pub(super) struct Names {
    result: String,
    errors: Option<String>,
}

impl Names {
    /// Those that the arguments ask for, and free ones otherwise.
    pub(super) fn of(
        schema: &SchemaRef,
        args: &CallArgs,
        function: &str,
        tally: &Tally,
    ) -> Result<Self, Failure> {
        let result = match &args.name {
            Some(name) if is_taken(schema, name) => {
                return Err(Failure::usage(format!("the input has a column `{name}` already"))
                    .hint("give --as another name"));
            }
            Some(name) => name.clone(),
            None => free_name(schema, function),
        };
        let errors = tally.wants_column().then(|| free_name(schema, &format!("{result}_error")));
        Ok(Self { result, errors })
    }

    /// The column of errors, where it is wanted.
    pub(super) fn errors(&self, column: &Column) -> Result<Option<ArrayRef>, Failure> {
        self.errors.is_some().then(|| error_texts(column)).transpose()
    }
}

fn is_taken(schema: &SchemaRef, name: &str) -> bool {
    schema.fields().iter().any(|field| field.name() == name)
}

fn free_name(schema: &SchemaRef, name: &str) -> String {
    if !is_taken(schema, name) {
        return name.to_owned();
    }
    // One of n + 1 names is free beside n columns.
    let numbered = (2..).map(|n| format!("{name}_{n}"));
    numbered.take(schema.fields().len() + 1).find(|n| !is_taken(schema, n)).unwrap_or_default()
}

/// The rows with their results behind them.
pub(super) fn append(
    batch: &RecordBatch,
    names: &Names,
    values: ArrayRef,
    errors: Option<ArrayRef>,
) -> Result<RecordBatch, Failure> {
    let schema = batch.schema();
    let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
    let mut columns = batch.columns().to_vec();
    fields.push(Arc::new(Field::new(&names.result, values.data_type().clone(), true)));
    columns.push(values);
    if let (Some(name), Some(errors)) = (&names.errors, errors) {
        fields.push(Arc::new(Field::new(name, DataType::Utf8, true)));
        columns.push(errors);
    }
    let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema, columns, &options)
        .map_err(|e| Failure::new(Exit::Call, format!("the result does not fit the input: {e}")))
}

/// Whether the timestamps among the arguments are instants, where there are any.
fn zone_of(arguments: &[Argument]) -> Option<Arc<str>> {
    arguments.iter().find_map(|argument| match argument {
        Argument::Column(column) | Argument::Scalar(column) => match column.array().data_type() {
            DataType::Timestamp(_, zone) => zone.clone(),
            _ => None,
        },
        _ => None,
    })
}

/// Holds every batch to the type of the first. Whether timestamps are instants is only seen in a
/// result that has some; until then they are what the arguments are.
fn of_one_type(
    values: ArrayRef,
    zone: Option<Arc<str>>,
    result_type: &mut Option<DataType>,
) -> Result<ArrayRef, Failure> {
    let all_null = values.null_count() == values.len();
    let wanted = match (&*result_type, values.data_type()) {
        (Some(wanted), _) => wanted.clone(),
        (None, DataType::Timestamp(unit, None)) if all_null => DataType::Timestamp(*unit, zone),
        (None, found) => found.clone(),
    };
    let relabelled = match (&wanted, values.data_type()) {
        (wanted, found) if wanted == found => values,
        (DataType::Timestamp(_, zone), DataType::Timestamp(_, found))
            if all_null || (zone.is_some() && found.is_some()) =>
        {
            let values = values.as_primitive::<TimestampMicrosecondType>().clone();
            Arc::new(values.with_timezone_opt(zone.clone()))
        }
        (wanted, found) => {
            return Err(Failure::new(
                Exit::Call,
                format!("the function answers {found} where it answered {wanted} before"),
            )
            .hint("it mixes instants with readings of a wall clock: tell its author"));
        }
    };
    *result_type = Some(wanted);
    Ok(relabelled)
}
