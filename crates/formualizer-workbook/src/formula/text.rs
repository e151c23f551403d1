//! Trees to text: as it stands in a cell, and as the key that formulas filled from one another share.

use super::{
    Scope, function_key,
    shift::{Offset, shift_reference},
};
use crate::{
    Value,
    address::{Cell, column_letters, quote_sheet},
};
use formualizer_common::DateSystem;
use formualizer_parse::{
    ASTNode, ASTNodeType, BinaryOperator, UnaryOperator,
    parser::{ReferenceType, SpecialItem, TableReference, TableSpecifier},
};
use std::fmt::Write as _;

/// How references are written.
#[derive(Clone, Copy)]
pub(super) enum Style<'a> {
    /// In A1 notation, moved; sheets as the workbook writes them.
    Shown { by: Offset, scope: &'a dyn Scope },
    /// Relative to the cell, without regard to case.
    Key { origin: Cell },
}

/// The text of a tree, without `=`.
pub(super) fn write(tree: &ASTNode, style: Style<'_>) -> String {
    let mut writer = Writer { out: String::new(), style };
    writer.node(tree, 0);
    writer.out
}

/// How tightly operators bind in the parser: unary minus before `^`, `%` and `#` before it.
const PREFIX: u8 = 6;
const PERCENT: u8 = 7;
const UNION: u8 = 8;
const SPILL: u8 = 11;
const OPERAND: u8 = 12;

fn infix(op: BinaryOperator) -> u8 {
    match op {
        BinaryOperator::Range => 10,
        BinaryOperator::Intersection => 9,
        BinaryOperator::Union => UNION,
        BinaryOperator::Power => 5,
        BinaryOperator::Multiply | BinaryOperator::Divide => 4,
        BinaryOperator::Add | BinaryOperator::Subtract => 3,
        BinaryOperator::Concat => 2,
        _ => 1,
    }
}

fn unary(op: UnaryOperator) -> (u8, bool) {
    match op {
        UnaryOperator::Percent => (PERCENT, true),
        UnaryOperator::Spill => (SPILL, true),
        _ => (PREFIX, false),
    }
}

fn binds(node: &ASTNodeType) -> u8 {
    match node {
        ASTNodeType::UnaryOp { op, .. } => unary(*op).0,
        // Always in parentheses: between arguments a comma is no operator.
        ASTNodeType::BinaryOp { op: BinaryOperator::Union, .. } => OPERAND,
        ASTNodeType::BinaryOp { op, .. } => infix(*op),
        _ => OPERAND,
    }
}

struct Writer<'a> {
    out: String,
    style: Style<'a>,
}

impl Writer<'_> {
    /// Writes a node that must bind at least as tightly as `least`.
    fn node(&mut self, node: &ASTNode, least: u8) {
        if binds(&node.node_type) < least {
            self.out.push('(');
            self.node(node, 0);
            self.out.push(')');
            return;
        }
        match &node.node_type {
            ASTNodeType::Literal(value) => self.value(value),
            ASTNodeType::Omitted => {}
            ASTNodeType::Reference { reference, .. } => self.reference(reference),
            ASTNodeType::UnaryOp { op, expr } => match unary(*op) {
                (_, true) if self.lost(node) => self.out.push_str("#REF!"),
                (level, true) => {
                    let write = if level == SPILL { Self::operand } else { Self::node };
                    write(self, expr, level);
                    self.out.push_str(op.as_str());
                }
                (level, false) => {
                    self.out.push_str(op.as_str());
                    self.node(expr, level);
                }
            },
            ASTNodeType::BinaryOp { .. } if self.lost(node) => self.out.push_str("#REF!"),
            ASTNodeType::BinaryOp { op, left, right } => {
                let level = infix(*op);
                let union = *op == BinaryOperator::Union;
                self.out.push_str(if union { "(" } else { "" });
                let write = if union || level < UNION { Self::node } else { Self::operand };
                write(self, left, level);
                self.out.push_str(op.as_str());
                write(self, right, level + 1);
                self.out.push_str(if union { ")" } else { "" });
            }
            ASTNodeType::Function { name, args } => {
                match self.style {
                    Style::Shown { .. } => self.out.push_str(name.trim()),
                    Style::Key { .. } => self.out.push_str(&function_key(name)),
                }
                self.list(args);
            }
            ASTNodeType::Call { callee, args } => {
                let direct = matches!(
                    callee.node_type,
                    ASTNodeType::Function { .. } | ASTNodeType::Call { .. }
                );
                self.node(callee, if direct { 0 } else { OPERAND + 1 });
                self.list(args);
            }
            ASTNodeType::Array(rows) => {
                self.out.push('{');
                for (index, row) in rows.iter().enumerate() {
                    self.out.push_str(if index > 0 { ";" } else { "" });
                    self.separated(row);
                }
                self.out.push('}');
            }
        }
    }

    /// Writes an operand; before `#`, `:` and blanks an error is only read as one in parentheses.
    fn operand(&mut self, node: &ASTNode, least: u8) {
        let error = matches!(node.node_type, ASTNodeType::Literal(Value::Error(_)));
        match error {
            true => {
                self.out.push('(');
                self.node(node, 0);
                self.out.push(')');
            }
            false => self.node(node, least),
        }
    }

    /// Whether a reference is off the sheet, or made of one that is.
    fn lost(&self, node: &ASTNode) -> bool {
        match &node.node_type {
            ASTNodeType::Reference { reference, .. } => match self.style {
                Style::Shown { by, .. } => !shift_reference(&mut reference.clone(), by),
                Style::Key { .. } => false,
            },
            ASTNodeType::UnaryOp { op: UnaryOperator::Spill, expr } => self.lost(expr),
            ASTNodeType::BinaryOp {
                op: BinaryOperator::Range | BinaryOperator::Intersection,
                left,
                right,
            } => self.lost(left) || self.lost(right),
            _ => false,
        }
    }

    fn list(&mut self, args: &[ASTNode]) {
        self.out.push('(');
        self.separated(args);
        self.out.push(')');
    }

    fn separated(&mut self, items: &[ASTNode]) {
        for (index, item) in items.iter().enumerate() {
            self.out.push_str(if index > 0 { "," } else { "" });
            self.node(item, 0);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => {
                self.out.push('"');
                self.out.push_str(&text.replace('"', "\"\""));
                self.out.push('"');
            }
            Value::Boolean(b) => self.out.push_str(if *b { "TRUE" } else { "FALSE" }),
            Value::Error(error) => self.display(error.kind),
            Value::Int(n) => self.display(n),
            Value::Empty | Value::Pending => self.out.push_str("\"\""),
            Value::Array(rows) => {
                self.out.push('{');
                for (row, items) in rows.iter().enumerate() {
                    self.out.push_str(if row > 0 { ";" } else { "" });
                    for (col, item) in items.iter().enumerate() {
                        self.out.push_str(if col > 0 { "," } else { "" });
                        self.value(item);
                    }
                }
                self.out.push('}');
            }
            other => {
                let number = other.as_serial_number_for(DateSystem::Excel1900).unwrap_or_default();
                self.number(number);
            }
        }
    }

    fn number(&mut self, n: f64) {
        let size = n.abs();
        if size == 0.0 || (1e-9..1e17).contains(&size) {
            return self.display(n);
        }
        // The sign of the exponent is always written: `1E5` alone could be read as a cell.
        let text = format!("{n:E}");
        match text.split_once('E') {
            Some((digits, power)) if !power.starts_with('-') => {
                self.display(format_args!("{digits}E+{power}"));
            }
            _ => self.out.push_str(&text),
        }
    }

    fn display(&mut self, shown: impl std::fmt::Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{shown}");
    }

    fn reference(&mut self, reference: &ReferenceType) {
        match reference {
            ReferenceType::Table(table) => self.table(table),
            ReferenceType::NamedRange(name) => match self.style {
                Style::Shown { .. } => self.out.push_str(name),
                Style::Key { .. } => self.out.push_str(&name.to_lowercase()),
            },
            ReferenceType::External(external) => self.out.push_str(&external.raw),
            _ => match self.style {
                Style::Shown { by, .. } => {
                    let mut moved = reference.clone();
                    match shift_reference(&mut moved, by) {
                        true => self.cells(&moved),
                        false => self.out.push_str("#REF!"),
                    }
                }
                Style::Key { .. } => self.cells(reference),
            },
        }
    }

    fn cells(&mut self, reference: &ReferenceType) {
        match reference {
            ReferenceType::Cell { sheet, .. } | ReferenceType::Range { sheet, .. } => {
                if let Some(sheet) = sheet {
                    let name = self.sheet_name(sheet);
                    self.display(format_args!("{}!", quote_sheet(&name)));
                }
            }
            ReferenceType::Cell3D { sheet_first, sheet_last, .. }
            | ReferenceType::Range3D { sheet_first, sheet_last, .. } => {
                let (first, last) = (self.sheet_name(sheet_first), self.sheet_name(sheet_last));
                // One pair of quotes around both, where either needs them.
                let plain = |name: &str| !quote_sheet(name).starts_with('\'');
                match plain(&first) && plain(&last) {
                    true => self.display(format_args!("{first}:{last}!")),
                    false => {
                        let both = format!("{first}:{last}").replace('\'', "''");
                        self.display(format_args!("'{both}'!"));
                    }
                }
            }
            _ => {}
        }
        match reference {
            ReferenceType::Cell { row, col, row_abs, col_abs, .. }
            | ReferenceType::Cell3D { row, col, row_abs, col_abs, .. } => {
                self.corner(Some((*row, *row_abs)), Some((*col, *col_abs)));
            }
            ReferenceType::Range {
                start_row,
                start_col,
                end_row,
                end_col,
                start_row_abs,
                start_col_abs,
                end_row_abs,
                end_col_abs,
                ..
            }
            | ReferenceType::Range3D {
                start_row,
                start_col,
                end_row,
                end_col,
                start_row_abs,
                start_col_abs,
                end_row_abs,
                end_col_abs,
                ..
            } => {
                self.corner(
                    start_row.map(|at| (at, *start_row_abs)),
                    start_col.map(|at| (at, *start_col_abs)),
                );
                self.out.push(':');
                self.corner(
                    end_row.map(|at| (at, *end_row_abs)),
                    end_col.map(|at| (at, *end_col_abs)),
                );
            }
            _ => {}
        }
    }

    fn corner(&mut self, row: Option<(u32, bool)>, col: Option<(u32, bool)>) {
        match self.style {
            Style::Shown { .. } => {
                let dollar = |fixed: bool| if fixed { "$" } else { "" };
                if let Some((col, fixed)) = col {
                    let letters = column_letters(col.saturating_sub(1));
                    self.display(format_args!("{}{letters}", dollar(fixed)));
                }
                if let Some((row, fixed)) = row {
                    self.display(format_args!("{}{row}", dollar(fixed)));
                }
            }
            Style::Key { origin } => {
                self.relative('R', row, origin.row);
                self.relative('C', col, origin.col);
            }
        }
    }

    fn relative(&mut self, letter: char, bound: Option<(u32, bool)>, own: u32) {
        let Some((at, fixed)) = bound else { return };
        match fixed {
            true => self.display(format_args!("{letter}{at}")),
            false => {
                self.display(format_args!("{letter}[{}]", i64::from(at) - 1 - i64::from(own)));
            }
        }
    }

    fn sheet_name(&self, name: &str) -> String {
        match self.style {
            Style::Key { .. } => name.to_lowercase(),
            Style::Shown { scope, .. } => {
                let known = scope.sheet(name).and_then(|sheet| scope.sheet_name(sheet));
                known.unwrap_or(name).to_owned()
            }
        }
    }

    fn table(&mut self, table: &TableReference) {
        let text = format!(
            "{}{}",
            table.name,
            table.specifier.as_ref().map(bracketed).unwrap_or_default()
        );
        match self.style {
            Style::Shown { .. } => self.out.push_str(&text),
            Style::Key { .. } => self.out.push_str(&text.to_lowercase()),
        }
    }
}

/// A specifier with its outer brackets.
fn bracketed(specifier: &TableSpecifier) -> String {
    use TableSpecifier as S;
    match specifier {
        S::Column(name) if is_word(name) => format!("[{name}]"),
        S::Combination(parts) => match parts.iter().map(AsRef::as_ref).collect::<Vec<_>>()[..] {
            [S::SpecialItem(SpecialItem::ThisRow), S::Column(name)] => match is_word(name) {
                true => format!("[@{name}]"),
                false => format!("[@[{}]]", escaped(name)),
            },
            [S::SpecialItem(SpecialItem::ThisRow), S::ColumnRange(first, last)]
                if is_word(first) && is_word(last) =>
            {
                format!("[@[{first}]:[{last}]]")
            }
            ref parts => {
                let parts: Vec<String> = parts.iter().map(|part| item(part)).collect();
                format!("[{}]", parts.join(","))
            }
        },
        S::SpecialItem(special) => format!("[{}]", special_text(special)),
        other => format!("[{}]", item(other)),
    }
}

/// A specifier between others, in brackets of its own.
fn item(specifier: &TableSpecifier) -> String {
    match specifier {
        TableSpecifier::Column(name) => format!("[{}]", escaped(name)),
        TableSpecifier::ColumnRange(first, last) => {
            format!("[{}]:[{}]", escaped(first), escaped(last))
        }
        TableSpecifier::SpecialItem(special) => format!("[{}]", special_text(special)),
        TableSpecifier::Combination(parts) => {
            parts.iter().map(|part| item(part)).collect::<Vec<_>>().join(",")
        }
        other => format!("[{other}]"),
    }
}

fn special_text(special: &SpecialItem) -> &'static str {
    match special {
        SpecialItem::Headers => "#Headers",
        SpecialItem::Data => "#Data",
        SpecialItem::Totals => "#Totals",
        SpecialItem::All => "#All",
        SpecialItem::ThisRow => "#This Row",
    }
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// A column's name with an apostrophe before what has a meaning in a structured reference.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '[' | ']' | '#' | '\'' | '@') {
            out.push('\'');
        }
        out.push(c);
    }
    out
}
