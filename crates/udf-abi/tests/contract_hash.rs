//! The contract does not change unnoticed: a hash of its source is approved by hand.
#![expect(clippy::panic, reason = "a file that cannot be read fails the test")]

use sha2::{Digest, Sha256};
use std::{fmt::Write, fs, path::PathBuf};

/// The contract's files, from the crate's folder.
const FILES: [&str; 10] = [
    "src/frame.rs",
    "src/dtype.rs",
    "src/error_code.rs",
    "src/exports.rs",
    "src/manifest/model.rs",
    "src/manifest/rules.rs",
    "src/manifest/parse.rs",
    "src/manifest/name.rs",
    "src/manifest/unknown.rs",
    "../../docs/fz_udf.h",
];
const APPROVED: &str = "contract.sha256";

fn read(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The lines of a source text that say something to a compiler, without white space at their
/// ends: no blank lines, no lines that are a comment and nothing else.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        if in_comment || line.starts_with("/*") {
            in_comment = !line.contains("*/");
            let rest = line.split_once("*/").map_or("", |(_, rest)| rest.trim());
            if rest.is_empty() {
                continue;
            }
        } else if line.is_empty() || line.starts_with("//") {
            continue;
        }
        code.push_str(line);
        code.push('\n');
    }
    code
}

fn hash(files: &[(&str, String)]) -> String {
    let mut hasher = Sha256::new();
    for (file, text) in files {
        // Lengths keep text from moving between files unseen.
        let code = code(text);
        hasher.update(format!("{file}\n{}\n{code}", code.len()));
    }
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[test]
fn the_contract_is_the_approved_one() {
    let found = hash(&FILES.map(|file| (file, read(file))));
    let approved = read(APPROVED);
    assert!(
        found == approved.trim(),
        "The contract changed (files: {FILES:?}). Other people's plugins and hosts rest on it: hold \
         the change against docs/abi.md and docs/manifest.md, decide whether modules that exist \
         still work, and then write the new value into crates/udf-abi/{APPROVED}:\n{found}"
    );
}

#[test]
fn comments_indentation_and_line_ends_do_not_count() {
    let plain = "const A: u32 = 1;\nstruct B;\n";
    let dressed =
        "//! About.\r\n\r\n/* one\r\n * two */\r\n  const A: u32 = 1;  \r\n/// b\n\tstruct B;";
    assert_eq!(code(dressed), plain);
    assert_eq!(hash(&[("a", plain.into())]), hash(&[("a", dressed.into())]));
}

#[test]
fn values_and_file_names_count() {
    let one = hash(&[("a", "const A: u32 = 1;".into())]);
    assert_ne!(one, hash(&[("a", "const A: u32 = 2;".into())]));
    assert_ne!(one, hash(&[("b", "const A: u32 = 1;".into())]));
    assert_ne!(one, hash(&[("a", "/* */ const A: u32 = 1; //".into())]));
}
