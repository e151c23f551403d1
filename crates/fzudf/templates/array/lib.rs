//! Series: whole columns in, one value or a column out.

use formualizer_udf_sdk::{ColumnView, RangeView, fz_module, fz_udf};

/// The sum so far, row by row. A missing value counts nothing and has no sum.
#[fz_udf(
    name = "RUNNING_SUM",
    kind = "array",
    examples = [([1.0, null, 2.5],) => [[1.0], [null], [3.5]]]
)]
pub fn running_sum(
    /// The numbers, in order.
    values: ColumnView<'_, f64>,
) -> Vec<Option<f64>> {
    let mut sum = 0.0;
    let step = |value: Option<f64>| {
        sum += value?;
        Some(sum)
    };
    values.iter().map(step).collect()
}

/// The largest number less the smallest. Nothing where there are no numbers.
#[fz_udf(kind = "reduce", examples = [([[1.0, 4.0], [null, 9.0]],) => 8.0])]
pub fn spread(
    /// The numbers.
    values: RangeView<'_, f64>,
) -> Option<f64> {
    let largest = values.iter().flatten().reduce(f64::max)?;
    let smallest = values.iter().flatten().reduce(f64::min)?;
    Some(largest - smallest)
}

fz_module! {
    id: "example.{{name}}",
    version: env!("CARGO_PKG_VERSION"),
    functions: [running_sum, spread],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_have_no_sum() {
        let found = running_sum(ColumnView::of(&[Some(1.0), None, Some(2.5)]));
        assert_eq!(found, [Some(1.0), None, Some(3.5)]);
    }

    #[test]
    fn no_numbers_have_no_spread() {
        assert_eq!(spread(RangeView::of(&[&[None], &[None]])), None);
        assert_eq!(
            spread(RangeView::of(&[
                &[Some(1.0), None],
                &[Some(4.0), Some(9.0)]
            ])),
            Some(8.0)
        );
    }
}
