//! Entries and keys that are not what was written.

use crate::harness::{Cache, module};
use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::Command,
};

/// Changes a file in place.
fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_flipped_bit_in_any_region_is_noticed_and_mended() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    runtime.load(&module(1)).was_stored();
    let entry = cache.entry();
    let len = fs::read(&entry).unwrap().len();
    // Magic, version, identity, length, code, artefact: first, inside and last byte.
    let offsets = [0, 7, 8, 39, 40, 47, 48, 79, 80, 84, 80 + (len - 80) / 2, len - 1];
    for offset in offsets {
        let runtime = cache.runtime();
        for bit in [0, 7] {
            change(&entry, |bytes| bytes[offset] ^= 1 << bit);
            runtime.load(&module(1)).was_mended(&[entry.to_str().unwrap()]);
            runtime.load(&module(1)).was_read();
        }
    }
}

#[test]
fn a_truncated_or_longer_entry_is_noticed_and_mended() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    runtime.load(&module(1)).was_stored();
    let entry = cache.entry();
    let len = fs::read(&entry).unwrap().len();
    for wanted in [0, 1, 8, 40, 79, 80, 81, 4096, len / 2, len - 1, len + 1, len + 4096] {
        change(&entry, |bytes| bytes.resize(wanted, 0));
        runtime.load(&module(1)).was_mended(&[entry.to_str().unwrap()]);
        runtime.load(&module(1)).was_read();
    }
}

#[test]
fn an_entry_of_another_module_is_not_taken_for_this_one() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    runtime.load(&module(1)).was_stored();
    let first = cache.entry();
    runtime.load(&module(2)).was_stored();
    let second = cache.files(".module").into_iter().find(|entry| *entry != first).unwrap();
    fs::rename(&second, &first).unwrap();
    runtime.load(&module(1)).was_mended(&["another module"]);
    runtime.load(&module(1)).was_read();
    runtime.load(&module(2)).was_stored();
}

#[test]
fn entries_of_another_key_are_not_taken() {
    let (ours, theirs) = (Cache::new(), Cache::new());
    ours.runtime().load(&module(1)).was_stored();
    theirs.runtime().load(&module(1)).was_stored();
    assert_ne!(fs::read(ours.key()).unwrap(), fs::read(theirs.key()).unwrap());
    fs::copy(theirs.entry(), ours.entry()).unwrap();
    ours.runtime().load(&module(1)).was_mended(&["another key"]);
    ours.runtime().load(&module(1)).was_read();
}

#[test]
fn a_lost_key_is_made_anew_and_its_entries_with_it() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    runtime.load(&module(1)).was_stored();
    fs::remove_file(cache.key()).unwrap();
    runtime.load(&module(1)).was_stored();
    runtime.load(&module(1)).was_read();
}

#[test]
fn what_is_no_key_of_ours_is_replaced() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    runtime.load(&module(1)).was_stored();
    let key = cache.key();
    let key_name = key.to_str().unwrap().to_owned();
    let elsewhere = cache.beside("elsewhere");
    fs::write(&elsewhere, [1; 32]).unwrap();
    type Spoil<'a> = (&'a str, &'a dyn Fn());
    let spoils: [Spoil<'_>; 6] = [
        ("has 0 bytes", &|| change(&key, Vec::clear)),
        ("has 31 bytes", &|| change(&key, |bytes| bytes.truncate(31))),
        ("has 33 bytes", &|| change(&key, |bytes| bytes.push(0))),
        ("read by other users", &|| {
            fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        }),
        ("written to by other users", &|| {
            fs::set_permissions(&key, fs::Permissions::from_mode(0o620)).unwrap();
        }),
        ("symbolic link", &|| {
            fs::remove_file(&key).unwrap();
            symlink(&elsewhere, &key).unwrap();
        }),
    ];
    for (said, spoil) in spoils {
        spoil();
        runtime.load(&module(1)).was_mended(&[&key_name, said]);
        runtime.load(&module(1)).was_read();
        let metadata = fs::symlink_metadata(&key).unwrap();
        assert!(metadata.is_file() && metadata.permissions().mode() & 0o777 == 0o600, "{said}");
    }
    assert_eq!(fs::read(&elsewhere).unwrap(), [1; 32], "what the link led to is as it was");
}

#[test]
fn what_is_no_file_of_ours_is_not_read() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    runtime.load(&module(1)).was_stored();
    let entry = cache.entry();
    let copy = cache.beside("copy");
    fs::copy(&entry, &copy).unwrap();

    fs::remove_file(&entry).unwrap();
    symlink(&copy, &entry).unwrap();
    runtime.load(&module(1)).was_mended(&["symbolic link"]);

    fs::remove_file(&entry).unwrap();
    assert!(Command::new("mkfifo").arg(&entry).status().unwrap().success());
    runtime.load(&module(1)).was_mended(&["not a regular file"]);

    fs::set_permissions(&entry, fs::Permissions::from_mode(0o666)).unwrap();
    runtime.load(&module(1)).was_mended(&["written to by other users"]);
    runtime.load(&module(1)).was_read();

    // A folder cannot be replaced by a file: the module is compiled each time.
    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    runtime.load(&module(1)).was_not_stored(&["not a regular file", "cannot be written"]);
    assert_eq!(cache.files(".tmp"), [""; 0].map(Path::new));
}
