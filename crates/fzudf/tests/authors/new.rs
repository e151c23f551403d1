//! `fzudf new`.

use crate::workshop::{Folder, Workshop, repository};
use std::{fs, path::Path};

fn files(folder: &Path, prefix: &str, out: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => files(&entry.path(), &format!("{name}/"), out),
            false => out.push(name),
        }
    }
}

#[test]
fn a_new_plugin_has_all_its_files() {
    let folder = Folder::new();
    folder.fzudf(&["new", "my-functions", "--template", "string"]).ok().prints(&[
        "made my-functions",
        "cd my-functions",
        "fzudf test my_functions.wasm",
    ]);
    assert_eq!(folder.entries(), ["my-functions"]);
    let project = folder.path().join("my-functions");
    let mut found = Vec::new();
    files(&project, "", &mut found);
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "src/lib.rs",
        "README.md",
        ".gitignore",
        "vendor/formualizer-udf/formualizer-udf-sdk/src/lib.rs",
        "vendor/formualizer-udf/LICENSE-MIT",
    ] {
        assert!(found.iter().any(|f| f == file), "no {file} in {found:?}");
    }
    let source = fs::read_to_string(project.join("src/lib.rs")).unwrap();
    assert!(source.contains("id: \"example.my-functions\""), "{source}");
}

#[test]
fn what_is_carried_is_what_stands_in_the_repository() {
    let folder = Folder::new();
    folder.fzudf(&["new", "units"]).ok();
    let vendor = folder.path().join("units/vendor/formualizer-udf");
    for name in ["udf-abi", "formualizer-udf-macros", "formualizer-udf-sdk"] {
        let (mut carried, mut own) = (Vec::new(), Vec::new());
        files(&vendor.join(name).join("src"), "", &mut carried);
        files(&repository().join("crates").join(name).join("src"), "", &mut own);
        carried.sort();
        own.sort();
        assert_eq!(carried, own, "{name}");
        for file in own {
            let read = |root: &Path| fs::read(root.join(name).join("src").join(&file)).unwrap();
            assert_eq!(read(&vendor), read(&repository().join("crates")), "{name}/src/{file}");
        }
    }
}

#[test]
fn nothing_is_written_over() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("units")).unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    folder.fzudf(&["new", "units"]).fails(5, &["units exists", "give another name"]);
    folder.fzudf(&["new", "file"]).fails(5, &["file exists"]);
    assert_eq!(folder.entries(), ["file", "units"]);
    assert_eq!(fs::read_dir(folder.path().join("units")).unwrap().count(), 0);
}

#[test]
fn names_that_cargo_would_refuse_are_refused_with_one_that_works() {
    let folder = Folder::new();
    folder.fzudf(&["new", "9lives"]).fails(2, &["9lives", "`udf-9lives` works"]);
    folder.fzudf(&["new", "Units"]).fails(2, &["capital letters", "`units` works"]);
    folder.fzudf(&["new", "syn"]).fails(2, &["`syn-udf` works"]);
    folder.fzudf(&["new", ".."]).fails(2, &["names no folder"]);
    assert_eq!(folder.entries(), [""; 0]);
}

#[test]
fn where_nothing_can_be_made_nothing_is_left() {
    let folder = Folder::new();
    folder.fzudf(&["new", "no/such/units"]).fails(5, &["no/such/units", "parent exists"]);
    folder.fzudf(&["new", "units", "--sdk", "."]).fails(5, &["no formualizer-udf-sdk", "--sdk"]);
    assert_eq!(folder.entries(), [""; 0]);
}

#[test]
fn the_sdk_can_be_a_checkout() {
    let folder = Folder::new();
    let checkout = repository();
    for path in [checkout.clone(), checkout.join("crates/formualizer-udf-sdk")] {
        folder.fzudf(&["new", "units", "--sdk", path.to_str().unwrap()]).ok();
        let manifest = fs::read_to_string(folder.path().join("units/Cargo.toml")).unwrap();
        let wanted = checkout.join("crates/formualizer-udf-sdk");
        assert!(manifest.contains(wanted.to_str().unwrap()), "{manifest}");
        assert!(!folder.path().join("units/vendor").exists());
        fs::remove_dir_all(folder.path().join("units")).unwrap();
    }
}

#[test]
fn the_lock_file_is_the_one_that_cargo_would_write() {
    let project = &Workshop::get().project;
    let now = fs::read_to_string(project.join("Cargo.lock")).unwrap();
    let folder = Folder::new();
    folder.fzudf(&["new", "units"]).ok();
    let fresh = fs::read_to_string(folder.path().join("units/Cargo.lock")).unwrap();
    // The project was built and tested meanwhile.
    assert_eq!(now, fresh);
}
