//! Mistakes that authors make, and what the compiler then says.

#[test]
fn mistakes_are_told_where_they_stand_all_at_once() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
