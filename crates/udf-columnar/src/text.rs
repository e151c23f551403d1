//! Texts of strangers as people may see them: nothing in them steers a terminal or breaks a line.

use std::fmt;

/// A text in one line: control characters, line breaks of every kind, and characters that are not seen
/// (those of bidirectional text, of no width) are spelled out as `\u{…}`. For ids, names, messages and
/// whatever else a module says, wherever it is shown to people.
///
/// ```
/// use udf_columnar::OneLine;
/// assert_eq!(OneLine("red \u{1b}[31m\nüber").to_string(), r"red \u{1b}[31m\u{a}über");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OneLine<'a>(pub &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0, |_| false)
    }
}

/// The same for a text of several lines: line feeds and tabs stay. For what is laid out by the host, and
/// holds texts of strangers that are [`OneLine`] each.
#[derive(Clone, Copy, Debug)]
pub struct Printable<'a>(pub &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0, |c| matches!(c, '\n' | '\t'))
    }
}

fn write(f: &mut fmt::Formatter<'_>, text: &str, keeps: impl Fn(char) -> bool) -> fmt::Result {
    let mut shown = 0;
    for (at, c) in text.char_indices() {
        if is_unseen(c) && !keeps(c) {
            f.write_str(&text[shown..at])?;
            write!(f, "{}", c.escape_unicode())?;
            shown = at + c.len_utf8();
        }
    }
    f.write_str(&text[shown..])
}

/// Whether a character does something other than being seen.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::{OneLine, Printable};
    use proptest::prelude::*;

    #[test]
    fn what_is_seen_stays_as_it_is() {
        for text in ["", "PRICE", "größe 日本 🎉 é", r"C:\new"] {
            assert_eq!(OneLine(text).to_string(), text);
            assert_eq!(Printable(text).to_string(), text);
        }
    }

    #[test]
    fn lines_of_the_host_stay_and_those_of_strangers_do_not() {
        assert_eq!(OneLine("a\r\nb\tc").to_string(), r"a\u{d}\u{a}b\u{9}c");
        assert_eq!(Printable("a\r\nb\tc").to_string(), "a\\u{d}\nb\tc");
        assert_eq!(OneLine("\u{202e}txt\u{2028}").to_string(), r"\u{202e}txt\u{2028}");
    }

    /// Characters of which every one does something to a terminal.
    fn hostile() -> impl Strategy<Value = char> {
        prop_oneof![
            (0u32..0x20).prop_map(|c| char::from_u32(c).unwrap()),
            (0x7fu32..0xa0).prop_map(|c| char::from_u32(c).unwrap()),
            prop::sample::select(
                "\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}"
                    .chars()
                    .collect::<Vec<_>>()
            ),
            any::<char>(),
        ]
    }

    proptest! {
        #[test]
        fn nothing_unseen_is_left(chars in prop::collection::vec(hostile(), 0..40)) {
            let text: String = chars.iter().collect();
            let bad = |c: char| {
                c.is_control()
                    || ('\u{200b}'..='\u{200f}').contains(&c)
                    || ('\u{2028}'..='\u{202e}').contains(&c)
                    || ('\u{2066}'..='\u{2069}').contains(&c)
                    || matches!(c, '\u{61c}' | '\u{feff}')
            };
            let line = OneLine(&text).to_string();
            prop_assert!(!line.contains(bad), "{line:?}");
            prop_assert_eq!(OneLine(&line).to_string(), line.clone());
            let lines = Printable(&text).to_string();
            prop_assert!(!lines.replace(['\n', '\t'], "").contains(bad), "{lines:?}");
        }
    }
}
