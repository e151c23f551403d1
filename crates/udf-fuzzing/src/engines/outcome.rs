//! What two engines answered to the same call, held against each other bit for bit.

use udf_columnar::{Column, Error, Output};

/// Where two columns differ, if they do.
fn column_difference(a: &Column, b: &Column) -> Option<String> {
    if a.dtype() != b.dtype() || a.len() != b.len() {
        return Some(format!("{} × {} and {} × {}", a.dtype(), a.len(), b.dtype(), b.len()));
    }
    // Arrow compares the bytes of valid rows: -0 is not 0, and a NaN is equal to itself.
    if a.array().to_data() != b.array().to_data() {
        return Some(format!("{:?} and {:?}", a.array(), b.array()));
    }
    let errors = |column: &Column| -> Vec<_> {
        (0..column.len())
            .map(|row| column.error(row).map(|(code, text)| (code, text.map(str::to_owned))))
            .collect()
    };
    (errors(a) != errors(b)).then(|| format!("errors {:?} and {:?}", errors(a), errors(b)))
}

/// Where two outcomes differ, if they do: in values, validity, errors, messages, failures or kind
/// of refusal.
pub(crate) fn difference(a: &Result<Output, Error>, b: &Result<Output, Error>) -> Option<String> {
    let (a, b) = match (a, b) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(a), Err(b)) => return (a != b).then(|| format!("{a:?} and {b:?}")),
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => return Some(format!("one fails: {error:?}")),
    };
    if a.columns.len() != b.columns.len() {
        return Some(format!("{} and {} columns", a.columns.len(), b.columns.len()));
    }
    let columns = a.columns.iter().zip(&b.columns);
    if let Some(difference) = columns.into_iter().find_map(|(a, b)| column_difference(a, b)) {
        return Some(difference);
    }
    let facts = |o: &Output| (o.failures.clone(), o.failed_rows, o.non_finite, o.guest_calls);
    (facts(a) != facts(b)).then(|| format!("{:?} and {:?}", facts(a), facts(b)))
}
