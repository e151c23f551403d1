//! Names: texts in, texts out.

use formualizer_udf_sdk::{fz_module, fz_udf};

/// The initials of a name, in upper case. Nothing where there is none.
#[fz_udf(examples = [("Ada Lovelace",) => "AL", ("émile zola",) => "ÉZ", ("",) => null])]
pub fn initials(
    /// A name, its parts between spaces.
    name: &str,
) -> Option<String> {
    let initials: String = name
        .split_whitespace()
        .filter_map(|part| part.chars().next())
        .flat_map(char::to_uppercase)
        .collect();
    (!initials.is_empty()).then_some(initials)
}

/// Whether a text begins with another one.
#[fz_udf(name = "STARTS_WITH", examples = [("spreadsheet", "spread") => true, ("a", "A") => false])]
pub fn starts_with(
    /// The text to look at.
    text: &str,
    /// What it may begin with. Upper and lower case differ.
    beginning: &str,
) -> bool {
    text.starts_with(beginning)
}

fz_module! {
    id: "example.{{name}}",
    version: env!("CARGO_PKG_VERSION"),
    functions: [initials, starts_with],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_gives_a_letter() {
        assert_eq!(initials("Ada  Lovelace").as_deref(), Some("AL"));
        assert_eq!(initials("ßen").as_deref(), Some("SS"));
    }

    #[test]
    fn without_letters_there_is_nothing() {
        assert_eq!(initials("  "), None);
    }

    #[test]
    fn every_text_begins_with_the_empty_one() {
        assert!(starts_with("", ""));
        assert!(starts_with("a", ""));
    }
}
