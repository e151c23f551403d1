//! Parts of formulas that have no columnar form: the Interpreter evaluates them cell by cell.

use super::{
    context::{self, kind_of},
    operand::Operand,
    program::Interpreted,
    run::{Result, Rows, Run, Stop},
};
use crate::{
    MAX_COLS, MAX_ROWS, Value,
    address::Cell,
    cells::{Builder, CellRef, Table},
};
use formualizer_common::{ExcelError, ExcelErrorKind};
use formualizer_eval::{interpreter::Interpreter, traits::CalcValue};
use formualizer_parse::{ASTNode, ASTNodeType, parser::ReferenceType};

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
        shift(&mut ast, &formula.ast, own, formula.origin);
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
<<<<<<< HEAD
                        builder.push(CellRef::Error(ExcelErrorKind::Calc, Some("an empty array")))
=======
                        builder.push(CellRef::Error(ExcelErrorKind::Calc, Some("an empty array")));
>>>>>>> eval
                    }
                }
            }
        }
    }
    Ok(Operand::Rows(builder.finish()))
}

/// Writes the references of `original`, which stands in `origin`, into `ast` as they are in `own`.
fn shift(ast: &mut ASTNode, original: &ASTNode, own: Cell, origin: Cell) {
    match (&mut ast.node_type, &original.node_type) {
        (
            ASTNodeType::Reference { reference: to, .. },
            ASTNodeType::Reference { reference: from, .. },
        ) => {
            let stays = shift_reference(to, from, own, origin);
            if !stays {
                let error = ExcelError::new(ExcelErrorKind::Ref);
                ast.node_type = ASTNodeType::Literal(Value::Error(error));
            }
        }
        // It left the sheet for the row before.
        (_, ASTNodeType::Reference { .. }) => {
            ast.node_type = original.node_type.clone();
            shift(ast, original, own, origin);
        }
        (ASTNodeType::UnaryOp { expr: to, .. }, ASTNodeType::UnaryOp { expr: from, .. }) => {
            shift(to, from, own, origin);
        }
        (
            ASTNodeType::BinaryOp { left, right, .. },
            ASTNodeType::BinaryOp { left: from_left, right: from_right, .. },
        ) => {
            shift(left, from_left, own, origin);
            shift(right, from_right, own, origin);
        }
        (ASTNodeType::Function { args: to, .. }, ASTNodeType::Function { args: from, .. }) => {
            to.iter_mut().zip(from).for_each(|(to, from)| shift(to, from, own, origin));
        }
        (
            ASTNodeType::Call { callee, args },
            ASTNodeType::Call { callee: from_callee, args: from_args },
        ) => {
            shift(callee, from_callee, own, origin);
            args.iter_mut().zip(from_args).for_each(|(to, from)| shift(to, from, own, origin));
        }
        (ASTNodeType::Array(to), ASTNodeType::Array(from)) => {
            let pairs = to.iter_mut().flatten().zip(from.iter().flatten());
            pairs.for_each(|(to, from)| shift(to, from, own, origin));
        }
        _ => {}
    }
}

/// Moves a reference; whether it stays on the sheet.
fn shift_reference(to: &mut ReferenceType, from: &ReferenceType, own: Cell, origin: Cell) -> bool {
    let moved = |at: u32, fixed: bool, own: u32, origin: u32, max: u32| match fixed {
        true => Some(at),
        false => u32::try_from(i64::from(at) + i64::from(own) - i64::from(origin))
            .ok()
            .filter(|at| (1..=max).contains(at)),
    };
    let row = |at, fixed| moved(at, fixed, own.row, origin.row, MAX_ROWS);
    let col = |at, fixed| moved(at, fixed, own.col, origin.col, MAX_COLS);
    match (to, from) {
        (
            ReferenceType::Cell { row: to_row, col: to_col, .. },
            ReferenceType::Cell { row: r, col: c, row_abs, col_abs, .. },
        ) => match (row(*r, *row_abs), col(*c, *col_abs)) {
            (Some(r), Some(c)) => (*to_row, *to_col) = (r, c),
            _ => return false,
        },
        (
            ReferenceType::Range {
                start_row: to_top,
                start_col: to_left,
                end_row: to_bottom,
                end_col: to_right,
                ..
            },
            ReferenceType::Range {
                start_row,
                start_col,
                end_row,
                end_col,
                start_row_abs,
                start_col_abs,
                end_row_abs,
                end_col_abs,
                ..
            },
        ) => {
            let open = |at: Option<u32>, to: &mut Option<u32>, moved: Option<u32>| {
                *to = moved;
                at.is_none() || moved.is_some()
            };
            let top = start_row.and_then(|at| row(at, *start_row_abs));
            let left = start_col.and_then(|at| col(at, *start_col_abs));
            let bottom = end_row.and_then(|at| row(at, *end_row_abs));
            let right = end_col.and_then(|at| col(at, *end_col_abs));
            return open(*start_row, to_top, top)
                & open(*start_col, to_left, left)
                & open(*end_row, to_bottom, bottom)
                & open(*end_col, to_right, right);
        }
        _ => {}
    }
    true
}
