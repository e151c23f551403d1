//! Writers that are killed at any moment.

use crate::{
    child::{self, Role},
    harness::{Cache, module},
};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
    time::{Duration, SystemTime},
};

const ROUNDS: u64 = 200;

#[test]
fn a_killed_writer_leaves_a_whole_entry_or_none() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    runtime.load(&module(0)).was_stored();
    let entry = cache.entry();
    let whole = fs::read(&entry).unwrap();
    let (mut hits, mut left) = (0, BTreeSet::new());
    for round in 0..ROUNDS {
        let mut child = child::start(Role::Write, &cache.path());
        assert_eq!(child::first_answer(&mut child), "writing");
        // Spread over some rounds of writing, and the same in every run.
        let wait = round.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 50;
        std::thread::sleep(Duration::from_micros(wait));
        child.kill().unwrap();
        child.wait().unwrap();
        for file in cache.files(".tmp") {
            // So that it goes with the next write.
            let then = SystemTime::now() - Duration::from_secs(3600);
            File::open(&file).unwrap().set_modified(then).unwrap();
            left.insert(file);
        }
        if entry.exists() {
            assert!(fs::read(&entry).unwrap() == whole, "round {round}");
            runtime.load(&module(0)).was_read();
            hits += 1;
        } else {
            runtime.load(&module(0)).was_stored();
        }
    }
    println!("{ROUNDS} writers killed: {hits} whole entries, {} temporary files left", left.len());
    runtime.load(&module(1)).was_stored();
    assert_eq!(cache.files(".tmp"), [""; 0].map(Path::new));
}
