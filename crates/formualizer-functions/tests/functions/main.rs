//! The functions, held against tables of cases: `testdata/functions/*.tsv`, a file a family.
//!
//! A line is `formula`, `cells` (`A1=5;A2=text`), the wanted value, and optionally where it is known from, parted
//! by tabs. Arrays are written as in formulas, `{1,2;3,4}`; texts that look like something else in quotes. Lines
//! that begin with `#` are comments. `CASES=text` runs the files whose name has the text.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod aggregation;
mod growing;
mod laws;
mod naive;
mod table;
mod windows;

use formualizer_functions::{
    call::Context,
    indexes::Indexes,
    semantics::{DateSystem, TextRules},
};
use udf_columnar::CancelToken;

/// What calls borrow.
#[derive(Default)]
struct Shared {
    indexes: Indexes,
    cancel: CancelToken,
}

impl Shared {
    /// A context with the year of dates that have none, a clock and a seed.
    fn context(&self, year: i32, now: f64, seed: u64) -> Context<'_> {
        Context {
            rules: TextRules { dates: DateSystem::Excel1900, year },
            now,
            seed,
            indexes: &self.indexes,
            cancel: &self.cancel,
            platform: Default::default(),
        }
    }
}

#[test]
fn every_case_of_every_family_holds() {
    let (held, wrong) = table::run();
    assert!(
        wrong.is_empty(),
        "{} of {} cases differ:\n{}",
        wrong.len(),
        held + wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_reference_of_functions_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/functions.md");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == formualizer_functions::reference(),
        "docs/functions.md is not what the records say: run `cargo xtask functions`"
    );
}

#[test]
fn every_function_of_excel_has_a_record_and_names_stand_once() {
    let mut names: Vec<&str> = formualizer_functions::all().map(|record| record.name).collect();
    let known: std::collections::BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), known.len(), "{:?}", {
        names.sort_unstable();
        names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect::<Vec<_>>()
    });
    let missing: Vec<&str> =
        EXCEL.split_whitespace().filter(|name| !known.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(formualizer_functions::all().all(|record| record.fewest() <= record.most()));
}

/// The names of Microsoft's list of functions.
const EXCEL: &str = include_str!("excel.txt");

#[test]
fn files_write_a_prefix_before_functions_that_came_after_excel_2007() {
    use formualizer_functions::record::Prefix;
    let later: std::collections::BTreeSet<&str> = LATER.split_whitespace().collect();
    let of = |prefix| {
        let records = formualizer_functions::all().filter(move |record| record.prefix == prefix);
        records.map(|record| record.name).collect::<std::collections::BTreeSet<&str>>()
    };
    let marked = of(Prefix::Future);
    let (missing, besides): (Vec<_>, Vec<_>) =
        (later.difference(&marked).collect(), marked.difference(&later).collect());
    assert!(
        missing.is_empty() && besides.is_empty(),
        "not marked {missing:?}; not listed {besides:?}"
    );
    assert_eq!(of(Prefix::Worksheet).into_iter().collect::<Vec<_>>(), ["FILTER", "PY", "SORT"]);
}

/// The names that files write with `_xlfn.` before them ([MS-XLSX] 2.2.2).
const LATER: &str = include_str!("later.txt");
