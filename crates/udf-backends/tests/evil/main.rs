//! Hostile guests. Each breaks one rule of `docs/abi.md`; each ends in the right typed error, soon,
//! and the next call of the same session, of another session and of the same function with
//! harmless input is right.
//!
//! | file | what the guests abuse |
//! |---|---|
//! | `alloc` | `fz_alloc` |
//! | `answer` | the packed answer and the result header |
//! | `columns` | descriptors and buffers of result columns |
//! | `text` | offsets, UTF-8, `any` columns, messages of rows |
//! | `messages` | messages of very many rows |
//! | `log` | `fz_log` |
//! | `traps` | traps and the message of `fz_panic`, status 1 |
//! | `initialise` | the initialiser: before anything else, under the limits |
//! | `time` | loops in every entry, deadlines, cancellation |
//! | `compile` | the compiler's time and memory, loads that are given up; `bombs` makes the modules |
//! | `costs` | instructions that take long, and where they stand |
//! | `resources` | memory, table, stack, budget of the result |
//! | `state` | what a guest remembers, its own request block, sessions, pool |
//! | `threads` | another thread that calls, cancels or loads; not where there are none |
//! | `halving` | rows that trap |
//! | `refused` | modules that no engine may see |
//! | `sweep` | every buffer of every type, by a table |
//! | `bytes` | modules cut short, mutated, made of noise |
//!
//! Guests are written with the builder of `guest`; `harness` calls them, on every runtime; `kept`
//! writes them to a folder for the tests of other hosts.
#![cfg(any(feature = "wasmtime", feature = "wasmi", feature = "js"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test panics where it fails")]

mod alloc;
mod answer;
mod bombs;
#[cfg(not(target_family = "wasm"))]
mod bytes;
mod columns;
mod compile;
mod costs;
mod edges;
mod guest;
mod halving;
mod harness;
mod initialise;
mod kept;
mod log;
mod messages;
mod refused;
mod resources;
mod state;
mod sweep;
mod text;
#[cfg(not(target_family = "wasm"))]
mod threads;
mod time;
mod traps;
