//! The functions, a family a folder or file. Each has its records in a list of its own; [`all`] is the table.

mod arrays;
mod control;
mod criteria;
mod database;
mod dates;
mod distributions;
mod engineering;
mod euro;
mod financial;
mod grouping;
mod higher_order;
mod information;
mod kept;
mod logical;
mod lookup;
mod math;
mod matrices;
mod random;
mod regression;
mod statistics;
mod text;

pub use criteria::matching_rows;

use crate::record::Record;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// Lists of records, each with the title of its family in the reference.
const FAMILIES: &[(&str, &[Record])] = &[
    ("Arrays", arrays::CUT),
    ("Arrays", arrays::FILTER),
    ("Arrays", arrays::JOIN),
    ("Arrays", arrays::MAKE),
    ("Arrays", arrays::SORT),
    ("Arrays", grouping::RECORDS),
    ("Control flow, names and references", control::RECORDS),
    ("Criteria", criteria::RECORDS),
    ("Databases", database::RECORDS),
    ("Dates and times", dates::PARTS),
    ("Dates and times", dates::SPANS),
    ("Dates and times", dates::WORKDAYS),
    ("Distributions and tests", distributions::beta::RECORDS),
    ("Distributions and tests", distributions::chi_squared::RECORDS),
    ("Distributions and tests", distributions::discrete::RECORDS),
    ("Distributions and tests", distributions::f::RECORDS),
    ("Distributions and tests", distributions::gamma::RECORDS),
    ("Distributions and tests", distributions::hypotheses::RECORDS),
    ("Distributions and tests", distributions::normal::RECORDS),
    ("Distributions and tests", distributions::t::RECORDS),
    ("Engineering", engineering::bits::RECORDS),
    ("Engineering", engineering::complex::RECORDS),
    ("Engineering", engineering::radix::RECORDS),
    ("Engineering", engineering::special::RECORDS),
    ("Engineering", engineering::units::RECORDS),
    ("Financial", financial::BONDS),
    ("Financial", financial::COUPONS),
    ("Financial", financial::DEPRECIATION),
    ("Financial", financial::DISCOUNT),
    ("Financial", financial::FLOWS),
    ("Financial", financial::LOANS),
    ("Financial", financial::ODD),
    ("Financial", financial::RATES),
    ("Functions of functions", higher_order::RECORDS),
    ("Information", information::RECORDS),
    ("Logical", logical::RECORDS),
    ("Lookup", lookup::RECORDS),
    ("Mathematics", math::combinatorics::RECORDS),
    ("Mathematics", math::numerals::RECORDS),
    ("Mathematics", math::powers::RECORDS),
    ("Mathematics", math::rounding::RECORDS),
    ("Mathematics", math::sums::RECORDS),
    ("Mathematics", math::trigonometry::RECORDS),
    ("Mathematics", matrices::RECORDS),
    ("Mathematics", random::RECORDS),
    ("Not calculated", kept::RECORDS),
    ("Regression and forecasts", regression::curves::RECORDS),
    ("Regression and forecasts", regression::lines::RECORDS),
    ("Regression and forecasts", regression::seasons::RECORDS),
    ("Statistics", statistics::averages::RECORDS),
    ("Statistics", statistics::choices::RECORDS),
    ("Statistics", statistics::counts::RECORDS),
    ("Statistics", statistics::extremes::RECORDS),
    ("Statistics", statistics::modes::RECORDS),
    ("Statistics", statistics::order::RECORDS),
    ("Statistics", statistics::pairs::RECORDS),
    ("Statistics", statistics::ranks::RECORDS),
    ("Statistics", statistics::shape::RECORDS),
    ("Statistics", statistics::spread::RECORDS),
    ("Texts", euro::RECORDS),
    ("Texts", text::baht::RECORDS),
    ("Texts", text::bytes::RECORDS),
    ("Texts", text::codes::RECORDS),
    ("Texts", text::joined::RECORDS),
    ("Texts", text::letters::RECORDS),
    ("Texts", text::numbers::RECORDS),
    ("Texts", text::parts::RECORDS),
    ("Texts", text::regexes::RECORDS),
    ("Texts", text::search::RECORDS),
    ("Texts", text::split::RECORDS),
    ("Texts", text::web::RECORDS),
    ("Texts", text::width::RECORDS),
];

/// The function of a name, in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Record> {
    static TABLE: OnceLock<FxHashMap<&'static str, &'static Record>> = OnceLock::new();
    let table = TABLE.get_or_init(|| all().map(|record| (record.name, record)).collect());
    match table.get(name) {
        Some(record) => Some(record),
        None => table.get(name.to_ascii_uppercase().as_str()).copied(),
    }
}

/// All functions, a family after the other.
pub fn all() -> impl Iterator<Item = &'static Record> {
    FAMILIES.iter().flat_map(|(_, records)| records.iter())
}

/// The families in the order of their titles: a title, and its records in one or more lists.
pub(crate) fn families() -> impl Iterator<Item = (&'static str, &'static [Record])> {
    FAMILIES.iter().copied()
}
