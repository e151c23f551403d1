//! Cutting an elementwise call into batches.

use crate::{Argument, BoundCall, Signature, view};
use std::ops::Range;
use udf_abi::{DType, Physical};

/// Bytes of one batch's columns, inputs and output together: what stays in a core's L2 cache
/// while it is copied in, worked on and copied out.
const TARGET_BYTES: usize = 640 << 10;
/// Fewest rows worth a guest call of their own.
const LEAST_ROWS: usize = 1 << 10;
/// Most rows of a batch whatever their width.
const MOST_ROWS: usize = 1 << 16;

/// Rows of each batch of a call: `requested` where the caller says so, otherwise as many as keep
/// a batch within a core's cache. A multiple of 64 unless requested otherwise.
#[must_use]
pub fn batch_rows(signature: &Signature, call: &BoundCall, requested: Option<usize>) -> usize {
    if let Some(rows) = requested {
        return rows.max(1);
    }
    let mut row_bytes: usize = signature.return_dtypes().iter().map(|d| fixed_bytes(*d)).sum();
    for argument in call.arguments() {
        if let Argument::Column(column) = argument {
            let data = column.data_bytes();
            row_bytes += fixed_bytes(column.dtype()) + data / column.len().max(1);
        }
    }
    rows_of_width(row_bytes)
}

/// Rows of a batch whose rows take so many bytes, inputs and output together.
#[must_use]
pub fn rows_of_width(row_bytes: usize) -> usize {
    let rows = TARGET_BYTES / row_bytes.max(1);
    (rows / 64 * 64).clamp(LEAST_ROWS, MOST_ROWS)
}

fn fixed_bytes(dtype: DType) -> usize {
    match dtype.physical() {
        Physical::None | Physical::Bits => 1,
        Physical::Fixed(_) => view::width(dtype),
        Physical::Bytes => 16,
        Physical::Any => 24,
    }
}

/// The batches of `rows` rows, in order; none for no rows.
pub fn batches(rows: usize, batch_rows: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
    let size = batch_rows.max(1);
    (0..rows.div_ceil(size)).map(move |index| {
        let start = index * size;
        start..rows.min(start + size)
    })
}

#[cfg(test)]
mod tests {
    use super::batches;

    #[test]
    fn batches_cover_every_row_once_and_in_order() {
        for (rows, size) in [(0, 4), (1, 4), (4, 4), (5, 4), (1000, 1), (7, 100)] {
            let mut next = 0;
            for batch in batches(rows, size) {
                assert_eq!(batch.start, next);
                assert!(!batch.is_empty() && batch.len() <= size);
                next = batch.end;
            }
            assert_eq!(next, rows);
        }
    }
}
