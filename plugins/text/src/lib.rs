//! Texts: slugs, edit distance, reversal, title case, words.
//!
//! | function | takes | gives |
//! |---|---|---|
//! | `SLUGIFY` | text | a name for addresses and files: `hello-world` |
//! | `LEVENSHTEIN` | two texts | insertions, deletions and replacements from one to the other |
//! | `REVERSE` | text | its characters, last first |
//! | `TITLE_CASE` | text | every word with a capital |
//! | `TOKEN_COUNT` | text | number of words |
//!
//! What a *character* is: `REVERSE` moves grapheme clusters (what a reader takes for one character,
//! accents and flags included), since code points torn apart give another text. `LEVENSHTEIN` counts
//! code points, as databases do, so that its numbers agree with theirs. Words are those of Unicode
//! Standard Annex 29, without dictionaries.

pub mod distance;
pub mod slug;
pub mod words;

formualizer_udf_sdk::fz_module! {
    id: "formualizer.text",
    version: env!("CARGO_PKG_VERSION"),
    functions: [
        slug::slugify,
        distance::levenshtein,
        words::reverse,
        words::title_case,
        words::token_count,
    ],
}

#[cfg(test)]
mod tests {
    use super::MANIFEST;

    #[test]
    fn the_committed_module_has_the_manifest_of_this_source() {
        let module = include_bytes!("../../text.wasm");
        let found = module.windows(MANIFEST.len()).any(|bytes| bytes == MANIFEST.as_bytes());
        assert!(found, "rebuild it: cargo xtask plugins");
    }
}
