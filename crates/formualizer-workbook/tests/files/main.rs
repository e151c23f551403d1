//! Workbooks and data in files.
#![cfg(feature = "files")]
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

#[cfg(feature = "other-spreadsheets")]
mod biff;
#[cfg(feature = "other-spreadsheets")]
mod binary;
mod hostile;
mod iteration;
mod libreoffice;
mod load;
mod many;
#[cfg(feature = "other-spreadsheets")]
mod opendocument;
#[cfg(feature = "other-spreadsheets")]
mod other;
mod parts;
mod platform;
mod python;
mod random;
mod save;
mod structure;
mod vocabulary;
mod zipped;
