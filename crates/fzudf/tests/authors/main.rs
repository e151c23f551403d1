//! The commands for authors of plugins, as an author meets them: a plugin is made, built, checked,
//! tested, measured and described, without a network.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, as tests do"
)]

mod bench;
mod build;
mod check;
mod doc;
mod faults;
mod guide;
mod languages;
mod library;
mod manifest;
mod new;
mod test;
mod workshop;
