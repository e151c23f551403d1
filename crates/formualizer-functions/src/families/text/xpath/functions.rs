//! The core functions of XPath 1.0, and its conversions.

use super::{
    super::xml::Kind,
    evaluate::{At, Evaluator, Value},
    parse::Expr,
};

/// Whether a value counts as true.
pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Nodes(nodes) => !nodes.is_empty(),
        Value::Number(number) => *number != 0.0 && !number.is_nan(),
        Value::Text(text) => !text.is_empty(),
        Value::Logical(logical) => *logical,
    }
}

/// The number of a text; not a number for others.
pub(super) fn text_number(text: &str) -> f64 {
    let text = text.trim_matches(SPACE);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// The text of a number, never with an exponent.
pub(super) fn number_text(number: f64) -> String {
    match number {
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        0.0 => "0".to_owned(),
        _ => number.to_string(),
    }
}

const SPACE: [char; 4] = ['\u{9}', '\u{A}', '\u{D}', ' '];

/// Calls a function; `None` where there is none of that name and number of arguments.
pub(super) fn call(
    evaluator: &Evaluator<'_>,
    name: &str,
    arguments: &[Expr],
    at: At,
) -> Option<Value> {
    let value = |index: usize| evaluator.value(arguments.get(index)?, at);
    let string = |index: usize| evaluator.string(&value(index)?);
    let number = |index: usize| evaluator.number(&value(index)?);
    let nodes = |index: usize| match value(index)? {
        Value::Nodes(nodes) => Some(nodes),
        _ => None,
    };
    // An argument that stands for the node at hand where it is left out.
    let own_string = || match arguments.len() {
        0 => evaluator.text(at.node),
        _ => string(0),
    };
    let own_node = || match arguments.len() {
        0 => Some(Some(at.node)),
        _ => nodes(0).map(|nodes| nodes.first().copied()),
    };
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let count = |count: usize| Value::Number(count as f64);
    Some(match (name, arguments.len()) {
        ("last", 0) => count(at.size),
        ("position", 0) => count(at.position),
        ("count", 1) => count(nodes(0)?.len()),
        ("local-name" | "name", 0 | 1) => {
            let full = own_node()?.map(|node| node_name(evaluator, node)).unwrap_or_default();
            Value::Text(match (name, full.split_once(':')) {
                ("local-name", Some((_, local))) => local.to_owned(),
                _ => full,
            })
        }
        ("string", 0 | 1) => Value::Text(own_string()?),
        ("concat", 2..) => {
            let mut out = String::new();
            for index in 0..arguments.len() {
                out.push_str(&string(index)?);
            }
            Value::Text(out)
        }
        ("starts-with", 2) => Value::Logical(string(0)?.starts_with(&string(1)?)),
        ("contains", 2) => Value::Logical(string(0)?.contains(&string(1)?)),
        ("substring-before", 2) => {
            let (text, part) = (string(0)?, string(1)?);
            Value::Text(text.split_once(&part).map_or("", |(before, _)| before).to_owned())
        }
        ("substring-after", 2) => {
            let (text, part) = (string(0)?, string(1)?);
            Value::Text(text.split_once(&part).map_or("", |(_, after)| after).to_owned())
        }
        ("substring", 2 | 3) => {
            let start = round(number(1)?);
            let end = if arguments.len() == 3 { start + round(number(2)?) } else { f64::INFINITY };
            let text = string(0)?;
            let within = (1_u32..).zip(text.chars()).filter(|(position, _)| {
                let position = f64::from(*position);
                position >= start && position < end
            });
            Value::Text(within.map(|(_, c)| c).collect())
        }
        ("string-length", 0 | 1) => count(own_string()?.chars().count()),
        ("normalize-space", 0 | 1) => {
            let text = own_string()?;
            let words: Vec<&str> = text.split(SPACE).filter(|word| !word.is_empty()).collect();
            Value::Text(words.join(" "))
        }
        ("translate", 3) => {
            let (text, from, to) = (string(0)?, string(1)?, string(2)?);
            evaluator.work(text.len().saturating_mul(from.len()))?;
            let to: Vec<char> = to.chars().collect();
            let changed = |c: char| match from.chars().position(|known| known == c) {
                Some(at) => to.get(at).copied(),
                None => Some(c),
            };
            Value::Text(text.chars().filter_map(changed).collect())
        }
        ("boolean", 1) => Value::Logical(truth(&value(0)?)),
        ("not", 1) => Value::Logical(!truth(&value(0)?)),
        ("true", 0) => Value::Logical(true),
        ("false", 0) => Value::Logical(false),
        ("number", 0) => Value::Number(text_number(&own_string()?)),
        ("number", 1) => Value::Number(number(0)?),
        ("sum", 1) => {
            let mut sum = 0.0;
            for node in nodes(0)? {
                sum += text_number(&evaluator.text(node)?);
            }
            Value::Number(sum)
        }
        ("floor", 1) => Value::Number(number(0)?.floor()),
        ("ceiling", 1) => Value::Number(number(0)?.ceil()),
        ("round", 1) => Value::Number(round(number(0)?)),
        _ => return None,
    })
}

/// Halves go up.
fn round(number: f64) -> f64 {
    (number + 0.5).floor()
}

fn node_name(evaluator: &Evaluator<'_>, node: usize) -> String {
    match evaluator.document.node(node).map(|node| &node.kind) {
        Some(Kind::Element(name, _) | Kind::Attribute(name, _)) => name.clone(),
        _ => String::new(),
    }
}
