//! `spec FOLDER`: the `.wast` files of a folder, the specification's tests for example, against
//! inspection and the typed bridge on both engines. Nothing is fetched.

use std::{env, path::Path, process::ExitCode};

use crate::{
    cmd::Cmd,
    error::{Context, Error, Result},
};

pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    let [folder] = args else { return Err(Error::new("spec takes a folder of .wast files")) };
    let here = env::current_dir().context("cannot tell the current folder")?;
    let folder = here.join(folder);
    if !folder.is_dir() {
        return Err(Error::new(format!("{} is no folder", folder.display())));
    }
    let line = "test --package udf-backends --features wasmtime,wasmi --test spec a_folder_of_tests -- --nocapture";
    let command = Cmd::cargo(root, line).env("FZ_SPEC_FOLDER", folder);
    println!("$ {command}");
    command.run()?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_wanted_and_must_be_there() {
        for args in [&[] as &[&str], &["a", "b"], &["there is no such folder"]] {
            let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
            assert!(run(Path::new("."), &args).unwrap_err().to_string().contains("folder"));
        }
    }
}
