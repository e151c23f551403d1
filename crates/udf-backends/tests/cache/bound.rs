//! How large the cache grows, what makes room, and clearing it.

use crate::harness::{Cache, Runtime, module};
use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use udf_backends::{CacheConfig, Cleared};

fn age(path: &Path, hours: u64) {
    let then = SystemTime::now() - Duration::from_secs(hours * 3600);
    File::open(path).unwrap().set_modified(then).unwrap();
}

/// The entry that appears when this module is loaded.
fn store(cache: &Cache, runtime: &Runtime, number: usize) -> PathBuf {
    let before = cache.files(".module");
    runtime.load(&module(number)).was_stored();
    let after = cache.files(".module");
    after.into_iter().find(|entry| !before.contains(entry)).unwrap()
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

#[test]
fn entries_that_were_used_longest_ago_make_room() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    let entries: Vec<_> = (0..3).map(|number| store(&cache, &runtime, number)).collect();
    for (entry, hours) in entries.iter().zip([3, 2, 1]) {
        age(entry, hours);
    }
    // Used just now, though written first.
    runtime.load(&module(0)).was_read();

    let three: u64 = entries.iter().map(|entry| size(entry)).sum();
    let bounded = Runtime::new(cache.config().max_bytes(three + 100));
    let fourth = store(&cache, &bounded, 3);
    assert_eq!(bounded.report().evicted, 1);
    let mut left = vec![entries[0].clone(), entries[2].clone(), fourth];
    left.sort();
    assert_eq!(cache.files(".module"), left);
    bounded.load(&module(0)).was_read();
    bounded.load(&module(1)).was_stored();
}

#[test]
fn a_module_beyond_the_bound_was_not_stored() {
    let cache = Cache::new();
    let runtime = Runtime::new(cache.config().max_bytes(1000));
    runtime.load(&module(1)).was_not_stored(&["more than the cache's 1000"]);
    assert_eq!(cache.files(".module"), [""; 0].map(Path::new));
}

#[test]
fn what_killed_writers_left_is_removed_when_it_is_old() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    runtime.load(&module(1)).was_stored();
    let [old, new] = ["00000000000000aa.tmp", "00000000000000bb.tmp"].map(|name| {
        let path = cache.path().join(name);
        fs::write(&path, [0; 100]).unwrap();
        path
    });
    age(&old, 1);
    runtime.load(&module(2)).was_stored();
    assert_eq!(cache.files(".tmp"), [new]);
}

#[test]
fn clearing_removes_what_is_ours_and_nothing_else() {
    let cache = Cache::new();
    assert_eq!(cache.config().clear().unwrap(), Cleared::default());
    let runtime = cache.runtime();
    let entries: Vec<_> = (0..2).map(|number| store(&cache, &runtime, number)).collect();
    let bytes = entries.iter().map(|entry| size(entry)).sum::<u64>() + 32;
    let foreign = ["notes.txt", "key.bak", "0.module", "x.tmp"];
    for name in foreign {
        fs::write(cache.path().join(name), "precious").unwrap();
    }
    symlink("notes.txt", cache.path().join("00000000000000cc.tmp")).unwrap();
    fs::create_dir(cache.path().join("00000000000000dd.tmp")).unwrap();

    let cleared = cache.config().clear().unwrap();
    assert_eq!((cleared.files, cleared.bytes), (3, bytes));
    assert_eq!(cache.files("").len(), foreign.len() + 2);
    // Whoever uses it goes on.
    runtime.load(&module(1)).was_stored();
    runtime.load(&module(1)).was_read();
}

#[test]
fn a_folder_that_is_not_used_is_not_cleared_either() {
    let cache = Cache::new();
    let folder = cache.beside("folder");
    Runtime::new(CacheConfig::new(&folder)).load(&module(1)).was_stored();
    symlink(&folder, cache.path()).unwrap();
    let refused = cache.config().clear().unwrap_err();
    assert!(refused.message().contains("symbolic link"), "{refused}");
    assert_eq!(crate::harness::files(&folder, ".module").len(), 1);
}

#[test]
fn a_folder_that_cannot_be_made_gives_the_systems_error() {
    use std::error::Error as _;
    let cache = Cache::new();
    let file = cache.beside("file");
    fs::write(&file, "").unwrap();
    let error = CacheConfig::new(file.join("folder")).check().unwrap_err();
    let cause = error.source().unwrap().downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(cause.kind(), std::io::ErrorKind::NotADirectory);
    assert!(error.message().contains(&cause.to_string()), "{error}");
}
