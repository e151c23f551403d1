//! Cash flows at dates.

use formualizer_udf_sdk::{Date, RangeView, UdfError, fz_udf};

/// Present value of cash flows at dates, as Excel's XNPV defines it: the sum of
/// v(i) / (1 + rate)^((d(i) − d(1)) / 365). `#NUM!` where the rate is not more than −1, the ranges
/// have different sizes, or a date is before the first; `#VALUE!` where a value or date is missing.
#[fz_udf(name = "XNPV", kind = "reduce", examples = [
    (
        0.09,
        [-10_000, 2_750, 4_250, 3_250, 2_750],
        ["2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01"],
    ) => 2086.6476020315367,
    (0.1, [1, 2], ["2024-01-02", "2024-01-01"]) => error("#NUM!", "date 2 is 1 days before the first"),
])]
pub fn xnpv(
    /// Discount rate a year: 0.09 for 9 %.
    rate: f64,
    /// Cash flows.
    values: RangeView<'_, f64>,
    /// Their dates; the first one is the date of the present value.
    dates: RangeView<'_, Date>,
) -> Result<f64, UdfError> {
    if rate.is_nan() || rate <= -1.0 {
        return Err(UdfError::num(format!("rate is {rate}; it must be more than -1")));
    }
    if values.len() != dates.len() {
        let (values, dates) = (values.len(), dates.len());
        return Err(UdfError::num(format!("{values} values but {dates} dates")));
    }
    let mut first = None;
    let mut sum = 0.0;
    for (index, (value, date)) in values.iter().zip(dates.iter()).enumerate() {
        let (Some(value), Some(date)) = (value, date) else {
            return Err(UdfError::value(format!("cash flow {} is incomplete", index + 1)));
        };
        let first: Date = *first.get_or_insert(date);
        let days = i64::from(date.days) - i64::from(first.days);
        if days < 0 {
            return Err(UdfError::num(format!(
                "date {} is {} days before the first",
                index + 1,
                -days
            )));
        }
        sum += value / (1.0 + rate).powf(days as f64 / 365.0);
    }
    match first {
        Some(_) => Ok(sum),
        None => Err(UdfError::num("there are no cash flows")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formualizer_udf_sdk::ErrorCode;

    const VALUES: [Option<f64>; 5] =
        [Some(-10_000.0), Some(2_750.0), Some(4_250.0), Some(3_250.0), Some(2_750.0)];
    // 2008-01-01, 2008-03-01, 2008-10-30, 2009-02-15, 2009-04-01
    const DATES: [i32; 5] = [13_879, 13_939, 14_182, 14_290, 14_335];

    fn dates(days: &[i32]) -> Vec<Option<Date>> {
        days.iter().map(|days| Some(Date { days: *days })).collect()
    }

    fn run(rate: f64, values: &[Option<f64>], dates: &[Option<Date>]) -> Result<f64, UdfError> {
        xnpv(rate, RangeView::of(&[values]), RangeView::of(&[dates]))
    }

    #[test]
    fn the_example_of_excels_documentation_comes_out() {
        let found = run(0.09, &VALUES, &dates(&DATES)).unwrap();
        assert!((found - 2_086.647_602).abs() < 1e-6, "{found}");
    }

    #[test]
    fn the_shape_of_the_ranges_does_not_matter() {
        let (values, dates) = (&VALUES[..4], dates(&DATES[..4]));
        let down = run(0.05, values, &dates).unwrap();
        let across = xnpv(
            0.05,
            RangeView::of(&[&values[..2], &values[2..]]),
            RangeView::of(&[&dates[..1], &dates[1..2], &dates[2..3], &dates[3..]]),
        );
        assert_eq!(across, Ok(down));
    }

    #[test]
    fn what_cannot_be_discounted_says_why() {
        let check = |found: Result<f64, UdfError>, code: ErrorCode, reason: &str| {
            let error = found.unwrap_err();
            assert_eq!(error.code(), code);
            assert!(error.message().contains(reason), "{error:?}");
        };
        let at = dates(&DATES);
        check(run(-1.0, &VALUES, &at), ErrorCode::Num, "rate is -1");
        check(run(f64::NAN, &VALUES, &at), ErrorCode::Num, "rate is NaN");
        check(run(0.1, &VALUES, &at[..4]), ErrorCode::Num, "5 values but 4 dates");
        check(run(0.1, &VALUES[..2], &dates(&[5, 3])), ErrorCode::Num, "2 days before");
        check(run(0.1, &[None], &at[..1]), ErrorCode::Value, "cash flow 1");
        check(run(0.1, &[], &[]), ErrorCode::Num, "no cash flows");
    }
}
