//! A column of a `reduce` or `array` function, by lanes.

use super::Lanes;
use crate::{raw::BLOCK, view::ColumnView};
use core::marker::PhantomData;

/// The rows of a column by lanes, `fill` standing in the lanes of rows that are null and in the
/// lanes behind the last row: 0 for a sum, −∞ for a maximum.
///
/// ```
/// use formualizer_udf_sdk::{ColumnView, fz_udf, simd::{chunks, f64x4}};
///
/// /// The sum of squares of a column; nulls do not count.
/// #[fz_udf(kind = "reduce")]
/// fn sum_of_squares(values: ColumnView<'_, f64>) -> f64 {
///     chunks::<f64x4>(values, 0.0).map(|x| x * x).fold(f64x4::ZERO, |a, b| a + b).reduce_add()
/// }
/// # assert_eq!(sum_of_squares(ColumnView::of(&[Some(3.0), None, Some(4.0)])), 25.0);
/// ```
#[must_use]
pub fn chunks<'a, V: Lanes>(column: ColumnView<'a, V::Scalar>, fill: V::Scalar) -> Chunks<'a, V> {
    Chunks { column, fill, block: [fill; BLOCK], next: 0, lanes: PhantomData }
}

/// What [`chunks`] answers.
pub struct Chunks<'a, V: Lanes> {
    column: ColumnView<'a, V::Scalar>,
    fill: V::Scalar,
    block: [V::Scalar; BLOCK],
    /// The row that comes next: a multiple of the lanes.
    next: usize,
    lanes: PhantomData<V>,
}

impl<V: Lanes> Iterator for Chunks<'_, V> {
    type Item = V;

    #[inline]
    fn next(&mut self) -> Option<V> {
        if self.next >= self.column.len() {
            return None;
        }
        let row = self.next % BLOCK;
        if row == 0 {
            self.column.block(self.next / BLOCK, self.fill, &mut self.block);
        }
        self.next += V::COUNT;
        Some(V::read(&self.block, row / V::COUNT))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.column.len().saturating_sub(self.next).div_ceil(V::COUNT);
        (left, Some(left))
    }
}

impl<V: Lanes> ExactSizeIterator for Chunks<'_, V> {}
