//! Plugins and callbacks of a workbook.

use super::{CoreWorkbook, callback::Callback};
use crate::{limits, module::runtime};
use formualizer_udf_wasm_errors::{argument, of_call, ok};
use formualizer_workbook::{
    BindPolicy, CustomFnOptions, OverridePolicy, WasmFunctionSpec, WasmModuleInfo,
};
use js_sys::{Function, Uint8Array};
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// Compiles a module beside the caller, for workbooks: as long as what it gives is held, registering the same bytes takes no time.
#[wasm_bindgen(js_name = prepareModule)]
pub async fn prepare(bytes: Vec<u8>, limits: JsValue) -> Result<Prepared, JsValue> {
    let module = runtime(&limits::of(&limits)?).load_aside(&bytes).await;
    module.map(Prepared).map_err(|error| of_call(&error, None))
}

/// A module that is compiled.
#[wasm_bindgen]
pub struct Prepared(#[expect(dead_code, reason = "it is held")] Arc<dyn udf_columnar::UdfModule>);

#[wasm_bindgen]
impl CoreWorkbook {
    /// Says what plugins may take.
    #[wasm_bindgen(js_name = setPluginLimits)]
    pub fn set_plugin_limits(&self, given: &JsValue) -> Result<(), JsValue> {
        ok(self.book()?.set_runtime(runtime(&limits::of(given)?)))
    }

    /// Attaches a module and binds all its functions; what becomes of names that are taken: `refuse`, `skip` or `override`.
    #[wasm_bindgen(js_name = registerModule)]
    pub fn register_module(
        &self,
        bytes: &[u8],
        builtins: &str,
        bindings: &str,
    ) -> Result<String, JsValue> {
        let policy = BindPolicy { builtins: policy(builtins)?, bindings: policy(bindings)? };
        let info = ok(self.book()?.register_wasm_module_bytes(bytes, policy))?;
        Ok(told(&info).to_string())
    }

    /// The same of several modules, whose names errors tell: all or none.
    #[wasm_bindgen(js_name = registerModules)]
    pub fn register_modules(
        &self,
        names: Vec<String>,
        modules: Vec<Uint8Array>,
        builtins: &str,
        bindings: &str,
    ) -> Result<String, JsValue> {
        let policy = BindPolicy { builtins: policy(builtins)?, bindings: policy(bindings)? };
        let bytes: Vec<Vec<u8>> = modules.iter().map(Uint8Array::to_vec).collect();
        let modules: Vec<(&str, &[u8])> =
            names.iter().map(String::as_str).zip(bytes.iter().map(Vec::as_slice)).collect();
        let infos = ok(self.book()?.register_wasm_modules(&modules, policy))?;
        Ok(serde_json::Value::from_iter(infos.iter().map(told)).to_string())
    }

    /// Attaches a module without binding anything.
    #[wasm_bindgen(js_name = attachModule)]
    pub fn attach_module(&self, bytes: &[u8]) -> Result<String, JsValue> {
        let info = ok(self.book()?.attach_wasm_module_bytes(None, bytes))?;
        Ok(told(&info).to_string())
    }

    /// Binds a name to a function of an attached module; false where the name stays with what it has.
    #[wasm_bindgen(js_name = bindFunction)]
    pub fn bind_function(
        &self,
        name: &str,
        module: &str,
        function: &str,
        builtins: &str,
        bindings: &str,
    ) -> Result<bool, JsValue> {
        let policy = BindPolicy { builtins: policy(builtins)?, bindings: policy(bindings)? };
        let spec = WasmFunctionSpec::new(name, module, function).policy(policy);
        ok(self.book()?.bind_wasm_function(&spec))
    }

    /// Removes a module with all its names.
    #[wasm_bindgen(js_name = unregisterModule)]
    pub fn unregister_module(&self, module: &str) -> Result<(), JsValue> {
        ok(self.book()?.unregister_wasm_module(module))
    }

    /// The modules that are attached, as JSON.
    #[wasm_bindgen(js_name = listModules)]
    pub fn list_modules(&self) -> Result<String, JsValue> {
        let modules = self.book()?.list_wasm_modules();
        Ok(serde_json::Value::from_iter(modules.iter().map(told)).to_string())
    }

    /// Binds a function of JavaScript: called for each cell, or for whole columns at once.
    #[wasm_bindgen(js_name = registerFunction)]
    pub fn register_function(
        &self,
        name: &str,
        function: Function,
        columns: bool,
        fewest: usize,
        most: Option<usize>,
        traits: &str,
    ) -> Result<(), JsValue> {
        let has = |name: &str| traits.split(' ').any(|found| found == name);
        let options = CustomFnOptions {
            min_args: fewest,
            max_args: most,
            volatile: has("volatile"),
            deterministic: !has("indeterministic"),
            allow_override_builtin: has("override"),
            ..CustomFnOptions::default()
        };
        let handler = Arc::new(Callback::new(function, columns));
        ok(self.book()?.register_custom_function(name, options, handler))
    }

    /// Removes a function that was registered.
    #[wasm_bindgen(js_name = unregisterFunction)]
    pub fn unregister_function(&self, name: &str) -> Result<(), JsValue> {
        ok(self.book()?.unregister_custom_function(name))
    }

    /// The functions that are bound, plugins' and callbacks', as JSON.
    #[wasm_bindgen(js_name = listFunctions)]
    pub fn list_functions(&self) -> Result<String, JsValue> {
        let functions = self.book()?.list_custom_functions();
        let functions = functions.iter().map(|function| {
            serde_json::json!({
                "name": function.name,
                "moduleId": function.module_id,
                "minArgs": function.options.min_args,
                "maxArgs": function.options.max_args,
                "volatile": function.options.volatile,
            })
        });
        Ok(serde_json::Value::from_iter(functions).to_string())
    }
}

fn policy(name: &str) -> Result<OverridePolicy, JsValue> {
    match name {
        "refuse" => Ok(OverridePolicy::Refuse),
        "skip" => Ok(OverridePolicy::Skip),
        "override" => Ok(OverridePolicy::Override),
        _ => Err(argument(&format!(
            "`{name}` is no policy: give \"refuse\", \"skip\" or \"override\""
        ))),
    }
}

fn told(info: &WasmModuleInfo) -> serde_json::Value {
    let functions = info.functions.iter().map(|function| {
        serde_json::json!({
            "name": function.name,
            "aliases": function.aliases,
            "kind": function.kind,
            "signature": function.signature,
            "callable": function.callable,
            "description": function.description,
            "boundAs": function.bound_as,
        })
    });
    serde_json::json!({
        "moduleId": info.module_id,
        "version": info.version,
        "description": info.description,
        "sha256": info.sha256,
        "size": info.size,
        "warnings": info.warnings,
        "functions": functions.collect::<Vec<_>>(),
    })
}
