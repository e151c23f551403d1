//! A workbook as bytes: what [`Workbook::to_state`](crate::Workbook::to_state) gives and
//! [`Workbook::from_state`](crate::Workbook::from_state) takes.
//!
//! ```text
//! layout … what the bytes hold, as serde and postcard write it
//! lanes  … cells one below the other
//! write  … a book to the layout        read … the layout to a book; everything in it is hostile
//! ```
//!
//! The bytes begin with [`MAGIC`], whose last one is the version. Numbers are little-endian. Formulas are their texts, compiled again
//! when they are read: so no other version's idea of a formula gets in.

mod lanes;
mod layout;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;

/// What a state begins with.
const MAGIC: &[u8; 8] = b"fzstate\x01";
