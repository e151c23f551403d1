//! JSON in lines: what stands in it stays as it is written, in its order; only white space changes, and
//! characters that could steer a terminal are escaped as JSON has it.

use crate::exit::printable;
use serde::de::IgnoredAny;

/// Most characters of a list or an object that stays on one line.
const WIDTH: usize = 80;

/// The text in lines with their indentation; `None` where it is no JSON.
pub(super) fn lines(json: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(json).ok()?;
    let tokens = tokens(json);
    let mut out = String::with_capacity(json.len() * 2);
    let mut at = 0;
    let mut depth = 0;
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "{" | "[" => {
                let end = closing(&tokens, at);
                match on_one_line(tokens.get(at..=end).unwrap_or_default()) {
                    Some(line) => {
                        out.push_str(&line);
                        at = end;
                    }
                    None => {
                        out.push_str(token);
                        depth += 1;
                        new_line(&mut out, depth);
                    }
                }
            }
            "}" | "]" => {
                depth -= 1;
                new_line(&mut out, depth);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                new_line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            other => out.push_str(other),
        }
        at += 1;
    }
    out.push('\n');
    Some(out)
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// A short list or object, unless it holds another that is not empty: `{ "name": "x", "type": "f64" }`.
fn on_one_line(tokens: &[String]) -> Option<String> {
    let inner = tokens.get(1..tokens.len().checked_sub(1)?)?;
    let nested = inner.iter().any(|token| token == "{");
    let length: usize = tokens.iter().map(|token| token.chars().count() + 1).sum();
    if (nested && !inner.is_empty()) || length > WIDTH {
        return None;
    }
    let mut line = String::new();
    for (index, token) in tokens.iter().enumerate() {
        line.push_str(token);
        let next = tokens.get(index + 1).map_or("", String::as_str);
        let spaced = match token.as_str() {
            "," | ":" => true,
            "{" => next != "}",
            _ => next == "}",
        };
        if spaced && !next.is_empty() {
            line.push(' ');
        }
    }
    Some(line)
}

/// The index of the bracket that closes the one at `open`.
fn closing(tokens: &[String], open: usize) -> usize {
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.as_str() {
            "{" | "[" => depth += 1,
            "}" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    tokens.len().saturating_sub(1)
}

/// Brackets, commas, colons, and values with their quotes.
fn tokens(json: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' | '[' | ']' | ',' | ':' => tokens.push(c.to_string()),
            '"' => {
                let mut text = String::from('"');
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => {
                            text.push(c);
                            text.extend(chars.next());
                        }
                        '"' => break,
                        c => push_escaped(&mut text, c),
                    }
                }
                text.push('"');
                tokens.push(text);
            }
            c if c.is_ascii_whitespace() => {}
            c => {
                let mut value = String::from(c);
                while let Some(c) =
                    chars.next_if(|c| !c.is_ascii_whitespace() && !"{}[],:\"".contains(*c))
                {
                    value.push(c);
                }
                tokens.push(value);
            }
        }
    }
    tokens
}

/// A character of a text, as `\u` and four digits where a terminal must not see it.
fn push_escaped(out: &mut String, c: char) {
    let mut utf8 = [0; 4];
    let text = c.encode_utf8(&mut utf8);
    if printable(text) == *text {
        out.push(c);
        return;
    }
    let mut units = [0; 2];
    for unit in c.encode_utf16(&mut units) {
        out.push_str(&format!("\\u{unit:04x}"));
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn json_is_laid_out_and_otherwise_as_it_was() {
        for (json, expected) in [
            ("{}", "{}\n"),
            (r#"{"a":1.0,"b":[ 1, 2 ]}"#, "{ \"a\": 1.0, \"b\": [1, 2] }\n"),
            (r#"{"z":{"b":1},"a":[]}"#, "{\n  \"z\": { \"b\": 1 },\n  \"a\": []\n}\n"),
            ("\"a\\\"b{\"", "\"a\\\"b{\"\n"),
            ("[{},1e5]", "[\n  {},\n  1e5\n]\n"),
            ("\"\u{202e}\u{7f}\u{e9}\"", "\"\\u202e\\u007f\u{e9}\"\n"),
        ] {
            assert_eq!(lines(json).as_deref(), Some(expected), "{json}");
        }
        let long = format!("[{}]", ["\"abcdefgh\""; 12].join(","));
        assert_eq!(lines(&long).unwrap().lines().count(), 14);
        for wrong in ["", "{", "[1,]", "{} {}", "\u{feff}{}"] {
            assert_eq!(lines(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_laid_out_means_the_same() {
        let manifest = include_str!("../../../../testdata/languages/manifest.json");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let text = lines(manifest).unwrap();
        assert_eq!(read(&text), read(manifest));
        assert_eq!(lines(&text).unwrap(), text);
    }
}
