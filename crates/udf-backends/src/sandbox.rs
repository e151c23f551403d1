//! What every engine enforces and says alike: growth within the limits, and what stopped a guest.

use crate::module::ModuleInfo;
use udf_abi::{ABI_VERSION, exports::PAGE_BYTES};
use udf_columnar::{Error, ErrorKind, Limits};

/// What an instance may grow to: its module's own maxima, within the limits.
#[derive(Clone)]
pub(crate) struct Bounds {
    memory: Bound,
    table: Bound,
}

#[derive(Clone, Copy)]
struct Bound {
    /// The host's.
    limit: u64,
    /// What the module itself declares.
    declared: Option<u64>,
    /// What 32 bits can count. Engines refuse more by themselves, some without asking.
    countable: u64,
}

#[cfg(feature = "js")]
impl Bound {
    /// The most that it admits.
    fn most(self, hint: Option<u64>) -> u64 {
        let bounds = [self.declared, hint, Some(self.countable)];
        bounds.into_iter().flatten().fold(self.limit, u64::min)
    }
}

impl Bounds {
    pub(crate) fn new(limits: &Limits, info: &ModuleInfo) -> Self {
        let declared = info.memory_max_pages.map(|pages| pages.saturating_mul(PAGE_BYTES));
        Self {
            memory: Bound { limit: limits.memory_bytes, declared, countable: 1 << 32 },
            table: Bound {
                limit: limits.table_elements,
                declared: info.table_max,
                countable: u64::from(u32::MAX),
            },
        }
    }
}

/// Decides on the growth of one instance and remembers what it refused: a guest that traps
/// afterwards lacked memory.
pub(crate) struct Growth {
    bounds: Bounds,
    /// The memory that the called function's own hint allows, where it has one.
    hint: Option<u64>,
    /// Bytes of memory that were asked for last.
    desired: u64,
    /// The growth that was refused last.
    refused: Option<Refused>,
}

/// A refused growth, in words.
struct Refused {
    kind: ErrorKind,
    what: String,
}

impl Growth {
    pub(crate) fn new(bounds: &Bounds) -> Self {
        Self { bounds: bounds.clone(), hint: None, desired: 0, refused: None }
    }

    /// Whether memory may grow to this many bytes.
    pub(crate) fn memory(&mut self, desired: u64) -> bool {
        self.desired = desired;
        self.decide(self.bounds.memory, self.hint, desired, |desired| {
            format!("{desired} bytes of memory")
        })
    }

    /// Whether a table may grow to this many elements.
    pub(crate) fn table(&mut self, desired: u64) -> bool {
        self.decide(self.bounds.table, None, desired, |desired| {
            format!("a table of {desired} elements")
        })
    }

    /// The module's own maximum comes first: where that refuses, no limit helps.
    fn decide(
        &mut self,
        bound: Bound,
        hint: Option<u64>,
        desired: u64,
        show: impl Fn(u64) -> String,
    ) -> bool {
        let (kind, why) = match bound.declared {
            _ if desired > bound.countable => return false,
            Some(most) if desired > most => {
                (ErrorKind::Trap, format!("its own module declares at most {most}"))
            }
            _ => match hint {
                Some(hint) if hint < bound.limit && desired > hint => (
                    ErrorKind::MemoryLimitExceeded,
                    format!("the function's own hint `memory` is {hint}"),
                ),
                _ if desired > bound.limit => {
                    (ErrorKind::MemoryLimitExceeded, format!("the limit is {}", bound.limit))
                }
                _ => return true,
            },
        };
        let what = format!("the guest asked for {}, {why}", show(desired));
        self.refused = Some(Refused { kind, what });
        false
    }

    /// The bytes of memory and the elements of a table that it grants, for engines that ask here only after they have refused.
    #[cfg(feature = "js")]
    pub(crate) fn most(&self) -> (u64, u64) {
        (self.bounds.memory.most(self.hint), self.bounds.table.most(None))
    }

    /// Notes that the machine did not have what was granted last.
    #[cfg(any(feature = "wasmtime", feature = "js"))]
    pub(crate) fn lacked(&mut self) {
        let what = format!(
            "the guest asked for {} bytes of memory, which its limit allows and this machine does not have",
            self.desired
        );
        self.refused = Some(Refused { kind: ErrorKind::MemoryLimitExceeded, what });
    }

    /// Before every entry into the guest: forgets what was refused. `hint` bounds memory until the next
    /// entry; what an instance starts with, and what another function made it grow to, stays.
    pub(crate) fn enter(&mut self, hint: Option<u64>) {
        self.hint = hint;
        self.refused = None;
    }

    /// The error of an `fz_alloc` that answered 0 for so many bytes, where growth was refused to it.
    pub(crate) fn refused_alloc(&mut self, len: u32) -> Option<Error> {
        let Refused { kind, what } = self.refused.take()?;
        Some(Error::new(kind, format!("fz_alloc refused {len} bytes: {what}")))
    }

    /// The error of a guest that trapped with this message.
    pub(crate) fn trapped(&mut self, message: impl Into<String>) -> Error {
        let message = message.into();
        match self.refused.take() {
            Some(Refused { kind, what }) => Error::new(kind, format!("{what} ({message})")),
            None => Error::new(ErrorKind::Trap, message),
        }
    }
}

/// The error of a guest whose calls nested too deeply.
#[cfg(any(feature = "wasmtime", feature = "wasmi"))]
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
