//! Formulas in and out.

use super::{IntoCell, IntoRange, Workbook};
use crate::{
    Error, ErrorKind,
    address::{Cell, MAX_ARRAY_CELLS, Rect, SheetId, quote_sheet},
    cells::Cells,
    formula::{Arrays, Scope, Template, compile, compile_as},
};
use std::sync::Arc;

/// Cells that are filled at once: a quarter of a billion values take some gigabytes.
const MOST_FILLED: u64 = 1 << 28;

/// Refuses ranges, such as a whole sheet, whose values no machine would hold.
///
/// # Errors
/// [`Data`](ErrorKind::Data) with both numbers.
pub(super) fn check_filled(rect: &Rect) -> Result<(), Error> {
    check_cells(rect, MOST_FILLED, "filled at once")
}

fn check_cells(rect: &Rect, most: u64, how: &str) -> Result<(), Error> {
    let cells = rect.cells();
    if cells <= most {
        return Ok(());
    }
    let message =
        format!("{rect} has {cells} cells, of which {most} can be {how}: give a smaller range");
    Err(Error::new(ErrorKind::Data, message))
}

impl Workbook {
    /// Puts a formula in a cell; `=` in front may be missing. An array result spills.
    ///
    /// # Errors
    /// Where there is no such sheet or cell, the text is no formula, or it has more than Excel allows: 8 192 characters, 255
    /// arguments of a call, 64 functions within one another, 255 characters of a text between quotes.
    pub fn set_formula(
        &mut self,
        sheet: &str,
        cell: impl IntoCell,
        formula: &str,
    ) -> Result<(), Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        self.put_formula(sheet, &cell.into(), formula)
    }

    /// Puts a formula in every cell of a range, as if it were typed in the first cell and filled into the others:
    /// one formula, however large the range.
    ///
    /// # Errors
    /// As [`set_formula`](Self::set_formula), and for more than 268 435 456 cells.
    pub fn set_formulas(
        &mut self,
        sheet: &str,
        range: impl IntoRange,
        formula: &str,
    ) -> Result<(), Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        check_filled(&rect)?;
        self.put_formula(sheet, &rect, formula)
    }

    /// Puts an array formula in a range, as Ctrl+Shift+Enter does: its result fills exactly these cells. One row or column is
    /// repeated, what is missing is `#N/A`, what is too much is left out.
    ///
    /// # Errors
    /// As [`set_formula`](Self::set_formula), and for more than 67 108 864 cells.
    pub fn set_array_formula(
        &mut self,
        sheet: &str,
        range: impl IntoRange,
        formula: &str,
    ) -> Result<(), Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        check_cells(&rect, MAX_ARRAY_CELLS, "of one array")?;
        let arrays = Arrays::Fixed { height: rect.height(), width: rect.width() };
        let at = rect.top_left();
        let template = compile_as(formula, arrays, sheet, at, &self.book)
            .map_err(|error| self.at_cell(error, sheet, at))?;
        self.book.check_write(sheet, &rect)?;
        self.remember();
        let template = self.book.intern(template);
        // What stood in the range gives way to the result.
        self.book.clear(sheet, &rect);
        self.book.put_formula(sheet, &rect.top_left().into(), template);
        Ok(())
    }

    fn put_formula(&mut self, sheet: SheetId, rect: &Rect, formula: &str) -> Result<(), Error> {
        let at = rect.top_left();
        let template = compile(formula, sheet, at, &self.book)
            .map_err(|error| self.at_cell(error, sheet, at))?;
        let template = self.book.intern(template);
        let fitted = self.book.fitted(sheet, rect, template)?;
        self.book.check_write(sheet, rect)?;
        self.remember();
        self.place(sheet, fitted);
        Ok(())
    }

    /// An error with the cell that it is about.
    fn at_cell(&self, error: Error, sheet: SheetId, at: Cell) -> Error {
        let name = self.book.sheet_name(sheet).unwrap_or_default();
        error.context(format_args!("{}!{at}", quote_sheet(name)))
    }

    fn place(&mut self, sheet: SheetId, fitted: Vec<(Rect, Arc<Template>)>) {
        for (rect, template) in fitted {
            self.book.put_formula(sheet, &rect, template);
        }
    }

    /// Fills the first row of a range down over its other rows: formulas with their references moved, values as
    /// they are. A column of a million formulas is one region afterwards.
    ///
    /// # Errors
    /// Where there is no such sheet or range, and for more than 268 435 456 cells.
    pub fn fill_down(&mut self, sheet: &str, range: impl IntoRange) -> Result<(), Error> {
        let (sheet, rect) = self.range_of(sheet, range)?;
        check_filled(&rect)?;
        if rect.height() < 2 {
            return Ok(());
        }
        let mut filled = Vec::with_capacity(rect.width() as usize);
        for col in rect.cols() {
            let source = Cell::new(rect.top, col);
            let target = Rect { top: rect.top + 1, left: col, bottom: rect.bottom, right: col };
            let parts = self.template_at(sheet, source);
            let parts = parts.map(|template| self.book.settled(source.into(), template));
            filled.push(match parts.and_then(|mut parts| parts.pop()) {
                Some((_, template)) => Some(self.book.fitted(sheet, &target, template)?),
                None => None,
            });
        }
        self.book.check_write(sheet, &Rect { top: rect.top + 1, ..rect })?;
        self.remember();
        for (col, formulas) in rect.cols().zip(filled) {
            let target = Rect { top: rect.top + 1, left: col, bottom: rect.bottom, right: col };
            if let Some(formulas) = formulas {
                self.place(sheet, formulas);
                continue;
            }
            let grid = self.book.sheets.get(&sheet).map(|sheet| &sheet.grid);
            let source = Cell::new(rect.top, col);
            let cells = grid.map(|grid| Cells::repeat(grid.get(source), target.height() as usize));
            if let Some(cells) = cells {
                self.book.put_cells(sheet, &target, cells);
            }
        }
        Ok(())
    }

    /// The formula of a cell with `=`, as it would be typed there; `None` where the cell has none.
    ///
    /// # Errors
    /// Where there is no such sheet or cell.
    pub fn formula(&self, sheet: &str, cell: impl IntoCell) -> Result<Option<String>, Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        let region = self.book.region_at(sheet, cell);
        Ok(region.map(|(_, region)| region.template.text_at(cell, &self.book)))
    }

    /// The range that the array result of a cell fills, `None` where it has none.
    ///
    /// # Errors
    /// Where there is no such sheet or cell.
    pub fn spill_range(&self, sheet: &str, cell: impl IntoCell) -> Result<Option<String>, Error> {
        let (sheet, cell) = self.cell_of(sheet, cell)?;
        let spill = self.book.region_at(sheet, cell).and_then(|(_, region)| region.spill);
        Ok(spill.map(|rect| rect.to_string()))
    }

    /// Number of regions: rectangles of cells with the same formula.
    #[must_use]
    pub fn regions(&self) -> usize {
        self.book.regions.len()
    }

    fn template_at(&self, sheet: SheetId, cell: Cell) -> Option<Arc<Template>> {
        self.book.region_at(sheet, cell).map(|(_, region)| Arc::clone(&region.template))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    fn book() -> Workbook {
        let mut book = Workbook::new();
        book.add_sheet("S").unwrap();
        for row in 1..=4 {
            book.set_value("S", (row, 1), f64::from(row)).unwrap();
        }
        book
    }

    /// Puts a formula as a file without marks of dynamic arrays has it.
    fn put_single(book: &mut Workbook, range: &str, formula: &str) {
        let (sheet, rect) = book.range_of("S", range).unwrap();
        let template = book.book.template(formula, Arrays::Single, sheet, rect.top_left()).unwrap();
        let fitted = book.book.fitted(sheet, &rect, template).unwrap();
        book.place(sheet, fitted);
        book.recalculate().unwrap();
    }

    fn column(book: &Workbook, range: &str) -> Vec<Value> {
        book.values("S", range).unwrap().into_iter().flatten().collect()
    }

    fn numbers(values: &[f64]) -> Vec<Value> {
        values.iter().map(|n| Value::Number(*n)).collect()
    }

    #[test]
    fn a_range_in_a_formula_of_an_older_file_means_the_cell_of_its_row() {
        let mut book = book();
        put_single(&mut book, "C1:C4", "=$A$1:$A$4*10");
        assert_eq!(column(&book, "C1:C4"), numbers(&[10.0, 20.0, 30.0, 40.0]));
        put_single(&mut book, "D2:D3", "=A:A+1");
        assert_eq!(column(&book, "D2:D3"), numbers(&[3.0, 4.0]));
        put_single(&mut book, "E1", "=SUM(A1:A4*2)+SUMPRODUCT(A1:A4*2)+SUM(A1:A4)");
        assert_eq!(column(&book, "E1"), numbers(&[2.0 + 20.0 + 10.0]));
        put_single(&mut book, "F1", "=ABS(A1:A4)&VLOOKUP(A1:A4,A1:A4,1,FALSE)");
        assert_eq!(column(&book, "F1"), [Value::Text("11".into())]);
    }

    #[test]
    fn beside_the_range_there_is_no_such_cell() {
        let mut book = book();
        put_single(&mut book, "C3:C6", "=$A$1:$A$4*10");
        let values = column(&book, "C3:C6");
        assert_eq!(values[..2], numbers(&[30.0, 40.0]));
        assert!(
            values[2..]
                .iter()
                .all(|v| matches!(v, Value::Error(e) if e.kind == crate::ExcelErrorKind::Value))
        );
        put_single(&mut book, "D9", "=A1:B2+0");
        assert!(matches!(&column(&book, "D9")[0], Value::Error(_)));
    }

    #[test]
    fn an_array_in_a_formula_of_an_older_file_is_its_first_value() {
        let mut book = book();
        put_single(&mut book, "C1:C2", "=TRANSPOSE($A$2:$A$4)");
        assert_eq!(column(&book, "C1:D2")[..2], [Value::Number(2.0), Value::Empty]);
        assert_eq!(column(&book, "C2"), numbers(&[2.0]));
    }

    #[test]
    fn an_array_formula_fills_its_range_whatever_it_gives() {
        let mut book = book();
        book.set_array_formula("S", "C1:D3", "=A1:A2*2").unwrap();
        book.set_array_formula("S", "F1:F3", "=A1:A4").unwrap();
        book.set_array_formula("S", "G1:H2", "=7").unwrap();
        book.set_array_formula("S", "I1", "=A1:A4*2").unwrap();
        book.recalculate().unwrap();
        assert_eq!(column(&book, "C1:D2"), numbers(&[2.0, 2.0, 4.0, 4.0]));
        assert!(
            matches!(&column(&book, "C3")[0], Value::Error(e) if e.kind == crate::ExcelErrorKind::Na)
        );
        assert_eq!(column(&book, "F1:F3"), numbers(&[1.0, 2.0, 3.0]));
        assert_eq!(column(&book, "F4"), [Value::Empty]);
        assert_eq!(column(&book, "G1:H2"), numbers(&[7.0; 4]));
        assert_eq!(column(&book, "I1:I2"), [Value::Number(2.0), Value::Empty]);
        book.set_value("S", "A2", 50.0).unwrap();
        book.recalculate().unwrap();
        assert_eq!(column(&book, "D2"), numbers(&[100.0]));
    }

    #[test]
    fn hidden_rows_and_inner_subtotals_are_left_out() {
        let mut book = book();
        let sheet = book.book.known_sheet("S").unwrap();
        let hidden = &mut book.book.sheets.get_mut(&sheet).unwrap().hidden;
        hidden.manual.insert(1..2);
        hidden.filtered.insert(2..3);
        book.set_formula("S", "A5", "=SUBTOTAL(9,A1:A4)").unwrap();
        book.set_formula("S", "B1", "=SUBTOTAL(109,A1:A4)").unwrap();
        book.set_formula("S", "B2", "=SUBTOTAL(9,A1:A5)").unwrap();
        book.set_formula("S", "B3", "=AGGREGATE(9,5,A1:A4)").unwrap();
        book.set_formula("S", "B4", "=SUM(A1:A5)").unwrap();
        book.recalculate().unwrap();
        assert_eq!(column(&book, "A5"), numbers(&[7.0]));
        assert_eq!(column(&book, "B1:B4"), numbers(&[5.0, 7.0, 5.0, 17.0]));
    }
}
