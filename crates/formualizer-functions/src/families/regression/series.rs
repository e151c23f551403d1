//! Values along a timeline as a series of even steps: sorted, equals put together, gaps filled (Microsoft,
//! "FORECAST.ETS function").

use super::{float, index};
use crate::{
    ErrorCode,
    call::{Call, Result},
    semantics::{DateSystem, Scalar, calendar},
};

/// Values at even steps.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) values: Vec<f64>,
    clock: Clock,
}

/// How times are counted.
#[derive(Clone, Copy, Debug)]
enum Clock {
    /// From the first on in steps of a number.
    Numbers { first: f64, step: f64 },
    /// From the first on in steps of so many months; the most common distance in days.
    Months { first: f64, step: f64, days: f64, dates: DateSystem },
}

impl Clock {
    /// How many steps a time lies after the first.
    fn steps(self, time: f64) -> f64 {
        match self {
            Self::Numbers { first, step } => (time - first) / step,
            Self::Months { first, step, dates, .. } => {
                match (month(first, dates), month(time, dates)) {
                    (Some((from, day)), Some((to, other))) => {
                        (float_of(to - from) + float_of(other - day) / 31.0) / step
                    }
                    _ => f64::NAN,
                }
            }
        }
    }
}

/// The number of the month of a day, and the day in it.
fn month(serial: f64, dates: DateSystem) -> Option<(i64, i64)> {
    let day = calendar::day(crate::call::whole(serial).ok()?, dates)?;
    Some((i64::from(day.year) * 12 + i64::from(day.month), i64::from(day.day)))
}

#[expect(clippy::cast_precision_loss, reason = "months and days are few")]
fn float_of(number: i64) -> f64 {
    number as f64
}

impl Series {
    /// The series of two arguments, `values` and `timeline`; `completion` 0 or 1 and `aggregation` 1 to 7 are the
    /// arguments at the given places.
    pub(super) fn of(
        call: &Call<'_>,
        values: usize,
        completion: f64,
        aggregation: f64,
    ) -> Result<Self> {
        let (table, times) = (call.array(values)?, call.array(values + 1)?);
        if table.height() * table.width() != times.height() * times.width() {
            return Err(ErrorCode::Na);
        }
        let fills = match completion.trunc() {
            0.0 => false,
            1.0 => true,
            _ => return Err(ErrorCode::Num),
        };
        let mut points = Vec::new();
        for (value, time) in table.iter().zip(times.iter()) {
            match (value.scalar(), time.scalar()) {
                (Scalar::Error(code), _) | (_, Scalar::Error(code)) => return Err(code),
                (Scalar::Number(value), Scalar::Number(time)) => points.push((time, value)),
                // A value that is missing is a gap.
                (_, Scalar::Number(_)) | (Scalar::Blank, Scalar::Blank) => {}
                _ => return Err(ErrorCode::Value),
            }
        }
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let points = together(&points, aggregation)?;
        if points.len() < 2 {
            return Err(ErrorCode::Num);
        }
        let clock = clock(&points, call.dates()).ok_or(ErrorCode::Num)?;
        Ok(Self { values: filled(&points, clock, fills)?, clock })
    }

    /// The distance between two times.
    pub(super) fn step(&self) -> f64 {
        match self.clock {
            Clock::Numbers { step, .. } => step,
            Clock::Months { days, .. } => days,
        }
    }

    /// How many steps a time lies behind the last; `#NUM!` where it lies before it.
    pub(super) fn ahead(&self, time: f64) -> Result<f64> {
        let ahead = self.clock.steps(time) - (float(self.values.len()) - 1.0);
        // A hair's breadth before is noise of the division.
        if ahead >= -1e-9 { Ok(ahead.max(0.0)) } else { Err(ErrorCode::Num) }
    }
}

/// Values of the same time as one.
fn together(points: &[(f64, f64)], aggregation: f64) -> Result<Vec<(f64, f64)>> {
    let mut out = Vec::with_capacity(points.len());
    for group in points.chunk_by(|a, b| a.0 == b.0) {
        let Some((time, _)) = group.first() else { continue };
        let values = || group.iter().map(|point| point.1);
        let count = float(group.len());
        let value = match aggregation.trunc() {
            1.0 => values().sum::<f64>() / count,
            2.0 | 3.0 => count,
            4.0 => values().fold(f64::NEG_INFINITY, f64::max),
            5.0 => {
                let mut sorted: Vec<f64> = values().collect();
                sorted.sort_by(f64::total_cmp);
                let middle = sorted.len() / 2;
                let upper = sorted.get(middle).copied().unwrap_or(0.0);
                let lower = sorted.get(middle.saturating_sub(1)).copied().unwrap_or(upper);
                if sorted.len().is_multiple_of(2) { (lower + upper) / 2.0 } else { upper }
            }
            6.0 => values().fold(f64::INFINITY, f64::min),
            7.0 => values().sum(),
            _ => return Err(ErrorCode::Num),
        };
        out.push((*time, value));
    }
    Ok(out)
}

/// The steps of times: the smallest distance where all others are multiples of it, or months where all times are
/// the same day of one.
fn clock(points: &[(f64, f64)], dates: DateSystem) -> Option<Clock> {
    let first = points.first()?.0;
    let distances: Vec<f64> = points.iter().zip(points.get(1..)?).map(|(a, b)| b.0 - a.0).collect();
    let step = distances.iter().copied().min_by(f64::total_cmp)?;
    let even = |step: f64| {
        distances.iter().all(|distance| {
            let steps = distance / step;
            (steps - steps.round()).abs() < 1e-6 * steps.max(1.0)
        })
    };
    if even(step) {
        return Some(Clock::Numbers { first, step });
    }
    let months: Vec<(i64, i64)> =
        points.iter().map(|point| month(point.0, dates)).collect::<Option<_>>()?;
    let day = months.first()?.1;
    let last_days =
        || points.iter().all(|point| month(point.0 + 1.0, dates).is_some_and(|(_, day)| day == 1));
    let whole = points.iter().all(|point| point.0.fract() == 0.0);
    if !whole || (months.iter().any(|month| month.1 != day) && !last_days()) {
        return None;
    }
    let counts: Vec<i64> = months.iter().zip(months.get(1..)?).map(|(a, b)| b.0 - a.0).collect();
    let step = counts.iter().copied().min()?;
    if step < 1 || counts.iter().any(|count| count % step != 0) {
        return None;
    }
    Some(Clock::Months { first, step: float_of(step), days: most_common(&distances), dates })
}

/// What occurs most often; of equals the largest.
fn most_common(distances: &[f64]) -> f64 {
    let mut sorted = distances.to_vec();
    sorted.sort_by(f64::total_cmp);
    let longest = sorted.chunk_by(|a, b| a == b).max_by_key(|group| group.len());
    longest.and_then(|group| group.first()).copied().unwrap_or(0.0)
}

/// The values at all steps: up to three in ten may be missing. They are 0, or lie on the line between neighbours.
fn filled(points: &[(f64, f64)], clock: Clock, fills: bool) -> Result<Vec<f64>> {
    let last = points.last().map_or(0.0, |point| clock.steps(point.0).round());
    if float(points.len()) < 0.7 * (last + 1.0) {
        return Err(ErrorCode::Num);
    }
    let mut values: Vec<f64> = Vec::with_capacity(points.len() * 2);
    for (time, value) in points {
        let at = index(clock.steps(*time).round());
        let before = values.last().copied().unwrap_or(*value);
        let from = values.len();
        let gap = float((at + 1).saturating_sub(from));
        for missing in from..at {
            let along = float(missing - from + 1) / gap;
            values.push(if fills { before + along * (value - before) } else { 0.0 });
        }
        values.push(*value);
    }
    Ok(values)
}
