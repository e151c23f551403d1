//! Just enough of Rust's syntax to tell code from comments and texts.

/// The source with every comment and every string or character literal blanked out; lines stay.
pub(super) fn code_only(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut code = source.as_bytes().to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => line_comment(bytes, at),
            b'/' if bytes[at..].starts_with(b"/*") => block_comment(bytes, at),
            b'"' => string(bytes, at, b'"'),
            b'\'' => match character(source, at) {
                Some(end) => end,
                None => {
                    at += 1; // a lifetime
                    continue;
                }
            },
            byte if is_word(byte) => {
                let end = word(bytes, at);
                // The prefix of a literal, or a word of its own.
                let raw = matches!(&bytes[at..end], b"r" | b"br" | b"cr");
                match raw.then(|| raw_string(bytes, end)).flatten() {
                    Some(end) => end,
                    None => {
                        at = end;
                        continue;
                    }
                }
            }
            _ => {
                at += 1;
                continue;
            }
        };
        for byte in &mut code[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    String::from_utf8_lossy(&code).into_owned()
}

/// Every word of the code with the line it stands on, from 1, and what follows on that line.
pub(super) fn words(code: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    code.lines().enumerate().flat_map(|(number, line)| {
        let mut rest = line;
        std::iter::from_fn(move || {
            let start = rest.find(|c: char| c.is_alphanumeric() || c == '_')?;
            rest = &rest[start..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = after;
            Some((number + 1, word, after))
        })
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn word(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| !is_word(*byte)).map_or(bytes.len(), |len| at + len)
}

fn line_comment(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |len| at + len)
}

fn block_comment(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = at;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// The end of a literal that opens at `at` and knows backslashes.
fn string(bytes: &[u8], at: usize, quote: u8) -> usize {
    let mut at = at + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of a character literal; `None` for a lifetime.
fn character(source: &str, at: usize) -> Option<usize> {
    let mut inside = source[at + 1..].chars();
    match inside.next()? {
        '\\' => Some(string(source.as_bytes(), at, b'\'')),
        one => inside.as_str().starts_with('\'').then_some(at + 1 + one.len_utf8() + 1),
    }
}

/// The end of the raw string whose hashes or quote stand at `at`; `None` for a raw identifier.
fn raw_string(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
    if bytes.get(at + hashes) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let body = at + hashes + 1;
    let len = bytes[body..].windows(close.len()).position(|window| window == close);
    Some(len.map_or(bytes.len(), |len| body + len + close.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[&str]) {
        let code = code_only(source);
        assert_eq!(code.lines().count(), source.lines().count());
        let found: Vec<&str> = words(&code).map(|(_, word, _)| word).collect();
        assert_eq!(found, expected, "{code}");
    }

    #[test]
    fn comments_are_no_code() {
        check("a // b\nc /* d /* e */ f\n*/ g /// h", &["a", "c", "g"]);
        check("a /* never closed", &["a"]);
    }

    #[test]
    fn texts_are_no_code() {
        check(r#"a("b \" c") d(b"e") "#, &["a", "d", "b"]);
        check(r##"a(r#"b " c"#) d r"e\" f"##, &["a", "d", "f"]);
        check("a \"b\nc\" d", &["a", "d"]);
        check("a \"never closed \\", &["a"]);
    }

    #[test]
    fn lifetimes_are_code_and_characters_are_not() {
        check(
            "fn f<'a>(x: &'a str) { '\"'; '\\''; 'é'; b }",
            &["fn", "f", "a", "x", "a", "str", "b"],
        );
        check("b'x' 'static", &["b", "static"]);
    }

    #[test]
    fn raw_identifiers_are_code() {
        check("r#type r#\"text\"#", &["r", "type"]);
    }

    #[test]
    fn a_word_knows_its_line_and_what_follows() {
        let found: Vec<_> = words("a\nb_1!(").collect();
        assert_eq!(found, [(1, "a", ""), (2, "b_1", "!(")]);
    }
}
