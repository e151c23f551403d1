//! Texts and binary values gathered into an array whose offsets reach 2 GiB.

use crate::{Error, ErrorKind};
use arrow_array::{GenericByteArray, builder::GenericByteBuilder, types::ByteArrayType};

/// An array of texts or binary values, null where there is none. Arrow's own builders panic where
/// the values are longer than offsets of 32 bits reach.
///
/// ```
/// use arrow_array::types::Utf8Type;
/// use udf_columnar::byte_array;
///
/// let texts = byte_array::<Utf8Type, _>([Some("a"), None, Some("bc")])?;
/// assert_eq!(texts.value(2), "bc");
/// # Ok::<(), udf_columnar::Error>(())
/// ```
///
/// # Errors
/// [`TooLarge`](crate::ErrorKind::TooLarge) where the values together pass 2 GiB.
pub fn byte_array<T, V>(
    values: impl IntoIterator<Item = Option<V>>,
) -> Result<GenericByteArray<T>, Error>
where
    T: ByteArrayType<Offset = i32>,
    V: AsRef<T::Native>,
{
    let values = values.into_iter();
    let mut builder = GenericByteBuilder::<T>::with_capacity(values.size_hint().0, 0);
    for value in values {
        let Some(value) = value else {
            builder.append_null();
            continue;
        };
        let bytes: &[u8] = value.as_ref().as_ref();
        let total = builder.values_slice().len() as u64 + bytes.len() as u64;
        if i32::try_from(total).is_err() {
            return Err(texts_too_large(total));
        }
        builder.append_value(value);
    }
    Ok(builder.finish())
}

/// The error of texts that together pass what one column holds.
#[must_use]
pub fn texts_too_large(bytes: u64) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!(
            "the texts of one column take {bytes} bytes or more; a column holds 2147483647: pass fewer rows at a time"
        ),
    )
}
