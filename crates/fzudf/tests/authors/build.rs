//! `fzudf build`.

use crate::workshop::{Folder, Run, Workshop, fzudf, plugin, shell};
use std::{fs, path::Path};

/// The project of the workshop with another source, for as long as `body` runs.
fn with_source(workshop: &Workshop, source: &str, body: impl FnOnce(&Path)) {
    let _changing = workshop.changing();
    let file = workshop.project.join("src/lib.rs");
    let old = fs::read_to_string(&file).unwrap();
    fs::write(&file, source).unwrap();
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(&workshop.project)));
    fs::write(&file, old).unwrap();
    if let Err(panic) = done {
        std::panic::resume_unwind(panic);
    }
}

fn template(name: &str) -> String {
    let folder = Folder::new();
    folder.fzudf(&["new", "units", "--template", name]).ok();
    fs::read_to_string(folder.path().join("units/src/lib.rs")).unwrap()
}

/// Tests natively, builds, and runs the examples and random rows.
fn works(project: &Path, module: &str) -> Run {
    shell(project, "cargo test").ok().prints(&["passed; 0 failed"]);
    fzudf(project, &["build", "--out", module]).ok().prints(&[module, "functions"]);
    fzudf(project, &["check", module, "--deny-warnings"]).ok();
    fzudf(project, &["test", module]).ok().prints(&["all hold"])
}

#[test]
fn the_template_of_texts_works() {
    with_source(Workshop::get(), &template("string"), |project| {
        works(project, "texts.wasm").prints(&["INITIALS", "STARTS_WITH"]);
    });
}

#[test]
fn the_template_of_arrays_works() {
    with_source(Workshop::get(), &template("array"), |project| {
        works(project, "arrays.wasm").prints(&["RUNNING_SUM", "array", "SPREAD", "reduce"]);
    });
}

#[test]
fn a_source_that_does_not_compile_leaves_the_old_module() {
    let workshop = Workshop::get();
    let before = fs::read(workshop.module()).unwrap();
    with_source(workshop, "fn f() -> f64 { \"text\" }", |project| {
        fzudf(project, &["build"]).fails(6, &["mismatched types", "units does not compile"]);
    });
    assert_eq!(fs::read(workshop.module()).unwrap(), before);
}

#[test]
fn a_crate_without_its_module_macro_is_told_what_it_lacks() {
    with_source(Workshop::get(), "pub fn f() -> f64 { 1.0 }", |project| {
        fzudf(project, &["build", "--out", "x.wasm"]).fails(3, &["units", "fz_module!"]);
        assert!(!project.join("x.wasm").exists());
    });
}

#[test]
fn no_path_of_this_machine_is_in_the_module() {
    let workshop = Workshop::get();
    let module = fs::read(workshop.module()).unwrap();
    let text = String::from_utf8_lossy(&module);
    assert!(!text.contains(workshop.project.to_str().unwrap()));
    assert!(!text.contains(env!("CARGO_TARGET_TMPDIR")));
}

#[test]
fn a_folder_that_is_no_plugin_is_told_what_it_lacks() {
    let folder = Folder::new();
    folder.fzudf(&["build"]).fails(5, &["Cargo.toml is not there", "fzudf new NAME"]);
    let manifest =
        "[package]\nname = \"helper\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    folder.fzudf(&["build"]).fails(6, &["`helper` is no plugin", "crate-type = [\"cdylib\""]);
    folder.fzudf(&["build", "-p", "other"]).fails(2, &["no plugin `other`", "crate-type"]);
}

/// A program of this name that does what the script says, first on the path.
#[cfg(unix)]
fn with_wasm_opt(script: &str) -> (Folder, Run) {
    use std::os::unix::fs::PermissionsExt as _;
    let tools = Folder::new();
    let file = tools.path().join("wasm-opt");
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let workshop = Workshop::get();
    let _changing = workshop.changing();
    let command = format!(
        "PATH='{}':$PATH fzudf build --out '{}'",
        tools.path().display(),
        tools.path().join("out.wasm").display()
    );
    let run = shell(&workshop.project, &command).ok();
    (tools, run)
}

/// The arguments are the flags, the module, `-o` and the result.
#[cfg(unix)]
const LAST: &str =
    "for last; do :; done; in=$(echo \"$@\" | sed 's/.* \\([^ ]*in.wasm\\) .*/\\1/')";

/// The module without its table's elements: smaller, and a plugin as far as inspection sees.
#[cfg(unix)]
fn smaller(module: &[u8]) -> Vec<u8> {
    use wasmparser::{Parser, Payload};
    let mut out = b"\0asm\x01\0\0\0".to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.unwrap();
        if matches!(payload, Payload::ElementSection(_)) {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            out.push(id);
            let mut len = range.len();
            while len >= 0x80 {
                out.push((len & 0x7f) as u8 | 0x80);
                len >>= 7;
            }
            out.push(len as u8);
            out.extend(&module[range]);
        }
    }
    assert!(out.len() < module.len());
    out
}

#[cfg(unix)]
#[test]
fn the_smaller_of_both_modules_is_taken() {
    let workshop = Workshop::get();
    let folder = Folder::new();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    {
        let _changing = workshop.changing();
        fzudf(&workshop.project, &["build", "--no-opt", "--out", &file("plain.wasm")]).ok();
    }
    let plain = fs::read(file("plain.wasm")).unwrap();
    fs::write(file("small.wasm"), smaller(&plain)).unwrap();
    let (tools, run) = with_wasm_opt(&format!("{LAST}; cp '{}' \"$last\"", file("small.wasm")));
    assert!(run.out.contains("before wasm-opt"), "{}", run.out);
    assert_eq!(fs::read(tools.path().join("out.wasm")).unwrap(), smaller(&plain));
    let (tools, run) = with_wasm_opt(&format!("{LAST}; cp \"$in\" \"$last\""));
    assert!(run.out.contains("wasm-opt makes it no smaller"), "{}", run.out);
    assert_eq!(fs::read(tools.path().join("out.wasm")).unwrap(), plain);
}

#[cfg(unix)]
#[test]
fn what_wasm_opt_breaks_is_not_taken() {
    let workshop = Workshop::get();
    let expected = |folder: &Folder| fs::read(folder.path().join("out.wasm")).unwrap();
    let original = {
        let _changing = workshop.changing();
        let folder = Folder::new();
        let out = folder.path().join("out.wasm");
        fzudf(&workshop.project, &["build", "--no-opt", "--out", out.to_str().unwrap()]).ok();
        expected(&folder)
    };
    for (script, said) in [
        (format!("{LAST}; printf '\\0asm\\1\\0\\0\\0' > \"$last\""), "breaks the contract"),
        (format!("{LAST}; cp '{}' \"$last\"", plugin("finance.wasm")), "another manifest"),
        ("echo 'Fatal: no such flag' >&2; exit 1".to_owned(), "no such flag"),
        ("exit 0".to_owned(), "it wrote nothing"),
    ] {
        let (tools, run) = with_wasm_opt(&script);
        assert!(run.err.contains(said), "no `{said}` in:\n{}", run.err);
        assert!(run.out.contains("not optimised further"), "{}", run.out);
        assert_eq!(expected(&tools), original);
    }
}
