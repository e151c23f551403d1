//! Formulas over a small workbook: three sheets, some names, a table.

mod hostile;
mod lowering;
mod renamed_sheets;
mod round_trip;
mod showing;

use super::*;
use crate::address::{parse_cell, parse_range};
use std::collections::HashMap;

/// A workbook as far as formulas mention it.
#[derive(Default)]
pub(super) struct Book {
    pub(super) sheets: Vec<(SheetId, String)>,
    pub(super) names: HashMap<(Option<SheetId>, String), Named>,
    pub(super) tables: Vec<TableDef>,
}

impl Scope for Book {
    fn sheet(&self, name: &str) -> Option<SheetId> {
        let same = |(_, other): &&(SheetId, String)| other.to_lowercase() == name.to_lowercase();
        self.sheets.iter().find(same).map(|(id, _)| *id)
    }

    fn sheet_name(&self, sheet: SheetId) -> Option<&str> {
        self.sheets.iter().find(|(id, _)| *id == sheet).map(|(_, name)| name.as_str())
    }

    fn sheets_between(&self, first: SheetId, last: SheetId) -> Vec<SheetId> {
        let place = |sheet| self.sheets.iter().position(|(id, _)| *id == sheet);
        let (Some(a), Some(b)) = (place(first), place(last)) else { return Vec::new() };
        self.sheets[a.min(b)..=a.max(b)].iter().map(|(id, _)| *id).collect()
    }

    fn name(&self, sheet: SheetId, name: &str) -> Option<&Named> {
        let own = self.names.get(&(Some(sheet), name.to_lowercase()));
        own.or_else(|| self.names.get(&(None, name.to_lowercase())))
    }

    fn table(&self, name: &str) -> Option<&TableDef> {
        self.tables.iter().find(|table| table.name.to_lowercase() == name.to_lowercase())
    }

    fn table_at(&self, sheet: SheetId, cell: Cell) -> Option<&TableDef> {
        self.tables.iter().find(|table| table.sheet == sheet && table.rect.contains(cell))
    }
}

impl Book {
    pub(super) fn define(&mut self, scope: Option<&str>, name: &str, text: &str) {
        let own = scope.map(|sheet| self.sheet(sheet).unwrap());
        let named = parse_named(name, text, own.unwrap_or(SheetId(0))).unwrap();
        self.names.insert((own, name.to_lowercase()), named);
    }

    pub(super) fn compile(&self, text: &str, at: &str) -> Template {
        let compiled = compile(text, SheetId(0), parse_cell(at).unwrap(), self);
        compiled.unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    /// The lowered formula as text.
    pub(super) fn lowered(&self, template: &Template, at: &str) -> String {
        let ast = template.ast_at(parse_cell(at).unwrap());
        let by = Offset { rows: 0, cols: 0 };
        text::write(&ast, Style::Shown { by, scope: self })
    }
}

/// Sheets `Sheet1`, `My sheet` and `Sheet3`; on the first the table `Sales` in D1:G5 with headers and totals.
pub(super) fn book() -> Book {
    let mut book = Book::default();
    for (id, name) in ["Sheet1", "My sheet", "Sheet3"].iter().enumerate() {
        book.sheets.push((SheetId(u32::try_from(id).unwrap()), (*name).to_owned()));
    }
    book.tables.push(TableDef {
        name: "Sales".to_owned(),
        sheet: SheetId(0),
        rect: parse_range("D1:G5").unwrap(),
        columns: ["Net", "Tax", "Net + Tax", "It's [#1]"].map(str::to_owned).to_vec(),
        headers: true,
        totals: true,
    });
    book.define(None, "rate", "0.19");
    book.define(None, "Data", "Sheet1!$A$1:$A$9");
    book.define(None, "left", "XFD1");
    book.define(None, "below", "A2");
    book.define(None, "gross", "=rate*Data+1");
    book.define(None, "ping", "pong+1");
    book.define(None, "pong", "-ping");
    book.define(None, "double", "LAMBDA(x,x*2)");
    book.define(None, "all", "Sheet1:Sheet3!$B$2");
    book.define(Some("My sheet"), "rate", "0.07");
    book.define(Some("My sheet"), "local", "$C$3");
    book
}
