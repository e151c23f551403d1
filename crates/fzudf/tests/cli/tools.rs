//! `fzudf completions` and `fzudf doctor`.

use crate::data::{Folder, Run, fzudf};
use std::process::{Command, Stdio};

#[test]
fn every_shell_gets_completions_that_know_the_commands() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = folder.run(&["completions", shell]).ok();
        for word in ["inspect", "call", "doctor", "no-cache", "ndjson"] {
            assert!(run.out.contains(word), "no `{word}` for {shell}");
        }
        assert_eq!(run.err, "");
    }
    folder.run(&["completions", "tcsh"]).fails(2, &["bash"]);
}

#[test]
fn bash_takes_its_completions() {
    let script = Folder::new().run(&["completions", "bash"]).ok().out;
    let complete = format!(
        "{script}\nCOMP_WORDS=(fzudf ca); COMP_CWORD=1; _fzudf fzudf ca fzudf; echo \"${{COMPREPLY[@]}}\""
    );
    let Ok(output) = Command::new("bash").args(["-c", &complete]).output() else {
        println!("there is no bash here");
        return;
    };
    let run = Run::of(output).ok();
    assert_eq!(run.out, "call cache\n", "{}", run.err);
}

#[test]
fn a_reader_of_completions_that_leaves_early_is_no_failure() {
    let mut child = fzudf()
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let run = Run::of(child.wait_with_output().unwrap()).ok();
    assert_eq!(run.err, "");
}

/// What `doctor` says with this environment.
fn doctor(args: &[&str], path: Option<&str>) -> Run {
    let folder = Folder::new();
    let mut command = fzudf();
    command.arg("doctor").args(args).env("FZUDF_CACHE_DIR", folder.path("cache"));
    if let Some(path) = path {
        command.env("PATH", path).env_remove("RUSTC");
    }
    Run::of(command.output().unwrap())
}

#[test]
fn the_doctor_looks_at_everything_that_plugins_need() {
    let run = doctor(&[], None);
    for name in
        ["cargo", "rustc", "wasm target", "linker", "wasm-opt", "module cache", "wasmtime, wasmi"]
    {
        assert!(run.out.contains(name), "no `{name}` in:\n{}", run.out);
    }
    let json: serde_json::Value = serde_json::from_str(&doctor(&["--json"], None).out).unwrap();
    assert_eq!(json["engines"], serde_json::json!(["wasmtime", "wasmi"]));
    assert!(json["processors"].as_u64().unwrap() > 0);
    let needed = json["checks"].as_array().unwrap().iter().filter(|check| check["needed"] == true);
    let all_there = needed.clone().all(|check| check["ok"] == true);
    assert_eq!(json["can_build"], all_there);
    assert_eq!(run.code, if all_there { 0 } else { 6 });
    // Somebody compiled and linked this test.
    for check in needed.filter(|check| check["name"] != "wasm target") {
        assert_eq!(check["ok"], true, "{check}");
        assert!(check["found"].is_string() && check["mend"].is_null(), "{check}");
    }
}

#[test]
fn a_machine_without_anything_is_told_how_to_mend_it() {
    let run = doctor(&[], Some("/nonexistent"));
    let run = run.fails(6, &["cannot be built", "hint: run: "]);
    for text in
        ["missing  cargo", "missing  rustc", "missing  linker", "absent   wasm-opt", "run: "]
    {
        assert!(run.out.contains(text), "no `{text}` in:\n{}", run.out);
    }
    assert!(run.out.contains("ok       module cache"), "{}", run.out);
    let run = doctor(&["--json"], Some("/nonexistent"));
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["can_build"], false);
    for check in json["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false) {
        assert!(!check["mend"].as_str().unwrap().is_empty(), "{check}");
        assert!(!check["problem"].as_str().unwrap().is_empty(), "{check}");
    }
}

#[test]
fn a_cache_folder_that_cannot_be_used_does_not_keep_plugins_from_being_built() {
    let folder = Folder::new();
    folder.write_text("cache", "no folder");
    let output =
        fzudf().args(["doctor", "--json"]).env("FZUDF_CACHE_DIR", folder.path("cache")).output();
    let json: serde_json::Value = serde_json::from_str(&Run::of(output.unwrap()).out).unwrap();
    let checks = json["checks"].as_array().unwrap();
    let cache = checks.iter().find(|check| check["name"] == "module cache").unwrap();
    assert_eq!((&cache["ok"], &cache["needed"]), (&false.into(), &false.into()));
    assert!(cache["problem"].as_str().unwrap().contains("not a folder"), "{cache}");
    assert!(cache["mend"].as_str().unwrap().contains("FZUDF_CACHE_DIR"), "{cache}");
}
