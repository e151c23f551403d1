//! What an Arrow IPC file says about its own sizes, checked before anything is reserved for them.

use super::refused;
use crate::{Error, files::FileLimits};
use arrow_ipc::{Message, root_as_footer, root_as_message};

/// What a file begins and ends with.
pub(super) const MAGIC: &[u8] = b"ARROW1";

/// Refuses files whose messages reach beyond their end, or unpack to more than the limits.
///
/// # Errors
/// Where the file is damaged or beyond the limits.
pub(super) fn check(bytes: &[u8], limits: &FileLimits) -> Result<(), Error> {
    let mut left = limits.total_bytes;
    let checked = match bytes.starts_with(MAGIC) {
        true => file(bytes, &mut left),
        false => stream(bytes, &mut left),
    };
    match checked {
        Some(true) => Ok(()),
        Some(false) => Err(refused(format!(
            "its columns unpack to more than the limit total_bytes, {}",
            limits.total_bytes
        ))),
        None => Err(refused("the file is no Arrow IPC, or is damaged or not complete")),
    }
}

/// Nothing where it is damaged; otherwise whether it is within the limit.
fn file(bytes: &[u8], left: &mut u64) -> Option<bool> {
    let end = bytes.strip_suffix(MAGIC)?;
    let (end, len) = end.split_last_chunk::<4>()?;
    let len = usize::try_from(i32::from_le_bytes(*len)).ok()?;
    let footer = root_as_footer(end.get(end.len().checked_sub(len)?..)?).ok()?;
    let blocks = [footer.dictionaries(), footer.recordBatches()];
    for block in blocks.into_iter().flatten().flatten() {
        let start = usize::try_from(block.offset()).ok()?;
        let meta = usize::try_from(block.metaDataLength()).ok()?;
        let body = usize::try_from(block.bodyLength()).ok()?;
        let whole = bytes.get(start..start.checked_add(meta)?.checked_add(body)?)?;
        let (head, body) = whole.split_at_checked(meta)?;
        // Before version 0.15 there was no mark before the length.
        let head = head.strip_prefix(&[0xFF; 4]).unwrap_or(head);
        let message = root_as_message(head.get(4..)?).ok()?;
        if !unpacked(&message, body, left)? {
            return Some(false);
        }
    }
    Some(true)
}

fn stream(mut bytes: &[u8], left: &mut u64) -> Option<bool> {
    loop {
        // A stream may end without its end mark.
        if bytes.is_empty() {
            return Some(true);
        }
        bytes = bytes.strip_prefix(&[0xFF; 4]).unwrap_or(bytes);
        let (len, rest) = bytes.split_first_chunk::<4>()?;
        let len = usize::try_from(i32::from_le_bytes(*len)).ok()?;
        if len == 0 {
            return Some(true);
        }
        let (head, rest) = rest.split_at_checked(len)?;
        let message = root_as_message(head).ok()?;
        let (body, rest) = rest.split_at_checked(usize::try_from(message.bodyLength()).ok()?)?;
        if !unpacked(&message, body, left)? {
            return Some(false);
        }
        bytes = rest;
    }
}

/// Takes what the buffers of a batch unpack to from what is left; whether there was enough.
fn unpacked(message: &Message<'_>, body: &[u8], left: &mut u64) -> Option<bool> {
    let dictionary = || message.header_as_dictionary_batch().and_then(|batch| batch.data());
    let Some(batch) = message.header_as_record_batch().or_else(dictionary) else {
        return Some(true);
    };
    if batch.compression().is_none() {
        return Some(true);
    }
    for buffer in batch.buffers().into_iter().flatten() {
        if buffer.length() == 0 {
            continue;
        }
        let start = usize::try_from(buffer.offset()).ok()?;
        let (size, _) = body.get(start..)?.split_first_chunk::<8>()?;
        // -1: it is not packed.
        let size = u64::try_from(i64::from_le_bytes(*size)).unwrap_or(0);
        match left.checked_sub(size) {
            Some(rest) => *left = rest,
            None => return Some(false),
        }
    }
    Some(true)
}
