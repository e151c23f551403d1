//! The cache of compiled modules: everything that can happen to it is made to happen, and every
//! load gives the right module all the same.
//!
//! ```text
//! harness   folders, modules, and what a load did
//! child     the same in processes of its own, which may be killed
//! ```
#![cfg(all(feature = "cache", unix))]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod bound;
mod child;
mod crowd;
mod damage;
mod disk;
mod folder;
mod harness;
mod hits;
mod killed;
