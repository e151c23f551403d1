//! The extension module that cargo has built: `cargo test` leaves it beside the tests, where `cargo xtask test` takes
//! it from for the tests in Python.

use std::{env, fs};

#[test]
fn the_library_has_the_entry_that_python_looks_for() {
    let mut folder = env::current_exe().unwrap();
    assert!(folder.pop());
    let name =
        format!("{}formualizer_udf_native{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let library = fs::read(folder.join(&name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let entry = b"PyInit__native";
    assert!(library.windows(entry.len()).any(|bytes| bytes == entry));
}
