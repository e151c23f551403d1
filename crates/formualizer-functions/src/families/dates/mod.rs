//! Dates and times: serial numbers taken apart and put together, months and years between days, workdays.
//!
//! ```text
//! date      … [`date::Date`], a day with its serial; months later
//! parts     … years to seconds of a serial, and serials of them; texts; weeks
//! spans     … months and days between two dates
//! workdays  … days that are no weekend and no holiday
//! ```

pub(super) mod date;
mod parts;
mod spans;
mod workdays;

pub(super) const PARTS: &[crate::Record] = parts::RECORDS;
pub(super) const SPANS: &[crate::Record] = spans::RECORDS;
pub(super) const WORKDAYS: &[crate::Record] = workdays::RECORDS;
