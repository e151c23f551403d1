//! References that follow a sheet when it is renamed, and break when it is deleted.

use super::shift::{each_node, error_literal};
use crate::address::{quote_sheet, split_sheet};
use formualizer_common::ExcelErrorKind;
use formualizer_parse::{ASTNode, ASTNodeType, parser::ReferenceType};

/// Whether two names are one sheet's.
pub(super) fn same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

/// Lets the references of a tree follow a renamed sheet; whether there were any.
pub(crate) fn rename_in(ast: &mut ASTNode, old: &str, new: &str) -> bool {
    let mut changed = false;
    each_node(ast, &mut |node| {
        let ASTNodeType::Reference { reference, .. } = node else { return };
        let mut rename = |sheet: &mut String| {
            if same(sheet, old) {
                new.clone_into(sheet);
                changed = true;
            }
        };
        match reference {
            ReferenceType::Cell { sheet: Some(sheet), .. }
            | ReferenceType::Range { sheet: Some(sheet), .. } => rename(sheet),
            ReferenceType::Cell3D { sheet_first, sheet_last, .. }
            | ReferenceType::Range3D { sheet_first, sheet_last, .. } => {
                rename(sheet_first);
                rename(sheet_last);
            }
            ReferenceType::NamedRange(name) => {
                if let (Some(sheet), rest) = split_sheet(name)
                    && same(&sheet, old)
                {
                    *name = format!("{}!{rest}", quote_sheet(new));
                    changed = true;
                }
            }
            _ => {}
        }
    });
    changed
}

/// A sheet that is deleted, with its neighbours in the workbook, to which the ends of 3-D references move.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deleted<'a> {
    pub(crate) name: &'a str,
    pub(crate) previous: Option<&'a str>,
    pub(crate) next: Option<&'a str>,
}

/// Breaks the references of a tree to a deleted sheet; whether there were any.
pub(crate) fn delete_in(ast: &mut ASTNode, deleted: Deleted<'_>) -> bool {
    let mut changed = false;
    each_node(ast, &mut |node| {
        let ASTNodeType::Reference { reference, .. } = node else { return };
        let broken = match reference {
            ReferenceType::Cell { sheet: Some(sheet), .. }
            | ReferenceType::Range { sheet: Some(sheet), .. } => same(sheet, deleted.name),
            ReferenceType::Cell3D { sheet_first, sheet_last, .. }
            | ReferenceType::Range3D { sheet_first, sheet_last, .. } => {
                match (same(sheet_first, deleted.name), same(sheet_last, deleted.name)) {
                    (false, false) => return,
                    (true, true) => true,
                    (true, false) => !shrink(sheet_first, deleted.next),
                    (false, true) => !shrink(sheet_last, deleted.previous),
                }
            }
            ReferenceType::NamedRange(name) => {
                split_sheet(name).0.is_some_and(|sheet| same(&sheet, deleted.name))
            }
            _ => false,
        };
        let three_d =
            matches!(reference, ReferenceType::Cell3D { .. } | ReferenceType::Range3D { .. });
        changed |= broken || three_d;
        if broken {
            *node = error_literal(ExcelErrorKind::Ref, "");
        }
    });
    changed
}

fn shrink(end: &mut String, to: Option<&str>) -> bool {
    if let Some(to) = to {
        to.clone_into(end);
    }
    to.is_some()
}
