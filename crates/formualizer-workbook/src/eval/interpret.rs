//! Parts of formulas that have no columnar form: the Interpreter evaluates them cell by cell.

use super::{
    context::{self, kind_of},
    operand::Operand,
    program::Interpreted,
    run::{Result, Rows, Run, Stop},
};
use crate::{
    Value,
    cells::{Builder, CellRef, Table},
    formula::move_references,
};
use formualizer_common::ExcelErrorKind;
use formualizer_eval::{interpreter::Interpreter, traits::CalcValue};
use formualizer_parse::ASTNodeType;

/// How many rows are evaluated between two looks at the cancellation.
const ROWS_PER_POLL: usize = 256;

/// Evaluates a part for some rows.
pub(crate) fn evaluate(
    run: &Run<'_>,
    formula: &Interpreted,
    exact: bool,
    rows: Rows<'_>,
) -> Result<Operand> {
    let mut filled = Vec::with_capacity(formula.filled.len());
    for (index, node) in &formula.filled {
        filled.push((*index, run.node(node, rows)?));
    }
    let sheet = run.reader.sheet_name(run.strip.sheet).unwrap_or_default();
    let mut ast = formula.ast.clone();
    let mut builder = Builder::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        if index % ROWS_PER_POLL == 0 && run.is_cancelled() {
            return Ok(Operand::error(ExcelErrorKind::Cancelled));
        }
        let own = run.own(row);
        move_references(&formula.ast, &mut ast, formula.origin, own);
        if let ASTNodeType::Function { args, .. } = &mut ast.node_type {
            for (place, operand) in &filled {
                let value = match operand {
                    Operand::Array(table) => Value::Array(table.to_rows(run.dates, true)),
                    other => {
                        other.lane(run.dates).map_or(Value::Empty, |lane| lane.get(index).plain())
                    }
                };
                if let Some(argument) = args.get_mut(*place) {
                    argument.node_type = ASTNodeType::Literal(value);
                }
            }
        }
        let cell = context::cell_ref(run.strip.sheet, own);
        let result = Interpreter::new_with_cell(run.context, sheet, cell).evaluate_ast(&ast);
        if let Some((sheet, rect)) = run.context.deferred() {
            return Err(Stop::Deferred(sheet, rect));
        }
        let (value, format) = match result {
            Ok(CalcValue::AnnotatedScalar(value, format)) => (value, Some(format)),
            Ok(other) => (other.into_literal(), None),
            Err(error) => {
                if exact {
                    run.doubt(row);
                }
                (Value::Error(error), None)
            }
        };
        if matches!(value, Value::Number(n) if !n.is_finite()) {
            // No vector holds it, but what stands around it may come to a value.
            run.doubt(row);
        }
        match CellRef::of(&value, run.dates) {
            Some(CellRef::Number(n, _)) if format.is_some() => {
                builder.push(CellRef::Number(n, kind_of(format)));
            }
            Some(cell) => builder.push(cell),
            None => {
                let table = match value {
                    Value::Array(array) => Table::from_rows(&array, run.dates),
                    _ => None,
                };
                match table {
                    Some(table) if table.as_single().is_some() => builder.push(table.get(0, 0)),
                    Some(table) if rows.len() == 1 => return Ok(Operand::Array(table)),
                    Some(_) => return Err(Stop::Split),
                    None => {
                        builder.push(CellRef::Error(ExcelErrorKind::Calc, Some("an empty array")));
                    }
                }
            }
        }
    }
    Ok(Operand::Rows(builder.finish()))
}
