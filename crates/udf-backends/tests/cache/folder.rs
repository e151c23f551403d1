//! Folders that are not used, and why.

use crate::{
    child::{self, Role},
    harness::{Cache, Runtime, module},
};
use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink},
    path::Path,
};
use udf_backends::CacheConfig;

/// The user that owns nothing, as every Unix numbers it or another that is nobody here.
const NOBODY: u32 = 65_534;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn is_root() -> bool {
    let own = tempfile::tempfile().unwrap();
    own.metadata().unwrap().uid() == 0
}

#[test]
fn a_link_to_a_folder_is_not_used() {
    let cache = Cache::new();
    let folder = cache.beside("folder");
    fs::create_dir(&folder).unwrap();
    set_mode(&folder, 0o700);
    symlink(&folder, cache.path()).unwrap();
    // A slash behind the name would follow the link.
    let slash = format!("{}/", cache.path().display());
    for path in [cache.path().to_str().unwrap(), &slash] {
        Runtime::new(CacheConfig::new(path)).load(&module(1)).was_not_stored(&["symbolic link"]);
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    Runtime::new(CacheConfig::new(&folder)).load(&module(1)).was_stored();
}

#[test]
fn a_folder_that_others_can_write_to_is_not_used() {
    let cache = Cache::new();
    fs::create_dir(cache.path()).unwrap();
    let runtime = cache.runtime();
    for mode in [0o777, 0o770, 0o720, 0o702, 0o1777] {
        set_mode(&cache.path(), mode);
        runtime.load(&module(1)).was_not_stored(&["other users", "chmod 700"]);
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
    }
    set_mode(&cache.path(), 0o755);
    runtime.load(&module(1)).was_stored();
    set_mode(&cache.path(), 0o777);
    runtime.load(&module(1)).was_not_stored(&["other users"]);
}

#[test]
fn a_folder_of_another_user_is_not_used() {
    let cache = Cache::new();
    fs::create_dir(cache.path()).unwrap();
    let folder = if is_root() {
        chown(cache.path(), Some(NOBODY), None).unwrap();
        cache.path()
    } else {
        "/usr".into()
    };
    let owner = fs::metadata(&folder).unwrap().uid();
    Runtime::new(CacheConfig::new(folder))
        .load(&module(1))
        .was_not_stored(&[&format!("belongs to user {owner}")]);
}

#[test]
fn a_file_in_the_place_of_the_folder_is_left_alone() {
    let cache = Cache::new();
    fs::write(cache.path(), "precious").unwrap();
    cache.runtime().load(&module(1)).was_not_stored(&["not a folder"]);
    let inside = CacheConfig::new(cache.path().join("deeper"));
    Runtime::new(inside).load(&module(1)).was_not_stored(&["deeper"]);
    assert_eq!(fs::read(cache.path()).unwrap(), b"precious");
}

#[test]
fn a_folder_that_vanishes_is_made_again() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    runtime.load(&module(1)).was_stored();
    fs::remove_dir_all(cache.path()).unwrap();
    runtime.load(&module(1)).was_stored();
    runtime.load(&module(1)).was_read();
}

#[test]
fn a_read_only_folder_is_read() {
    let cache = Cache::new();
    cache.runtime().load(&module(1)).was_stored();
    // Permissions do not hold root back: a child without its privileges does the loading.
    let user = is_root().then_some(NOBODY);
    if let Some(user) = user {
        let parent = cache.path().parent().unwrap().to_owned();
        set_mode(&parent, 0o711);
        for path in [cache.path(), cache.key(), cache.entry()] {
            chown(path, Some(user), Some(user)).unwrap();
        }
    }
    set_mode(&cache.path(), 0o500);
    let seen = child::run(Role::Load(1), &cache.path(), user);
    assert!(seen.starts_with("1 hits, 0 misses, 0 stored"), "{seen}");
    let seen = child::run(Role::Load(2), &cache.path(), user);
    assert!(seen.starts_with("0 hits, 1 misses, 0 stored"), "{seen}");
    assert!(seen.contains("cannot be written: Permission denied"), "{seen}");
    set_mode(&cache.path(), 0o700);
}
