//! `fuzz`: runs the targets of `fuzz/` under libFuzzer, for a while each.

use std::{
    ffi::OsString,
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use crate::{
    apt,
    cmd::Cmd,
    error::{Context, Error, Result},
    metadata::{metadata, target_directory, text},
    steps::Steps,
    tool,
};

/// The workspace of the targets.
const FOLDER: &str = "fuzz";
/// What builds and starts them, by name and version.
const TOOL: (&str, &str) = ("cargo-fuzz", "0.13.2");
/// What has the compiler of libFuzzer.
const APT_PACKAGES: &[&str] = &["g++"];
/// How long a target runs unless `--for` says otherwise.
const SHORT: Duration = Duration::from_secs(20);
/// One input that takes longer is a finding, and one that takes more memory (in MiB) is.
const INPUT_SECONDS: u64 = 30;
const INPUT_MEMORY: u64 = 4096;
/// Longest input, in bytes: what makes a difference stands in less.
const INPUT_BYTES: u64 = 16 << 10;

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    let wanted = Wanted::of(args)?;
    let mut steps = Steps::default();
    fuzz(root, &wanted, &mut steps)?;
    Ok(steps.close())
}

/// Every target for a short while, as a part of `ci`.
pub(crate) fn briefly(root: &Path, steps: &mut Steps) {
    let wanted = Wanted { target: None, time: SHORT };
    if let Err(error) = fuzz(root, &wanted, steps) {
        steps.call("Fuzzing", "cargo xtask fuzz", || Err::<(), _>(error));
    }
}

/// Builds every target, and runs those that are wanted.
fn fuzz(root: &Path, Wanted { target, time }: &Wanted, steps: &mut Steps) -> Result<()> {
    let mut runs = Runs::find(root)?;
    if let Some(target) = target {
        if !runs.targets.contains(target) {
            let known = runs.targets.join(", ");
            return Err(Error::new(format!("there is no target `{target}`: take one of {known}")));
        }
        runs.targets = vec![target.clone()];
    }
    let build = runs.fuzz("build").to_string();
    if steps.call("Fuzzing targets", &build, || runs.build(root)).is_none() {
        return Ok(());
    }
    let command = runs.command("TARGET", *time).to_string();
    let passed = steps.call("Fuzzing", &command, || runs.all(*time)).unwrap_or_default();
    // A finding has failed the step; the count of tests is of targets here.
    steps.count_passed(passed);
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    target: Option<String>,
    time: Duration,
}

impl Wanted {
    fn of(args: &[String]) -> Result<Self> {
        let mut wanted = Self { target: None, time: SHORT };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--for" => {
                    let time = args.next().ok_or_else(|| Error::new("--for wants a time"))?;
                    wanted.time = duration(time)?;
                }
                name if !name.starts_with('-') && wanted.target.is_none() => {
                    wanted.target = Some(name.to_owned());
                }
                other => {
                    return Err(Error::new(format!(
                        "`{other}`: fuzz takes a TARGET and --for TIME"
                    )));
                }
            }
        }
        Ok(wanted)
    }
}

/// `90s`, `10m`, `2h`; a number alone is seconds.
fn duration(text: &str) -> Result<Duration> {
    let (number, unit) = match text.char_indices().last() {
        Some((at, unit)) if unit.is_ascii_alphabetic() => (&text[..at], unit),
        _ => (text, 's'),
    };
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => 0,
    };
    match number.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)).filter(|n| *n > 0) {
        Some(seconds) => Ok(Duration::from_secs(seconds)),
        None => Err(Error::new(format!("`{text}` is no time: write 90s, 10m or 2h"))),
    }
}

/// The targets, and where things stand.
struct Runs {
    folder: PathBuf,
    /// Where cargo builds the targets, and what fuzzing finds is kept.
    target_dir: PathBuf,
    /// The folders in which programs are found: the tool's own is added ahead of them.
    path: OsString,
    targets: Vec<String>,
}

impl Runs {
    fn find(root: &Path) -> Result<Self> {
        let target = target_directory(&metadata(&root.join("Cargo.toml"), "--no-deps")?)?;
        let folder = root.join(FOLDER);
        let about = metadata(&folder.join("Cargo.toml"), "--no-deps")?;
        let mut targets: Vec<String> = about["packages"][0]["targets"]
            .as_array()
            .map(|targets| targets.iter().map(|target| text(&target["name"]).to_owned()).collect())
            .unwrap_or_default();
        targets.sort();
        let path = std::env::var_os("PATH").unwrap_or_default();
        Ok(Self { folder, target_dir: target.join("fuzz"), path, targets })
    }

    /// Installs what is missing, and builds every target.
    fn build(&mut self, root: &Path) -> Result<()> {
        let has_compiler = || Cmd::new(root, "c++").arg("--version").output().is_ok();
        if !has_compiler() && apt::is_there(root) {
            apt::install(root, APT_PACKAGES)?;
        }
        if !has_compiler() {
            let install = apt::command(APT_PACKAGES);
            return Err(Error::new(format!(
                "libFuzzer is made by c++, which is not there: {install}"
            )));
        }
        self.path = tool::install(root, TOOL)?;
        Ok(self.fuzz("build").run()?)
    }

    /// `cargo fuzz …` without sanitizers: what a stable toolchain has, and where nearly all code is safe.
    fn fuzz(&self, what: &str) -> Cmd {
        Cmd::cargo(&self.folder, &format!("fuzz {what} --sanitizer none --fuzz-dir"))
            .arg(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target_dir)
            .env("PATH", &self.path)
    }

    fn command(&self, target: &str, time: Duration) -> Cmd {
        // New inputs go to the first folder, away from what is committed.
        self.fuzz("run")
            .arg(target)
            .arg(self.found(target))
            .arg(self.folder.join("corpus").join(target))
            .arg("--")
            .arg(format!("-max_total_time={}", time.as_secs()))
            .arg(format!("-timeout={INPUT_SECONDS}"))
            .arg(format!("-rss_limit_mb={INPUT_MEMORY}"))
            .arg(format!("-max_len={INPUT_BYTES}"))
            .arg(format!("-artifact_prefix={}/", self.findings(target).display()))
            .arg("-print_final_stats=1")
    }

    fn found(&self, target: &str) -> PathBuf {
        self.target_dir.join("corpus").join(target)
    }

    fn findings(&self, target: &str) -> PathBuf {
        self.target_dir.join("findings").join(target)
    }

    /// Runs every target, as many at a time as there are processors, and tells what each did. Returns how many.
    fn all(&self, time: Duration) -> Result<u64> {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(target) = self.targets.get(next.fetch_add(1, Relaxed)) {
                        let report = self.run(target, time);
                        done.lock().unwrap_or_else(PoisonError::into_inner).push(report);
                    }
                });
            }
        });
        let (mut passed, mut findings) = (0, Vec::new());
        println!("target           executions    edges");
        for report in done.into_inner().unwrap_or_else(PoisonError::into_inner) {
            match report {
                Ok(report) => {
                    println!("{report}");
                    passed += 1;
                }
                Err(error) => findings.push(error.to_string()),
            }
        }
        if findings.is_empty() { Ok(passed) } else { Err(Error::new(findings.join("\n"))) }
    }

    fn run(&self, target: &str, time: Duration) -> Result<Report> {
        for folder in [self.found(target), self.findings(target)] {
            fs::create_dir_all(&folder)
                .context(format_args!("cannot make {}", folder.display()))?;
        }
        let mut report = Report { target: target.to_owned(), ..Report::default() };
        let outcome = self.command(target, time).run_and_see_errors(|line| {
            report.see(line);
            if !is_progress(line) {
                eprintln!("{line}");
            }
        });
        outcome.context(format_args!(
            "a finding of {target}, see above; its input is in {}",
            self.findings(target).display()
        ))?;
        Ok(report)
    }
}

/// What one run did.
#[derive(Debug, Default, PartialEq, Eq)]
struct Report {
    target: String,
    executions: u64,
    /// Edges of the control flow that were reached.
    edges: u64,
}

impl Report {
    /// Reads libFuzzer's lines: `#1024 NEW cov: 812 ft: …` and `stat::number_of_executed_units: 1024`.
    fn see(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let after = |name: &str| {
            let at = words.iter().position(|word| *word == name)?;
            words.get(at + 1)?.parse().ok()
        };
        self.edges = after("cov:").unwrap_or(self.edges);
        self.executions = after("stat::number_of_executed_units:").unwrap_or(self.executions);
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:<14} {:>12} {:>8}  no finding", self.target, self.executions, self.edges)
    }
}

/// Whether libFuzzer tells with this line of a new input, function or word: thousands of them, of which the last says all.
fn is_progress(line: &str) -> bool {
    let starts = ["#", "\"", "NEW_FUNC", "INFO:", "stat::"];
    starts.iter().any(|start| line.trim_start().starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(args: &[&str]) -> Result<Wanted> {
        Wanted::of(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_target_and_a_time_come_in_any_order() {
        for args in [["manifest", "--for", "10m"], ["--for", "10m", "manifest"]] {
            let ten = Duration::from_secs(600);
            let target = Some("manifest".to_owned());
            assert_eq!(wanted(&args).unwrap(), Wanted { target, time: ten });
        }
        assert_eq!(wanted(&[]).unwrap(), Wanted { target: None, time: SHORT });
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "m", "0s", "-1m", "10d", "1.5h", "99999999999999999999s"] {
            let error = duration(text).unwrap_err().to_string();
            assert!(error.contains("90s, 10m or 2h"), "{text}: {error}");
        }
        assert!(wanted(&["--for"]).is_err());
        assert!(wanted(&["a", "b"]).is_err());
    }

    #[test]
    fn executions_and_coverage_are_read_from_what_the_fuzzer_prints() {
        let mut report = Report::default();
        report.see("#512\tNEW    cov: 901 ft: 1200 corp: 40/3kb lim: 17 exec/s: 256 rss: 60Mb");
        report.see("stat::number_of_executed_units: 123456");
        report.see("stat::average_exec_per_sec:     6172");
        assert_eq!((report.edges, report.executions), (901, 123_456));
        assert!(is_progress("#512\tNEW    cov: 901") && is_progress("\tNEW_FUNC[1/1]: 0x55d8"));
        assert!(!is_progress("thread '<unnamed>' panicked at crates/a.rs:1:1:"));
    }
}
