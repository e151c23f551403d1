//! Disks that take no more.

use crate::{
    child::{self, Role},
    harness::{Cache, Runtime, module},
};
use std::{fs, io::Write as _, path::Path, process::Command};
use udf_backends::CacheConfig;

#[test]
fn a_write_that_is_cut_off_leaves_nothing() {
    let cache = Cache::new();
    // The key fits into the two blocks of 512 bytes that a file may have, an entry does not.
    let script = r#"trap "" XFSZ; ulimit -f 2; exec "$@""#;
    for _ in 0..2 {
        let seen = child::run_through_shell(Role::Load(1), &cache.path(), script);
        assert!(seen.starts_with("0 hits, 1 misses, 0 stored"), "{seen}");
        assert!(seen.contains("cannot be written"), "{seen}");
        assert_eq!(cache.files(".module"), [""; 0].map(Path::new));
        assert_eq!(cache.files(".tmp"), [""; 0].map(Path::new));
    }
    cache.runtime().load(&module(1)).was_stored();
}

/// A small file system of its own, where this user may mount one.
struct SmallDisk<'c>(&'c Cache);

impl<'c> SmallDisk<'c> {
    fn mount(cache: &'c Cache, size: &str) -> Option<Self> {
        fs::create_dir(cache.beside("disk")).unwrap();
        let options = format!("size={size},mode=0700");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(cache.beside("disk"))
            .output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(cache))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _stays = Command::new("umount").arg(self.0.beside("disk")).status();
    }
}

#[test]
fn a_full_disk_stores_nothing_and_is_used_again_when_there_is_room() {
    let cache = Cache::new();
    let Some(_disk) = SmallDisk::mount(&cache, "256k") else {
        println!(
            "no small disk can be mounted here: a_write_that_is_cut_off_leaves_nothing stands for this test"
        );
        return;
    };
    let folder = cache.beside("disk");
    let filler = folder.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    drop(file);
    let runtime = Runtime::new(CacheConfig::new(&folder));
    runtime.load(&module(1)).was_not_stored(&["No space left on device"]);
    assert_eq!(crate::harness::files(&folder, ".tmp"), [""; 0].map(Path::new));

    fs::remove_file(&filler).unwrap();
    runtime.load(&module(1)).was_stored();
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    runtime.load(&module(1)).was_read();
    runtime.load(&module(2)).was_not_stored(&["No space left on device"]);
}
