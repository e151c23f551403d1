//! How far texts are from each other.

use formualizer_udf_sdk::fz_udf;

/// The least number of code points to insert, delete or replace to make one text of the other.
/// Upper and lower case differ. The time grows with the product of the lengths.
#[fz_udf(name = "LEVENSHTEIN", aliases = ["EDIT_DISTANCE"], examples = [
    ("kitten", "sitting") => 3,
    (["größe", "", null], "grösse") => [2, 6, null],
])]
pub fn levenshtein(
    /// One text.
    a: &str,
    /// The other.
    b: &str,
) -> i64 {
    // A count of code points of texts in memory: it fits.
    i64::try_from(strsim::levenshtein(a, b)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, by recursion.
    fn naive(a: &[char], b: &[char]) -> i64 {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len() as i64,
            ([x, a @ ..], [y, b @ ..]) if x == y => naive(a, b),
            ([_, rest_a @ ..], [_, rest_b @ ..]) => {
                1 + naive(rest_a, b).min(naive(a, rest_b)).min(naive(rest_a, rest_b))
            }
        }
    }

    #[test]
    fn known_distances() {
        assert_eq!(levenshtein("kitten", "sitting"), 3);
        assert_eq!(levenshtein("", "abc"), 3);
        assert_eq!(levenshtein("größe", "grösse"), 2);
        assert_eq!(levenshtein("日本", "日本語"), 1);
        assert_eq!(levenshtein("Same", "same"), 1);
    }

    proptest! {
        #[test]
        fn it_is_the_distance_of_the_definition(a in "[abé東]{0,6}", b in "[abé東]{0,6}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(levenshtein(&a, &b), naive(&chars(&a), &chars(&b)));
            prop_assert_eq!(levenshtein(&a, &b), levenshtein(&b, &a));
        }
    }
}
