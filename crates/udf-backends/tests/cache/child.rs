//! Loads in processes of their own: this test program, started again.

use crate::harness::{Cache, Runtime, files, module};
use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, Barrier},
};
use udf_backends::CacheConfig;

const ROLE: &str = "FZ_CACHE_TEST_ROLE";
const FOLDER: &str = "FZ_CACHE_TEST_FOLDER";
/// The test that is the entry of a child.
const ENTRY: &str = "child::a_process_of_its_own_reads_what_another_has_compiled";
/// What a child's answer begins with, among what the test program prints.
const ANSWER: &str = "answer: ";

/// What a child does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role {
    /// Loads one module, and tells its report.
    Load(usize),
    /// Says so when it begins, then writes entry after entry until it is killed.
    Write,
    /// Loads this many modules on 16 threads at once, and tells the sum of the reports.
    Crowd(usize),
}

impl Role {
    fn name(self) -> String {
        match self {
            Self::Load(number) => format!("load {number}"),
            Self::Write => "write 0".into(),
            Self::Crowd(modules) => format!("crowd {modules}"),
        }
    }
}

/// The command that starts a child.
fn program(role: Role, folder: &Path) -> Command {
    program_at(&env::current_exe().unwrap(), role, folder)
}

fn program_at(executable: &Path, role: Role, folder: &Path) -> Command {
    let mut command = Command::new(executable);
    command
        .args(["--exact", ENTRY, "--nocapture", "--test-threads", "1"])
        .env(ROLE, role.name())
        .env(FOLDER, folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

fn answers(stdout: ChildStdout) -> impl Iterator<Item = String> {
    let lines = BufReader::new(stdout).lines().map_while(Result::ok);
    lines.filter_map(|line| Some(line.split_once(ANSWER)?.1.to_owned()))
}

/// Starts a child.
pub(crate) fn start(role: Role, folder: &Path) -> Child {
    program(role, folder).spawn().unwrap()
}

/// Waits for the first answer of a child that goes on.
pub(crate) fn first_answer(child: &mut Child) -> String {
    answers(child.stdout.take().unwrap()).next().unwrap()
}

/// Waits for a child and its only answer.
pub(crate) fn wait(mut child: Child) -> String {
    let answers: Vec<String> = answers(child.stdout.take().unwrap()).collect();
    assert!(child.wait().unwrap().success(), "a child failed");
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers[0].clone()
}

/// Runs a child, as this user if one is given, and waits for its answer. The user may not reach the
/// folder that this program was built in, so a copy beside the cache is run.
pub(crate) fn run(role: Role, folder: &Path, user: Option<u32>) -> String {
    let Some(user) = user else {
        return wait(program(role, folder).spawn().unwrap());
    };
    let copy = folder.with_file_name("program");
    if !copy.exists() {
        fs::copy(env::current_exe().unwrap(), &copy).unwrap();
    }
    let mut command = program_at(&copy, role, folder);
    wait(command.uid(user).gid(user).current_dir("/").spawn().unwrap())
}

/// Runs a child through a shell that first says this; the child stands for `"$@"`.
pub(crate) fn run_through_shell(role: Role, folder: &Path, script: &str) -> String {
    let child = program(role, folder);
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg("sh").arg(child.get_program()).args(child.get_args());
    for (name, value) in child.get_envs() {
        command.env(name, value.unwrap());
    }
    wait(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap())
}

fn answer(text: &str) {
    // In one write: the test program prints to the same place.
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(format!("\n{ANSWER}{text}\n").as_bytes()).unwrap();
    stdout.flush().unwrap();
}

fn tell(runtimes: &[&Runtime]) {
    let reports: Vec<_> = runtimes.iter().map(|runtime| runtime.report()).collect();
    let sum = |count: fn(&udf_backends::CacheReport) -> u64| reports.iter().map(count).sum::<u64>();
    let problems: Vec<_> = reports.iter().flat_map(|r| r.problems.clone()).collect();
    answer(&format!(
        "{} hits, {} misses, {} stored; {}",
        sum(|r| r.hits),
        sum(|r| r.misses),
        sum(|r| r.stored),
        problems.join("; ")
    ));
}

#[test]
fn a_process_of_its_own_reads_what_another_has_compiled() {
    if let Ok(role) = env::var(ROLE) {
        return act(&role, &PathBuf::from(env::var_os(FOLDER).unwrap()));
    }
    let cache = Cache::new();
    assert_eq!(run(Role::Load(1), &cache.path(), None), "0 hits, 1 misses, 1 stored; ");
    assert_eq!(run(Role::Load(1), &cache.path(), None), "1 hits, 0 misses, 0 stored; ");
    cache.runtime().load(&module(1)).was_read();
}

/// What this process does as a child.
fn act(role: &str, folder: &Path) {
    let config = CacheConfig::new(folder);
    let (what, number) = role.split_once(' ').unwrap();
    let number: usize = number.parse().unwrap();
    match what {
        "load" => {
            let runtime = Runtime::new(config);
            runtime.load(&module(number));
            tell(&[&runtime]);
        }
        "write" => {
            let runtime = Runtime::new(config);
            runtime.load(&module(number));
            answer("writing");
            loop {
                for entry in files(folder, ".module") {
                    fs::remove_file(entry).unwrap();
                }
                runtime.load(&module(number));
            }
        }
        other => {
            assert_eq!(other, "crowd");
            crowd(&config, number);
        }
    }
}

/// 16 threads on 4 runtimes, all of which load all modules, each in an order of its own.
fn crowd(config: &CacheConfig, modules: usize) {
    let runtimes: Vec<Arc<Runtime>> =
        (0..4).map(|_| Arc::new(Runtime::new(config.clone()))).collect();
    let together = Arc::new(Barrier::new(16));
    let threads: Vec<_> = (0..16)
        .map(|thread| {
            let (runtime, together) = (runtimes[thread % 4].clone(), together.clone());
            std::thread::spawn(move || {
                together.wait();
                for turn in 0..modules * 4 {
                    let number = (turn + thread * 3) % modules;
                    assert_eq!(runtime.load(&module(number)).module.manifest().functions.len(), 1);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    tell(&runtimes.iter().map(Arc::as_ref).collect::<Vec<_>>());
}
