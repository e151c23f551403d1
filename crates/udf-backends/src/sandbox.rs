//! What every engine enforces and says alike: growth within the limits, and what stopped a guest.

use udf_abi::ABI_VERSION;
use udf_columnar::{Error, ErrorKind, Limits};

/// Decides on the growth of one instance and remembers what it refused: a guest that traps
/// afterwards lacked memory.
pub(crate) struct Growth {
    memory_bytes: u64,
    /// The hint of the function that is called, where it has one.
    hint: Option<u64>,
    table_elements: u64,
    /// The growth that was refused last.
    refused: Option<String>,
}

impl Growth {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_bytes: limits.memory_bytes,
            hint: None,
            table_elements: limits.table_elements,
            refused: None,
        }
    }

    /// Whether memory may grow to this many bytes.
    pub(crate) fn memory(&mut self, desired: usize) -> bool {
        let (limit, what) = match self.hint {
            Some(hint) if hint < self.memory_bytes => (hint, "the function's own hint `memory`"),
            _ => (self.memory_bytes, "the limit"),
        };
        let granted = desired as u64 <= limit;
        if !granted {
            self.refuse(format!(
                "the guest asked for {desired} bytes of memory, {what} is {limit}"
            ));
        }
        granted
    }

    /// Whether a table may grow to this many elements.
    pub(crate) fn table(&mut self, desired: usize) -> bool {
        let granted = desired as u64 <= self.table_elements;
        if !granted {
            self.refuse(format!(
                "the guest asked for a table of {desired} elements, the limit is {}",
                self.table_elements
            ));
        }
        granted
    }

    fn refuse(&mut self, what: String) {
        self.refused = Some(what);
    }

    /// Before every entry into the guest: forgets what was refused. `hint` bounds memory until the next
    /// entry; what an instance starts with, and what another function made it grow to, stays.
    pub(crate) fn enter(&mut self, hint: Option<u64>) {
        self.hint = hint;
        self.refused = None;
    }

    /// The error of a guest that trapped with this message.
    pub(crate) fn trapped(&mut self, message: impl Into<String>) -> Error {
        let message = message.into();
        match self.refused.take() {
            Some(refused) => {
                Error::new(ErrorKind::MemoryLimitExceeded, format!("{refused} ({message})"))
            }
            None => Error::new(ErrorKind::Trap, message),
        }
    }
}

/// The error of a guest whose calls nested too deeply.
pub(crate) fn stack_exhausted(limits: &Limits) -> Error {
    Error::new(
        ErrorKind::StackExhausted,
        format!("the guest's calls nested deeper than {} bytes of stack", limits.stack_bytes),
    )
}

/// Refuses a guest that speaks another version of the contract.
pub(crate) fn check_version(found: u32) -> Result<(), Error> {
    if found == ABI_VERSION {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unsupported,
        format!(
            "fz_abi_version answered {found}, this host speaks {ABI_VERSION}: rebuild the plugin with a matching SDK"
        ),
    ))
}

/// Inspection has held the exports against the contract before.
pub(crate) fn missing(name: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("export `{name}` is not what inspection found"))
}
