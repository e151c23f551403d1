//! Calls, in parts side by side.

use super::{
    Answer, Function, Options, Shape,
    input::{DATES, Input, invalid, size},
    output,
};
use crate::{
    call::{Context, Platform},
    cells::{Cells, Table, dates},
    indexes::Indexes,
    lift::{MAX_ARRAY_CELLS, Rows, Split},
    operand::Operand,
    record::{Gives, Parameter},
    semantics::TextRules,
};
use chrono::Datelike as _;
use rayon::prelude::*;
use udf_columnar::{Argument, Error, ErrorKind};

/// Rows of a part: whatever the threads, so that results do not depend on them.
const PART: usize = 1 << 15;
/// How far the rows of columns that stand beside each other are apart for random numbers.
const NEXT_COLUMN: u64 = 1 << 40;

impl Function {
    /// Calls the function.
    ///
    /// Where a column is for a parameter of one value, the result has a row for each of its rows; where columns
    /// together are, a column for each of them. A row that gives a row of cells makes the result a table. Otherwise the
    /// function is called once, for a value or an array.
    ///
    /// # Errors
    ///
    /// [`Arity`](ErrorKind::Arity); [`InvalidArgument`](ErrorKind::InvalidArgument) naming the parameters whose rows
    /// are not as many, or that cannot be cells; [`TooLarge`](ErrorKind::TooLarge) where the result would be;
    /// [`Cancelled`](ErrorKind::Cancelled). Errors of Excel are in the rows of the result.
    pub fn call(&self, arguments: Vec<Argument>, options: &Options) -> Result<Answer, Error> {
        let mut arguments = arguments;
        let signature = loop {
            // Omitted at the end is not given.
            match (arguments.last(), arguments.len() > self.record.fewest()) {
                (Some(Argument::Omitted), true) => drop(arguments.pop()),
                _ => break self.signature_of(arguments.len())?,
            }
        };
        self.check_groups(arguments.len(), &signature.to_string())?;
        if let Some(number) = self.size(&arguments) {
            return value(Cells::number(number, 1));
        }
        let now = chrono::DateTime::from_timestamp_micros(options.now_us).unwrap_or_default();
        let indexes = Indexes::default();
        let context = Context {
            rules: TextRules { dates: DATES, year: now.year() },
            now: dates::serial_of_days(dates::days(options.now_us), DATES).unwrap_or_default(),
            seed: options.seed,
            indexes: &indexes,
            cancel: &options.cancel,
            platform: Platform::default(),
        };
        let input = Input::of(self, &signature, arguments, context)?;
        let run = Run { function: self, input, context, threads: options.threads };
        let answer = run.answer();
        match options.cancel.is_cancelled() {
            true => Err(Error::new(ErrorKind::Cancelled, "the call was cancelled")),
            false => answer,
        }
    }

    /// Refuses a group of parameters of which one that every group has is missing.
    fn check_groups(&self, count: usize, signature: &str) -> Result<(), Error> {
        let record = self.record;
        // What `SWITCH` gives otherwise is the first of a group.
        if record.repeats < 2 || record.name == "SWITCH" || record.last.is_some() {
            return Ok(());
        }
        let complete = count % record.repeats == record.parameters.len() % record.repeats;
        let stem = |of: &Parameter| of.name.trim_end_matches(|c: char| c.is_ascii_digit());
        // The first group is there in full: what is optional in it is so in all.
        let first = record.parameter(count).and_then(|missing| {
            record.parameters.iter().find(|listed| stem(listed) == stem(missing))
        });
        match first.filter(|first| !complete && !first.optional) {
            None => Ok(()),
            Some(_) => Err(Error::new(
                ErrorKind::Arity,
                format!(
                    "{} takes arguments in pairs, and one of the last is missing: {signature}",
                    record.name
                ),
            )),
        }
    }

    /// The rows or columns of the argument, where the function counts those: an argument may have none.
    fn size(&self, arguments: &[Argument]) -> Option<f64> {
        let (height, width) = size(arguments.first()?)?;
        match self.record.name {
            "ROWS" => Some(height as f64),
            "COLUMNS" => Some(width as f64),
            _ => None,
        }
    }
}

/// One value.
fn value(cells: Cells) -> Result<Answer, Error> {
    Ok(Answer { shape: Shape::Value, columns: vec![output::column(&cells)?] })
}

fn table(columns: &[Cells]) -> Result<Answer, Error> {
    let columns = columns.iter().map(output::column).collect::<Result<_, _>>()?;
    Ok(Answer { shape: Shape::Table, columns })
}

struct Run<'a> {
    function: &'a Function,
    input: Input<'a>,
    context: Context<'a>,
    threads: usize,
}

impl Run<'_> {
    fn answer(&self) -> Result<Answer, Error> {
        match (self.input.rows, self.input.width) {
            (None, _) => self.once(),
            (Some(0), width) => self.without_rows(width.unwrap_or(1)),
            (Some(rows), None) => match self.parts(0, rows) {
                Ok(cells) => self.one(&cells, Shape::Rows),
                Err(Split) => self.wide(rows),
            },
            (Some(rows), Some(width)) => {
                let columns: Result<Vec<Cells>, Split> =
                    (0..width).map(|column| self.parts(column, rows)).collect();
                table(&columns.map_err(|Split| self.arrays("a cell"))?)
            }
        }
    }

    /// One call, for a value or an array.
    fn once(&self) -> Result<Answer, Error> {
        let record = self.function.evaluated;
        let operands = self.input.operands(0, 0, 1);
        let result = record.call(&operands, Rows { first: 0, len: 1 }, self.context);
        match result.map_err(|Split| self.arrays("it"))? {
            Operand::Array(result) => self.whole(&result),
            other if self.function.record.gives_arrays => self.whole(&Table::single(other.cell(0))),
            other => self.one(&Cells::repeat(other.cell(0), 1), Shape::Value),
        }
    }

    /// One column.
    fn one(&self, cells: &Cells, shape: Shape) -> Result<Answer, Error> {
        Ok(Answer { shape, columns: vec![output::column(&self.typed(cells))?] })
    }

    /// The cells with their numbers as what the function gives.
    fn typed(&self, cells: &Cells) -> Cells {
        match self.function.record.gives {
            Gives::AsShown => cells.clone(),
            Gives::Of(kind) => output::numbers_of_kind(cells, kind),
            Gives::LikeFirst => match self.input.kind_of_first() {
                Some(kind) => output::numbers_of_kind(cells, kind),
                None => cells.clone(),
            },
        }
    }

    /// An array; without rows where the arrays that it is made of have none.
    fn whole(&self, result: &Table) -> Result<Answer, Error> {
        match self.input.is_empty && self.function.record.gives_arrays {
            true => table(&result.columns().iter().map(|c| c.slice(0, 0)).collect::<Vec<_>>()),
            false => table(result.columns()),
        }
    }

    /// No rows of the kind that a row of blanks gives.
    fn without_rows(&self, width: usize) -> Result<Answer, Error> {
        let rows = Rows { first: 0, len: 1 };
        let result = self.function.evaluated.call(&self.input.blank(), rows, self.context);
        let cells = match result {
            Ok(Operand::Rows(cells)) => output::column(&self.typed(&cells))?.slice(0, 0),
            _ => output::column(&Cells::Blank(0))?,
        };
        Ok(match self.input.width {
            None => Answer { shape: Shape::Rows, columns: vec![cells] },
            Some(_) => Answer { shape: Shape::Table, columns: vec![cells; width] },
        })
    }

    /// Row by row, in parts after the first, which makes the indexes that the others share.
    fn parts(&self, column: usize, rows: usize) -> Result<Cells, Split> {
        self.in_parts(rows, |first, len| {
            let operands = self.input.operands(column, first, len);
            let at = Rows { first: column as u64 * NEXT_COLUMN + first as u64, len };
            match self.function.evaluated.call(&operands, at, self.context)? {
                Operand::Rows(cells) => Ok(cells),
                Operand::Array(_) | Operand::Lambda(_) => Err(Split),
                same => Ok(Cells::repeat(same.cell(0), len)),
            }
        })
        .map(|parts| Cells::concat(&parts))
    }

    /// Row by row, where rows give rows of cells.
    fn wide(&self, rows: usize) -> Result<Answer, Error> {
        let parts = self.in_parts(rows, |first, len| {
            let operands = self.input.operands(0, first, len);
            let at = Rows { first: first as u64, len };
            self.function.evaluated.call_wide(&operands, at, self.context).map(|p| (p, len))
        });
        let parts = parts.map_err(|Split| self.arrays("a row"))?;
        let width = parts.iter().map(|(part, _)| part.len()).max().unwrap_or(0);
        if width.saturating_mul(rows) > MAX_ARRAY_CELLS {
            let name = self.function.name();
            let why = format!(
                "{name} would give {rows} rows of {width} cells, and an array has {MAX_ARRAY_CELLS} at most"
            );
            return Err(Error::new(ErrorKind::TooLarge, why));
        }
        let column = |at: usize| {
            let of = |(part, len): &(Vec<Cells>, usize)| match part.get(at) {
                Some(cells) => cells.clone(),
                None => Cells::Blank(*len),
            };
            Cells::concat(&parts.iter().map(of).collect::<Vec<_>>())
        };
        table(&(0..width).map(column).collect::<Vec<_>>())
    }

    /// Parts of rows, in order.
    fn in_parts<T: Send>(
        &self,
        rows: usize,
        part: impl Fn(usize, usize) -> Result<T, Split> + Sync,
    ) -> Result<Vec<T>, Split> {
        let mut parts = vec![part(0, rows.min(PART))?];
        let starts: Vec<usize> = (PART..rows).step_by(PART).collect();
        let rest = |start: &usize| part(*start, PART.min(rows - *start));
        match self.threads > 1 {
            true => {
                let rest: Result<Vec<T>, Split> = starts.par_iter().map(rest).collect();
                parts.extend(rest?);
            }
            false => {
                for start in &starts {
                    parts.push(rest(start)?);
                }
            }
        }
        Ok(parts)
    }

    /// Arrays where one value has to be.
    fn arrays(&self, of: &str) -> Error {
        let name = self.function.name();
        invalid(format!(
            "{name} gives an array for {of}, which has no room for one: give it single values, or a call for each row"
        ))
    }
}
