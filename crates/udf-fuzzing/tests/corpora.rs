//! Every target holds on its committed corpus, on what was once found, and on random bytes.

use proptest::prelude::*;
use std::{fs, path::Path};
use udf_fuzzing::TARGETS;

#[test]
fn every_target_holds_on_its_corpus() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    for (name, target) in TARGETS {
        let folder = fuzz.join("corpus").join(name);
        let mut files: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{} is empty", folder.display());
        for file in files {
            // Shown where the target panics.
            eprintln!("{name}: {}", file.display());
            target(&fs::read(&file).unwrap());
        }
    }
}

#[test]
fn every_target_has_a_program_for_the_fuzzer() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(fuzz.join("fuzz_targets").join(format!("{name}.rs")).exists(), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_target_holds_on_random_bytes(
        (index, bytes) in (0..TARGETS.len(), prop::collection::vec(any::<u8>(), 0..600)),
    ) {
        TARGETS[index].1(&bytes);
    }
}
