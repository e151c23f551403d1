//! The case of letters, as Excel ignores it in comparisons, searches, lookups and criteria.
//!
//! Every letter that has a small form is that form: `É` is `é`, `Σ` and `ς` are `σ`. One letter stays one letter,
//! so that positions stay what they are; what has no small form of one letter is itself. Accents are never
//! ignored: `e` is not `é`.

/// A letter without its case.
#[must_use]
pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    match c {
        'ς' => 'σ',
        // Two letters as a small form.
        'İ' => c,
        c => c.to_lowercase().next().unwrap_or(c),
    }
}

/// A text without the case of its letters.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

/// Whether two texts are the same but for case.
#[must_use]
pub fn eq(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars().map(fold_char).eq(b.chars().map(fold_char))
}
