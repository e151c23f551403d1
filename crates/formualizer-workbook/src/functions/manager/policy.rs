//! What becomes of names that are taken.

/// What becomes of a name that is taken when something else is to be bound to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OverridePolicy {
    /// The whole operation is an error and changes nothing.
    #[default]
    Refuse,
    /// The name stays with what it has; other names are bound.
    Skip,
    /// The name is bound anew.
    Override,
}

/// What becomes of names that are taken: by built-in functions, and by other plugins and callbacks.
///
/// A built-in that was overridden is there again when the binding goes; a plugin or callback that was
/// overridden is not. A name is taken in these two ways and no other, so that the policy may be written as a literal.
///
/// ```
/// use formualizer_workbook::{BindPolicy, OverridePolicy};
/// let policy = BindPolicy { builtins: OverridePolicy::Skip, ..BindPolicy::default() };
/// assert_eq!(policy.bindings, OverridePolicy::Refuse);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BindPolicy {
    /// Names of built-in functions.
    pub builtins: OverridePolicy,
    /// Names of functions that were bound before.
    pub bindings: OverridePolicy,
}

impl BindPolicy {
    /// Any name that is taken makes the whole operation an error.
    pub const REFUSE: Self =
        Self { builtins: OverridePolicy::Refuse, bindings: OverridePolicy::Refuse };
    /// Names that are taken stay with what they have.
    pub const SKIP: Self = Self { builtins: OverridePolicy::Skip, bindings: OverridePolicy::Skip };
    /// Every name is bound anew.
    pub const OVERRIDE: Self =
        Self { builtins: OverridePolicy::Override, bindings: OverridePolicy::Override };
}

/// A function of a module, to be bound under a name of the caller's choice.
///
/// ```
/// use formualizer_workbook::WasmFunctionSpec;
/// let spec = WasmFunctionSpec::new("MY_CALL", "formualizer.finance", "BS_CALL");
/// assert_eq!(spec.name, "MY_CALL");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WasmFunctionSpec {
    /// The name in formulas.
    pub name: String,
    /// The id of an attached module, in any case.
    pub module_id: String,
    /// The function's name, alias or export.
    pub function: String,
    /// What becomes of the name if it is taken.
    pub policy: BindPolicy,
}

impl WasmFunctionSpec {
    /// Binds `name` to a function of a module, where the name is free.
    pub fn new(
        name: impl Into<String>,
        module_id: impl Into<String>,
        function: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            module_id: module_id.into(),
            function: function.into(),
            policy: BindPolicy::default(),
        }
    }

    /// Sets [`policy`](Self::policy).
    #[must_use]
    pub fn policy(mut self, policy: BindPolicy) -> Self {
        self.policy = policy;
        self
    }
}
