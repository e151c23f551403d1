//! Steps of a longer task: a heading with the command, how long it took, what the tests counted.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use crate::{cmd::Cmd, error::Result};

/// What has run so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
    /// The lines in which cargo and pytest sum up, as they wrote them.
    results: Vec<String>,
    counts: Counts,
}

struct Step {
    title: String,
    took: Duration,
    /// What went wrong and what to repeat.
    error: Option<String>,
}

/// Tests that passed and failed. A step that failed without naming a test counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

impl Steps {
    /// Runs a command. Returns whether it succeeded.
    pub(crate) fn run(&mut self, title: &str, command: &Cmd) -> bool {
        self.call(title, &command.to_string(), || Ok(command.run()?)).is_some()
    }

    /// Runs a command that runs tests, and counts them. Returns whether it succeeded.
    pub(crate) fn run_tests(&mut self, title: &str, command: &Cmd) -> bool {
        self.run_and_count(title, command).is_ok()
    }

    /// The same in a browser, which now and then ends by itself on a busy machine: where the tests ended without one that failed, they
    /// are run once more.
    pub(crate) fn run_tests_in_browser(&mut self, title: &str, command: &Cmd) -> bool {
        let (counts, results) = (self.counts, self.results.len());
        match self.run_and_count(title, command) {
            Err(counted) if counted.failed == 0 => {
                println!("no test failed: the browser ended; once more");
                self.counts = counts;
                self.results.truncate(results);
                if let Some(step) = self.done.last_mut() {
                    step.error = None;
                    step.title.push_str(" (the browser ended)");
                }
                self.run_tests(title, command)
            }
            outcome => outcome.is_ok(),
        }
    }

    /// Runs a command that runs tests; what these counted where it did not succeed.
    fn run_and_count(&mut self, title: &str, command: &Cmd) -> std::result::Result<(), Counts> {
        let mut lines = Vec::new();
        let failed_before = self.counts.failed;
        let outcome = self.call(title, &command.to_string(), || {
            Ok(command.run_and_see(|line| {
                if is_result(line) {
                    lines.push(line.to_owned());
                }
            })?)
        });
        // `call` has counted the step itself; the tests that failed say more.
        let counted: Counts = lines.iter().map(|line| Counts::of(line)).sum();
        if counted.failed > 0 {
            self.counts.failed = failed_before;
        }
        self.counts = [self.counts, counted].into_iter().sum();
        self.results.append(&mut lines);
        outcome.ok_or(counted)
    }

    /// Counts what passed in a step that is no test runner's.
    pub(crate) fn count_passed(&mut self, passed: u64) {
        self.counts.passed += passed;
    }

    /// Runs a part of this program that `cargo xtask …` (the `command`) would repeat.
    pub(crate) fn call<T>(
        &mut self,
        title: &str,
        command: &str,
        step: impl FnOnce() -> Result<T>,
    ) -> Option<T> {
        println!("\n== {title}\n$ {command}");
        let start = Instant::now();
        let outcome = step();
        let took = start.elapsed();
        let (value, error) = match outcome {
            Ok(value) => (Some(value), None),
            Err(error) => {
                eprintln!("error: {title}: {error}");
                self.counts.failed += 1;
                (None, Some(error.to_string()))
            }
        };
        self.done.push(Step { title: title.to_owned(), took, error });
        value
    }

    /// Prints how long each step took.
    pub(crate) fn print_times(&self) {
        println!("\n== Steps");
        for Step { title, took, error } in &self.done {
            let end = if error.is_some() { "  FAILED" } else { "" };
            println!("{:>7.1} s  {title}{end}", took.as_secs_f64());
        }
    }

    /// Prints what the test runners counted, line by line.
    pub(crate) fn print_results(&self) {
        println!("\n== Test results");
        for line in &self.results {
            println!("{line}");
        }
    }

    /// Prints what failed and, as the last line, `N passed, N failed`.
    pub(crate) fn close(self) -> ExitCode {
        println!();
        for Step { title, error, .. } in &self.done {
            if let Some(error) = error {
                println!("failed: {title}: {error}");
            }
        }
        let Counts { passed, failed } = self.counts;
        if passed == 0 && failed == 0 {
            println!("failed: no test ran: see above which step ended early");
        }
        println!("{passed} passed, {failed} failed");
        if passed > 0 && failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Whether a runner sums up: cargo with `test result: …`, pytest with `3 passed, 1 skipped in 0.12s`.
fn is_result(line: &str) -> bool {
    let counts = [" passed", " failed", " error"].iter().any(|word| line.contains(word));
    let time = line.rsplit_once(" in ").and_then(|(_, time)| time.chars().next());
    let is_tap = TAP.iter().any(|(counts, _)| line.starts_with(counts));
    is_tap
        || line.starts_with("test result:")
        || (counts && time.is_some_and(|c| c.is_ascii_digit()))
}

/// The lines in which Node's test runner sums up, and whether they count what failed.
const TAP: [(&str, bool); 2] = [("# pass ", false), ("# fail ", true)];

impl Counts {
    /// Reads `test result: ok. 3 passed; 0 failed; …` and `1 failed, 3 passed in 0.12s`; zero where a number is missing.
    fn of(line: &str) -> Self {
        for (counts, is_failed) in TAP {
            if let Some(count) = line.strip_prefix(counts).and_then(|n| n.trim().parse().ok()) {
                return match is_failed {
                    true => Self { passed: 0, failed: count },
                    false => Self { passed: count, failed: 0 },
                };
            }
        }
        let words: Vec<&str> =
            line.split([' ', ';', ',', '=']).filter(|word| !word.is_empty()).collect();
        let before = |name: &str| {
            let at = words.iter().position(|word| *word == name)?;
            words.get(at.checked_sub(1)?)?.parse().ok()
        };
        // pytest counts what went wrong around a test by itself.
        let errors = before("error").or_else(|| before("errors")).unwrap_or(0);
        let failed = before("failed").unwrap_or(0) + errors;
        Self { passed: before("passed").unwrap_or(0), failed }
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), |a, b| Self {
            passed: a.passed + b.passed,
            failed: a.failed + b.failed,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::error::Error;

    fn shell(script: &str) -> Cmd {
        Cmd::new(Path::new("."), "sh").args(["-c", script])
    }

    #[test]
    fn a_result_line_is_read_in_any_colour() {
        let plain = "test result: ok. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(Counts::of(plain), Counts { passed: 12, failed: 3 });
        let red = "test result: \u{1b}[31mFAILED\u{1b}[m. 1 passed; 2 failed; 0 ignored";
        assert_eq!(Counts::of(red), Counts { passed: 1, failed: 2 });
        assert_eq!(Counts::of("test result: passed"), Counts::default());
    }

    #[test]
    fn a_result_line_of_pytest_is_read() {
        let line = "2 failed, 410 passed, 3 skipped, 1 error in 41.22s";
        assert!(is_result(line));
        assert_eq!(Counts::of(line), Counts { passed: 410, failed: 3 });
        assert!(
            is_result("12 passed in 0.40s") && is_result("== 12 passed in 62.40s (0:01:02) ==")
        );
        assert!(!is_result("a test that passed in silence") && !is_result("3 files in 2 folders"));
    }

    #[test]
    fn tests_in_a_browser_that_ended_are_run_once_more() {
        let folder = std::env::temp_dir().join(format!("xtask-browser-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let ended = folder.join("ended");
        let first = format!(
            "test -e {0} || {{ touch {0}; echo 'test result: ok. 2 passed; 0 failed'; exit 1; }}; \
            echo 'test result: ok. 3 passed; 0 failed'",
            ended.display()
        );
        let mut steps = Steps::default();
        assert!(steps.run_tests_in_browser("a", &shell(&first)));
        assert_eq!(steps.counts, Counts { passed: 3, failed: 0 });
        // A test that failed is none that the browser ended.
        let failing = "echo 'test result: FAILED. 1 passed; 1 failed'; exit 1";
        assert!(!steps.run_tests_in_browser("b", &shell(failing)));
        assert_eq!(steps.counts, Counts { passed: 4, failed: 1 });
        assert!(!steps.run_tests_in_browser("c", &shell("exit 1")));
        assert_eq!((steps.counts.failed, steps.done.len()), (2, 5));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn results_of_all_runners_are_summed_up() {
        let mut steps = Steps::default();
        let line = "echo 'test result: ok. 2 passed; 0 failed'";
        assert!(steps.run_tests("a", &shell(&format!("{line}; {line}"))));
        assert!(steps.run_tests("b", &shell(line)));
        assert!(steps.run_tests("c", &shell("echo '# pass 4'; echo '# fail 0'")));
        assert_eq!(steps.counts, Counts { passed: 10, failed: 0 });
        assert_eq!(steps.results.len(), 5);
        assert_eq!(steps.close(), ExitCode::SUCCESS);
    }

    #[test]
    fn failing_tests_are_counted_once() {
        let mut steps = Steps::default();
        let line = "echo 'test result: FAILED. 2 passed; 3 failed'; exit 101";
        assert!(!steps.run_tests("a", &shell(line)));
        assert_eq!(steps.counts, Counts { passed: 2, failed: 3 });
        assert_eq!(steps.close(), ExitCode::FAILURE);
    }

    #[test]
    fn a_step_that_fails_without_a_test_counts_as_one() {
        let mut steps = Steps::default();
        assert!(steps.run_tests("a", &shell("echo 'test result: ok. 9 passed; 0 failed'")));
        assert!(!steps.run("b", &shell("exit 1")));
        assert!(steps.call("c", "c", || Err::<(), _>(Error::new("no"))).is_none());
        assert_eq!(steps.counts, Counts { passed: 9, failed: 2 });
        assert_eq!(steps.close(), ExitCode::FAILURE);
    }

    #[test]
    fn where_no_test_ran_the_task_fails() {
        let mut steps = Steps::default();
        assert!(steps.run("a", &shell("true")));
        assert_eq!(steps.close(), ExitCode::FAILURE);
    }
}
