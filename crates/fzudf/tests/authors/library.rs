//! What of the standard library and of other crates works in a plugin, as docs/authoring.md says it; and
//! errors, log and list of functions of a plugin that is built.

use crate::workshop::{Run, Workshop, fzudf, shell};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

const DEPENDENCIES: &str = r#"
chrono = { version = "0.4", default-features = false, features = ["std"] }
rand = { version = "0.10", default-features = false }
regex = { version = "1", default-features = false, features = ["std"] }
serde_json = "1"
"#;

const SOURCE: &str = r##"//! What of the standard library and of other crates works.
use chrono::{Datelike as _, NaiveDate};
use formualizer_udf_sdk::{ColumnView, Context, UdfError, fz_log, fz_module, fz_udf};
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use regex::Regex;
use std::{collections::HashMap, error::Error, sync::LazyLock, time};

/// The word that is most often in a text; of several the first in the alphabet.
#[fz_udf(examples = [("b a b a c",) => "a"])]
pub fn frequent(text: &str) -> Option<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    text.split_whitespace().for_each(|word| *counts.entry(word).or_default() += 1);
    let first = counts.into_iter().min_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    first.map(|(word, _)| word.to_owned())
}

/// The letters of a text in the order of a `HashSet`.
#[fz_udf]
pub fn set_order(text: &str) -> String {
    text.chars().collect::<std::collections::HashSet<_>>().into_iter().collect()
}

/// The day of the week of a date, 1 for Monday.
#[fz_udf(examples = [("2024-02-29",) => 4, ("2023-02-29",) => error("#VALUE!")])]
pub fn weekday(text: &str) -> Result<u32, chrono::ParseError> {
    Ok(NaiveDate::parse_from_str(text, "%Y-%m-%d")?.weekday().number_from_monday())
}

static NUMBER: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9]+").unwrap());

/// The first number in a text.
#[fz_udf(examples = [("a 12 b 3",) => 12, ("a",) => null])]
pub fn first_number(text: &str) -> Result<Option<f64>, UdfError> {
    let Some(found) = NUMBER.find(text) else { return Ok(None) };
    Ok(Some(found.as_str().parse()?))
}

/// A field of an object in JSON.
#[fz_udf(examples = [("{\"a\": [1, 2]}", "a") => "[1,2]", ("{}", "a") => null])]
pub fn field(json: &str, name: &str) -> Result<Option<String>, Box<dyn Error>> {
    let value: serde_json::Value = serde_json::from_str(json)?;
    Ok(value.get(name).map(ToString::to_string))
}

/// A number from 1 to 6.
#[fz_udf(volatile)]
pub fn dice(context: Context) -> u32 {
    SmallRng::seed_from_u64(context.seed() ^ context.row()).random_range(1..=6)
}

/// Reads a clock.
#[fz_udf]
pub fn instant() -> f64 {
    time::Instant::now().elapsed().as_secs_f64()
}

/// Reads the time of day.
#[fz_udf]
pub fn system_time() -> Result<f64, time::SystemTimeError> {
    Ok(time::SystemTime::now().duration_since(time::UNIX_EPOCH)?.as_secs_f64())
}

/// Waits.
#[fz_udf]
pub fn sleep() -> f64 {
    std::thread::sleep(time::Duration::from_millis(1));
    1.0
}

/// Starts a thread.
#[fz_udf]
pub fn spawn() -> f64 {
    std::thread::spawn(|| 1.0).join().unwrap_or(0.0)
}

/// Starts a thread, if it can.
#[fz_udf]
pub fn try_spawn() -> Result<f64, std::io::Error> {
    Ok(std::thread::Builder::new().spawn(|| 1.0)?.join().unwrap_or(0.0))
}

/// Reads a file.
#[fz_udf]
pub fn file(path: &str) -> Result<String, std::io::Error> {
    std::fs::read_to_string(path)
}

/// Connects.
#[fz_udf]
pub fn connect(address: &str) -> Result<bool, std::io::Error> {
    std::net::TcpStream::connect(address).map(|_| true)
}

/// A variable of the environment.
#[fz_udf]
pub fn variable(name: &str) -> Result<String, std::env::VarError> {
    std::env::var(name)
}

/// Prints, which nobody sees.
#[fz_udf]
pub fn print(x: f64) -> f64 {
    println!("nobody sees {x}");
    eprintln!("nobody sees {x}");
    x
}

/// Ends the process, so it would like.
#[fz_udf]
pub fn exit() -> f64 {
    std::process::exit(0)
}

/// Logs.
#[fz_udf(examples = [([1.0, 2.0],) => [1.0, 2.0]])]
pub fn logged(x: f64) -> f64 {
    fz_log!("x is {x}");
    x
}

/// Logs, then fails.
#[fz_udf(kind = "reduce")]
pub fn logged_sum(values: ColumnView<'_, f64>) -> Result<f64, String> {
    fz_log!("{} values\nin two lines", values.len());
    Err("enough".into())
}

/// Nobody lists it.
#[fz_udf]
pub fn forgotten(x: f64) -> f64 {
    x
}

pub mod inner {
    /// Nobody lists it either.
    #[formualizer_udf_sdk::fz_udf]
    pub fn forgotten_too(x: f64) -> f64 {
        x
    }
}

fz_module! {
    id: "example.library",
    version: "1.0.0",
    functions: [
        frequent, set_order, weekday, first_number, field, dice, instant, system_time, sleep, spawn,
        try_spawn, file, connect, variable, print, exit, logged, logged_sum,
    ],
}
"##;

/// The plugin, and what building it said.
fn built() -> &'static (PathBuf, Run) {
    static BUILT: OnceLock<(PathBuf, Run)> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("library");
        let project = folder.join("library");
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        // The toolchain is there when the guide has been followed.
        Workshop::get();
        fzudf(&folder, &["new", "library"]).ok();
        let manifest = fs::read_to_string(project.join("Cargo.toml")).unwrap();
        let manifest =
            manifest.replace("[dependencies]\n", &format!("[dependencies]{DEPENDENCIES}"));
        fs::write(project.join("Cargo.toml"), manifest).unwrap();
        fs::write(project.join("src/lib.rs"), SOURCE).unwrap();
        let run = fzudf(&project, &["build"]).ok();
        (project.join("library.wasm"), run)
    })
}

fn call(args: &[&str]) -> Run {
    let (module, _) = built();
    let args = [&["call", module.to_str().unwrap()], args].concat();
    fzudf(module.parent().unwrap(), &args)
}

#[test]
fn what_works_of_the_standard_library_and_of_other_crates() {
    let (module, _) = built();
    let functions = ["FREQUENT", "WEEKDAY", "FIRST_NUMBER", "FIELD", "DICE", "LOGGED"];
    let args = [&["test", module.to_str().unwrap()], &functions[..]].concat();
    fzudf(module.parent().unwrap(), &args).ok().prints(&["6 functions, 8 examples", "all hold"]);
    let check = |args: &[&str], expected: &str| {
        call(&[args, &["--errors", "column", "--quiet"]].concat()).ok().prints(&[expected]);
    };
    check(&["WEEKDAY", "--arg", "=31.12.2024"], "#VALUE!: input contains invalid characters");
    check(&["FIELD", "--arg", "={", "--arg", "=a"], "#VALUE!: EOF while parsing an object");
    check(&["PRINT", "--arg", "=1.5"], "1.5");
}

#[test]
fn what_there_is_none_of_is_an_error_or_a_panic_and_says_so() {
    let check = |args: &[&str], expected: &str| {
        call(&[args, &["--errors", "column", "--quiet"]].concat()).ok().prints(&[expected]);
    };
    let absent = "#VALUE!: operation not supported on this platform";
    check(&["FILE", "--arg", "=/etc/hosts"], absent);
    check(&["CONNECT", "--arg", "=127.0.0.1:80"], absent);
    check(&["TRY_SPAWN"], absent);
    check(&["VARIABLE", "--arg", "=PATH"], "#VALUE!: environment variable not found");
    check(&["INSTANT"], "#VALUE!: time not implemented on this platform");
    check(&["SYSTEM_TIME"], "#VALUE!: time not implemented on this platform");
    check(&["SLEEP"], "#VALUE!: can't sleep");
    check(&["SPAWN"], "#VALUE!: failed to spawn thread");
    check(&["EXIT"], "#VALUE!: wasm `unreachable` instruction executed");
}

#[test]
fn the_order_of_a_hash_set_is_no_result() {
    let (module, _) = built();
    let run = fzudf(module.parent().unwrap(), &["test", module.to_str().unwrap(), "SET_ORDER"]);
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(run.out.contains("SET_ORDER") && run.out.contains("DISAGREE"), "{}", run.out);
}

#[test]
fn the_log_of_a_call_is_shown() {
    let (module, _) = built();
    let folder = module.parent().unwrap();
    fs::write(folder.join("x.csv"), "x\n1.5\n2\n").unwrap();
    let run =
        call(&["LOGGED", "--input", "x.csv", "--arg", "x"]).ok().prints(&["1.5,1.5\n2.0,2.0"]);
    assert!(run.err.starts_with("log: x is 1.5\nlog: x is 2\n"), "{}", run.err);
    assert_eq!(call(&["LOGGED", "--arg", "=3", "--quiet"]).ok().err, "");
    call(&["LOGGED_SUM", "--input", "x.csv", "--arg", "x"])
        .fails(4, &["log: 2 values\nlog: in two lines\n", "enough"]);

    let rows: String = (0..2_000).map(|n| format!("{n}\n")).collect();
    fs::write(folder.join("many.csv"), format!("x\n{rows}")).unwrap();
    let args = ["LOGGED", "--input", "many.csv", "--arg", "x", "--batch-rows", "50"];
    let run = call(&args).ok();
    assert_eq!(run.err.matches("log: x is ").count(), 1_000);
    assert!(run.err.contains("log: x is 999\nlog: … and 1000 more lines\n"), "{}", run.err);

    let test = fzudf(folder, &["test", module.to_str().unwrap(), "LOGGED", "--rows", "0"]).ok();
    test.prints(&["  log: x is 1\n  log: x is 2\n"]);
    let formula = "=LOGGED(1.5)";
    let run = fzudf(folder, &["eval", formula, "--plugins", module.to_str().unwrap()]).ok();
    assert!(run.err.contains("log: LOGGED: x is 1.5\n"), "{}", run.err);
}

#[test]
fn a_function_that_the_module_does_not_list_is_a_warning() {
    let (_, run) = built();
    let warnings: Vec<&str> =
        run.err.lines().filter(|line| line.contains("is_not_listed_in_fz_module")).collect();
    assert_eq!(
        warnings,
        [
            "warning: constant `forgotten_is_not_listed_in_fz_module` is never used",
            "warning: constant `forgotten_too_is_not_listed_in_fz_module` is never used",
        ],
        "{}",
        run.err
    );
    assert_eq!(run.err.matches("warning: ").count(), 3, "two and their number: {}", run.err);
}

#[test]
fn a_mistake_is_the_only_thing_that_the_compiler_tells() {
    let (module, _) = built();
    let project = module.parent().unwrap();
    let source = SOURCE
        .replace("fn weekday(text: &str)", "fn weekday(text: String)")
        .replace("parse_from_str(text,", "parse_from_str(&text,");
    fs::write(project.join("src/lib.rs"), source).unwrap();
    let run = shell(project, "cargo check");
    fs::write(project.join("src/lib.rs"), SOURCE).unwrap();
    assert_eq!(run.err.matches("error: ").count(), 2, "one and that it was one: {}", run.err);
    assert!(run.err.contains("take `&str`: nothing is copied then"), "{}", run.err);
    assert!(!run.err.contains("error["), "{}", run.err);
}
