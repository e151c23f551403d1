//! Guests kept as files, so that other hosts are held against them: with `FZ_GUESTS` set to a folder, every guest that a test
//! loads is written there, named after its test.

use std::{
    collections::{HashMap, HashSet},
    env, fs,
    path::PathBuf,
    sync::Mutex,
};

#[derive(Default)]
struct Kept {
    contents: HashSet<Vec<u8>>,
    /// Guests by test.
    counts: HashMap<String, usize>,
}

static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

/// Keeps a guest, once.
pub(crate) fn keep(bytes: &[u8]) {
    let name = std::thread::current().name().unwrap_or("guest").replace("::", "-");
    keep_as(&name, bytes);
}

/// Keeps a guest under a name of its own, once.
pub(crate) fn keep_as(name: &str, bytes: &[u8]) {
    let Some(folder) = env::var_os("FZ_GUESTS").map(PathBuf::from) else { return };
    let mut kept = KEPT.lock().unwrap();
    let kept = kept.get_or_insert_with(Kept::default);
    if !kept.contents.insert(bytes.to_vec()) {
        return;
    }
    let count = kept.counts.entry(name.to_owned()).or_default();
    *count += 1;
    let file = if *count == 1 { format!("{name}.wasm") } else { format!("{name}-{count}.wasm") };
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(file), bytes).unwrap();
}
