//! Results of `array` functions.

use crate::{
    call,
    error::UdfError,
    raw::Outputs,
    returns::ReturnValue,
    table::{Table, Values},
};
use udf_abi::DType;

/// Rows × columns of one type, filled column by column.
///
/// ```
/// use formualizer_udf_sdk::Array;
///
/// let table = Array::from_fn(2, 3, |row, column| 10.0 * row as f64 + column as f64);
/// assert_eq!(table.values(), [0.0, 10.0, 1.0, 11.0, 2.0, 12.0]);
/// assert!(Array::try_new(2, 2, vec![1.0]).is_none());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Array<T> {
    // Invariant: `values.len() == rows * columns`.
    rows: usize,
    columns: usize,
    values: Vec<T>,
}

impl<T> Array<T> {
    /// The values in column-major order; `None` unless there are rows × columns of them.
    #[must_use]
    pub fn try_new(rows: usize, columns: usize, values: Vec<T>) -> Option<Self> {
        let fits = rows.checked_mul(columns) == Some(values.len());
        fits.then_some(Self { rows, columns, values })
    }

    /// The array with `value(row, column)` in each cell, both from 0.
    #[must_use]
    pub fn from_fn(rows: usize, columns: usize, mut value: impl FnMut(usize, usize) -> T) -> Self {
        let mut values = Vec::with_capacity(rows.saturating_mul(columns));
        for column in 0..columns {
            values.extend((0..rows).map(|row| value(row, column)));
        }
        Self { rows, columns, values }
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, in column-major order.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }
}

/// A type that an `array` function can answer: `Vec<T>` (one column), [`Array<T>`] (columns of one
/// type), a tuple of up to 12 `Vec`s of equal length (named columns), or a `Result` of one of
/// these.
///
/// `T` may be an `Option` (null), or a `Result` (an error of that row).
///
/// ```
/// use formualizer_udf_sdk::{ColumnView, UdfError, fz_udf};
///
/// /// Square roots, beside what they are of.
/// #[fz_udf(kind = "array", columns = ["x", "root"])]
/// fn roots(values: ColumnView<'_, f64>) -> (Vec<Option<f64>>, Vec<Result<Option<f64>, UdfError>>) {
///     let root = |x: f64| if x < 0.0 { Err(UdfError::num("negative")) } else { Ok(x.sqrt()) };
///     (values.iter().collect(), values.iter().map(|x| x.map(root).transpose()).collect())
/// }
///
/// let (x, root) = roots(ColumnView::of(&[Some(4.0), None, Some(-1.0)]));
/// assert_eq!(x, [Some(4.0), None, Some(-1.0)]);
/// assert_eq!(root, [Ok(Some(2.0)), Ok(None), Err(UdfError::num("negative"))]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that an array function can answer",
    label = "not the result of an array function",
    note = "use Vec<T> for one column, Array<T> for several of one type, or a tuple of Vecs with \
            `columns = [\"name\", …]`, where T is a type of a result, an Option of one (null) or a \
            Result (an error of that row); or a Result of any of these with UdfError or any error \
            that displays"
)]
pub trait ArrayReturn: Sized {
    /// Types of the columns; the last one stands for all that follow.
    const DTYPES: &'static [DType];
    /// Number of columns, where the type says it.
    const COLUMNS: Option<usize>;
    /// Its columns, or the error of the whole call.
    #[doc(hidden)]
    fn settle<'v>(self) -> Result<Table<'v>, UdfError>
    where
        Self: 'v;

    // Generated code calls these here, so that the compiler tells of a type that is no result once.

    /// [`call::array`]
    #[doc(hidden)]
    fn array(outputs: Outputs<'_>, value: Self) -> u64 {
        call::array(outputs, value)
    }
    /// [`call::named_array`]
    #[doc(hidden)]
    fn named_array<const COUNT: usize>(outputs: Outputs<'_>, value: Self) -> u64 {
        call::named_array::<Self, COUNT>(outputs, value)
    }
}

impl<T: ReturnValue> ArrayReturn for Vec<T> {
    const DTYPES: &'static [DType] = &[T::DTYPE];
    const COLUMNS: Option<usize> = Some(1);
    fn settle<'v>(self) -> Result<Table<'v>, UdfError>
    where
        Self: 'v,
    {
        Table::try_new(vec![Box::new(self)])
    }
}

impl<T: ReturnValue> ArrayReturn for Array<T> {
    const DTYPES: &'static [DType] = &[T::DTYPE];
    const COLUMNS: Option<usize> = None;
    fn settle<'v>(self) -> Result<Table<'v>, UdfError>
    where
        Self: 'v,
    {
        let mut values = self.values.into_iter();
        let mut columns: Vec<Box<dyn Values + 'v>> = Vec::with_capacity(self.columns);
        for _ in 0..self.columns {
            columns.push(Box::new(values.by_ref().take(self.rows).collect::<Vec<T>>()));
        }
        if columns.is_empty() {
            // The contract wants a column at least: of no rows, it holds as little.
            columns.push(Box::new(Vec::<T>::new()));
        }
        Table::try_new(columns)
    }
}

impl<A: ArrayReturn, E: Into<UdfError>> ArrayReturn for Result<A, E> {
    const DTYPES: &'static [DType] = A::DTYPES;
    const COLUMNS: Option<usize> = A::COLUMNS;
    fn settle<'v>(self) -> Result<Table<'v>, UdfError>
    where
        Self: 'v,
    {
        self.map_err(Into::into)?.settle()
    }
}

macro_rules! tuples {
    ($(($($ty:ident $name:ident),*);)*) => { $(
        impl<$($ty: ReturnValue),*> ArrayReturn for ($(Vec<$ty>,)*) {
            const DTYPES: &'static [DType] = &[$($ty::DTYPE),*];
            const COLUMNS: Option<usize> = Some(Self::DTYPES.len());
            fn settle<'v>(self) -> Result<Table<'v>, UdfError>
            where
                Self: 'v,
            {
                let ($($name,)*) = self;
                Table::try_new(vec![$(Box::new($name)),*])
            }
        }
    )* };
}

tuples! {
    (A a);
    (A a, B b);
    (A a, B b, C c);
    (A a, B b, C c, D d);
    (A a, B b, C c, D d, E e);
    (A a, B b, C c, D d, E e, F f);
    (A a, B b, C c, D d, E e, F f, G g);
    (A a, B b, C c, D d, E e, F f, G g, H h);
    (A a, B b, C c, D d, E e, F f, G g, H h, I i);
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j);
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k);
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l);
}
