//! What the command line, the npm package, tests and fuzzing need of this crate: between the crates of this project, no promises.

#[cfg(feature = "js")]
pub use crate::js::typed_array;
pub use crate::{
    file::read_file,
    memory::{Expected, GuestMemory, check_alloc},
};
