//! Python packages in virtual environments of the target folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    apt,
    cmd::Cmd,
    error::{Context, Error, Result},
};

/// Where Debian keeps `venv` apart from Python itself.
const APT_PACKAGES: &[&str] = &["python3-venv"];

/// A virtual environment.
pub(crate) struct Environment(PathBuf);

impl Environment {
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Its interpreter, whether or not it is there.
    pub(crate) fn python(&self) -> PathBuf {
        self.0.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
    }

    /// Makes the environment if it is not there, and installs packages in it.
    ///
    /// # Errors
    /// Without Python 3 and its `venv`, with the command that installs them; or where a package cannot be had.
    pub(crate) fn install(&self, root: &Path, packages: &[String]) -> Result<()> {
        let make = || Cmd::new(root, "python3").args(["-m", "venv"]).arg(&self.0);
        if !self.has_pip(root) {
            println!("$ {}", make());
            if make().run().is_err() && apt::is_there(root) {
                apt::install(root, APT_PACKAGES)?;
                make().run()?;
            }
        }
        if !self.has_pip(root) {
            return Err(Error::new(format!(
                "python3 cannot make virtual environments; run: {} (as root)",
                apt::command(APT_PACKAGES)
            )));
        }
        let install = Cmd::new(root, self.python())
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(packages);
        println!("$ {install}");
        Ok(install.run()?)
    }

    fn has_pip(&self, root: &Path) -> bool {
        Cmd::new(root, self.python()).args(["-m", "pip", "--version"]).output().is_ok()
    }
}

/// The interpreter of an environment that has what the files of `requirements` list; made when a list has changed.
///
/// # Errors
/// As [`Environment::install`].
pub(crate) fn with_requirements(
    root: &Path,
    folder: PathBuf,
    requirements: &[&str],
) -> Result<PathBuf> {
    let mut wanted = String::new();
    let mut arguments = Vec::new();
    for file in requirements {
        let path = root.join(file);
        let text = fs::read_to_string(&path);
        wanted.push_str(&text.context(format_args!("cannot read {}", path.display()))?);
        arguments.extend(["-r".to_owned(), path.display().to_string()]);
    }
    let environment = Environment::at(folder);
    let stamp = environment.0.join("installed.txt");
    if !fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        || !environment.has_pip(root)
    {
        environment.install(root, &arguments)?;
        fs::write(&stamp, wanted).context(format_args!("cannot write {}", stamp.display()))?;
    }
    Ok(environment.python())
}
