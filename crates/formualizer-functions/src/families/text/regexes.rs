//! Regular expressions.
//!
//! Excel's are PCRE2 (Microsoft, "REGEXTEST function"). Here `fancy-regex` matches them: groups, references
//! back, looking around, atomic groups and named groups are the same. Within a class, `[`, `&&` and `~~` mean
//! themselves as in PCRE2. An expression that tries too much is `#VALUE!`.

use super::{recent::Recent, units};
use crate::{
    call::{Call, Output, Result},
    cells::{CellRef, Table},
    record::{Kernel, Record, value},
};
use fancy_regex::{Captures, Regex, RegexBuilder};
use std::{cell::RefCell, rc::Rc};
use udf_abi::ErrorCode;

const DIFFERS: &str = "\\d, \\w and \\b know the letters and digits of all scripts; $ is the end alone, not also before a last line break.";

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "REGEXTEST",
        &[value("text"), value("pattern"), value("case_sensitivity").skippable()],
        Kernel::OfRow(test),
        "Whether a part of a text matches a regular expression.",
    )
    .future()
    .differing(DIFFERS),
    Record::new(
        "REGEXEXTRACT",
        &[value("text"), value("pattern"), value("return_mode").skippable(), value("case_sensitivity").skippable()],
        Kernel::OfRow(extract),
        "The first part of a text that matches a regular expression, all of them, or the groups of the first.",
    ).spreading()
    .future()
    .differing(DIFFERS),
    Record::new(
        "REGEXREPLACE",
        &[
            value("text"),
            value("pattern"),
            value("replacement"),
            value("occurrence").skippable(),
            value("case_sensitivity").skippable(),
        ],
        Kernel::OfText(replace),
        "A text with the parts replaced that match a regular expression.",
    )
    .future()
    .differing(DIFFERS),
];

/// How often a match may turn back; about 20 ms.
const BACKTRACKS: usize = 1_000_000;
/// Bytes of a compiled expression.
const COMPILED: usize = 4 << 20;
/// Instructions of a compiled expression.
const INSTRUCTIONS: usize = 100_000;

thread_local! {
    static EXACT: RefCell<Recent<Option<Rc<Regex>>>> = RefCell::default();
    static ANY_CASE: RefCell<Recent<Option<Rc<Regex>>>> = RefCell::default();
}

/// The expression of an argument; the case argument is 0 to mind case and 1 not to.
fn compiled(call: &Call<'_>, pattern: usize, case: usize) -> Result<Rc<Regex>> {
    let pattern = call.text(pattern)?;
    let any_case = match call.integer_or(case, 0)? {
        0 => false,
        1 => true,
        _ => return Err(ErrorCode::Value),
    };
    if pattern.len() > 4 * units::MOST {
        return Err(ErrorCode::Value);
    }
    let read = |pattern: &str| expression(pattern, any_case).map(Rc::new);
    let cache = if any_case { &ANY_CASE } else { &EXACT };
    cache.with_borrow_mut(|known| known.get(&pattern, read)).ok_or(ErrorCode::Value)
}

/// The expression of a pattern within the bounds of all of them; `None` where it is none.
pub(in crate::families) fn expression(pattern: &str, any_case: bool) -> Option<Regex> {
    RegexBuilder::new(&as_pcre(pattern))
        .case_insensitive(any_case)
        .backtrack_limit(BACKTRACKS)
        .delegate_size_limit(COMPILED)
        .max_prog_size(INSTRUCTIONS)
        .build()
        .ok()
}

/// A pattern with what PCRE2 takes literally in classes escaped.
fn as_pcre(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    // Characters since a class began, the `^` not counted.
    let mut class: Option<usize> = None;
    while let Some(c) = chars.next() {
        match (class, c) {
            (_, '\\') => {
                out.push(c);
                if let Some(next) = chars.next() {
                    // Between `\Q` and `\E` characters are themselves.
                    if next == 'Q' && class.is_none() {
                        out.pop();
                        push_quoted(&mut out, &mut chars);
                        continue;
                    }
                    out.push(next);
                }
                class = class.map(|count| count + 1);
            }
            (None, '[') => {
                out.push(c);
                if chars.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                // A bracket that closes at once is a character.
                if chars.next_if_eq(&']').is_some() {
                    out.push_str("\\]");
                }
                class = Some(0);
            }
            (Some(_), ']') => {
                out.push(c);
                class = None;
            }
            (Some(_), '[') if chars.peek() == Some(&':') => {
                out.push(c);
                for c in chars.by_ref() {
                    out.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            (Some(count), '[' | '&' | '~') => {
                out.push('\\');
                out.push(c);
                class = Some(count + 1);
            }
            _ => {
                out.push(c);
                class = class.map(|count| count + 1);
            }
        }
    }
    out
}

/// Appends what stands before `\E`, escaped.
fn push_quoted(out: &mut String, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(c) = chars.next() {
        if c == '\\' && chars.next_if_eq(&'E').is_some() {
            return;
        }
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Each match may take its time, so that many of them have to be stopped between.
fn go_on(call: &Call<'_>) -> Result<()> {
    if call.context().cancel.is_cancelled() { Err(ErrorCode::Cancelled) } else { Ok(()) }
}

fn test(call: &Call<'_>) -> Result<Output> {
    let text = call.text(0)?;
    let regex = compiled(call, 1, 2)?;
    Ok(regex.is_match(&*text).map_err(|_| ErrorCode::Value)?.into())
}

fn extract(call: &Call<'_>) -> Result<Output> {
    let text = call.text(0)?;
    let mode = call.integer_or(2, 0)?;
    let regex = compiled(call, 1, 3)?;
    let found: Vec<&str> = match mode {
        0 => {
            let found = regex.find(&*text).map_err(|_| ErrorCode::Value)?;
            return Ok(found.ok_or(ErrorCode::Na)?.as_str().into());
        }
        1 => {
            let mut all = Vec::new();
            for found in regex.find_iter(&*text) {
                go_on(call)?;
                all.push(found.map_err(|_| ErrorCode::Value)?.as_str());
            }
            all
        }
        2 => {
            let groups = regex.captures(&*text).map_err(|_| ErrorCode::Value)?;
            let groups = groups.ok_or(ErrorCode::Na)?;
            if groups.len() < 2 {
                return Err(ErrorCode::Value);
            }
            (1..groups.len()).map(|at| groups.get(at).map_or("", |group| group.as_str())).collect()
        }
        _ => return Err(ErrorCode::Value),
    };
    let table = Table::of_cells(1, found.len(), |_, col| {
        CellRef::Text(found.get(col).copied().unwrap_or_default())
    });
    Ok(table.ok_or(ErrorCode::Na)?.into())
}

/// A part of a replacement.
enum Piece {
    Text(String),
    Group(usize),
    Named(String),
}

/// The parts of a replacement: `$1`, `${1}`, `$name` and `${name}` are groups, `$$` is a dollar sign.
fn pieces(replacement: &str) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut chars = replacement.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '$' {
            text.push(c);
            continue;
        }
        if chars.next_if_eq(&'$').is_some() {
            text.push('$');
            continue;
        }
        let braced = chars.next_if_eq(&'{').is_some();
        let mut name = String::new();
        let digits = chars.peek().is_some_and(char::is_ascii_digit);
        let part = |c: &char| {
            if digits { c.is_ascii_digit() } else { c.is_ascii_alphanumeric() || *c == '_' }
        };
        while let Some(c) = chars.next_if(part) {
            name.push(c);
        }
        if name.is_empty() || braced && chars.next() != Some('}') {
            return Err(ErrorCode::Value);
        }
        pieces.push(Piece::Text(std::mem::take(&mut text)));
        pieces.push(if digits {
            Piece::Group(name.parse().map_err(|_| ErrorCode::Value)?)
        } else {
            Piece::Named(name)
        });
    }
    pieces.push(Piece::Text(text));
    Ok(pieces)
}

fn push_replacement(out: &mut String, pieces: &[Piece], groups: &Captures<'_, str>) -> Result<()> {
    for piece in pieces {
        let group = match piece {
            Piece::Text(text) => {
                out.push_str(text);
                continue;
            }
            Piece::Group(at) if *at >= groups.len() => return Err(ErrorCode::Value),
            Piece::Group(at) => groups.get(*at),
            Piece::Named(name) => groups.name(name),
        };
        out.push_str(group.map_or("", |group| group.as_str()));
    }
    if out.len() > 4 * units::MOST { Err(ErrorCode::Value) } else { Ok(()) }
}

fn replace(call: &Call<'_>, out: &mut String) -> Result<()> {
    let text = call.text(0)?;
    let pieces = pieces(&call.text(2)?)?;
    let occurrence = call.integer_or(3, 0)?;
    let regex = compiled(call, 1, 4)?;
    for piece in &pieces {
        if let Piece::Named(name) = piece
            && !regex.capture_names().flatten().any(|known| known == name)
        {
            return Err(ErrorCode::Value);
        }
    }
    // From the end the matches have to be counted first.
    let only = match occurrence {
        0 => None,
        1.. => Some(occurrence - 1),
        _ => {
            let mut count: i64 = 0;
            for found in regex.find_iter(&*text) {
                go_on(call)?;
                found.map_err(|_| ErrorCode::Value)?;
                count += 1;
            }
            Some(count + occurrence)
        }
    };
    let mut done = 0;
    for (number, groups) in (0_i64..).zip(regex.captures_iter(&*text)) {
        go_on(call)?;
        let groups = groups.map_err(|_| ErrorCode::Value)?;
        if only.is_some_and(|only| only != number) {
            continue;
        }
        let Some(whole) = groups.get(0) else { continue };
        out.push_str(text.get(done..whole.start()).unwrap_or_default());
        push_replacement(out, &pieces, &groups)?;
        done = whole.end();
        if only.is_some() {
            break;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    units::bounded(out)
}
