//! What every engine enforces and says alike: growth within the limits, and what stopped a guest.

use udf_abi::ABI_VERSION;
use udf_columnar::{Error, ErrorKind, Limits};

/// Decides on the growth of one instance and remembers what it refused: a guest that traps
/// afterwards lacked memory.
pub(crate) struct Growth {
    memory_bytes: u64,
    table_elements: u64,
    /// Bytes of memory that were asked for last.
    desired: usize,
    /// The growth that was refused last.
    refused: Option<String>,
}

impl Growth {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_bytes: limits.memory_bytes,
            table_elements: limits.table_elements,
            desired: 0,
            refused: None,
        }
    }

    /// Whether memory may grow to this many bytes.
    pub(crate) fn memory(&mut self, desired: usize) -> bool {
        let granted = desired as u64 <= self.memory_bytes;
        self.desired = desired;
        if !granted {
            self.refuse(format!(
                "the guest asked for {desired} bytes of memory, the limit is {}",
                self.memory_bytes
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

    /// Notes that the machine did not have what was granted last.
    #[cfg(feature = "wasmtime")]
    pub(crate) fn lacked(&mut self) {
        self.refuse(format!(
            "the guest asked for {} bytes of memory, which its limit allows and this machine does not have",
            self.desired
        ));
    }

    fn refuse(&mut self, what: String) {
        self.refused = Some(what);
    }

    /// Forgets what was refused; before every entry into the guest.
    pub(crate) fn forget(&mut self) {
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
