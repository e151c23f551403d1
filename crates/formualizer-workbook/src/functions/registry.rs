//! The names of a workbook's functions.
//!
//! Bindings come before built-ins; when a binding goes, the built-in of that name is there again.

use super::{
    Bound, CustomFnHandler, CustomFnInfo, CustomFnOptions,
    bound::Target,
    callback::Callback,
    manager::{BindPolicy, OverridePolicy},
};
use crate::{Error, ErrorKind, formula::function_key};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Most bytes of a function's name.
const NAME_BYTES: usize = 255;

/// The functions that are bound in a workbook. A clone is a snapshot that shares everything.
#[derive(Clone, Debug)]
pub(crate) struct Functions {
    /// The same for all snapshots of one workbook.
    id: u64,
    revision: u64,
    by_key: Arc<BTreeMap<String, Arc<Bound>>>,
}

impl Default for Functions {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), revision: 0, by_key: Arc::default() }
    }
}

/// A number that no snapshot had, in whatever workbook and however often it was undone.
fn next_revision() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Functions {
    /// The function of this name, written as [`function_key`] writes it.
    pub(crate) fn get(&self, key: &str) -> Option<&Arc<Bound>> {
        self.by_key.get(key)
    }

    /// Another one after every change of bindings; equal revisions have equal bindings.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Tells workbooks apart, for [`is_calling`](super::is_calling).
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Everything that is bound, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Arc<Bound>)> {
        self.by_key.iter().map(|(key, bound)| (key.as_str(), bound))
    }

    /// The keys that are bound to something else in `other`, or only in one of the two.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let differs = |key: &String| match (self.get(key), other.get(key)) {
            (Some(a), Some(b)) => !Arc::ptr_eq(a, b),
            _ => true,
        };
        let mut keys: Vec<String> =
            self.by_key.keys().chain(other.by_key.keys()).filter(|k| differs(k)).cloned().collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Whether the name is free for a binding under this policy; `Ok(false)` where the policy leaves
    /// things as they are.
    pub(super) fn admits(&self, key: &str, policy: BindPolicy) -> Result<bool, Error> {
        let admit = |taken: bool, policy: OverridePolicy, refusal: &dyn Fn() -> String| match policy
        {
            _ if !taken => Ok(true),
            OverridePolicy::Override => Ok(true),
            OverridePolicy::Skip => Ok(false),
            OverridePolicy::Refuse => Err(Error::new(ErrorKind::Function, refusal())),
        };
        let bound = self.get(key);
        let free = admit(bound.is_some(), policy.bindings, &|| {
            let owner = bound.and_then(|bound| bound.info.module_id.as_deref());
            let owner = owner.map_or("a callback".to_owned(), |id| format!("module `{id}`"));
            format!(
                "Custom function {key} is already registered (by {owner}): unregister it first, or bind under another name"
            )
        })?;
        let over = admit(is_builtin(key), policy.builtins, &|| {
            format!(
                "Custom function {key} conflicts with a global function; set allow_override_builtin=true (or the policy for built-ins) to override"
            )
        })?;
        Ok(free && over)
    }

    /// Binds a name to a function, whatever it was bound to.
    pub(super) fn bind(&mut self, info: CustomFnInfo, target: Target) {
        let key = info.name.clone();
        let bound = Bound { info, registry: self.id, target };
        Arc::make_mut(&mut self.by_key).insert(key, Arc::new(bound));
        self.revision = next_revision();
    }

    /// Removes the bindings that `gone` holds for.
    pub(super) fn unbind(&mut self, gone: impl Fn(&Bound) -> bool) {
        if self.by_key.values().any(|bound| gone(bound)) {
            Arc::make_mut(&mut self.by_key).retain(|_, bound| !gone(bound));
            self.revision = next_revision();
        }
    }

    /// Binds a callback.
    pub(super) fn register(
        &mut self,
        name: &str,
        options: CustomFnOptions,
        handler: Arc<dyn CustomFnHandler>,
    ) -> Result<(), Error> {
        let key = binding_key(name)?;
        options.check(&key)?;
        let builtins = match options.allow_override_builtin {
            true => OverridePolicy::Override,
            false => OverridePolicy::Refuse,
        };
        self.admits(&key, BindPolicy { builtins, bindings: OverridePolicy::Refuse })?;
        let info = CustomFnInfo { name: key, options: options.clone(), module_id: None };
        self.bind(info, Target::Callback(Callback::new(handler, options)));
        Ok(())
    }

    /// Removes one binding.
    pub(super) fn unregister(&mut self, name: &str) -> Result<(), Error> {
        let key = function_key(name);
        if self.get(&key).is_none() {
            return Err(Error::new(
                ErrorKind::Function,
                format!("Custom function {key} is not registered"),
            ));
        }
        self.unbind(|bound| bound.info.name == key);
        Ok(())
    }
}

/// The key of a name that something is to be bound to.
///
/// # Errors
/// Where a formula cannot call a function by this name.
pub(super) fn binding_key(name: &str) -> Result<String, Error> {
    let key = function_key(name);
    let mut chars = key.chars();
    let callable = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        && key.len() <= NAME_BYTES;
    if callable {
        return Ok(key);
    }
    let shown = super::failure::cut(name.trim().to_owned(), 80);
    Err(Error::new(
        ErrorKind::Function,
        format!(
            "`{shown}` is no name for a function: a letter or `_` first, then letters, digits, `_` and `.`, at most {NAME_BYTES} bytes"
        ),
    ))
}

/// Whether there is a built-in function of this name.
pub(crate) fn is_builtin(key: &str) -> bool {
    formualizer_functions::find(key).is_some()
}
