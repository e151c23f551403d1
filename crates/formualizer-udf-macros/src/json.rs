//! JSON of texts that are known while a macro runs.

use std::fmt::Write;

/// The text, quoted and escaped.
pub(crate) fn text(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            c if u32::from(c) < 0x20 => {
                // Writing to a String cannot fail.
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

/// Bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(super::hexadecimal(&[0, 0xff, 0x1a]), "00ff1a");
    }

    #[test]
    fn quotes_and_control_characters_are_escaped() {
        assert_eq!(super::text("a\"\\\n\u{1}é"), r#""a\"\\\n\u0001é""#);
    }
}
