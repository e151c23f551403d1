//! Which names a new crate can have.

use super::sdk;
use crate::exit::Failure;

const MAX_LEN: usize = 64;

/// Words of the language, and names that cargo or the standard library need for themselves.
#[rustfmt::skip]
const TAKEN: &[&str] = &[
    "abstract", "alloc", "as", "async", "await", "become", "box", "break", "build", "const",
    "continue", "core", "crate", "deps", "do", "dyn", "else", "enum", "examples", "extern", "false",
    "final", "fn", "for", "gen", "if", "impl", "in", "incremental", "let", "loop", "macro", "match",
    "mod", "move", "mut", "override", "priv", "proc-macro", "proc_macro", "pub", "ref", "return",
    "self", "static", "std", "struct", "super", "test", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "vendor", "virtual", "where", "while", "yield",
    "aux", "con", "nul", "prn",
];

/// Refuses what is no name of a crate, and says which ones are.
pub(super) fn check(name: &str) -> Result<(), Failure> {
    let problem = if name.is_empty() {
        "it is empty".to_owned()
    } else if name.len() > MAX_LEN {
        format!("it has {} bytes, at most {MAX_LEN} are taken", name.len())
    } else if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        "it does not begin with a letter from a to z".to_owned()
    } else if let Some(odd) = name.chars().find(|c| !is_allowed(*c)) {
        match odd.is_ascii_uppercase() {
            true => "it has capital letters".to_owned(),
            false => format!("it has the character {odd:?}"),
        }
    } else if TAKEN.contains(&name) {
        "it means something else to Rust or to cargo".to_owned()
    } else if sdk::is_dependency(name) {
        "it is the name of a crate that the plugin needs".to_owned()
    } else {
        return Ok(());
    };
    let failure = Failure::usage(format!("`{name}` cannot be the name of a crate: {problem}"));
    let works = "small letters, digits, `-` and `_` make a name, a letter first";
    Err(match suggestion(name) {
        Some(better) => failure.hint(format!("{works}: `{better}` works")),
        None => failure.hint(format!("{works}, as in `my-functions`")),
    })
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_'
}

/// The nearest name that works.
fn suggestion(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let mut better: String =
        lower.chars().map(|c| if is_allowed(c) { c } else { '-' }).take(MAX_LEN - 4).collect();
    better = better.trim_matches('-').to_owned();
    if !better.starts_with(|c: char| c.is_ascii_alphabetic()) {
        better = format!("udf-{better}");
    }
    if TAKEN.contains(&better.as_str()) || sdk::is_dependency(&better) {
        better.push_str("-udf");
    }
    better = better.trim_end_matches('-').to_owned();
    (better != "udf").then_some(better)
}

/// The name as cargo gives it to files and as Rust code says it.
pub(super) fn file(name: &str) -> String {
    name.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn letters_digits_and_dashes_make_a_name() {
        for name in ["units", "a", "my-functions", "x_2", "tests", "wide2"] {
            assert!(check(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_one_that_works() {
        for (name, said, works) in [
            ("9lives", "does not begin", "`udf-9lives` works"),
            ("My Plugin", "capital letters", "`my-plugin` works"),
            ("größe", "'ö'", "`gr--e` works"),
            ("match", "means something else", "`match-udf` works"),
            ("syn", "that the plugin needs", "`syn-udf` works"),
            ("udf-abi", "that the plugin needs", "`udf-abi-udf` works"),
            ("", "empty", "my-functions"),
            ("-", "does not begin", "my-functions"),
            (".", "does not begin", "my-functions"),
        ] {
            let failure = check(name).unwrap_err().to_string();
            assert!(failure.contains(said) && failure.contains(works), "{name}: {failure}");
        }
        assert!(check(&"a".repeat(65)).unwrap_err().to_string().contains("65 bytes"));
    }

    #[test]
    fn what_is_suggested_works() {
        for name in ["9", "Ä", "a b", "SELF", "proc-macro", "a\u{202e}b", &"B".repeat(500)] {
            let failure = check(name).unwrap_err().to_string();
            if let Some((before, _)) = failure.split_once("` works") {
                let better = before.rsplit('`').next().unwrap();
                assert!(check(better).is_ok(), "{name}: {better}");
            }
        }
    }
}
