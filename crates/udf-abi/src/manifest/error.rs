//! What can be wrong with a manifest.

use alloc::{format, string::String, sync::Arc, vec::Vec};
use core::fmt;

/// The rule that a manifest breaks, or what disables one of its functions. Fixtures and tools name rules by [`code`](Rule::code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// The section is not JSON, or not UTF-8.
    Json,
    /// The manifest is larger than [`MAX_MANIFEST_BYTES`](crate::exports::MAX_MANIFEST_BYTES), or has more values than
    /// [`MAX_MANIFEST_VALUES`](crate::exports::MAX_MANIFEST_VALUES).
    TooLarge,
    /// A field that must be there is not.
    Missing,
    /// A field holds a JSON value of the wrong type, or a number out of range.
    WrongType,
    /// `schema` is another one.
    Schema,
    /// `module.abi` is another version.
    Abi,
    /// `module.codec` is none that this version knows.
    Codec,
    /// `module.requires` names something this version does not have.
    Requires,
    /// A text that must not be empty is.
    Empty,
    /// A text starts or ends with white space.
    Padded,
    /// A text is longer than [`MAX_NAME_BYTES`](crate::exports::MAX_NAME_BYTES).
    TooLong,
    /// A function name is no name that a formula can hold.
    BadName,
    /// There are no functions.
    NoFunctions,
    /// There are more than [`MAX_FUNCTIONS`](crate::exports::MAX_FUNCTIONS) functions.
    TooManyFunctions,
    /// A function has more than [`MAX_ALIASES`](crate::exports::MAX_ALIASES) aliases, or those of a module
    /// are more than [`MAX_MODULE_ALIASES`](crate::exports::MAX_MODULE_ALIASES).
    TooManyAliases,
    /// Two functions share an id.
    DuplicateId,
    /// Two functions share an export.
    DuplicateExport,
    /// A name or alias stands for two functions, or twice for one.
    DuplicateName,
    /// Two parameters, or two returned columns, share a name.
    DuplicateParam,
    /// A function is exported under a name that the contract reserves.
    ReservedExport,
    /// `max_args` is less than `min_args`.
    Arity,
    /// The parameters contradict `min_args` or `max_args`.
    ParamsArity,
    /// A kind that does not exist: it disables the function.
    UnknownKind,
    /// A type that does not exist: it disables the function.
    UnknownType,
    /// A type that exists but that version 1 does not take: it disables the function.
    UnsupportedType,
    /// A shape that does not exist: it disables the function.
    UnknownShape,
    /// A field of a function, a parameter or a returned column that does not exist: it disables the function.
    UnknownField,
    /// A shape that the function's kind does not take.
    BadShape,
    /// A variadic parameter that is not the last one.
    VariadicNotLast,
    /// A default of a parameter that has none, or one of another type.
    Default,
    /// `returns` does not fit the kind of function.
    Returns,
    /// An example that the function's arity does not admit.
    Example,
    /// `volatile` and `deterministic` both true.
    Volatile,
    /// An export that the module does not have.
    ExportMissing,
    /// An export of another signature.
    ExportSignature,
}

impl Rule {
    /// The rule's name in fixtures, JSON output and documents.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::TooLarge => "too-large",
            Self::Missing => "missing",
            Self::WrongType => "wrong-type",
            Self::Schema => "schema",
            Self::Abi => "abi",
            Self::Codec => "codec",
            Self::Requires => "requires",
            Self::Empty => "empty",
            Self::Padded => "padded",
            Self::TooLong => "too-long",
            Self::BadName => "bad-name",
            Self::NoFunctions => "no-functions",
            Self::TooManyFunctions => "too-many-functions",
            Self::TooManyAliases => "too-many-aliases",
            Self::DuplicateId => "duplicate-id",
            Self::DuplicateExport => "duplicate-export",
            Self::DuplicateName => "duplicate-name",
            Self::DuplicateParam => "duplicate-param",
            Self::ReservedExport => "reserved-export",
            Self::Arity => "arity",
            Self::ParamsArity => "params-arity",
            Self::UnknownKind => "unknown-kind",
            Self::UnknownType => "unknown-type",
            Self::UnsupportedType => "unsupported-type",
            Self::UnknownShape => "unknown-shape",
            Self::UnknownField => "unknown-field",
            Self::BadShape => "bad-shape",
            Self::VariadicNotLast => "variadic-not-last",
            Self::Default => "default",
            Self::Returns => "returns",
            Self::Example => "example",
            Self::Volatile => "volatile",
            Self::ExportMissing => "export-missing",
            Self::ExportSignature => "export-signature",
        }
    }
}

/// One broken rule, or one reason why a function is disabled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The rule.
    pub rule: Rule,
    /// Path of the field, such as `functions[2].params[0].type`; empty for the whole manifest.
    pub field: String,
    /// What stands there, what is wanted, and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.field, self.message)
        }
    }
}

/// Every problem of a manifest, in the order of its fields; never empty.
///
/// Where it is no JSON, the parser's error is the [`source`](core::error::Error::source); the problem
/// holds its words.
#[derive(Clone, Debug)]
pub struct ManifestError {
    problems: Vec<Problem>,
    source: Option<Arc<serde_json::Error>>,
}

impl ManifestError {
    /// `Ok` where there are no problems.
    pub(super) fn check(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems, source: None }) }
    }

    pub(super) fn one(rule: Rule, field: &str, message: String) -> Self {
        let problems = alloc::vec![Problem { rule, field: field.into(), message }];
        Self { problems, source: None }
    }

    pub(super) fn json(error: serde_json::Error) -> Self {
        let message = format!("the manifest is not valid JSON: {error}");
        Self { source: Some(Arc::new(error)), ..Self::one(Rule::Json, "", message) }
    }

    /// The problems, at least one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl core::error::Error for ManifestError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Errors are equal that have the same problems.
impl PartialEq for ManifestError {
    fn eq(&self, other: &Self) -> bool {
        self.problems == other.problems
    }
}

impl Eq for ManifestError {}
