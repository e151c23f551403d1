//! The compilers of other languages that tests use: `docs/other-languages.md` is followed with them.
//!
//! AssemblyScript and WABT come from npm, Zig from PyPI, clang from the distribution. What cannot be had is left
//! out with a message, and its tests say the same.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    cmd::Cmd,
    error::{Context, Error, Result},
    foreign,
};

/// The variable that tells tests where the programs stand.
pub(crate) const TOOLS: &str = "FZ_LANGUAGE_TOOLS";

/// Packages of npm, as the samples are written for them.
const NPM_PACKAGES: &[&str] = &["assemblyscript@0.28.20", "wabt@1.0.39"];
/// Programs of theirs that the document uses.
const NPM_PROGRAMS: &[&str] = &["asc", "wat2wasm"];

/// A folder with all programs that can be had, installed where they are missing.
///
/// # Errors
/// Where the folder cannot be written.
pub(crate) fn tools(root: &Path, target_dir: &Path) -> Result<PathBuf> {
    let folder = target_dir.join("languages");
    let programs = folder.join("bin");
    fs::create_dir_all(&programs).context(format_args!("cannot create {}", programs.display()))?;
    let parts: [(&str, Result<()>); 3] = [
        ("AssemblyScript and WABT are", npm(root, &folder, &programs)),
        ("Zig is", zig(root, target_dir, &programs)),
        // It is on the path then.
        ("C++ is", foreign::clang(root, root).map(|_| ())),
    ];
    for (language, done) in parts {
        if let Err(error) = done {
            println!("{language} SKIPPED: {error}");
        }
    }
    Ok(programs)
}

fn npm(root: &Path, folder: &Path, programs: &Path) -> Result<()> {
    let stamp = folder.join("installed.txt");
    let wanted = NPM_PACKAGES.join("\n");
    if !fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        // A project of its own, so that no folder above is taken for one.
        let project = folder.join("package.json");
        fs::write(&project, "{}").context(format_args!("cannot write {}", project.display()))?;
        let install = Cmd::new(folder, "npm")
            .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
            .args(NPM_PACKAGES);
        println!("$ {install}");
        if Cmd::new(root, "npm").arg("--version").output().is_err() {
            let packages = NPM_PACKAGES.join(" ");
            return Err(Error::new(format!("there is no npm; with it: npm install {packages}")));
        }
        install.run()?;
        fs::write(&stamp, wanted).context(format_args!("cannot write {}", stamp.display()))?;
    }
    for name in NPM_PROGRAMS {
        let program = folder.join("node_modules/.bin").join(name);
        script(programs, name, &format!("exec '{}' \"$@\"", program.display()))?;
    }
    Ok(())
}

fn zig(root: &Path, target_dir: &Path, programs: &Path) -> Result<()> {
    let zig = foreign::zig(root, target_dir, root)?.to_string();
    match zig.as_str() {
        // The right one is on the path.
        "zig" => Ok(()),
        zig => script(programs, "zig", &format!("exec env {zig} \"$@\"")),
    }
}

/// A program that runs another one.
fn script(folder: &Path, name: &str, text: &str) -> Result<()> {
    let file = folder.join(name);
    fs::write(&file, format!("#!/bin/sh\n{text}\n"))
        .context(format_args!("cannot write {}", file.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))
            .context(format_args!("cannot make {} a program", file.display()))?;
    }
    Ok(())
}
