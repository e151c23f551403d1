//! Speed: functions of numbers, called row by row.

use formualizer_udf_sdk::{UdfError, fz_module, fz_udf};

/// Kilometres per hour. `#DIV/0!` where no time has passed.
#[fz_udf(
    name = "SPEED",
    aliases = ["KMH"],
    examples = [(150.0, 2.0) => 75.0, (1.0, 0.0) => error("#DIV/0!")]
)]
pub fn speed(
    /// The way, in kilometres.
    kilometres: f64,
    /// The time, in hours.
    hours: f64,
) -> Result<f64, UdfError> {
    if hours == 0.0 {
        Err(UdfError::div0("no time has passed"))
    } else {
        Ok(kilometres / hours)
    }
}

/// Minutes for a kilometre, as runners count: 5.5 is five minutes and a half.
#[fz_udf(examples = [(12.0,) => 5.0, (null,) => null])]
pub fn pace(
    /// Kilometres per hour.
    speed: f64,
) -> f64 {
    60.0 / speed
}

fz_module! {
    id: "example.{{name}}",
    version: env!("CARGO_PKG_VERSION"),
    functions: [speed, pace],
}

#[cfg(test)]
mod tests {
    use super::*;
    use formualizer_udf_sdk::ErrorCode;

    #[test]
    fn speed_is_way_by_time() {
        assert_eq!(speed(150.0, 2.0), Ok(75.0));
    }

    #[test]
    fn no_time_is_an_error_of_the_row() {
        let error = speed(1.0, 0.0).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Div);
        assert_eq!(error.message(), "no time has passed");
    }

    #[test]
    fn pace_undoes_speed() {
        assert_eq!(pace(12.0), 5.0);
        assert!(pace(0.0).is_infinite());
    }
}
