//! What the command line, tests and fuzzing need of this crate: between the crates of this project, no promises.

pub use crate::{
    file::read_file,
    memory::{Expected, GuestMemory, check_alloc},
};
