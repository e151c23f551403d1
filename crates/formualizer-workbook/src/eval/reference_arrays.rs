//! Arrays of references: what `OFFSET` and `INDIRECT` give of arrays. Functions of references take each by itself.

use super::{
    lambda::Operand,
    names::Names,
    program::{Expr, Node},
    reference::{self, Reference},
    rows::Rows,
    run::{Result, Run, Stop, single_cell},
};
use crate::cells::{CellRef, Table};
use formualizer_functions::{
    ErrorCode, Record, ScalarValue,
    call::{logical, number, text},
    record::{Mode, Parameter},
    semantics::Scalar,
};

/// References in rows and columns, or the errors that they are.
pub(crate) struct References {
    height: usize,
    width: usize,
    /// Row by row.
    cells: Vec<std::result::Result<Reference, ErrorCode>>,
}

impl References {
    /// The reference at a place of a larger array: one row or column serves all.
    fn at(&self, row: usize, col: usize) -> std::result::Result<&Reference, ErrorCode> {
        let (row, col) = (along(row, self.height), along(col, self.width));
        let inside = row < self.height && col < self.width;
        match self.cells.get(row * self.width + col) {
            Some(found) if inside => found.as_ref().map_err(|code| *code),
            _ => Err(ErrorCode::Na),
        }
    }

    /// What a function gives of each, as an array.
    pub(crate) fn each<'o>(
        &self,
        mut one: impl FnMut(std::result::Result<&Reference, ErrorCode>) -> Result<ScalarValue>,
    ) -> Result<Operand<'o>> {
        array(self.height, self.width, |row, col| one(self.at(row, col)))
    }
}

/// A place along a side of so many: one stands for all.
fn along(at: usize, size: usize) -> usize {
    if size == 1 { 0 } else { at }
}

fn array<'o>(
    height: usize,
    width: usize,
    mut value: impl FnMut(usize, usize) -> Result<ScalarValue>,
) -> Result<Operand<'o>> {
    let mut values = Vec::with_capacity(height * width);
    for row in 0..height {
        for col in 0..width {
            values.push(value(row, col)?);
        }
    }
    let of = |row: usize, col: usize| {
        values.get(row * width + col).cloned().unwrap_or(ScalarValue::Blank)
    };
    Ok(Table::from_fn(height, width, of).map_or(Operand::error(ErrorCode::Calc), Operand::of_table))
}

/// The references that a part stands for in a row; `None` of what is no array of references.
pub(crate) fn of<'a>(
    run: &'a Run<'a>,
    node: &'a Node,
    row: u32,
    names: &Names<'a>,
) -> Result<Option<References>> {
    match node {
        Node::Function(record, arguments) => of_function(run, record, arguments, row, names),
        _ => Ok(None),
    }
}

/// The same of a function.
fn of_function<'a>(
    run: &'a Run<'a>,
    record: &Record,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Option<References>> {
    let first = match record.name {
        "OFFSET" => 1,
        "INDIRECT" => 0,
        _ => return Ok(None),
    };
    let mut given = Vec::with_capacity(arguments.len());
    for argument in arguments.get(first..).unwrap_or_default() {
        given.push(match argument.node {
            Node::Omitted => Operand::Empty,
            _ => run.value(argument, Rows::Some(&[row]), names)?,
        });
    }
    let (height, width) = shape(given.iter().filter_map(sides_of));
    if !given.iter().any(|operand| matches!(operand, Operand::Array(_))) {
        return Ok(None);
    }
    let base = match record.name {
        "OFFSET" => Some(reference::base(run, arguments, row, names)?),
        _ => None,
    };
    let reference = |at: (usize, usize)| match base {
        Some(base) => {
            let (sheet, base) = base?;
            let mut numbers = [None; 4];
            for (place, operand) in numbers.iter_mut().zip(&given) {
                if let Some(cell) = element(operand, at) {
                    *place = Some(number(cell.scalar(), run.rules())?);
                }
            }
            reference::moved(sheet, &base, numbers)
        }
        None => {
            let cell = |index: usize| given.get(index).and_then(|operand| element(operand, at));
            let a1 = cell(1).map_or(Ok(true), |cell| logical(cell.scalar()))?;
            let named = text(cell(0).unwrap_or(CellRef::Blank).scalar())?;
            reference::named(run, &named, a1, row)
        }
    };
    let places = (0..height).flat_map(|row| (0..width).map(move |col| (row, col)));
    Ok(Some(References { height, width, cells: places.map(reference).collect() }))
}

/// The first cell of each reference that a function gives of arrays: what it is where no references are asked for.
pub(crate) fn first_cells<'a>(
    run: &'a Run<'a>,
    record: &Record,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let Some(references) = of_function(run, record, arguments, row, names)? else {
        return Ok(Operand::error(ErrorCode::Value));
    };
    references.each(|found| match found.map(Reference::single) {
        Ok(Some((sheet, rect))) => {
            let first = rect.top_left();
            run.touch(sheet, &first.into())?;
            Ok(run.reader.cell(sheet, first).owned())
        }
        Ok(None) => Ok(ScalarValue::error(ErrorCode::Value)),
        Err(code) => Ok(ScalarValue::error(code)),
    })
}

fn sides_of(operand: &Operand<'_>) -> Option<(usize, usize)> {
    match operand {
        Operand::Array(table) => Some((table.height(), table.width())),
        _ => None,
    }
}

/// The height and width of the broadcast of some arrays.
fn shape(sides: impl Iterator<Item = (usize, usize)>) -> (usize, usize) {
    sides.fold((1, 1), |(height, width), (rows, cols)| (height.max(rows), width.max(cols)))
}

/// The value of an argument at a place of the broadcast.
fn element<'o>(operand: &'o Operand<'_>, (row, col): (usize, usize)) -> Option<CellRef<'o>> {
    match operand {
        Operand::Empty => None,
        Operand::Array(table) => {
            let (row, col) = (along(row, table.height()), along(col, table.width()));
            Some(match row < table.height() && col < table.width() {
                true => table.get(row, col),
                false => Scalar::Error(ErrorCode::Na).into(),
            })
        }
        operand => Some(operand.cell(0)),
    }
}

/// An argument of a function that is called for each reference.
enum Part<'a> {
    References(References),
    /// The same cells each time, with the shape of another argument's.
    Base(Reference),
    /// A value, lifted with the references.
    Value(Operand<'a>),
    /// The same each time.
    Whole(Operand<'a>),
}

/// A function of references over arrays of them: `SUMIF(INDIRECT(…),…)`, `N(OFFSET(…))`. `None` where no argument is one.
///
/// # Errors
/// [`Stop::Split`] where it is called for several rows.
pub(crate) fn call<'a>(
    run: &'a Run<'a>,
    record: &'static Record,
    arguments: &'a [Expr],
    rows: Rows<'_>,
    names: &Names<'a>,
) -> Result<Option<Operand<'a>>> {
    let takes = |parameter: &Parameter| {
        matches!(parameter.mode, Mode::Range | Mode::First) || parameter.like.is_some()
    };
    let parameter = |index: usize| record.parameter_among(index, arguments.len());
    let may_be = |(index, argument): (usize, &Expr)| {
        let gives = matches!(&argument.node, Node::Function(record, _) if matches!(record.name, "OFFSET" | "INDIRECT"));
        gives && parameter(index).is_some_and(takes)
    };
    if !arguments.iter().enumerate().any(may_be) {
        return Ok(None);
    }
    if rows.len() != 1 {
        return Err(Stop::Split);
    }
    let row = rows.at(0);
    let mut parts = Vec::with_capacity(arguments.len());
    for (index, argument) in arguments.iter().enumerate() {
        let Some(parameter) = parameter(index) else { return Ok(None) };
        let whole = matches!(parameter.mode, Mode::Range | Mode::Array);
        if may_be((index, argument))
            && let Some(references) = of(run, &argument.node, row, names)?
        {
            parts.push(Part::References(references));
        } else if whole && !matches!(argument.node, Node::Omitted) {
            parts.push(match reference::of(run, &argument.node, row, names)? {
                Some(Ok(found)) => Part::Base(found),
                Some(Err(error)) => Part::Whole(Operand::error(error)),
                None => Part::Whole(run.value(argument, rows, names)?),
            });
        } else {
            parts.push(Part::Value(run.value(argument, rows, names)?));
        }
    }
    if !parts.iter().any(|part| matches!(part, Part::References(_))) {
        return Ok(None);
    }
    let values = parts.iter().filter_map(|part| match part {
        Part::Value(operand) => sides_of(operand),
        _ => None,
    });
    let (height, width) = parts.iter().fold(shape(values), |(height, width), part| match part {
        Part::References(references) => {
            (height.max(references.height), width.max(references.width))
        }
        _ => (height, width),
    });
    array(height, width, |down, across| {
        let mut operands = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let found = |index: usize| match parts.get(index) {
                Some(Part::References(references)) => Some(references.at(down, across)),
                Some(Part::Base(reference)) => Some(Ok(reference)),
                _ => None,
            };
            let like = parameter(index).and_then(|parameter| parameter.like).and_then(found);
            operands.push(match (part, found(index)) {
                (_, Some(Ok(reference))) => {
                    cells(run, parameter(index).map(|p| p.mode), reference, like)?
                }
                (_, Some(Err(error))) => Operand::error(error),
                (Part::Value(operand), None) => match element(operand, (down, across)) {
                    Some(cell) => Operand::Scalar(cell.owned()),
                    None => Operand::Empty,
                },
                (Part::Whole(operand), None) => operand.clone(),
                (Part::References(_) | Part::Base(_), None) => Operand::Empty,
            });
        }
        Ok(run.record(record, &operands, rows)?.cell(0).owned())
    })
    .map(Some)
}

/// The cells of one reference, with the shape of another where the parameter takes that on.
fn cells<'a>(
    run: &'a Run<'a>,
    mode: Option<Mode>,
    reference: &Reference,
    like: Option<std::result::Result<&Reference, ErrorCode>>,
) -> Result<Operand<'a>> {
    let Some((sheet, rect)) = reference.single() else {
        return Ok(Operand::error(ErrorCode::Value));
    };
    let rect = match like {
        Some(Ok(like)) => {
            let Some(like) = like.single() else {
                return Ok(Operand::error(ErrorCode::Value));
            };
            run.shaped(&rect, like)
        }
        Some(Err(error)) => return Ok(Operand::error(error)),
        None => rect,
    };
    if mode == Some(Mode::First) {
        let first = rect.top_left();
        run.touch(sheet, &first.into())?;
        return Ok(single_cell(run.table(sheet, &first.into())));
    }
    run.touch(sheet, &rect)?;
    Ok(run.table(sheet, &rect))
}
