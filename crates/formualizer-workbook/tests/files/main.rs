//! Workbooks and data in files.
#![cfg(feature = "files")]

mod load;
