//! Address space: how much of it an engine reserves for its instances, and what is said where there is none.

use ::wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig};
use udf_columnar::{Error, ErrorKind, Limits};

/// Bytes of a slot's memory that stay resident between instances, set to zero instead: what a small plugin has from the start
/// (1 MiB) and one block of columns. Page faults cost more than that.
const KEEP_RESIDENT: usize = 2 << 20;
/// Behind a memory that is not reserved: accesses at small offsets need one check.
const GUARD: u64 = 64 << 10;
/// Into which a memory that is not reserved grows before it moves.
const GROWTH: u64 = 8 << 20;

/// How the memories of an engine's instances lie in the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// So many slots for the instances of all modules, reserved with the engine: 4 GiB each, all that a guest can address, so
    /// that its code needs no checks of bounds. It costs address space, not memory.
    Slots(u32),
    /// A memory takes what it has and some room to grow, and moves when that is used up. The code checks its bounds.
    Unreserved,
}

impl Space {
    /// What an engine tries, the fastest first: 2 TiB, 256 GiB, nothing in advance. See docs/adr/0014.
    pub(super) const ALL: [Self; 3] = [Self::Slots(512), Self::Slots(64), Self::Unreserved];

    pub(super) fn configure(self, config: &mut Config, limits: &Limits) {
        match self {
            Self::Slots(slots) => {
                let mut pool = PoolingAllocationConfig::new();
                pool.total_core_instances(slots)
                    .total_memories(slots)
                    .total_tables(slots)
                    .table_elements(usize::try_from(limits.table_elements).unwrap_or(usize::MAX))
                    .linear_memory_keep_resident(KEEP_RESIDENT);
                config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
            }
            Self::Unreserved => {
                config
                    .allocation_strategy(InstanceAllocationStrategy::OnDemand)
                    .memory_reservation(0)
                    .memory_reservation_for_growth(GROWTH.min(limits.memory_bytes))
                    .memory_guard_size(GUARD)
                    .guard_before_linear_memory(false)
                    .memory_may_move(true);
            }
        }
    }
}

/// Whether the machine refused memory or address space.
pub(super) fn is_lacking(error: &::wasmtime::Error) -> bool {
    error.chain().any(|cause| {
        #[cfg(unix)]
        if cause.downcast_ref() == Some(&rustix::io::Errno::NOMEM) {
            return true;
        }
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|e| e.kind() == std::io::ErrorKind::OutOfMemory)
            || cause.is::<::wasmtime::error::OutOfMemory>()
    })
}

/// The error of whoever lacks address space for `what`.
pub(super) fn lacking(what: &str, error: ::wasmtime::Error) -> Error {
    let asked = match bytes_in(&format!("{error:#}")) {
        Some(bytes) => format!("{bytes} bytes were asked for"),
        None => format!("{error:#}"),
    };
    let (limit, raise) = match limit() {
        Some(limit) => (format!(", `ulimit -v` is {limit} bytes"), "raise that limit, or "),
        None => (String::new(), "free memory, or "),
    };
    Error::new(
        ErrorKind::Busy,
        format!(
            "the machine has no address space for {what} ({asked}{limit}): {raise}use fewer threads or a lower limit `instances`"
        ),
    )
    .with_source(error)
}

/// The number of bytes that an error names, in hexadecimal digits.
fn bytes_in(message: &str) -> Option<u64> {
    let (_, rest) = message.split_once("0x")?;
    let digits = rest.split(|c: char| !c.is_ascii_hexdigit()).next()?;
    u64::from_str_radix(digits, 16).ok()
}

/// Bytes of address space that this process may have, where that is limited.
fn limit() -> Option<u64> {
    #[cfg(unix)]
    return rustix::process::getrlimit(rustix::process::Resource::As).current;
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_that_were_asked_for_are_read_from_the_engines_words() {
        let message = "mmap failed to reserve 0x1000 bytes: Cannot allocate memory (os error 12)";
        assert_eq!(bytes_in(message), Some(4096));
        assert_eq!(bytes_in("no number"), None);
        assert_eq!(bytes_in("0xzz"), None);
    }
}
