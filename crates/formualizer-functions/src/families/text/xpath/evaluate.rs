//! Expressions of XPath evaluated.

use super::{
    super::xml::{Document, Kind},
    functions,
    parse::{Axis, Expr, From, Op, Step, Test},
};
use std::cell::Cell;

/// What an expression gives.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Nodes in the document's order.
    Nodes(Vec<usize>),
    Number(f64),
    Text(String),
    Logical(bool),
}

/// The node at hand, its position from 1, and how many there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) node: usize,
    pub(super) position: usize,
    pub(super) size: usize,
}

/// A document that is asked, and how much work is left.
#[derive(Debug)]
pub(super) struct Evaluator<'a> {
    pub(super) document: &'a Document,
    left: Cell<usize>,
}

/// Nodes looked at and characters read before an expression counts as endless: about a quarter of a second.
const WORK: usize = 20_000_000;

/// The nodes that an expression gives for the root.
pub(super) fn nodes(document: &Document, expr: &Expr) -> Option<Vec<usize>> {
    let evaluator = Evaluator { document, left: Cell::new(WORK) };
    match evaluator.value(expr, At { node: 0, position: 1, size: 1 })? {
        Value::Nodes(nodes) => Some(nodes),
        _ => None,
    }
}

impl Evaluator<'_> {
    /// Counts work; `None` when it is too much.
    pub(super) fn work(&self, amount: usize) -> Option<()> {
        self.left.set(self.left.get().checked_sub(amount)?);
        Some(())
    }

    pub(super) fn value(&self, expr: &Expr, at: At) -> Option<Value> {
        self.work(1)?;
        Some(match expr {
            Expr::Literal(text) => Value::Text(text.clone()),
            Expr::Number(number) => Value::Number(*number),
            Expr::Negative(inner) => Value::Number(-self.number(&self.value(inner, at)?)?),
            Expr::Call(name, arguments) => return functions::call(self, name, arguments, at),
            Expr::Binary(op, left, right) => return self.binary(*op, left, right, at),
            Expr::Filter(inner, predicates) => {
                let Value::Nodes(mut nodes) = self.value(inner, at)? else { return None };
                for predicate in predicates {
                    nodes = self.filtered(nodes, predicate)?;
                }
                Value::Nodes(nodes)
            }
            Expr::Path(from, steps) => {
                let mut nodes = match from {
                    From::Here => vec![at.node],
                    From::Root => vec![0],
                    From::Expr(expr) => match self.value(expr, at)? {
                        Value::Nodes(nodes) => nodes,
                        _ => return None,
                    },
                };
                for step in steps {
                    nodes = self.step(&nodes, step)?;
                }
                Value::Nodes(nodes)
            }
        })
    }

    fn binary(&self, op: Op, left: &Expr, right: &Expr, at: At) -> Option<Value> {
        let a = self.value(left, at)?;
        if let Op::Or | Op::And = op {
            let decided = functions::truth(&a) == (op == Op::Or);
            return Some(Value::Logical(if decided {
                op == Op::Or
            } else {
                functions::truth(&self.value(right, at)?)
            }));
        }
        let b = self.value(right, at)?;
        if op == Op::Union {
            let (Value::Nodes(mut a), Value::Nodes(b)) = (a, b) else { return None };
            a.extend(b);
            a.sort_unstable();
            a.dedup();
            return Some(Value::Nodes(a));
        }
        let arithmetic: fn(f64, f64) -> f64 = match op {
            Op::Add => |a, b| a + b,
            Op::Subtract => |a, b| a - b,
            Op::Multiply => |a, b| a * b,
            Op::Divide => |a, b| a / b,
            Op::Modulo => |a, b| a % b,
            _ => return self.compare(op, &a, &b).map(Value::Logical),
        };
        Some(Value::Number(arithmetic(self.number(&a)?, self.number(&b)?)))
    }

    /// Nodes compare where any of them does (the specification, 3.4).
    fn compare(&self, op: Op, a: &Value, b: &Value) -> Option<bool> {
        match (a, b) {
            (Value::Logical(_), _) | (_, Value::Logical(_)) => self.compare_singles(op, a, b),
            (Value::Nodes(nodes), other) | (other, Value::Nodes(nodes)) => {
                let swapped = !matches!(a, Value::Nodes(_));
                for node in nodes {
                    let text = Value::Text(self.text(*node)?);
                    let holds = match (other, swapped) {
                        (other, true) => self.compare_singles(op, other, &text)?,
                        (Value::Nodes(others), false) => {
                            let mut any = false;
                            for other in others {
                                let other = Value::Text(self.text(*other)?);
                                if self.compare_singles(op, &text, &other)? {
                                    any = true;
                                    break;
                                }
                            }
                            any
                        }
                        (other, false) => self.compare_singles(op, &text, other)?,
                    };
                    if holds {
                        return Some(true);
                    }
                }
                Some(false)
            }
            _ => self.compare_singles(op, a, b),
        }
    }

    fn compare_singles(&self, op: Op, a: &Value, b: &Value) -> Option<bool> {
        let numbers = || Some((self.number(a)?, self.number(b)?));
        let equal = || {
            Some(match (a, b) {
                (Value::Logical(_), _) | (_, Value::Logical(_)) => {
                    functions::truth(a) == functions::truth(b)
                }
                (Value::Number(_), _) | (_, Value::Number(_)) => {
                    let (a, b) = numbers()?;
                    a == b
                }
                _ => self.string(a)? == self.string(b)?,
            })
        };
        Some(match op {
            Op::Equal => equal()?,
            Op::NotEqual => match (a, b) {
                (Value::Text(a), Value::Text(b)) => a != b,
                (Value::Logical(_), _) | (_, Value::Logical(_)) => !equal()?,
                _ => {
                    let (a, b) = numbers()?;
                    a != b
                }
            },
            _ => {
                let (a, b) = numbers()?;
                match op {
                    Op::Less => a < b,
                    Op::LessEqual => a <= b,
                    Op::Greater => a > b,
                    _ => a >= b,
                }
            }
        })
    }

    /// The text of a node; the work counts.
    pub(super) fn text(&self, node: usize) -> Option<String> {
        let text = self.document.text(node);
        let end = self.document.node(node).map_or(node, |known| known.end);
        self.work(text.len() + end.saturating_sub(node))?;
        Some(text)
    }

    pub(super) fn string(&self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Nodes(nodes) => match nodes.first() {
                Some(node) => self.text(*node)?,
                None => String::new(),
            },
            Value::Number(number) => functions::number_text(*number),
            Value::Text(text) => {
                self.work(text.len())?;
                text.clone()
            }
            Value::Logical(logical) => logical.to_string(),
        })
    }

    pub(super) fn number(&self, value: &Value) -> Option<f64> {
        Some(match value {
            Value::Number(number) => *number,
            Value::Logical(logical) => f64::from(u8::from(*logical)),
            other => functions::text_number(&self.string(other)?),
        })
    }

    /// What a step finds from nodes.
    fn step(&self, from: &[usize], step: &Step) -> Option<Vec<usize>> {
        let mut found = Vec::new();
        for node in from {
            let mut nodes = self.axis(*node, step)?;
            for predicate in &step.predicates {
                nodes = self.filtered(nodes, predicate)?;
            }
            found.extend(nodes);
        }
        self.work(found.len())?;
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// The nodes for which a predicate holds: a number is a position.
    fn filtered(&self, nodes: Vec<usize>, predicate: &Expr) -> Option<Vec<usize>> {
        let size = nodes.len();
        let mut kept = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            let at = At { node, position: index + 1, size };
            let holds = match self.value(predicate, at)? {
                #[expect(clippy::cast_precision_loss, reason = "a position")]
                Value::Number(number) => number == at.position as f64,
                other => functions::truth(&other),
            };
            if holds {
                kept.push(node);
            }
        }
        Some(kept)
    }

    /// The nodes of an axis from near to far that a step's test takes.
    fn axis(&self, id: usize, step: &Step) -> Option<Vec<usize>> {
        let document = self.document;
        let node = document.node(id)?;
        let is_attribute = move |id: usize| {
            document.node(id).is_some_and(|node| matches!(node.kind, Kind::Attribute(..)))
        };
        let within = if is_attribute(id) { 0..0 } else { id + 1..node.end };
        let children = move |of: usize| {
            let of_node = document.node(of);
            let end = of_node.map_or(0, |node| node.end);
            // Each child begins where the one before ends.
            let mut next = of + 1;
            std::iter::from_fn(move || {
                let at = next;
                let node = document.node(at).filter(|_| at < end)?;
                next = node.end;
                Some(at)
            })
        };
        let ancestors = move |of: usize| {
            let mut here = of;
            std::iter::from_fn(move || {
                let parent = document.node(here).filter(|_| here != 0)?.parent;
                here = parent;
                Some(parent)
            })
        };
        let nodes: Box<dyn Iterator<Item = usize> + '_> = match step.axis {
            Axis::Child if is_attribute(id) => Box::new(std::iter::empty()),
            Axis::Child => Box::new(children(id).filter(|id| !is_attribute(*id))),
            Axis::Attribute => Box::new(children(id).take_while(|id| is_attribute(*id))),
            Axis::Descendant => Box::new(within.filter(|id| !is_attribute(*id))),
            Axis::DescendantOrSelf => {
                Box::new(std::iter::once(id).chain(within.filter(|id| !is_attribute(*id))))
            }
            Axis::Itself => Box::new(std::iter::once(id)),
            Axis::Parent => Box::new(ancestors(id).take(1)),
            Axis::Ancestor => Box::new(ancestors(id)),
            Axis::AncestorOrSelf => Box::new(std::iter::once(id).chain(ancestors(id))),
            Axis::Following => {
                Box::new((node.end..document.nodes.len()).filter(|id| !is_attribute(*id)))
            }
            Axis::Preceding => Box::new((0..id).rev().filter(move |before| {
                !is_attribute(*before) && document.node(*before).is_some_and(|node| node.end <= id)
            })),
            Axis::FollowingSibling | Axis::PrecedingSibling if id == 0 || is_attribute(id) => {
                Box::new(std::iter::empty())
            }
            Axis::FollowingSibling => {
                Box::new(children(node.parent).filter(move |other| *other > id))
            }
            Axis::PrecedingSibling => {
                let before: Vec<usize> = children(node.parent)
                    .take_while(|other| *other < id)
                    .filter(|id| !is_attribute(*id))
                    .collect();
                Box::new(before.into_iter().rev())
            }
        };
        let mut found = Vec::new();
        for node in nodes {
            self.work(1)?;
            if self.passes(node, step) {
                found.push(node);
            }
        }
        Some(found)
    }

    fn passes(&self, id: usize, step: &Step) -> bool {
        let Some(node) = self.document.node(id) else { return false };
        let named = match (&node.kind, step.axis) {
            (Kind::Attribute(name, _), Axis::Attribute) => Some((name, false)),
            (Kind::Element(name, namespaced), axis) if axis != Axis::Attribute => {
                Some((name, *namespaced))
            }
            _ => None,
        };
        match (&step.test, named) {
            (Test::Node, _) => true,
            (Test::Text, _) => matches!(node.kind, Kind::Text(_)),
            (Test::Comment, _) => matches!(node.kind, Kind::Comment(_)),
            (_, None) => false,
            (Test::Any, Some(_)) => true,
            (Test::Prefix(prefix), Some((name, _))) => name.starts_with(prefix),
            (Test::Name(wanted), Some((name, namespaced))) => {
                name == wanted && (!namespaced || name.contains(':'))
            }
        }
    }
}
