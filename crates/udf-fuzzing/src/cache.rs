//! Compiled modules on disk, damaged.

use arbitrary::Unstructured;
use std::{
    fs,
    path::PathBuf,
    sync::{LazyLock, Mutex, PoisonError},
};
use tempfile::TempDir;
use udf_backends::{CacheConfig, WasmtimeRuntime};
use udf_columnar::{Limits, WasmUdfRuntime};

const SAMPLE: &[u8] = include_bytes!("../../../plugins/c_sample.wasm");

/// A folder with the entry of one module, as it was written.
struct Kept {
    _folder: TempDir,
    config: CacheConfig,
    entry: PathBuf,
    bytes: Vec<u8>,
}

static KEPT: LazyLock<Kept> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let config = CacheConfig::new(folder.path().join("cache"));
    runtime(&config).load(SAMPLE).expect("the sample is a plugin");
    let files = fs::read_dir(config.folder()).expect("the cache has a folder");
    let paths = files.map(|file| file.expect("a file").path());
    let is_entry = |path: &PathBuf| path.extension().is_some_and(|e| e == "module");
    let entry = paths.into_iter().find(is_entry).expect("an entry was written");
    let bytes = fs::read(&entry).expect("it can be read");
    Kept { _folder: folder, config, entry, bytes }
});

/// One damage at a time: there is one entry.
static TURN: Mutex<()> = Mutex::new(());

fn runtime(config: &CacheConfig) -> WasmtimeRuntime {
    WasmtimeRuntime::with_cache(Limits::default(), config.clone()).expect("wasmtime runs")
}

pub(crate) fn hold(data: &[u8]) {
    let Ok(damaged) = damaged(&KEPT.bytes, &mut Unstructured::new(data)) else { return };
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    fs::write(&KEPT.entry, &damaged).expect("the entry can be replaced");
    let runtime = runtime(&KEPT.config);
    runtime.load(SAMPLE).expect("a damaged cache never fails a load");
    let report = runtime.cache_report().expect("there is a cache");
    let hits = u64::from(damaged == KEPT.bytes);
    assert_eq!(report.hits, hits, "what was damaged is not run: {report:?}");
}

fn damaged(entry: &[u8], u: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let mut bytes = entry.to_vec();
    if u.ratio(1, 4)? {
        bytes.truncate(u.int_in_range(0..=bytes.len())?);
    }
    if u.ratio(1, 4)? {
        bytes.extend(u.arbitrary_iter::<u8>()?.take(64).collect::<arbitrary::Result<Vec<_>>>()?);
    }
    while !u.is_empty() && !bytes.is_empty() {
        // The header is where the decisions are.
        let reach = if u.ratio(1, 2)? { bytes.len().min(512) } else { bytes.len() };
        let at = u.choose_index(reach)?;
        bytes[at] ^= u.arbitrary::<u8>()?;
    }
    Ok(bytes)
}
