//! The source tree to the tree for evaluation: plain references, each with its sheet.

use super::{
    Named, SHEET_ORDER, Scope, TABLE_PLACES, function_key,
    shift::{area, error_literal, on_sheet, wrap_reference},
    tables,
};
use crate::address::{Cell, MAX_COLS, MAX_ROWS, Rect, SheetId, split_sheet};
use crate::eval::{ELSEWHERE, SELF, local_key};
use formualizer_common::ExcelErrorKind;
use formualizer_functions::find;
use formualizer_parse::{
    ASTNode, ASTNodeType, BinaryOperator,
    parser::{ReferenceType, TableReference, TableSpecifier},
};

/// Nodes of a lowered tree: names that stand for names could otherwise double at every step.
const MAX_NODES: usize = 1 << 14;

/// A lowered tree and what was met on the way.
#[derive(Debug)]
pub(super) struct Lowered {
    pub(super) tree: ASTNode,
    pub(super) functions: Vec<String>,
    pub(super) mentions: Vec<String>,
    pub(super) volatile: bool,
    pub(super) dynamic: bool,
    /// The cells for which the tree is right, moved.
    pub(super) holds: Rect,
    /// What beside the source decided about the tree: tables around the cell, rows outside of one.
    pub(super) context: Vec<String>,
}

/// Lowers the source of the formula at `at` on `sheet` to a tree of so many levels at most.
pub(super) fn lower(
    source: &ASTNode,
    sheet: SheetId,
    at: Cell,
    scope: &dyn Scope,
    levels: usize,
) -> Lowered {
    let mut lowering = Lowering {
        scope,
        at,
        home: sheet,
        frame: Frame { sheet, named: false, locals: Vec::new() },
        names: Vec::new(),
        nodes: 0,
        height: 0,
        levels,
        out: Lowered {
            tree: plain(ASTNodeType::Omitted),
            functions: Vec::new(),
            mentions: Vec::new(),
            volatile: false,
            dynamic: false,
            holds: Rect { top: 0, left: 0, bottom: MAX_ROWS - 1, right: MAX_COLS - 1 },
            context: Vec::new(),
        },
    };
    let tree = lowering.node(source);
    let mut out = lowering.out;
    out.tree = tree;
    out.volatile |= out.dynamic;
    out
}

fn plain(node_type: ASTNodeType) -> ASTNode {
    ASTNode::new(node_type, None)
}

fn error_node(kind: ExcelErrorKind, message: &str) -> ASTNode {
    plain(error_literal(kind, message))
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// Where a part of the source comes from.
#[derive(Clone)]
struct Frame {
    /// What unqualified references mean.
    sheet: SheetId,
    /// Whether it is what a name stands for: relative references are relative to A1.
    named: bool,
    /// Parameters of the LET and LAMBDA around it, in lower case.
    locals: Vec<String>,
}

struct Lowering<'s> {
    scope: &'s dyn Scope,
    at: Cell,
    home: SheetId,
    frame: Frame,
    /// The names that are being written out, for cycles.
    names: Vec<&'s Named>,
    nodes: usize,
    height: usize,
    /// What the height may be, as far as the stack is known to reach.
    levels: usize,
    out: Lowered,
}

impl<'s> Lowering<'s> {
    fn mention(&mut self, name: &str) {
        add(&mut self.out.mentions, name.to_lowercase());
    }

    fn node(&mut self, node: &ASTNode) -> ASTNode {
        if self.nodes >= MAX_NODES || self.height >= self.levels {
            let why = "the formula is too large once its names are written out";
            return error_node(ExcelErrorKind::Value, why);
        }
        self.nodes += 1;
        self.height += 1;
        let lowered = self.kind(&node.node_type);
        self.height -= 1;
        lowered
    }

    fn kind(&mut self, node: &ASTNodeType) -> ASTNode {
        plain(match node {
            ASTNodeType::Literal(_) | ASTNodeType::Omitted => node.clone(),
            ASTNodeType::Reference { reference, .. } => return self.reference(reference),
            ASTNodeType::UnaryOp { op, expr } => {
                ASTNodeType::UnaryOp { op: *op, expr: Box::new(self.node(expr)) }
            }
            ASTNodeType::BinaryOp { op, left, right } => {
                let (left, right) = (self.node(left), self.node(right));
                if *op == BinaryOperator::Range {
                    return self.range_operator(left, right);
                }
                ASTNodeType::BinaryOp { op: *op, left: Box::new(left), right: Box::new(right) }
            }
            ASTNodeType::Function { name, args } => return self.function(name, args),
            ASTNodeType::Call { callee, args } => {
                let callee = Box::new(self.node(callee));
                ASTNodeType::Call { callee, args: self.args(args) }
            }
            ASTNodeType::Array(rows) => {
                let row = |row: &Vec<ASTNode>| row.iter().map(|item| self.node(item)).collect();
                ASTNodeType::Array(rows.iter().map(row).collect())
            }
        })
    }

    // ---- references ----

    fn reference(&mut self, reference: &ReferenceType) -> ASTNode {
        match reference {
            ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. } => {
                let id = match sheet {
                    Some(name) => match self.sheet(name) {
                        Ok(id) => id,
                        Err(unknown) => return *unknown,
                    },
                    None => self.frame.sheet,
                };
                self.cells(reference, id)
            }
            ReferenceType::Cell3D { .. } | ReferenceType::Range3D { .. } => {
                // For the mentions: with other sheets it may stand for something else.
                self.three_d(reference);
                let why = "a reference over several sheets can only be an argument of a function";
                error_node(ExcelErrorKind::Value, why)
            }
            ReferenceType::External(external) => elsewhere(&external.raw),
            ReferenceType::Table(table) if table.name.starts_with('[') => elsewhere(&table.name),
            ReferenceType::Table(table) => self.table(table),
            ReferenceType::NamedRange(name) => self.name(name),
        }
    }

    fn sheet(&mut self, name: &str) -> Result<SheetId, Box<ASTNode>> {
        self.mention(name);
        let missing = || error_node(ExcelErrorKind::Ref, &format!("there is no sheet {name:?}"));
        self.scope.sheet(name).ok_or_else(|| Box::new(missing()))
    }

    /// A cell or range on a sheet.
    fn cells(&mut self, reference: &ReferenceType, sheet: SheetId) -> ASTNode {
        let Some(name) = self.scope.sheet_name(sheet) else {
            return error_node(ExcelErrorKind::Ref, "the sheet was deleted");
        };
        self.mention(name);
        let mut reference = reference.clone();
        if self.frame.named {
            wrap_reference(&mut reference, self.at);
        }
        match &mut reference {
            ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. } => {
                *sheet = Some(name.to_owned());
            }
            _ => {}
        }
        if area(&reference, sheet, self.at).is_none() || !on_sheet(&mut reference) {
            return error_node(ExcelErrorKind::Ref, "the reference leaves the sheet");
        }
        plain(ASTNodeType::Reference { original: String::new(), reference })
    }

    /// The same cells on each sheet of a 3-D reference.
    fn three_d(&mut self, reference: &ReferenceType) -> Vec<ASTNode> {
        let (ReferenceType::Cell3D { sheet_first: first, sheet_last: last, .. }
        | ReferenceType::Range3D { sheet_first: first, sheet_last: last, .. }) = reference
        else {
            return Vec::new();
        };
        self.mention(SHEET_ORDER);
        let (first, last) = match (self.sheet(first), self.sheet(last)) {
            (Ok(first), Ok(last)) => (first, last),
            (Err(unknown), _) | (_, Err(unknown)) => return vec![*unknown],
        };
        let flat = flat(reference);
        let sheets = self.scope.sheets_between(first, last);
        if sheets.is_empty() {
            return vec![error_node(ExcelErrorKind::Ref, "there are no sheets between these")];
        }
        self.nodes += sheets.len();
        sheets.into_iter().map(|sheet| self.cells(&flat, sheet)).collect()
    }

    /// `A1:INDEX(…)`: plain where both ends are plain cells, known at run time otherwise.
    fn range_operator(&mut self, left: ASTNode, right: ASTNode) -> ASTNode {
        if let (
            ASTNodeType::Reference {
                reference: ReferenceType::Cell { sheet, row, col, row_abs, col_abs },
                ..
            },
            ASTNodeType::Reference {
                reference:
                    ReferenceType::Cell {
                        sheet: other,
                        row: end_row,
                        col: end_col,
                        row_abs: end_row_abs,
                        col_abs: end_col_abs,
                    },
                ..
            },
        ) = (&left.node_type, &right.node_type)
            && sheet == other
        {
            let reference = ReferenceType::range_with_abs(
                sheet.clone(),
                Some(*row),
                Some(*col),
                Some(*end_row),
                Some(*end_col),
                *row_abs,
                *col_abs,
                *end_row_abs,
                *end_col_abs,
            );
            return plain(ASTNodeType::Reference { original: String::new(), reference });
        }
        let literal = |node: &ASTNode| matches!(node.node_type, ASTNodeType::Literal(_));
        self.out.dynamic |= !literal(&left) && !literal(&right);
        let (left, right) = (Box::new(left), Box::new(right));
        plain(ASTNodeType::BinaryOp { op: BinaryOperator::Range, left, right })
    }

    fn table(&mut self, reference: &TableReference) -> ASTNode {
        let scope = self.scope;
        let implicit = reference.name.is_empty();
        let table = match implicit {
            true => {
                self.mention(TABLE_PLACES);
                scope.table_at(self.home, self.at)
            }
            false => {
                self.mention(&reference.name);
                scope.table(&reference.name)
            }
        };
        let Some(table) = table else {
            if !implicit {
                let why = format!("there is no table {}", reference.name);
                return error_node(ExcelErrorKind::Name, &why);
            }
            self.narrow(Rect::from(self.at));
            // `[Table1]` means the table of this name where there is none around the formula.
            if let Some(TableSpecifier::Column(name)) = &reference.specifier {
                self.mention(name);
                if let Some(table) = scope.table(name) {
                    return self.part(table, None);
                }
            }
            return error_node(ExcelErrorKind::Name, "there is no table around this cell");
        };
        if implicit {
            add(&mut self.out.context, format!("table {}", table.name.to_lowercase()));
            self.mention(&table.name);
            self.narrow(table.rect);
            if let Some(TableSpecifier::Column(name)) = &reference.specifier
                && table.column(name).is_none()
                && let Some(named) = scope.table(name)
            {
                self.mention(name);
                return self.part(named, None);
            }
        }
        self.part(table, reference.specifier.as_ref())
    }

    /// A part of a table as a plain reference.
    fn part(&mut self, table: &super::TableDef, specifier: Option<&TableSpecifier>) -> ASTNode {
        let Some(sheet) = self.scope.sheet_name(table.sheet) else {
            return error_node(ExcelErrorKind::Ref, "the sheet of the table was deleted");
        };
        match tables::resolve(table, specifier, self.at.row, sheet) {
            Ok(part) => {
                if part.this_row
                    && let Some(data) = table.data()
                {
                    self.narrow(Rect { left: 0, right: MAX_COLS - 1, ..data });
                }
                // As it is: it does not come from a name, even where the structured reference does.
                let named = std::mem::replace(&mut self.frame.named, false);
                let lowered = self.cells(&part.reference, table.sheet);
                self.frame.named = named;
                lowered
            }
            Err((kind, why)) => {
                if kind == ExcelErrorKind::Value {
                    self.narrow(Rect::from(self.at));
                    add(&mut self.out.context, format!("outside {}", table.name.to_lowercase()));
                }
                error_node(kind, &why)
            }
        }
    }

    fn narrow(&mut self, to: Rect) {
        let own = Rect::from(self.at);
        self.out.holds = self.out.holds.intersection(&to).unwrap_or(own);
    }

    // ---- names ----

    fn name(&mut self, text: &str) -> ASTNode {
        if self.is_local(text) {
            let reference = ReferenceType::NamedRange(text.to_owned());
            return plain(ASTNodeType::Reference { original: text.to_owned(), reference });
        }
        if let Some(record) = eta_reduced(text, self.scope, self.frame.sheet) {
            // A name of the workbook may come to stand there.
            self.mention(text);
            return record;
        }
        match self.find_name(text) {
            Ok(named) if is_lambda(&named.source) => {
                self.within(named, |this| this.named_lambda(named))
            }
            Ok(named) => self.within(named, |this| this.node(&named.source)),
            Err(other) => *other,
        }
    }

    /// A `LAMBDA` that a name stands for: within it the name is the function itself.
    fn named_lambda(&mut self, named: &Named) -> ASTNode {
        self.frame.locals.push(local_key(&named.name));
        let lambda = self.node(&named.source);
        self.frame.locals.pop();
        let name = ReferenceType::NamedRange(named.name.clone());
        let name = plain(ASTNodeType::Reference { original: named.name.clone(), reference: name });
        plain(ASTNodeType::Function { name: SELF.to_owned(), args: vec![name, lambda] })
    }

    fn is_local(&self, name: &str) -> bool {
        self.frame.locals.contains(&local_key(name))
    }

    /// What a name stands for, or the node that stands for it if it is no formula.
    fn find_name(&mut self, text: &str) -> Result<&'s Named, Box<ASTNode>> {
        let scope = self.scope;
        let (prefix, name) = split_sheet(text);
        let sheet = match &prefix {
            Some(prefix) if prefix.contains('[') => {
                return Err(Box::new(elsewhere(text)));
            }
            Some(prefix) => self.sheet(prefix)?,
            None => self.frame.sheet,
        };
        if name.eq_ignore_ascii_case("#REF!") {
            return Err(Box::new(error_node(ExcelErrorKind::Ref, "")));
        }
        self.mention(name);
        let Some(named) = scope.name(sheet, name) else {
            return Err(Box::new(match scope.table(name) {
                Some(table) => self.part(table, None),
                None => error_node(ExcelErrorKind::Name, &format!("there is no name {name:?}")),
            }));
        };
        if let Some(start) = self.names.iter().position(|outer| std::ptr::eq(*outer, named)) {
            let cycle: Vec<&str> =
                self.names.iter().skip(start).chain([&named]).map(|n| n.name.as_str()).collect();
            let why = format!("names that stand for one another: {}", cycle.join(" → "));
            return Err(Box::new(error_node(ExcelErrorKind::Name, &why)));
        }
        Ok(named)
    }

    /// Lowers something in the place of a name.
    fn within<T>(&mut self, named: &'s Named, lower: impl FnOnce(&mut Self) -> T) -> T {
        self.names.push(named);
        let inner = Frame { sheet: named.sheet, named: true, locals: Vec::new() };
        let outer = std::mem::replace(&mut self.frame, inner);
        let lowered = lower(self);
        self.frame = outer;
        self.names.pop();
        lowered
    }

    // ---- functions ----

    fn function(&mut self, name: &str, args: &[ASTNode]) -> ASTNode {
        if self.is_local(name.trim()) {
            let args = self.args(args);
            return plain(ASTNodeType::Function { name: name.trim().to_owned(), args });
        }
        let key = function_key(name);
        match find(&key) {
            Some(record) => {
                self.out.volatile |= record.depends.volatile;
                self.out.dynamic |= record.depends.dynamic;
            }
            // A name that stands for a LAMBDA is called like a function.
            None => {
                self.mention(name.trim());
                if self.scope.name(self.frame.sheet, name.trim()).is_some() {
                    let callee = Box::new(self.name(name.trim()));
                    return plain(ASTNodeType::Call { callee, args: self.args(args) });
                }
            }
        }
        add(&mut self.out.functions, key.clone());
        let args = match key.as_str() {
            "LET" => self.let_args(args),
            "LAMBDA" => self.lambda_args(args),
            _ => self.args(args),
        };
        plain(ASTNodeType::Function { name: key, args })
    }

    /// Arguments; a 3-D reference becomes one for each sheet.
    fn args(&mut self, args: &[ASTNode]) -> Vec<ASTNode> {
        args.iter().flat_map(|arg| self.spread(arg)).collect()
    }

    fn spread(&mut self, arg: &ASTNode) -> Vec<ASTNode> {
        let ASTNodeType::Reference { reference, .. } = &arg.node_type else {
            return vec![self.node(arg)];
        };
        match reference {
            ReferenceType::Cell3D { .. } | ReferenceType::Range3D { .. } => self.three_d(reference),
            ReferenceType::NamedRange(text)
                if !self.is_local(text)
                    && eta_reduced(text, self.scope, self.frame.sheet).is_none() =>
            {
                match self.find_name(text) {
                    // As deep as there are names, and none of them twice.
                    Ok(named) if self.names.len() < self.levels => {
                        self.within(named, |this| this.spread(&named.source))
                    }
                    Ok(_) => vec![self.node(arg)],
                    Err(other) => vec![*other],
                }
            }
            _ => vec![self.node(arg)],
        }
    }

    fn let_args(&mut self, args: &[ASTNode]) -> Vec<ASTNode> {
        let outer = self.frame.locals.len();
        let mut lowered = Vec::with_capacity(args.len());
        let mut args = args.iter().peekable();
        while let Some(arg) = args.next() {
            match (parameter(arg), args.peek()) {
                (Some(name), Some(value)) => {
                    lowered.push(plain(arg.node_type.clone()));
                    lowered.push(self.node(value));
                    self.frame.locals.push(local_key(name));
                    args.next();
                }
                _ => lowered.push(self.node(arg)),
            }
        }
        self.frame.locals.truncate(outer);
        lowered
    }

    fn lambda_args(&mut self, args: &[ASTNode]) -> Vec<ASTNode> {
        let outer = self.frame.locals.len();
        let Some((body, parameters)) = args.split_last() else { return Vec::new() };
        let mut lowered = Vec::with_capacity(args.len());
        for arg in parameters {
            match parameter(arg) {
                Some(name) => {
                    self.frame.locals.push(local_key(name));
                    lowered.push(plain(arg.node_type.clone()));
                }
                None => lowered.push(self.node(arg)),
            }
        }
        lowered.push(self.node(body));
        self.frame.locals.truncate(outer);
        lowered
    }
}

/// The name of a parameter of LET or LAMBDA.
fn parameter(arg: &ASTNode) -> Option<&str> {
    match &arg.node_type {
        ASTNodeType::Reference { reference: ReferenceType::NamedRange(name), .. } => Some(name),
        _ => None,
    }
}

/// A 3-D reference without its sheets.
fn flat(reference: &ReferenceType) -> ReferenceType {
    match reference {
        ReferenceType::Cell3D { row, col, row_abs, col_abs, .. } => {
            ReferenceType::cell_with_abs(None, *row, *col, *row_abs, *col_abs)
        }
        ReferenceType::Range3D {
            start_row,
            start_col,
            end_row,
            end_col,
            start_row_abs,
            start_col_abs,
            end_row_abs,
            end_col_abs,
            ..
        } => ReferenceType::range_with_abs(
            None,
            *start_row,
            *start_col,
            *end_row,
            *end_col,
            *start_row_abs,
            *start_col_abs,
            *end_row_abs,
            *end_col_abs,
        ),
        other => other.clone(),
    }
}

/// A reference into another workbook, which cannot be calculated: the stored value is kept.
fn elsewhere(text: &str) -> ASTNode {
    plain(ASTNodeType::Function { name: format!("{ELSEWHERE}{text}"), args: Vec::new() })
}

/// Whether a name stands for a function.
fn is_lambda(source: &ASTNode) -> bool {
    matches!(&source.node_type, ASTNodeType::Function { name, .. } if function_key(name) == "LAMBDA")
}

/// The name of a built-in function where a function may be wanted, unless a name of the workbook is meant.
fn eta_reduced(text: &str, scope: &dyn Scope, sheet: SheetId) -> Option<ASTNode> {
    let key = function_key(text);
    let key = key.strip_prefix("_XLETA.").unwrap_or(&key);
    let record = find(key)?;
    if scope.name(sheet, text).is_some() || scope.table(text).is_some() {
        return None;
    }
    let reference = ReferenceType::NamedRange(record.name.to_owned());
    Some(plain(ASTNodeType::Reference { original: record.name.to_owned(), reference }))
}
