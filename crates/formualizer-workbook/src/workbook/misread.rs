//! Formulas that a reader of another format got wrong.

use super::Workbook;
use crate::{
    Error,
    address::{Cell, Rect},
    book::Book,
    cells::CellRef,
    files::Warnings,
    functions::is_builtin,
};

/// Formulas of binary formats are put together from codes, and the reader gets some of them wrong. A formula that does not give the value that the file stores for it is left out, and its value kept.
pub(super) fn without_misread_formulas(
    (mut book, mut warnings): (Book, Warnings),
) -> Result<(Book, Warnings), Error> {
    let mut trial = Workbook::loaded((book.clone(), Warnings::default()));
    trial.recalculate()?;
    let mut misread = Vec::new();
    for (_, region) in book.regions.iter() {
        let template = &region.template;
        let grids = (book.sheets.get(&region.sheet), trial.book.sheets.get(&region.sheet));
        let (Some(stored), Some(calculated)) = grids else { continue };
        let unknown = |name: &String| !is_builtin(name);
        if template.volatile || template.functions.iter().any(unknown) {
            continue;
        }
        for col in region.rect.cols() {
            let cells = region.rect.rows().map(|row| Cell::new(row, col));
            let mut differs =
                cells.filter(|cell| !is_near(stored.grid.get(*cell), calculated.grid.get(*cell)));
            if differs.next().is_some() {
                misread.push((region.sheet, Rect { left: col, right: col, ..region.rect }));
            }
        }
    }
    misread.sort_unstable_by_key(|(sheet, rect)| (*sheet, rect.top_left()));
    for (id, rect) in misread {
        let Some(sheet) = book.sheets.get(&id) else { continue };
        let name = sheet.name.clone();
        let values = sheet.grid.cells(rect.left, rect.rows());
        let formula = book
            .region_at(id, rect.top_left())
            .map(|(_, region)| region.template.text_at(rect.top_left(), &book));
        warnings.add(format!(
            "{name}!{rect}: its value is kept, since the formula as it was read, {}, does not give it",
            crate::address::shown(&formula.unwrap_or_default())
        ));
        book.put_cells(id, &rect, values);
    }
    Ok((book, warnings))
}

/// Whether a calculated value is the stored one, as far as programs agree in the last digits.
fn is_near(stored: CellRef<'_>, calculated: CellRef<'_>) -> bool {
    match (stored, calculated) {
        (CellRef::Number(a, _), CellRef::Number(b, _)) => {
            (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3)
        }
        (CellRef::Error(..), CellRef::Error(..)) => true,
        (CellRef::Text(text), CellRef::Blank) | (CellRef::Blank, CellRef::Text(text)) => {
            text.is_empty()
        }
        (a, b) => a == b,
    }
}
