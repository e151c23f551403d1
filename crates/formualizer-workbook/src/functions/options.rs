//! Arity and traits of a function, the same for plugins and callbacks.

use crate::{Error, ErrorKind, Value};
use formualizer_common::{ExcelError, ExcelErrorKind};

/// How a callback may be called. It is written as a literal, as with Formualizer: end it with
/// `..CustomFnOptions::default()`, since there may be more to say one day.
///
/// ```
/// use formualizer_workbook::CustomFnOptions;
/// let options = CustomFnOptions { min_args: 1, max_args: Some(2), ..CustomFnOptions::default() };
/// assert!(options.deterministic && !options.thread_safe);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomFnOptions {
    /// Fewest arguments.
    pub min_args: usize,
    /// Most arguments; `None` for any number.
    pub max_args: Option<usize>,
    /// Whether it is called again at every recalculation, like `NOW`.
    pub volatile: bool,
    /// Whether it may be called on several threads at once. Otherwise calls come one after the other.
    pub thread_safe: bool,
    /// Whether equal arguments give equal results: a call whose arguments are the same for many cells is
    /// then made once.
    pub deterministic: bool,
    /// Whether it may take the place of a built-in function of the same name.
    pub allow_override_builtin: bool,
}

impl Default for CustomFnOptions {
    fn default() -> Self {
        Self {
            min_args: 0,
            max_args: None,
            volatile: false,
            thread_safe: false,
            deterministic: true,
            allow_override_builtin: false,
        }
    }
}

/// A function that is bound in a workbook, plugin or callback.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomFnInfo {
    /// The name in formulas, in upper case.
    pub name: String,
    /// How it may be called.
    pub options: CustomFnOptions,
    /// The id of the plugin that it comes from; `None` for a callback.
    pub module_id: Option<String>,
}

impl CustomFnOptions {
    /// # Errors
    /// Where the most arguments are fewer than the fewest.
    pub(super) fn check(&self, name: &str) -> Result<(), Error> {
        match self.max_args {
            Some(max) if max < self.min_args => Err(Error::new(
                ErrorKind::Function,
                format!(
                    "{name} would take at least {} and at most {max} arguments: raise max_args or lower min_args",
                    self.min_args
                ),
            )),
            _ => Ok(()),
        }
    }

    /// The error of a call with so many arguments, if there is one. The wording is upstream's.
    pub(super) fn refuses(&self, name: &str, given: usize) -> Option<Value> {
        let (bound, limit) = match self.max_args {
            _ if given < self.min_args => ("least", self.min_args),
            Some(max) if given > max => ("most", max),
            _ => return None,
        };
        let message = format!("{name} expects at {bound} {limit} argument(s), got {given}");
        Some(Value::Error(ExcelError::new(ExcelErrorKind::Value).with_message(message)))
    }
}
