//! Characters and words.

use formualizer_udf_sdk::fz_udf;
use unicode_segmentation::UnicodeSegmentation;

/// The characters of the text, last first. Grapheme clusters stay whole: letters keep their
/// accents, flags and families their parts, and a line break of CR and LF its order.
#[fz_udf(name = "REVERSE", examples = [
    ("abc") => "cba",
    (["größe", "a🇩🇪", null]) => ["eßörg", "🇩🇪a", null],
])]
pub fn reverse(
    /// Any text.
    text: &str,
) -> String {
    if text.is_ascii() && !text.contains('\r') {
        // Nothing in it clings together.
        return text.bytes().rev().map(char::from).collect();
    }
    let mut reversed = String::with_capacity(text.len());
    reversed.extend(text.graphemes(true).rev());
    reversed
}

/// Every word with its first letter in upper case and the rest in lower case; what stands between
/// words stays. An apostrophe within a word begins no new one: "don't" gives "Don't".
#[fz_udf(name = "TITLE_CASE", examples = [
    ("don't PANIC") => "Don't Panic",
    ("3rd avenue") => "3rd Avenue",
])]
pub fn title_case(
    /// Any text.
    text: &str,
) -> String {
    let mut title = String::with_capacity(text.len());
    for part in text.split_word_bounds() {
        let lower = part.to_lowercase();
        let mut rest = lower.chars();
        if let Some(first) = rest.next() {
            // A letter that becomes several has one capital: "ß" gives "Ss".
            let mut upper = first.to_uppercase();
            title.extend(upper.next());
            title.extend(upper.flat_map(char::to_lowercase));
        }
        title.push_str(rest.as_str());
    }
    title
}

/// The number of words: runs of letters, digits and what joins them ("3.5", "don't", "snake_case" are
/// one each). Scripts without spaces count by Unicode's rules, which know no dictionary.
#[fz_udf(name = "TOKEN_COUNT", aliases = ["WORD_COUNT"], examples = [
    ("don't stop: 3.5 snake_case") => 4,
    (["", null]) => [0, null],
])]
pub fn token_count(
    /// Any text.
    text: &str,
) -> i64 {
    // A count of words of a text in memory: it fits.
    i64::try_from(text.unicode_words().count()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_looks_like_one_character_stays_one() {
        for (text, reversed) in [
            ("abc", "cba"),
            ("", ""),
            ("größe", "eßörg"),
            ("noe\u{301}l", "le\u{301}on"),
            ("a🇩🇪🇫🇷", "🇫🇷🇩🇪a"),
            ("x👨‍👩‍👧y", "y👨‍👩‍👧x"),
            ("a\r\nb", "b\r\na"),
        ] {
            assert_eq!(reverse(text), reversed, "{text:?}");
        }
    }

    #[test]
    fn words_begin_with_one_capital() {
        for (text, title) in [
            ("hello wORLD", "Hello World"),
            ("don't  o'neill-smith", "Don't  O'neill-Smith"),
            ("ÉCOLE ßa ΟΔΟΣ ΟΣ", "École Ssa Οδος Ος"),
            ("3rd ave", "3rd Ave"),
            ("", ""),
        ] {
            assert_eq!(title_case(text), title, "{text:?}");
        }
    }

    #[test]
    fn words_are_counted() {
        for (text, count) in [
            ("", 0),
            (" ,. ", 0),
            ("one", 1),
            ("don't stop: 3.5 snake_case", 4),
            ("a-b", 2),
            ("größe, straße", 2),
        ] {
            assert_eq!(token_count(text), count, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn ascii_is_reversed_as_any_text(text in "[ -~\r\n]{0,24}") {
            let graphemes: String = text.graphemes(true).rev().collect();
            prop_assert_eq!(reverse(&text), graphemes);
        }

        #[test]
        fn a_reversed_text_has_the_same_code_points(text in ".{0,24}") {
            let sorted = |text: &str| {
                let mut chars: Vec<char> = text.chars().collect();
                chars.sort_unstable();
                chars
            };
            prop_assert_eq!(sorted(&reverse(&text)), sorted(&text));
        }

        #[test]
        fn a_title_has_the_words_of_its_text(text in "[a-zA-Z0-9 ,.'_-]{0,32}") {
            let title = title_case(&text);
            prop_assert_eq!(title.to_lowercase(), text.to_lowercase());
            prop_assert_eq!(token_count(&title), token_count(&text));
        }
    }
}
