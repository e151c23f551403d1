//! Functions of the workbook's own: plugins and callbacks. What they are called in formulas comes before the built-ins.

use super::Workbook;
use crate::{
    BindPolicy, CustomFnHandler, CustomFnInfo, CustomFnOptions, Error, FunctionDetails,
    WasmFunctionSpec, WasmModuleInfo, WasmPluginManager, WasmUdfRuntime, functions::details,
};
use std::{path::Path, sync::Arc};

impl Workbook {
    /// What a module says about itself. Nothing is compiled, run or kept.
    ///
    /// # Errors
    /// As [`WasmPluginManager::inspect_wasm_module_bytes`].
    pub fn inspect_wasm_module_bytes(&self, bytes: &[u8]) -> Result<WasmModuleInfo, Error> {
        self.plugins.inspect_wasm_module_bytes(bytes)
    }

    /// The same of a file.
    ///
    /// # Errors
    /// As [`WasmPluginManager::inspect_wasm_module_file`].
    pub fn inspect_wasm_module_file(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<WasmModuleInfo, Error> {
        self.plugins.inspect_wasm_module_file(path)
    }

    /// Loads a module and keeps it; no name is bound.
    ///
    /// # Errors
    /// As [`WasmPluginManager::attach_wasm_module_bytes`].
    pub fn attach_wasm_module_bytes(
        &mut self,
        module_id: Option<&str>,
        bytes: &[u8],
    ) -> Result<WasmModuleInfo, Error> {
        self.with_plugins(|plugins| plugins.attach_wasm_module_bytes(module_id, bytes))
    }

    /// Loads a module, keeps it under the id of its manifest, and binds the names and aliases of its functions. The policy says
    /// what becomes of names that are taken.
    ///
    /// # Errors
    /// As [`WasmPluginManager::register_wasm_module_bytes`]; nothing has changed then.
    pub fn register_wasm_module_bytes(
        &mut self,
        bytes: &[u8],
        policy: BindPolicy,
    ) -> Result<WasmModuleInfo, Error> {
        self.with_plugins(|plugins| plugins.register_wasm_module_bytes(None, bytes, policy))
    }

    /// The same under an id that the caller gives: the manifest's, or any where a module has no manifest.
    ///
    /// # Errors
    /// As [`WasmPluginManager::register_wasm_module_bytes`]; nothing has changed then.
    pub fn register_wasm_module_bytes_as(
        &mut self,
        module_id: &str,
        bytes: &[u8],
        policy: BindPolicy,
    ) -> Result<WasmModuleInfo, Error> {
        self.with_plugins(|plugins| {
            plugins.register_wasm_module_bytes(Some(module_id), bytes, policy)
        })
    }

    /// Loads a module from a file and binds its functions.
    ///
    /// # Errors
    /// As [`WasmPluginManager::register_wasm_module_file`]; nothing has changed then.
    pub fn register_wasm_module_file(
        &mut self,
        path: impl AsRef<Path>,
        policy: BindPolicy,
    ) -> Result<WasmModuleInfo, Error> {
        self.with_plugins(|plugins| plugins.register_wasm_module_file(path, policy))
    }

    /// Loads several modules, each with what errors call it, all or none.
    ///
    /// # Errors
    /// As [`WasmPluginManager::register_wasm_modules`], naming the module; nothing has changed then.
    pub fn register_wasm_modules(
        &mut self,
        modules: &[(&str, &[u8])],
        policy: BindPolicy,
    ) -> Result<Vec<WasmModuleInfo>, Error> {
        self.with_plugins(|plugins| plugins.register_wasm_modules(modules, policy))
    }

    /// Loads every `*.wasm` file directly in a folder, in the order of their names, all or none.
    ///
    /// # Errors
    /// As [`WasmPluginManager::register_wasm_modules_dir`], naming the file; nothing has changed then.
    pub fn register_wasm_modules_dir(
        &mut self,
        folder: impl AsRef<Path>,
        policy: BindPolicy,
    ) -> Result<Vec<WasmModuleInfo>, Error> {
        self.with_plugins(|plugins| plugins.register_wasm_modules_dir(folder, policy))
    }

    /// The attached modules, by id.
    #[must_use]
    pub fn list_wasm_modules(&self) -> Vec<WasmModuleInfo> {
        self.plugins.list_wasm_modules()
    }

    /// Removes a module and all its bindings: formulas that used them find built-ins of those names, or become
    /// `#NAME?`.
    ///
    /// # Errors
    /// Where no module has this id.
    pub fn unregister_wasm_module(&mut self, module_id: &str) -> Result<(), Error> {
        self.with_plugins(|plugins| plugins.unregister_wasm_module(module_id))
    }

    /// Binds a name to a function of an attached module. `false` where the policy leaves the name to what it has.
    ///
    /// # Errors
    /// As [`WasmPluginManager::bind_wasm_function`].
    pub fn bind_wasm_function(&mut self, spec: &WasmFunctionSpec) -> Result<bool, Error> {
        self.with_plugins(|plugins| plugins.bind_wasm_function(spec))
    }

    /// Another name of [`bind_wasm_function`](Self::bind_wasm_function).
    ///
    /// # Errors
    /// As there.
    pub fn register_wasm_function(&mut self, spec: &WasmFunctionSpec) -> Result<bool, Error> {
        self.bind_wasm_function(spec)
    }

    /// Runs plugins on wasmtime: machine code, the engine that is taken unasked.
    ///
    /// # Errors
    /// As [`WasmPluginManager::use_wasmtime_runtime`].
    pub fn use_wasmtime_runtime(&mut self) -> Result<(), Error> {
        self.with_plugins(WasmPluginManager::use_wasmtime_runtime)
    }

    /// Runs plugins on wasmi: an interpreter.
    ///
    /// # Errors
    /// As [`WasmPluginManager::use_wasmi_runtime`].
    pub fn use_wasmi_runtime(&mut self) -> Result<(), Error> {
        self.with_plugins(WasmPluginManager::use_wasmi_runtime)
    }

    /// Runs plugins on this runtime, with its limits. Attached modules are loaded on it, all or none.
    ///
    /// # Errors
    /// As [`WasmPluginManager::set_runtime`].
    pub fn set_runtime(&mut self, runtime: Arc<dyn WasmUdfRuntime>) -> Result<(), Error> {
        self.with_plugins(|plugins| plugins.set_runtime(runtime))
    }

    /// Binds a name to a function that is written in Rust: a callback.
    ///
    /// # Errors
    /// As [`WasmPluginManager::register_custom_function`].
    pub fn register_custom_function(
        &mut self,
        name: &str,
        options: CustomFnOptions,
        handler: Arc<dyn CustomFnHandler>,
    ) -> Result<(), Error> {
        self.with_plugins(|plugins| plugins.register_custom_function(name, options, handler))
    }

    /// Removes the binding of a name, to a callback or to a plugin's function.
    ///
    /// # Errors
    /// Where the name is not bound.
    pub fn unregister_custom_function(&mut self, name: &str) -> Result<(), Error> {
        self.with_plugins(|plugins| plugins.unregister_custom_function(name))
    }

    /// Everything that is bound, by name.
    #[must_use]
    pub fn list_custom_functions(&self) -> Vec<CustomFnInfo> {
        self.plugins.list_custom_functions()
    }

    /// What is known of the function that a name means in formulas: one that is bound before a built-in. `None` where there is none.
    ///
    /// Of plugins it is what the manifest says; of built-ins and callbacks, how many arguments they take.
    #[must_use]
    pub fn function_details(&self, name: &str) -> Option<FunctionDetails> {
        details(name, &self.book.functions)
    }

    /// Changes what is bound; exactly the formulas that name what changed are to be calculated again. What fails
    /// has changed nothing, and is no edit that could be undone.
    fn with_plugins<T>(
        &mut self,
        change: impl FnOnce(&mut WasmPluginManager) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.not_within_a_callback()?;
        let mut plugins = self.plugins.clone();
        let result = change(&mut plugins)?;
        self.remember();
        let changed = plugins.take_changed();
        self.book.bind(plugins.functions().clone(), &changed);
        self.plugins = plugins;
        Ok(result)
    }
}
