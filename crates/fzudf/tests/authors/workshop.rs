//! A folder in which docs/authoring.md has been followed, command by command.
//!
//! Compiling a plugin takes half a minute where the standard library is compiled too. So it is done
//! once for all tests, at a place that stays the same from run to run: cargo then finds most of it
//! done already.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};
use tempfile::TempDir;
use wasm_toolchain::WasmToolchain;

/// What a run of a command gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// The run ended with this code and said all of this, on stderr.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, said: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self.says_on(&self.err, said);
        self
    }

    /// The run printed all of this.
    #[track_caller]
    pub(crate) fn prints(self, said: &[&str]) -> Self {
        self.says_on(&self.out, said);
        self
    }

    #[track_caller]
    fn says_on(&self, stream: &str, said: &[&str]) {
        for text in said {
            assert!(stream.contains(text), "no `{text}` in:\n{}\n{}", self.out, self.err);
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}:\n{}{}", self.out, self.err))
    }
}

/// The repository's folder.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A committed plugin.
pub(crate) fn plugin(name: &str) -> String {
    repository().join("plugins").join(name).to_str().unwrap().to_owned()
}

/// A program as an author without a network runs it, with this `fzudf` on the path.
pub(crate) fn program(name: &str, folder: &Path) -> Command {
    let here = Path::new(env!("CARGO_BIN_EXE_fzudf")).parent().unwrap();
    let old = std::env::var_os("PATH").unwrap_or_default();
    let path = [here.to_owned()].into_iter().chain(std::env::split_paths(&old));
    let mut command = Command::new(name);
    command
        .current_dir(folder)
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", target_dir())
        .env("NO_COLOR", "1")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUST_BACKTRACE");
    command
}

pub(crate) fn fzudf(folder: &Path, args: &[&str]) -> Run {
    Run::of(program(env!("CARGO_BIN_EXE_fzudf"), folder).args(args).output().unwrap())
}

pub(crate) fn shell(folder: &Path, script: &str) -> Run {
    Run::of(program("sh", folder).args(["-e", "-c", script]).output().unwrap())
}

/// A script with these folders of programs before all others.
pub(crate) fn with_path(folder: &Path, programs: &[PathBuf], script: &str) -> Run {
    let mut command = program("sh", folder);
    let path = command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path);
    let old = path.map(OsStr::to_owned).unwrap_or_default();
    let path = programs.iter().cloned().chain(std::env::split_paths(&old));
    command.env("PATH", std::env::join_paths(path).unwrap());
    Run::of(command.args(["-e", "-c", script]).output().unwrap())
}

/// A fenced block of a document.
pub(crate) struct Block {
    pub(crate) line: usize,
    pub(crate) language: String,
    pub(crate) text: String,
}

/// The fenced blocks of a document that stand at the margin.
pub(crate) fn blocks(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (number, line) in document.lines().enumerate() {
        match (line.strip_prefix("```"), inside) {
            (Some(language), false) => {
                let language = language.trim().to_owned();
                blocks.push(Block { line: number + 1, language, text: String::new() });
                inside = true;
            }
            (Some(_), true) => inside = false,
            (None, true) => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    blocks
}

fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("authors-target")
}

/// A folder of its own for a test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn fzudf(&self, args: &[&str]) -> Run {
        fzudf(self.path(), args)
    }

    /// A module in the text format, as a file.
    pub(crate) fn wat(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), wat::parse_str(text).unwrap()).unwrap();
    }

    pub(crate) fn entries(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// One block of commands of the guide, and what became of it.
pub(crate) struct Step {
    /// Where it stands in the document.
    pub(crate) line: usize,
    pub(crate) commands: String,
    /// What the document says that is printed.
    pub(crate) shown: Option<String>,
    pub(crate) run: Run,
}

/// The folder in which the guide was followed.
pub(crate) struct Workshop {
    pub(crate) steps: Vec<Step>,
    /// The plugin's project.
    pub(crate) project: PathBuf,
    /// Held by whoever changes the project.
    changes: Mutex<()>,
}

impl Workshop {
    /// Follows the guide, once.
    pub(crate) fn get() -> &'static Self {
        static WORKSHOP: OnceLock<Workshop> = OnceLock::new();
        WORKSHOP.get_or_init(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authors");
            if folder.exists() {
                fs::remove_dir_all(&folder).unwrap();
            }
            fs::create_dir_all(&folder).unwrap();
            // What the guide takes for granted.
            WasmToolchain::find_or_install(&folder).unwrap();
            Self {
                steps: super::guide::follow(&folder),
                project: folder.join("units"),
                changes: Mutex::new(()),
            }
        })
    }

    /// The module that following the guide made.
    pub(crate) fn module(&self) -> String {
        self.project.join("units.wasm").to_str().unwrap().to_owned()
    }

    /// The right to change the project's files; they are put back by whoever has it.
    pub(crate) fn changing(&self) -> MutexGuard<'_, ()> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
