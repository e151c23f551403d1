//! Functions in a single cell that may wait for itself: of the cells that they give or sum only those are read that are selected, so
//! that the cell does not depend on the others. A balance may sum the entries above it out of its own column.

use super::{
    lambda::Operand,
    names::Names,
    program::{Expr, Node},
    reference,
    rows::Rows,
    run::{Result, Run, Waiting},
};
use crate::{
    address::{Cell, Rect, SheetId},
    cells::{Builder, CellRef, Cells, NumberKind, Table},
};
use formualizer_functions::{ErrorCode, Record, ScalarValue, matching_rows};

/// Cells of one sheet.
type Range = (SheetId, Rect);

/// The result; `None` where the function selects no cells, or is called with arrays.
pub(super) fn call<'a>(
    run: &'a Run<'a>,
    record: &'static Record,
    arguments: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Option<Operand<'a>>> {
    let call = Call { run, record, arguments, rows, names };
    match record.name {
        "VLOOKUP" | "HLOOKUP" => call.looked_up_in_table(),
        "XLOOKUP" | "LOOKUP" => call.looked_up_beside(),
        "SUMIF" | "AVERAGEIF" => call.met(2, 0..2),
        "SUMIFS" | "AVERAGEIFS" | "MAXIFS" | "MINIFS" => call.met(0, 1..arguments.len()),
        _ => Ok(None),
    }
}

/// A call in one cell.
struct Call<'a, 'c> {
    run: &'a Run<'a>,
    record: &'static Record,
    arguments: &'a [Expr],
    rows: Rows<'c>,
    names: &'c Names<'a>,
}

impl<'a> Call<'a, '_> {
    /// The cells that an argument stands for, where that is one rectangle.
    fn range(&self, index: usize) -> Result<Option<Range>> {
        let Some(argument) = self.arguments.get(index) else { return Ok(None) };
        if !reference::may_be(&argument.node) {
            return Ok(None);
        }
        let found = reference::of(self.run, &argument.node, self.rows.at(0), self.names)?;
        Ok(found.and_then(std::result::Result::ok).and_then(|found| found.single()))
    }

    /// An argument that is one value; `Some(None)` where it is given as an array.
    fn one(&self, index: usize) -> Result<Option<Operand<'a>>> {
        let Some(argument) = self.arguments.get(index) else { return Ok(Some(Operand::Empty)) };
        Ok(match self.run.value(argument, self.rows, self.names)? {
            Operand::Rows(cells) => Some(Operand::Scalar(cells.get(0).owned())),
            Operand::Array(_) | Operand::Lambda(_) => None,
            one => Some(one),
        })
    }

    /// One column of a range.
    fn column(&self, (sheet, rect): Range, at: u32) -> Cells {
        self.run.reader.cells(sheet, rect.left + at, rect.rows())
    }

    fn record(&self, operands: &[Operand<'a>]) -> Result<Operand<'a>> {
        self.run.record(self.record, operands, self.rows)
    }

    /// `VLOOKUP` and `HLOOKUP`: the first column or row is read, and the cell that is given.
    fn looked_up_in_table(&self) -> Result<Option<Operand<'a>>> {
        let Some((sheet, whole)) = self.range(1)? else { return Ok(None) };
        let down = self.record.name == "VLOOKUP";
        let cut = self.run.cut(sheet, &whole);
        let keys = match down {
            true => Rect { right: cut.left, ..cut },
            false => Rect { bottom: cut.top, ..cut },
        };
        let mut waiting = Waiting::default();
        waiting.part(self.run.ask(sheet, &keys))?;
        let key = waiting.part(self.one(0))?.flatten();
        let wanted = waiting.part(self.one(2))?.flatten();
        let approximate = waiting.part(self.one(3))?.flatten();
        waiting.end()?;
        let (Some(key), Some(approximate)) = (key, approximate) else { return Ok(None) };
        let Some(Operand::Scalar(ScalarValue::Number(wanted, _))) = wanted else { return Ok(None) };
        let size = if down { whole.width() } else { whole.height() };
        let Some(offset) = (0..size).find(|n| f64::from(*n) + 1.0 == wanted.trunc()) else {
            return Ok(None);
        };
        let Some(table) = self.places(down, (sheet, keys)) else { return Ok(None) };
        let mut operands = vec![key, Operand::Array(table), Operand::Scalar(2.0.into())];
        if self.arguments.len() > 3 {
            operands.push(approximate);
        }
        self.found(self.record(&operands)?, |place| match down {
            true => (sheet, Cell::new(cut.top + place, cut.left + offset).into()),
            false => (sheet, Cell::new(cut.top + offset, cut.left + place).into()),
        })
    }

    /// Keys with the numbers of their places, from 0, beside or below them.
    fn places(&self, down: bool, (sheet, keys): Range) -> Option<Table> {
        let keys_of = self.run.held(sheet, &keys)?;
        let places = numbered(down, &keys)?;
        let columns = match down {
            true => keys_of.columns().iter().chain(places.columns()).cloned().collect(),
            false => keys_of
                .columns()
                .iter()
                .zip(places.columns())
                .map(|(key, place)| Cells::concat(&[key.clone(), place.clone()]))
                .collect(),
        };
        Some(Table::try_new(columns)?.as_reference())
    }

    /// `XLOOKUP` and `LOOKUP` of two vectors: the keys are read, and the row or column of results that is given.
    fn looked_up_beside(&self) -> Result<Option<Operand<'a>>> {
        let (Some(keys), Some(results)) = (self.range(1)?, self.range(2)?) else { return Ok(None) };
        let down = keys.1.width() == 1;
        let beside = match down {
            true => results.1.height() == keys.1.height(),
            false => keys.1.height() == 1 && results.1.width() == keys.1.width(),
        };
        let one = results.1.width() == 1 || results.1.height() == 1;
        if !beside || (self.record.name == "LOOKUP" && !one) {
            return Ok(None);
        }
        let cut = self.run.cut(keys.0, &keys.1);
        let mut waiting = Waiting::default();
        waiting.part(self.run.ask(keys.0, &cut))?;
        let mut operands = Vec::with_capacity(self.arguments.len());
        for index in (0..self.arguments.len()).filter(|index| !(1..=2).contains(index)) {
            operands.push(waiting.part(self.one(index))?.flatten());
        }
        waiting.end()?;
        let Some(mut operands) = operands.into_iter().collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let (Some(table), Some(places)) = (self.run.held(keys.0, &cut), numbered(down, &cut))
        else {
            return Ok(None);
        };
        let tables = [table.as_reference(), places].map(Operand::Array);
        operands.splice(1..1, tables);
        // What is given where nothing is found could be taken for a place.
        let otherwise = match self.record.name {
            "XLOOKUP" if operands.len() > 3 => std::mem::replace(&mut operands[3], Operand::Empty),
            _ => Operand::Empty,
        };
        let place = self.record(&operands)?;
        if matches!(place, Operand::Scalar(ScalarValue::Error(ErrorCode::Na, _)))
            && !matches!(otherwise, Operand::Empty)
        {
            operands[3] = otherwise;
            return self.record(&operands).map(Some);
        }
        self.found(place, |place| {
            let (sheet, rect) = results;
            let given = match down {
                true => Rect { top: rect.top + place, bottom: rect.top + place, ..rect },
                false => Rect { left: rect.left + place, right: rect.left + place, ..rect },
            };
            (sheet, given)
        })
    }

    /// The cells at a place, or the error that was found in its stead.
    fn found(
        &self,
        place: Operand<'a>,
        cells: impl Fn(u32) -> Range,
    ) -> Result<Option<Operand<'a>>> {
        match place {
            Operand::Scalar(ScalarValue::Number(place, _)) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a number that `numbered` gave"
                )]
                let (sheet, rect) = cells(place as u32);
                self.run.ask(sheet, &rect)?;
                if rect.cells() == 1 {
                    let cell = self.run.reader.cell(sheet, rect.top_left());
                    return Ok(Some(Operand::Scalar(cell.owned())));
                }
                Ok(Some(self.run.table(sheet, &rect)))
            }
            error @ Operand::Scalar(ScalarValue::Error(..)) => Ok(Some(error)),
            _ => Ok(None),
        }
    }

    /// Sums and the like by criteria: the ranges of the criteria are read, and those cells of the values that meet them.
    fn met(&self, values: usize, pairs: std::ops::Range<usize>) -> Result<Option<Operand<'a>>> {
        let is_given = |expr: &Expr| !matches!(expr.node, Node::Omitted);
        if pairs.is_empty()
            || !pairs.len().is_multiple_of(2)
            || !self.arguments.get(values).is_some_and(is_given)
        {
            return Ok(None);
        }
        let mut waiting = Waiting::default();
        let (mut ranges, mut criteria) = (Vec::new(), Vec::new());
        let summed = waiting.part(self.range(values))?.flatten();
        for index in pairs.step_by(2) {
            let range = waiting.part(self.range(index))?.flatten();
            let Some((sheet, rect)) = range else {
                waiting.end()?;
                return Ok(None);
            };
            waiting.part(self.run.ask(sheet, &rect))?;
            criteria.push(waiting.part(self.one(index + 1))?.flatten());
            ranges.push((sheet, rect));
        }
        waiting.end()?;
        let (Some(summed), Some(criteria)) =
            (summed, criteria.into_iter().collect::<Option<Vec<_>>>())
        else {
            return Ok(None);
        };
        let Some(first) = ranges.first().copied() else { return Ok(None) };
        let summed = match values {
            0 => summed,
            _ => (summed.0, self.run.shaped(&summed.1, first)),
        };
        let size = |rect: &Rect| (rect.height(), rect.width());
        if values == 0
            && ranges.iter().chain([&summed]).any(|(_, rect)| size(rect) != size(&first.1))
        {
            return Ok(None);
        }
        // Whole columns as far as one of them is used.
        let held = ranges.iter().chain([&summed]).map(|(sheet, rect)| self.run.cut(*sheet, rect));
        let height = held.map(|rect| rect.height()).max().unwrap_or(1).min(first.1.height());
        let held = |(sheet, rect): Range| (sheet, Rect { bottom: rect.top + height - 1, ..rect });
        let (summed, ranges) = (held(summed), ranges.into_iter().map(held).collect::<Vec<_>>());
        let asked: Vec<ScalarValue> = criteria.iter().map(|one| one.cell(0).owned()).collect();
        let cell = |row: u32, at: u32| Cell::new(summed.1.top + row, summed.1.left + at);
        let mut found = Vec::new();
        let mut waiting = Waiting::default();
        for at in 0..first.1.width() {
            let columns: Vec<Cells> = ranges.iter().map(|range| self.column(*range, at)).collect();
            let Ok(rows) = matching_rows(&columns, &asked, self.run.rules()) else {
                return Ok(None);
            };
            for row in &rows {
                waiting.part(self.run.ask(summed.0, &cell(*row, at).into()))?;
            }
            found.push(rows);
        }
        waiting.end()?;
        let columns = (0..).zip(&found).map(|(at, rows)| {
            let mut builder = Builder::with_capacity(height as usize);
            let mut rows = rows.iter().copied().peekable();
            for row in 0..height {
                builder.push(match rows.next_if_eq(&row) {
                    Some(_) => self.run.reader.cell(summed.0, cell(row, at)),
                    None => CellRef::Blank,
                });
            }
            builder.finish()
        });
        let Some(met) = Table::try_new(columns.collect()) else { return Ok(None) };
        let mut operands = Vec::with_capacity(self.arguments.len());
        for ((sheet, rect), criterion) in ranges.into_iter().zip(criteria) {
            let Some(table) = self.run.held(sheet, &rect) else { return Ok(None) };
            operands.extend([Operand::Array(table.as_reference()), criterion]);
        }
        operands.insert(values, Operand::Array(met.as_reference()));
        self.record(&operands).map(Some)
    }
}

/// The numbers from 0 on, in the shape of a column or row of cells.
fn numbered(down: bool, cells: &Rect) -> Option<Table> {
    let numbers = |numbers: Vec<f64>| Cells::Numbers(NumberKind::Number, numbers.into());
    Table::try_new(match down {
        true => vec![numbers((0..cells.height()).map(f64::from).collect())],
        false => (0..cells.width()).map(|place| numbers(vec![place.into()])).collect(),
    })
}
