//! The functions of a loaded module by name.

use crate::module::ModuleInfo;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};
use udf_abi::manifest::normalise_name;
use udf_columnar::{Error, ErrorKind, Signature};

/// A signature, or why the function cannot be called.
type Found = Result<Arc<Signature>, Error>;

/// Names and aliases of a module.
pub(crate) struct Functions {
    /// By name without case and prefixes.
    by_name: HashMap<String, Found>,
    /// By export, exactly as it is written, where the module is bare: its exports may differ in
    /// nothing but case.
    by_export: HashMap<String, Found>,
}

impl Functions {
    pub(crate) fn of(info: &ModuleInfo) -> Self {
        let mut functions = Self { by_name: HashMap::new(), by_export: HashMap::new() };
        for function in &info.manifest.disabled {
            let error = Error::new(ErrorKind::Unsupported, function.reason());
            let names = function.names().map(|name| (normalise_name(name), Err(error.clone())));
            functions.by_name.extend(names);
        }
        for function in &info.manifest.functions {
            let found =
                info.signature(function).map(|found| Arc::new(found.of_module(info.sha256)));
            if info.bare {
                functions.by_export.insert(function.export.clone(), found.clone());
            }
            for name in function.names() {
                match functions.by_name.entry(normalise_name(name)) {
                    Entry::Vacant(entry) => {
                        entry.insert(found.clone());
                    }
                    // Inspection admits this for aliases of one function, and for bare exports.
                    Entry::Occupied(mut entry) if info.bare => {
                        *entry.get_mut() = Err(ambiguous(name));
                    }
                    Entry::Occupied(_) => {}
                }
            }
        }
        functions
    }

    /// The function that a name stands for, if there is one.
    pub(crate) fn get(&self, name: &str) -> Option<Found> {
        let exact = self.by_export.get(name);
        exact.or_else(|| self.by_name.get(&normalise_name(name))).cloned()
    }
}

fn ambiguous(name: &str) -> Error {
    Error::new(
        ErrorKind::UnknownFunction,
        format!(
            "the module has several exports that differ from `{name}` in case or prefix only: write one exactly as it is exported"
        ),
    )
}
