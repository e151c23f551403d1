//! What a function takes and gives, as calls are bound to it.

use crate::{Argument, Error, ErrorKind, lane::Lane};
use std::borrow::Cow;
use udf_abi::{
    DType,
    manifest::{Function, FunctionKind, Param, Return, Shape},
};

/// A function of a module, ready to be called.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    function: Function,
    dtypes: Vec<DType>,
    lane: Lane,
    /// SHA-256 of the module that gave it out.
    module: Option<[u8; 32]>,
}

impl Signature {
    /// The same, as a function of the module whose bytes have this SHA-256: sessions call functions of their own module only.
    #[must_use]
    pub fn of_module(mut self, sha256: [u8; 32]) -> Self {
        self.module = Some(sha256);
        self
    }

    /// SHA-256 of the module that gave it out; none for one that was made by hand.
    #[must_use]
    pub fn module(&self) -> Option<&[u8; 32]> {
        self.module.as_ref()
    }

    /// The signature of a manifest's function, called through frames (codec 2).
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) where this version does not run functions of the
    /// kind.
    pub fn try_new(function: Function) -> Result<Self, Error> {
        Self::in_lane(function, Lane::Columnar)
    }

    /// The signature of a function that is called through JSON (codec 1). Parameters that the
    /// manifest does not list, but its arity admits, are added with the type `any`.
    ///
    /// # Errors
    /// As [`try_new`](Self::try_new), and where a type has no JSON form (binary).
    pub fn try_json(mut function: Function) -> Result<Self, Error> {
        crate::lane::complete(&mut function);
        let binary = |dtype: &DType| *dtype == DType::Binary;
        if function.params.iter().any(|p| binary(&p.dtype.0))
            || function.returns.dtypes().iter().any(binary)
        {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("`{}` has a binary value, which JSON has no form for", function.name),
            ));
        }
        Self::in_lane(function, Lane::Json)
    }

    /// The signature of a bare export of numbers, called row by row (typed bridge).
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) unless the function is elementwise, every parameter
    /// is a required `i32`, `i64`, `f32` or `f64`, and the result is one of those too.
    pub fn try_typed(function: Function) -> Result<Self, Error> {
        let signature = Self::in_lane(function, Lane::Typed)?;
        let number =
            |dtype: DType| matches!(dtype, DType::I32 | DType::I64 | DType::F32 | DType::F64);
        let params = &signature.function.params;
        let fits = signature.is_elementwise()
            && params.iter().all(|p| number(p.dtype.0) && !p.optional && !p.variadic)
            && matches!(signature.dtypes.as_slice(), [one] if number(*one));
        if !fits {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "`{}` is an export of numbers, which is called row by row: its kind must be elementwise",
                    signature.name()
                ),
            ));
        }
        Ok(signature)
    }

    fn in_lane(function: Function, lane: Lane) -> Result<Self, Error> {
        match &function.kind {
            FunctionKind::Elementwise | FunctionKind::Reduce | FunctionKind::Array => {}
            kind => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    format!(
                        "`{}` is of kind `{}`, which this version does not run",
                        function.name,
                        kind.name()
                    ),
                ));
            }
        }
        let dtypes = function.returns.dtypes();
        Ok(Self { function, dtypes, lane, module: None })
    }

    /// How calls reach the guest.
    #[must_use]
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// The signature that a call with these arguments is bound to: this one, except that a
    /// function called through JSON takes everything in one call where an argument is a range,
    /// or where no argument is a column and the caller does not say how many `rows` it wants. Its
    /// kind is then `array`: the result has the rows and columns of the answer.
    #[must_use]
    pub fn for_call(&self, arguments: &[Argument], rows: Option<usize>) -> Cow<'_, Self> {
        let has_range = || arguments.iter().any(|a| matches!(a, Argument::Range(_)));
        let has_column = || arguments.iter().any(|a| matches!(a, Argument::Column(_)));
        if self.lane != Lane::Json
            || !self.is_elementwise()
            || !(has_range() || (rows.is_none() && !has_column()))
        {
            return Cow::Borrowed(self);
        }
        let mut whole = self.clone();
        whole.function.kind = FunctionKind::Array;
        // Every argument gets a parameter of its own, in the shape that it has.
        whole.function.params = arguments
            .iter()
            .enumerate()
            .filter_map(|(index, argument)| {
                let mut param = self.function.param_of(index)?.clone();
                param.optional |= param.variadic;
                param.variadic = false;
                param.shape = match argument {
                    Argument::Omitted | Argument::Scalar(_) => Shape::Scalar,
                    Argument::Column(_) => Shape::Column,
                    Argument::Range(_) => Shape::Range,
                };
                Some(param)
            })
            .collect();
        Cow::Owned(whole)
    }

    /// The function's entry in the manifest.
    #[must_use]
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// The function's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.function.name
    }

    /// Whether rows are independent of each other.
    #[must_use]
    pub fn is_elementwise(&self) -> bool {
        self.function.kind == FunctionKind::Elementwise
    }

    /// Whether the function answers exactly one row.
    #[must_use]
    pub fn is_reduce(&self) -> bool {
        self.function.kind == FunctionKind::Reduce
    }

    /// Whether a failed batch may be run again in parts.
    #[must_use]
    pub fn may_run_again(&self) -> bool {
        self.is_elementwise() && self.function.deterministic && !self.function.volatile
    }

    /// Types of the returned columns.
    #[must_use]
    pub fn return_dtypes(&self) -> &[DType] {
        &self.dtypes
    }

    /// Names of an array's columns where the manifest names them.
    #[must_use]
    pub fn return_names(&self) -> Option<Vec<&str>> {
        match &self.function.returns {
            Return::One(_) => None,
            Return::Columns(columns) => Some(columns.iter().map(|c| c.name.as_str()).collect()),
        }
    }

    /// The parameter that takes the argument at `index`.
    ///
    /// # Errors
    /// [`Arity`](ErrorKind::Arity) where there is none.
    pub fn param(&self, index: usize) -> Result<&Param, Error> {
        self.function.param_of(index).ok_or_else(|| self.arity_error(index + 1))
    }

    /// # Errors
    /// [`Arity`](ErrorKind::Arity) where the function does not take this many arguments.
    pub fn check_arity(&self, given: usize) -> Result<(), Error> {
        let f = &self.function;
        let few = given < f.min_args as usize;
        let many = f.max_args.is_some_and(|max| given > max as usize);
        if few || many { Err(self.arity_error(given)) } else { Ok(()) }
    }

    fn arity_error(&self, given: usize) -> Error {
        let f = &self.function;
        let (wanted, last) = match f.max_args {
            Some(max) if max == f.min_args => (format!("{max}"), max),
            Some(max) => (format!("{} to {max}", f.min_args), max),
            None => (format!("at least {}", f.min_args), f.min_args),
        };
        let plural = if last == 1 { "" } else { "s" };
        let were = if given == 1 { "was" } else { "were" };
        Error::new(
            ErrorKind::Arity,
            format!("{} takes {wanted} argument{plural}, {given} {were} given: {self}", f.name),
        )
    }
}

impl std::fmt::Display for Signature {
    /// `NAME(spot: f64, [strike: f64], values: f64 range, rest: f64…) -> f64`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}(", self.name())?;
        for (index, param) in self.function.params.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            let shape = match param.shape {
                Shape::Scalar => "",
                Shape::Column => " column",
                Shape::Range => " range",
            };
            let dots = if param.variadic { "…" } else { "" };
            let (open, close) = if param.optional { ("[", "]") } else { ("", "") };
            write!(f, "{open}{}: {}{shape}{dots}{close}", param.name, param.dtype.0)?;
        }
        match self.return_names() {
            None => write!(f, ") -> {}", self.dtypes.first().map_or("null", |d| d.name())),
            Some(names) => {
                let columns = names.iter().zip(&self.dtypes).map(|(n, d)| format!("{n}: {d}"));
                write!(f, ") -> ({})", columns.collect::<Vec<_>>().join(", "))
            }
        }
    }
}
