//! Plugins of a workbook: loaded, bound, unloaded; and the names of its callbacks.
//!
//! ```text
//! attach  bytes ──inspect, load──▶ module, by id
//! bind    a module's functions ──▶ names of formulas ([`Functions`])
//! ```
//!
//! An operation that fails has changed nothing.

mod folder;
mod info;
mod policy;
mod runtime;

pub use info::{WasmFunctionInfo, WasmModuleInfo};
pub use policy::{BindPolicy, OverridePolicy, WasmFunctionSpec};

use super::{
    Bound, CustomFnHandler, CustomFnInfo, CustomFnOptions, Functions,
    bound::Target,
    failure::cut,
    plugin::{Module, Plugin},
    registry::binding_key,
};
use crate::{Error, ErrorKind};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};
use udf_abi::manifest::Function;
use udf_backends::ModuleInfo;
use udf_columnar::{Limits, WasmUdfRuntime};

/// The plugins of a workbook, and the names that its formulas have for them and for callbacks.
///
/// ```
/// use formualizer_workbook::{CustomFnOptions, ExcelError, Value, WasmPluginManager};
/// use std::sync::Arc;
///
/// let mut plugins = WasmPluginManager::default();
/// let answer = |_: &[Value]| -> Result<Value, ExcelError> { Ok(Value::Number(42.0)) };
/// plugins.register_custom_function("answer", CustomFnOptions::default(), Arc::new(answer))?;
/// assert_eq!(plugins.list_custom_functions()[0].name, "ANSWER");
/// // A name is bound once.
/// let again = plugins.register_custom_function(" Answer ", CustomFnOptions::default(), Arc::new(answer));
/// assert!(again.is_err());
/// plugins.unregister_custom_function("ANSWER")?;
/// # Ok::<(), formualizer_workbook::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct WasmPluginManager {
    functions: Functions,
    /// What was bound when changes were last asked for.
    reported: Functions,
    /// `None` until the first module is attached, unless one was chosen.
    runtime: Option<Arc<dyn WasmUdfRuntime>>,
    /// By id in lower case.
    modules: BTreeMap<String, Attached>,
}

/// A loaded module of a workbook.
#[derive(Clone, Debug)]
struct Attached {
    id: String,
    bytes: Arc<[u8]>,
    info: Arc<ModuleInfo>,
    module: Arc<Module>,
}

impl WasmPluginManager {
    /// What a module says about itself. Nothing is compiled, run or kept.
    ///
    /// # Errors
    /// Where the module breaks the contract, with the mend in the message.
    pub fn inspect_wasm_module_bytes(&self, bytes: &[u8]) -> Result<WasmModuleInfo, Error> {
        let info = self.inspect(bytes)?;
        Ok(WasmModuleInfo::new(&info.manifest.module.id, &info, |_| Vec::new()))
    }

    /// The same of a file.
    ///
    /// # Errors
    /// As [`inspect_wasm_module_bytes`](Self::inspect_wasm_module_bytes), or where the file cannot be read.
    pub fn inspect_wasm_module_file(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<WasmModuleInfo, Error> {
        let path = path.as_ref();
        let bytes = folder::read(path, &self.limits())?;
        self.inspect_wasm_module_bytes(&bytes).map_err(|error| folder::named(path, error))
    }

    /// Loads a module and keeps it, under the id of its manifest. No name is bound.
    ///
    /// `module_id` may repeat the manifest's id, and names a module that has no manifest.
    ///
    /// # Errors
    /// Where the module breaks the contract, another one has its id, or `module_id` contradicts the
    /// manifest.
    pub fn attach_wasm_module_bytes(
        &mut self,
        module_id: Option<&str>,
        bytes: &[u8],
    ) -> Result<WasmModuleInfo, Error> {
        let key = self.attach(module_id, bytes)?;
        self.described(&key)
    }

    /// Loads a module, keeps it, and binds the names and aliases of its functions.
    ///
    /// # Errors
    /// As [`attach_wasm_module_bytes`](Self::attach_wasm_module_bytes), and where the policy refuses a
    /// name.
    pub fn register_wasm_module_bytes(
        &mut self,
        module_id: Option<&str>,
        bytes: &[u8],
        policy: BindPolicy,
    ) -> Result<WasmModuleInfo, Error> {
        self.atomically(|next| next.register(module_id, bytes, policy))
    }

    /// The same with a file.
    ///
    /// # Errors
    /// As [`register_wasm_module_bytes`](Self::register_wasm_module_bytes), or where the file cannot be
    /// read.
    pub fn register_wasm_module_file(
        &mut self,
        path: impl AsRef<Path>,
        policy: BindPolicy,
    ) -> Result<WasmModuleInfo, Error> {
        let path = path.as_ref();
        let bytes = folder::read(path, &self.limits())?;
        self.atomically(|next| next.register(None, &bytes, policy))
            .map_err(|error| folder::named(path, error))
    }

    /// The same with several modules, each with what errors call it: all of them or none.
    ///
    /// # Errors
    /// Those of the first module that is refused, which is named.
    pub fn register_wasm_modules(
        &mut self,
        modules: &[(&str, &[u8])],
        policy: BindPolicy,
    ) -> Result<Vec<WasmModuleInfo>, Error> {
        self.atomically(|next| {
            let register = |(name, bytes): &(&str, &[u8])| {
                next.register(None, bytes, policy).map_err(|error| error.context(name))
            };
            modules.iter().map(register).collect()
        })
    }

    /// The same with every file `*.wasm` directly in a folder, in the order of their names: all of them
    /// or none.
    ///
    /// # Errors
    /// Those of the first file that is refused, which is named.
    pub fn register_wasm_modules_dir(
        &mut self,
        folder: impl AsRef<Path>,
        policy: BindPolicy,
    ) -> Result<Vec<WasmModuleInfo>, Error> {
        let files = folder::modules(folder.as_ref())?;
        self.atomically(|next| {
            let each = files.iter().map(|path| next.register_wasm_module_file(path, policy));
            each.collect()
        })
    }

    /// The attached modules, by id.
    #[must_use]
    pub fn list_wasm_modules(&self) -> Vec<WasmModuleInfo> {
        self.modules.values().map(|attached| self.describe(attached)).collect()
    }

    /// Removes a module and everything that is bound to it.
    ///
    /// # Errors
    /// Where no module has this id.
    pub fn unregister_wasm_module(&mut self, module_id: &str) -> Result<(), Error> {
        let attached = self.attached(module_id)?;
        let (id, key) = (attached.id.clone(), attached.id.to_lowercase());
        self.modules.remove(&key);
        self.functions.unbind(|bound| bound.info.module_id.as_ref() == Some(&id));
        Ok(())
    }

    /// Binds a name to a function of an attached module. `false` where the policy leaves the name to
    /// what it has.
    ///
    /// # Errors
    /// Where there is no such module or function, this version cannot call it, or the name is not
    /// allowed or refused by the policy.
    pub fn bind_wasm_function(&mut self, spec: &WasmFunctionSpec) -> Result<bool, Error> {
        let attached = self.attached(&spec.module_id)?.clone();
        let name = spec.function.trim();
        let by_export = || attached.info.manifest.functions.iter().find(|f| f.export == name);
        let wanted = match attached.module.module.signature(name) {
            Ok(signature) => signature,
            Err(error) => match by_export() {
                Some(function) => {
                    attached.module.module.signature(&function.name).map_err(refused)?
                }
                None => return Err(refused(error)),
            },
        };
        let key = binding_key(&spec.name)?;
        if !self.functions.admits(&key, spec.policy)? {
            return Ok(false);
        }
        let options = options_of(wanted.function(), spec.policy);
        let info = CustomFnInfo { name: key, options, module_id: Some(attached.id) };
        self.functions.bind(info, Target::Plugin(Plugin::new(attached.module, wanted)));
        Ok(true)
    }

    /// Runs plugins on wasmtime: machine code, the engine that is taken unasked. All workbooks of the
    /// process share it.
    ///
    /// # Errors
    /// Where it is not compiled in (feature `wasmtime`), and as [`set_runtime`](Self::set_runtime).
    pub fn use_wasmtime_runtime(&mut self) -> Result<(), Error> {
        self.set_runtime(runtime::shared("wasmtime")?)
    }

    /// Runs plugins on wasmi: an interpreter, dozens of times slower. All workbooks of the process share
    /// it.
    ///
    /// # Errors
    /// Where it is not compiled in (feature `wasmi`), and as [`set_runtime`](Self::set_runtime).
    pub fn use_wasmi_runtime(&mut self) -> Result<(), Error> {
        self.set_runtime(runtime::shared("wasmi")?)
    }

    /// Runs plugins on this runtime, with its limits. Modules that are attached are loaded on it, all or
    /// none, and their bindings kept.
    ///
    /// # Errors
    /// Where it refuses a module; everything is then as it was.
    pub fn set_runtime(&mut self, runtime: Arc<dyn WasmUdfRuntime>) -> Result<(), Error> {
        if self.runtime.as_ref().is_some_and(|current| Arc::ptr_eq(current, &runtime)) {
            return Ok(());
        }
        self.atomically(|next| {
            next.runtime = Some(runtime.clone());
            let mut modules = HashMap::new();
            for attached in next.modules.values_mut() {
                let loaded = runtime.load(&attached.bytes).map_err(|error| {
                    refused(error.context(format_args!("module `{}`", attached.id)))
                })?;
                attached.module = Arc::new(Module::new(loaded));
                modules.insert(attached.id.clone(), attached.module.clone());
            }
            let bound: Vec<Arc<Bound>> =
                next.functions.iter().map(|(_, bound)| bound.clone()).collect();
            for bound in bound {
                let module = bound.info.module_id.as_ref().and_then(|id| modules.get(id));
                let (Some(module), Target::Plugin(plugin)) = (module, &bound.target) else {
                    continue;
                };
                let signature = module.module.signature(plugin.function_name()).map_err(refused)?;
                let target = Target::Plugin(Plugin::new(module.clone(), signature));
                next.functions.bind(bound.info.clone(), target);
            }
            Ok(())
        })
    }

    /// The runtime that plugins run on; `None` while it is left to the first module.
    #[must_use]
    pub fn runtime(&self) -> Option<&Arc<dyn WasmUdfRuntime>> {
        self.runtime.as_ref()
    }

    /// Binds a name to a function that is written in Rust. Spaces around it, its case and `_xlfn.` before
    /// it do not matter.
    ///
    /// # Errors
    /// Where the name is not allowed or bound already, is that of a built-in function that the options
    /// do not allow to override, or the options contradict themselves.
    pub fn register_custom_function(
        &mut self,
        name: &str,
        options: CustomFnOptions,
        handler: Arc<dyn CustomFnHandler>,
    ) -> Result<(), Error> {
        self.functions.register(name, options, handler)
    }

    /// Removes the binding of a name, to a callback or to a plugin's function. A built-in of that name is
    /// there again.
    ///
    /// # Errors
    /// Where the name is not bound.
    pub fn unregister_custom_function(&mut self, name: &str) -> Result<(), Error> {
        self.functions.unregister(name)
    }

    /// Everything that is bound, by name.
    #[must_use]
    pub fn list_custom_functions(&self) -> Vec<CustomFnInfo> {
        self.functions.iter().map(|(_, bound)| bound.info.clone()).collect()
    }

    /// What is bound now.
    pub(crate) fn functions(&self) -> &Functions {
        &self.functions
    }

    /// The function keys whose meaning changed since this was last asked, sorted: formulas that name
    /// them are to be calculated again.
    pub(crate) fn take_changed(&mut self) -> Vec<String> {
        let changed = self.reported.differences(&self.functions);
        self.reported = self.functions.clone();
        changed
    }

    /// Runs `change` on a copy, which takes the place of this one if it succeeds.
    fn atomically<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut next = self.clone();
        let done = change(&mut next)?;
        *self = next;
        Ok(done)
    }

    fn limits(&self) -> Limits {
        self.runtime.as_ref().map_or_else(Limits::default, |runtime| runtime.limits().clone())
    }

    fn inspect(&self, bytes: &[u8]) -> Result<ModuleInfo, Error> {
        udf_backends::inspect(bytes, &self.limits()).map_err(refused)
    }

    /// Loads a module and keeps it; its key.
    fn attach(&mut self, module_id: Option<&str>, bytes: &[u8]) -> Result<String, Error> {
        let info = self.inspect(bytes)?;
        let id = module_id_of(&info, module_id)?;
        let key = id.to_lowercase();
        if let Some(other) = self.modules.get(&key) {
            return Err(Error::new(
                ErrorKind::Plugin,
                format!("WASM module `{}` is already registered: unregister it first", other.id),
            ));
        }
        let runtime = match &self.runtime {
            Some(runtime) => runtime.clone(),
            None => runtime::default()?,
        };
        let module = Arc::new(Module::new(runtime.load(bytes).map_err(refused)?));
        self.runtime = Some(runtime);
        let attached = Attached { id, bytes: bytes.into(), info: Arc::new(info), module };
        self.modules.insert(key.clone(), attached);
        Ok(key)
    }

    fn register(
        &mut self,
        module_id: Option<&str>,
        bytes: &[u8],
        policy: BindPolicy,
    ) -> Result<WasmModuleInfo, Error> {
        let key = self.attach(module_id, bytes)?;
        self.bind_all(&key, policy)?;
        self.described(&key)
    }

    /// Binds the names and aliases of a module's functions.
    fn bind_all(&mut self, key: &str, policy: BindPolicy) -> Result<(), Error> {
        let Some(attached) = self.modules.get(key).cloned() else { return Ok(()) };
        let functions = &attached.info.manifest.functions;
        // Exports of a bare module may be no names for formulas, or differ in case only.
        let mut names: BTreeMap<String, Vec<(&Function, &str)>> = BTreeMap::new();
        for function in functions {
            for name in function.names() {
                match binding_key(name) {
                    Ok(key) => names.entry(key).or_default().push((function, name)),
                    Err(_) if attached.info.bare => {}
                    Err(error) => return Err(error),
                }
            }
        }
        for (name, claims) in names {
            let (function, spelled) = match claims.as_slice() {
                [(function, spelled), rest @ ..]
                    if rest.iter().all(|(other, _)| other.id == function.id) =>
                {
                    (*function, *spelled)
                }
                _ if attached.info.bare => continue,
                _ => {
                    return Err(Error::new(
                        ErrorKind::Plugin,
                        format!("module `{}` has several functions `{name}`", attached.id),
                    ));
                }
            };
            if !self.functions.admits(&name, policy)? {
                continue;
            }
            let (options, target) = match attached.module.module.signature(spelled) {
                Ok(signature) => (
                    options_of(signature.function(), policy),
                    Target::Plugin(Plugin::new(attached.module.clone(), signature)),
                ),
                Err(error) => (options_of(function, policy), Target::Disabled(error.to_string())),
            };
            let info = CustomFnInfo { name, options, module_id: Some(attached.id.clone()) };
            self.functions.bind(info, target);
        }
        // So that a cell which calls one says why it cannot be called.
        for function in &attached.info.manifest.disabled {
            for name in function.names() {
                let name = binding_key(name)?;
                if self.functions.admits(&name, policy)? {
                    let options = CustomFnOptions {
                        allow_override_builtin: policy.builtins == OverridePolicy::Override,
                        ..CustomFnOptions::default()
                    };
                    let info = CustomFnInfo { name, options, module_id: Some(attached.id.clone()) };
                    self.functions.bind(info, Target::Disabled(function.reason()));
                }
            }
        }
        Ok(())
    }

    fn attached(&self, module_id: &str) -> Result<&Attached, Error> {
        self.modules.get(&module_id.trim().to_lowercase()).ok_or_else(|| {
            let known: Vec<_> =
                self.modules.values().map(|attached| attached.id.as_str()).collect();
            let known = match known.as_slice() {
                [] => "none is".to_owned(),
                known => known.join(", "),
            };
            let shown = cut(module_id.to_owned(), 80);
            Error::new(
                ErrorKind::Plugin,
                format!("WASM module `{shown}` is not registered (registered: {known})"),
            )
        })
    }

    fn described(&self, key: &str) -> Result<WasmModuleInfo, Error> {
        self.attached(key).map(|attached| self.describe(attached))
    }

    fn describe(&self, attached: &Attached) -> WasmModuleInfo {
        let mut names: HashMap<&str, Vec<String>> = HashMap::new();
        for (key, bound) in self.functions.iter() {
            if bound.info.module_id.as_ref() == Some(&attached.id)
                && let Target::Plugin(plugin) = &bound.target
            {
                names.entry(plugin.function_name()).or_default().push(key.to_owned());
            }
        }
        WasmModuleInfo::new(&attached.id, &attached.info, |function| {
            names.get(function.name.as_str()).cloned().unwrap_or_default()
        })
    }
}

/// The id of a module: the manifest's, or the caller's where there is no manifest.
fn module_id_of(info: &ModuleInfo, given: Option<&str>) -> Result<String, Error> {
    let own = &info.manifest.module.id;
    let Some(given) = given else { return Ok(own.clone()) };
    if given.is_empty() || given.trim() != given {
        return Err(Error::new(
            ErrorKind::Plugin,
            format!("`{given}` is no id for a module: it is empty or has spaces around it"),
        ));
    }
    if info.bare {
        return Ok(given.to_owned());
    }
    match own.to_lowercase() == given.to_lowercase() {
        true => Ok(own.clone()),
        false => Err(Error::new(
            ErrorKind::Plugin,
            format!(
                "the module is `{own}` by its manifest, but `{}` was asked for: register it as `{own}`, or give no id",
                cut(given.to_owned(), 80)
            ),
        )),
    }
}

fn options_of(function: &Function, policy: BindPolicy) -> CustomFnOptions {
    CustomFnOptions {
        min_args: function.min_args as usize,
        max_args: function.max_args.map(|max| max as usize),
        volatile: function.volatile,
        thread_safe: true,
        deterministic: function.deterministic,
        allow_override_builtin: policy.builtins == OverridePolicy::Override,
    }
}

/// What a runtime refuses, as this crate's error.
fn refused(error: udf_columnar::Error) -> Error {
    Error::new(ErrorKind::Plugin, error.to_string()).with_source(error)
}
