//! docs/authoring.md: every command in it is run, and prints what it says there.

use crate::workshop::{Block, Run, Step, Workshop, blocks, repository, shell};
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

/// A line without what differs from run to run: numbers, and how much white space there is.
fn essence(line: &str) -> String {
    let mut out = String::new();
    for word in line.split_whitespace() {
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
        let said: Vec<String> = said.lines().map(essence).collect();
        let mut from = 0;
        for wanted in shown.iter().flat_map(|shown| shown.lines()).filter(|l| l.trim() != "…") {
            let wanted = essence(wanted.trim_end_matches('…'));
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
fn lines_are_compared_without_their_numbers() {
    assert_eq!(essence("  size   16,300 bytes"), "size # bytes");
    assert_eq!(essence("1,000 rows in 0.003 s (x2.)"), "# rows in # s (x#)");
}
