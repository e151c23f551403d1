//! What the arguments ask for.

use super::{
    super::{
        arrays::{filter::holding, whole},
        higher_order::one,
    },
    axis::{Axis, Sort},
};
use crate::{
    call::{Argument, Call, Lambda, Result, number, whole as without_fraction},
    cells::{CellRef, Cells, Table},
    value::ScalarValue,
};
use arrow_array::UInt32Array;
use udf_abi::ErrorCode;

/// Columns of data, and their headers where any are shown.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) columns: Vec<Cells>,
    pub(super) headers: Option<Vec<ScalarValue>>,
}

/// The data of a summary and how to work it out.
#[derive(Debug)]
pub(super) struct Options<'a> {
    pub(super) rows: Fields,
    pub(super) columns: Fields,
    pub(super) values: Fields,
    /// How many rows of data there are.
    pub(super) len: usize,
    function: &'a dyn Lambda,
    /// Whether the function is also handed what its values are a part of.
    pub(super) of_a_whole: bool,
}

impl<'a> Options<'a> {
    /// Reads the arguments of row fields, column fields, values, function, headers and filter.
    pub(super) fn read(call: &Call<'a>, at: [Option<usize>; 6]) -> Result<Self> {
        let [rows, columns, values, function, headers, filter] = at;
        let table = |index: Option<usize>| match index {
            Some(index) if !call.is_missing(index) => whole(call, index).map(Some),
            _ => Ok(None),
        };
        let (rows, columns) = (table(rows)?, table(columns)?);
        let values = table(values)?.ok_or(ErrorCode::Value)?;
        if rows.is_none() && columns.is_none() {
            return Err(ErrorCode::Value);
        }
        let height = values.height();
        if [&rows, &columns].into_iter().flatten().any(|table| table.height() != height) {
            return Err(ErrorCode::Value);
        }
        let function = call.lambda(function.ok_or(ErrorCode::Value)?)?;
        let (fewest, most) = function.arity();
        if fewest > 2 || most == 0 {
            return Err(ErrorCode::Value);
        }
        let levels = |table: &Option<_>| {
            table.as_ref().map_or(0, |t: &std::borrow::Cow<'_, Table>| t.width())
        };
        let several = levels(&rows) > 1 || levels(&columns) > 1;
        let headers = Headers::read(call, headers, &values, several)?;

        let first = u32::from(headers.given);
        let mut kept: Vec<u32> = (first..u32::try_from(height).unwrap_or(u32::MAX)).collect();
        if let Some(filter) = table(filter)? {
            if filter.width() != 1 || filter.height() != height {
                return Err(ErrorCode::Value);
            }
            let column = filter.columns().first().ok_or(ErrorCode::Value)?;
            let rows = column.slice(first as usize, height - first as usize);
            kept = holding(&rows)?.into_iter().map(|row| row + first).collect();
        }
        if kept.is_empty() {
            return Err(ErrorCode::Calc);
        }
        let len = kept.len();
        let kept = UInt32Array::from(kept);
        let fields = |table: Option<&Table>, name: &str| match table {
            None => Fields::default(),
            Some(table) => Fields {
                columns: table.columns().iter().map(|column| column.take(&kept)).collect(),
                headers: headers.of(table, name),
            },
        };
        Ok(Self {
            rows: fields(rows.as_deref(), "Row Field"),
            columns: fields(columns.as_deref(), "Column Field"),
            values: fields(Some(&*values), "Value"),
            len,
            function,
            of_a_whole: fewest == 2,
        })
    }

    /// The lines of some fields; the arguments of their depth of totals and their order.
    pub(super) fn axis(
        &self,
        call: &Call<'_>,
        fields: &Fields,
        depth: Option<usize>,
        order: Option<usize>,
        hierarchy: bool,
    ) -> Result<Axis> {
        let levels = fields.columns.len();
        let most = if hierarchy { levels } else { levels.min(1) };
        let depth = match depth {
            Some(index) if !call.is_missing(index) => call.integer(index)?,
            _ => i64::try_from(most.min(2)).unwrap_or(0),
        };
        if levels > 0 && depth.unsigned_abs() > most as u64 {
            return Err(ErrorCode::Value);
        }
        let depth = if levels == 0 { 0 } else { depth };
        let sorts = match order {
            Some(index) if !call.is_missing(index) => self.sorts(call, index, levels)?,
            _ => Vec::new(),
        };
        Axis::new(&fields.columns, self.len, depth, &sorts, hierarchy, |column, rows| {
            self.value(column, rows, None)
        })
    }

    /// What an order is by: fields, or one column of values.
    fn sorts(&self, call: &Call<'_>, index: usize, levels: usize) -> Result<Vec<Sort>> {
        let mut sorts = Vec::new();
        for cell in whole(call, index)?.iter() {
            let place = without_fraction(number(cell.scalar(), call.rules())?)?;
            let descending = place < 0;
            let at = usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX);
            let at = at.checked_sub(1).ok_or(ErrorCode::Value)?;
            if at >= levels + self.values.columns.len() {
                return Err(ErrorCode::Value);
            }
            sorts.push(match at.checked_sub(levels) {
                None => Sort::Field { at, descending },
                Some(at) => Sort::Value { at, descending },
            });
        }
        let by_value = sorts.iter().any(|sort| matches!(sort, Sort::Value { .. }));
        if by_value && sorts.len() > 1 { Err(ErrorCode::Value) } else { Ok(sorts) }
    }

    /// What the function gives for some rows of a column of values, of which others are the whole: all rows where
    /// nothing is said.
    pub(super) fn value(&self, column: usize, rows: &[u32], of: Option<&[u32]>) -> ScalarValue {
        // All rows are the column as it is; rows are in order and none is twice.
        let picked = |rows: Option<&[u32]>| {
            let cells = self.values.columns.get(column)?;
            let rows = rows.filter(|rows| rows.len() < self.len);
            let picked = rows.map(|rows| cells.take(&UInt32Array::from(rows.to_vec())));
            Table::try_new(vec![picked.unwrap_or_else(|| cells.clone())])
        };
        let Some(values) = picked(Some(rows)) else { return ErrorCode::Calc.into() };
        if !self.of_a_whole {
            return one(self.function.call(&[Argument::Array(&values)]));
        }
        match picked(of) {
            Some(of) => one(self.function.call(&[Argument::Array(&values), Argument::Array(&of)])),
            None => ErrorCode::Calc.into(),
        }
    }
}

/// Whether the data has headers, and whether the result has.
struct Headers {
    given: bool,
    shown: bool,
}

impl Headers {
    /// Where nothing is said, the data has headers if its first value is a text and its second a number, and they
    /// are shown if there are several levels.
    fn read(call: &Call<'_>, index: Option<usize>, values: &Table, several: bool) -> Result<Self> {
        let (given, shown) = match index {
            Some(index) if !call.is_missing(index) => match call.integer(index)? {
                0 => (false, false),
                1 => (true, false),
                2 => (false, true),
                3 => (true, true),
                _ => return Err(ErrorCode::Value),
            },
            _ => {
                let text = matches!(values.get(0, 0), CellRef::Text(_));
                let given = text && matches!(values.get(1, 0), CellRef::Number(..));
                (given, given && several)
            }
        };
        Ok(Self { given, shown })
    }

    fn of(&self, table: &Table, name: &str) -> Option<Vec<ScalarValue>> {
        if !self.shown {
            return None;
        }
        let header = |col: usize| {
            if self.given {
                table.get(0, col).owned()
            } else {
                format!("{name} {}", col + 1).into()
            }
        };
        Some((0..table.width()).map(header).collect())
    }
}
