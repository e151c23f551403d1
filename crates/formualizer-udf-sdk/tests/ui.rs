//! Mistakes of authors, and what the compiler tells them: one file a mistake.

#[test]
fn mistakes_are_told_where_they_stand() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
