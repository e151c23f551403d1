//! What a failure becomes: the one table of the contract's section of that name.

use crate::ErrorKind;
use udf_abi::ErrorCode;

/// When a failure shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// While the module is inspected, validated or compiled.
    Module,
    /// While a call is bound to its function, before the guest runs.
    Bind,
    /// While the guest runs or its answer is read.
    Call,
}

/// How one kind of failure is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Treatment {
    /// When it shows.
    pub phase: Phase,
    /// What a spreadsheet cell shows.
    pub cell: ErrorCode,
    /// Whether an elementwise batch of a deterministic function is halved down to the rows that
    /// fail. Memory and stack belong here too: otherwise what a row gives would depend on the
    /// batch it happens to be in.
    pub halves: bool,
    /// Whether the instance it happened on may serve another call.
    pub keeps_instance: bool,
}

/// The treatment of a kind of failure.
#[must_use]
pub fn treatment(kind: ErrorKind) -> Treatment {
    use ErrorKind as K;
    let (phase, cell, halves, keeps_instance) = match kind {
        K::InvalidModule | K::InvalidManifest => (Phase::Module, ErrorCode::Name, false, true),
        K::Unsupported => (Phase::Module, ErrorCode::NotImplemented, false, true),
        K::UnknownFunction => (Phase::Bind, ErrorCode::Name, false, true),
        K::Arity | K::InvalidArgument | K::TooLarge => (Phase::Bind, ErrorCode::Value, false, true),
        K::Function(code) => (Phase::Call, code, true, true),
        K::Trap | K::MemoryLimitExceeded | K::StackExhausted => {
            (Phase::Call, ErrorCode::Value, true, false)
        }
        K::Cancelled => (Phase::Call, ErrorCode::Cancelled, false, false),
        K::DeadlineExceeded | K::InvalidResult | K::Busy | K::Internal => {
            (Phase::Call, ErrorCode::Value, false, false)
        }
    };
    Treatment { phase, cell, halves, keeps_instance }
}
