//! Folders, modules, and what a load did.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;
use udf_backends::{CacheConfig, CacheReport, WasmtimeRuntime};
use udf_columnar::{Limits, UdfModule, WasmUdfRuntime};

/// A small module; modules of different numbers have different bytes.
pub(crate) fn module(number: usize) -> Vec<u8> {
    let manifest = r#"{
        "schema": "formualizer.udf.module/v1",
        "module": { "id": "small", "version": "1", "abi": 1, "codec": 2 },
        "functions": [{ "id": 1, "name": "F", "export": "fz_fn_f", "kind": "reduce",
            "min_args": 0, "max_args": 0, "returns": "f64", "params": [] }]
    }"#;
    let text = format!(
        r#"(module
            (@custom "formualizer.udf.manifest.v1" "{}")
            (memory (export "memory") 1)
            (func (export "fz_abi_version") (result i32) i32.const 1)
            (func (export "fz_alloc") (param i32) (result i32) i32.const 1024)
            (func (export "fz_free") (param i32 i32))
            (func (export "fz_fn_f") (param i32 i32) (result i64) i64.const {number}))"#,
        manifest.replace('"', "\\22").replace('\n', " ")
    );
    wat::parse_str(text).unwrap()
}

/// A committed plugin.
pub(crate) fn plugin(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    fs::read(folder.join(format!("{name}.wasm"))).unwrap()
}

/// A folder of a test's own, and the cache in it.
pub(crate) struct Cache {
    dir: TempDir,
}

impl Cache {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A place beside the cache.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.beside("cache")
    }

    pub(crate) fn config(&self) -> CacheConfig {
        CacheConfig::new(self.path())
    }

    pub(crate) fn runtime(&self) -> Runtime {
        Runtime::new(self.config())
    }

    /// Files of the cache whose names end like this, sorted.
    pub(crate) fn files(&self, ending: &str) -> Vec<PathBuf> {
        files(&self.path(), ending)
    }

    /// The only entry.
    #[track_caller]
    pub(crate) fn entry(&self) -> PathBuf {
        let entries = self.files(".module");
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries[0].clone()
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.path().join("key")
    }
}

pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.to_str().unwrap().ends_with(ending));
    files.sort();
    files
}

/// A runtime with a cache, and what it had done before the load in question.
pub(crate) struct Runtime {
    runtime: WasmtimeRuntime,
}

/// What one load did.
pub(crate) struct Load {
    pub(crate) module: Arc<dyn UdfModule>,
    before: CacheReport,
    after: CacheReport,
}

impl Runtime {
    pub(crate) fn new(config: CacheConfig) -> Self {
        Self { runtime: WasmtimeRuntime::with_cache(Limits::default(), config).unwrap() }
    }

    pub(crate) fn report(&self) -> CacheReport {
        self.runtime.cache_report().unwrap()
    }

    /// Loads a module that nobody holds, so that it comes from the cache or the compiler.
    pub(crate) fn load(&self, bytes: &[u8]) -> Load {
        let before = self.report();
        let module = self.runtime.load(bytes).unwrap();
        Load { module, before, after: self.report() }
    }
}

impl Load {
    fn problems(&self) -> &[String] {
        &self.after.problems[self.before.problems.len()..]
    }

    #[track_caller]
    fn check(&self, hits: u64, misses: u64, stored: u64) {
        let done = [
            self.after.hits - self.before.hits,
            self.after.misses - self.before.misses,
            self.after.stored - self.before.stored,
        ];
        assert_eq!(done, [hits, misses, stored], "hits, misses, stored; {:?}", self.problems());
    }

    #[track_caller]
    fn says(&self, said: &[&str]) {
        let problems = self.problems().join("\n");
        assert!(!problems.is_empty(), "no problem was reported");
        for text in said {
            assert!(problems.contains(text), "no `{text}` in: {problems}");
        }
    }

    /// It came from the cache.
    #[track_caller]
    pub(crate) fn was_read(self) -> Arc<dyn UdfModule> {
        self.check(1, 0, 0);
        assert_eq!(self.problems(), [""; 0]);
        self.module
    }

    /// It was compiled and written, and nothing was wrong.
    #[track_caller]
    pub(crate) fn was_stored(self) -> Arc<dyn UdfModule> {
        self.check(0, 1, 1);
        assert_eq!(self.problems(), [""; 0]);
        self.module
    }

    /// Something was wrong with what was there: it was compiled, and written anew.
    #[track_caller]
    pub(crate) fn was_mended(self, said: &[&str]) {
        self.check(0, 1, 1);
        self.says(said);
    }

    /// It was compiled, and could not be written.
    #[track_caller]
    pub(crate) fn was_not_stored(self, said: &[&str]) {
        self.check(0, 1, 0);
        self.says(said);
    }
}
