//! Functions as arguments of functions, by name: `BYROW(table, "SUM")`.

use super::Function;
use crate::{
    call::{Argument, Context, Lambda, Output, Result},
    lift::Rows,
    operand::Operand,
    record::Record,
};
use udf_abi::ErrorCode;

/// A function of the table.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    record: &'static Record,
    context: Context<'a>,
}

impl std::fmt::Debug for Named<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.record.name)
    }
}

impl<'a> Named<'a> {
    pub(super) fn new(function: Function, context: Context<'a>) -> Self {
        Self { record: function.evaluated, context }
    }
}

impl Lambda for Named<'_> {
    fn arity(&self) -> (usize, usize) {
        (self.record.fewest(), self.record.most())
    }

    fn call(&self, arguments: &[Argument<'_>]) -> Result<Output> {
        let operands: Vec<Operand<Self>> = arguments.iter().map(Operand::of_argument).collect();
        let given = self.record.call(&operands, Rows { first: 0, len: 1 }, self.context);
        given.map_err(|_| ErrorCode::Calc)?.into_output()
    }
}
