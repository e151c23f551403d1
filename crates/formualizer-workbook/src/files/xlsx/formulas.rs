//! Formulas as files write them, and as they are typed.
//!
//! Files mark functions that came after Excel 2007 (`_xlfn.`, `_xlfn._xlws.`) and parameters of LET and LAMBDA (`_xlpm.`), and write
//! `A1#` and `@x` as calls (ECMA-376 leaves room for them, [MS-XLSX] 2.2.2 names them).

use crate::formula::walking;
use formualizer_functions::{find, record::Prefix};
use formualizer_parse::{ASTNode, ASTNodeType, parser::ReferenceType};
use rustc_hash::FxHashSet;
use std::borrow::Cow;

/// Bytes that a formula of 8192 characters has at most.
const LONGEST: usize = 4 * 8192;
const ANCHOR: &str = "_xlfn.ANCHORARRAY(";
const SINGLE: &str = "_xlfn.SINGLE(";

/// A piece of a formula's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// A word: a name, a reference, a number, with `!` and `$` in it.
    Word(&'a str),
    /// A text, a quoted sheet name, what stands in brackets.
    Quoted(&'a str),
    /// Any other character.
    Sign(&'a str),
}

impl<'a> Token<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Word(text) | Self::Quoted(text) | Self::Sign(text) => text,
        }
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let in_word =
            |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '!' | '?' | '\\');
        let len = match first {
            '"' | '\'' => quoted(rest, first),
            '[' => bracketed(rest),
            c if in_word(c) => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(len);
        found.push(match first {
            '"' | '\'' | '[' => Token::Quoted(piece),
            c if in_word(c) => Token::Word(piece),
            _ => Token::Sign(piece),
        });
        rest = after;
    }
    found
}

/// The length of a text in quotes, doubled ones within.
fn quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + c.len_utf8();
        }
    }
    text.len()
}

fn bracketed(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\'' => escaped = true,
            '[' => depth += 1,
            ']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// A formula of a file, as it is typed.
pub(crate) fn typed(text: &str) -> Cow<'_, str> {
    // The parser refuses it; calls within calls are followed here as deep as they are.
    if text.len() > LONGEST {
        return Cow::Borrowed(text);
    }
    let marks = text.as_bytes().windows(4).any(|four| {
        four.eq_ignore_ascii_case(b"_xlf")
            || four.eq_ignore_ascii_case(b"_xlp")
            || four.eq_ignore_ascii_case(b"_xlw")
    });
    match marks {
        true => Cow::Owned(typed_tokens(&tokens(text))),
        false => Cow::Borrowed(text),
    }
}

fn typed_tokens(tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let Token::Word(word) = *token else {
            out.push_str(token.text());
            continue;
        };
        let called = tokens.get(at) == Some(&Token::Sign("("));
        let bare = without_prefixes(word);
        let special = ["ANCHORARRAY", "SINGLE"].into_iter().find(|f| bare.eq_ignore_ascii_case(f));
        match special.filter(|_| called && bare.len() < word.len()) {
            Some(function) => {
                let end = closing(tokens, at);
                let inner = typed_tokens(tokens.get(at + 1..end).unwrap_or_default());
                match function {
                    "ANCHORARRAY" => out.push_str(&format!("{inner}#")),
                    _ if is_operand(&inner) => out.push_str(&format!("@{inner}")),
                    _ => out.push_str(&format!("@({inner})")),
                }
                at = end + 1;
            }
            None => out.push_str(bare),
        }
    }
    out
}

/// The token with the bracket that closes the one at `open`, or the end.
fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign("(") => depth += 1,
            Token::Sign(")") => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// Whether `@` in front takes all of it.
fn is_operand(text: &str) -> bool {
    let mut depth = 0_i32;
    tokens(text).iter().enumerate().all(|(at, token)| match token {
        Token::Sign("(") => {
            depth += 1;
            at > 0 || depth > 1
        }
        Token::Sign(")") => {
            depth -= 1;
            true
        }
        Token::Sign(":" | "#") => true,
        Token::Sign(_) => depth > 0,
        Token::Word(_) | Token::Quoted(_) => true,
    })
}

fn without_prefixes(word: &str) -> &str {
    let mut rest = word;
    loop {
        let prefix = ["_xlfn.", "_xlws.", "_xlpm.", "_xludf."].into_iter().find(|prefix| {
            rest.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        });
        match prefix {
            Some(prefix) => rest = &rest[prefix.len()..],
            None => return rest,
        }
    }
}

/// A formula as it is typed, without `=`, for a file.
pub(crate) fn stored(text: &str) -> String {
    let text = text.strip_prefix('=').unwrap_or(text);
    let parameters = parameters(text);
    stored_tokens(&tokens(text), &parameters)
}

fn stored_tokens(tokens: &[Token<'_>], parameters: &FxHashSet<String>) -> String {
    let mut out = String::new();
    // Where the operand began that `#` would belong to.
    let mut operand = 0;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1);
        match *token {
            Token::Word(word) => {
                let continues = at > 0 && matches!(tokens[at - 1], Token::Quoted(_));
                if !continues {
                    operand = out.len();
                }
                if parameters.contains(&word.to_lowercase()) {
                    out.push_str("_xlpm.");
                } else if next == Some(&Token::Sign("(")) {
                    let upper = word.to_uppercase();
                    out.push_str(match find(&upper).map(|record| record.prefix) {
                        Some(Prefix::Future) => "_xlfn.",
                        Some(Prefix::Worksheet) => "_xlfn._xlws.",
                        Some(Prefix::None) | None => "",
                    });
                }
                out.push_str(word);
            }
            Token::Quoted(text) => {
                if !matches!(at.checked_sub(1).map(|at| tokens[at]), Some(Token::Word(_))) {
                    operand = out.len();
                }
                out.push_str(text);
            }
            Token::Sign("#") if at > 0 && matches!(tokens[at - 1], Token::Word(_)) => {
                let anchor = out.split_off(operand);
                out.push_str(ANCHOR);
                out.push_str(&anchor);
                out.push(')');
            }
            Token::Sign("#") => {
                // An error: `#REF!`, `#DIV/0!`, `#N/A`.
                out.push('#');
                while let Some(Token::Word(_) | Token::Sign("/")) = tokens.get(at + 1) {
                    at += 1;
                    out.push_str(tokens[at].text());
                }
            }
            Token::Sign("@") => {
                let end = operand_end(tokens, at + 1);
                let inner = stored_tokens(tokens.get(at + 1..end).unwrap_or_default(), parameters);
                out.push_str(SINGLE);
                out.push_str(&inner);
                out.push(')');
                at = end - 1;
            }
            Token::Sign(sign) => out.push_str(sign),
        }
        at += 1;
    }
    out
}

/// Behind the operand that begins at a token.
fn operand_end(tokens: &[Token<'_>], start: usize) -> usize {
    let mut at = start;
    loop {
        at = match tokens.get(at) {
            Some(Token::Sign("(")) => closing(tokens, at) + 1,
            Some(Token::Word(_) | Token::Quoted(_) | Token::Sign(":" | "#" | "@")) => at + 1,
            _ => return at.max(start + 1).min(tokens.len().max(start + 1)),
        };
    }
}

/// The parameters of LET and LAMBDA in a formula, in lower case.
fn parameters(text: &str) -> FxHashSet<String> {
    let mut found = FxHashSet::default();
    let upper = text.to_uppercase();
    if !upper.contains("LET(") && !upper.contains("LAMBDA(") {
        return found;
    }
    walking(|| {
        if let Ok(tree) = formualizer_parse::parser::parse(format!("={text}")) {
            collect(&tree, &mut found);
        }
    });
    found
}

fn collect(node: &ASTNode, found: &mut FxHashSet<String>) {
    let mut add = |node: &ASTNode| {
        if let ASTNodeType::Reference { reference: ReferenceType::NamedRange(name), .. } =
            &node.node_type
        {
            found.insert(name.to_lowercase());
        }
    };
    match &node.node_type {
        ASTNodeType::Function { name, args } => {
            match crate::formula::function_key(name).as_str() {
                "LET" => {
                    let last = args.len().saturating_sub(1);
                    args.iter().take(last).step_by(2).for_each(&mut add);
                }
                "LAMBDA" => args.iter().take(args.len().saturating_sub(1)).for_each(&mut add),
                _ => {}
            }
            args.iter().for_each(|arg| collect(arg, found));
        }
        ASTNodeType::UnaryOp { expr, .. } => collect(expr, found),
        ASTNodeType::BinaryOp { left, right, .. } => {
            collect(left, found);
            collect(right, found);
        }
        ASTNodeType::Call { callee, args } => {
            collect(callee, found);
            args.iter().for_each(|arg| collect(arg, found));
        }
        ASTNodeType::Array(rows) => rows.iter().flatten().for_each(|item| collect(item, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: &[(&str, &str)] = &[
        ("SUM(A1:A3)", "SUM(A1:A3)"),
        ("_xlfn.XLOOKUP(A1,B:B,C:C)", "XLOOKUP(A1,B:B,C:C)"),
        ("_xlfn._xlws.FILTER(A1:A9,B1:B9>0)", "FILTER(A1:A9,B1:B9>0)"),
        ("SUM(_xlfn.ANCHORARRAY(A1))", "SUM(A1#)"),
        ("_xlfn.ANCHORARRAY('my sheet'!$A$1)*2", "'my sheet'!$A$1#*2"),
        ("_xlfn.SINGLE(A1:A10)+1", "@A1:A10+1"),
        ("_xlfn.LET(_xlpm.x,A1,_xlpm.x*2)", "LET(x,A1,x*2)"),
        ("_xlfn.LAMBDA(_xlpm.a,_xlpm.b,_xlpm.a+_xlpm.b)(1,2)", "LAMBDA(a,b,a+b)(1,2)"),
        ("\"_xlfn.SUM(\"&A1", "\"_xlfn.SUM(\"&A1"),
        ("IF(A1=#REF!,#DIV/0!,#N/A)", "IF(A1=#REF!,#DIV/0!,#N/A)"),
        ("SUM(Table1[[#Headers],[a b]])", "SUM(Table1[[#Headers],[a b]])"),
        ("_xlfn.STDEV.S(A1:A3)&\"it's\"", "STDEV.S(A1:A3)&\"it's\""),
        ("_xlfn.SINGLE(INDEX(A1:A3,2))", "@INDEX(A1:A3,2)"),
    ];

    #[test]
    fn formulas_of_files_are_typed_without_their_marks_and_stored_with_them() {
        for (file, text) in PAIRS {
            assert_eq!(typed(file), *text);
            assert_eq!(stored(&format!("={text}")), *file);
        }
    }

    #[test]
    fn the_list_of_later_functions_is_sorted() {}

    #[test]
    fn broken_texts_are_given_back_in_some_form() {
        for text in
            ["_xlfn.SINGLE(", "@", "@@", "#", "A#", "'", "\"", "[", "[']", "_xlfn.", "((", "@)"]
        {
            let _ = typed(text);
            let _ = stored(text);
        }
    }
}
