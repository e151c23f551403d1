//! Days that are neither weekend nor holiday.
//!
//! Weekends are numbers, 1 to 7 for two days and 11 to 17 for one, or texts of seven digits from Monday on, 1
//! for a day off (Microsoft, "NETWORKDAYS.INTL", "WORKDAY.INTL"). Holidays are sorted once for all rows.

use super::date::{Date, float, serial};
use crate::{
    call::{Argument, Call, Output, Result, number, whole},
    cells::{CellRef, NumberKind},
    record::{Gives, Kernel, Prepared, Record, array, value},
    semantics::{Scalar, calendar},
};
use udf_abi::ErrorCode;

pub(super) const RECORDS: &[Record] = &[
    Record::new(
        "NETWORKDAYS",
        &[value("start_date"), value("end_date"), array("holidays").optional()],
        Kernel::Prepared(|call, _| {
            prepared(call, 2, |call, holidays| between(call, holidays, None))
        }),
        "The workdays between two dates, both included.",
    ),
    Record::new(
        "NETWORKDAYS.INTL",
        &[
            value("start_date"),
            value("end_date"),
            value("weekend").skippable(),
            array("holidays").optional(),
        ],
        Kernel::Prepared(|call, _| {
            prepared(call, 3, |call, holidays| between(call, holidays, Some(2)))
        }),
        "The workdays between two dates, with weekends of one's own.",
    ),
    Record::new(
        "WORKDAY",
        &[value("start_date"), value("days"), array("holidays").optional()],
        Kernel::Prepared(|call, _| prepared(call, 2, |call, holidays| after(call, holidays, None))),
        "The serial number of the date some workdays later.",
    )
    .giving(Gives::Of(NumberKind::Date)),
    Record::new(
        "WORKDAY.INTL",
        &[
            value("start_date"),
            value("days"),
            value("weekend").skippable(),
            array("holidays").optional(),
        ],
        Kernel::Prepared(|call, _| {
            prepared(call, 3, |call, holidays| after(call, holidays, Some(2)))
        }),
        "The serial number of the date some workdays later, with weekends of one's own.",
    )
    .giving(Gives::Of(NumberKind::Date)),
];

/// What a row asks for, given the sorted holidays.
type Ask = fn(&Call<'_>, &[i64]) -> Result<Output>;

fn prepared<'a>(call: &Call<'a>, index: usize, ask: Ask) -> Result<Box<Prepared<'a>>> {
    let holidays = holidays(call, index)?;
    Ok(Box::new(move |call: &Call<'_>| ask(call, &holidays)))
}

/// The holidays, sorted, each once. Blank cells are none; texts are read as dates.
fn holidays(call: &Call<'_>, index: usize) -> Result<Vec<i64>> {
    let mut days = Vec::new();
    let mut add = |cell: CellRef<'_>| -> Result<()> {
        match cell.scalar() {
            Scalar::Blank => {}
            Scalar::Logical(_) => return Err(ErrorCode::Value),
            scalar => {
                let day = serial(number(scalar, call.rules())?)?;
                if day > calendar::last(call.dates()) {
                    return Err(ErrorCode::Num);
                }
                days.push(day);
            }
        }
        Ok(())
    };
    match call.argument(index) {
        Argument::Missing | Argument::Empty => {}
        Argument::Value(cell) => add(cell)?,
        Argument::Array(table) => {
            for column in table.columns().iter().filter(|column| !column.is_blank()) {
                column.iter().try_for_each(&mut add)?;
            }
        }
        Argument::Lambda(_) => return Err(ErrorCode::Calc),
    }
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

/// Which days of the week are off.
#[derive(Clone, Copy, Debug)]
struct Week {
    /// From Monday on.
    off: [bool; 7],
    /// The days since a Monday of serial 0.
    shift: i64,
}

impl Week {
    fn of(call: &Call<'_>, index: Option<usize>) -> Result<Self> {
        let zeroth = calendar::day(0, call.dates()).ok_or(ErrorCode::Num)?;
        let shift = (i64::from(zeroth.weekday) + 6) % 7;
        let off = match index {
            Some(index) if !call.is_missing(index) => match call.scalar(index) {
                Scalar::Text(text) => Self::of_text(text)?,
                _ => Self::of_number(whole(call.strict_number(index)?)?)?,
            },
            _ => Self::of_number(1)?,
        };
        Ok(Self { off, shift })
    }

    fn of_text(text: &str) -> Result<[bool; 7]> {
        let off: Vec<bool> = text
            .chars()
            .map(|c| match c {
                '0' => Ok(false),
                '1' => Ok(true),
                _ => Err(ErrorCode::Value),
            })
            .collect::<Result<_>>()?;
        off.try_into().map_err(|_| ErrorCode::Value)
    }

    /// 1 is Saturday and Sunday, 2 Sunday and Monday; 11 is Sunday, 12 Monday.
    fn of_number(kind: i64) -> Result<[bool; 7]> {
        let first = match kind {
            1..=7 => (kind + 4) % 7,
            11..=17 => (kind - 5) % 7,
            _ => return Err(ErrorCode::Num),
        };
        let second = if kind < 10 { (first + 1) % 7 } else { first };
        let mut off = [false; 7];
        for (day, off) in (0..).zip(&mut off) {
            *off = day == first || day == second;
        }
        Ok(off)
    }

    fn is_off(self, serial: i64) -> bool {
        let day = usize::try_from((serial + self.shift).rem_euclid(7));
        day.ok().and_then(|day| self.off.get(day)).copied().unwrap_or(false)
    }

    fn workdays(self) -> i64 {
        self.off.iter().map(|off| i64::from(!off)).sum()
    }

    /// The workdays from one serial to a later one, both included, whatever the holidays.
    fn count(self, from: i64, to: i64) -> i64 {
        let days = to - from + 1;
        let rest = (from..from + days % 7).map(|day| i64::from(!self.is_off(day))).sum::<i64>();
        days / 7 * self.workdays() + rest
    }

    /// The serial so many workdays later, or earlier, whatever the holidays.
    fn advance(self, from: i64, count: i64, step: i64) -> i64 {
        let weeks = (count - 1) / self.workdays();
        let mut left = count - weeks * self.workdays();
        let mut day = from + weeks * 7 * step;
        while left > 0 {
            day += step;
            left -= i64::from(!self.is_off(day));
        }
        day
    }

    /// The holidays from one serial to a later one, both included, that are workdays otherwise.
    fn holidays(self, days: &[i64], from: i64, to: i64) -> i64 {
        let start = days.partition_point(|day| *day < from);
        let within = days.iter().skip(start).take_while(|day| **day <= to);
        within.map(|day| i64::from(!self.is_off(*day))).sum()
    }
}

fn between(call: &Call<'_>, holidays: &[i64], weekend: Option<usize>) -> Result<Output> {
    let (start, end) = (Date::strict(call, 0)?.serial, Date::strict(call, 1)?.serial);
    let week = Week::of(call, weekend)?;
    let (from, to) = (start.min(end), start.max(end));
    let days = week.count(from, to) - week.holidays(holidays, from, to);
    Ok(float(if start > end { -days } else { days }).into())
}

fn after(call: &Call<'_>, holidays: &[i64], weekend: Option<usize>) -> Result<Output> {
    let (start, days) = (Date::strict(call, 0)?.serial, whole(call.strict_number(1)?)?);
    let week = Week::of(call, weekend)?;
    if week.workdays() == 0 {
        return Err(ErrorCode::Value);
    }
    let last = calendar::last(call.dates());
    if days.abs() > last {
        return Err(ErrorCode::Num);
    }
    let step = days.signum();
    let (mut day, mut left) = (start, days.abs());
    // Each round moves over the holidays of the round before.
    while left > 0 {
        let next = week.advance(day, left, step);
        if !(0..=last).contains(&next) {
            return Err(ErrorCode::Num);
        }
        left = if step > 0 {
            week.holidays(holidays, day + 1, next)
        } else {
            week.holidays(holidays, next, day - 1)
        };
        day = next;
    }
    Ok(float(day).into())
}
