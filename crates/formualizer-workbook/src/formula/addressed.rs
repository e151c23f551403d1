//! Texts that name cells, as `INDIRECT` reads them.

use super::{Arrays, Scope, compile_as, shift};
use crate::address::{Cell, MAX_COLS, MAX_ROWS, Rect, SheetId, split_sheet};
use formualizer_parse::{ASTNodeType, parser::ReferenceType};

/// The cells that a text names, as seen from a cell: an address, a range, a name or a table in style A1, or an address
/// in style R1C1. `None` where it names none.
pub(crate) fn addressed(
    text: &str,
    a1: bool,
    sheet: SheetId,
    own: Cell,
    scope: &dyn Scope,
) -> Option<Vec<(SheetId, Rect)>> {
    let text = text.trim();
    if !a1 {
        return in_r1c1(text, sheet, own, scope).map(|area| vec![area]);
    }
    if text.is_empty() || text.starts_with('=') {
        return None;
    }
    let template = compile_as(text, Arrays::Spill, sheet, own, scope).ok()?;
    let ASTNodeType::Reference { reference, .. } = &template.lowered.node_type else { return None };
    let named = match reference {
        ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. } => {
            sheet.as_deref()?
        }
        _ => return None,
    };
    let sheet = scope.sheet(named)?;
    let area = shift::area(reference, sheet, own)?;
    Some(vec![(sheet, area.at(own)?)])
}

/// `R2C3`, `R[-1]C`, `R1C1:R[2]C[2]`, `R3`, `C2`, with a sheet before it.
fn in_r1c1(text: &str, sheet: SheetId, own: Cell, scope: &dyn Scope) -> Option<(SheetId, Rect)> {
    let (named, rest) = split_sheet(text);
    let sheet = match named {
        Some(name) => scope.sheet(&name)?,
        None => sheet,
    };
    let ends = match rest.split_once(':') {
        Some((first, last)) => (corner(first, own)?, corner(last, own)?),
        None => {
            let end = corner(rest, own)?;
            (end, end)
        }
    };
    let span = |a: (u32, u32), b: (u32, u32)| (a.0.min(b.0), a.1.max(b.1));
    let (rows, cols) = (span(ends.0.0, ends.1.0), span(ends.0.1, ends.1.1));
    Some((sheet, Rect { top: rows.0, bottom: rows.1, left: cols.0, right: cols.1 }))
}

/// First and last row, first and last column.
type Corner = ((u32, u32), (u32, u32));

fn corner(text: &str, own: Cell) -> Option<Corner> {
    let text = text.trim().to_ascii_uppercase();
    let (row, col) = match text.strip_prefix('R') {
        Some(rest) => match rest.find('C') {
            Some(at) => (Some(rest.get(..at)?.to_owned()), Some(rest.get(at + 1..)?.to_owned())),
            None => (Some(rest.to_owned()), None),
        },
        None => (None, Some(text.strip_prefix('C')?.to_owned())),
    };
    let side = |text: Option<String>, own: u32, max: u32| match text {
        None => Some((0, max - 1)),
        Some(text) => axis(&text, own, max).map(|at| (at, at)),
    };
    Some((side(row, own.row, MAX_ROWS)?, side(col, own.col, MAX_COLS)?))
}

/// A number from 1, or one in brackets that is added to the formula's own.
fn axis(text: &str, own: u32, max: u32) -> Option<u32> {
    let at = match text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(by) => i64::from(own).checked_add(by.parse().ok()?)?,
        None if text.is_empty() => i64::from(own),
        None => text.parse::<i64>().ok()?.checked_sub(1)?,
    };
    u32::try_from(at).ok().filter(|at| *at < max)
}
