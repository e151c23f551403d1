//! Parts of formulas that stand for cells: references themselves, what joins them, and the functions that give
//! them. A reference that is asked for is not read.

use super::{
    lambda::Operand,
    names::{Named, Names},
    program::{Expr, Node},
    rows::Rows,
    run::{Result, Run, both},
};
use crate::address::{Cell, MAX_COLS, MAX_ROWS, Rect, SheetId};
use formualizer_functions::{
    ErrorCode, Record, ScalarValue,
    call::{logical, number, text, whole},
};
use formualizer_parse::BinaryOperator;

/// Cells in one or more rectangles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    areas: Vec<(SheetId, Rect)>,
    /// Whether it is what an array fills that is calculated: reading it waits for nothing else.
    array: bool,
}

/// A reference, or the error that it is; `None` of what is no reference.
pub(crate) type Found = Option<std::result::Result<Reference, ErrorCode>>;

impl Reference {
    pub(crate) fn of(sheet: SheetId, rect: Rect) -> Self {
        Self { areas: vec![(sheet, rect)], array: false }
    }

    /// What an array fills.
    fn of_array(sheet: SheetId, rect: Rect) -> Self {
        Self { areas: vec![(sheet, rect)], array: true }
    }

    fn of_areas(areas: Vec<(SheetId, Rect)>) -> Self {
        Self { areas, array: false }
    }

    /// Whether it is what an array fills that is calculated.
    pub(crate) fn is_array(&self) -> bool {
        self.array
    }

    pub(crate) fn areas(&self) -> &[(SheetId, Rect)] {
        &self.areas
    }

    /// The only rectangle.
    pub(crate) fn single(&self) -> Option<(SheetId, Rect)> {
        match self.areas.as_slice() {
            [area] => Some(*area),
            _ => None,
        }
    }
}

/// Whether a part may stand for cells.
pub(crate) fn may_be(node: &Node) -> bool {
    match node {
        Node::Area(_) | Node::Join(..) | Node::Spilled(_) | Node::Local(_) => true,
        Node::If(_, yes, no) => may_be(&yes.node) || may_be(&no.node),
        Node::Let(_, body) => may_be(&body.node),
        Node::Function(record, _) => matches!(record.name, "INDEX" | "OFFSET" | "INDIRECT"),
        _ => false,
    }
}

/// The cells that a part stands for in a row.
pub(crate) fn of<'a>(
    run: &'a Run<'a>,
    node: &'a Node,
    row: u32,
    names: &Names<'a>,
) -> Result<Found> {
    let one = [row];
    let rows = Rows::Some(&one);
    match node {
        Node::Area(area) => Ok(Some(match area.at(run.own(row)) {
            Some(rect) => Ok(Reference::of(area.sheet, rect)),
            None => Err(ErrorCode::Ref),
        })),
        Node::Value(ScalarValue::Error(code, _)) => Ok(Some(Err(*code))),
        Node::Local(place) => Ok(names.get(*place).map_or(Ok(None), Named::reference)?.map(Ok)),
        Node::Join(op, left, right) => {
            let (left, right) =
                both(of(run, &left.node, row, names), || of(run, &right.node, row, names))?;
            Ok(match (left, right) {
                (Some(Ok(left)), Some(Ok(right))) => Some(join(*op, &left, &right)),
                (Some(Err(error)), _) | (_, Some(Err(error))) => Some(Err(error)),
                _ => None,
            })
        }
        Node::Spilled(anchor) => {
            let Some(Ok(anchor)) = of(run, &anchor.node, row, names)? else {
                return Ok(Some(Err(ErrorCode::Ref)));
            };
            let Some((sheet, rect)) = anchor.single() else { return Ok(Some(Err(ErrorCode::Ref))) };
            let anchor = rect.top_left();
            run.touch(sheet, &anchor.into())?;
            // What the array fills is there with it.
            Ok(Some(run.reader.spill(sheet, anchor).map(|rect| Reference::of_array(sheet, rect))))
        }
        Node::If(condition, yes, no) if may_be(&yes.node) || may_be(&no.node) => {
            match run.value(condition, rows, names)? {
                Operand::Array(_) | Operand::Lambda(_) => Ok(None),
                condition => match logical(condition.cell(0).scalar()) {
                    Ok(true) => of(run, &yes.node, row, names),
                    Ok(false) => of(run, &no.node, row, names),
                    Err(_) => Ok(None),
                },
            }
        }
        Node::Let(values, body) if may_be(&body.node) => {
            let inner = super::control::bound(run, values, rows, names);
            of(run, &body.node, row, &inner)
        }
        Node::Function(record, arguments) => of_function(run, record, arguments, row, names),
        _ => Ok(None),
    }
}

/// The cells that a function gives in a row.
pub(crate) fn of_function<'a>(
    run: &'a Run<'a>,
    record: &Record,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Found> {
    match record.name {
        "OFFSET" => offset(run, arguments, row, names),
        "INDIRECT" => indirect(run, arguments, row, names),
        "INDEX" => index(run, arguments, row, names),
        _ => Ok(None),
    }
}

/// `:` spans both, `,` is both, the space is what both have.
fn join(
    op: BinaryOperator,
    left: &Reference,
    right: &Reference,
) -> std::result::Result<Reference, ErrorCode> {
    match op {
        BinaryOperator::Range => {
            let (Some((sheet, a)), Some((other, b))) = (left.single(), right.single()) else {
                return Err(ErrorCode::Value);
            };
            if sheet != other {
                return Err(ErrorCode::Value);
            }
            let rect = Rect {
                top: a.top.min(b.top),
                left: a.left.min(b.left),
                bottom: a.bottom.max(b.bottom),
                right: a.right.max(b.right),
            };
            Ok(Reference::of(sheet, rect))
        }
        BinaryOperator::Union => {
            let areas = left.areas.iter().chain(&right.areas);
            Ok(Reference::of_areas(areas.copied().take(1 << 12).collect()))
        }
        _ => {
            let mut common = Vec::new();
            for (sheet, a) in &left.areas {
                for (other, b) in &right.areas {
                    if sheet == other {
                        common.extend(a.intersection(b).map(|rect| (*sheet, rect)));
                    }
                }
            }
            if common.is_empty() { Err(ErrorCode::Null) } else { Ok(Reference::of_areas(common)) }
        }
    }
}

/// `@`: the cell in the row or column of the formula, the first of an array.
pub(crate) fn single<'a>(
    run: &'a Run<'a>,
    inner: &'a Expr,
    row: u32,
    names: &Names<'a>,
) -> Result<Operand<'a>> {
    let one = [row];
    match of(run, &inner.node, row, names)? {
        Some(Ok(reference)) => {
            let Some((sheet, rect)) = reference.single() else {
                return Ok(Operand::error(ErrorCode::Value));
            };
            match intersected(&rect, run.own(row)) {
                Some(cell) => run.read(&Reference::of(sheet, cell.into())),
                None => Ok(Operand::error(ErrorCode::Value)),
            }
        }
        Some(Err(error)) => Ok(Operand::error(error)),
        None => Ok(match run.value(inner, Rows::Some(&one), names)? {
            Operand::Array(table) => Operand::Scalar(table.get(0, 0).owned()),
            other => other,
        }),
    }
}

/// The cell of a rectangle in the row or column of a formula.
fn intersected(rect: &Rect, own: Cell) -> Option<Cell> {
    let row = if rect.height() == 1 { Some(rect.top) } else { None };
    let col = if rect.width() == 1 { Some(rect.left) } else { None };
    let row = row.or_else(|| rect.rows().contains(&own.row).then_some(own.row));
    let col = col.or_else(|| rect.cols().contains(&own.col).then_some(own.col));
    match (rect.height(), rect.width()) {
        (1, 1) => Some(rect.top_left()),
        // In both directions, only one may be the formula's own.
        (height, width) if height > 1 && width > 1 => None,
        _ => Some(Cell::new(row?, col?)),
    }
}

/// A value of an argument for one row: no array.
fn scalar<'a>(
    run: &'a Run<'a>,
    arguments: &'a [Expr],
    index: usize,
    row: u32,
    names: &Names<'a>,
) -> Result<Option<ScalarValue>> {
    let Some(argument) = arguments.get(index) else { return Ok(None) };
    if let Node::Omitted = argument.node {
        return Ok(None);
    }
    let one = [row];
    Ok(match run.value(argument, Rows::Some(&one), names)? {
        Operand::Lambda(_) => Some(ScalarValue::error(ErrorCode::Value)),
        operand => Some(operand.cell(0).owned()),
    })
}

/// Whether an argument is an array, over which the function is lifted.
fn is_array<'a>(
    run: &'a Run<'a>,
    argument: Option<&'a Expr>,
    row: u32,
    names: &Names<'a>,
) -> Result<bool> {
    let Some(argument) = argument else { return Ok(false) };
    let one = [row];
    Ok(matches!(run.value(argument, Rows::Some(&one), names)?, Operand::Array(_)))
}

/// The rectangle that `OFFSET` starts from.
pub(super) fn base<'a>(
    run: &'a Run<'a>,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<std::result::Result<(SheetId, Rect), ErrorCode>> {
    let base = match arguments.first() {
        Some(base) => of(run, &base.node, row, names)?,
        None => None,
    };
    Ok(base.unwrap_or(Err(ErrorCode::Value)).and_then(|base| base.single().ok_or(ErrorCode::Value)))
}

/// `OFFSET(reference, rows, cols, height, width)`: Microsoft, "OFFSET function". `None` where it is an array of references.
fn offset<'a>(
    run: &'a Run<'a>,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Found> {
    let (sheet, base) = match base(run, arguments, row, names)? {
        Ok(base) => base,
        Err(error) => return Ok(Some(Err(error))),
    };
    let mut given = [None; 4];
    for (place, argument) in given.iter_mut().zip(arguments.iter().skip(1)) {
        if let Node::Omitted = argument.node {
            continue;
        }
        let value = match run.value(argument, Rows::Some(&[row]), names)? {
            Operand::Array(table) if table.as_single().is_none() => return Ok(None),
            Operand::Lambda(_) => return Ok(Some(Err(ErrorCode::Value))),
            value => value,
        };
        *place = match number(value.cell(0).scalar(), run.rules()) {
            Ok(n) => Some(n),
            Err(error) => return Ok(Some(Err(error))),
        };
    }
    Ok(Some(moved(sheet, &base, given)))
}

/// A rectangle moved by rows and columns, to a height and width, where these are given.
pub(super) fn moved(
    sheet: SheetId,
    base: &Rect,
    given: [Option<f64>; 4],
) -> std::result::Result<Reference, ErrorCode> {
    let mut numbers = [0, 0, i64::from(base.height()), i64::from(base.width())];
    for (number, given) in numbers.iter_mut().zip(given) {
        if let Some(given) = given {
            *number = whole(given.floor())?;
        }
    }
    let [down, across, height, width] = numbers;
    let span = |start: u32, by: i64, size: i64, max: u32| {
        if size == 0 {
            return None;
        }
        let start = i64::from(start).checked_add(by)?;
        let end = start.checked_add(size)?;
        // A negative size goes the other way.
        let (first, last) = if size > 0 { (start, end - 1) } else { (end + 1, start) };
        let inside = |n: i64| u32::try_from(n).ok().filter(|n| *n < max);
        Some((inside(first)?, inside(last)?))
    };
    match (span(base.top, down, height, MAX_ROWS), span(base.left, across, width, MAX_COLS)) {
        (Some((top, bottom)), Some((left, right))) => {
            Ok(Reference::of(sheet, Rect { top, left, bottom, right }))
        }
        _ => Err(ErrorCode::Ref),
    }
}

/// `INDIRECT(text, a1)`: cells, ranges, names, tables, in A1 or R1C1 style.
fn indirect<'a>(
    run: &'a Run<'a>,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Found> {
    if is_array(run, arguments.first(), row, names)? {
        return Ok(None);
    }
    let Some(value) = scalar(run, arguments, 0, row, names)? else {
        return Ok(Some(Err(ErrorCode::Ref)));
    };
    let style = match scalar(run, arguments, 1, row, names)? {
        None => Ok(true),
        Some(value) => logical(value.scalar()),
    };
    let a1 = match style {
        Ok(a1) => a1,
        Err(error) => return Ok(Some(Err(error))),
    };
    let value = match text(value.scalar()) {
        Ok(text) => text,
        Err(error) => return Ok(Some(Err(error))),
    };
    Ok(Some(named(run, &value, a1, row)))
}

/// The cells that a text names.
pub(super) fn named(
    run: &Run<'_>,
    text: &str,
    a1: bool,
    row: u32,
) -> std::result::Result<Reference, ErrorCode> {
    let found = run.reader.named_reference(text, a1, run.strip.sheet, run.own(row));
    found.map(Reference::of_areas).ok_or(ErrorCode::Ref)
}

/// `INDEX(reference, row, column, area)` where the first argument is a reference.
fn index<'a>(
    run: &'a Run<'a>,
    arguments: &'a [Expr],
    row: u32,
    names: &Names<'a>,
) -> Result<Found> {
    let Some(first) = arguments.first() else { return Ok(None) };
    if !may_be(&first.node) {
        return Ok(None);
    }
    let reference = match of(run, &first.node, row, names)? {
        Some(Ok(reference)) => reference,
        other => return Ok(other),
    };
    for argument in arguments.get(1..3.min(arguments.len())).unwrap_or_default() {
        if is_array(run, Some(argument), row, names)? {
            return Ok(None);
        }
    }
    let rules = run.rules();
    let mut given = [None; 3];
    for (place, index) in given.iter_mut().zip(1..) {
        *place = match scalar(run, arguments, index, row, names)? {
            None => None,
            Some(value) => match number(value.scalar(), rules).and_then(whole) {
                Ok(n) => Some(n),
                Err(error) => return Ok(Some(Err(error))),
            },
        };
    }
    let [down, across, area] = given;
    let Some(area) =
        usize::try_from(area.unwrap_or(1) - 1).ok().and_then(|n| reference.areas().get(n))
    else {
        return Ok(Some(Err(ErrorCode::Ref)));
    };
    let (sheet, rect) = *area;
    // One number counts along a single row.
    let (down, across) = match (down, across) {
        (Some(n), None) if rect.height() == 1 && rect.width() > 1 && arguments.len() < 3 => (1, n),
        (down, across) => (down.unwrap_or(0), across.unwrap_or(0)),
    };
    if down < 0 || across < 0 {
        return Ok(Some(Err(ErrorCode::Value)));
    }
    let side = |n: i64, first: u32, last: u32| match n {
        0 => Some((first, last)),
        n => {
            let at = u32::try_from(i64::from(first) + n - 1).ok().filter(|at| *at <= last)?;
            Some((at, at))
        }
    };
    Ok(Some(match (side(down, rect.top, rect.bottom), side(across, rect.left, rect.right)) {
        (Some((top, bottom)), Some((left, right))) => {
            Ok(Reference::of(sheet, Rect { top, left, bottom, right }))
        }
        _ => Err(ErrorCode::Ref),
    }))
}
