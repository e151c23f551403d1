//! The files of the repository that tests read. On hosts of JavaScript there is no file system: there the tests carry them.

/// The files with this ending in a folder of the repository: their names without it, and their bytes, in order of name.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn all(folder: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[cfg(target_family = "wasm")]
pub(crate) fn all(folder: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    use include_dir::{Dir, include_dir};
    static PLUGINS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../plugins");
    static CASES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../testdata/cases");
    let folder = [("plugins", &PLUGINS), ("testdata/cases", &CASES)]
        .into_iter()
        .find_map(|(name, carried)| (name == folder).then_some(carried))
        .unwrap();
    let files = folder.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?.strip_suffix(ending)?.strip_suffix('.')?;
        Some((name.to_owned(), file.contents().to_vec()))
    });
    let mut files: Vec<_> = files.collect();
    files.sort();
    files
}
