//! What is told of a module.

use udf_abi::manifest::{DisabledFunction, Function};
use udf_backends::ModuleInfo;

/// A module, as it describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WasmModuleInfo {
    /// The id that it is addressed by.
    pub module_id: String,
    /// The author's version, free text.
    pub version: String,
    /// One paragraph for people; may be empty.
    pub description: String,
    /// How calls are encoded: 2 columns, 1 JSON, 0 numbers of a module without a manifest.
    pub codec: u32,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Bytes of the module.
    pub size: usize,
    /// Whether an engine that compiles optimises it; see
    /// [`optimised_work`](udf_columnar::CompileLimits::optimised_work).
    pub optimised: bool,
    /// Oddities that are no errors.
    pub warnings: Vec<String>,
    /// Its functions.
    pub functions: Vec<WasmFunctionInfo>,
}

/// A function of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WasmFunctionInfo {
    /// The name that the author gave it.
    pub name: String,
    /// Other names of it.
    pub aliases: Vec<String>,
    /// The module's export.
    pub export: String,
    /// `elementwise`, `reduce`, `array`, …
    pub kind: String,
    /// Fewest arguments.
    pub min_args: usize,
    /// Most arguments; `None` for any number.
    pub max_args: Option<usize>,
    /// Whether another value may come at every recalculation.
    pub volatile: bool,
    /// Whether equal arguments give equal results.
    pub deterministic: bool,
    /// Parameters and result for people: `BS(spot: f64, [rate: f64]) -> f64`; the reason where this version
    /// cannot call it.
    pub signature: String,
    /// Whether this version can call it.
    pub callable: bool,
    /// One paragraph for people; may be empty.
    pub description: String,
    /// The names of formulas that are bound to it, in upper case.
    pub bound_as: Vec<String>,
}

impl WasmModuleInfo {
    /// `bound_as` gives the names that a function is bound to.
    pub(super) fn new(
        id: &str,
        info: &ModuleInfo,
        bound_as: impl Fn(&Function) -> Vec<String>,
    ) -> Self {
        let manifest = &info.manifest;
        let function = |function: &Function| {
            let (callable, signature) = match info.signature(function) {
                Ok(signature) => (true, signature.to_string()),
                Err(error) => (false, error.to_string()),
            };
            WasmFunctionInfo {
                name: function.name.clone(),
                aliases: function.aliases.clone(),
                export: function.export.clone(),
                kind: function.kind.name().to_owned(),
                min_args: function.min_args as usize,
                max_args: function.max_args.map(|max| max as usize),
                volatile: function.volatile,
                deterministic: function.deterministic,
                signature,
                callable,
                description: function.description.clone(),
                bound_as: bound_as(function),
            }
        };
        let mut functions: Vec<_> =
            manifest.indexed().map(|(index, known)| (index, function(known))).collect();
        functions
            .extend(manifest.disabled.iter().map(|d| (d.index, WasmFunctionInfo::disabled(d))));
        functions.sort_by_key(|(index, _)| *index);
        Self {
            module_id: id.to_owned(),
            version: manifest.module.version.clone(),
            description: manifest.module.description.clone(),
            codec: manifest.module.codec,
            sha256: info.sha256_hex(),
            size: info.size,
            optimised: info.optimised,
            warnings: info.warnings.clone(),
            functions: functions.into_iter().map(|(_, function)| function).collect(),
        }
    }
}

impl WasmFunctionInfo {
    /// What a manifest says of a function that this version does not know how to call.
    fn disabled(function: &DisabledFunction) -> Self {
        let text = |field: &str| {
            let text = function.json.get(field).and_then(|value| value.as_str());
            text.unwrap_or_default().to_owned()
        };
        let count = |field: &str| {
            let count = function.json.get(field).and_then(|value| value.as_u64());
            count.and_then(|count| usize::try_from(count).ok())
        };
        let flag = |field: &str| function.json.get(field).and_then(|value| value.as_bool());
        let volatile = flag("volatile").unwrap_or(false);
        Self {
            name: function.name.clone(),
            aliases: function.aliases.clone(),
            export: text("export"),
            kind: text("kind"),
            min_args: count("min_args").unwrap_or(0),
            max_args: count("max_args"),
            volatile,
            deterministic: flag("deterministic").unwrap_or(!volatile),
            signature: function.reason(),
            callable: false,
            description: text("description"),
            bound_as: Vec::new(),
        }
    }
}
