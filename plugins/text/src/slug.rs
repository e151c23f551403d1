//! Names for addresses and files.

use deunicode::deunicode_char;
use formualizer_udf_sdk::fz_udf;

/// The text in lower-case ASCII letters, digits and single hyphens between them: "Crème Brûlée!"
/// gives "creme-brulee". Other scripts are transliterated character by character ("東京" gives
/// "dong-jing"); what has no transliteration separates words. Empty where nothing is left.
#[fz_udf(name = "SLUGIFY", examples = [
    ("Hello World") => "hello-world",
    (["Crème Brûlée!", "東京", null]) => ["creme-brulee", "dong-jing", null],
])]
pub fn slugify(
    /// Any text.
    text: &str,
) -> String {
    let mut slug = String::with_capacity(text.len());
    let mut put = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            slug.push(char::from(byte.to_ascii_lowercase()));
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    };
    for c in text.chars() {
        match u8::try_from(c) {
            // An apostrophe belongs to its word: "don't" is "dont".
            Ok(b'\'') => {}
            Ok(byte) if byte.is_ascii() => put(byte),
            _ if c == '’' => {}
            _ => deunicode_char(c).unwrap_or(" ").bytes().for_each(&mut put),
        }
    }
    if slug.ends_with('-') {
        slug.pop();
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slugs_are_what_people_expect() {
        for (text, slug) in [
            ("Hello World", "hello-world"),
            ("  --Crème  Brûlée! ", "creme-brulee"),
            ("Straße & Größe", "strasse-grosse"),
            ("don't, don’t", "dont-dont"),
            ("Łódź 2024/25", "lodz-2024-25"),
            ("東京", "dong-jing"),
            ("", ""),
            ("!?", ""),
        ] {
            assert_eq!(slugify(text), slug, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_slug_is_made_of_words_and_is_its_own_slug(text in ".{0,40}") {
            let slug = slugify(&text);
            let is_word = |word: &str| {
                !word.is_empty()
                    && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            };
            prop_assert!(slug.is_empty() || slug.split('-').all(is_word), "{slug}");
            prop_assert_eq!(slugify(&slug), slug);
        }
    }
}
