//! Arguments bound to a function: counted, coerced, measured, and their nulls and errors merged.

use crate::{
    Column, Error, ErrorKind, Signature, coerce::coerce, error::invalid_argument,
    foreign::ForeignRows, overlay::Overlay,
};
use udf_abi::{
    DType,
    manifest::{Param, Shape},
};

/// What a caller passes for one parameter. As closed as the contract's `ArgKind`.
#[derive(Clone, Debug)]
pub enum Argument {
    /// Nothing: the parameter's default.
    Omitted,
    /// One value for every row: a column of one row.
    Scalar(Column),
    /// A value per row.
    Column(Column),
    /// Columns of equal length, column-major.
    Range(Vec<Column>),
}

impl Argument {
    /// Shorthand for [`Argument::Column`] of an Arrow array.
    ///
    /// # Errors
    /// As [`Column::try_new`].
    pub fn column(array: arrow_array::ArrayRef) -> Result<Self, Error> {
        Column::try_new(array).map(Self::Column)
    }

    /// Shorthand for [`Argument::Scalar`] of an Arrow array of one row.
    ///
    /// # Errors
    /// As [`Column::try_new`].
    pub fn scalar(array: arrow_array::ArrayRef) -> Result<Self, Error> {
        Column::try_new(array).map(Self::Scalar)
    }

    fn columns(&self) -> &[Column] {
        match self {
            Self::Omitted => &[],
            Self::Scalar(column) | Self::Column(column) => std::slice::from_ref(column),
            Self::Range(columns) => columns,
        }
    }
}

/// A call whose arguments fit its function.
#[derive(Clone, Debug)]
pub struct BoundCall {
    arguments: Vec<Argument>,
    rows: usize,
    overlay: Overlay,
    /// Set where the answer is known without asking the guest.
    settled: bool,
}

impl BoundCall {
    /// Binds arguments to a function.
    ///
    /// `rows` is the length of an elementwise result where no argument is a column (and must
    /// agree with the columns where one is); 1 if absent. It is ignored for other kinds.
    ///
    /// # Errors
    /// [`Arity`](ErrorKind::Arity), [`InvalidArgument`](ErrorKind::InvalidArgument) naming the
    /// parameter, or [`TooLarge`](ErrorKind::TooLarge) naming the number of rows.
    pub fn try_new(
        signature: &Signature,
        arguments: Vec<Argument>,
        rows: Option<usize>,
    ) -> Result<Self, Error> {
        signature.check_arity(arguments.len())?;
        let mut bound = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.into_iter().enumerate() {
            let param = signature.param(index)?;
            let argument = fit(signature, param, argument).map_err(|e| {
                e.context(format_args!(
                    "{}, argument {} `{}`",
                    signature.name(),
                    index + 1,
                    param.name
                ))
            })?;
            bound.push(argument);
        }
        let rows = match signature.is_elementwise() {
            true => broadcast_rows(signature, &bound, rows)?,
            false => 1,
        };
        for column in bound.iter().flat_map(Argument::columns) {
            check_rows(column.len())?;
        }
        check_rows(rows)?;
        let overlay = Overlay::of(signature, &bound, rows)?;
        let settled = match signature.is_elementwise() {
            true => rows == 0 || overlay.hides_all(rows),
            false => overlay.hides_all(1),
        };
        Ok(Self { arguments: bound, rows, overlay, settled })
    }

    /// The arguments, each of its parameter's type.
    #[must_use]
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// Rows of an elementwise result; 1 for other kinds.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Nulls and errors that the arguments lay over the result.
    #[must_use]
    pub fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// Whether every row of the result is known without asking the guest.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    /// The columns of all arguments, in order.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        self.arguments.iter().flat_map(Argument::columns)
    }
}

/// Most rows of one call.
pub const MAX_ROWS: usize = u32::MAX as usize;

fn check_rows(rows: usize) -> Result<(), Error> {
    if rows > MAX_ROWS {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("{rows} rows; one call takes {MAX_ROWS}: pass the input in parts"),
        ));
    }
    Ok(())
}

fn fit(signature: &Signature, param: &Param, argument: Argument) -> Result<Argument, Error> {
    let dtype = param.dtype.0;
    let to = |column: Column| {
        column.foreign().map_or(Ok(()), ForeignRows::check)?;
        coerce(column, dtype)
    };
    match (argument, param.shape) {
        (Argument::Omitted, _) if param.optional || param.variadic => Ok(Argument::Omitted),
        (Argument::Omitted, _) => {
            Err(Error::new(ErrorKind::Arity, "is required and cannot be left out"))
        }
        (Argument::Scalar(column), _) if column.len() != 1 => {
            Err(invalid_argument(format!("a scalar has one row, this has {}", column.len())))
        }
        (Argument::Scalar(column), Shape::Scalar) => Ok(Argument::Scalar(to(column)?)),
        (Argument::Column(column), Shape::Scalar) if signature.is_elementwise() => {
            Ok(Argument::Column(to(column)?))
        }
        (Argument::Column(column), Shape::Scalar) if column.len() == 1 => {
            Ok(Argument::Scalar(to(column)?))
        }
        (Argument::Column(column), Shape::Scalar) => Err(invalid_argument(format!(
            "takes one value, a column of {} rows was given",
            column.len()
        ))),
        (Argument::Range(_), Shape::Scalar) => {
            Err(invalid_argument("takes one value, a range was given"))
        }
        (Argument::Scalar(column) | Argument::Column(column), Shape::Column) => {
            Ok(Argument::Column(to(column)?))
        }
        (Argument::Range(mut columns), Shape::Column) => match (columns.len(), columns.pop()) {
            (1, Some(column)) => Ok(Argument::Column(to(column)?)),
            (n, _) => Err(invalid_argument(format!("takes one column, a range of {n} was given"))),
        },
        (Argument::Scalar(column) | Argument::Column(column), Shape::Range) => {
            Ok(Argument::Range(vec![to(column)?]))
        }
        (Argument::Range(columns), Shape::Range) => {
            let rows = columns.first().map_or(0, Column::len);
            if let Some(odd) = columns.iter().find(|c| c.len() != rows) {
                return Err(invalid_argument(format!(
                    "columns of a range are of equal length; these have {rows} and {} rows",
                    odd.len()
                )));
            }
            Ok(Argument::Range(columns.into_iter().map(to).collect::<Result<_, _>>()?))
        }
    }
}

fn broadcast_rows(
    signature: &Signature,
    arguments: &[Argument],
    given: Option<usize>,
) -> Result<usize, Error> {
    let mut rows = given;
    for (index, argument) in arguments.iter().enumerate() {
        let Argument::Column(column) = argument else { continue };
        match rows {
            None => rows = Some(column.len()),
            Some(rows) if rows == column.len() => {}
            Some(rows) => {
                return Err(invalid_argument(format!(
                    "{}, argument {} `{}`: has {} rows where {rows} are wanted; columns of a call are of equal length",
                    signature.name(),
                    index + 1,
                    signature.param(index)?.name,
                    column.len()
                )));
            }
        }
    }
    Ok(rows.unwrap_or(1))
}

/// Whether a parameter of this type sees errors and nulls itself.
pub(crate) fn sees_everything(param: &Param) -> bool {
    matches!(param.dtype.0, DType::Any | DType::Error)
}
