//! One call of a function for one row: its arguments as the function wants them.
//!
//! Accessors convert by the rules of [`crate::semantics`] and return the error that Excel gives, so that a
//! kernel reads its arguments in order with `?`.

use crate::{
    cells::{CellRef, Cells, Table},
    indexes::Indexes,
    semantics::{DateSystem, Scalar, TextRules, general, parse_number},
    value::ScalarValue,
};
use std::borrow::Cow;
use udf_abi::ErrorCode;

/// What a kernel gives: an error is its value.
pub type Result<T> = std::result::Result<T, ErrorCode>;

/// What a function gives for one row.
#[derive(Clone, Debug)]
pub enum Output {
    /// One value.
    Value(ScalarValue),
    /// An array.
    Array(Table),
}

impl<T: Into<ScalarValue>> From<T> for Output {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

impl From<Table> for Output {
    /// The array, or its only cell.
    fn from(table: Table) -> Self {
        match table.as_single() {
            Some(cell) => Self::Value(cell.owned()),
            None => Self::Array(table),
        }
    }
}

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    /// Not given: behind the last argument.
    Missing,
    /// Given, and empty between commas.
    Empty,
    /// One value.
    Value(CellRef<'a>),
    /// An array, or cells; one cell where a reference to one cell stands for a whole array.
    Array(&'a Table),
    /// A function.
    Lambda(&'a dyn Lambda),
}

/// A function that is an argument: a `LAMBDA`, or the name of a function.
pub trait Lambda: std::fmt::Debug + Send + Sync {
    /// The fewest and the most arguments.
    fn arity(&self) -> (usize, usize);
    /// Calls it.
    ///
    /// # Errors
    ///
    /// The error that the call as a whole has, such as too many arguments.
    fn call(&self, arguments: &[Argument<'_>]) -> Result<Output>;
}

impl<T: Lambda + ?Sized> Lambda for std::sync::Arc<T> {
    fn arity(&self) -> (usize, usize) {
        (**self).arity()
    }

    fn call(&self, arguments: &[Argument<'_>]) -> Result<Output> {
        (**self).call(arguments)
    }
}

/// What all calls of one recalculation share.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The date system, and the year of dates that have none.
    pub rules: TextRules,
    /// The serial number of the clock, in local time.
    pub now: f64,
    /// What random numbers are made of, together with the row: differs between calls in a workbook.
    pub seed: u64,
    /// Indexes of columns that calls share.
    pub indexes: &'a Indexes,
    /// Stops what takes long.
    pub cancel: &'a udf_columnar::CancelToken,
    /// Where the workbook was made.
    pub platform: Platform,
}

/// Which of Excel's editions a workbook is calculated as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    /// `CHAR` and `CODE` go by Windows' western code page.
    #[default]
    Windows,
    /// `CHAR` and `CODE` go by Mac OS Roman.
    Macintosh,
}

/// The arguments of one row.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    arguments: &'a [Argument<'a>],
    context: Context<'a>,
    row: u64,
    seen: Option<u32>,
}

impl<'a> Call<'a> {
    /// The call for a row: rows differ in their random numbers.
    #[must_use]
    #[inline]
    pub fn new(arguments: &'a [Argument<'a>], context: Context<'a>, row: u64) -> Self {
        Self { arguments, context, row, seen: None }
    }

    /// The same, which sees so many rows of the cells that it is given.
    #[must_use]
    pub(crate) fn seeing(self, rows: Option<u32>) -> Self {
        Self { seen: rows, ..self }
    }

    /// How many rows of the cells the call sees, those below the cells that are held among them; `None` where it
    /// sees all of them.
    #[must_use]
    pub(crate) fn seen(&self) -> Option<u32> {
        self.seen
    }

    /// How many arguments are given, empty ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arguments.len()
    }

    /// Whether no argument is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arguments.is_empty()
    }

    /// The argument at an index.
    #[must_use]
    #[inline]
    pub fn argument(&self, index: usize) -> Argument<'a> {
        self.arguments.get(index).copied().unwrap_or(Argument::Missing)
    }

    /// Whether an argument is not given. Empty arguments of skippable parameters are not given either.
    #[must_use]
    #[inline]
    pub fn is_missing(&self, index: usize) -> bool {
        matches!(self.argument(index), Argument::Missing)
    }

    /// What the calls of a recalculation share.
    #[must_use]
    pub fn context(&self) -> Context<'a> {
        self.context
    }

    /// What reading texts depends on.
    #[must_use]
    #[inline]
    pub fn rules(&self) -> TextRules {
        self.context.rules
    }

    /// The date system of the workbook.
    #[must_use]
    #[inline]
    pub fn dates(&self) -> DateSystem {
        self.context.rules.dates
    }

    /// A random number from 0 to below 1, for the n-th draw of this row.
    #[must_use]
    pub fn random(&self, draw: u64) -> f64 {
        let bits = mixed(mixed(self.context.seed ^ mixed(self.row)).wrapping_add(draw));
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let number = (bits >> 11) as f64;
        number / (1_u64 << 53) as f64
    }

    /// One value, whatever it is; blank where it is not given. A table of several cells is `#VALUE!`.
    #[must_use]
    #[inline]
    pub fn cell(&self, index: usize) -> CellRef<'a> {
        match self.argument(index) {
            Argument::Missing | Argument::Empty => CellRef::Blank,
            Argument::Value(cell) => cell,
            Argument::Array(table) => {
                table.as_single().unwrap_or(CellRef::from(Scalar::Error(ErrorCode::Value)))
            }
            Argument::Lambda(_) => CellRef::from(Scalar::Error(ErrorCode::Calc)),
        }
    }

    /// One value, whatever it is, errors included; blank where it is not given.
    #[must_use]
    #[inline]
    pub fn scalar(&self, index: usize) -> Scalar<'a> {
        self.cell(index).scalar()
    }

    /// The number that an argument stands for: a blank is 0, a logical value 0 or 1, a text the number, date or
    /// time that it reads as.
    ///
    /// # Errors
    ///
    /// The argument's error, or `#VALUE!` for other texts.
    #[inline]
    pub fn number(&self, index: usize) -> Result<f64> {
        number(self.scalar(index), self.rules())
    }

    /// The same, with the number of an argument that is not given.
    ///
    /// # Errors
    ///
    /// As for [`Self::number`].
    #[inline]
    pub fn number_or(&self, index: usize, default: f64) -> Result<f64> {
        if self.is_missing(index) { Ok(default) } else { self.number(index) }
    }

    /// The number without its fraction, as functions take counts and positions.
    ///
    /// # Errors
    ///
    /// As for [`Self::number`]; `#NUM!` beyond 2^53.
    #[inline]
    pub fn integer(&self, index: usize) -> Result<i64> {
        whole(self.number(index)?)
    }

    /// The same, with the number of an argument that is not given.
    ///
    /// # Errors
    ///
    /// As for [`Self::integer`].
    #[inline]
    pub fn integer_or(&self, index: usize, default: i64) -> Result<i64> {
        if self.is_missing(index) { Ok(default) } else { self.integer(index) }
    }

    /// The number of an argument, but `#VALUE!` for logical values: what the functions that came with the
    /// Analysis ToolPak take.
    ///
    /// # Errors
    ///
    /// As for [`Self::number`], and `#VALUE!` for logical values.
    #[inline]
    pub fn strict_number(&self, index: usize) -> Result<f64> {
        match self.scalar(index) {
            Scalar::Logical(_) => Err(ErrorCode::Value),
            value => number(value, self.rules()),
        }
    }

    /// The same, but `#N/A` where the argument is empty between commas: so the functions of the Analysis ToolPak
    /// take arguments that must be given (stored: `MROUND(,5)`, `GCD(,5)`).
    ///
    /// # Errors
    ///
    /// As for [`Self::strict_number`], and `#N/A`.
    pub fn required_number(&self, index: usize) -> Result<f64> {
        match self.argument(index) {
            Argument::Empty => Err(ErrorCode::Na),
            _ => self.strict_number(index),
        }
    }

    /// The same of an argument that need not be given: empty between commas it is left out.
    ///
    /// # Errors
    ///
    /// As for [`Self::strict_number`].
    pub fn strict_number_or(&self, index: usize, default: f64) -> Result<f64> {
        match self.argument(index) {
            Argument::Missing | Argument::Empty => Ok(default),
            _ => self.strict_number(index),
        }
    }

    /// The logical value that an argument stands for: 0 and blank are `FALSE`, other numbers `TRUE`; texts are
    /// read without their case.
    ///
    /// # Errors
    ///
    /// The argument's error, or `#VALUE!` for other texts.
    pub fn logical(&self, index: usize) -> Result<bool> {
        logical(self.scalar(index))
    }

    /// The same, with the value of an argument that is not given.
    ///
    /// # Errors
    ///
    /// As for [`Self::logical`].
    pub fn logical_or(&self, index: usize, default: bool) -> Result<bool> {
        if self.is_missing(index) { Ok(default) } else { self.logical(index) }
    }

    /// The text that an argument stands for.
    ///
    /// # Errors
    ///
    /// The argument's error.
    #[inline]
    pub fn text(&self, index: usize) -> Result<Cow<'a, str>> {
        text(self.scalar(index))
    }

    /// The same, with the text of an argument that is not given.
    ///
    /// # Errors
    ///
    /// As for [`Self::text`].
    #[inline]
    pub fn text_or(&self, index: usize, default: &'static str) -> Result<Cow<'a, str>> {
        if self.is_missing(index) { Ok(Cow::Borrowed(default)) } else { self.text(index) }
    }

    /// The array of an argument; a value is an array of one cell.
    ///
    /// # Errors
    ///
    /// `#VALUE!` where it is not given, `#CALC!` for a function.
    pub fn array(&self, index: usize) -> Result<Cow<'a, Table>> {
        match self.argument(index) {
            Argument::Array(table) => Ok(Cow::Borrowed(table)),
            Argument::Value(cell) => Ok(Cow::Owned(Table::single(cell))),
            Argument::Empty => Ok(Cow::Owned(Table::single(CellRef::Blank))),
            Argument::Missing => Err(ErrorCode::Value),
            Argument::Lambda(_) => Err(ErrorCode::Calc),
        }
    }

    /// The function that an argument is.
    ///
    /// # Errors
    ///
    /// The argument's error; `#VALUE!` where it is no function.
    pub fn lambda(&self, index: usize) -> Result<&'a dyn Lambda> {
        match self.argument(index) {
            Argument::Lambda(lambda) => Ok(lambda),
            other => match other {
                Argument::Value(cell) => match cell.scalar() {
                    Scalar::Error(code) => Err(code),
                    _ => Err(ErrorCode::Value),
                },
                _ => Err(ErrorCode::Value),
            },
        }
    }

    /// Visits the numbers of the arguments from `first` on in order, as `SUM` takes them: of arrays and cells the
    /// numbers alone, of values that stand in the formula also logical values and texts that are numbers.
    ///
    /// # Errors
    ///
    /// The first error among them; `#VALUE!` for a text in the formula that is no number.
    pub fn each_number(&self, first: usize, mut visit: impl FnMut(f64)) -> Result<()> {
        for index in first..self.len() {
            self.each_number_of(index, &mut visit)?;
        }
        Ok(())
    }

    /// The same of one argument.
    ///
    /// # Errors
    ///
    /// As for [`Self::each_number`].
    pub fn each_number_of(&self, index: usize, visit: &mut impl FnMut(f64)) -> Result<()> {
        match self.argument(index) {
            Argument::Array(table) => each_number_by_rows(table.columns(), visit)?,
            Argument::Missing => {}
            _ => visit(self.number(index)?),
        }
        Ok(())
    }

    /// The numbers of the arguments from `first` on, as [`Self::each_number`] visits them.
    ///
    /// # Errors
    ///
    /// As for [`Self::each_number`].
    pub fn numbers(&self, first: usize) -> Result<Vec<f64>> {
        let mut numbers = Vec::new();
        self.each_number(first, |n| numbers.push(n))?;
        Ok(numbers)
    }

    /// The numbers of one argument, as [`Self::each_number`] visits them.
    ///
    /// # Errors
    ///
    /// As for [`Self::each_number`].
    pub fn numbers_of(&self, index: usize) -> Result<Vec<f64>> {
        let mut numbers = Vec::new();
        self.each_number_of(index, &mut |n| numbers.push(n))?;
        Ok(numbers)
    }
}

/// Visits the numbers of a column, from top to bottom; other cells but errors are passed over.
///
/// # Errors
///
/// The first error.
pub fn each_number(column: &Cells, visit: &mut impl FnMut(f64)) -> Result<()> {
    use arrow_array::Array as _;
    match column {
        Cells::Blank(_) | Cells::Logicals(_) | Cells::Texts(_) => {}
        Cells::Numbers(_, array) if array.null_count() == 0 => {
            array.values().iter().for_each(|n| visit(*n));
        }
        Cells::Numbers(_, array) => array.iter().flatten().for_each(visit),
        Cells::Mixed(_) => {
            for cell in column.iter() {
                match cell.scalar() {
                    Scalar::Number(n) => visit(n),
                    Scalar::Error(code) => return Err(code),
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

/// Visits the numbers of columns row by row, as Excel goes through a range: a sum whose parts cancel out shows it
/// (stored: the `AVERAGE` of 0, 0, 1, 0.00001, 2, 1.1, … in two columns is -4.089355473190933E-09).
///
/// # Errors
///
/// The first error.
pub fn each_number_by_rows(columns: &[Cells], visit: &mut impl FnMut(f64)) -> Result<()> {
    use arrow_array::Array as _;
    // The other columns have neither numbers nor errors.
    let columns: Vec<&Cells> = columns
        .iter()
        .filter(|column| matches!(column, Cells::Numbers(..) | Cells::Mixed(_)))
        .collect();
    if let [column] = columns.as_slice() {
        return each_number(column, visit);
    }
    let height = columns.first().map_or(0, |column| column.len());
    let full: Option<Vec<&[f64]>> = columns
        .iter()
        .map(|column| match column {
            Cells::Numbers(_, array) if array.null_count() == 0 => Some(&array.values()[..]),
            _ => None,
        })
        .collect();
    if let Some(full) = full {
        for row in 0..height {
            full.iter().filter_map(|column| column.get(row)).for_each(|n| visit(*n));
        }
        return Ok(());
    }
    for row in 0..height {
        for column in &columns {
            match column.get(row).scalar() {
                Scalar::Number(n) => visit(n),
                Scalar::Error(code) => return Err(code),
                _ => {}
            }
        }
    }
    Ok(())
}

/// The number that a value stands for as an argument.
///
/// # Errors
///
/// Its error, or `#VALUE!` for a text that is no number.
#[inline]
pub fn number(value: Scalar<'_>, rules: TextRules) -> Result<f64> {
    match value {
        Scalar::Blank => Ok(0.0),
        Scalar::Number(n) => Ok(n),
        Scalar::Logical(b) => Ok(f64::from(u8::from(b))),
        Scalar::Text(text) => parse_number(text, rules).ok_or(ErrorCode::Value),
        Scalar::Error(code) => Err(code),
    }
}

/// The logical value that a value stands for as an argument.
///
/// # Errors
///
/// Its error, or `#VALUE!` for a text that is neither `TRUE` nor `FALSE`.
#[inline]
pub fn logical(value: Scalar<'_>) -> Result<bool> {
    match value {
        Scalar::Blank => Ok(false),
        Scalar::Number(n) => Ok(n != 0.0),
        Scalar::Logical(b) => Ok(b),
        Scalar::Text(text) if text.eq_ignore_ascii_case("TRUE") => Ok(true),
        Scalar::Text(text) if text.eq_ignore_ascii_case("FALSE") => Ok(false),
        Scalar::Text(_) => Err(ErrorCode::Value),
        Scalar::Error(code) => Err(code),
    }
}

/// The text that a value stands for as an argument.
///
/// # Errors
///
/// Its error.
#[inline]
pub fn text(value: Scalar<'_>) -> Result<Cow<'_, str>> {
    match value {
        Scalar::Blank => Ok(Cow::Borrowed("")),
        Scalar::Number(n) => Ok(Cow::Owned(general::to_text(n))),
        Scalar::Logical(b) => Ok(Cow::Borrowed(if b { "TRUE" } else { "FALSE" })),
        Scalar::Text(text) => Ok(Cow::Borrowed(text)),
        Scalar::Error(code) => Err(code),
    }
}

/// A number without its fraction.
///
/// # Errors
///
/// `#NUM!` beyond 2^53.
#[inline]
pub fn whole(number: f64) -> Result<i64> {
    let whole = number.trunc();
    if whole.abs() > (1_i64 << 53) as f64 {
        return Err(ErrorCode::Num);
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to fit")]
    Ok(whole as i64)
}

/// A number whose every bit depends on every bit of another (the finaliser of SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
