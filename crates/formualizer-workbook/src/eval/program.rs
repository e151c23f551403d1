//! A formula compiled for evaluation: references as areas, functions as records, names as places.

use super::Reader;
use crate::{
    Value,
    address::{Area, Axis},
    cells::{CellRef, Table},
    formula::{Arrays, Template, area_of, function_key, walking},
    functions::{Bound, Kind},
};
use formualizer_functions::{
    ErrorCode, Record, ScalarValue, eager, find,
    record::{Kernel, Mode, value},
};
use formualizer_parse::{
    ASTNode, ASTNodeType, BinaryOperator, UnaryOperator, parser::ReferenceType,
};
use std::sync::{Arc, Mutex, PoisonError};

/// Levels of nesting up to which a formula is evaluated; spreadsheets allow 64.
const MAX_DEPTH: usize = 256;
/// Parts of a formula that is evaluated; the text of a formula has at most 8192 characters in spreadsheets.
const MAX_NODES: usize = 20_000;

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
    pub(crate) root: Expr,
    /// How many parts are the same for all rows of a strip and worth keeping.
    pub(crate) slots: usize,
    /// Whether parts of a strip may be evaluated side by side: calls of plugins see to that themselves, and volatile calls are
    /// counted.
    pub(crate) parts: bool,
}

/// A part of a formula.
#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) node: Node,
    /// Whether the value is the same for all rows of a column.
    pub(crate) fixed: bool,
    /// Where the value is kept for all rows, if it is worth that.
    pub(crate) slot: Option<usize>,
}

/// What a part of a formula is.
#[derive(Debug)]
pub(crate) enum Node {
    Value(ScalarValue),
    /// An array that is written in the formula.
    Array(Table),
    /// An argument that is empty between commas.
    Omitted,
    /// A reference to cells.
    Area(Area),
    /// A name of `LET` or a parameter of `LAMBDA`: its place among the names around it.
    Local(usize),
    Unary(UnaryOperator, Box<Expr>),
    Binary {
        op: BinaryOperator,
        left: Box<Expr>,
        right: Box<Expr>,
        /// Whether it is the last operation of the formula, whose noise is zero.
        last: bool,
    },
    /// `:`, `,` and the space between references.
    Join(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `A1#`
    Spilled(Box<Expr>),
    /// `@A1:A9`
    Single(Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `IFERROR`, or `IFNA` where the flag is set.
    IfError(bool, Box<Expr>, Box<Expr>),
    /// Values of names, each seeing those before it, and what is made of them.
    Let(Vec<Expr>, Box<Expr>),
    Lambda(LambdaNode),
    /// A call of what an expression gives.
    Invoke(Box<Expr>, Vec<Expr>),
    Function(&'static Record, Vec<Expr>),
    /// The name of a function where a function is wanted.
    Builtin(&'static Record),
    /// A plugin or callback.
    Bound(Arc<Bound>, Vec<Expr>),
    /// What cannot be calculated: the stored value is kept.
    Unknown(Box<str>),
}

/// A `LAMBDA`.
#[derive(Debug)]
pub(crate) struct LambdaNode {
    /// Whether it is what a name stands for, which it may call itself by: its place is before the parameters'.
    pub(crate) named: bool,
    /// The fewest arguments.
    pub(crate) required: usize,
    pub(crate) parameters: usize,
    pub(crate) body: Box<Expr>,
}

impl Drop for Program {
    fn drop(&mut self) {
        let root = std::mem::replace(&mut self.root, Expr::value(ScalarValue::Blank));
        walking(|| drop(root));
    }
}

impl Program {
    fn new(reader: &dyn Reader, template: &Template) -> Self {
        let mut compiler = Compiler { reader, template, slots: 0, parts: true, locals: Vec::new() };
        let mut root = match is_shallow(&template.lowered) {
            true => compiler.expr(&template.lowered),
            false => {
                let why = format!("the formula is nested deeper than {MAX_DEPTH} levels");
                Expr::value(ScalarValue::Error(ErrorCode::Value, Some(why.into())))
            }
        };
        if let Node::Binary { last, .. } = &mut root.node {
            *last = true;
        }
        // A reference that only evaluating tells means one cell where one value is wanted.
        let found = matches!(root.node, Node::Function(..) | Node::Let(..) | Node::If(..));
        if template.arrays == Arrays::Single && found && super::reference::may_be(&root.node) {
            root = compiler.of(Node::Single(Box::new(root)));
        }
        Self { root, slots: compiler.slots, parts: compiler.parts && !template.volatile }
    }
}

/// Whether the nesting is within the limit; does not recurse itself. A chain such as `1+2+3` is one level.
fn is_shallow(ast: &ASTNode) -> bool {
    let (mut level, mut nodes) = (vec![ast], 0);
    for _ in 0..MAX_DEPTH {
        let mut below: Vec<&ASTNode> = Vec::new();
        while let Some(node) = level.pop() {
            nodes += 1;
            match &node.node_type {
                ASTNodeType::UnaryOp { expr, .. } => below.push(expr),
                ASTNodeType::BinaryOp { left, right, .. } => {
                    below.push(right);
                    level.push(left);
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

impl Expr {
    pub(crate) fn value(value: impl Into<ScalarValue>) -> Self {
        Self { node: Node::Value(value.into()), fixed: true, slot: None }
    }

    fn error(code: ErrorCode) -> Self {
        Self::value(ScalarValue::error(code))
    }

    /// Whether evaluating it may be dear or has effects on what is kept: then it is evaluated only for the rows
    /// that need it.
    pub(crate) fn is_dear(&self) -> bool {
        let mut expr = self;
        // Chains are long on their left side.
        while let Node::Binary { left, right, .. } = &expr.node {
            if right.is_dear() {
                return true;
            }
            expr = left;
        }
        match &expr.node {
            Node::Value(_) | Node::Array(_) | Node::Omitted | Node::Area(_) | Node::Local(_) => {
                false
            }
            Node::Unary(_, a) => a.is_dear(),
            Node::Function(record, arguments) => {
                !matches!(record.kernel, Kernel::OfOne(_) | Kernel::OfTwo(..))
                    || arguments.iter().any(Self::is_dear)
            }
            _ => true,
        }
    }
}

struct Compiler<'a> {
    reader: &'a dyn Reader,
    template: &'a Template,
    slots: usize,
    parts: bool,
    /// Names in scope, in lower case, the innermost last.
    locals: Vec<String>,
}

/// Whether one value serves all rows of a column.
fn is_fixed(area: &Area) -> bool {
    matches!((area.top, area.bottom), (Axis::Fixed(_), Axis::Fixed(_)))
}

/// Whether a reference is to one cell.
pub(crate) fn is_cell(area: &Area) -> bool {
    area.top == area.bottom && area.left == area.right
}

impl Compiler<'_> {
    /// A part that is a value: the name of a function is none.
    fn expr(&mut self, ast: &ASTNode) -> Expr {
        match self.callable(ast) {
            Expr { node: Node::Builtin(_), .. } => Expr::error(ErrorCode::Name),
            expr => expr,
        }
    }

    /// A part that may be a function.
    fn callable(&mut self, ast: &ASTNode) -> Expr {
        let node = self.node(ast);
        self.of(node)
    }

    fn boxed(&mut self, ast: &ASTNode) -> Box<Expr> {
        Box::new(self.expr(ast))
    }

    /// A node with what is known of it.
    fn of(&mut self, mut node: Node) -> Expr {
        let fixed = match &node {
            Node::Value(_) | Node::Array(_) | Node::Omitted | Node::Builtin(_) => true,
            Node::Area(area) => is_fixed(area),
            Node::Local(_) | Node::Unknown(_) | Node::Lambda(_) | Node::Invoke(..) => false,
            Node::Single(_) | Node::Let(..) => false,
            Node::Unary(_, a) | Node::Spilled(a) => a.fixed,
            Node::Binary { left: a, right: b, .. } | Node::Join(_, a, b) => a.fixed && b.fixed,
            Node::IfError(_, a, b) => a.fixed && b.fixed,
            Node::If(a, b, c) => a.fixed && b.fixed && c.fixed,
            Node::Function(record, arguments) => {
                let own = arguments.is_empty()
                    && record.parameters.iter().any(|p| p.mode == Mode::Reference);
                !record.depends.volatile
                    && !own
                    && record.name != "INDIRECT"
                    && arguments.iter().all(|argument| argument.fixed)
            }
            // A callback may give another value to each cell.
            Node::Bound(bound, arguments) => {
                bound.kind() != Kind::Callback
                    && !bound.volatile()
                    && arguments.iter().all(|argument| argument.fixed)
            }
        };
        let worth = match &node {
            Node::Area(area) => !is_cell(area),
            Node::Value(_) | Node::Array(_) | Node::Omitted | Node::Builtin(_) => false,
            _ => true,
        };
        // A chain is kept as a whole, so that it is evaluated without recursion.
        if let (true, Node::Binary { left, .. }) = (fixed, &mut node)
            && matches!(left.node, Node::Binary { .. })
        {
            left.slot = None;
        }
        let slot = (fixed && worth).then(|| {
            self.slots += 1;
            self.slots - 1
        });
        Expr { node, fixed, slot }
    }

    fn node(&mut self, ast: &ASTNode) -> Node {
        match &ast.node_type {
            ASTNodeType::Literal(value) => self.literal(value),
            ASTNodeType::Omitted => Node::Omitted,
            ASTNodeType::Reference { reference, original } => self.reference(reference, original),
            ASTNodeType::UnaryOp { op, expr } => {
                let inner = self.boxed(expr);
                match op {
                    UnaryOperator::Spill => Node::Spilled(inner),
                    UnaryOperator::ImplicitIntersection => Node::Single(inner),
                    op => Node::Unary(*op, inner),
                }
            }
            ASTNodeType::BinaryOp { .. } => self.chain(ast),
            ASTNodeType::Array(rows) => self.array(rows),
            ASTNodeType::Function { name, args } => self.function(name, args),
            ASTNodeType::Call { callee, args } => {
                let callee = Box::new(self.callable(callee));
                Node::Invoke(callee, self.callables(args))
            }
        }
    }

    fn all(&mut self, args: &[ASTNode]) -> Vec<Expr> {
        args.iter().map(|arg| self.expr(arg)).collect()
    }

    fn callables(&mut self, args: &[ASTNode]) -> Vec<Expr> {
        args.iter().map(|arg| self.callable(arg)).collect()
    }

    fn literal(&self, value: &Value) -> Node {
        let dates = self.reader.environment().dates;
        match value {
            Value::Array(rows) => match Table::from_rows(rows, dates) {
                Some(table) => Node::Array(table),
                None => Node::Value(ScalarValue::error(ErrorCode::Calc)),
            },
            value => Node::Value(CellRef::of(value, dates).unwrap_or(CellRef::Blank).owned()),
        }
    }

    /// A chain of operators, walked down its left side and built up again.
    fn chain(&mut self, ast: &ASTNode) -> Node {
        let (mut chain, mut first) = (Vec::new(), ast);
        while let ASTNodeType::BinaryOp { op, left, right } = &first.node_type {
            chain.push((*op, right));
            first = left;
        }
        let mut left = self.expr(first);
        while let Some((op, right)) = chain.pop() {
            let right = self.boxed(right);
            let node = match op {
                BinaryOperator::Range | BinaryOperator::Union | BinaryOperator::Intersection => {
                    Node::Join(op, Box::new(left), right)
                }
                op => Node::Binary { op, left: Box::new(left), right, last: false },
            };
            if chain.is_empty() {
                return node;
            }
            left = self.of(node);
        }
        left.node
    }

    fn array(&mut self, rows: &[Vec<ASTNode>]) -> Node {
        let values: Vec<Vec<ScalarValue>> = rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|item| match self.expr(item).node {
                        Node::Value(value) => value,
                        Node::Unary(UnaryOperator::Minus, inner) => match inner.node {
                            Node::Value(ScalarValue::Number(n, kind)) => {
                                ScalarValue::Number(-n, kind)
                            }
                            Node::Value(value) => value,
                            _ => ScalarValue::error(ErrorCode::Value),
                        },
                        Node::Unary(UnaryOperator::Plus, inner) => match inner.node {
                            Node::Value(value) => value,
                            _ => ScalarValue::error(ErrorCode::Value),
                        },
                        Node::Omitted => ScalarValue::Blank,
                        _ => ScalarValue::error(ErrorCode::Value),
                    })
                    .collect()
            })
            .collect();
        let width = values.iter().map(Vec::len).max().unwrap_or(0);
        let cell = |row: usize, col: usize| {
            values
                .get(row)
                .and_then(|row| row.get(col))
                .cloned()
                .unwrap_or(ScalarValue::error(ErrorCode::Na))
        };
        match Table::from_fn(values.len(), width, cell) {
            Some(table) => Node::Array(table),
            None => Node::Value(ScalarValue::error(ErrorCode::Calc)),
        }
    }

    fn local(&self, name: &str) -> Option<usize> {
        let key = local_key(name.trim());
        self.locals.iter().rposition(|local| *local == key)
    }

    fn reference(&mut self, reference: &ReferenceType, original: &str) -> Node {
        match reference {
            ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. } => {
                let sheet = match sheet {
                    Some(name) => self.reader.sheet(name),
                    None => Some(self.template.sheet),
                };
                match sheet.and_then(|sheet| area_of(reference, sheet, self.template.origin)) {
                    Some(area) => Node::Area(area),
                    None => Node::Value(ScalarValue::error(ErrorCode::Ref)),
                }
            }
            ReferenceType::NamedRange(name) => match self.local(name) {
                Some(place) => Node::Local(place),
                None => self.builtin(name),
            },
            _ => self.builtin(original),
        }
    }

    /// The name of a function where a function may be wanted; `_xleta.` stands before it in files.
    fn builtin(&self, name: &str) -> Node {
        let key = function_key(name);
        let key = key.strip_prefix("_XLETA.").unwrap_or(&key);
        match find(key) {
            Some(record) => Node::Builtin(record),
            None => Node::Value(ScalarValue::error(ErrorCode::Name)),
        }
    }

    fn function(&mut self, name: &str, args: &[ASTNode]) -> Node {
        if let Some(place) = self.local(name) {
            let callee = Box::new(self.of(Node::Local(place)));
            return Node::Invoke(callee, self.callables(args));
        }
        let key = function_key(name);
        if let Some(bound) = self.reader.functions().get(&key) {
            let bound = Arc::clone(bound);
            self.parts = false;
            return Node::Bound(bound, self.all(args));
        }
        match (key.as_str(), args) {
            ("IF", [condition, yes]) => {
                let (condition, yes) = (self.boxed(condition), self.boxed(yes));
                return Node::If(condition, yes, Box::new(Expr::value(false)));
            }
            ("IF", [condition, yes, no]) => {
                let (condition, yes) = (self.boxed(condition), self.boxed(yes));
                return Node::If(condition, yes, self.boxed(no));
            }
            ("IFERROR" | "IFNA", [value, other]) => {
                let value = self.boxed(value);
                return Node::IfError(key == "IFNA", value, self.boxed(other));
            }
            ("IFS", [_, _, ..]) if args.len().is_multiple_of(2) => return self.ifs(args).node,
            ("SWITCH", [of, _, _, ..]) => return self.switch(of, &args[1..]),
            ("CHOOSE", [index, _, ..]) => return self.choose(index, &args[1..]),
            ("LET", [..]) if args.len() % 2 == 1 => return self.let_names(args),
            ("LAMBDA", [.., body]) => {
                return self.lambda(&args[..args.len() - 1], body, None);
            }
            (SELF, [name, lambda]) => return self.named(name, lambda),
            ("SINGLE", [inner]) => return Node::Single(self.boxed(inner)),
            ("ANCHORARRAY", [inner]) => return Node::Spilled(self.boxed(inner)),
            _ => {}
        }
        match find(&key) {
            Some(record) if matches!(record.kernel, Kernel::Kept) => Node::Unknown(key.into()),
            Some(record) => {
                let count = args.len();
                let takes = |index| {
                    let parameter = record.parameter_among(index, count);
                    parameter.is_some_and(|parameter| parameter.mode == Mode::Lambda)
                };
                let arguments: Vec<Expr> = args
                    .iter()
                    .enumerate()
                    .map(
                        |(index, arg)| {
                            if takes(index) { self.callable(arg) } else { self.expr(arg) }
                        },
                    )
                    .collect();
                let fits = arguments.len() >= record.fewest() && arguments.len() <= record.most();
                match fits {
                    true => Node::Function(record, arguments),
                    false => Node::Value(wrong_count(record, arguments.len())),
                }
            }
            None => Node::Unknown(key.into()),
        }
    }

    /// Conditions and values by turns: the value of the first condition that holds, `#N/A` where none does.
    fn ifs(&mut self, args: &[ASTNode]) -> Expr {
        let mut result = Expr::error(ErrorCode::Na);
        for pair in args.rchunks(2) {
            if let [condition, value] = pair {
                let (condition, value) = (self.boxed(condition), self.boxed(value));
                result = self.of(Node::If(condition, value, Box::new(result)));
            }
        }
        result
    }

    /// The result beside the value that is equal.
    fn switch(&mut self, of: &ASTNode, args: &[ASTNode]) -> Node {
        let of = self.expr(of);
        self.locals.push(String::new());
        let place = self.locals.len() - 1;
        let (pairs, default) = args.split_at(args.len() - args.len() % 2);
        let mut result = match default {
            [default] => self.expr(default),
            _ => Expr::error(ErrorCode::Na),
        };
        for pair in pairs.rchunks(2) {
            if let [value, then] = pair {
                let right = self.boxed(value);
                let left = Box::new(self.of(Node::Local(place)));
                let equal = self.of(Node::Function(&SAME, vec![*left, *right]));
                let then = self.boxed(then);
                result = self.of(Node::If(Box::new(equal), then, Box::new(result)));
            }
        }
        self.locals.pop();
        Node::Let(vec![of], Box::new(result))
    }

    /// The value at an index from 1.
    fn choose(&mut self, index: &ASTNode, values: &[ASTNode]) -> Node {
        let Some(trunc) = find("TRUNC") else { return Node::Value(ErrorCode::Name.into()) };
        let index = self.expr(index);
        if let Node::Value(ScalarValue::Number(n, _)) = index.node {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturates; 0 and beyond the end are errors"
            )]
            let value = (n as usize).checked_sub(1).and_then(|index| values.get(index));
            return match value {
                Some(value) => self.node(value),
                None => Node::Value(ErrorCode::Value.into()),
            };
        }
        let index = self.of(Node::Function(trunc, vec![index]));
        self.locals.push(String::new());
        let place = self.locals.len() - 1;
        let mut result = Expr::error(ErrorCode::Value);
        for (number, value) in values.iter().enumerate().rev() {
            let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
            let right = Box::new(Expr::value(f64::from(number)));
            let left = Box::new(self.of(Node::Local(place)));
            let op = BinaryOperator::Equal;
            let equal = self.of(Node::Binary { op, left, right, last: false });
            let value = self.boxed(value);
            result = self.of(Node::If(Box::new(equal), value, Box::new(result)));
        }
        self.locals.pop();
        Node::Let(vec![index], Box::new(result))
    }

    fn let_names(&mut self, args: &[ASTNode]) -> Node {
        let outer = self.locals.len();
        let mut values = Vec::new();
        let Some((body, pairs)) = args.split_last() else {
            return Node::Value(ErrorCode::Value.into());
        };
        let mut failed = None;
        for pair in pairs.chunks(2) {
            let [name, value] = pair else { continue };
            match parameter(name) {
                Some(name) => {
                    values.push(self.callable(value));
                    self.locals.push(local_key(name));
                }
                None => failed = Some(ErrorCode::Name),
            }
        }
        let body = self.boxed(body);
        self.locals.truncate(outer);
        match failed {
            Some(code) => Node::Value(code.into()),
            None => Node::Let(values, body),
        }
    }

    fn lambda(&mut self, parameters: &[ASTNode], body: &ASTNode, named: Option<&str>) -> Node {
        let outer = self.locals.len();
        self.locals.extend(named.map(local_key));
        let mut required = 0;
        for (index, parameter_node) in parameters.iter().enumerate() {
            let Some(name) = parameter(parameter_node) else {
                self.locals.truncate(outer);
                return Node::Value(ErrorCode::Value.into());
            };
            let bracketed = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
            if bracketed.is_none() && !name.to_lowercase().starts_with(OPTIONAL) {
                required = index + 1;
            }
            self.locals.push(local_key(bracketed.unwrap_or(name)));
        }
        let body = self.boxed(body);
        self.locals.truncate(outer);
        let named = named.is_some();
        Node::Lambda(LambdaNode { named, required, parameters: parameters.len(), body })
    }

    /// A name that stands for a `LAMBDA`, which may call itself by that name.
    fn named(&mut self, name: &ASTNode, lambda: &ASTNode) -> Node {
        match (parameter(name), &lambda.node_type) {
            (Some(name), ASTNodeType::Function { args, .. }) => match args.split_last() {
                Some((body, parameters)) => self.lambda(parameters, body, Some(name)),
                None => Node::Value(ErrorCode::Value.into()),
            },
            _ => self.node(lambda),
        }
    }
}

/// Whether a value of `SWITCH` is the one that is looked for.
static SAME: Record = Record::new(
    "SWITCH",
    &[value("expression"), value("value")],
    Kernel::OfRow(|call| Ok(eager::is_switched(call.scalar(0), call.scalar(1))?.into())),
    "",
);

/// The function that lowering writes around a named `LAMBDA`; no formula can write it.
pub(crate) const SELF: &str = "\u{1}SELF";
/// What lowering writes before a reference into another workbook.
pub(crate) const ELSEWHERE: &str = "\u{1}";

fn wrong_count(record: &Record, given: usize) -> ScalarValue {
    let few = given < record.fewest();
    let why = match few {
        true => format!("{} takes at least {} arguments", record.name, record.fewest()),
        false => format!("{} takes at most {} arguments", record.name, record.most()),
    };
    ScalarValue::Error(ErrorCode::Value, Some(why.into()))
}

/// What stands before parameters in files, and before optional ones.
const PARAMETER: &str = "_xlpm.";
const OPTIONAL: &str = "_xlop.";

/// A name of `LET` or `LAMBDA` without its case and without what files write before it.
pub(crate) fn local_key(name: &str) -> String {
    let lower = name.to_lowercase();
    let bare = lower.strip_prefix(PARAMETER).or_else(|| lower.strip_prefix(OPTIONAL));
    bare.map_or_else(|| lower.clone(), str::to_owned)
}

/// The name of a parameter of `LET` or `LAMBDA`; an optional one in brackets.
fn parameter(arg: &ASTNode) -> Option<&str> {
    match &arg.node_type {
        ASTNodeType::Reference { reference: ReferenceType::NamedRange(name), .. } => Some(name),
        ASTNodeType::Reference { reference: ReferenceType::Table(_), original } => Some(original),
        _ => None,
    }
}
