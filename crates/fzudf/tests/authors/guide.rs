//! docs/authoring.md: every command in it is run, and prints what it says there.

use crate::workshop::{Block, Folder, Run, Step, Workshop, blocks, plugin, repository, shell};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn guide() -> Vec<Block> {
    blocks(&fs::read_to_string(repository().join("docs/authoring.md")).unwrap())
}

/// Runs the blocks of commands in their order, as one session in `folder`.
pub(crate) fn follow(folder: &Path) -> Vec<Step> {
    let blocks = guide();
    let mut here = folder.to_owned();
    let mut steps = Vec::new();
    for (index, block) in blocks.iter().enumerate().filter(|(_, b)| b.language == "sh") {
        let next = blocks.get(index + 1).filter(|next| next.language == "text");
        // Compiling this command a second time would take minutes and show nothing: see below.
        let run = match block.text.starts_with("cargo install") {
            true => Run { code: 0, out: String::new(), err: String::new() },
            false => {
                let place = folder.join(".place");
                let run = shell(&here, &format!("{}\npwd > '{}'", block.text, place.display()));
                if let Ok(place) = fs::read_to_string(&place) {
                    here = PathBuf::from(place.trim_end());
                }
                run
            }
        };
        let failed = run.code != 0;
        steps.push(Step {
            line: block.line,
            commands: block.text.clone(),
            shown: next.map(|next| next.text.clone()),
            run,
        });
        if failed {
            break;
        }
    }
    steps
}

/// Whether a line's numbers differ from run to run or from machine to machine: measured times, and
/// sizes, which follow the compiler.
fn is_measured(commands: &str, line: &str) -> bool {
    let times = commands.lines().any(|line| line.starts_with("fzudf bench"));
    times || line.trim_start().starts_with("size ")
}

/// A line without what differs from run to run: how much white space there is, and measured
/// numbers.
fn essence(line: &str, measured: bool) -> String {
    let mut out = String::new();
    for word in line.split_whitespace() {
        if !measured {
            out.push_str(word);
            out.push(' ');
            continue;
        }
        let digits = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
        let mut rest = word;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            out.push_str(&rest[..start]);
            out.push('#');
            rest = rest[start..].trim_start_matches(digits);
        }
        out.push_str(rest);
        out.push(' ');
    }
    out.trim_end().to_owned()
}

#[test]
fn every_command_of_the_guide_works_and_prints_what_it_says() {
    let steps = &Workshop::get().steps;
    for Step { line, commands, shown, run } in steps {
        let said = format!("{}{}", run.out, run.err);
        assert_eq!(run.code, 0, "docs/authoring.md:{line}: {commands}\n{said}");
        let said: Vec<String> =
            said.lines().map(|line| essence(line, is_measured(commands, line))).collect();
        let mut from = 0;
        for wanted in shown.iter().flat_map(|shown| shown.lines()).filter(|l| l.trim() != "…") {
            let wanted = wanted.trim_end_matches('…');
            let wanted = essence(wanted, is_measured(commands, wanted));
            match said[from..].iter().position(|line| line.contains(&wanted)) {
                Some(at) => from += at,
                None => panic!(
                    "docs/authoring.md:{line}: {commands} prints no\n{wanted}\nbut\n{said:#?}"
                ),
            }
        }
    }
    let all: String = steps.iter().map(|step| step.commands.as_str()).collect();
    for command in ["new", "build", "check", "test", "call", "bench", "doc", "inspect"] {
        let shows = |line: &str| line.split_whitespace().take(2).eq(["fzudf", command]);
        assert!(all.lines().any(shows), "the guide does not show {command}");
    }
}

#[test]
fn what_the_guide_installs_is_this_command() {
    let block = guide().into_iter().find(|b| b.text.starts_with("cargo install")).unwrap();
    let path = block.text.split_once("--path ").unwrap().1.trim();
    let manifest = fs::read_to_string(repository().join(path).join("Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"fzudf\""), "{path}");
    assert_eq!(
        repository().join(path),
        Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap()
    );
}

#[test]
fn the_source_that_the_guide_shows_is_the_template_s() {
    let source = fs::read_to_string(Workshop::get().project.join("src/lib.rs")).unwrap();
    let shown = guide().into_iter().find(|b| b.language == "rust").unwrap();
    assert!(source.starts_with(&shown.text), "docs/authoring.md:{}", shown.line);
}

#[test]
fn what_the_guide_shows_of_other_plugins_is_what_they_print() {
    let guide = fs::read_to_string(repository().join("docs/authoring.md")).unwrap();
    let folder = Folder::new();
    let run = folder.fzudf(&["test", &plugin("conformance.wasm"), "DIVIDE_I64"]).ok();
    let shown: Vec<&str> = run.out.lines().take(3).collect();
    let shown = format!("```text\n{}\n```", shown.join("\n"));
    assert!(guide.contains(&shown), "docs/authoring.md does not show\n{shown}");
}

#[test]
fn measured_lines_are_compared_without_their_numbers() {
    assert!(is_measured("fzudf check x.wasm\n", "  size   16,300 bytes"));
    assert!(is_measured("fzudf bench x.wasm\n", "1 row"));
    assert!(!is_measured("fzudf test x.wasm\n", "1 row"));
    assert_eq!(essence("  size   16,300 bytes", true), "size # bytes");
    assert_eq!(essence("1,000 rows in 0.003 s (x2.)", true), "# rows in # s (x#)");
    assert_eq!(essence("  1,005   random rows", false), "1,005 random rows");
}
