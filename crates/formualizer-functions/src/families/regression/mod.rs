//! Lines, curves and forecasts through points.
//!
//! | module | functions |
//! |---|---|
//! | [`lines`] | a straight line through pairs: `SLOPE`, `INTERCEPT`, `STEYX`, `FORECAST` |
//! | [`curves`] | planes and exponential curves of several variables: `LINEST`, `LOGEST`, `TREND`, `GROWTH` |
//! | [`seasons`] | exponential smoothing with a trend and seasons: `FORECAST.ETS` and its like |

pub(super) mod curves;
mod fit;
pub(super) mod lines;
mod points;
pub(super) mod seasons;
mod series;
mod smoothing;

use super::statistics::{float, index};
