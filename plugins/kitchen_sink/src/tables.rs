//! Columns and ranges in, named columns and errors of rows out.

use formualizer_udf_sdk::{
    AnyRange, Array, ColumnView, Date, DateTime, OwnedValue, RangeView, TextColumn, UdfError,
    fz_udf,
};

use crate::times;

/// The mean of a column, each row weighing what another column says; 1 where there is none.
/// `#DIV/0!` where the weights come to 0.
#[fz_udf(kind = "reduce", examples = [
    ([1, 2, 6]) => 3,
    ([1, null, 3], [3, 1, 1]) => 1.5,
    ([], []) => error("#DIV/0!", "the weights come to 0"),
    ([1, 2], [1]) => error("#VALUE!", "2 values but 1 weights"),
    ([1, error("#N/A")]) => error("#N/A"),
])]
pub fn weighted_mean(
    /// The values; those that are null do not count.
    values: ColumnView<'_, f64>,
    /// Their weights.
    weights: Option<ColumnView<'_, f64>>,
) -> Result<f64, UdfError> {
    if let Some(weights) = weights.filter(|weights| weights.len() != values.len()) {
        return Err(format!("{} values but {} weights", values.len(), weights.len()).into());
    }
    let weight = |row| weights.map_or(Some(1.0), |weights| weights.get(row));
    let pairs = values.iter().enumerate().filter_map(|(row, value)| value.zip(weight(row)));
    let (sum, whole) = pairs.fold((0.0, 0.0), |(sum, whole), (x, w)| (sum + x * w, whole + w));
    if whole == 0.0 { Err(UdfError::div0("the weights come to 0")) } else { Ok(sum / whole) }
}

/// How many cells of one or more ranges hold something.
#[fz_udf(kind = "reduce", examples = [
    ([[1, "a"], [null, true]]) => 3,
    ([[1, error("#N/A")]], [[null], [2]], 5) => 4,
])]
pub fn count_cells(
    /// The ranges.
    #[variadic(min = 1)]
    ranges: &[AnyRange<'_>],
) -> u64 {
    ranges.iter().map(|range| range.iter().flatten().count() as u64).sum()
}

/// The longest text of a column, the first one where several are; nothing where there is none.
#[fz_udf(kind = "reduce", examples = [(["a", null, "éé", "bb"]) => "éé", ([]) => null])]
pub fn longest<'a>(
    /// The texts.
    texts: TextColumn<'a>,
) -> Option<&'a str> {
    texts.iter().flatten().rev().max_by_key(|text| text.chars().count())
}

/// What describes a column.
type Description = (Vec<String>, Vec<Option<f64>>, Vec<Result<Option<u64>, UdfError>>);

/// Count, least and largest number of a column, with the row where each of the two stands.
/// Columns of different types stand side by side.
#[fz_udf(kind = "array", columns = ["what", "value", "row"], examples = [
    ([3, null, -1, 7]) => [
        ["count", 3, null],
        ["least", -1, 3],
        ["largest", 7, 4],
    ],
    ([null]) => [
        ["count", 0, null],
        ["least", null, error("#N/A", "there are no numbers")],
        ["largest", null, error("#N/A", "there are no numbers")],
    ],
])]
pub fn describe(
    /// The column.
    values: ColumnView<'_, f64>,
) -> Description {
    let present = || values.iter().enumerate().filter_map(|(row, value)| Some((row, value?)));
    let order = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
    let (least, largest) = (present().min_by(order), present().max_by(order));
    let row = |found: Option<(usize, f64)>| match found {
        Some((row, _)) => Ok(Some(row as u64 + 1)),
        None => Err(UdfError::na("there are no numbers")),
    };
    (
        ["count", "least", "largest"].map(String::from).to_vec(),
        vec![Some(present().count() as f64), least.map(|f| f.1), largest.map(|f| f.1)],
        vec![Ok(None), row(least), row(largest)],
    )
}

/// The square roots of a column: a row whose number is negative is in error, and no other.
#[fz_udf(kind = "array", examples = [
    ([4, null, -1]) => [2, null, error("#NUM!", "-1 is negative")],
    ([]) => [],
])]
pub fn roots(
    /// The numbers.
    values: ColumnView<'_, f64>,
) -> Vec<Result<Option<f64>, UdfError>> {
    let root = |x: f64| {
        if x < 0.0 { Err(UdfError::num(format!("{x} is negative"))) } else { Ok(x.sqrt()) }
    };
    values.iter().map(|value| value.map(root).transpose()).collect()
}

/// A range with rows and columns exchanged, whatever its cells hold.
#[fz_udf(kind = "array", examples = [
    ([[1, "a"], [true, null], [error("#N/A"), 3]]) => [[1, true, error("#N/A")], ["a", null, 3]],
    ([[1, 2]]) => [1, 2],
    (5) => [[5]],
])]
pub fn transpose(
    /// The range.
    range: AnyRange<'_>,
) -> Array<OwnedValue> {
    let cell = |row, column| range.get(row, column).map_or(OwnedValue::Blank, OwnedValue::from);
    Array::from_fn(range.columns(), range.rows(), |row, column| cell(column, row))
}

/// Days, and what is said of each.
type ListedDays = (Vec<Option<Date>>, Vec<Option<bool>>);

/// The days of readings of a clock, and whether each lies in a range of days. Several results of
/// several types from arguments of several shapes.
#[fz_udf(kind = "array", columns = ["day", "is listed"], examples = [
    (["2024-02-29T12:00:00", null], [["2024-02-29", "2024-03-01"]]) => [
        ["2024-02-29", true],
        [null, null],
    ],
])]
pub fn listed_days(
    /// The readings.
    at: ColumnView<'_, DateTime>,
    /// The days to look in.
    days: RangeView<'_, Date>,
) -> Result<ListedDays, UdfError> {
    let day = |at: DateTime| {
        let days = i32::try_from(times::day_of(at));
        days.map(|days| Date { days }).map_err(|_| UdfError::num("beyond the last day"))
    };
    let found: Vec<_> =
        at.iter().map(|at| at.map(day).transpose()).collect::<Result<_, UdfError>>()?;
    let is_listed = |day: Date| days.iter().flatten().any(|other| other == day);
    let listed = found.iter().map(|day| day.map(is_listed)).collect();
    Ok((found, listed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use formualizer_udf_sdk::Value;

    #[test]
    fn weights_decide() {
        let values = ColumnView::of(&[Some(1.0), Some(4.0)]);
        assert_eq!(weighted_mean(values, None), Ok(2.5));
        let weights = ColumnView::of(&[Some(0.0), Some(2.0)]);
        assert_eq!(weighted_mean(values, Some(weights)), Ok(4.0));
    }

    #[test]
    fn whatever_cells_hold_is_counted_and_turned() {
        let column = [Some(Value::Text("a")), None];
        let columns: [&[Option<Value<'_>>]; 1] = [&column];
        let range = RangeView::of(&columns);
        assert_eq!(count_cells(&[range, range]), 2);
        let turned = transpose(range);
        assert_eq!((turned.rows(), turned.columns()), (1, 2));
    }

    #[test]
    fn the_rows_of_a_description_are_where_the_numbers_stand() {
        let (what, value, row) = describe(ColumnView::of(&[None, Some(2.0)]));
        assert_eq!(what, ["count", "least", "largest"]);
        assert_eq!(value, [Some(1.0), Some(2.0), Some(2.0)]);
        assert_eq!(row, [Ok(None), Ok(Some(2)), Ok(Some(2))]);
        assert!(roots(ColumnView::of(&[Some(-1.0)]))[0].is_err());
        assert_eq!(longest(TextColumn::of(&[Some("a"), Some("b")])), Some("a"));
    }
}
