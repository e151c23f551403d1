//! Exponential smoothing with an additive trend and additive seasons, the method that Microsoft names: ETS AAA
//! (Hyndman, Koehler, Ord and Snyder, "Forecasting with Exponential Smoothing", 2008, chapters 2, 5 and 6).

use super::{float, index};
use crate::{ErrorCode, call::Result};
use udf_columnar::CancelToken;

/// The bounds of smoothing parameters.
const BOUNDS: (f64, f64) = (0.001, 0.999);
/// Steps of values that a search for parameters may take in all.
const WORK: usize = 200_000_000;

/// The level, trend and seasons behind a series.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// How much of an error goes into the level.
    pub(super) alpha: f64,
    /// How much of a change of the level goes into the trend.
    pub(super) beta: f64,
    /// How much of an error goes into the season.
    pub(super) gamma: f64,
    level: f64,
    trend: f64,
    /// The seasons of the next steps.
    seasons: Vec<f64>,
    /// What was expected, a step ahead, at each value.
    expected: Vec<f64>,
    squares: f64,
}

/// Where smoothing begins.
#[derive(Clone, Debug)]
struct Start {
    level: f64,
    trend: f64,
    seasons: Vec<f64>,
}

impl Start {
    /// A line through the first values; with seasons the means of the first two of them, and the mean distances of
    /// values from that line.
    fn of(values: &[f64], period: usize) -> Self {
        if period < 2 {
            let head = values.get(..values.len().min(10)).unwrap_or(values);
            let (level, trend) = line(head);
            return Self { level: level - trend, trend, seasons: Vec::new() };
        }
        let mean = |season: usize| {
            let values = values.get(season * period..(season + 1) * period).unwrap_or_default();
            values.iter().sum::<f64>() / float(period)
        };
        let trend = (mean(1) - mean(0)) / float(period);
        let level = mean(0) - trend * (float(period) + 1.0) / 2.0;
        let mut seasons = vec![0.0; period];
        for (at, value) in values.iter().take(2 * period).enumerate() {
            if let Some(season) = seasons.get_mut(at % period) {
                *season += (value - level - trend * float(at + 1)) / 2.0;
            }
        }
        Self { level, trend, seasons }
    }
}

/// The value and the slope of the line through values at 0, 1, 2 …
pub(super) fn line(values: &[f64]) -> (f64, f64) {
    let n = float(values.len());
    let (x_mean, y_mean) = ((n - 1.0) / 2.0, values.iter().sum::<f64>() / n);
    let (mut squares, mut products) = (0.0, 0.0);
    for (at, value) in values.iter().enumerate() {
        let x = float(at) - x_mean;
        squares += x * x;
        products += x * (value - y_mean);
    }
    let slope = if squares > 0.0 { products / squares } else { 0.0 };
    (y_mean - slope * x_mean, slope)
}

impl Model {
    /// The model whose expectations lie nearest to the values. A period of less than 2, or one of which there are
    /// not two, stands for no seasons.
    pub(super) fn fitted(values: &[f64], period: usize, cancel: &CancelToken) -> Result<Self> {
        let period = if period >= 2 && values.len() >= 2 * period { period } else { 0 };
        let start = Start::of(values, period);
        let free = if period == 0 { 2 } else { 3 };
        let mut work = 0;
        let mut cost = |p: [f64; 3]| -> Result<f64> {
            work += values.len();
            if cancel.is_cancelled() {
                return Err(ErrorCode::Cancelled);
            }
            Ok(if work > WORK { f64::INFINITY } else { Self::run(values, &start, p, None).squares })
        };
        let mut best = ([0.5, 0.1, 0.1], f64::INFINITY);
        // Several places to start from, since there may be several valleys.
        for begin in [[0.5, 0.1, 0.1], [0.1, 0.01, 0.3], [0.9, 0.01, 0.01], [0.3, 0.5, 0.9]] {
            let found = search(begin, free, &mut cost)?;
            if found.1 < best.1 {
                best = found;
            }
        }
        let mut expected = Vec::with_capacity(values.len());
        let model = Self::run(values, &start, best.0, Some(&mut expected));
        Ok(Self { expected, ..model })
    }

    /// Goes through the values.
    fn run(
        values: &[f64],
        start: &Start,
        p: [f64; 3],
        mut expected: Option<&mut Vec<f64>>,
    ) -> Self {
        let [alpha, beta, gamma] = p;
        let mut seasons = start.seasons.clone();
        let (mut level, mut trend, mut squares, mut at) = (start.level, start.trend, 0.0, 0);
        for value in values {
            let season = seasons.get_mut(at);
            let forecast = level + trend + season.as_deref().copied().unwrap_or(0.0);
            let error = value - forecast;
            squares += error * error;
            level += trend + alpha * error;
            trend += alpha * beta * error;
            if let Some(season) = season {
                *season += gamma * (1.0 - alpha) * error;
                at = if at + 1 == start.seasons.len() { 0 } else { at + 1 };
            }
            if let Some(expected) = expected.as_mut() {
                expected.push(forecast);
            }
        }
        seasons.rotate_left(at);
        Self { alpha, beta, gamma, level, trend, seasons, expected: Vec::new(), squares }
    }

    /// The value that is expected so many steps behind the last one; between steps on the line between.
    pub(super) fn ahead(&self, steps: f64) -> f64 {
        let whole = steps.floor();
        let low = self.step(index(whole));
        if steps == whole {
            return low;
        }
        low + (steps - whole) * (self.step(index(whole + 1.0)) - low)
    }

    fn step(&self, steps: usize) -> f64 {
        let Some(before) = steps.checked_sub(1) else {
            return self.expected.last().copied().unwrap_or(self.level);
        };
        let season = match self.seasons.len() {
            0 => 0.0,
            period => self.seasons.get(before % period).copied().unwrap_or(0.0),
        };
        self.level + self.trend * float(steps) + season
    }

    /// The standard deviation of a value so many steps ahead (the book's equation 6.3 and table 6.1).
    pub(super) fn deviation(&self, steps: f64) -> f64 {
        let whole = index(steps.ceil()).clamp(1, 1 << 20);
        let period = self.seasons.len();
        let factors = (1..whole).map(|ahead| {
            let season = if period > 0 && ahead % period == 0 {
                self.gamma * (1.0 - self.alpha)
            } else {
                0.0
            };
            let factor = self.alpha * (1.0 + self.beta * float(ahead)) + season;
            factor * factor
        });
        self.root_mean_square() * (1.0 + factors.sum::<f64>()).sqrt()
    }

    /// The root of the mean squared error.
    pub(super) fn root_mean_square(&self) -> f64 {
        (self.squares / float(self.expected.len())).sqrt()
    }

    /// The mean absolute error.
    pub(super) fn mean_absolute(&self, values: &[f64]) -> f64 {
        let sum: f64 = values.iter().zip(&self.expected).map(|(a, b)| (a - b).abs()).sum();
        sum / float(values.len())
    }

    /// The mean absolute error over that of expecting the value before.
    pub(super) fn mean_absolute_scaled(&self, values: &[f64]) -> f64 {
        let changes: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
        self.mean_absolute(values) / (changes / (float(values.len()) - 1.0))
    }

    /// The mean of absolute errors over the means of what was and what was expected.
    pub(super) fn symmetric_percentage(&self, values: &[f64]) -> f64 {
        let part = |(a, b): (&f64, &f64)| {
            let scale = (a.abs() + b.abs()) / 2.0;
            if scale == 0.0 { 0.0 } else { (a - b).abs() / scale }
        };
        values.iter().zip(&self.expected).map(part).sum::<f64>() / float(values.len())
    }
}

/// Goes along one parameter after the other, with ever smaller steps, to where the cost is least.
fn search(
    begin: [f64; 3],
    free: usize,
    cost: &mut impl FnMut([f64; 3]) -> Result<f64>,
) -> Result<([f64; 3], f64)> {
    let mut best = (begin, cost(begin)?);
    let mut step = 0.25;
    while step > 1e-6 {
        let mut better = false;
        for parameter in 0..free {
            for sign in [1.0, -1.0] {
                let mut next = best.0;
                if let Some(p) = next.get_mut(parameter) {
                    *p = (*p + sign * step).clamp(BOUNDS.0, BOUNDS.1);
                }
                let found = cost(next)?;
                if found < best.1 {
                    best = (next, found);
                    better = true;
                }
            }
        }
        if !better {
            step /= 2.0;
        }
    }
    Ok(best)
}

/// The period of the seasons of a series, or 1 where it has none: the first shift at which what is left of the values
/// without their trend is most like itself.
pub(super) fn period(values: &[f64]) -> usize {
    let n = values.len();
    let (level, trend) = line(values);
    let rest: Vec<f64> =
        values.iter().enumerate().map(|(at, v)| v - level - trend * float(at)).collect();
    let squares: f64 = rest.iter().map(|v| v * v).sum();
    let size: f64 = values.iter().map(|v| v * v).sum();
    if n < 4 || squares <= size * 1e-20 {
        return 1;
    }
    // Two whole periods must be there; the longest is a year of hours.
    let longest = (n / 2).min(8760).min(WORK / n);
    let likeness: Vec<f64> = (0..=longest + 1)
        .map(|shift| {
            let pairs = rest.iter().zip(rest.get(shift..).unwrap_or_default());
            let sum: f64 = pairs.map(|(a, b)| a * b).sum();
            // A longer shift has fewer pairs.
            sum / squares * float(n) / float(n.saturating_sub(shift).max(1))
        })
        .collect();
    let at = |shift: usize| likeness.get(shift).copied().unwrap_or(f64::NEG_INFINITY);
    let peaks: Vec<usize> = (2..=longest)
        .filter(|shift| at(*shift) >= at(shift - 1) && at(*shift) >= at(shift + 1))
        .collect();
    let highest = peaks.iter().map(|shift| at(*shift)).fold(f64::NEG_INFINITY, f64::max);
    if highest < 0.3_f64.max(2.0 / float(n).sqrt()) {
        return 1;
    }
    peaks.into_iter().find(|shift| at(*shift) >= 0.9 * highest).unwrap_or(1)
}
