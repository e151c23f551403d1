//! The parts of a serial, the serial of parts, texts of dates, weeks.
//!
//! Days are whole parts of serials, times are rounded to the second (Microsoft's pages of the functions; the
//! limits are those of [`calendar`]).

use super::date::{Date, checked, float, month_of, serial};
use crate::{
    call::{Call, Output, Result},
    cells::NumberKind,
    record::{Gives, Kernel, Record, value},
    semantics::{DateSystem, calendar, parse_moment},
};
use udf_abi::ErrorCode;

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "DATE",
        &[value("year"), value("month"), value("day")],
        Kernel::OfRow(date),
        "The date of a year, a month and a day.",
    )
    .showing(NumberKind::Date),
    Record::new(
        "DATEVALUE",
        &[value("date_text")],
        Kernel::OfRow(date_value),
        "The serial number of the date that a text is.",
    )
    .giving(Gives::Of(NumberKind::Date)),
    Record::new(
        "DAY",
        &[value("serial_number")],
        Kernel::OfRow(day),
        "The day of the month, 1 to 31.",
    ),
    Record::new(
        "HOUR",
        &[value("serial_number")],
        Kernel::OfRow(|call| Ok(float(seconds(call)? / 3600).into())),
        "The hour of a time, 0 to 23.",
    ),
    Record::new(
        "ISOWEEKNUM",
        &[value("date")],
        Kernel::OfRow(iso_week),
        "The number of the week in its year as ISO 8601 counts.",
    )
    .future(),
    Record::new(
        "MINUTE",
        &[value("serial_number")],
        Kernel::OfRow(|call| Ok(float(seconds(call)? / 60 % 60).into())),
        "The minute of a time, 0 to 59.",
    ),
    Record::new(
        "MONTH",
        &[value("serial_number")],
        Kernel::OfRow(month),
        "The month of a date, 1 to 12.",
    ),
    Record::new(
        "NOW",
        &[],
        Kernel::OfRow(|call| Ok(call.context().now.into())),
        "The date and time of the clock.",
    )
    .volatile()
    .showing(NumberKind::DateTime),
    Record::new(
        "SECOND",
        &[value("serial_number")],
        Kernel::OfRow(|call| Ok(float(seconds(call)? % 60).into())),
        "The second of a time, 0 to 59.",
    ),
    Record::new(
        "TIME",
        &[value("hour"), value("minute"), value("second")],
        Kernel::OfRow(time),
        "The time of an hour, a minute and a second.",
    )
    .showing(NumberKind::Time),
    Record::new(
        "TIMEVALUE",
        &[value("time_text")],
        Kernel::OfRow(time_value),
        "The part of a day that the time in a text is.",
    )
    .giving(Gives::Of(NumberKind::Time)),
    Record::new(
        "TODAY",
        &[],
        Kernel::OfRow(|call| Ok(call.context().now.floor().into())),
        "The date of the clock.",
    )
    .volatile()
    .showing(NumberKind::Date),
    Record::new(
        "WEEKDAY",
        &[value("serial_number"), value("return_type").optional()],
        Kernel::OfRow(weekday),
        "The day of the week as a number.",
    ),
    Record::new(
        "WEEKNUM",
        &[value("serial_number"), value("return_type").skippable()],
        Kernel::OfRow(week),
        "The number of the week in the year.",
    ),
    Record::new("YEAR", &[value("serial_number")], Kernel::OfRow(year), "The year of a date."),
];

/// Years below 1900 count from 1900; months and days beyond their limits count on.
fn date(call: &Call<'_>) -> Result<Output> {
    let (year, month, day) = (call.integer(0)?, call.integer(1)?, call.integer(2)?);
    let dates = call.dates();
    let year = match year {
        0..=1899 => year + 1900,
        1900..=9999 => year,
        _ => return Err(ErrorCode::Num),
    };
    if month.abs() > 1_000_000 || day.abs() > 10_000_000 {
        return Err(ErrorCode::Num);
    }
    let (year, month) = month_of(year * 12 + month - 1)?;
    let first = calendar::first_of_month(year, month, dates).ok_or(ErrorCode::Num)?;
    Ok(checked(first + day - 1, dates)?.into())
}

fn date_value(call: &Call<'_>) -> Result<Output> {
    let moment = parse_moment(&call.text(0)?, call.rules()).ok_or(ErrorCode::Value)?;
    Ok(moment.floor().into())
}

fn time_value(call: &Call<'_>) -> Result<Output> {
    let moment = parse_moment(&call.text(0)?, call.rules()).ok_or(ErrorCode::Value)?;
    Ok((moment - moment.floor()).into())
}

fn year(call: &Call<'_>) -> Result<Output> {
    Ok(float(Date::of(call, 0)?.year).into())
}

fn month(call: &Call<'_>) -> Result<Output> {
    Ok(f64::from(Date::of(call, 0)?.month).into())
}

fn day(call: &Call<'_>) -> Result<Output> {
    Ok(f64::from(Date::of(call, 0)?.day).into())
}

/// The second of the day, halves rounded up.
fn seconds(call: &Call<'_>) -> Result<i64> {
    let number = call.number(0)?;
    Date::new(serial(number)?, call.dates())?;
    Ok(calendar::split(number, 1).1)
}

/// Each part up to 32767; what passes a day is dropped, what is before midnight is `#NUM!` (Microsoft, "TIME").
fn time(call: &Call<'_>) -> Result<Output> {
    let mut seconds = 0;
    for (index, unit) in [3600, 60, 1].into_iter().enumerate() {
        let part = call.integer(index)?;
        if part.abs() > 32_767 {
            return Err(ErrorCode::Num);
        }
        seconds += part * unit;
    }
    if seconds < 0 {
        return Err(ErrorCode::Num);
    }
    Ok((float(seconds % 86_400) / 86_400.0).into())
}

/// How many days after Sunday the week begins for the types that `WEEKDAY` and `WEEKNUM` share.
fn start_of_week(kind: i64) -> Option<i64> {
    match kind {
        1 => Some(0),
        2 => Some(1),
        11..=17 => Some((kind - 10) % 7),
        _ => None,
    }
}

fn weekday_of(serial: i64, dates: DateSystem) -> Result<i64> {
    let day = calendar::day(serial, dates).ok_or(ErrorCode::Num)?;
    Ok(i64::from(day.weekday))
}

fn weekday(call: &Call<'_>) -> Result<Output> {
    let day = weekday_of(serial(call.number(0)?)?, call.dates())?;
    let number = match call.integer_or(1, 1)? {
        3 => (day + 6) % 7,
        kind => (day + 7 - start_of_week(kind).ok_or(ErrorCode::Num)?) % 7 + 1,
    };
    Ok(float(number).into())
}

/// The first week is that of January 1; type 21 is ISO 8601's (Microsoft, "WEEKNUM").
fn week(call: &Call<'_>) -> Result<Output> {
    let date = Date::strict(call, 0)?;
    let kind = if call.is_missing(1) { 1 } else { crate::call::whole(call.strict_number(1)?)? };
    if kind == 21 {
        return iso_week_of(date, call.dates());
    }
    let start = start_of_week(kind).ok_or(ErrorCode::Num)?;
    let first = date.new_year(date.year)?;
    let before = (weekday_of(first, call.dates())? + 7 - start) % 7;
    Ok(float((date.serial - first + before).div_euclid(7) + 1).into())
}

fn iso_week(call: &Call<'_>) -> Result<Output> {
    iso_week_of(Date::of(call, 0)?, call.dates())
}

/// A week belongs to the year of its Thursday. Before the first day of the calendar, only the first week may
/// have its Thursday: it is the last of 1899 (serial 0 is a Saturday for Excel) or of 1903.
fn iso_week_of(date: Date, dates: DateSystem) -> Result<Output> {
    let after_monday = (weekday_of(date.serial, dates)? + 6) % 7;
    let thursday = date.serial - after_monday + 3;
    if thursday < 0 {
        return Ok(match dates {
            DateSystem::Excel1900 => 52.0,
            DateSystem::Excel1904 => 53.0,
        }
        .into());
    }
    // The Thursday of the last week of 9999 is December 30.
    let first = date.new_year(Date::new(thursday, dates)?.year)?;
    Ok(float((thursday - first) / 7 + 1).into())
}
