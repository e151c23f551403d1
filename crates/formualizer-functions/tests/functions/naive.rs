//! A formula evaluated as plainly as can be: one cell, a node at a time, no columns.

use crate::Shared;
use formualizer_common::LiteralValue;
use formualizer_functions::{
    ErrorCode, ScalarValue,
    call::{Argument, Lambda, Output, Result},
    cells::{CellRef, Table},
    find,
    lift::Rows,
    record::{Kernel, Mode, Parameter, Record, value},
    semantics::{DateSystem, Scalar, TextRules, compare, general},
};
use formualizer_parse::{
    ASTNode, ASTNodeType, BinaryOperator, UnaryOperator, parser::ReferenceType,
};
use std::{collections::BTreeMap, sync::Arc};

/// A value of the naive evaluator.
pub(crate) type Operand = formualizer_functions::Operand<Arc<dyn Lambda>>;

/// The cells of a case: row and column from 1.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells(BTreeMap<(u32, u32), ScalarValue>);

impl Cells {
    /// `A1=5;B2="a;b";C3=#N/A`
    pub(crate) fn parse(text: &str) -> Self {
        let mut cells = BTreeMap::new();
        let (mut quoted, mut start, mut parts) = (false, 0, Vec::new());
        for (at, c) in text.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' if !quoted => {
                    parts.push(&text[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(&text[start..]);
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap();
            let value = match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
                Some(text) => ScalarValue::Text(text.replace("\"\"", "\"")),
                None => parsed(value),
            };
            let letters = name.chars().take_while(char::is_ascii_alphabetic).count();
            let col = name[..letters].bytes().fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1);
            cells.insert((name[letters..].parse().unwrap(), col), value);
        }
        Self(cells)
    }

    fn get(&self, row: u32, col: u32) -> ScalarValue {
        self.0.get(&(row, col)).cloned().unwrap_or_default()
    }

    fn end(&self) -> (u32, u32) {
        (
            self.0.keys().map(|k| k.0).max().unwrap_or(1),
            self.0.keys().map(|k| k.1).max().unwrap_or(1),
        )
    }
}

/// A value as it is written in a cell.
pub(crate) fn parsed(text: &str) -> ScalarValue {
    if let Some(code) = text.starts_with('#').then(|| ErrorCode::from_text(text)).flatten() {
        return code.into();
    }
    match text {
        "" => ScalarValue::Blank,
        "TRUE" => true.into(),
        "FALSE" => false.into(),
        _ => text.parse::<f64>().map_or_else(|_| text.into(), ScalarValue::from),
    }
}

/// The value of a formula beside some cells.
pub(crate) fn evaluate(formula: &str, cells: &Cells) -> Operand {
    let formula = formula.replace("_xlfn.", "");
    match formualizer_parse::parse(&formula) {
        Ok(ast) => Naive { cells: Arc::new(cells.clone()), names: Vec::new() }.node(&ast),
        Err(error) => panic!("{formula}: {error}"),
    }
}

#[derive(Clone, Debug)]
struct Naive {
    cells: Arc<Cells>,
    names: Vec<(String, Operand)>,
}

/// Operators as functions, which lifting takes.
static BINARY: &[Parameter] = &[value("a"), value("b")];

fn rules() -> TextRules {
    TextRules { dates: DateSystem::Excel1900, year: 2023 }
}

fn lifted(record: &Record, operands: &[Operand]) -> Operand {
    let shared = Shared::default();
    let context = shared.context(2023, 45_000.5, 7);
    record.call(operands, Rows { first: 0, len: 1 }, context).unwrap()
}

impl Naive {
    fn node(&self, node: &ASTNode) -> Operand {
        match &node.node_type {
            ASTNodeType::Literal(value) => match value {
                LiteralValue::Array(rows) => {
                    Operand::of_table(Table::from_rows(rows, rules().dates).unwrap())
                }
                value => Operand::Scalar(CellRef::of(value, rules().dates).unwrap().owned()),
            },
            ASTNodeType::Omitted => Operand::Empty,
            ASTNodeType::Reference { reference, original } => self.reference(reference, original),
            ASTNodeType::UnaryOp { op, expr } => {
                let record = match op {
                    UnaryOperator::Minus => Record::new(
                        "-",
                        BINARY,
                        Kernel::OfRow(|call| Ok((call.number(1)? - call.number(0)?).into())),
                        "",
                    ),
                    UnaryOperator::Percent => Record::new(
                        "%",
                        BINARY,
                        Kernel::OfRow(|call| Ok((call.number(0)? / 100.0).into())),
                        "",
                    ),
                    _ => return self.node(expr),
                };
                lifted(&record, &[self.node(expr), Operand::Scalar(0.0.into())])
            }
            ASTNodeType::BinaryOp { op, left, right } => {
                let record = Record::new("op", BINARY, Kernel::OfRow(operator(*op)), "");
                lifted(&record, &[self.node(left), self.node(right)])
            }
            ASTNodeType::Array(rows) => {
                let rows: Vec<Vec<ScalarValue>> = rows
                    .iter()
                    .map(|row| {
                        row.iter()
                            .map(|cell| match self.node(cell) {
                                Operand::Scalar(value) => value,
                                other => panic!("{other:?} in an array"),
                            })
                            .collect()
                    })
                    .collect();
                let table = Table::from_fn(rows.len(), rows[0].len(), |row, col| {
                    rows[row].get(col).cloned().unwrap_or(ErrorCode::Na.into())
                });
                Operand::of_table(table.unwrap())
            }
            ASTNodeType::Function { name, args } => self.function(name, args),
            ASTNodeType::Call { callee, args } => match self.node(callee) {
                Operand::Lambda(lambda) => {
                    let args: Vec<Operand> = args.iter().map(|arg| self.node(arg)).collect();
                    let cells: Vec<Argument<'_>> = args.iter().map(argument).collect();
                    output(lambda.call(&cells))
                }
                _ => Operand::error(ErrorCode::Value),
            },
        }
    }

    fn reference(&self, reference: &ReferenceType, original: &str) -> Operand {
        match reference {
            ReferenceType::Cell { row, col, .. } => Operand::Scalar(self.cells.get(*row, *col)),
            ReferenceType::Range { start_row, start_col, end_row, end_col, .. } => {
                let end = self.cells.end();
                let (top, left) = (start_row.unwrap_or(1), start_col.unwrap_or(1));
                let (bottom, right) = (end_row.unwrap_or(end.0), end_col.unwrap_or(end.1));
                let (height, width) = ((bottom - top + 1) as usize, (right - left + 1) as usize);
                let cell =
                    |row: usize, col: usize| self.cells.get(top + row as u32, left + col as u32);
                let table = Table::from_fn(height, width, cell).unwrap();
                // Whole columns end behind the last cell, with blanks below.
                let tail = if end_row.is_none() { (1 << 20) - bottom as usize } else { 0 };
                Operand::Array(table.with_blank_tail(tail).as_reference())
            }
            _ => {
                match self.names.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(original))
                {
                    Some((_, value)) => value.clone(),
                    None => match find(original) {
                        Some(record) => Operand::Lambda(Arc::new(Builtin(record))),
                        None => Operand::error(ErrorCode::Name),
                    },
                }
            }
        }
    }

    fn function(&self, name: &str, args: &[ASTNode]) -> Operand {
        let upper = name.to_uppercase();
        let named = self.names.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some((_, Operand::Lambda(lambda))) = named {
            let args: Vec<Operand> = args.iter().map(|arg| self.node(arg)).collect();
            let cells: Vec<Argument<'_>> = args.iter().map(argument).collect();
            return output(lambda.call(&cells));
        }
        if upper == "LAMBDA" {
            let (body, parameters) = args.split_last().unwrap();
            let parameters = parameters
                .iter()
                .map(|p| match &p.node_type {
                    ASTNodeType::Reference { original, .. } => original.clone(),
                    other => panic!("{other} is no name"),
                })
                .collect();
            return Operand::Lambda(Arc::new(Closure {
                body: body.clone(),
                parameters,
                outer: self.clone(),
            }));
        }
        let Some(record) = find(&upper) else { return Operand::error(ErrorCode::Name) };
        if matches!(record.kernel, Kernel::Evaluator | Kernel::Kept) {
            panic!("{name} is the evaluator's: test it in the workbook");
        }
        let operands: Vec<Operand> = args
            .iter()
            .enumerate()
            .map(|(index, arg)| {
                let operand = self.node(arg);
                let whole = record
                    .parameter(index)
                    .is_some_and(|p| matches!(p.mode, Mode::Array | Mode::Range));
                match (&arg.node_type, operand) {
                    // One cell stands for a range where arrays are taken whole.
                    (
                        ASTNodeType::Reference { reference: ReferenceType::Cell { .. }, .. },
                        Operand::Scalar(value),
                    ) if whole => Operand::Array(Table::single(value.cell()).as_reference()),
                    (_, Operand::Array(table)) if !whole => Operand::of_table(table),
                    (_, operand) => operand,
                }
            })
            .collect();
        lifted(record, &operands)
    }
}

fn argument(operand: &Operand) -> Argument<'_> {
    match operand {
        Operand::Empty => Argument::Empty,
        Operand::Scalar(value) => Argument::Value(value.cell()),
        Operand::Array(table) => Argument::Array(table),
        Operand::Lambda(lambda) => Argument::Lambda(lambda),
        Operand::Rows(_) => panic!("rows in a single cell"),
    }
}

fn output(result: Result<Output>) -> Operand {
    match result {
        Ok(Output::Value(value)) => Operand::Scalar(value),
        Ok(Output::Array(table)) => Operand::of_table(table),
        Err(code) => Operand::error(code),
    }
}

fn operand(argument: &Argument<'_>) -> Operand {
    match argument {
        Argument::Missing | Argument::Empty => Operand::Empty,
        Argument::Value(cell) => Operand::Scalar(cell.owned()),
        Argument::Array(table) => Operand::Array((*table).clone()),
        Argument::Lambda(_) => panic!("a lambda handed to a lambda"),
    }
}

fn operator(op: BinaryOperator) -> fn(&formualizer_functions::call::Call<'_>) -> Result<Output> {
    fn order(call: &formualizer_functions::call::Call<'_>) -> Result<std::cmp::Ordering> {
        compare::order(call.scalar(0), call.scalar(1))
    }
    match op {
        BinaryOperator::Add => |call| Ok((call.number(0)? + call.number(1)?).into()),
        BinaryOperator::Subtract => |call| Ok((call.number(0)? - call.number(1)?).into()),
        BinaryOperator::Multiply => |call| Ok((call.number(0)? * call.number(1)?).into()),
        BinaryOperator::Divide => |call| {
            let (a, b) = (call.number(0)?, call.number(1)?);
            if b == 0.0 { Err(ErrorCode::Div) } else { Ok((a / b).into()) }
        },
        BinaryOperator::Power => |call| Ok(call.number(0)?.powf(call.number(1)?).into()),
        BinaryOperator::Concat => |call| Ok(format!("{}{}", call.text(0)?, call.text(1)?).into()),
        BinaryOperator::Equal => |call| Ok(compare::equal(call.scalar(0), call.scalar(1))?.into()),
        BinaryOperator::NotEqual => {
            |call| Ok((!compare::equal(call.scalar(0), call.scalar(1))?).into())
        }
        BinaryOperator::Less => |call| Ok(order(call)?.is_lt().into()),
        BinaryOperator::Greater => |call| Ok(order(call)?.is_gt().into()),
        BinaryOperator::LessEqual => |call| Ok(order(call)?.is_le().into()),
        BinaryOperator::GreaterEqual => |call| Ok(order(call)?.is_ge().into()),
        _ => |_| Err(ErrorCode::Ref),
    }
}

/// A `LAMBDA` of a case.
#[derive(Debug)]
struct Closure {
    body: ASTNode,
    parameters: Vec<String>,
    outer: Naive,
}

impl Lambda for Closure {
    fn arity(&self) -> (usize, usize) {
        (self.parameters.len(), self.parameters.len())
    }

    fn call(&self, arguments: &[Argument<'_>]) -> Result<Output> {
        if arguments.len() != self.parameters.len() {
            return Err(ErrorCode::Value);
        }
        let mut inner = self.outer.clone();
        inner.names.extend(self.parameters.iter().cloned().zip(arguments.iter().map(operand)));
        match inner.node(&self.body) {
            Operand::Scalar(value) => Ok(Output::Value(value)),
            Operand::Array(table) => Ok(Output::Array(table)),
            _ => Ok(Output::Value(ScalarValue::Blank)),
        }
    }
}

/// A function by its name.
#[derive(Debug)]
struct Builtin(&'static Record);

impl Lambda for Builtin {
    fn arity(&self) -> (usize, usize) {
        (self.0.fewest(), self.0.most())
    }

    fn call(&self, arguments: &[Argument<'_>]) -> Result<Output> {
        match lifted(self.0, &arguments.iter().map(operand).collect::<Vec<_>>()) {
            Operand::Scalar(value) => Ok(Output::Value(value)),
            Operand::Array(table) => Ok(Output::Array(table)),
            _ => Err(ErrorCode::Value),
        }
    }
}

/// What texts of numbers look like, for those that read this file.
#[test]
fn the_naive_evaluator_knows_operators() {
    let value = |formula| crate::table::shown(&evaluate(formula, &Cells::parse("A1=2;A2=3")));
    assert_eq!(value("=A1+A2*2"), "8");
    assert_eq!(value("={1,2,3}+{1,2}"), "{2,4,#N/A}");
    assert_eq!(value("=LAMBDA(x,x&\"!\")(A1:A2)"), "{\"2!\";\"3!\"}");
    assert_eq!(general::to_text(1.0), "1");
    assert_eq!(Scalar::Blank, ScalarValue::Blank.scalar());
}
