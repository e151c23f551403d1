//! Plugins of a workbook: attached, and found for functions that nobody knows.

use super::{
    args::{CalculationArgs, PluginArgs},
    problems,
};
use crate::{
    engine::Engine,
    exit::{Exit, Failure},
};
use formualizer_workbook::{
    BindPolicy, OverridePolicy, UnknownFunction, WasmModuleInfo, Workbook, builtin_functions,
};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Plugins beside the workbook that are looked into for a function.
const LOOKED_INTO: usize = 64;

/// What was attached.
#[derive(Debug, Default)]
pub(crate) struct Attached {
    /// The modules, by the path that they came from.
    modules: Vec<(PathBuf, WasmModuleInfo)>,
    /// Names of plugins' functions that stayed those of built-in functions, and the module.
    kept: Vec<(String, String)>,
    /// What is worth a word.
    pub(crate) notes: Vec<String>,
}

/// Attaches plugins and binds their functions. Names of built-in functions stay what they are unless the options say otherwise.
pub(crate) fn attach(
    book: &mut Workbook,
    args: &PluginArgs,
    calculation: &CalculationArgs,
) -> Result<Attached, Failure> {
    let mut attached = Attached::default();
    if args.plugins.is_empty() {
        return Ok(attached);
    }
    let files = files(&args.plugins)?;
    let limits = calculation.limits.limits()?;
    let engine = Engine::start(calculation.backend, limits, !calculation.no_cache)?;
    book.set_runtime(engine.runtime.clone()).map_err(problems::failure)?;
    let builtins = match args.override_builtins {
        true => OverridePolicy::Override,
        false => OverridePolicy::Skip,
    };
    let policy = BindPolicy { builtins, bindings: OverridePolicy::Refuse };
    for file in files {
        let info = book.register_wasm_module_file(&file, policy).map_err(|error| {
            let failure = problems::failure(error);
            match failure.is(Exit::Usage) {
                true => failure.hint("two plugins have this function: leave one of them out"),
                false => failure.hint("`fzudf inspect FILE` shows what a plugin is"),
            }
        })?;
        attached.modules.push((file, info));
    }
    let problems = engine.cache_problems().into_iter();
    attached.notes = problems.map(|text| format!("{text} (--no-cache goes without)")).collect();
    if !args.override_builtins {
        attached.keep_builtins();
    }
    Ok(attached)
}

impl Attached {
    /// Finds the names that were left to built-in functions.
    fn keep_builtins(&mut self) {
        let builtins = builtin_functions();
        for (_, module) in &self.modules {
            for function in &module.functions {
                for name in names(function) {
                    if builtins.binary_search(&name).is_ok() && !function.bound_as.contains(&name) {
                        self.kept.push((name, module.module_id.clone()));
                    }
                }
            }
        }
        for (name, module) in &self.kept {
            self.notes.push(format!(
                "{name} stays the built-in function; --override-builtins takes that of {module}"
            ));
        }
    }

    /// For programs.
    pub(crate) fn as_json(&self) -> Json {
        let each = self.modules.iter().map(|(file, module)| {
            let functions: BTreeSet<&String> =
                module.functions.iter().flat_map(|function| &function.bound_as).collect();
            let kept = self.kept.iter().filter(|(_, id)| *id == module.module_id);
            let kept: Vec<&String> = kept.map(|(name, _)| name).collect();
            json!({
                "file": file.display().to_string(),
                "id": module.module_id,
                "version": module.version,
                "functions": functions,
                "left_to_builtins": kept,
            })
        });
        Json::Array(each.collect())
    }

    /// The files that plugins were read from.
    fn is_attached(&self, path: &Path) -> bool {
        self.modules.iter().any(|(file, _)| same_file(file, path))
    }
}

/// A function that nobody knows, and plugins that have it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) function: UnknownFunction,
    pub(crate) plugins: Vec<PathBuf>,
}

/// The functions that nobody knows. Plugins that lie around are looked into, and nothing of them is run: those beside the
/// workbook or this folder, and in a folder `plugins` there.
pub(crate) fn missing(book: &Workbook, path: Option<&Path>, attached: &Attached) -> Vec<Found> {
    let unknown = book.unknown_functions();
    if unknown.is_empty() {
        return Vec::new();
    }
    let beside = path.and_then(Path::parent).map(Path::to_owned);
    let roots = beside.into_iter().chain([PathBuf::new()]);
    let mut modules: Vec<(PathBuf, BTreeSet<String>)> = Vec::new();
    for folder in roots.flat_map(|root| [root.clone(), root.join("plugins")]) {
        for file in modules_in(&folder).into_iter().take(LOOKED_INTO) {
            if attached.is_attached(&file) || modules.iter().any(|(seen, _)| same_file(seen, &file))
            {
                continue;
            }
            if let Ok(module) = book.inspect_wasm_module_file(&file) {
                modules.push((file, module.functions.iter().flat_map(names).collect()));
            }
        }
    }
    let found = unknown.into_iter().map(|function| {
        let having = modules.iter().filter(|(_, names)| names.contains(&function.name));
        Found { plugins: having.map(|(file, _)| file.clone()).collect(), function }
    });
    found.collect()
}

/// The names of a function, in upper case.
fn names(function: &formualizer_workbook::WasmFunctionInfo) -> Vec<String> {
    [&function.name].into_iter().chain(&function.aliases).map(|name| name.to_uppercase()).collect()
}

/// The plugins of the arguments: files, and those in folders; each once.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| {
            Failure::io(path.display(), error)
                .hint("--plugins is a .wasm file, or a folder with such files")
        })?;
        let some = match metadata.is_dir() {
            true => modules_in(path),
            false => vec![path.clone()],
        };
        if some.is_empty() {
            return Err(Failure::new(
                Exit::Io,
                format!("{}: there is no .wasm file in it", path.display()),
            )
            .hint("--plugins is a .wasm file, or a folder with such files"));
        }
        for file in some {
            if !files.iter().any(|known| same_file(known, &file)) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

/// The files `*.wasm` directly in a folder, sorted by name; none where it cannot be read.
fn modules_in(folder: &Path) -> Vec<PathBuf> {
    let readable = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(readable) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(folder.join(entry.ok()?.file_name())))
        .filter(|path| path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("wasm")))
        .filter(|path| path.is_file())
        .collect();
    files.sort_unstable();
    files
}

/// Whether two paths are one file: the same place, through links of any kind.
pub(crate) fn same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if let (Ok(a), Ok(b)) = (fs::metadata(a), fs::metadata(b)) {
            return (a.dev(), a.ino()) == (b.dev(), b.ino());
        }
    }
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}
