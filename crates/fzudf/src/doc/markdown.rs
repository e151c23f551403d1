//! Texts of a stranger in Markdown: they show as they are, and can be nothing else.

use udf_columnar::OneLine;

/// A text as running text: no markup, no HTML, no links; line breaks stay.
///
/// Backticks keep their meaning where they come in pairs on one line, since descriptions are
/// written with them; what stands between them is escaped all the same.
pub(super) fn text(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| line_of(&seen(line.trim()))).collect();
    lines.join("\n")
}

/// A text in one line, for a cell of a table.
pub(super) fn cell(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line_of(&seen(&one_line))
}

/// What is not seen could make a page read otherwise than it is: it is spelled out.
fn seen(line: &str) -> String {
    OneLine(line).to_string()
}

fn line_of(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = line;
    while let Some((before, inside, after)) = code_span(rest) {
        let at_start = out.is_empty();
        escape_into(&mut out, before, at_start);
        out.push_str(&code(inside));
        rest = after;
    }
    let at_start = out.is_empty();
    escape_into(&mut out, rest, at_start);
    out
}

/// What stands before, in and behind the first pair of single backticks.
fn code_span(line: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = line.split_once('`')?;
    let (inside, after) = rest.split_once('`')?;
    let is_plain = !inside.trim().is_empty() && !after.starts_with('`');
    is_plain.then_some((before, inside, after))
}

fn escape_into(out: &mut String, text: &str, at_start: bool) {
    for (index, c) in text.char_indices() {
        let starts_block = at_start && index == 0;
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '_' if is_inside_word(text, index) => out.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', c]),
            '#' | '+' | '-' | '=' if starts_block => out.extend(['\\', c]),
            '!' if text[index + 1..].starts_with('[') => out.push_str("\\!"),
            '.' | ')' if at_start && is_list_marker(text, index) => out.extend(['\\', c]),
            ':' if text[index..].starts_with("://") => out.push_str("&#58;"),
            c => out.push(c),
        }
    }
}

/// Whether letters or digits stand on both sides: such a `_` begins no emphasis.
fn is_inside_word(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + 1..].chars().next();
    [before, after].iter().all(|c| c.is_some_and(char::is_alphanumeric))
}

/// Whether the dot or bracket at `end` makes a list of a line, as in `1. x` and `1) x`.
fn is_list_marker(line: &str, end: usize) -> bool {
    let (number, rest) = line.split_at(end);
    let ends = rest.chars().nth(1).is_none_or(char::is_whitespace);
    ends && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

/// A text in code font, whatever backticks it holds. In a table a bar would end the cell.
pub(super) fn code(text: &str) -> String {
    let inside = seen(&text.replace(['\n', '\r', '\t'], " ")).replace('|', "\\|");
    let longest = inside.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    match inside.is_empty() {
        true => String::new(),
        false if longest > 0 => format!("{fence} {inside} {fence}"),
        false => format!("{fence}{inside}{fence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{cell, code, text};

    #[test]
    fn markup_of_strangers_shows_as_it_is() {
        for (given, shown) in [
            ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("[x](javascript:1)", "\\[x\\](javascript:1)"),
            ("![x](y)", "\\!\\[x\\](y)"),
            ("# heading", "\\# heading"),
            ("- item", "\\- item"),
            ("1. item", "1\\. item"),
            ("2.5 is half", "2.5 is half"),
            ("3)", "3\\)"),
            ("a | b", "a \\| b"),
            ("*bold* _it_", "\\*bold\\* \\_it\\_"),
            ("BS_CALL", "BS_CALL"),
            ("see http://x", "see http&#58;//x"),
            ("S·N(d1) − K·exp(−rT)", "S·N(d1) − K·exp(−rT)"),
            ("a\u{202e}b\u{0}", r"a\\u{202e}b\\u{0}"),
            ("one\ntwo", "one\ntwo"),
        ] {
            assert_eq!(text(given), shown);
        }
    }

    #[test]
    fn pairs_of_backticks_are_code() {
        assert_eq!(text("`#NUM!` where `a|b`"), "`#NUM!` where `a\\|b`");
        assert_eq!(text("a ` alone <b>"), "a \\` alone &lt;b&gt;");
        assert_eq!(text("``<b>``"), "\\`\\`&lt;b&gt;\\`\\`");
        assert_eq!(text("`<b>`"), "`<b>`");
    }

    #[test]
    fn code_holds_any_backticks() {
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("a``b"), "``` a``b ```");
        assert_eq!(code(""), "");
        assert_eq!(code("a\nb"), "`a b`");
    }

    #[test]
    fn a_cell_has_one_line() {
        assert_eq!(cell("one\n\n two | three"), "one two \\| three");
    }
}
