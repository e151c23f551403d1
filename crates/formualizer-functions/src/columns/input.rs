//! Arguments as operands.

use super::{Function, named::Named};
use crate::{
    call::Context,
    cells::{CellRef, Cells, NumberKind, Table},
    operand::Operand,
    record::Mode,
    semantics::{DateSystem, Scalar},
};
use arrow_array::{
    Array as _, ArrayRef,
    cast::AsArray,
    types::{ArrowPrimitiveType, Float32Type, Float64Type},
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use std::sync::Arc;
use udf_abi::DType;
use udf_columnar::{Argument, Column, Error, ErrorKind, Signature};

/// The date system of columns.
pub(super) const DATES: DateSystem = DateSystem::Excel1900;

/// An argument for all rows of a call.
pub(super) enum Given<'a> {
    /// The same for all rows.
    Same(Operand<Named<'a>>),
    /// A value a row.
    Rows(Cells),
    /// A value a row in each of several columns.
    Columns(Vec<Cells>),
}

/// Arguments that fit together.
pub(super) struct Input<'a> {
    pub(super) given: Vec<Given<'a>>,
    /// How many rows are taken one by one, where any are.
    pub(super) rows: Option<usize>,
    /// How many columns each row has, where some argument has several.
    pub(super) width: Option<usize>,
    /// Whether an array that is taken whole has no rows.
    pub(super) is_empty: bool,
}

impl<'a> Input<'a> {
    pub(super) fn of(
        function: &Function,
        signature: &Signature,
        arguments: Vec<Argument>,
        context: Context<'a>,
    ) -> Result<Self, Error> {
        let count = arguments.len();
        let mut input = Self { given: Vec::new(), rows: None, width: None, is_empty: false };
        let mut sizes = Sizes { signature, rows: None, width: None, heights: Vec::new() };
        for (index, argument) in arguments.into_iter().enumerate() {
            let place = |error: Error| named(error, signature, index);
            let mode = function.mode(index, count).unwrap_or(Mode::Value);
            let whole = matches!(mode, Mode::Array | Mode::Range | Mode::Reference);
            let by_rows = function.record.by_rows;
            let like = function.record.parameter_among(index, count).and_then(|of| of.like);
            sizes.heights.push(size(&argument));
            let given = match argument {
                Argument::Omitted => Given::Same(Operand::Empty),
                Argument::Scalar(column) if mode == Mode::Lambda => {
                    Given::Same(callee(&column, context).map_err(place)?)
                }
                _ if mode == Mode::Lambda => {
                    return Err(place(invalid("a function is one name, such as \"SUM\"".into())));
                }
                Argument::Scalar(column) => {
                    let cells = cells_of(&column).map_err(place)?;
                    Given::Same(match mode {
                        Mode::Range => Operand::Array(table(vec![cells])),
                        _ => Operand::Scalar(cells.get(0).owned()),
                    })
                }
                Argument::Column(column) => {
                    let cells = cells_of(&column).map_err(place)?;
                    if whole && !by_rows {
                        input.is_empty |= cells.is_empty();
                        Given::Same(Operand::Array(table(vec![cells])))
                    } else {
                        sizes.rows(index, cells.len())?;
                        Given::Rows(cells)
                    }
                }
                Argument::Range(columns) => {
                    let columns: Vec<Cells> =
                        columns.iter().map(cells_of).collect::<Result<_, _>>().map_err(place)?;
                    let height = columns.first().map_or(0, Cells::len);
                    if columns.iter().any(|column| column.len() != height) {
                        let why = "its columns are of different lengths";
                        return Err(place(invalid(why.into())));
                    }
                    if whole {
                        input.is_empty |= height == 0;
                        Given::Same(Operand::Array(table(columns)))
                    } else {
                        sizes.rows(index, height)?;
                        sizes.width(index, columns.len())?;
                        Given::Columns(columns)
                    }
                }
            };
            if let Some(like) = like {
                sizes.alike(index, like)?;
            }
            input.given.push(given);
        }
        input.rows = sizes.rows.map(|(_, rows)| rows);
        input.width = sizes.width.map(|(_, width)| width);
        Ok(input)
    }

    /// The operands for some rows, of the columns at a place where arguments have several.
    pub(super) fn operands(
        &self,
        column: usize,
        first: usize,
        len: usize,
    ) -> Vec<Operand<Named<'a>>> {
        let rows = |cells: &Cells| Operand::Rows(cells.slice(first, len));
        self.given
            .iter()
            .map(|given| match given {
                Given::Same(operand) => operand.clone(),
                Given::Rows(cells) => rows(cells),
                // One column stands beside each of several.
                Given::Columns(columns) => match columns.get(column).or(columns.first()) {
                    Some(cells) => rows(cells),
                    None => Operand::Rows(Cells::Blank(len)),
                },
            })
            .collect()
    }

    /// What all numbers of the first argument are, where it has columns.
    pub(super) fn kind_of_first(&self) -> Option<NumberKind> {
        let Some(Given::Same(Operand::Array(table))) = self.given.first() else { return None };
        let mut kinds = table.columns().iter().map(|column| match column {
            Cells::Numbers(kind, _) => Some(*kind),
            _ => None,
        });
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }

    /// The operands of a row of blanks, which tells what kind of values a call without rows would give.
    pub(super) fn blank(&self) -> Vec<Operand<Named<'a>>> {
        self.given
            .iter()
            .map(|given| match given {
                Given::Same(operand) => operand.clone(),
                Given::Rows(_) | Given::Columns(_) => Operand::Rows(Cells::Blank(1)),
            })
            .collect()
    }
}

/// Whose rows and columns were seen first, and how many they are.
struct Sizes<'s> {
    signature: &'s Signature,
    rows: Option<(usize, usize)>,
    width: Option<(usize, usize)>,
    /// Rows and columns of each argument so far, where it has any.
    heights: Vec<Option<(usize, usize)>>,
}

impl Sizes<'_> {
    fn name(&self, index: usize) -> &str {
        self.signature.param(index).map_or("", |param| param.name.as_str())
    }

    fn differ(&self, (a, of_a): (usize, usize), (b, of_b): (usize, usize), what: &str) -> Error {
        let (first, second) = (self.name(a), self.name(b));
        let name = self.signature.name();
        invalid(format!(
            "{name}: `{first}` has {of_a} {what} and `{second}` has {of_b}: they have to be as many"
        ))
    }

    fn rows(&mut self, index: usize, rows: usize) -> Result<(), Error> {
        match self.rows {
            Some(first) if first.1 != rows => Err(self.differ(first, (index, rows), "rows")),
            Some(_) => Ok(()),
            None => {
                self.rows = Some((index, rows));
                Ok(())
            }
        }
    }

    fn width(&mut self, index: usize, width: usize) -> Result<(), Error> {
        match self.width {
            Some(first) if width != 1 && first.1 != 1 && first.1 != width => {
                Err(self.differ(first, (index, width), "columns"))
            }
            Some(first) if width <= first.1 => Ok(()),
            _ => {
                self.width = Some((index, width));
                Ok(())
            }
        }
    }

    /// What is summed beside what is compared has its rows and columns.
    fn alike(&self, index: usize, like: usize) -> Result<(), Error> {
        let size = |index: usize| self.heights.get(index).copied().flatten();
        match (size(like), size(index)) {
            (Some(a), Some(b)) if a.0 != b.0 => Err(self.differ((like, a.0), (index, b.0), "rows")),
            (Some(a), Some(b)) if a.1 != b.1 => {
                Err(self.differ((like, a.1), (index, b.1), "columns"))
            }
            _ => Ok(()),
        }
    }
}

/// Rows and columns of an argument; `None` where it is left out.
pub(super) fn size(argument: &Argument) -> Option<(usize, usize)> {
    match argument {
        Argument::Omitted => None,
        Argument::Scalar(_) => Some((1, 1)),
        Argument::Column(column) => Some((column.len(), 1)),
        Argument::Range(columns) => Some((columns.first().map_or(0, Column::len), columns.len())),
    }
}

pub(super) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

fn named(error: Error, signature: &Signature, index: usize) -> Error {
    let name = signature.param(index).map_or("", |param| param.name.as_str());
    error.context(format_args!("{}, argument {} `{name}`", signature.name(), index + 1))
}

/// A function by the name that an argument is.
fn callee<'a>(column: &Column, context: Context<'a>) -> Result<Operand<Named<'a>>, Error> {
    let cells = cells_of(column)?;
    match cells.get(0).scalar() {
        Scalar::Text(name) => {
            let function = Function::find(name)?;
            Ok(Operand::Lambda(Named::new(function, context)))
        }
        _ => Err(invalid("a function is given by its name, such as \"SUM\"".into())),
    }
}

/// Columns as the cells that a reference means. There is no table without rows: one blank row stands for none.
fn table(columns: Vec<Cells>) -> Table {
    let empty = columns.first().is_none_or(Cells::is_empty);
    let width = columns.len().max(1);
    let filled = if empty { vec![Cells::Blank(1); width] } else { columns };
    Table::try_new(filled).unwrap_or_else(|| Table::single(CellRef::Blank)).as_reference()
}

/// The cells of a column: null and NaN are blank.
fn cells_of(column: &Column) -> Result<Cells, Error> {
    let refused = |error: crate::cells::ConversionError| {
        let (message, source) = error.into_parts();
        let error = invalid(message);
        match source {
            Some(source) => error.with_source(source),
            None => error,
        }
    };
    let array = match column.dtype() {
        DType::F64 => without_nan::<Float64Type>(column.array(), f64::is_nan),
        DType::F32 => without_nan::<Float32Type>(column.array(), f32::is_nan),
        _ => column.array().clone(),
    };
    match (column.dtype(), column.errors()) {
        (DType::Any | DType::Error, _) => Cells::from_column(column, true, DATES),
        (_, Some(errors)) => {
            let column = Column::try_new(array)?.with_errors(errors.clone())?;
            Cells::from_column(&column, true, DATES)
        }
        (_, None) => Cells::from_arrow(&array, DATES),
    }
    .map_err(refused)
}

/// The array, without its NaN.
fn without_nan<T: ArrowPrimitiveType>(array: &ArrayRef, is_nan: fn(T::Native) -> bool) -> ArrayRef {
    let Some(floats) = array.as_primitive_opt::<T>() else { return array.clone() };
    let values = floats.values();
    if !values.iter().fold(false, |found, value| found | is_nan(*value)) {
        return array.clone();
    }
    let there = BooleanBuffer::collect_bool(values.len(), |row| !is_nan(values[row]));
    let nulls = NullBuffer::union(floats.nulls(), Some(&NullBuffer::new(there)));
    Arc::new(arrow_array::PrimitiveArray::<T>::new(values.clone(), nulls))
}
