//! Series over time.

use formualizer_udf_sdk::{ColumnView, UdfError, fz_udf};

/// Exponential moving average: e(1) = x(1), e(t) = α·x(t) + (1 − α)·e(t−1). A missing value gives
/// none and leaves the average as it is. `#NUM!` unless 0 < α ≤ 1.
#[fz_udf(name = "EMA", kind = "array", examples = [
    ([1, 2, null, 4], 0.5) => [1, 1.5, null, 2.75],
    ([1], 0) => error("#NUM!", "alpha is 0; it must be more than 0, at most 1"),
])]
pub fn ema(
    /// The series, oldest first.
    values: ColumnView<'_, f64>,
    /// Weight of the newest value.
    alpha: f64,
) -> Result<Vec<Option<f64>>, UdfError> {
    if !(alpha > 0.0 && alpha <= 1.0) {
        return Err(UdfError::num(format!("alpha is {alpha}; it must be more than 0, at most 1")));
    }
    let mut average = None;
    let step = |value: Option<f64>| {
        let value = value?;
        average = Some(average.map_or(value, |last| alpha * value + (1.0 - alpha) * last));
        average
    };
    Ok(values.iter().map(step).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(values: &[Option<f64>], alpha: f64) -> Vec<Option<f64>> {
        ema(ColumnView::of(values), alpha).unwrap()
    }

    #[test]
    fn the_newest_value_weighs_alpha() {
        let found = run(&[Some(1.0), Some(2.0), Some(3.0)], 0.5);
        assert_eq!(found, [Some(1.0), Some(1.5), Some(2.25)]);
    }

    #[test]
    fn missing_values_change_nothing() {
        // pandas: Series([nan, 1, nan, 3]).ewm(alpha=0.5, adjust=False, ignore_na=True).mean()
        let found = run(&[None, Some(1.0), None, Some(3.0)], 0.5);
        assert_eq!(found, [None, Some(1.0), None, Some(2.0)]);
        assert_eq!(run(&[], 0.5), []);
    }

    #[test]
    fn a_weight_outside_of_its_range_is_refused() {
        for alpha in [0.0, -0.1, 1.1, f64::NAN] {
            let error = ema(ColumnView::of(&[Some(1.0)]), alpha).unwrap_err();
            assert!(error.message().starts_with("alpha is "), "{error:?}");
        }
        assert_eq!(run(&[Some(1.0), Some(5.0)], 1.0), [Some(1.0), Some(5.0)]);
    }
}
