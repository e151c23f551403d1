//! What `--arg` says, held against the function's parameters and the input's columns.

use super::literal;
use crate::{
    exit::{Failure, near},
    table::{Format, Input},
};
use arrow_array::{RecordBatch, new_null_array};
use arrow_schema::{DataType, Schema};
use std::{borrow::Cow, sync::Arc};
use udf_abi::{
    DType,
    manifest::{Param, Shape},
};
use udf_columnar::{Argument, BoundCall, Column, ErrorKind, Lane, Signature};

/// Most columns of the input that a diagnostic lists.
const LISTED: usize = 40;

/// Which parameters take several columns together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Together {
    /// Those that take a range.
    Ranges,
    /// All of them.
    All,
}

/// Where an argument comes from.
#[derive(Clone, Debug)]
enum Source {
    Omitted,
    Value(Column),
    Column(usize),
    Range(Vec<usize>),
}

/// The arguments of every call of this command, in the order of the parameters.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    sources: Vec<Source>,
}

impl Plan {
    /// Resolves the arguments; also gives what the user should know about it.
    pub(super) fn resolve(
        signature: &Signature,
        args: &[String],
        input: &mut Input,
        together: Together,
    ) -> Result<(Self, Option<String>), Failure> {
        let (sources, note) = match args.is_empty() && signature.function().min_args > 0 {
            true => by_name(signature, input)?,
            false => (explicit(signature, args, input, together)?, None),
        };
        for (index, source) in sources.iter().enumerate() {
            let param = signature.param(index)?;
            if let Source::Column(column) = source
                && param.dtype.0 == DType::Utf8
            {
                input.read_as_text(*column);
            }
        }
        Ok((Self { sources }, note))
    }

    /// The signature that the calls are bound to: a function that is called through JSON takes
    /// ranges, and values without any rows, in one call.
    pub(super) fn signature(
        &self,
        signature: Arc<Signature>,
        input: &Input,
        has_rows: bool,
    ) -> Result<Arc<Signature>, Failure> {
        let arguments = self.without_rows(input)?;
        let bound = signature.for_call(&arguments, has_rows.then_some(1));
        Ok(match bound {
            Cow::Borrowed(_) => signature,
            Cow::Owned(whole) => Arc::new(whole),
        })
    }

    /// One row without a value, which stands for a scalar as well as for a column.
    fn without_rows(&self, input: &Input) -> Result<Vec<Argument>, Failure> {
        self.build(&|index: usize| {
            let field = input.schema().field(index);
            column_of(field.name(), new_null_array(field.data_type(), 1))
        })
    }

    /// Holds the types of the arguments against those of the parameters, without any rows.
    pub(super) fn check(&self, signature: &Signature, input: &Input) -> Result<(), Failure> {
        let schema = input.schema();
        let arguments = self.without_rows(input)?;
        BoundCall::try_new(signature, arguments, Some(1)).map_err(|error| {
            let mismatch = error.kind() == ErrorKind::InvalidArgument;
            let mut failure = Failure::from(error);
            if mismatch {
                failure = failure.hint(format!("the function is {signature}"));
            }
            match self.text_in_csv(signature, input) {
                Some(name) if mismatch => failure.hint(format!(
                    "`{name}` holds a text in the CSV file; if that stands for no value, give it with --csv-null"
                )),
                _ => failure,
            }
        })?;
        for (index, source) in self.sources.iter().enumerate() {
            let param = signature.param(index)?;
            if let (Source::Column(column), Some(rows)) = (source, input.rows())
                && param.shape == Shape::Scalar
                && !signature.is_elementwise()
                && rows != 1
            {
                return Err(Failure::usage(format!(
                    "parameter `{}` takes one value, and column `{}` has {rows} rows",
                    param.name,
                    schema.field(*column).name()
                ))
                .hint("`=` makes a value of an argument, as in --arg =0.05"));
            }
        }
        Ok(())
    }

    fn text_in_csv<'i>(&self, signature: &Signature, input: &'i Input) -> Option<&'i str> {
        if input.format() != Some(Format::Csv) {
            return None;
        }
        self.sources.iter().enumerate().find_map(|(index, source)| {
            let wanted = signature.param(index).ok()?.dtype.0;
            let columns = match source {
                Source::Column(column) => std::slice::from_ref(column),
                Source::Range(columns) => columns,
                _ => &[],
            };
            let fields = columns.iter().map(|c| input.schema().field(*c));
            let text = fields.into_iter().find(|f| f.data_type() == &DataType::Utf8)?;
            (!matches!(wanted, DType::Utf8 | DType::Any)).then_some(text.name().as_str())
        })
    }

    /// The columns of the input that are needed, ascending.
    pub(super) fn columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = self.uses().map(|(_, column)| column).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Index of the argument and column, for each use of a column.
    pub(super) fn uses(&self) -> impl Iterator<Item = (usize, usize)> {
        self.sources.iter().enumerate().flat_map(|(index, source)| {
            let columns = match source {
                Source::Column(column) => std::slice::from_ref(column),
                Source::Range(columns) => columns,
                Source::Omitted | Source::Value(_) => &[],
            };
            columns.iter().map(move |column| (index, *column))
        })
    }

    /// The arguments for a batch of all columns of the input.
    pub(super) fn of_batch(&self, batch: &RecordBatch) -> Result<Vec<Argument>, Failure> {
        let schema = batch.schema();
        self.build(&|index| column_of(schema.field(index).name(), batch.column(index).clone()))
    }

    /// The arguments from columns, asked for by their index in the input.
    pub(super) fn build(
        &self,
        column: &dyn Fn(usize) -> Result<Column, Failure>,
    ) -> Result<Vec<Argument>, Failure> {
        let argument = |source: &Source| {
            Ok(match source {
                Source::Omitted => Argument::Omitted,
                Source::Value(value) => Argument::Scalar(value.clone()),
                Source::Column(index) => Argument::Column(column(*index)?),
                Source::Range(indexes) => {
                    let columns = indexes.iter().map(|index| column(*index));
                    Argument::Range(columns.collect::<Result<_, Failure>>()?)
                }
            })
        };
        self.sources.iter().map(argument).collect()
    }
}

/// A column of the input in the contract's types.
pub(super) fn column_of(name: &str, array: arrow_array::ArrayRef) -> Result<Column, Failure> {
    Column::try_new(array)
        .map_err(|error| Failure::from(error).context(format_args!("column `{name}`")))
}

fn explicit(
    signature: &Signature,
    args: &[String],
    input: &Input,
    together: Together,
) -> Result<Vec<Source>, Failure> {
    signature.check_arity(args.len())?;
    let mut sources = Vec::with_capacity(args.len());
    for (index, text) in args.iter().enumerate() {
        let param = signature.param(index)?;
        let takes_range = param.shape == Shape::Range
            || signature.lane() == Lane::Json
            || together == Together::All;
        let source = source(param, takes_range, text, input)
            .map_err(|failure| failure.context(format_args!("--arg {text}")))?;
        sources.push(source);
    }
    Ok(sources)
}

fn source(param: &Param, takes_range: bool, text: &str, input: &Input) -> Result<Source, Failure> {
    if let Some(value) = text.strip_prefix('=') {
        return literal::parse(value, param).map(Source::Value);
    }
    let schema = input.schema();
    let whole = find(schema, text);
    match (takes_range, whole) {
        (true, Err(_)) if text.contains(',') => {
            let columns = text
                .split(',')
                .map(|part| find(schema, part).or_else(|_| find(schema, part.trim())));
            columns.collect::<Result<_, _>>().map(Source::Range)
        }
        (_, whole) => whole.map(Source::Column),
    }
    .map_err(|failure| match input.format() {
        None => Failure::usage("there is no input").hint("give --input FILE, or `=` and a value"),
        Some(_) if text.parse::<f64>().is_ok() => {
            failure.hint(format!("`=` makes a value of it: --arg ={text}"))
        }
        Some(_) => failure,
    })
}

/// The column of this name.
fn find(schema: &Schema, name: &str) -> Result<usize, Failure> {
    let mut found = schema.fields().iter().enumerate().filter(|(_, field)| field.name() == name);
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some(_), Some(_)) => {
            Err(Failure::usage(format!("the input has more than one column `{name}`"))
                .hint("rename one of them"))
        }
        (None, _) => {
            let names = || schema.fields().iter().map(|field| field.name().as_str());
            let failure = Failure::usage(format!("the input has no column `{name}`"));
            let near = near(name, names());
            let failure = match near.is_empty() {
                true => failure,
                false => failure.hint(format!("did you mean {}?", near.join(" or "))),
            };
            Err(failure.hint(format!("it has {}", listed(schema))))
        }
    }
}

fn listed(schema: &Schema) -> String {
    let count = schema.fields().len();
    let names: Vec<&str> =
        schema.fields().iter().take(LISTED).map(|field| field.name().as_str()).collect();
    match count {
        0 => "no columns".into(),
        _ if count > LISTED => format!("{}, … ({count} columns)", names.join(", ")),
        _ => names.join(", "),
    }
}

/// The columns that are named like the parameters.
fn by_name(signature: &Signature, input: &Input) -> Result<(Vec<Source>, Option<String>), Failure> {
    let schema = input.schema();
    let mut sources = Vec::new();
    let mut missing = Vec::new();
    let mut taken = Vec::new();
    for param in &signature.function().params {
        let wanted = param.name.to_lowercase();
        let same = |field: &&str| field.to_lowercase() == wanted;
        match schema.fields().iter().map(|f| f.name().as_str()).find(same) {
            Some(name) => {
                taken.push(name.to_owned());
                sources.push(Source::Column(find(schema, name)?));
            }
            None if param.optional || param.variadic => sources.push(Source::Omitted),
            None => missing.push(param.name.as_str()),
        }
    }
    if !missing.is_empty() {
        let failure = match signature.check_arity(0) {
            Err(error) => Failure::from(error),
            Ok(()) => Failure::usage(format!("{signature} wants arguments")),
        };
        let failure = match taken.is_empty() {
            true => failure,
            false => failure.hint(format!("the input has no column named {}", missing.join(", "))),
        };
        return Err(failure.hint(format!("the input has {}", listed(schema))));
    }
    while matches!(sources.last(), Some(Source::Omitted)) {
        sources.pop();
    }
    let note = format!("no --arg given: taking {} by name", taken.join(", "));
    Ok((sources, Some(note)))
}
