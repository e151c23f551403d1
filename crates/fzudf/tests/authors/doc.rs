//! `fzudf doc`.

use crate::workshop::{Folder, plugin};
use std::{fs, path::Path};

#[test]
fn the_reference_of_finance_is_as_it_was() {
    let folder = Folder::new();
    let found = folder.fzudf(&["doc", &plugin("finance.wasm")]).ok().out;
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/authors/finance.md");
    if std::env::var_os("FZUDF_BLESS").is_some() {
        fs::write(&golden, &found).unwrap();
    }
    let wanted = fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(
        found, wanted,
        "if the change is meant, run this test with FZUDF_BLESS=1 and commit"
    );
}

#[test]
fn a_file_is_written_as_a_whole() {
    let folder = Folder::new();
    let module = plugin("conformance.wasm");
    folder.fzudf(&["doc", &module, "--out", "functions.md"]).ok().prints(&[""]);
    let written = fs::read_to_string(folder.path().join("functions.md")).unwrap();
    assert_eq!(written, folder.fzudf(&["doc", &module]).ok().out);
    assert_eq!(folder.entries(), ["functions.md"]);
    folder.fzudf(&["doc", &module, "--out", "no/such.md"]).fails(5, &["no/such.md"]);
    folder.fzudf(&["doc", "none.wasm"]).fails(5, &["none.wasm"]);
}
