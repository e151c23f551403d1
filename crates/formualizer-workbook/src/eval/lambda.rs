//! Functions of a formula: `LAMBDA`, what is called, and names of functions as arguments.

use super::{
    functions,
    names::{Named, Names},
    program::{Expr, LambdaNode},
    rows::Rows,
    run::{Result, Run, Stop},
};
use formualizer_functions::{
    ErrorCode, Record, ScalarValue,
    call::{Argument, Lambda, Output},
};
use std::sync::{Arc, atomic::Ordering};

/// How deep functions of a formula may call each other; Excel ends at about as many.
const MAX_DEPTH: u64 = 1024;

/// A function that a part of a formula is.
#[derive(Clone, Debug)]
pub(crate) enum Callee<'a> {
    Closure(Arc<Closure<'a>>),
    Builtin(Builtin<'a>),
}

/// What a part of a formula is evaluated to.
pub(crate) type Operand<'a> = formualizer_functions::Operand<Callee<'a>>;

impl Lambda for Callee<'_> {
    fn arity(&self) -> (usize, usize) {
        match self {
            Self::Closure(closure) => (closure.lambda.required, closure.lambda.parameters),
            Self::Builtin(builtin) => (builtin.record.fewest(), builtin.record.most()),
        }
    }

    fn call(&self, arguments: &[Argument<'_>]) -> formualizer_functions::call::Result<Output> {
        match self {
            Self::Closure(closure) => closure.call(arguments),
            Self::Builtin(builtin) => builtin.call(arguments),
        }
    }
}

/// A `LAMBDA` and what the names around it stood for.
pub(crate) struct Closure<'a> {
    run: &'a Run<'a>,
    lambda: &'a LambdaNode,
    names: Names<'a>,
    row: u32,
}

impl std::fmt::Debug for Closure<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Closure").field("parameters", &self.lambda.parameters).finish()
    }
}

/// The value of a `LAMBDA`.
pub(crate) fn close<'a>(
    run: &'a Run<'a>,
    lambda: &'a LambdaNode,
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    // What it calls may differ by row.
    if rows.len() != 1 {
        return Err(Stop::Split);
    }
    let closure = Closure { run, lambda, names: names.clone(), row: rows.at(0) };
    Ok(Operand::Lambda(Callee::Closure(Arc::new(closure))))
}

impl<'a> Closure<'a> {
    fn apply(&self, arguments: Vec<Named<'a>>) -> Result<Operand<'a>> {
        let given = arguments.len();
        if given < self.lambda.required || given > self.lambda.parameters {
            return Ok(Operand::error(ErrorCode::Value));
        }
        let row = [self.row];
        let rows = Rows::Some(&row);
        let mut names = self.names.clone();
        if self.lambda.named {
            let itself = Self {
                run: self.run,
                lambda: self.lambda,
                names: self.names.clone(),
                row: self.row,
            };
            names.push(Named::new(Operand::Lambda(Callee::Closure(Arc::new(itself))), rows));
        }
        arguments.into_iter().for_each(|argument| names.push(argument));
        (given..self.lambda.parameters).for_each(|_| names.push(Named::omitted(rows)));
        if self.run.depth.fetch_add(1, Ordering::Relaxed) >= MAX_DEPTH {
            self.run.depth.fetch_sub(1, Ordering::Relaxed);
            return Ok(Operand::error(ErrorCode::Num));
        }
        let result = crate::formula::walking(|| self.run.value(&self.lambda.body, rows, &names));
        self.run.depth.fetch_sub(1, Ordering::Relaxed);
        result
    }
}

impl Closure<'_> {
    fn call(&self, arguments: &[Argument<'_>]) -> formualizer_functions::call::Result<Output> {
        let row = [self.row];
        let rows = Rows::Some(&row);
        let named = |argument: &Argument<'_>| match argument {
            Argument::Missing | Argument::Empty => Named::omitted(rows),
            Argument::Value(cell) => Named::new(Operand::Scalar(cell.owned()), rows),
            // A single cell of a range is one still for what takes ranges.
            Argument::Array(table) if table.is_reference() => {
                Named::new(Operand::Array((*table).clone()), rows)
            }
            Argument::Array(table) => Named::new(Operand::of_table((*table).clone()), rows),
            Argument::Lambda(_) => Named::new(Operand::error(ErrorCode::Calc), rows),
        };
        match self.apply(arguments.iter().map(named).collect()) {
            Ok(operand) => operand.into_output(),
            Err(stop) => {
                self.run.stop(stop);
                Err(ErrorCode::Calc)
            }
        }
    }
}

/// A function by its name.
#[derive(Clone, Copy)]
pub(crate) struct Builtin<'a> {
    run: &'a Run<'a>,
    record: &'static Record,
}

impl std::fmt::Debug for Builtin<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.record.name)
    }
}

/// The function of a record as a value.
pub(crate) fn builtin<'a>(run: &'a Run<'a>, record: &'static Record) -> Operand<'a> {
    Operand::Lambda(Callee::Builtin(Builtin { run, record }))
}

impl Builtin<'_> {
    fn call(&self, arguments: &[Argument<'_>]) -> formualizer_functions::call::Result<Output> {
        let operands: Vec<Operand<'_>> = arguments.iter().map(Operand::of_argument).collect();
        let given = self.run.record(self.record, &operands, Rows::Some(&[0]));
        given.map_err(|_| ErrorCode::Calc)?.into_output()
    }
}

/// Calls what an expression gives, for one row.
pub(crate) fn invoke<'a>(
    run: &'a Run<'a>,
    callee: &'a Expr,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let one = [row];
    let rows = Rows::Some(&one);
    match run.value(callee, rows, names)? {
        Operand::Lambda(Callee::Closure(closure)) => {
            let mut given = Vec::with_capacity(arguments.len());
            for argument in arguments {
                given.push(Named::of(run, argument, rows, names)?);
            }
            closure.apply(given)
        }
        Operand::Lambda(Callee::Builtin(builtin)) => {
            functions::call(run, builtin.record, arguments, rows, names)
        }
        Operand::Scalar(value @ ScalarValue::Error(..)) => Ok(Operand::Scalar(value)),
        _ => Ok(Operand::error(ErrorCode::Value)),
    }
}
