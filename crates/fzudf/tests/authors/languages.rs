//! docs/other-languages.md and the example of docs/abi.md: every block of commands is run, and makes a plugin that
//! holds. `cargo xtask test` installs the compilers; without it those on the path are used, and what is
//! missing is skipped with the command that installs it.

use crate::workshop::{Folder, Run, blocks, repository, with_path};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A section of the document, and the folder of its sample.
struct Language {
    heading: &'static str,
    folder: &'static str,
    source: &'static str,
    install: &'static str,
}

const WAT: Language = Language {
    heading: "## WebAssembly text",
    folder: "wat",
    source: "plugin.wat",
    install: "npm install wabt",
};
const ASSEMBLYSCRIPT: Language = Language {
    heading: "## AssemblyScript",
    folder: "assemblyscript",
    source: "plugin.ts",
    install: "npm install assemblyscript",
};
const ZIG: Language = Language {
    heading: "## Zig",
    folder: "zig",
    source: "plugin.zig",
    install: "pip install ziglang==0.14.1",
};
const CPP: Language = Language {
    heading: "## C++",
    folder: "cpp",
    source: "plugin.cpp",
    install: "apt-get install clang lld",
};

/// Folders of programs: the one that the test command has filled, if it did.
fn tools() -> Vec<PathBuf> {
    std::env::var_os("FZ_LANGUAGE_TOOLS").map(PathBuf::from).into_iter().collect()
}

fn run(folder: &Path, tools: &[PathBuf], script: &str) -> Run {
    with_path(folder, tools, script)
}

fn document() -> String {
    fs::read_to_string(repository().join("docs/other-languages.md")).unwrap()
}

/// The commands of a section, and those that are the same for every language.
fn commands(heading: &str) -> String {
    let document = document();
    let (before, section) = document.split_once(&format!("{heading}\n")).unwrap();
    assert!(!before.is_empty());
    let section = section.split("\n## ").next().unwrap();
    blocks(section).into_iter().find(|block| block.language == "sh").unwrap().text
}

fn commands_for_all() -> String {
    blocks(&document()).into_iter().find(|block| block.language == "sh").unwrap().text
}

/// A copy of a sample, with the manifest and the header where the commands look for them; its source may be
/// changed.
fn sample(language: &Language, change: impl FnOnce(String) -> String) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let samples = repository().join("testdata/languages");
    let here = folder.path().join("testdata/languages").join(language.folder);
    fs::create_dir_all(&here).unwrap();
    fs::create_dir_all(folder.path().join("docs")).unwrap();
    for name in ["docs/fz_udf.h", "testdata/languages/manifest.json"] {
        fs::copy(repository().join(name), folder.path().join(name)).unwrap();
    }
    let source = fs::read_to_string(samples.join(language.folder).join(language.source)).unwrap();
    fs::write(here.join(language.source), change(source)).unwrap();
    (folder, here)
}

/// Whether every program is there that the commands call.
fn can_run(language: &Language, commands: &str) -> bool {
    let missing = commands
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .find(|program| run(Path::new("."), &tools(), &format!("command -v {program}")).code != 0);
    if let Some(program) = missing {
        println!("skipped: there is no {program} here; run {}", language.install);
    }
    missing.is_none()
}

/// Builds a sample; `None` where its compiler is not there.
fn built(language: &Language, change: impl FnOnce(String) -> String) -> Option<(Folder, PathBuf)> {
    let commands = commands(language.heading);
    if !can_run(language, &commands) {
        return None;
    }
    let (folder, here) = sample(language, change);
    run(&here, &tools(), &commands).ok();
    Some((folder, here))
}

/// What the document says of every language holds for this one.
fn holds(here: &Path) {
    let all = run(here, &tools(), &commands_for_all()).ok();
    all.prints(&["SCALE, MEAN_OF", "keeps the contract", "\n6.0\n", "all hold"]);
    let mean = run(
        here,
        &tools(),
        "printf 'x\\n1\\n\\n5\\n' > in.csv; \
        fzudf call plugin.wasm MEAN_OF --input in.csv --arg x; \
        fzudf test plugin.wasm --json",
    );
    let mean = mean.ok();
    assert!(mean.out.starts_with("3.0\n"), "{}", mean.out);
    // Both functions gave values, nulls and errors, and none of the two trapped.
    let json = mean.out.split_once('{').map(|(_, rest)| format!("{{{rest}")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for function in json["functions"].as_array().unwrap() {
        assert!(function["values"].as_u64().unwrap() > 0, "{function}");
        assert_eq!(function["trapped"], 0, "{function}");
    }
}

#[test]
fn the_sample_in_webassembly_text_works() {
    match built(&WAT, |source| source) {
        Some((_folder, here)) => holds(&here),
        // The text format needs no compiler but ours.
        None => {
            let (_folder, here) = sample(&WAT, |source| source);
            let source = fs::read(here.join(WAT.source)).unwrap();
            fs::write(here.join("plugin.wasm"), wat::parse_bytes(&source).unwrap()).unwrap();
            holds(&here);
        }
    }
}

#[test]
fn the_sample_in_assemblyscript_works() {
    if let Some((_folder, here)) = built(&ASSEMBLYSCRIPT, |source| source) {
        holds(&here);
    }
}

#[test]
fn the_sample_in_zig_works() {
    if let Some((_folder, here)) = built(&ZIG, |source| source) {
        holds(&here);
    }
}

#[test]
fn the_sample_in_cpp_works() {
    if let Some((_folder, here)) = built(&CPP, |source| source) {
        holds(&here);
    }
}

/// A factor that a constructor of a global object computes.
fn constructed(source: &str) -> String {
    let (constant, object) = (
        "const double FACTOR = 2;",
        "struct Factor {\n    double value;\n    Factor() { volatile double two = 2; value = two; }\n};\n\
         const Factor computed;\n#define FACTOR computed.value",
    );
    assert!(source.contains(constant));
    source.replace(constant, object)
}

#[test]
fn constructors_in_cpp_run_before_every_call_without_an_initialiser() {
    if let Some((_folder, here)) = built(&CPP, |source| constructed(&source)) {
        holds(&here);
    }
}

#[test]
fn assemblyscript_without_its_switches_is_told_what_to_do() {
    let commands = commands(ASSEMBLYSCRIPT.heading).replace("--use abort=", "");
    if !can_run(&ASSEMBLYSCRIPT, &commands) {
        return;
    }
    // What may fail calls abort.
    let fails =
        |source: String| source.replace("return unreachable()", "throw new Error(\"no x\")");
    let (_folder, here) = sample(&ASSEMBLYSCRIPT, fails);
    run(&here, &tools(), &commands).ok();
    run(&here, &tools(), "fzudf manifest add plugin.wasm ../manifest.json")
        .fails(3, &["env.abort", "--use abort="]);
}

/// A folder with a `wasm-opt` that fails, as an old one does that does not know the features of a module.
#[cfg(unix)]
fn failing_wasm_opt() -> Folder {
    use std::os::unix::fs::PermissionsExt as _;
    let tools = Folder::new();
    let file = tools.path().join("wasm-opt");
    fs::write(&file, "#!/bin/sh\necho 'wasm-opt must not run' >&2\nexit 1\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    tools
}

#[cfg(unix)]
#[test]
fn a_wasm_opt_that_fails_does_not_disturb_cpp() {
    let commands = commands(CPP.heading);
    if !can_run(&CPP, &commands) {
        return;
    }
    let fake = failing_wasm_opt();
    let (_folder, here) = sample(&CPP, |source| source);
    run(&here, &[fake.path().to_owned()], &commands).ok();
    holds(&here);
}

#[cfg(unix)]
#[test]
fn the_example_of_the_contract_compiles_with_any_wasm_opt_on_the_path() {
    let document = fs::read_to_string(repository().join("docs/abi.md")).unwrap();
    let (_, example) = document.split_once("## A complete plugin in C\n").unwrap();
    let blocks = blocks(example);
    let of = |language: &str| &blocks.iter().find(|b| b.language == language).unwrap().text;
    if !can_run(&CPP, of("sh")) {
        return;
    }
    let (folder, fake) = (Folder::new(), failing_wasm_opt());
    let file = |name: &str| folder.path().join(name);
    fs::create_dir(file("docs")).unwrap();
    fs::copy(repository().join("docs/fz_udf.h"), file("docs/fz_udf.h")).unwrap();
    fs::write(file("twice.c"), of("c")).unwrap();
    fs::write(file("manifest.json"), of("json")).unwrap();
    run(folder.path(), &[fake.path().to_owned()], of("sh")).ok();
    folder.fzudf(&["check", "twice.wasm"]).ok().prints(&["keeps the contract"]);
    folder.fzudf(&["test", "twice.wasm"]).ok().prints(&["all hold"]);
    folder.fzudf(&["call", "twice.wasm", "TWICE", "--arg", "=21"]).ok().prints(&["42.0"]);
}

#[test]
fn a_constant_that_assemblyscript_computes_is_set_before_calls() {
    let computed = |source: String| {
        let constant = "const FACTOR: f64 = 2;";
        assert!(source.contains(constant));
        source.replace(constant, "const FACTOR: f64 = Math.sqrt(4);")
    };
    if let Some((_folder, here)) = built(&ASSEMBLYSCRIPT, computed) {
        holds(&here);
    }
}

#[test]
fn constructors_in_cpp_run_once_where_the_initialiser_calls_them() {
    let document = document();
    let (_, lines) = document.split_once("```cpp\n").unwrap();
    let lines: String =
        lines.split("```").next().unwrap().lines().map(|l| format!("{}\n", l.trim())).collect();
    assert!(lines.contains("FZ_EXPORT(_initialize)"), "{lines}");
    if let Some((_folder, here)) =
        built(&CPP, |source| format!("{}\n{lines}", constructed(&source)))
    {
        holds(&here);
    }
}

#[test]
fn an_initialiser_in_the_text_format_runs_before_calls() {
    let (_folder, here) = sample(&WAT, |source| {
        let (constant, exports) =
            ("(local.set $by (f64.const 2))", "(func (export \"fz_abi_version\")");
        assert!(source.contains(constant) && source.contains(exports));
        let initialiser = "(global $two (mut f64) (f64.const 0))\n\
            (func (export \"_initialize\") (global.set $two (f64.const 2)))\n";
        source.replace(constant, "(local.set $by (global.get $two))").replacen(
            exports,
            &format!("{initialiser}{exports}"),
            1,
        )
    });
    let source = fs::read(here.join(WAT.source)).unwrap();
    fs::write(here.join("plugin.wasm"), wat::parse_bytes(&source).unwrap()).unwrap();
    holds(&here);
}
