//! Structured references: the part of a table that they name.

use super::TableDef;
use crate::address::Rect;
use formualizer_common::ExcelErrorKind;
use formualizer_parse::parser::{ReferenceType, SpecialItem, TableSpecifier};

/// What a structured reference selects.
#[derive(Debug, Default)]
struct Selection<'a> {
    all: bool,
    headers: bool,
    data: bool,
    totals: bool,
    this_row: bool,
    columns: Option<(&'a str, &'a str)>,
}

/// Why a structured reference is none.
pub(super) type Refusal = (ExcelErrorKind, String);

/// Part of a table, for the formula in a row.
pub(super) struct Part {
    pub(super) reference: ReferenceType,
    /// Whether it is the formula's own row of the table.
    pub(super) this_row: bool,
}

impl TableDef {
    /// The cells below the headers and above the totals; `None` where there are none.
    pub(crate) fn data(&self) -> Option<Rect> {
        let top = self.rect.top.checked_add(u32::from(self.headers))?;
        let bottom = self.rect.bottom.checked_sub(u32::from(self.totals))?;
        (top <= bottom).then_some(Rect { top, bottom, ..self.rect })
    }

    /// The place of a column, in any case.
    pub(super) fn column(&self, name: &str) -> Option<u32> {
        let wanted = name.trim().to_lowercase();
        let index = self.columns.iter().position(|column| {
            column.trim() == name.trim() || column.trim().to_lowercase() == wanted
        })?;
        let index = u32::try_from(index).ok().filter(|index| *index < self.rect.width())?;
        self.rect.left.checked_add(index)
    }
}

/// The cells that a structured reference names, for a formula in `row`; `sheet` is the name of the table's.
pub(super) fn resolve(
    table: &TableDef,
    specifier: Option<&TableSpecifier>,
    row: u32,
    sheet: &str,
) -> Result<Part, Refusal> {
    let mut selection = Selection::default();
    if let Some(specifier) = specifier {
        select(specifier, &mut selection)?;
    }
    let rect = rows(table, &selection, row)?;
    let rect = match selection.columns {
        None => rect,
        Some((first, last)) => {
            let place = |name: &str| {
                table.column(name).ok_or_else(|| {
                    let message = format!("the table {} has no column {name:?}", table.name);
                    (ExcelErrorKind::Ref, message)
                })
            };
            let (first, last) = (place(first)?, place(last)?);
            Rect { left: first.min(last), right: first.max(last), ..rect }
        }
    };
    Ok(Part {
        reference: reference(&rect, selection.this_row, sheet),
        this_row: selection.this_row,
    })
}

fn select<'a>(specifier: &'a TableSpecifier, selection: &mut Selection<'a>) -> Result<(), Refusal> {
    match specifier {
        TableSpecifier::SpecialItem(item) => match item {
            SpecialItem::All => selection.all = true,
            SpecialItem::Headers => selection.headers = true,
            SpecialItem::Data => selection.data = true,
            SpecialItem::Totals => selection.totals = true,
            SpecialItem::ThisRow => selection.this_row = true,
        },
        TableSpecifier::Column(name) => selection.columns = Some((name, name)),
        TableSpecifier::ColumnRange(first, last) => selection.columns = Some((first, last)),
        TableSpecifier::Combination(parts) => {
            parts.iter().try_for_each(|part| select(part, selection))?;
        }
        // The other spellings were unified when the formula was parsed.
        _ => {
            return Err((ExcelErrorKind::Ref, "this structured reference is not known".to_owned()));
        }
    }
    Ok(())
}

fn rows(table: &TableDef, selection: &Selection<'_>, row: u32) -> Result<Rect, Refusal> {
    let refused = |kind, why: &str| Err((kind, format!("the table {} {why}", table.name)));
    let Some(data) = table.data() else {
        return refused(ExcelErrorKind::Ref, "has no rows");
    };
    let Selection { all, headers, totals, this_row, .. } = *selection;
    let own_data = selection.data;
    if this_row {
        if all || headers || totals || own_data {
            return refused(ExcelErrorKind::Ref, "cannot give its row together with other parts");
        }
        return match data.rows().contains(&row) {
            true => Ok(Rect { top: row, bottom: row, ..data }),
            false => refused(ExcelErrorKind::Value, "has no data in the row of this formula"),
        };
    }
    if all {
        return Ok(table.rect);
    }
    if headers && !table.headers && !own_data {
        return refused(ExcelErrorKind::Ref, "has no headers");
    }
    if totals && !table.totals && !own_data {
        return refused(ExcelErrorKind::Ref, "has no totals");
    }
    match (headers, own_data, totals) {
        (true, false, true) => {
            refused(ExcelErrorKind::Ref, "has data between its headers and totals")
        }
        (true, false, false) => Ok(Rect { bottom: table.rect.top, ..table.rect }),
        (false, false, true) => Ok(Rect { top: table.rect.bottom, ..table.rect }),
        (headers, _, totals) => Ok(Rect {
            top: if headers && table.headers { table.rect.top } else { data.top },
            bottom: if totals && table.totals { table.rect.bottom } else { data.bottom },
            ..data
        }),
    }
}

fn reference(rect: &Rect, moving: bool, sheet: &str) -> ReferenceType {
    let sheet = Some(sheet.to_owned());
    let (top, left) = (rect.top + 1, rect.left + 1);
    match rect.cells() {
        1 => ReferenceType::cell_with_abs(sheet, top, left, !moving, true),
        _ => ReferenceType::range_with_abs(
            sheet,
            Some(top),
            Some(left),
            Some(rect.bottom + 1),
            Some(rect.right + 1),
            !moving,
            true,
            !moving,
            true,
        ),
    }
}
