//! What formulas give, as cells: a blank is 0, as in Excel, unless a function of the workbook's own gave it.

use crate::{
    address::MAX_ARRAY_CELLS,
    cells::{Builder, CellRef, Cells, Table},
    formula::{Template, function_key},
    functions::Functions,
};
use arrow_array::{Array, Float64Array};
use formualizer_common::ExcelErrorKind;
use formualizer_functions::{ErrorCode, ScalarValue};
use formualizer_parse::ASTNodeType;

/// Whether blanks stay blank: the whole formula is a call of a plugin or callback, which said so.
pub(super) fn keeps_blanks(template: &Template, functions: &Functions) -> bool {
    match &template.lowered.node_type {
        ASTNodeType::Function { name, .. } => functions.get(&function_key(name)).is_some(),
        _ => false,
    }
}

/// The cells with 0 for each blank.
pub(super) fn without_blanks(cells: Cells) -> Cells {
    match cells {
        Cells::Blank(len) => Cells::number(0.0, len),
        Cells::Numbers(kind, array) if array.null_count() > 0 => {
            let values = array.iter().map(Option::unwrap_or_default);
            Cells::Numbers(kind, Float64Array::from_iter_values(values))
        }
        Cells::Numbers(kind, array) => Cells::Numbers(kind, array),
        Cells::Logicals(array) if array.null_count() == 0 => Cells::Logicals(array),
        Cells::Texts(array) if array.null_count() == 0 => Cells::Texts(array),
        other if other.iter().all(|cell| cell != CellRef::Blank) => other,
        other => {
            let mut builder = Builder::with_capacity(other.len());
            for cell in other.iter() {
                builder.push(if cell == CellRef::Blank { CellRef::number(0.0) } else { cell });
            }
            builder.finish()
        }
    }
}

/// Whether what reads cells need not be calculated, since these are what they were. Not where they were circular: what reads them may
/// have been part of the circle, which may be another one now or none.
pub(super) fn tells_nothing(before: &Cells, now: &Cells) -> bool {
    let circular = |cell: CellRef<'_>| matches!(cell, CellRef::Error(ExcelErrorKind::Circ, _));
    before.same(now) && !(matches!(before, Cells::Mixed(_)) && before.iter().any(circular))
}

/// What is where nothing is stored and the function cannot be calculated.
pub(super) fn unknown(function: &str) -> ScalarValue {
    let why = crate::eval::unknown(function);
    ScalarValue::Error(ErrorCode::Name, Some(why.into()))
}

/// The stored values of cells whose function cannot be calculated; `#NAME?` where nothing is stored.
pub(super) fn kept(stored: &Cells, function: &str) -> Cells {
    let unknown = unknown(function);
    match stored {
        Cells::Blank(len) => Cells::repeat(unknown.cell(), *len),
        stored => Cells::of(stored.iter().map(|cell| match cell {
            CellRef::Blank => unknown.cell(),
            stored => stored,
        })),
    }
}

/// The same for an array; a larger one than can be held is an error.
pub(super) fn bounded(table: Table, keeps_blanks: bool) -> Table {
    let cells = table.height().saturating_mul(table.width());
    if cells as u64 > MAX_ARRAY_CELLS {
        let message =
            format!("the result has {cells} cells, an array has at most {MAX_ARRAY_CELLS}");
        return Table::single(CellRef::Error(ExcelErrorKind::Spill, Some(&message)));
    }
    if keeps_blanks {
        return table;
    }
    let columns: Vec<Cells> = table.columns().iter().cloned().map(without_blanks).collect();
    Table::try_new(columns).unwrap_or(table)
}
