//! Names of `LET` and parameters of `LAMBDA`, and what they stand for.

use super::{
    lambda::Operand,
    program::{Expr, Node},
    reference::{self, Reference},
    rows::{Kept, Rows},
    run::{Result, Run},
};
use crate::cells::{CellRef, Cells};
use formualizer_common::ExcelErrorKind;
use formualizer_functions::ErrorCode;
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// The names around a part of a formula, the innermost last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names<'a>(Vec<Arc<Named<'a>>>);

/// What a name stands for.
pub(crate) struct Named<'a> {
    content: Content<'a>,
    /// The rows that it is evaluated for.
    rows: Kept,
    /// Whether it is a parameter that no argument was given for.
    pub(crate) omitted: bool,
}

/// A value, and the cells where it stands for a reference in one row.
struct Meaning<'a> {
    value: Operand<'a>,
    reference: Option<Reference>,
}

enum Content<'a> {
    Known(Meaning<'a>),
    /// What `LET` names, which is evaluated when it is asked for: what no branch that is taken needs is not read.
    Later {
        run: &'a Run<'a>,
        expr: &'a Expr,
        names: Names<'a>,
        known: OnceLock<Meaning<'a>>,
    },
}

impl fmt::Debug for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Named").field("omitted", &self.omitted).finish_non_exhaustive()
    }
}

impl<'a> Meaning<'a> {
    fn of(run: &'a Run<'a>, expr: &'a Expr, rows: Rows<'_>, names: &Names<'a>) -> Result<Self> {
        let reference = match rows.len() {
            1 => {
                reference::of(run, &expr.node, rows.at(0), names)?.and_then(std::result::Result::ok)
            }
            _ => None,
        };
        Ok(Self { value: run.value(expr, rows, names)?, reference })
    }
}

impl<'a> Named<'a> {
    /// A value that is no reference.
    pub(crate) fn new(value: Operand<'a>, rows: Rows<'_>) -> Self {
        Self::known(Meaning { value, reference: None }, rows)
    }

    fn known(meaning: Meaning<'a>, rows: Rows<'_>) -> Self {
        Self { content: Content::Known(meaning), rows: rows.kept(), omitted: false }
    }

    /// What an expression stands for in some rows.
    pub(crate) fn of(
        run: &'a Run<'a>,
        expr: &'a Expr,
        rows: Rows<'_>,
        names: &Names<'a>,
    ) -> Result<Self> {
        if let Node::Omitted = expr.node {
            return Ok(Self::omitted(rows));
        }
        Ok(Self::known(Meaning::of(run, expr, rows, names)?, rows))
    }

    /// The same, evaluated when it is asked for.
    pub(crate) fn later(
        run: &'a Run<'a>,
        expr: &'a Expr,
        rows: Rows<'_>,
        names: &Names<'a>,
    ) -> Self {
        if let Node::Omitted = expr.node {
            return Self::omitted(rows);
        }
        let known = OnceLock::new();
        let content = Content::Later { run, expr, names: names.clone(), known };
        Self { content, rows: rows.kept(), omitted: false }
    }

    fn meaning(&self) -> Result<&Meaning<'a>> {
        match &self.content {
            Content::Known(meaning) => Ok(meaning),
            Content::Later { run, expr, names, known } => match known.get() {
                Some(meaning) => Ok(meaning),
                None => {
                    let meaning = Meaning::of(run, expr, self.rows.rows(), names)?;
                    Ok(known.get_or_init(|| meaning))
                }
            },
        }
    }

    /// The cells, where it stands for a reference in one row.
    pub(crate) fn reference(&self) -> Result<Option<Reference>> {
        Ok(self.meaning()?.reference.clone())
    }

    pub(crate) fn omitted(rows: Rows<'_>) -> Self {
        Self { omitted: true, ..Self::new(Operand::Empty, rows) }
    }
}

impl<'a> Names<'a> {
    /// These names and another within.
    pub(crate) fn push(&mut self, named: Named<'a>) {
        self.0.push(Arc::new(named));
    }

    pub(crate) fn get(&self, place: usize) -> Option<&Named<'a>> {
        self.0.get(place).map(|named| &**named)
    }

    /// The value of a name for some rows.
    pub(crate) fn value(&self, place: usize, rows: Rows<'_>) -> Result<Operand<'a>> {
        let Some(named) = self.get(place) else { return Ok(Operand::error(ErrorCode::Name)) };
        let value = &named.meaning()?.value;
        let Operand::Rows(cells) = value else { return Ok(value.clone()) };
        let from = named.rows.rows();
        if let (Rows::All(a, b), Rows::All(c, d)) = (from, rows)
            && (a, b) == (c, d)
        {
            return Ok(value.clone());
        }
        if rows.len() == 1 {
            let index = from.index(rows.at(0));
            return Ok(match index {
                Some(index) => Operand::Scalar(cells.get(index).owned()),
                None => Operand::error(ErrorCode::Value),
            });
        }
        let missing = CellRef::Error(ExcelErrorKind::Value, None);
        Ok(Operand::Rows(Cells::of(
            rows.iter().map(|row| from.index(row).map_or(missing, |index| cells.get(index))),
        )))
    }
}
