//! What is wrong with a function, whether or not all ways of running it agree on that.

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Which rule: stable, for programs.
    pub(crate) code: Code,
    /// What happened, with the call that shows it.
    pub(crate) message: String,
}

/// Which rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// An answer breaks the contract.
    InvalidResult,
    /// Every ordinary row traps.
    AlwaysTraps,
    /// No ordinary row gives a value, and no example does.
    NoValue,
    /// An ordinary row runs out of time, memory or stack.
    Limit,
    /// Calls fail before or beside the function.
    NotCallable,
    /// No row reaches the guest.
    NeverCalled,
    /// The guest does not apply the manifest's default.
    Default,
    /// An argument left out is one thing here and another there.
    Omitted,
}

impl Code {
    /// As reports write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::InvalidResult => "invalid-result",
            Self::AlwaysTraps => "always-traps",
            Self::NoValue => "no-value",
            Self::Limit => "limit",
            Self::NotCallable => "not-callable",
            Self::NeverCalled => "never-called",
            Self::Default => "default",
            Self::Omitted => "omitted",
        }
    }

    /// What to do about it.
    pub(crate) const fn mend(self) -> &'static str {
        match self {
            Self::InvalidResult => {
                "docs/abi.md, \"Results\" and \"What the host checks\", says what an answer must be"
            }
            Self::AlwaysTraps => {
                "answer an error for arguments that the function does not take; a trap is for what cannot happen"
            }
            Self::NoValue => "give the function an example whose result is a value",
            Self::Limit => {
                "bound loops, recursion and allocations by the rows; look for an allocator that frees nothing"
            }
            Self::NotCallable => "`fzudf check` holds the module against the contract",
            Self::NeverCalled => {
                "a null in a parameter that is not optional decides the row: make the parameter optional, or give it another type"
            }
            Self::Default => {
                "apply the default in the function, where the argument is left out or null; or correct the manifest"
            }
            Self::Omitted => {
                "treat as one: an argument of kind 0, one that does not stand in the frame, and (unless the type is any or error) null"
            }
        }
    }
}

impl Problem {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
