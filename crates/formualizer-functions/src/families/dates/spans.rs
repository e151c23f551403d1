//! Months later, and what lies between two dates.

use super::date::{Date, float, is_leap};
use crate::{
    call::{Call, Output, Result, whole},
    cells::NumberKind,
    families::financial::basis::Basis,
    record::{Gives, Kernel, Record, value},
    semantics::calendar,
};
use udf_abi::ErrorCode;

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "DATEDIF",
        &[value("start_date"), value("end_date"), value("unit")],
        Kernel::OfRow(date_dif),
        "Whole years, months or days between two dates.",
    ),
    Record::new(
        "DAYS",
        &[value("end_date"), value("start_date")],
        Kernel::OfRow(days),
        "The days between two dates.",
    )
    .future(),
    Record::new(
        "DAYS360",
        &[value("start_date"), value("end_date"), value("method").optional()],
        Kernel::OfRow(days_360),
        "The days between two dates in a year of twelve months of 30 days.",
    ),
    Record::new(
        "EDATE",
        &[value("start_date"), value("months")],
        Kernel::OfRow(|call| months_later(call, false)),
        "The serial number of the same day some months later.",
    )
    .giving(Gives::Of(NumberKind::Date)),
    Record::new(
        "EOMONTH",
        &[value("start_date"), value("months")],
        Kernel::OfRow(|call| months_later(call, true)),
        "The serial number of the last day of the month some months later.",
    )
    .giving(Gives::Of(NumberKind::Date)),
    Record::new(
        "YEARFRAC",
        &[value("start_date"), value("end_date"), value("basis").skippable()],
        Kernel::OfRow(year_fraction),
        "The part of a year between two dates, by a basis of counting days.",
    ),
];

fn months_later(call: &Call<'_>, last: bool) -> Result<Output> {
    let (start, months) = (Date::strict(call, 0)?, whole(call.strict_number(1)?)?);
    Ok(start.months_later(months, last)?.number()?.into())
}

fn days(call: &Call<'_>) -> Result<Output> {
    let (end, start) = (Date::of(call, 0)?, Date::of(call, 1)?);
    Ok(float(end.serial - start.serial).into())
}

/// The American way moves the 31st, and the end of February where it is the start; the end moves to the 30th
/// only where the start is on the 30th or later, otherwise it is the first of the next month (Microsoft,
/// "DAYS360").
fn days_360(call: &Call<'_>) -> Result<Output> {
    let (start, end) = (Date::of(call, 0)?, Date::of(call, 1)?);
    let european = call.logical_or(2, false)?;
    let (mut from, mut to) = (i64::from(start.day), i64::from(end.day));
    if from == 31 || !european && start.is_last_of_february() {
        from = 30;
    }
    if to == 31 && (european || from == 30) {
        to = 30;
    }
    let months = (end.year - start.year) * 12 + i64::from(end.month) - i64::from(start.month);
    Ok(float(months * 30 + to - from).into())
}

/// Units `Y`, `M`, `D`, `MD`, `YM`, `YD` (Microsoft, "DATEDIF"). `MD` counts from the day of the start in the
/// month before the end's, where that month may be too short: the result is negative then, as it is in Excel.
/// `YD` counts in the year of the start.
fn date_dif(call: &Call<'_>) -> Result<Output> {
    let (start, end) = (Date::of(call, 0)?, Date::of(call, 1)?);
    let unit = call.text(2)?.to_ascii_uppercase();
    if start.serial > end.serial {
        return Err(ErrorCode::Num);
    }
    let early = end.day < start.day;
    let months = (end.year - start.year) * 12 + i64::from(end.month)
        - i64::from(start.month)
        - i64::from(early);
    let result = match unit.as_str() {
        "Y" => months / 12,
        "M" => months,
        "D" => end.serial - start.serial,
        "YM" => months % 12,
        "MD" if early => {
            let first = calendar::first_of_month(
                end.year - i64::from(end.month == 1),
                if end.month == 1 { 12 } else { end.month - 1 },
                call.dates(),
            )
            .ok_or(ErrorCode::Num)?;
            end.serial - (first + i64::from(start.day) - 1)
        }
        "MD" => i64::from(end.day) - i64::from(start.day),
        "YD" => {
            let later = (end.month, end.day) < (start.month, start.day);
            let year = start.year + i64::from(later);
            let first = calendar::first_of_month(year, end.month, call.dates());
            let mut day = i64::from(end.day);
            if (end.month, end.day) == (2, 29) && !is_leap(year) {
                day = 29;
            }
            first.ok_or(ErrorCode::Num)? + day - 1 - start.serial
        }
        _ => return Err(ErrorCode::Num),
    };
    Ok(float(result).into())
}

fn year_fraction(call: &Call<'_>) -> Result<Output> {
    let (a, b) = (Date::strict(call, 0)?, Date::strict(call, 1)?);
    let basis = Basis::of(call, 2)?;
    let (start, end) = if a.serial <= b.serial { (a, b) } else { (b, a) };
    Ok((basis.days(start, end) / basis.year(start, end)?).into())
}
