//! Cell elements written.

use super::super::{cell::error_text, xml::escaped};
use crate::{
    address::{Cell, Rect, column_letters},
    cells::CellRef,
};
use std::{borrow::Cow, fmt::Write, num::FpCategory};

/// The formula of a cell element.
pub(super) struct WrittenFormula<'a> {
    /// As files write it.
    pub(super) text: &'a str,
    /// What its array fills, if it is an array formula.
    pub(super) array: Option<Rect>,
    /// The index of the metadata that marks a dynamic array.
    pub(super) metadata: Option<u32>,
}

/// What an element is made of.
pub(super) struct Written<'a> {
    pub(super) at: Cell,
    pub(super) style: Option<u32>,
    pub(super) value: CellRef<'a>,
    pub(super) formula: Option<WrittenFormula<'a>>,
    /// What stays of the element, instead of the formula.
    pub(super) kept: Option<Kept<'a>>,
}

/// What stays of an element whose formula is the same.
#[derive(Clone, Debug)]
pub(super) struct Kept<'a> {
    /// Its `f` element.
    pub(super) formula: Cow<'a, str>,
    /// The indices of metadata of the cell and of its value.
    pub(super) metadata: Option<u32>,
    pub(super) value_metadata: Option<u32>,
}

/// Writes a `c` element; `prefix` is the one of the sheet's namespace.
pub(super) fn write(out: &mut String, prefix: &str, cell: &Written<'_>) {
    // Writing to a String cannot fail.
    let _ = write!(out, "<{prefix}c r=\"{}{}\"", column_letters(cell.at.col), cell.at.row + 1);
    if let Some(style) = cell.style {
        let _ = write!(out, " s=\"{style}\"");
    }
    let has_formula = cell.formula.is_some() || cell.kept.is_some();
    let kind = match cell.value {
        CellRef::Blank | CellRef::Number(..) => "",
        CellRef::Logical(_) => " t=\"b\"",
        CellRef::Text(_) if has_formula => " t=\"str\"",
        CellRef::Text(_) => " t=\"inlineStr\"",
        CellRef::Error(..) => " t=\"e\"",
    };
    out.push_str(kind);
    let metadata = match (&cell.formula, &cell.kept) {
        (Some(formula), _) => formula.metadata,
        (None, Some(kept)) => kept.metadata,
        (None, None) => None,
    };
    if let Some(index) = metadata {
        let _ = write!(out, " cm=\"{index}\"");
    }
    if let Some(index) = cell.kept.as_ref().and_then(|kept| kept.value_metadata) {
        let _ = write!(out, " vm=\"{index}\"");
    }
    if !has_formula && cell.value == CellRef::Blank {
        out.push_str("/>");
        return;
    }
    out.push('>');
    if let Some(formula) = &cell.formula {
        match formula.array {
            Some(rect) => {
                let _ = write!(out, "<{prefix}f t=\"array\" ref=\"{rect}\">");
            }
            None => {
                let _ = write!(out, "<{prefix}f>");
            }
        }
        out.push_str(&escaped(formula.text));
        let _ = write!(out, "</{prefix}f>");
    } else if let Some(kept) = &cell.kept {
        out.push_str(&kept.formula);
    }
    match cell.value {
        CellRef::Blank => {}
        CellRef::Number(n, _) => {
            let _ = write!(out, "<{prefix}v>");
            number(out, n);
            let _ = write!(out, "</{prefix}v>");
        }
        CellRef::Logical(b) => {
            let _ = write!(out, "<{prefix}v>{}</{prefix}v>", u8::from(b));
        }
        CellRef::Error(kind, _) => {
            let _ = write!(out, "<{prefix}v>{}</{prefix}v>", error_text(kind));
        }
        CellRef::Text(text) if has_formula => {
            let space = preserve(text);
            let _ = write!(out, "<{prefix}v{space}>{}</{prefix}v>", escaped(text));
        }
        CellRef::Text(text) => {
            let space = preserve(text);
            let text = escaped(text);
            let _ = write!(out, "<{prefix}is><{prefix}t{space}>{text}</{prefix}t></{prefix}is>");
        }
    }
    let _ = write!(out, "</{prefix}c>");
}

/// The shortest digits that are this number again.
fn number(out: &mut String, n: f64) {
    let _ = match n.classify() {
        FpCategory::Zero => write!(out, "0"),
        _ if !(1e-5..1e15).contains(&n.abs()) => write!(out, "{n:E}"),
        _ => write!(out, "{n}"),
    };
}

/// White space at the ends is kept only where the element says so.
fn preserve(text: &str) -> &'static str {
    let white = |c: char| c.is_ascii_whitespace();
    match text.starts_with(white) || text.ends_with(white) || text.contains('\n') {
        true => " xml:space=\"preserve\"",
        false => "",
    }
}
