//! Compiled plugins kept on disk, as a user of the command line meets them.

use crate::data::{Folder, Run, conformance, fzudf};
use std::{path::Path, process::Command};

/// A call in a folder whose cache is `cache` in it.
fn command(folder: &Folder) -> Command {
    let mut command = fzudf();
    command.env("FZUDF_CACHE_DIR", folder.path("cache"));
    command
}

fn call(folder: &Folder, args: &[&str]) -> Run {
    let mut command = command(folder);
    command.args(["call", &conformance(), "SQRT_CHECKED", "--arg", "=4"]).args(args);
    let run = Run::of(command.output().unwrap()).ok();
    assert_eq!(run.out.lines().last(), Some("2.0"), "{}", run.out);
    run
}

fn entries(folder: &Path) -> usize {
    let Ok(files) = std::fs::read_dir(folder) else { return 0 };
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".module")).count()
}

#[test]
fn a_call_keeps_what_it_compiled_unless_told_not_to() {
    let folder = Folder::new();
    call(&folder, &["--no-cache"]);
    call(&folder, &["--backend", "wasmi"]);
    assert!(!folder.path("cache").exists());
    call(&folder, &[]);
    assert_eq!(entries(&folder.path("cache")), 1);
    // Compiling again would be another time of writing.
    let entry = || {
        let files = std::fs::read_dir(folder.path("cache")).unwrap();
        let mut times: Vec<_> = files
            .map(|file| {
                let file = file.unwrap();
                (file.file_name(), file.metadata().unwrap().modified().unwrap())
            })
            .collect();
        times.sort();
        times
    };
    let before = entry();
    call(&folder, &[]);
    assert_eq!(entry(), before);
}

#[test]
fn a_cache_that_cannot_be_used_is_told_of_and_changes_nothing() {
    let folder = Folder::new();
    folder.write_text("cache", "no folder");
    let run = call(&folder, &[]);
    assert!(run.err.contains("note: the module cache is not used: "), "{}", run.err);
    assert!(run.err.contains("not a folder") && run.err.contains("--no-cache"), "{}", run.err);
    assert_eq!(call(&folder, &["--quiet"]).err, "");
    assert!(!call(&folder, &["--no-cache"]).err.contains("cache"));
}

#[test]
fn a_damaged_entry_is_told_of_once_and_mended() {
    let folder = Folder::new();
    call(&folder, &[]);
    for file in std::fs::read_dir(folder.path("cache")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "module") {
            std::fs::write(path, "damaged").unwrap();
        }
    }
    let run = call(&folder, &[]);
    assert!(run.err.contains("note: module cache: "), "{}", run.err);
    assert!(!call(&folder, &[]).err.contains("module cache"));
}

#[test]
fn the_folder_is_shown_and_cleared() {
    let folder = Folder::new();
    let cache = |action| Run::of(command(&folder).args(["cache", action]).output().unwrap());
    let path = folder.path("cache");
    assert_eq!(cache("path").ok().out, format!("{}\n", path.display()));
    assert!(cache("clear").ok().err.contains("removed 0 files (0 bytes)"));
    call(&folder, &[]);
    std::fs::write(path.join("notes.txt"), "mine").unwrap();
    let said = cache("clear").ok();
    assert_eq!(said.out, "");
    assert!(said.err.contains("removed 2 files ("), "{}", said.err);
    assert_eq!(entries(&path), 0);
    assert_eq!(std::fs::read_to_string(path.join("notes.txt")).unwrap(), "mine");
    call(&folder, &[]);
    assert_eq!(entries(&path), 1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_not_the_user_s_own_is_not_cleared() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", folder.path("cache")).unwrap();
    let run = Run::of(command(&folder).args(["cache", "clear"]).output().unwrap());
    run.fails(5, &["symbolic link", "FZUDF_CACHE_DIR"]);
}

#[cfg(target_os = "linux")]
#[test]
fn the_usual_folder_is_that_of_the_system() {
    let folder = Folder::new();
    let home = folder.path("home");
    let path = |name: &str, value: &Path| {
        let mut command = fzudf();
        command.env_remove("FZUDF_CACHE_DIR").env_remove("XDG_CACHE_HOME").env("HOME", &home);
        let run = command.env(name, value).args(["cache", "path"]).output().unwrap();
        Run::of(run).ok().out
    };
    let expected = |base: &Path| format!("{}/formualizer-udf/modules\n", base.display());
    assert_eq!(path("XDG_CACHE_HOME", &folder.path("xdg")), expected(&folder.path("xdg")));
    assert_eq!(path("HOME", &home), expected(&home.join(".cache")));
    // Set to nothing is not set.
    assert_eq!(path("FZUDF_CACHE_DIR", Path::new("")), expected(&home.join(".cache")));
}
