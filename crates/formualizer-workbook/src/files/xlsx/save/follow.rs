//! Formulas of parts that the workbook does not know (charts, conditional formats, validations), following the cells.

use super::super::formulas;
use crate::{
    address::{Cell, SheetId},
    book::{Book, Move},
    formula::{
        Arrays, Change, Deleted, Lines, Place, Rewriting, TableChanges, compile_as, delete_in,
        rename_in,
    },
};

/// What became of the sheets of the file.
pub(super) struct Follow<'a> {
    book: &'a Book,
    /// Names in the file and now.
    renamed: Vec<(String, String)>,
    deleted: Vec<String>,
    moves: Vec<Lines>,
}

impl<'a> Follow<'a> {
    /// Sheets with their names in the file.
    pub(super) fn new(book: &'a Book, sheets: &[(SheetId, String)]) -> Self {
        let mut follow = Self { book, renamed: Vec::new(), deleted: Vec::new(), moves: Vec::new() };
        for (id, name) in sheets {
            let Some(sheet) = book.sheets.get(id) else {
                follow.deleted.push(name.clone());
                continue;
            };
            if sheet.name != *name {
                follow.renamed.push((name.clone(), sheet.name.clone()));
            }
            follow.moves.extend(sheet.moves.iter().map(|step| lines(*id, *step)));
        }
        follow
    }

    /// Whether everything is where it was.
    pub(super) fn is_idle(&self) -> bool {
        self.renamed.is_empty() && self.deleted.is_empty() && self.moves.is_empty()
    }

    /// A formula as files write it, as seen from a sheet; nothing where it is as it was, or is none.
    pub(super) fn formula(&self, text: &str, home: SheetId) -> Option<String> {
        let typed = format!("={}", formulas::typed(text.trim()));
        let at = Cell::new(0, 0);
        let compiled = compile_as(&typed, Arrays::Spill, home, at, self.book).ok()?;
        let mut source = compiled.source.clone();
        let mut changed = false;
        for name in &self.deleted {
            let deleted = Deleted { name, previous: None, next: None };
            changed |= delete_in(&mut source, deleted);
        }
        // Names may have been exchanged: by way of names that no sheet has.
        for (at, (old, _)) in self.renamed.iter().enumerate() {
            changed |= rename_in(&mut source, old, &format!("\u{1}{at}"));
        }
        for (at, (_, new)) in self.renamed.iter().enumerate() {
            rename_in(&mut source, &format!("\u{1}{at}"), new);
        }
        let mut template = compiled.with_source(source, home, at, self.book);
        let tables = TableChanges::default();
        let place = Place { from: (home, at), to: (home, at), table: None };
        for step in &self.moves {
            let change = Change::Lines(*step);
            let with = Rewriting { change: &change, tables: &tables, scope: self.book };
            let rewritten = template.rewritten(&place, &with);
            let moved = template.with_source(rewritten.source, home, at, self.book);
            changed |= moved.key != template.key;
            template = moved;
        }
        changed.then(|| formulas::stored(&template.text_at(at, self.book)))
    }

    /// Where a sheet of this name in the file is now: its name, if it was renamed.
    pub(super) fn new_name(&self, old: &str) -> Option<&str> {
        let wanted = old.to_lowercase();
        let found = self.renamed.iter().find(|(name, _)| name.to_lowercase() == wanted);
        found.map(|(_, new)| new.as_str())
    }
}

/// A step of a sheet as formulas take it.
pub(super) fn lines(sheet: SheetId, step: Move) -> Lines {
    let Move { rows, at, count, deleted } = step;
    Lines { sheet, rows, at, count, deleted }
}
