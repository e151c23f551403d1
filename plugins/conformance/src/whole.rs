//! Whole columns and ranges in, a value or an array out.

use formualizer_udf_sdk::{Array, ColumnView, RangeView, TextColumn, UdfError, fz_udf};

/// The sum of the numbers of a range; what is not a number is skipped.
#[fz_udf(kind = "reduce")]
pub fn sum_range(values: RangeView<'_, f64>) -> f64 {
    values.iter().flatten().fold(0.0, |sum, x| sum + x)
}

/// How many rows of a column are null.
#[fz_udf(kind = "reduce")]
pub fn count_nulls(values: ColumnView<'_, f64>) -> i64 {
    values.iter().filter(Option::is_none).count() as i64
}

/// Fails as a whole with `#N/A`, whatever the number.
#[fz_udf(kind = "reduce")]
pub fn fail_reduce(x: f64) -> Result<f64, UdfError> {
    Err(UdfError::na(format!("refused {x}")))
}

/// The first text of a column, or another one; null where there is neither.
#[fz_udf(kind = "reduce")]
pub fn first_text(values: TextColumn<'_>, otherwise: Option<&str>) -> Option<String> {
    values.iter().flatten().next().or(otherwise).map(str::to_owned)
}

/// The numbers from 1 to n, one below the other.
#[fz_udf(kind = "array")]
pub fn seq(n: i64) -> Vec<f64> {
    (1..=n).map(|x| x as f64).collect()
}

/// An array with 10·row + column in each cell, both from 1.
#[fz_udf(kind = "array")]
pub fn table(rows: i64, columns: i64) -> Array<f64> {
    let size = |n: i64| n.max(0) as usize;
    Array::from_fn(size(rows), size(columns), |row, column| (10 * row + column + 11) as f64)
}

/// The words of a text, one below the other; null between two spaces, `#VALUE!` of an empty text.
#[fz_udf(kind = "array")]
pub fn words(text: &str) -> Result<Vec<Option<String>>, UdfError> {
    if text.is_empty() {
        return Err(UdfError::value("there are no words in an empty text"));
    }
    Ok(text.split(' ').map(|word| (!word.is_empty()).then(|| word.to_owned())).collect())
}
