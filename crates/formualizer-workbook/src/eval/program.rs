//! A formula compiled for columns: which parts are kernels, which are calls, which go to the Interpreter.

use super::Reader;
use crate::{
    Value,
    address::{Area, Axis, Cell, MAX_COLS, MAX_ROWS, SheetId},
    formula::{Template, Tree, function_key, walking},
    functions::Bound,
};
use formualizer_common::{ExcelError, ExcelErrorKind};
use formualizer_parse::{
    ASTNode, ASTNodeType, BinaryOperator, UnaryOperator, parser::ReferenceType,
};
use std::sync::{Arc, Mutex, PoisonError};

/// Levels of nesting up to which a formula is evaluated; spreadsheets allow 64.
const MAX_DEPTH: usize = 256;
/// Parts of a formula that is evaluated; the text of a formula has at most 8192 characters in spreadsheets.
const MAX_NODES: usize = 10_000;

/// What the evaluator keeps of a template between evaluations: the program, and the revision of the bound
/// functions that it was compiled for.
#[derive(Debug, Default)]
pub(crate) struct ProgramSlot(Mutex<Option<(u64, Arc<Program>)>>);

impl ProgramSlot {
    /// The program of a template, compiled again when the bound functions have changed.
    pub(crate) fn get(&self, reader: &dyn Reader, template: &Template) -> Arc<Program> {
        let revision = reader.functions().revision();
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*slot {
            Some((compiled, program)) if *compiled == revision => Arc::clone(program),
            _ => {
                let program = Arc::new(Program::new(reader, template));
                *slot = Some((revision, Arc::clone(&program)));
                program
            }
        }
    }
}

/// A compiled formula.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) root: Node,
    /// The whole formula, for cells that the kernels leave to the Interpreter; `None` where it is too deep for that.
    pub(crate) whole: Option<Interpreted>,
}

/// A part of a formula. `exact` says that it matters to what stands around the node whether an error is the
/// value of a cell or was raised: the Interpreter takes raised errors before others.
#[derive(Debug)]
pub(crate) enum Node {
    Value(Value),
    /// A reference to one cell.
    Cell(Area),
    /// A reference to more cells; only as an argument of what takes ranges.
    Range(Area),
    Unary(UnaryOperator, Box<Self>),
    Binary(BinaryOperator, Box<Self>, Box<Self>),
    If(Box<Self>, Box<Self>, Box<Self>),
    /// `IFERROR`, or `IFNA` where the flag is set.
    IfError(bool, Box<Self>, Box<Self>),
    Logical(Logical, Vec<Self>),
    Test(Test, Box<Self>),
    Numeric(Numeric, Vec<Self>),
    Text {
        function: Text,
        arguments: Vec<Self>,
        exact: bool,
    },
    Aggregate {
        function: Aggregate,
        arguments: Vec<Self>,
        exact: bool,
    },
    /// A plugin or callback; `None` is an argument that was left out.
    Call(Arc<Bound>, Vec<Option<Self>>),
    Lookup(Lookup),
    Interpreted {
        formula: Interpreted,
        exact: bool,
    },
}

/// A lookup of exact values in a table of fixed rows.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) key: Box<Node>,
    pub(crate) table: Area,
    /// The column of the table to take the result from; `None` for `MATCH`, which gives the position.
    pub(crate) column: Option<u32>,
    /// The same, for a few rows.
    pub(crate) formula: Interpreted,
    pub(crate) exact: bool,
}

/// A part that the Interpreter evaluates cell by cell.
#[derive(Debug)]
pub(crate) struct Interpreted {
    pub(crate) ast: Tree,
    /// The cell that the references in `ast` are written for.
    pub(crate) origin: Cell,
    /// Arguments of the outermost function that are evaluated as vectors first.
    pub(crate) filled: Vec<(usize, Node)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logical {
    And,
    Or,
    Xor,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    Blank,
    Number,
    Text,
    Logical,
    Error,
    ErrorButNa,
    Na,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numeric {
    Abs,
    Sign,
    Int,
    Trunc,
    Round,
    RoundUp,
    RoundDown,
    Mod,
    Sqrt,
    Exp,
    Ln,
    Log,
    Log10,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Len,
    Left,
    Right,
    Mid,
    Upper,
    Lower,
    Trim,
    Concat,
    Concatenate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Sum,
    Average,
    Count,
    CountA,
    Min,
    Max,
}

impl Drop for Program {
    fn drop(&mut self) {
        let root = std::mem::replace(&mut self.root, Node::Value(Value::Empty));
        let whole = self.whole.take();
        walking(|| drop((root, whole)));
    }
}

impl Program {
    fn new(reader: &dyn Reader, template: &Template) -> Self {
        if !is_shallow(&template.lowered, true) {
            return Self { root: too_deep(), whole: None };
        }
        let compiler = Compiler { reader, origin: template.origin, sheet: template.sheet };
        Self {
            root: compiler.node(&template.lowered, false),
            whole: is_shallow(&template.lowered, false)
                .then(|| compiler.formula(&template.lowered, false)),
        }
    }
}

/// Whether the nesting is within the limit; does not recurse itself. With `chains`, a chain such as `1+2+3` is
/// one level, since kernels take it without recursion.
fn is_shallow(ast: &ASTNode, chains: bool) -> bool {
    let (mut level, mut nodes) = (vec![ast], 0);
    for _ in 0..MAX_DEPTH {
        let mut below: Vec<&ASTNode> = Vec::new();
        while let Some(node) = level.pop() {
            nodes += 1;
            match &node.node_type {
                ASTNodeType::UnaryOp { expr, .. } => below.push(expr),
                ASTNodeType::BinaryOp { left, right, .. } => {
                    below.push(right);
                    if chains { &mut level } else { &mut below }.push(left);
                }
                ASTNodeType::Function { args, .. } => below.extend(args),
                ASTNodeType::Call { callee, args } => {
                    below.push(callee);
                    below.extend(args);
                }
                ASTNodeType::Array(rows) => below.extend(rows.iter().flatten()),
                ASTNodeType::Literal(_) | ASTNodeType::Omitted | ASTNodeType::Reference { .. } => {}
            }
        }
        if below.is_empty() {
            return nodes <= MAX_NODES;
        }
        level = below;
    }
    false
}

fn too_deep() -> Node {
    let error = ExcelError::new(ExcelErrorKind::Value)
        .with_message(format!("the formula is nested deeper than {MAX_DEPTH} levels"));
    Node::Value(Value::Error(error))
}

impl Node {
    /// Whether evaluating it may be dear: then it is evaluated only for the rows that need it.
    pub(crate) fn is_dear(&self) -> bool {
        let mut node = self;
        // Chains are long on their left side.
        while let Self::Binary(_, left, right) = node {
            if right.is_dear() {
                return true;
            }
            node = left;
        }
        match node {
            Self::Call(..) | Self::Interpreted { .. } | Self::Lookup(_) => true,
            Self::Value(_) | Self::Cell(_) | Self::Range(_) => false,
            Self::Unary(_, a) | Self::Test(_, a) => a.is_dear(),
            Self::Binary(_, a, b) | Self::IfError(_, a, b) => a.is_dear() || b.is_dear(),
            Self::If(a, b, c) => a.is_dear() || b.is_dear() || c.is_dear(),
            Self::Logical(_, arguments)
            | Self::Numeric(_, arguments)
            | Self::Text { arguments, .. }
            | Self::Aggregate { arguments, .. } => arguments.iter().any(Self::is_dear),
        }
    }

    /// Whether the Interpreter would see a reference in its place, so that functions which treat references
    /// otherwise than values would.
    fn may_be_reference(&self) -> bool {
        matches!(
            self,
            Self::If(..)
                | Self::Interpreted { .. }
                | Self::Call(..)
                | Self::Range(_)
                | Self::Cell(_)
        )
    }
}

struct Compiler<'a> {
    reader: &'a dyn Reader,
    origin: Cell,
    sheet: SheetId,
}

impl Compiler<'_> {
    fn node(&self, ast: &ASTNode, exact: bool) -> Node {
        let node = match &ast.node_type {
            ASTNodeType::Literal(Value::Array(_)) => None,
            ASTNodeType::Literal(value) => Some(Node::Value(value.clone())),
            ASTNodeType::Omitted => Some(Node::Value(Value::Number(0.0))),
            ASTNodeType::Reference { reference, .. } => match self.area(reference) {
                Some(area @ (Node::Cell(_) | Node::Value(_))) => Some(area),
                _ => None,
            },
            ASTNodeType::UnaryOp { op, expr } => match op {
                UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Percent => {
                    Some(Node::Unary(*op, Box::new(self.node(expr, exact))))
                }
                _ => None,
            },
            ASTNodeType::BinaryOp { op, left, right } => match op {
                op if is_kernel(op) => {
                    // A chain is walked down its left side and built up again.
                    let mut chain = vec![(*op, right)];
                    let mut first = left;
                    while let ASTNodeType::BinaryOp { op, left, right } = &first.node_type
                        && is_kernel(op)
                    {
                        chain.push((*op, right));
                        first = left;
                    }
                    let first = self.node(first, exact);
                    Some(chain.into_iter().rev().fold(first, |left, (op, right)| {
                        Node::Binary(op, Box::new(left), Box::new(self.node(right, true)))
                    }))
                }
                _ => None,
            },
            ASTNodeType::Function { name, args } => {
                let key = function_key(name);
                if let Some(node) = self.lookup(&key, ast, args, exact) {
                    return node;
                }
                // Arguments are compiled once only, or a nested formula would take exponential time.
                return self
                    .function(&key, args, exact)
                    .unwrap_or_else(|fill| self.interpreted(ast, fill, exact));
            }
            ASTNodeType::Call { .. } | ASTNodeType::Array(_) => None,
        };
        node.unwrap_or_else(|| self.interpreted(ast, false, exact))
    }

    /// A kernel or a call; `Err` where the Interpreter is to evaluate the function, with whether its arguments
    /// may be vectors.
    fn function(&self, key: &str, args: &[ASTNode], exact: bool) -> Result<Node, bool> {
        if let Some(bound) = self.reader.functions().get(key) {
            let arguments = args.iter().map(|argument| match &argument.node_type {
                ASTNodeType::Omitted => None,
                ASTNodeType::Reference { reference, .. } => {
                    Some(self.area(reference).unwrap_or_else(|| self.node(argument, false)))
                }
                _ => Some(self.node(argument, false)),
            });
            return Ok(Node::Call(Arc::clone(bound), arguments.collect()));
        }
        let omits = args.iter().any(|arg| matches!(arg.node_type, ASTNodeType::Omitted));
        let boxed = |index: usize, exact| Box::new(self.node(&args[index], exact));
        match (key, args.len()) {
            ("TRUE", 0) => return Ok(Node::Value(Value::Boolean(true))),
            ("FALSE", 0) => return Ok(Node::Value(Value::Boolean(false))),
            ("IF", 2 | 3) => {
                let otherwise = match args.len() {
                    3 => boxed(2, exact),
                    _ => Box::new(Node::Value(Value::Boolean(false))),
                };
                return Ok(Node::If(boxed(0, exact), boxed(1, exact), otherwise));
            }
            ("IFERROR", 2) => {
                return Ok(Node::IfError(false, boxed(0, false), boxed(1, exact)));
            }
            ("IFNA", 2) => return Ok(Node::IfError(true, boxed(0, true), boxed(1, exact))),
            _ => {}
        }
        if omits || args.is_empty() {
            return Err(true);
        }
        if let Some(function) = test(key) {
            return match args.len() {
                1 => Ok(Node::Test(function, Box::new(self.spread(&args[0], true)))),
                _ => Err(true),
            };
        }
        if let Some((function, least, most)) = numeric(key) {
            if !(least..=most).contains(&args.len()) {
                return Err(true);
            }
            let last = args.len() - 1;
            let nodes = args.iter().enumerate();
            let nodes = nodes.map(|(i, arg)| self.spread(arg, exact || i < last)).collect();
            return Ok(Node::Numeric(function, nodes));
        }
        if let Some(function) = logical(key) {
            if function == Logical::Not {
                return match args {
                    [argument] => Ok(Node::Logical(function, vec![self.node(argument, exact)])),
                    _ => Err(true),
                };
            }
            let nodes: Vec<Node> = args.iter().map(|arg| self.node(arg, false)).collect();
            let plain = nodes.iter().all(|n| matches!(n, Node::Cell(_)) || !n.may_be_reference());
            return plain.then_some(Node::Logical(function, nodes)).ok_or(false);
        }
        if let Some((function, least, most)) = text(key) {
            if !(least..=most).contains(&args.len()) {
                return Err(true);
            }
            let argument = |arg| match function {
                Text::Concat => self.node(arg, exact),
                _ => self.spread(arg, exact),
            };
            let arguments: Vec<Node> = args.iter().map(argument).collect();
            // CONCAT joins all cells of a range, and a reference may come out of IF.
            let plain =
                arguments.iter().all(|n| matches!(n, Node::Cell(_)) || !n.may_be_reference());
            return (plain || function != Text::Concat)
                .then_some(Node::Text { function, arguments, exact })
                .ok_or(false);
        }
        let function = aggregate(key).ok_or(true)?;
        // COUNTA counts an error that is a value.
        let inner = exact || function == Aggregate::CountA;
        let arguments: Vec<Node> = args
            .iter()
            .map(|arg| match &arg.node_type {
                ASTNodeType::Reference { reference, .. } => {
                    self.area(reference).unwrap_or_else(|| self.node(arg, inner))
                }
                _ => self.node(arg, inner),
            })
            .collect();
        let plain = arguments.iter().all(|node| {
            // Calls give values.
            matches!(node, Node::Cell(_) | Node::Range(_) | Node::Call(..))
                || !node.may_be_reference()
        });
        plain.then_some(Node::Aggregate { function, arguments, exact }).ok_or(false)
    }

    /// An argument of a function of one value, which a range spreads over its cells.
    fn spread(&self, ast: &ASTNode, exact: bool) -> Node {
        if let ASTNodeType::Reference { reference, .. } = &ast.node_type
            && let Some(range @ Node::Range(_)) = self.area(reference)
        {
            return range;
        }
        self.node(ast, exact)
    }

    /// A lookup that has an index.
    fn lookup(&self, key: &str, ast: &ASTNode, args: &[ASTNode], exact: bool) -> Option<Node> {
        let number = |node: &ASTNode| match &node.node_type {
            ASTNodeType::Literal(Value::Number(n)) => Some(*n),
            #[expect(clippy::cast_precision_loss, reason = "compared with small numbers")]
            ASTNodeType::Literal(Value::Int(n)) => Some(*n as f64),
            ASTNodeType::Literal(Value::Boolean(b)) => Some(f64::from(u8::from(*b))),
            _ => None,
        };
        let (value, table, column, mode) = match (key, args) {
            ("VLOOKUP", [value, table, column, mode]) => (value, table, Some(column), mode),
            ("MATCH", [value, table, mode]) => (value, table, None, mode),
            _ => return None,
        };
        if self.reader.functions().get(key).is_some() || number(mode) != Some(0.0) {
            return None;
        }
        // MATCH takes a logical value for no mode at all.
        if column.is_none() && matches!(mode.node_type, ASTNodeType::Literal(Value::Boolean(_))) {
            return None;
        }
        let column = match column.map(number) {
            None => None,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
            Some(Some(n)) if (1.0..16_384.0).contains(&n) => Some(n as u32 - 1),
            Some(_) => return None,
        };
        let ASTNodeType::Reference { reference, .. } = &table.node_type else { return None };
        let Some(Node::Range(table)) = self.area(reference) else { return None };
        let fixed = matches!((table.top, table.bottom), (Axis::Fixed(_), Axis::Fixed(_)));
        let omitted = matches!(value.node_type, ASTNodeType::Omitted);
        if !fixed || omitted || !is_shallow(ast, false) {
            return None;
        }
        let key = Box::new(self.node(value, true));
        let formula = self.formula(ast, false);
        Some(Node::Lookup(Lookup { key, table, column, formula, exact }))
    }

    /// The cells that a reference names, relative to the formula's own; `None` where it is not of this kind.
    fn area(&self, reference: &ReferenceType) -> Option<Node> {
        let axis = |at: u32, fixed: bool, own: u32, max: u32| {
            let at = at.checked_sub(1).filter(|at| *at < max)?;
            Some(match fixed {
                true => Axis::Fixed(at),
                false => Axis::Moving(i32::try_from(i64::from(at) - i64::from(own)).ok()?),
            })
        };
        let row = |at, fixed| axis(at, fixed, self.origin.row, MAX_ROWS);
        let col = |at, fixed| axis(at, fixed, self.origin.col, MAX_COLS);
        let sheet = |name: &Option<String>| match name {
            Some(name) => self.reader.sheet(name),
            None => Some(self.sheet),
        };
        let missing = || Node::Value(Value::Error(ExcelError::new(ExcelErrorKind::Ref)));
        match reference {
            ReferenceType::Cell { sheet: name, row: r, col: c, row_abs, col_abs } => {
                let Some(sheet) = sheet(name) else { return Some(missing()) };
                let (top, left) = (row(*r, *row_abs)?, col(*c, *col_abs)?);
                Some(Node::Cell(Area { sheet, top, left, bottom: top, right: left }))
            }
            ReferenceType::Range {
                sheet: name,
                start_row,
                start_col,
                end_row,
                end_col,
                start_row_abs,
                start_col_abs,
                end_row_abs,
                end_col_abs,
            } => {
                let Some(sheet) = sheet(name) else { return Some(missing()) };
                let bound = |at: &Option<u32>,
                             fixed: bool,
                             open: u32,
                             of: &dyn Fn(u32, bool) -> Option<Axis>| {
                    match at {
                        Some(at) => of(*at, fixed),
                        None => Some(Axis::Fixed(open)),
                    }
                };
                Some(Node::Range(Area {
                    sheet,
                    top: bound(start_row, *start_row_abs, 0, &row)?,
                    left: bound(start_col, *start_col_abs, 0, &col)?,
                    bottom: bound(end_row, *end_row_abs, MAX_ROWS - 1, &row)?,
                    right: bound(end_col, *end_col_abs, MAX_COLS - 1, &col)?,
                }))
            }
            _ => None,
        }
    }

    fn interpreted(&self, ast: &ASTNode, fill: bool, exact: bool) -> Node {
        match is_shallow(ast, false) {
            true => Node::Interpreted { formula: self.formula(ast, fill), exact },
            false => too_deep(),
        }
    }

    /// A part for the Interpreter, with arguments that can be vectors taken out.
    fn formula(&self, ast: &ASTNode, fill: bool) -> Interpreted {
        let mut filled = Vec::new();
        if fill
            && let ASTNodeType::Function { name, args } = &ast.node_type
            && takes_values(&function_key(name))
        {
            for (index, argument) in args.iter().enumerate() {
                let operation = matches!(
                    argument.node_type,
                    ASTNodeType::UnaryOp { .. }
                        | ASTNodeType::BinaryOp { .. }
                        | ASTNodeType::Function { .. }
                );
                if operation {
                    let node = self.node(argument, true);
                    if !node.may_be_reference() || matches!(node, Node::Call(..)) {
                        filled.push((index, node));
                    }
                }
            }
        }
        Interpreted { ast: ast.clone().into(), origin: self.origin, filled }
    }
}

/// Whether all arguments of a built-in are evaluated in any case, and outside of names of its own.
fn takes_values(key: &str) -> bool {
    use formualizer_eval::function::FnCaps;
    let lazy = FnCaps::SHORT_CIRCUIT | FnCaps::LOCAL_ENVIRONMENT;
    formualizer_eval::function_registry::get("", key)
        .is_some_and(|function| !function.caps().intersects(lazy))
        && !["LET", "LAMBDA", "MAP", "REDUCE", "SCAN", "BYROW", "BYCOL", "MAKEARRAY"].contains(&key)
}

/// Whether an operator has a kernel.
fn is_kernel(op: &BinaryOperator) -> bool {
    use BinaryOperator as Op;
    matches!(
        op,
        Op::Add
            | Op::Subtract
            | Op::Multiply
            | Op::Divide
            | Op::Power
            | Op::Concat
            | Op::Equal
            | Op::NotEqual
            | Op::Less
            | Op::Greater
            | Op::LessEqual
            | Op::GreaterEqual
    )
}

fn test(key: &str) -> Option<Test> {
    Some(match key {
        "ISBLANK" => Test::Blank,
        "ISNUMBER" => Test::Number,
        "ISTEXT" => Test::Text,
        "ISLOGICAL" => Test::Logical,
        "ISERROR" => Test::Error,
        "ISERR" => Test::ErrorButNa,
        "ISNA" => Test::Na,
        _ => return None,
    })
}

/// The function and how many arguments it takes.
fn numeric(key: &str) -> Option<(Numeric, usize, usize)> {
    Some(match key {
        "ABS" => (Numeric::Abs, 1, 1),
        "SIGN" => (Numeric::Sign, 1, 1),
        "INT" => (Numeric::Int, 1, 1),
        "TRUNC" => (Numeric::Trunc, 1, 2),
        "ROUND" => (Numeric::Round, 2, 2),
        "ROUNDUP" => (Numeric::RoundUp, 2, 2),
        "ROUNDDOWN" => (Numeric::RoundDown, 2, 2),
        "MOD" => (Numeric::Mod, 2, 2),
        "SQRT" => (Numeric::Sqrt, 1, 1),
        "EXP" => (Numeric::Exp, 1, 1),
        "LN" => (Numeric::Ln, 1, 1),
        "LOG" => (Numeric::Log, 1, 2),
        "LOG10" => (Numeric::Log10, 1, 1),
        "POWER" => (Numeric::Power, 2, 2),
        _ => return None,
    })
}

fn logical(key: &str) -> Option<Logical> {
    Some(match key {
        "AND" => Logical::And,
        "OR" => Logical::Or,
        "XOR" => Logical::Xor,
        "NOT" => Logical::Not,
        _ => return None,
    })
}

/// The function and how many arguments it takes.
fn text(key: &str) -> Option<(Text, usize, usize)> {
    Some(match key {
        "LEN" => (Text::Len, 1, 1),
        "LEFT" => (Text::Left, 1, 2),
        "RIGHT" => (Text::Right, 1, 2),
        "MID" => (Text::Mid, 3, 3),
        "UPPER" => (Text::Upper, 1, 1),
        "LOWER" => (Text::Lower, 1, 1),
        "TRIM" => (Text::Trim, 1, 1),
        "CONCAT" => (Text::Concat, 1, 255),
        "CONCATENATE" => (Text::Concatenate, 1, 255),
        _ => return None,
    })
}

fn aggregate(key: &str) -> Option<Aggregate> {
    Some(match key {
        "SUM" => Aggregate::Sum,
        "AVERAGE" => Aggregate::Average,
        "COUNT" => Aggregate::Count,
        "COUNTA" => Aggregate::CountA,
        "MIN" => Aggregate::Min,
        "MAX" => Aggregate::Max,
        _ => return None,
    })
}
