//! Workbooks and data in files.
#![cfg(feature = "files")]
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod hostile;
mod libreoffice;
mod load;
mod parts;
mod python;
mod random;
mod save;
mod structure;
mod zipped;
