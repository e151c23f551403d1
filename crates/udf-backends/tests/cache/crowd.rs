//! Many writers and readers at once.

use crate::{
    child::{self, Role},
    harness::{Cache, module},
};
use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

#[test]
fn sixteen_processes_of_sixteen_threads_load_at_once() {
    const MODULES: usize = 3;
    let cache = Cache::new();
    let children: Vec<_> =
        (0..16).map(|_| child::start(Role::Crowd(MODULES), &cache.path())).collect();
    for child in children {
        let seen = child::wait(child);
        assert!(seen.ends_with("stored; "), "a problem was reported: {seen}");
    }
    let runtime = cache.runtime();
    for number in 0..MODULES {
        runtime.load(&module(number)).was_read();
    }
    assert_eq!(cache.files(".module").len(), MODULES);
    assert_eq!(cache.files(".tmp"), [""; 0].map(Path::new));
}

#[test]
fn an_entry_that_is_replaced_while_it_is_read_is_one_or_the_other() {
    let cache = Cache::new();
    let runtime = cache.runtime();
    runtime.load(&module(1)).was_stored();
    let (entry, good) = (cache.entry(), cache.beside("good"));
    fs::copy(&entry, &good).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let changer = {
        let (entry, done, beside) = (entry, done.clone(), cache.beside("changed"));
        std::thread::spawn(move || {
            let good = fs::read(good).unwrap();
            let mut bad = good.clone();
            *bad.last_mut().unwrap() ^= 1;
            for turn in 0.. {
                let bytes = if turn % 2 == 0 { &bad } else { &good };
                if turn % 3 == 0 {
                    // In place, so that a reader may see the middle of it.
                    fs::write(&entry, bytes).unwrap();
                } else {
                    fs::write(&beside, bytes).unwrap();
                    fs::rename(&beside, &entry).unwrap();
                }
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        })
    };
    for _ in 0..200 {
        let load = runtime.load(&module(1));
        assert_eq!(load.module.manifest().functions.len(), 1);
    }
    done.store(true, Ordering::Relaxed);
    changer.join().unwrap();
    let report = runtime.report();
    assert_eq!(report.hits + report.misses, 201);
    assert!(report.hits > 0 && report.misses > 1, "{report:?}");
}
