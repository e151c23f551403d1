//! Forecasts with a trend and seasons: `FORECAST.ETS`, `FORECAST.ETS.CONFINT`, `FORECAST.ETS.SEASONALITY`,
//! `FORECAST.ETS.STAT`.
//!
//! Microsoft documents the method, the arguments and the errors, but neither how smoothing begins nor how its
//! parameters and the period are found: forecasts come near to Excel's and are not the same.

use super::{
    float, index,
    series::Series,
    smoothing::{Model, period},
};
use crate::{
    ErrorCode, Record,
    call::{Call, Output, Result},
    record::{Kernel, Parameter, Prepared, array, value},
};

const DIFFERS: &str = "The start of the smoothing, the search for its parameters and for the period are not \
    documented: results are near to Excel's, and not the same.";

const SEASONALITY: Parameter = value("seasonality").skippable();
const COMPLETION: Parameter = value("data_completion").skippable();
const AGGREGATION: Parameter = value("aggregation").skippable();

pub(in crate::families) const RECORDS: &[Record] = &[
    Record::new(
        "FORECAST.ETS",
        &[
            value("target_date"),
            array("values"),
            array("timeline"),
            SEASONALITY,
            COMPLETION,
            AGGREGATION,
        ],
        Kernel::Prepared(forecast),
        "A value of the future by exponential smoothing.",
    )
    .future()
    .differing(DIFFERS),
    Record::new(
        "FORECAST.ETS.CONFINT",
        &[
            value("target_date"),
            array("values"),
            array("timeline"),
            value("confidence_level").skippable(),
            SEASONALITY,
            COMPLETION,
            AGGREGATION,
        ],
        Kernel::Prepared(confidence),
        "How far a value of the future may lie from the forecast, with some confidence.",
    )
    .future()
    .differing(DIFFERS),
    Record::new(
        "FORECAST.ETS.SEASONALITY",
        &[array("values"), array("timeline"), COMPLETION, AGGREGATION],
        Kernel::OfRow(seasonality),
        "The steps after which a series repeats itself.",
    )
    .future()
    .differing(DIFFERS),
    Record::new(
        "FORECAST.ETS.STAT",
        &[
            array("values"),
            array("timeline"),
            value("statistic_type"),
            SEASONALITY,
            COMPLETION,
            AGGREGATION,
        ],
        Kernel::OfRow(statistic),
        "A statistic of the smoothing of a series.",
    )
    .future()
    .differing(DIFFERS),
];

/// The longest period: the hours of a year.
const LONGEST: f64 = 8760.0;

/// The series and its model; the arguments from `options` on are seasonality, completion and aggregation.
fn fitted(call: &Call<'_>, values: usize, options: usize) -> Result<(Series, Model)> {
    let season = call.number_or(options, 1.0)?;
    if !(0.0..=LONGEST).contains(&season) || season.fract() != 0.0 {
        return Err(ErrorCode::Num);
    }
    let completion = call.number_or(options + 1, 1.0)?;
    let series = Series::of(call, values, completion, call.number_or(options + 2, 1.0)?)?;
    let period = if season == 1.0 { period(&series.values) } else { index(season) };
    let model = Model::fitted(&series.values, period, call.context().cancel)?;
    Ok((series, model))
}

/// What the arguments of one row stand for, kept while the next rows have the same options.
type Last = std::sync::Mutex<Option<([u64; 3], std::sync::Arc<(Series, Model)>)>>;

/// The series and its model, fitted again only where the options differ from those of the row before.
fn kept(last: &Last, call: &Call<'_>, options: usize) -> Result<std::sync::Arc<(Series, Model)>> {
    let key = [
        call.number_or(options, 1.0)?.to_bits(),
        call.number_or(options + 1, 1.0)?.to_bits(),
        call.number_or(options + 2, 1.0)?.to_bits(),
    ];
    let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((known, model)) = &*last
        && *known == key
    {
        return Ok(model.clone());
    }
    let model = std::sync::Arc::new(fitted(call, 1, options)?);
    *last = Some((key, model.clone()));
    Ok(model)
}

fn forecast<'a>(_call: &Call<'a>, _rows: usize) -> Result<Box<Prepared<'a>>> {
    let last = Last::default();
    Ok(Box::new(move |call| {
        let time = call.number(0)?;
        let known = kept(&last, call, 3)?;
        let (series, model) = &*known;
        Ok(model.ahead(series.ahead(time)?).into())
    }))
}

fn confidence<'a>(_call: &Call<'a>, _rows: usize) -> Result<Box<Prepared<'a>>> {
    let last = Last::default();
    Ok(Box::new(move |call| {
        let time = call.number(0)?;
        let level = call.number_or(3, 0.95)?;
        if level <= 0.0 || level >= 1.0 {
            return Err(ErrorCode::Num);
        }
        let known = kept(&last, call, 4)?;
        let (series, model) = &*known;
        let deviation = model.deviation(series.ahead(time)?);
        Ok((normal_quantile(f64::midpoint(1.0, level)) * deviation).into())
    }))
}

fn seasonality(call: &Call<'_>) -> Result<Output> {
    let series = Series::of(call, 0, call.number_or(2, 1.0)?, call.number_or(3, 1.0)?)?;
    Ok(float(period(&series.values)).into())
}

fn statistic(call: &Call<'_>) -> Result<Output> {
    let kind = call.number(2)?.trunc();
    if !(1.0..=8.0).contains(&kind) {
        return Err(ErrorCode::Num);
    }
    let (series, model) = fitted(call, 0, 3)?;
    let values = &series.values;
    Ok(match index(kind) {
        1 => model.alpha,
        2 => model.beta,
        3 => model.gamma,
        4 => model.mean_absolute_scaled(values),
        5 => model.symmetric_percentage(values),
        6 => model.mean_absolute(values),
        7 => model.root_mean_square(),
        _ => series.step(),
    }
    .into())
}

/// The number that a standard normal variable stays below with a probability between 0.5 and 1: Abramowitz and
/// Stegun 26.2.23, made exact by Newton's steps on the distribution.
fn normal_quantile(probability: f64) -> f64 {
    let t = (-2.0 * (1.0 - probability).ln()).sqrt();
    let mut x = t
        - (2.515_517 + 0.802_853 * t + 0.010_328 * t * t)
            / (1.0 + 1.432_788 * t + 0.189_269 * t * t + 0.001_308 * t * t * t);
    for _ in 0..4 {
        let density = (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
        if density == 0.0 {
            break;
        }
        x -= (normal_below(x) - probability) / density;
    }
    x
}

/// The standard normal distribution: the series of Abramowitz and Stegun 26.2.11 near 0, their continued fraction
/// 26.2.14 further out.
fn normal_below(x: f64) -> f64 {
    let density = (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    if x.abs() > 5.0 {
        let fraction = (1..=60).rev().fold(x, |rest, n| x + f64::from(n) / rest);
        return if x > 0.0 { 1.0 - density / fraction } else { -density / fraction };
    }
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-17 * sum.abs() && odd < 400.0 {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    0.5 + density * sum
}
