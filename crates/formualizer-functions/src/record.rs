//! What is known of a function before it is called.
//!
//! A [`Record`] is all that lowering, dependencies, evaluation, saving, documentation and completion know of a
//! function: nothing else keeps lists of names.

use crate::call::{Call, Output, Result};
use crate::cells::NumberKind;

/// A function of Excel.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// The name in formulas, in capitals.
    pub name: &'static str,
    /// Its parameters in order.
    pub parameters: &'static [Parameter],
    /// How many of the last parameters repeat as a group: 0 where the list of parameters is all.
    pub repeats: usize,
    /// The parameter of the last argument, behind all others: `MAP`'s function, what `LET` gives.
    pub last: Option<Parameter>,
    /// How it is evaluated.
    pub kernel: Kernel,
    /// What changes its value besides its arguments.
    pub depends: Depends,
    /// Whether errors in value parameters are its business; otherwise the first of them is the result.
    pub takes_errors: bool,
    /// Whether its arrays are evaluated as arrays in formulas without the mark of dynamic arrays, too; otherwise
    /// operators and functions of values within them take one value of each range there.
    pub arrays: bool,
    /// Whether rows may each see so many of the first rows of its ranges: [`Record::call_growing`].
    pub grows: bool,
    /// Whether it may give an array where no argument is one; otherwise its result is as large as the arrays that it is
    /// lifted over.
    pub spreads: bool,
    /// Whether what it gives is an array, one of a single cell even.
    pub gives_arrays: bool,
    /// Whether columns are taken row by row where it is called alone, though a formula takes its arrays whole.
    pub by_rows: bool,
    /// What its number shows as.
    pub shows: NumberKind,
    /// What its number is where it is called alone: columns of dates have a type, though sheets show many as numbers.
    pub gives: Gives,
    /// What stands before the name in files.
    pub prefix: Prefix,
    /// One sentence about what it gives.
    pub about: &'static str,
    /// Where it differs from Excel; empty where it does not.
    pub differs: &'static str,
}

/// A parameter of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name as Microsoft's documentation gives it.
    pub name: &'static str,
    /// What the function wants of the argument.
    pub mode: Mode,
    /// Whether the argument may be left out.
    pub optional: bool,
    /// Whether an argument that is empty between commas counts as left out; otherwise it is a blank.
    pub skippable: bool,
    /// The argument whose shape a range takes on, from its own top left cell: what `SUMIF` sums.
    pub like: Option<usize>,
}

/// What a function wants of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One value: the function is lifted over arrays.
    Value,
    /// A criterion: one value, lifted like one.
    Criterion,
    /// One value, lifted like one over the values of an array; of a reference to several cells the first is meant.
    First,
    /// Arrays or cells, taken whole.
    Array,
    /// Cells by reference; an array from an expression is `#VALUE!`.
    Range,
    /// A reference whose cells are not read.
    Reference,
    /// Evaluated when the function asks for it.
    Lazy,
    /// A function.
    Lambda,
    /// A name that is bound.
    Name,
}

/// What changes a function's value besides its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Depends {
    /// Another value at every recalculation.
    pub volatile: bool,
    /// Cells that only evaluating it tells.
    pub dynamic: bool,
    /// The structure of the workbook or the texts of formulas.
    pub structure: bool,
}

/// What the number of a function is where it is called alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Gives {
    /// What it shows as in a sheet.
    #[default]
    AsShown,
    /// Of this kind.
    Of(NumberKind),
    /// What all numbers of the first argument are.
    LikeFirst,
}

/// What stands before a function's name in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Prefix {
    /// Nothing: Excel 2007 and before.
    #[default]
    None,
    /// `_xlfn.`
    Future,
    /// `_xlfn._xlws.`
    Worksheet,
}

/// A function of one number.
pub type OfOne = fn(f64) -> Result<f64>;
/// A function of two numbers.
pub type OfTwo = fn(f64, f64) -> Result<f64>;
/// A function of one row: value parameters are scalars, array parameters are tables.
pub type OfRow = fn(&Call<'_>) -> Result<Output>;
/// A function of one row that gives a text: appends it to an empty one.
pub type OfText = fn(&Call<'_>, &mut String) -> Result<()>;
/// Looks at the array parameters once for many rows, then gives the function of one row.
///
/// The call's value parameters are missing. The second argument is the number of rows that will ask: what is
/// dear, such as an index, is worth while for many.
pub type Prepare = for<'a> fn(&Call<'a>, usize) -> Result<Box<Prepared<'a>>>;
/// What [`Prepare`] gives: called with the whole call of each row.
pub type Prepared<'a> = dyn Fn(&Call<'_>) -> Result<Output> + Send + Sync + 'a;

/// How a function is evaluated.
#[derive(Clone, Copy, Debug)]
pub enum Kernel {
    /// One number to one number.
    OfOne(OfOne),
    /// Two numbers to one number; the default of the second where it is optional.
    OfTwo(OfTwo, f64),
    /// One row.
    OfRow(OfRow),
    /// One row, to a text.
    OfText(OfText),
    /// One row, after a look at the arrays that all rows share.
    Prepared(Prepare),
    /// The evaluator's own: control flow, names, references.
    Evaluator,
    /// Not calculated: the stored value is kept.
    Kept,
}

/// A parameter of one value.
#[must_use]
pub const fn value(name: &'static str) -> Parameter {
    Parameter { name, mode: Mode::Value, optional: false, skippable: false, like: None }
}

/// A parameter of arrays or cells, taken whole.
#[must_use]
pub const fn array(name: &'static str) -> Parameter {
    value(name).of(Mode::Array)
}

impl Parameter {
    /// The same with another mode.
    #[must_use]
    pub const fn of(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// The same, with the shape of another argument.
    #[must_use]
    pub const fn like(mut self, argument: usize) -> Self {
        self.like = Some(argument);
        self
    }

    /// The same, which may be left out at the end; empty between commas it is a blank.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The same, which may be left out at the end or between commas.
    #[must_use]
    pub const fn skippable(mut self) -> Self {
        self.optional = true;
        self.skippable = true;
        self
    }
}

impl Record {
    /// A function.
    #[must_use]
    pub const fn new(
        name: &'static str,
        parameters: &'static [Parameter],
        kernel: Kernel,
        about: &'static str,
    ) -> Self {
        Self {
            name,
            parameters,
            repeats: 0,
            last: None,
            kernel,
            depends: Depends { volatile: false, dynamic: false, structure: false },
            takes_errors: false,
            arrays: false,
            grows: false,
            spreads: false,
            gives_arrays: false,
            by_rows: false,
            shows: NumberKind::Number,
            gives: Gives::AsShown,
            prefix: Prefix::None,
            about,
            differs: "",
        }
    }

    /// The last `count` parameters repeat as a group.
    #[must_use]
    pub const fn repeating(mut self, count: usize) -> Self {
        self.repeats = count;
        self
    }

    /// The last argument, behind all others, is for this parameter.
    #[must_use]
    pub const fn ending(mut self, last: Parameter) -> Self {
        self.last = Some(last);
        self
    }

    /// Errors in value parameters are handed to the kernel.
    #[must_use]
    pub const fn taking_errors(mut self) -> Self {
        self.takes_errors = true;
        self
    }

    /// Its arrays are arrays in every formula.
    #[must_use]
    pub const fn of_arrays(mut self) -> Self {
        self.arrays = true;
        self
    }

    /// Its kernel minds how many rows of its ranges a row sees.
    #[must_use]
    pub const fn growing(mut self) -> Self {
        self.grows = true;
        self
    }

    /// It may give an array by itself.
    #[must_use]
    pub const fn spreading(mut self) -> Self {
        self.spreads = true;
        self
    }

    /// What it gives is an array.
    #[must_use]
    pub const fn giving_arrays(mut self) -> Self {
        self.gives_arrays = true;
        self.spreads = true;
        self
    }

    /// Columns are taken row by row where it is called alone.
    #[must_use]
    pub const fn row_by_row(mut self) -> Self {
        self.by_rows = true;
        self
    }

    /// Another value at every recalculation.
    #[must_use]
    pub const fn volatile(mut self) -> Self {
        self.depends.volatile = true;
        self
    }

    /// Cells that only evaluating tells; volatile with it.
    #[must_use]
    pub const fn dynamic(mut self) -> Self {
        self.depends.volatile = true;
        self.depends.dynamic = true;
        self
    }

    /// Depends on the structure of the workbook or on texts of formulas.
    #[must_use]
    pub const fn structural(mut self) -> Self {
        self.depends.structure = true;
        self
    }

    /// Its number shows as a date or time.
    #[must_use]
    pub const fn showing(mut self, kind: NumberKind) -> Self {
        self.shows = kind;
        self
    }

    /// Its number is such where it is called alone.
    #[must_use]
    pub const fn giving(mut self, gives: Gives) -> Self {
        self.gives = gives;
        self
    }

    /// Newer than Excel 2007: `_xlfn.` stands before its name in files.
    #[must_use]
    pub const fn future(mut self) -> Self {
        self.prefix = Prefix::Future;
        self
    }

    /// `_xlfn._xlws.` stands before its name in files.
    #[must_use]
    pub const fn worksheet(mut self) -> Self {
        self.prefix = Prefix::Worksheet;
        self
    }

    /// Where it differs from Excel.
    #[must_use]
    pub const fn differing(mut self, how: &'static str) -> Self {
        self.differs = how;
        self
    }

    /// The fewest arguments.
    #[must_use]
    pub fn fewest(&self) -> usize {
        let first = self.parameters.iter().take_while(|parameter| !parameter.optional).count();
        first + usize::from(self.last.is_some())
    }

    /// The most arguments: 255 where parameters repeat (Microsoft, "Excel specifications and limits").
    #[must_use]
    pub fn most(&self) -> usize {
        match self.repeats {
            0 => self.parameters.len() + usize::from(self.last.is_some()),
            _ => 255,
        }
    }

    /// The parameter that the argument at an index of so many is for: as [`Self::parameter`], and the last argument
    /// is for [`Self::last`] where there is one.
    #[must_use]
    pub fn parameter_among(&self, index: usize, count: usize) -> Option<&Parameter> {
        match &self.last {
            Some(last) if index + 1 == count => Some(last),
            _ => self.parameter(index),
        }
    }

    /// The parameter that the argument at an index is for, the last argument of functions with [`Self::last`] aside.
    #[must_use]
    pub fn parameter(&self, index: usize) -> Option<&Parameter> {
        let count = self.parameters.len();
        if index < count || self.repeats == 0 {
            return self.parameters.get(index);
        }
        let first = count.checked_sub(self.repeats)?;
        self.parameters.get(first + (index - first) % self.repeats)
    }

    /// Whether the result may be an array for so many arguments, where these of them may be ones.
    #[must_use]
    pub fn may_spread(&self, count: usize, is_array: impl Fn(usize) -> bool) -> bool {
        let of = |index: usize| {
            let handed_on =
                |mode| matches!(mode, Mode::Value | Mode::Criterion | Mode::First | Mode::Lazy);
            let mode = self.parameter_among(index, count).map(|parameter| parameter.mode);
            mode.is_some_and(|mode| handed_on(mode) || (self.spreads && mode == Mode::Reference))
        };
        if (0..count).any(|index| of(index) && is_array(index)) {
            return true;
        }
        // Functions of a reference give as many cells as that has, unless they are told how many.
        let first = self.parameters.first().map(|parameter| parameter.mode);
        self.spreads && (first != Some(Mode::Reference) || count > 3)
    }

    /// Whether an argument at an index is lifted over arrays.
    #[must_use]
    pub fn lifts(&self, index: usize) -> bool {
        self.parameter(index).is_some_and(|parameter| {
            matches!(parameter.mode, Mode::Value | Mode::Criterion | Mode::First)
        })
    }
}
